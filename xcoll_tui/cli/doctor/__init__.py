"""What `xcoll doctor` looks at."""

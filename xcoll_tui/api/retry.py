"""When to try again."""

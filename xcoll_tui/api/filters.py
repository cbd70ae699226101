"""Filter expressions."""

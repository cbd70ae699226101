"""A terminal browser for the xAI Collections API."""

__version__ = "0.1.0"

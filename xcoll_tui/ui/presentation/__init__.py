"""Presentation: values of the session and the API as text, without screen or widget."""

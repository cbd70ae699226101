"""Text in which case makes no difference: pure, and needed with the first frame."""

import unicodedata


def fold(text: str) -> str:
    """Return a text in which case, and how its accents are written, make no difference."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text.casefold())

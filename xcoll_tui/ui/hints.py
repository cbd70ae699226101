"""A key as it is shown, and what it does: pure."""

from typing import NamedTuple

_GLYPHS = {
    "enter": "⏎",
    "escape": "esc",
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "asterisk": "*",
    "exclamation_mark": "!",
    "at": "@",
    "delete": "Del",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "f1": "F1",
    "shift+tab": "⇧Tab",
    "tab": "Tab",
}


class Hint(NamedTuple):
    """A key that matters here, and what it does."""

    key: str
    label: str
    action: str
    keys: tuple[str, ...] = ()
    """All the keys that do it, where there are more."""


def show_key(key: str) -> str:
    """Write one key as it is printed on a keyboard."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    return _GLYPHS.get(key, key)

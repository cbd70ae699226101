"""The management key as this layer knows it: something that reveals itself for a request."""

from typing import Protocol, runtime_checkable
from urllib.parse import quote

from xcoll_tui.api.errors import InvalidKey

_HIDDEN = "[key]"
# A shorter text is no secret, and hiding it would garble every sentence.
_SHORTEST_HIDDEN = 4
_LONGEST_CHANCE = 12


@runtime_checkable
class ManagementKey(Protocol):
    """An object that yields a key. Its repr must not."""

    def reveal(self) -> str:
        """Return the key as it is sent."""
        ...


class PlainKey:
    """A key given as text; neither its repr nor `vars` shows it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the key as it is sent."""
        return self._text


def accept_key(key: str | ManagementKey) -> ManagementKey:
    """Return `key` if it can stand in a header; no prefix is asked for.

    Raises InvalidKey for an empty key, and for one with spaces around it, control characters or
    characters outside Latin-1. No message holds any of the key.
    """
    holder = PlainKey(key) if isinstance(key, str) else key
    if not isinstance(holder, ManagementKey):
        raise InvalidKey("No management key was given. Give one as text, or set it up first.")
    problem = _problem_of(holder)
    if problem is not None:
        raise InvalidKey(f"The management key {problem}. Copy it again, and nothing around it.")
    return holder


def _problem_of(holder: ManagementKey) -> str | None:
    text = holder.reveal()
    if not text.strip():
        return "is empty"
    if text != text.strip():
        return "has white space around it"
    if not text.isprintable():
        return "holds a line break, a control character or another invisible character"
    if any(ord(character) > 0xFF for character in text):
        return "holds a character that no HTTP header can carry"
    return None


def hide_key(text: str, holder: ManagementKey) -> str:
    """Return `text` with the key replaced wherever it occurs."""
    key = holder.reveal()
    return text.replace(key, _HIDDEN) if len(key) >= _SHORTEST_HIDDEN else text


def is_in_url(target: str, holder: ManagementKey) -> bool:
    """Tell whether a path or query holds the key, as it is or percent-encoded.

    A short text is found by chance, and is no key of the service.
    """
    key = holder.reveal()
    return len(key) > _LONGEST_CHANCE and (key in target or quote(key, safe="") in target)

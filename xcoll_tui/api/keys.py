"""A key as this layer knows it: something that reveals itself for a request."""

import base64
import re
from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable
from urllib.parse import unquote

from xcoll_tui.api.errors import InvalidKey

_HIDDEN = "[key]"
# A shorter text is no secret, and hiding it would garble every sentence.
_SHORTEST_HIDDEN = 4
_LONGEST_CHANCE = 12
ANY_PREFIX = "xai-"
"""What every key of xAI begins with, also those for inference; it is asked of none."""
KEY_PREFIX = f"{ANY_PREFIX}token-"
"""What management keys begin with; nor is that."""
# So many characters of a key in a row are no chance: of one that is marked as such, and of others.
_MARKED_RUN, _RUN = 8, 12
_ENCODED_RUN = 11
# Who takes a part of a key out of a URL has not taken it out.
_TELLING = 16
_ESCAPE = re.compile(
    r"%[0-7][0-9A-Fa-f]|(?:%[89A-Fa-f][0-9A-Fa-f])+|\\u(?P<code>[0-9A-Fa-f]{4})|\\[/\"\\]"
)
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")
_FOR_URLS = str.maketrans("+/", "-_")


@runtime_checkable
class ManagementKey(Protocol):
    """An object that yields a key. Its repr must not."""

    def reveal(self) -> str:
        """Return the key as it is sent."""


class PlainKey:
    """A key given as text; neither its repr nor `vars` shows it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the key as it is sent."""
        return self._text


def accept_key(key: str | ManagementKey, noun: str = "management key") -> ManagementKey:
    """Return `key` if it can stand in a header; no prefix is asked for.

    Raises InvalidKey for an empty key, and for one with spaces around it, control characters or
    characters outside Latin-1. No message holds any of the key, which is called
    `noun` there.
    """
    holder = PlainKey(key) if isinstance(key, str) else key
    if not isinstance(holder, ManagementKey):
        raise InvalidKey(f"No {noun} was given. Give one as text, or set it up first.")
    problem = _problem_of(holder)
    if problem is not None:
        raise InvalidKey(f"The {noun} {problem}. Copy it again, and nothing around it.")
    return holder


def _problem_of(holder: ManagementKey) -> str | None:
    text = holder.reveal()
    if not text.strip():
        return "is empty"
    if text != text.strip():
        return "has whitespace around it"
    if not text.isprintable():
        return "holds a line break, a control character or another invisible character"
    if any(ord(character) > 0xFF for character in text):
        return "holds a character that HTTP headers cannot contain"
    return None


class KeyMask:
    """Takes a key out of texts: whole or in part, in any form in which programs write text.

    Those are the key as it is, percent-encoded, with the escapes of JSON, hexadecimal, and base64
    of a text that it is in. A part is a run of characters that nobody writes by chance.
    """

    __slots__ = ("_begin", "_encoded", "_parts", "_runs", "_whole")

    def __init__(self, holder: ManagementKey) -> None:
        key = holder.reveal()
        self._whole = key
        # What all keys begin with tells nothing, and stands in many a text.
        self._begin = len(_prefix_of(key))
        run = _MARKED_RUN if self._begin else _RUN
        self._runs = tuple(key[at : at + run] for at in range(self._begin, len(key) - run + 1))
        self._encoded = tuple({*_in_base64(key, self._begin), *_in_hex(key, self._begin)})
        self._parts = (*(self._runs or (key,)), *self._encoded)

    def hide(self, text: str) -> str:
        """Return `text` with the key replaced wherever it occurs."""
        if len(self._whole) < _SHORTEST_HIDDEN:
            return text
        plain, places = _unescaped(text)
        if not any(map(plain.__contains__, self._parts)):
            return text  # as nearly all are: to look where a part stands takes many times as long
        spans = sorted(
            (begin, end) if places is None else (places[begin][0], places[end - 1][1])
            for begin, end in self._spans(plain)
        )
        shown, end = [], 0
        for begin, stop in spans:
            if begin >= end:
                shown += [text[end:begin], _HIDDEN]
            end = max(end, stop)
        return "".join([*shown, text[end:]])

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for run in self._runs or (self._whole,):
            for at in _occurrences(run, text):
                yield self._widened(text, at, at + len(run))
        for run in self._encoded:
            for at in _occurrences(run, text):
                begin, end = at, at + len(run)
                while begin > 0 and text[begin - 1] in _BASE64:
                    begin -= 1
                while end < len(text) and text[end] in _BASE64:
                    end += 1
                yield begin, end

    def _widened(self, text: str, begin: int, end: int) -> tuple[int, int]:
        """Take what all keys begin with along with the part that follows it."""
        start = begin - self._begin
        whole = self._begin and start >= 0 and text[start:begin] == self._whole[: self._begin]
        return (start if whole else begin), end


def _in_base64(key: str, begin: int) -> Iterator[str]:
    """Yield parts of a key in base64, as they stand there after any number of other bytes."""
    for shift in range(3):
        written = base64.b64encode(b"\0" * shift + key.encode()).decode()
        first = -(-(shift + begin) * 8 // 6)
        last = (shift + len(key.encode())) * 8 // 6 - _ENCODED_RUN
        # Not at every place: what is found is widened to all of the base64 around it.
        for at in range(first, last + 1, _ENCODED_RUN):
            run = written[at : at + _ENCODED_RUN]
            yield run
            yield run.translate(_FOR_URLS)


def _in_hex(key: str, begin: int) -> Iterator[str]:
    for at in range(begin, len(key) - _RUN + 1, _RUN):
        run = key[at : at + _RUN].encode().hex()
        yield run
        yield run.upper()


def _unescaped(text: str) -> tuple[str, Sequence[tuple[int, int]] | None]:
    """Return a text without its escapes, and where each character stands; None: where it stood."""
    if not ("%" in text or "\\" in text) or _ESCAPE.search(text) is None:
        return text, None
    plain: list[str] = []
    places: list[tuple[int, int]] = []
    end = 0
    for escape in _ESCAPE.finditer(text):
        plain += text[end : escape.start()]
        places += [(at, at + 1) for at in range(end, escape.start())]
        end = escape.end()
        unescaped = _meant(escape)
        plain += unescaped
        places += [escape.span()] * len(unescaped)
    plain += text[end:]
    places += [(at, at + 1) for at in range(end, len(text))]
    return "".join(plain), places


def _meant(escape: re.Match[str]) -> str:
    if escape["code"] is not None:
        return chr(int(escape["code"], base=16))
    return unquote(escape[0]) if escape[0].startswith("%") else escape[0][1:]


def _occurrences(part: str, text: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def is_in_url(target: str, holder: ManagementKey) -> bool:
    """Tell whether a path or query holds the key, or most of it, as it is or percent-encoded.

    A short text is found by chance, and is no key of the service.
    """
    key = holder.reveal()
    if len(key) <= _LONGEST_CHANCE:
        return False
    plain = unquote(target)
    begin = len(_prefix_of(key)) or len(key)
    parts = (key[at : at + _TELLING] for at in range(begin, len(key) - _TELLING + 1))
    return any(part in plain for part in (key, *parts))


def is_other_kind(holder: ManagementKey, *, for_inference: bool) -> bool:
    """Tell whether a key begins as those of the other host do; what begins otherwise may be any."""
    prefix = _prefix_of(holder.reveal())
    return bool(prefix) and (prefix == KEY_PREFIX) is for_inference


def tell_other_kind(*, for_inference: bool) -> str:
    """Say in one sentence that a key is for the other host."""
    if for_inference:
        return (
            f"It begins with {KEY_PREFIX} as management keys do, and searching and files take an "
            "inference key, which the xAI Console makes under API Keys."
        )
    return (
        f"It begins with {ANY_PREFIX} and not with {KEY_PREFIX}, so it is an inference key, and "
        "collections take a management key, which the xAI Console makes under Management Keys."
    )


def _prefix_of(key: str) -> str:
    return next((start for start in (KEY_PREFIX, ANY_PREFIX) if key.startswith(start)), "")

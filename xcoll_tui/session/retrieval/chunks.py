"""Chunks as a person reads them: without the JSON that may be around them, and the words found."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xcoll_tui.api.models import MOST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xcoll_tui.api.retrieval_models import Match

_WORD = re.compile(r"\w+")
_SHORTEST = 2
_LONGEST_TEXT = 100_000
# What stands in nearly every question, and would be marked in every line.
_EMPTY_WORDS = """
a an and are as at be by can do does for from how i in is it my of on or the this to was what
when where which who why will with you your
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())

Span = tuple[int, int]
"""Where a part of a text begins, and where it has ended."""


@dataclass(frozen=True)
class ChunkText:
    """The text of a chunk; `page` is None where its document has none."""

    text: str
    page: int | None = None


def text_of(match: Match) -> ChunkText:
    """Return the text of a match, out of the JSON that some documents have it in.

    `[{"page_number": 3, "text": "…"}]` is unwrapped; what is of any other form is shown as it came.
    """
    page = match.page_number or None
    content = match.chunk_content
    pages = _pages_of(content) if content.lstrip().startswith("[") else []
    if not pages:
        return ChunkText(content, page)
    numbers = [number for number, _ in pages if number]
    return ChunkText("\n\n".join(text for _, text in pages), page or next(iter(numbers), None))


def words_of(query: str) -> list[str]:
    """Return the words of a question that are worth marking, in lower case, each once."""
    words = dict.fromkeys(word.lower() for word in _WORD.findall(query))
    telling = [word for word in words if len(word) >= _SHORTEST and word not in _EMPTY]
    return telling or list(words)


def spans_of(text: str, words: Iterable[str]) -> list[Span]:
    """Return where words begin a word of a text, in order; case does not count."""
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    if not alternatives:
        return []
    pattern = re.compile(rf"\b(?:{alternatives})\w*", re.IGNORECASE)
    return [match.span() for match in pattern.finditer(text[:_LONGEST_TEXT])]


def snippet_of(text: str, words: Iterable[str], length: int) -> tuple[str, list[Span]]:
    """Return the part of a text, on one line, that holds most of the words, and where they are.

    It has at most `length` characters, an ellipsis where something was left out included.
    """
    line = " ".join(text[:_LONGEST_TEXT].split())
    words = list(words)
    spans = spans_of(line, words)
    if len(line) <= length or length < 4:
        return line[:length], [span for span in spans if span[1] <= length]
    begin = _best_begin(line, spans, length - 2)
    end = min(len(line), begin + length - 2)
    front, back = ("…" if begin else ""), ("…" if end < len(line) else "")
    shift = len(front) - begin
    inside = [(a + shift, b + shift) for a, b in spans if begin <= a and b <= end]
    return f"{front}{line[begin:end]}{back}", inside


def _best_begin(line: str, spans: list[Span], length: int) -> int:
    """Return where the window begins that holds most different words."""
    best, most = 0, -1
    for first, (begin, _) in enumerate(spans):
        inside = {line[a:b].lower() for a, b in spans[first : first + 50] if b <= begin + length}
        if len(inside) > most:
            best, most = begin, len(inside)
    # A little of what stands before the first word, from the beginning of a word on.
    begin = max(0, min(best - length // 5, len(line) - length))
    space = line.find(" ", begin, best) if begin else -1
    return space + 1 if space >= 0 else begin


def _pages_of(content: str) -> list[tuple[int, str]]:
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        return []
    if not isinstance(values, list) or not values:
        return []
    pages = []
    for value in values:
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str):
            return []
        number = value.get("page_number")
        is_number = isinstance(number, int) and not isinstance(number, bool)
        pages.append((number if is_number and 0 < number < MOST else 0, text))
    return pages

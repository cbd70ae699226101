"""Server text made fit for a terminal: pure.

Names and fields come from a service that is not trusted. Escape codes, newlines, bidirectional
overrides and invisible characters would move the cursor, write to the clipboard or disguise a
name, so each is replaced by something that can be seen. What comes out is still only text: give
it to ``Content(...)`` or rich's ``Text(...)``, never to anything that parses markup.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from rich.cells import cell_len, set_cell_size

# Zero-width and bidirectional controls, soft hyphen, invisible operators, tags, interlinear
# annotation, and what only looks like nothing (Hangul fillers, Braille blank, wide spaces).
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
    # Signs of format that some scripts have: before a number, or of shorthand, music, hieroglyphs.
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
OFFENDER = f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{_UNSEEN}]"
"""The pattern of one character that cannot be shown as it is."""
_MARKS = r"(?:[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]){4,}"
# Marks that words are written with: a letter has three of them, or four.
_SCRIPT_MARKS = (
    r"(?:[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06ed\u0816-\u082d\u08d3-\u08ff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc"
    r"\u0ec8-\u0ece\u0f71-\u0f84\u0f8d-\u0fbc\ufe20-\ufe2f]){5,}"
)
_JOINER = "\u200d"
_CONTROL_PICTURES = 0x2400
_DELETE = 0x7F
_COPIED = 50
"""Characters of what was copied that are shown: any ID, and the beginning of what is longer."""
_TAKEN = 74_000
"""Bytes that most terminals take: 100,000 of them in base64."""
_REPLACEMENT = "\ufffd"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _is_pictograph(character: str) -> bool:
    return unicodedata.category(character) in {"So", "Sk"} or character == "\ufe0f"


def _show(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return "\u2421"
    if character == _JOINER:
        text, at = match.string, match.start()
        joined = 0 < at < len(text) - 1
        if joined and _is_pictograph(text[at - 1]) and _is_pictograph(text[at + 1]):
            return character
    return _REPLACEMENT


def clean(text: str, limit: int = 1_000) -> str:
    """Show every control, invisible or reordering character of ``text`` as a visible one.

    At most ``limit`` characters are looked at and kept; an ellipsis tells that more followed.
    Emoji joined by a zero-width joiner stay whole; more than three combining marks in a row,
    which would run over the lines above and below, are cut to three.
    """
    short = text[:limit]
    # Most texts are such: it takes less than the patterns, which the first frame does without.
    shown = short
    if not (short.isascii() and short.isprintable()):
        shown = _compiled(OFFENDER).sub(_show, short)
    if not shown.isascii():
        shown = _compiled(_MARKS).sub(lambda marks: marks.group()[:3], shown)
        shown = _compiled(_SCRIPT_MARKS).sub(lambda marks: marks.group()[:4], shown)
    return f"{shown}…" if len(text) > limit else shown


def copied(text: str, noun: str = "", program: str = "") -> str:
    """Say what was copied, and by what.

    What was sent to the terminal may not have arrived: nothing tells, and many take no more than so
    much. Of several lines only their number is said, which `noun` has to hold.
    """
    noun = noun or ("Command" if " " in text.strip() else "ID")
    way = f"copied by {program}" if program else "sent to the terminal"
    shown = f"{noun} {way}." if "\n" in text else f"{noun} {way}: {clean(text, _COPIED)}"
    if not program and len(text.encode("utf-8", "replace")) > _TAKEN:
        shown += " Many terminals take no more than 74 kB of it."
    return shown


def copied_failures(count: int, noun: str = "ID") -> str:
    """Say that the IDs, or what else names failures, were sent to the terminal's clipboard."""
    if not count:
        return "Nothing failed, so there is nothing to copy."
    them = noun if count == 1 else f"{count:,} {noun}s"
    return f"{them[0].upper()}{them[1:]} of what failed sent to the terminal, a line each."


def clean_lines(text: str, limit: int = 100_000) -> str:
    """Do what ``clean`` does, line by line: newlines stay, tabs become spaces."""
    short = text[:limit].replace("\r\n", "\n").expandtabs(4)
    shown = "\n".join(clean(line, limit) for line in short.split("\n"))
    return f"{shown}…" if len(text) > limit else shown


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Make ``text`` exactly ``width`` terminal cells wide, cleaned, cut with an ellipsis.

    Only as much of the text is looked at as can be seen, so a name of 10,000 characters costs
    no more than a short one.
    """
    if width <= 0:
        return ""
    # A cell shows at most one base character, its marks and its joiners.
    shown = clean(text, width * 4 + 8)
    if shown.isascii():
        if len(shown) > width:
            return f"{shown[: width - 1]}…"
        return shown.rjust(width) if right else shown.ljust(width)
    cells = cell_len(shown)
    if cells > width:
        return set_cell_size(f"{set_cell_size(shown, width - 1).rstrip()}…", width)
    padding = " " * (width - cells)
    return padding + shown if right else shown + padding


def fit_lines(text: str, width: int, lines: int) -> str:
    """Break ``text`` into at most so many lines of ``width`` cells, cleaned, cut with an ellipsis.

    A line ends at a blank, but for a long word, which is broken rather than moved.
    """
    rest = clean(text, width * lines * 4 + 8) if width > 0 else ""
    shown: list[str] = []
    while rest and len(shown) < lines - 1 and cell_len(rest) > width:
        line = set_cell_size(rest, width).rstrip()
        blank = rest.rfind(" ", 0, len(line) + 1)
        end = blank if blank * 3 > len(line) else len(line)
        shown.append(rest[:end])
        rest = rest[end:].lstrip()
    return "\n".join([*shown, fit(rest, min(width, cell_len(rest)))])


_ENDS = 8
"""Cells from which on a name can be cut in its middle, and say something at both of its ends."""


def fit_name(text: str, width: int, beside: Iterable[str]) -> str:
    """Make a name exactly ``width`` cells wide, so that it can be told from those ``beside`` it.

    What is too long is cut at its end, as ``fit`` does; in the middle where that would leave the
    same as of others, and more of them end in something else.
    """
    shown = fit(text, width)
    if width < _ENDS or not _is_cut(text, width):
        return shown
    others = [other for other in beside if other != text]
    fewest = sum(_cut_end(other, width) == shown for other in others)
    for start in ((width - 1) // 4, 1):
        if not fewest:
            break
        middle = _cut_middle(text, width, start)
        # Also those whose beginnings differ: they may be cut in the middle for others' sake.
        same = sum(_cut_middle(other, width, start) == middle for other in others)
        if same < fewest:
            shown, fewest = middle, same
    return shown


def _is_cut(text: str, width: int) -> bool:
    return len(text) > width if text.isascii() else cell_len(clean(text, width * 4 + 8)) > width


# A name is beside several others, and each of them asks how it would be cut.
@lru_cache(maxsize=256)
def _cut_end(text: str, width: int) -> str:
    return fit(text, width)


@lru_cache(maxsize=512)
def _cut_middle(text: str, width: int, start_width: int) -> str:
    # The beginnings are alike, so most of the room is for what tells the names apart.
    back = width - 1 - start_width
    end = clean(text[-(back * 4 + 8) :])
    while end and (cell_len(end) > back or not cell_len(end[0])):
        end = end[1:]
    start = clean(text[: width * 4 + 8])
    start = set_cell_size(start, width - 1 - back).rstrip()
    return set_cell_size(f"{start}…{end}", width)

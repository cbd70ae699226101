"""Bars of eighths of a cell: pure."""

from collections.abc import Sequence
from typing import NamedTuple

_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"


class BarPiece(NamedTuple):
    """Cells of a bar that look alike: the part that they show, and the one behind it."""

    text: str
    part: int
    behind: int
    """The part whose colour stands behind, where a cell is shared by two; else the same."""


def bar_pieces(parts: Sequence[int], width: int) -> list[BarPiece]:
    """Draw parts of a whole, one behind the other, `width` cells wide; the last one is the rest.

    Each begins where the one before ends, to an eighth of a cell; what there is of it is seen.
    """
    total, length = max(1, sum(parts)), width * 8
    ends, done = [], 0
    for part in parts:
        done += part
        ends.append(length * done // total)
    _show_all(parts, ends, length)
    pieces: list[BarPiece] = []
    for cell in range(width):
        first, last = cell * 8, cell * 8 + 8
        here = next(part for part, end in enumerate(ends) if end > first)
        behind = next(part for part, end in enumerate(ends) if end >= last)
        text = _FULL
        if behind - here > 1 and ends[here] < ends[behind - 1]:
            here = behind = behind - 1  # a cell has two colours: what lies within it gets all
        elif behind != here:
            text = _EIGHTHS[ends[here] - first]
        if pieces and pieces[-1][1:] == (here, behind) and text == _FULL:
            pieces[-1] = BarPiece(pieces[-1].text + text, here, behind)
        else:
            pieces.append(BarPiece(text, here, behind))
    return pieces


def _show_all(parts: Sequence[int], ends: list[int], length: int) -> None:
    for index, part in enumerate(parts):
        begin = ends[index - 1] if index else 0
        least = begin + 1 if part else begin
        ends[index] = min(max(ends[index], least), length)
    ends[-1] = length

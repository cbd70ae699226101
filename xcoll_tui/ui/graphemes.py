"""Where a text may be cut: between what is seen as one character, never within it.

rich 15.0.0 (segment.py 113) cuts an emoji from its selector or its joiner, and what is left has
other widths than the whole. Where the edge of a dialog fell there, the row behind it lost a cell,
and its border stood beside that of the other rows.
"""

from functools import lru_cache

from rich.cells import split_graphemes
from rich.segment import Segment

_JOINING = frozenset("\u200d\ufe0f")

_split_cells = Segment._split_cells  # noqa: SLF001 - what is overridden


@lru_cache(maxsize=16_384)
def split_cells(segment: Segment, cut: int) -> tuple[Segment, Segment]:
    """Split a segment at a column; blanks stand for the two halves of what the column cuts."""
    text, style, control = segment
    if _JOINING.isdisjoint(text):
        return _split_cells(segment, cut)
    column = 0
    for start, end, cells in split_graphemes(text)[0]:
        if column == cut and cells:
            return Segment(text[:start], style, control), Segment(text[start:], style, control)
        if column + cells > cut:
            left, right = " " * (cut - column), " " * (column + cells - cut)
            return (
                Segment(text[:start] + left, style, control),
                Segment(right + text[end:], style, control),
            )
        column += cells
    return segment, Segment("", style, control)


def cut_between_graphemes() -> None:
    """Have every segment cut that way, from now on."""
    cut = staticmethod(split_cells)
    Segment._split_cells = cut  # type: ignore[method-assign,assignment]  # noqa: SLF001

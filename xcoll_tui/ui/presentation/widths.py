"""How the width of the screen is shared out among the panes: pure."""

from typing import NamedTuple

SINGLE = 70
"""Below so many columns one pane shows at a time."""
_NARROW, _NARROW_LEFT = 100, 24
_LEFT = 32
_GROWING = 120
"""From so many columns on the left pane takes what its longest name needs."""
_PREVIEWING = 150
"""From so many columns on the preview is shown unless it was turned off."""
_TABLE = 54
"""What the documents keep, so that name, status, size, type and date are all there."""
_PREVIEW_LEAST, _PREVIEW_MOST = 30, 72
PREVIEW_FROM = _LEFT + _TABLE + _PREVIEW_LEAST
"""The least columns that have room for the preview."""


class Widths(NamedTuple):
    """The columns of the outer panes; the documents between them take the rest."""

    left: int
    preview: int
    """0 where it is not shown."""


def share_width(columns: int, longest: int, preview: bool | None) -> Widths:
    """Share out the columns of the screen.

    `longest` is what the left pane needs to show its longest name; `preview` whether it was turned
    on or off, None where neither: then it is shown where it cramps nothing.
    """
    left = _NARROW_LEFT if columns < _NARROW else _LEFT
    if columns >= _GROWING:
        left = max(_LEFT, min(longest, columns // 3))
    wanted = columns >= _PREVIEWING if preview is None else preview
    if not wanted or columns < PREVIEW_FROM:
        return Widths(left, 0)
    # The left pane gives way: names cut there are read more easily than columns that are missing.
    left = min(left, columns - _TABLE - _PREVIEW_LEAST)
    return Widths(left, max(_PREVIEW_LEAST, min((columns - left) // 3, _PREVIEW_MOST)))

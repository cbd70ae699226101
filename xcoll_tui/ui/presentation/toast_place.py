"""Where a toast stands, so that it never lies over the row that a person is at: pure."""

from typing import NamedTuple


class ToastPlace(NamedTuple):
    """The edge that a toast stands at, and how many lines it may take there."""

    above: bool
    most_lines: int


def place_toast(height: int, edge: int, lines: int, clear: range) -> ToastPlace:
    """Place a toast of so many lines on a screen: at the lower edge if it can be, else above.

    `edge` lines at each end are the screen's own; those in `clear` are never covered. Where
    neither side has room for all of it, it gets the side with more room.
    """
    if not clear:
        return ToastPlace(False, max(1, height - 2 * edge))
    below = height - edge - clear.stop
    above = clear.start - edge
    is_above = lines > below and above > below
    return ToastPlace(is_above, max(1, above if is_above else below))

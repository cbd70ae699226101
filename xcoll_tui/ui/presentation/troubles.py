"""What stands over rows that could not be read again: the reason, then what to do. Pure."""

from typing import TYPE_CHECKING, Any

from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.ages import format_elapsed
from xcoll_tui.ui.presentation.errors import sentence_of, where_on
from xcoll_tui.ui.presentation.text import clean, fit, fit_lines

if TYPE_CHECKING:
    from xcoll_tui.session.lists.feed import Feed

_STEP = 4
"""Cells that a reason loses at a time, until what to do has room behind it."""


def reason_on(feed: "Feed[Any] | None") -> str:
    """Tell why the last read of a list failed; empty where it did not."""
    if feed is None or feed.problem is None:
        return ""
    return f"{sentence_of(feed.problem)} {where_on(feed.problem)}".rstrip()


def trouble_on(
    feed: "Feed[Any]", now: float, width: int, lines: int | None, seen_at: float | None = None
) -> str:
    """Tell what is wrong with a list on so many lines; empty where nothing is.

    `seen_at` is when the rows were read that are shown while there are none of the list's own.
    """
    reason = reason_on(feed)
    if not reason:
        return f"! {clean(feed.stopped, 300)}" if feed.stopped else ""
    remedy = f"{key_for('refresh')} tries again."
    read_at = feed.loaded_at if feed.listing.loaded else seen_at
    if read_at is not None:
        remedy = f"Rows as of {format_elapsed(now - read_at)}. {remedy}"
    return with_remedy(f"✗ {reason}", remedy, width, lines)


def with_remedy(reason: str, remedy: str, width: int, lines: int | None) -> str:
    """Write a reason and what to do; the reason is cut where there is no room for both."""
    whole = f"{reason} {remedy}"
    if lines is None or width <= 0:
        return whole
    shown = fit_lines(whole, width, lines)
    cells = width * lines - len(remedy)
    while not shown.replace("\n", " ").endswith(remedy) and cells > _STEP:
        cells -= _STEP
        shown = fit_lines(f"{fit(reason, cells).rstrip()} {remedy}", width, lines)
    return shown

"""How much of a list is loaded, in the words of its title: pure."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.ages import format_minutes
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from xcoll_tui.session.lists.feed import Feed


def format_loaded(feed: "Feed[Any]") -> str:
    """Say how many rows are loaded, of how many, and whether all of them match a filter."""
    loaded = feed.listing.loaded
    if feed.loaded_at is None:
        return "…"
    filtered = bool(feed.query.text or feed.query.failed_only)
    if feed.listing.complete:
        if filtered and feed.total is not None:
            return f"{loaded:,} of {feed.total:,} match"
        return f"{loaded:,} match" if filtered else f"{loaded:,}"
    if filtered:
        return f"{loaded:,}+ match"
    if feed.total is None or feed.total < loaded:
        return f"{loaded:,}+"
    return f"{loaded:,} of {feed.total:,}"


def format_seen(count: int, age: float, room: int, *, complete: bool) -> list[str]:
    """Say how long ago an earlier session has seen rows, if that fits, and how many there were.

    The header tells the age, too.
    """
    ago, many = format_minutes(age), f"{count:,}" if complete else f"{count:,}+"
    return [ago, many] if len(ago) <= room else [many]


def format_failed(feed: "Feed[Any]") -> str:
    """Say how many of how many documents failed, as far as they are loaded."""
    of = "" if feed.total is None else f"{feed.total:,} · "
    more = "" if feed.listing.complete else "+"
    return f"{of}{len(feed.failures):,}{more} failed"


def format_states(feed: "Feed[Any]") -> list[str]:
    """Say how many of the loaded rows are being indexed, and how many failed, where any are."""
    failed = 0 if feed.query.failed_only else len(feed.failures)
    counts = {"indexing": len(feed.under_way), "failed": failed}
    return [f"{count:,} {state}" for state, count in counts.items() if count]


def is_awaited(feed: "Feed[Any]") -> bool:
    """Tell whether there may still come rows."""
    if feed.problem is not None:
        return False
    is_over = feed.listing.complete or feed.stopped
    return feed.loaded_at is None or bool(feed.loading) or not is_over


def format_empty(feed: "Feed[Any]", explain: Callable[[], str], empty: str) -> str:
    """Say why there are no rows: `explain` tells of the filter, or `empty` where there is none."""
    if feed.problem is not None:
        return ""
    if not (feed.query.text or feed.query.failed_only):
        return empty
    return no_match(feed, explain())


def cannot_sort(label: str) -> str:
    """Say why rows cannot be sorted by a column, and what to do."""
    return (
        f"The service cannot sort by {clean(label, 40)}, and not all rows are loaded, so they "
        "cannot be sorted here. "
        f"{key_for('load.all')} loads all."
    )


def no_match(feed: "Feed[Any]", reason: str) -> str:
    """Say in lines that no row is what the filter asks for, why, and how to see others again."""
    back, failed = key_for("back"), key_for("filter.failed")
    if feed.query.failed_only and not feed.query.text.strip():
        return f"No failed documents.\n{failed} or {back} shows all."
    of = "" if feed.total is None else f" of {feed.total:,}"
    lines = (f"0{of} match.", reason, f"{back} clears the filter.")
    return "\n".join(line for line in lines if line)

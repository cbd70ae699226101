"""How much of a list is loaded, and what went wrong with it: pure."""

from typing import TYPE_CHECKING, Any

from xcoll_tui.ui.presentation.ages import format_elapsed
from xcoll_tui.ui.presentation.errors import sentence_of, where_on
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


def format_failed(feed: "Feed[Any]") -> str:
    """Say how many of how many documents failed, as far as they are loaded."""
    of = "" if feed.total is None else f"{feed.total:,} · "
    more = "" if feed.listing.complete else "+"
    return f"{of}{len(feed.failures):,}{more} failed"


def trouble_of(feed: "Feed[Any]", now: float) -> str:
    """Say what went wrong with a feed, "" where nothing did."""
    if feed.problem is not None:
        age = ""
        if feed.loaded_at is not None and feed.listing.loaded:
            age = f"Rows as of {format_elapsed(now - feed.loaded_at)}. "
        # What to do comes first: in a small window the rest is cut.
        return f"✗ {age}R tries again. {sentence_of(feed.problem)} {where_on(feed.problem)}"
    return f"! {clean(feed.stopped, 300)}" if feed.stopped else ""

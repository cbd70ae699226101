"""How much of a list is loaded, in the words of its title: pure."""

from typing import TYPE_CHECKING, Any

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

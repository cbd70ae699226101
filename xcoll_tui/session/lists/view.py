"""How far the loading of a query's rows is, from both of its ends."""

import asyncio
from collections import Counter
from typing import Any

from msgspec import Struct, field

from xcoll_tui.api.errors import ApiError, InvalidArgument
from xcoll_tui.session.lists.listing import End, Listing
from xcoll_tui.session.lists.sources import PAGE_SIZE

_IDLE_PAGES = 20
"""After how many pages in a row without anything new a walk is given up."""


class View(Struct, eq=False):
    """What belongs to one query's rows, and is left behind with them when others take the place."""

    turns: dict[End, asyncio.Lock] = field(
        default_factory=lambda: {end: asyncio.Lock() for end in End}
    )
    pages: Counter[End] = field(default_factory=Counter)
    busy: Counter[End] = field(default_factory=Counter)
    stopped: dict[End, str] = {}
    expired: set[End] = set()

    def can_load(self, listing: Listing[Any], end: End) -> bool:
        """Tell whether there is, or may be, a next page at an end."""
        if listing.complete or end in self.stopped:
            return False
        return not listing.started(end) or listing.token(end) is not None

    def note_refusal(self, listing: Listing[Any], end: End, error: ApiError) -> None:
        """Take note of a next page that was refused: its token may be too old to go on from."""
        if isinstance(error, InvalidArgument) and listing.token(end) is not None:
            self.expired.add(end)

    def useful_ends(self, listing: Listing[Any]) -> list[End]:
        """List the ends from which all that is missing is best loaded."""
        head, tail = self.can_load(listing, End.HEAD), self.can_load(listing, End.TAIL)
        if not listing.started(End.HEAD):
            return []
        # Once the walks touch, one of them is enough to join them, whatever the ties.
        far = listing.total is None or listing.total - listing.loaded > PAGE_SIZE
        tail = tail and (not head or (far and not listing.touched))
        return [end for end, useful in ((End.HEAD, head), (End.TAIL, tail)) if useful]

    def stop_if_idle(self, listing: Listing[Any], end: End) -> None:
        """Give an end up that brought nothing new for long."""
        if listing.idle_pages(end) >= _IDLE_PAGES:
            self.stopped[end] = (
                f"The service sent {_IDLE_PAGES} pages in a row without a new row, so loading was"
                f" stopped at the {end.value} of the list. Refresh to try again."
            )

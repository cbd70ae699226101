"""How far the loading of a query's rows is, from both of its ends."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import Struct, field

from xcoll_tui.api.errors import ApiError, InvalidArgument
from xcoll_tui.session.gather import begin
from xcoll_tui.session.lists.freshness import Freshness
from xcoll_tui.session.lists.listing import End, Listing, RepeatedToken
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.lists.sources import PAGE_SIZE, Page, Source

_IDLE_PAGES = 20
"""After how many pages in a row without anything new a walk is given up."""
_UNTIL_SENT = 3
"""Turns of the loop until a request of httpx is written; more or fewer do no harm."""


class Ahead(NamedTuple):
    """A page that was asked for before the one in front of it was taken in."""

    token: str
    since: int
    """The moment of `Freshness` at which it was asked."""
    answer: "asyncio.Task[Page[Any]]"


class View(Struct, eq=False):
    """What belongs to one query's rows, and is left behind with them when others take the place."""

    turns: dict[End, asyncio.Lock] = field(
        default_factory=lambda: {end: asyncio.Lock() for end in End}
    )
    pages: Counter[End] = field(default_factory=Counter)
    busy: Counter[End] = field(default_factory=Counter)
    stopped: dict[End, str] = {}
    expired: set[End] = set()
    ahead: dict[End, Ahead] = {}

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

    def surely_goes_on(self, listing: Listing[Any], end: End, page: Page[Any]) -> bool:
        """Tell whether the page behind this one will be wanted, whatever the other end brings."""
        if listing.total is None or listing.touched or not page.token:
            return False
        missing = listing.total - listing.loaded - len(page.rows)
        return missing > 3 * PAGE_SIZE and not listing.has_had(end, page.token)

    async def ask_ahead(
        self,
        source: Source[Any],
        query: Query,
        freshness: Freshness[Any],
        end: End,
        token: str | None,
    ) -> None:
        """Ask for the page at a token, and wait until the request is on its way, no longer.

        `drop_ahead` is to be called in any case.
        """

        async def ask() -> Page[Any]:
            return await freshness.reading(source.page(query, end, token))

        self.ahead[end] = Ahead(token or "", freshness.now, begin(ask()))
        for _ in range(_UNTIL_SENT):
            await asyncio.sleep(0)

    def take_ahead(self, end: End, token: str | None) -> Ahead | None:
        """Return what was asked ahead at an end, where it is the page at this token."""
        ahead = self.ahead.pop(end, None)
        if ahead is not None and ahead.token != token:
            ahead.answer.cancel()
            return None
        return ahead

    def drop_ahead(self) -> None:
        """Ask no longer for what was asked ahead and not taken."""
        for end in End:
            self.take_ahead(end, None)

    def add_page(
        self, listing: Listing[Any], end: End, rows: Sequence[Any], token: str | None
    ) -> int:
        """Add the next page of an end to its listing and return the number of new rows.

        Where the service repeats a token, or brings nothing new for long, the end is stopped.
        """
        try:
            added = listing.add_page(end, rows, token)
        except RepeatedToken as repeated:
            added = repeated.added
            self.stopped[end] = str(repeated)
        if listing.idle_pages(end) >= _IDLE_PAGES:
            self.stopped[end] = (
                f"The service sent {_IDLE_PAGES} pages in a row without a new row, so loading was"
                f" stopped at the {end.value} of the list. Refresh to try again."
            )
        self.pages[end] += 1
        return added

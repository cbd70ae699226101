"""A list that was loaded whole, and is filtered here instead of by the service."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from xcoll_tui.session.lists.failures import Failures
from xcoll_tui.session.lists.freshness import Freshness
from xcoll_tui.session.lists.listing import End, Listing
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.lists.sources import Source

T = TypeVar("T")

_AT_ONCE = 500
"""Rows that are looked at before keys get their turn."""


@dataclass(eq=False)
class WholeList(Generic[T]):
    """All rows of a list, unfiltered, behind a filtered one; `query` is what they were asked for.

    It is kept up to date like the one that is shown.
    """

    source: Source[T]
    query: Query
    listing: Listing[T]
    under_way: set[str]
    failures: Failures

    def serves(self, query: Query) -> bool:
        """Tell whether these rows are enough to answer a query."""
        same_order = (query.sort_by, query.descending) == (
            self.query.sort_by,
            self.query.descending,
        )
        is_told = query == self.query or (bool(query.text.strip()) and query.matches is not None)
        return same_order and is_told and self.listing.complete

    async def pick(self, query: Query, freshness: Freshness[T]) -> Listing[T]:
        """Return the rows that a query asks for, as a list that is complete; lets others go on."""
        matches = query.matches
        if query == self.query or matches is None:
            return self.listing
        since = freshness.now
        picked = await freshness.reading(self._pick(matches))
        for key, row in freshness.written_since(since):
            if row is None:
                picked.remove(key)
            else:
                picked.replace(row)
        return picked

    async def _pick(self, matches: Callable[[T], bool]) -> Listing[T]:
        picked: Listing[T] = Listing(self.listing.key, sort_value=self.listing.sort_value)
        rows = iter(list(self.listing.loaded_items()))
        number = 0
        while chunk := list(islice(rows, _AT_ONCE)):
            number += 1
            picked.add_page(End.HEAD, filter(matches, chunk), str(number))
            await asyncio.sleep(0)
        picked.add_page(End.HEAD, (), None)
        return picked

    def renew(self, listing: Listing[T], rows: Iterable[T]) -> None:
        """Take the rows as they were read again; `rows` are those that were."""
        self.listing = listing
        self.under_way = {name for name in self.under_way if name in listing}
        self.failures.keep(listing.__contains__)
        for row in rows:
            self._track(self.source.key(row), row)

    def put(self, key: str, row: T) -> None:
        """Take a newer version of a row."""
        if self.listing.replace(row):
            self._track(key, row)

    def remove(self, key: str) -> None:
        """Take a row away."""
        self.under_way.discard(key)
        self.failures.note(key, None)
        self.listing.remove(key)

    def _track(self, key: str, row: T) -> None:
        self.failures.note(key, self.source.failure_of(row))
        (self.under_way.add if self.source.is_under_way(row) else self.under_way.discard)(key)

"""A list that was loaded whole, and is filtered here instead of by the service."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from msgspec import Struct

from xcoll_tui.session.lists.freshness import Freshness
from xcoll_tui.session.lists.listing import End, Listing
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.lists.row_states import RowStates
from xcoll_tui.session.lists.sources import PAGE_SIZE, Source

T = TypeVar("T")

_AT_ONCE = 500
"""Rows that are looked at before keys get their turn."""


class WholeList(Struct, Generic[T], eq=False):
    """All rows of a list, unfiltered, behind a filtered one; `query` is what they were asked for.

    It is kept up to date like the one that is shown.
    """

    source: Source[T]
    query: Query
    listing: Listing[T]
    states: RowStates[T]

    def serves(self, query: Query) -> bool:
        """Tell whether these rows are enough to answer a query.

        Another order is asked of the service where that costs one page, and no row.
        """
        has_text = bool(query.text.strip())
        is_told = query.matches is not None if has_text else not query.is_filtered
        is_ordered = self._has_order_of(query) or self.listing.loaded > PAGE_SIZE
        return is_told and is_ordered and self.listing.complete

    def _has_order_of(self, query: Query) -> bool:
        order = self.query.sort_by, self.query.descending
        return (query.sort_by, query.descending) == order

    async def pick(self, query: Query, freshness: Freshness[T]) -> Listing[T]:
        """Return the rows that a query asks for, as a list that is complete; lets others go on."""
        if query == self.query:
            return self.listing
        since = freshness.now
        picked = await freshness.reading(self._pick(query))
        for key, row in freshness.written_since(since):
            if row is None:
                picked.remove(key)
            else:
                picked.replace(row)
        return picked

    async def _pick(self, query: Query) -> Listing[T]:
        sort_value = self.source.sort_value(query.sort_by)
        picked: Listing[T] = Listing(
            self.listing.key,
            None if query.is_filtered else self.listing.total,
            sort_value=sort_value,
        )
        rows = list(self.listing.loaded_items())
        if not self._has_order_of(query):
            rows = _sorted(rows, sort_value, descending=query.descending)
        matches, number, rest = query.matches, 0, iter(rows)
        while chunk := list(islice(rest, _AT_ONCE)):
            number += 1
            page = chunk if matches is None else filter(matches, chunk)
            picked.add_page(End.HEAD, page, str(number))
            await asyncio.sleep(0)
        picked.add_page(End.HEAD, (), None)
        return picked

    def renew(self, listing: Listing[T], rows: Sequence[T]) -> None:
        """Take the rows as they were read again; `rows` are those that were."""
        self.listing = listing
        self.states.keep(listing.__contains__)
        self.states.note(rows)

    def put(self, row: T) -> None:
        """Take a newer version of a row."""
        if self.listing.replace(row):
            self.states.note([row])

    def remove(self, key: str) -> None:
        """Take a row away."""
        self.states.forget(key)
        self.listing.remove(key)


def _sorted(rows: list[T], sort_value: Callable[[T], Any], *, descending: bool) -> list[T]:
    """Sort rows as the service does, as far as that is known; those without a value come last."""
    has_value = [row for row in rows if sort_value(row) is not None]
    rest = [row for row in rows if sort_value(row) is None]
    return [*sorted(has_value, key=sort_value, reverse=descending), *rest]

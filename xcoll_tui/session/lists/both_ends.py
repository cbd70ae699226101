"""A list read once from both of its ends at the same time, without keeping its rows.

What comes is the same each time for the same list: the pages are taken in turns, whichever answers
first, so that the walks always meet in the same place.
"""

from __future__ import annotations

import asyncio
import re
from array import array
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

from xcoll_tui.api.errors import Unreadable
from xcoll_tui.session.lists.listing import End, values_differ
from xcoll_tui.session.lists.sources import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from xcoll_tui.session.lists.query import Query
    from xcoll_tui.session.lists.sources import Page, Source

T = TypeVar("T")

_FILE_ID = re.compile(r"file_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_IDLE_PAGES = 20
"""After how many pages in a row without anything new a walk is given up."""
_AHEAD = 4
"""How many pages of an end may wait for those of the other."""


class _Walk:
    """What is remembered of the rows of one end: which they were, and what they were sorted by."""

    def __init__(self) -> None:
        self.places: dict[object, int] = {}
        self.values = array("q")
        self.crossed: set[object] = set()
        self.mark: tuple[int, object] | None = None
        self.idle = 0

    def is_new(self, keys: list[object]) -> bool:
        """Tell whether there are some, all different, and none was met before."""
        return 0 < len(keys) == len(set(keys)) and self.places.keys().isdisjoint(keys)

    def take(self, keys: list[object], values: list[int]) -> None:
        """Remember new rows, and hashes of what they are sorted by."""
        first = len(self.values)
        self.places.update(zip(keys, range(first, first + len(keys)), strict=True))
        self.values.extend(values)
        self.idle = 0


class BothEnds(Generic[T]):
    """Tells which rows of two walks are new, and when the walks have met: pure.

    They have when one comes upon two rows of the other, of different sort values, in the opposite
    order, as in a `Listing`; nothing but keys and hashes is kept here.
    """

    def __init__(self, key: Callable[[T], str], sort_value: Callable[[T], object]) -> None:
        self._key = key
        self._sort_value = sort_value
        self._walks = {End.HEAD: _Walk(), End.TAIL: _Walk()}
        self.complete = False

    def add(self, end: End, rows: Sequence[T], token: str | None) -> list[T]:
        """Take the next page of an end; return the rows that neither end has brought before."""
        walk, across = self._walks[end], self._walks[end.other]
        keys = [_compact(key) for key in map(self._key, rows)]
        if walk.is_new(keys) and across.places.keys().isdisjoint(keys):
            # As most pages are: all of it at once takes half the time.
            walk.take(keys, [hash(value) for value in map(self._sort_value, rows)])
            self.complete = self.complete or token is None
            return list(rows)
        new: list[T] = []
        fresh = False
        for key, row in zip(keys, rows, strict=True):
            value = self._sort_value(row)
            if key in walk.places:
                continue
            fresh = fresh or key not in walk.crossed
            place = across.places.get(key)
            if place is None:
                walk.places[key] = len(walk.values)
                walk.values.append(hash(value))
                new.append(row)
            else:
                walk.crossed.add(key)
                moved = across.values[place] != hash(value)
                if not moved and value is not None and self._meets(walk, place, value):
                    self.complete = True
        walk.idle = 0 if fresh else walk.idle + 1
        self.complete = self.complete or token is None
        return new

    def is_idle(self, end: End) -> bool:
        """Tell whether a walk brings nothing any more."""
        return self._walks[end].idle >= _IDLE_PAGES

    @staticmethod
    def _meets(walk: _Walk, place: int, value: object) -> bool:
        if walk.mark is None or place > walk.mark[0]:
            walk.mark = (place, value)
            return False
        return values_differ(walk.mark[1], value)


class _Reader(Generic[T]):
    """Reads one end ahead of whoever takes its pages."""

    def __init__(
        self, source: Source[T], query: Query, end: End, token: str | None, ahead: Callable[[], int]
    ) -> None:
        self._source = source
        self._query = query
        self._end = end
        self._ahead = ahead
        self._pages: deque[Page[T]] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self.requested = 0
        self.task = asyncio.create_task(self._run(token))

    async def take(self) -> Page[T] | None:
        """Return the next page, None behind the last; raises ApiError."""
        while not self._pages:
            if self.task.done():
                await self.task
                return None
            self._news.clear()
            waiting = asyncio.ensure_future(self._news.wait())
            await asyncio.wait({waiting, self.task}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        page = self._pages.popleft()
        self._room.set()
        return page

    async def _run(self, token: str | None) -> None:
        tokens = set[str | None]()
        while token not in tokens:
            tokens.add(token)
            self.requested += 1
            page = await self._source.page(self._query, self._end, token)
            self._pages.append(page)
            self._news.set()
            token = page.token
            if token is None:
                return
            while len(self._pages) >= self._ahead():
                self._room.clear()
                await self._room.wait()


async def read_both_ends(
    source: Source[T], query: Query, total: int | None = None
) -> AsyncGenerator[tuple[End, list[T]]]:
    """Yield the new rows of each page, with the end that they come from.

    The rows of the tail come in its own order, the last of the list first. `total` is how many
    there should be: then little is read beyond the meeting. Raises ApiError; also where the service
    repeats itself, so that there is no telling where the list ends.
    """
    ends: BothEnds[T] = BothEnds(source.key, source.sort_value(query.sort_by))
    first = await source.page(query, End.HEAD, None)
    yield End.HEAD, ends.add(End.HEAD, first.rows, first.token)
    if ends.complete:
        return

    def ahead() -> int:
        requested = 1 + sum(reader.requested for reader in readers.values())
        return _AHEAD if total is None or requested * PAGE_SIZE < total else 1

    readers: dict[End, _Reader[T]] = {}
    readers[End.TAIL] = _Reader(source, query, End.TAIL, None, ahead)
    readers[End.HEAD] = _Reader(source, query, End.HEAD, first.token, ahead)
    going = [End.TAIL, End.HEAD]
    try:
        while not ends.complete:
            if not going:
                raise Unreadable(
                    "the service repeats its pages, so it is unclear where the list ends",
                    "Try again, or another order.",
                )
            end = going.pop(0)
            page = await readers[end].take()
            if page is None:
                continue
            rows = ends.add(end, page.rows, page.token)
            if not ends.is_idle(end):
                going.append(end)
            yield end, rows
    finally:
        tasks = [reader.task for reader in readers.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _compact(key: str) -> object:
    """Return a key in less memory: 100,000 of them are kept."""
    if _FILE_ID.match(key):
        return int(key[5:].replace("-", ""), 16)
    return key

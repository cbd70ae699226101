"""Following the documents that are being indexed until they are done."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.lists.events import Departure
from xcoll_tui.session.lists.progress import progress_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from typing import Never

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.lists.feed import Feed

FIRST_WAIT = 1.0
LONGEST_WAIT = 15.0
LONGEST_WAIT_AFTER_FAILURE = 60.0
_GROWTH = 1.6
_AT_ONCE = 100


class Follower:
    """Reads the documents under way again and again: the visible ones first, at most 100 a round.

    `feed` gives the feed to follow at each round. Between rounds it waits FIRST_WAIT, longer while
    nothing changes, and as before when something does or other rows come into view. It asks nothing
    when nothing is under way. A row that is not found is gone when it has been so for the settling
    time, in seconds of waiting.
    """

    def __init__(
        self,
        feed: Callable[[], Feed[Document] | None],
        sleep: Callable[[float], Awaitable[None]],
        settling_time: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._feed = feed
        self._sleep = sleep
        self._settling_time = settling_time
        self._news = asyncio.Event()
        self._visible: tuple[str, ...] = ()
        self._others: deque[str] = deque()
        self._missed: dict[str, tuple[float, Document]] = {}
        self._waited = 0.0
        self._followed: Feed[Document] | None = None
        self._arrivals = 0
        self._reported: ApiError | None = None

    def watch(self, file_ids: Iterable[str]) -> None:
        """Say which rows are in view; new ones under way are read soon."""
        before, self._visible = set(self._visible), tuple(file_ids)
        feed = self._feed()
        if feed is not None and any(
            key in feed.under_way and key not in before for key in self._visible
        ):
            self._news.set()

    def notice(self) -> None:
        """Say that the rows may be others; new ones under way are read soon."""
        feed = self._feed()
        if feed is not None and (feed is not self._followed or feed.arrivals != self._arrivals):
            self._news.set()

    async def run(self) -> Never:
        """Follow until cancelled; one run at a time."""
        wait = FIRST_WAIT
        while True:
            feed = self._begin()
            if feed is None or not feed.under_way:
                await self._news.wait()
                wait = FIRST_WAIT
                await self._sleep(wait)
            elif await self._is_news_within(wait):
                wait = FIRST_WAIT
                await self._sleep(wait)
            self._waited += wait
            feed = self._begin()
            keys = [] if feed is None else self._choose(feed)
            if feed is None or not keys:
                continue
            try:
                changed = await self._read(feed, keys)
            except ApiError as error:
                wait = min(wait * 2, LONGEST_WAIT_AFTER_FAILURE)
                feed.report(error)
                if feed.problem is error:
                    self._reported = error
                continue
            feed.report(None, instead_of=self._reported)
            wait = FIRST_WAIT if changed else min(wait * _GROWTH, LONGEST_WAIT)

    def _begin(self) -> Feed[Document] | None:
        """Take note of the feed as it is now; what comes later is news."""
        feed = self._feed()
        if feed is not self._followed:
            self._followed = feed
            self._missed.clear()
            self._others.clear()
        self._arrivals = 0 if feed is None else feed.arrivals
        self._news.clear()
        return feed

    def _choose(self, feed: Feed[Document]) -> list[str]:
        chosen = dict.fromkeys([key for key in self._visible if key in feed.under_way][:_AT_ONCE])
        if not self._others:
            self._others.extend(sorted(feed.under_way))
        while self._others and len(chosen) < _AT_ONCE:
            key = self._others.popleft()
            if key in feed.under_way:
                chosen[key] = None
        return list(chosen)

    async def _read(self, feed: Feed[Document], keys: Sequence[str]) -> bool:
        old_rows = {key: feed.listing.get(key) for key in keys}
        documents = await feed.source.look(keys) or []
        changed = False
        for document in documents:
            key = document.file_id
            self._missed.pop(key, None)
            old = old_rows.pop(key, None)
            # A row that was read or written meanwhile is newer than this answer.
            if old is not None and feed.listing.get(key) is old:
                changed = changed or progress_of(document) != progress_of(old)
                feed.put(document)
        for key, old in old_rows.items():
            if old is None or feed.listing.get(key) is not old:
                continue
            changed = True
            since, missed = self._missed.setdefault(key, (self._waited, old))
            if missed is not old:  # it was read or written since, so it is missed again
                since, _ = self._missed[key] = (self._waited, old)
            # What one answer leaves out may only be behind, in this answer.
            if self._waited > since and self._waited - since >= self._settling_time():
                del self._missed[key]
                feed.remove(key, Departure.ELSEWHERE)
        return changed

    async def _is_news_within(self, seconds: float) -> bool:
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        hearing = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({sleeping, hearing}, return_when=asyncio.FIRST_COMPLETED)
            return self._news.is_set()
        finally:
            for task in (sleeping, hearing):
                task.cancel()
            await asyncio.gather(sleeping, hearing, return_exceptions=True)

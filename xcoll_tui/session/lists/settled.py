"""Waiting until nothing of a collection is being indexed any more."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import InvalidArgument
from xcoll_tui.api.filters import all_of
from xcoll_tui.api.models import DocumentStatus
from xcoll_tui.session.lists.follower import FIRST_WAIT, LONGEST_WAIT
from xcoll_tui.session.lists.progress import Progress, progress_of
from xcoll_tui.session.lists.sources import PAGE_SIZE
from xcoll_tui.session.service import Service, document_pages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from xcoll_tui.api.models import Document, DocumentPage

_GROWTH = 1.6
UNDER_WAY = all_of(
    *(f"status:!{status}" for status in (DocumentStatus.PROCESSED, DocumentStatus.FAILED))
)


@dataclass
class Waited:
    """What is known of the documents that are waited for."""

    done: dict[str, Document] = field(default_factory=dict)
    under_way: dict[str, Document] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)

    @property
    def failed(self) -> list[Document]:
        """Those that were not indexed."""
        return [row for row in self.done.values() if not _is_ready(row)]


class IndexingWait:
    """Looks until the documents of `file_ids`, or all without any, are indexed or have failed.

    What was seen under way and then done is done. What was never seen under way may be behind, so
    it has to look done for the settling time, in seconds: a read may show what was before a write.
    `on_done` is told of each document once.
    """

    def __init__(
        self,
        service: Service,
        collection_id: str,
        file_ids: Sequence[str],
        *,
        settling_time: float,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        on_done: Callable[[Document], None],
        on_progress: Callable[[int], None],
    ) -> None:
        self._service = service
        self._collection_id = collection_id
        self._file_ids = tuple(file_ids)
        self._settling_time = settling_time
        self._clock = clock
        self._sleep = sleep
        self._on_done = on_done
        self._on_progress = on_progress
        self._quiet_since: float | None = None
        self._filters = True
        self._unproven: dict[str, Document] = {}
        self.waited = Waited(missing=set(file_ids))

    async def run(self, limit: float | None) -> bool:
        """Wait; False where so many seconds were over before. Raises ApiError."""
        began, pause = self._clock(), FIRST_WAIT
        while True:
            changed = await self._look()
            now = self._clock()
            if self._is_over(now):
                return True
            if limit is not None and now - began >= limit:
                return False
            pause = FIRST_WAIT if changed else min(pause * _GROWTH, LONGEST_WAIT)
            if self._quiet_since is not None:
                rest = self._settling_time - (now - self._quiet_since)
                pause = min(pause, max(rest, 0.05))
            if limit is not None:
                pause = min(pause, max(0.05, limit - (now - began)))
            await self._sleep(pause)

    def _is_over(self, now: float) -> bool:
        waited = self.waited
        if waited.under_way:
            self._quiet_since = None
            return False
        if self._file_ids and len(waited.done) == len(self._file_ids):
            return True
        if self._quiet_since is None:
            self._quiet_since = now
        over = now - self._quiet_since >= self._settling_time
        if over:
            for row in self._unproven.values():
                self._take(row)
        return over

    async def _look(self) -> bool:
        """Read how things stand, and return whether something changed."""
        waited = self.waited
        before = (
            len(waited.done),
            {key: progress_of(row) for key, row in waited.under_way.items()},
        )
        watched = self._file_ids or tuple(waited.under_way)
        rows: list[Document] = []
        if watched:
            open_ids = [key for key in watched if key not in waited.done]
            rows = await self._service.batch_get_documents(self._collection_id, open_ids)
            waited.missing = set(open_ids).difference(row.file_id for row in rows)
            for key in waited.missing:
                waited.under_way.pop(key, None)
        if not self._file_ids and not any(progress_of(row).is_under_way for row in rows):
            rows += await self._find()
        self._unproven = {}
        for row in rows:
            if progress_of(row).is_under_way:
                waited.under_way[row.file_id] = row
            elif row.file_id in waited.under_way:
                self._take(row)
            elif self._file_ids and row.file_id not in waited.done:
                self._unproven[row.file_id] = row
        self._on_progress(len(waited.under_way))
        return before != self._state()

    def _state(self) -> tuple[int, dict[str, Progress]]:
        under_way = {key: progress_of(row) for key, row in self.waited.under_way.items()}
        return len(self.waited.done), under_way

    def _take(self, row: Document) -> None:
        self.waited.under_way.pop(row.file_id, None)
        self.waited.done[row.file_id] = row
        self._on_done(row)

    async def _find(self) -> list[Document]:
        """Return the documents that are being indexed, by a filter where the service takes one."""
        pages = document_pages(self._page)
        return [
            row async for page in pages for row in page.documents if progress_of(row).is_under_way
        ]

    async def _page(self, pagination_token: str | None) -> DocumentPage:
        list_page = partial(self._service.list_documents, self._collection_id, limit=PAGE_SIZE)
        if self._filters:
            try:
                return await list_page(pagination_token=pagination_token, filter=UNDER_WAY)
            except InvalidArgument:
                self._filters = False
        return await list_page(pagination_token=pagination_token)


def _is_ready(row: Document) -> bool:
    return progress_of(row).state == "ready"

"""Backing a collection up: walking all of its documents into a file, and telling what is in doubt.

Made before a collection is deleted. `restore` makes a collection of a backup again.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from xcoll_tui.api.models import DocumentsSortBy, Ordering
from xcoll_tui.session.backup.format import BackupBroken
from xcoll_tui.session.backup.writer import BackupWriter
from xcoll_tui.session.gather import begin
from xcoll_tui.session.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from xcoll_tui.api.models import Collection, Document, DocumentPage
    from xcoll_tui.session.backup.format import Backup
    from xcoll_tui.session.service import Service

R = TypeVar("R")

_PAGE_SIZE = 100
_EMPTY_PAGES = 20
"""After how many empty pages in a row a walk is given up."""
_SURPLUS = 2_000
"""How many documents a walk may meet beyond twice as many as there are."""


class BackupFailed(Exception):  # noqa: N818 - a fact about the backup; its text is a whole sentence
    """There is no backup; `str()` says why and what to do.

    `unreadable` counts what could not be read completely where that alone stood in the way: then
    `accept_unreadable` would make one all the same. Else it is 0.
    """

    def __init__(self, sentence: str, *, unreadable: int = 0) -> None:
        super().__init__(sentence)
        self.unreadable = unreadable


@dataclass(frozen=True)
class BackupProgress:
    """The progress of a backup: `written` documents of the `total` the service told, if any."""

    step: Literal["reading", "checking"]
    written: int
    total: int | None


async def back_up(
    service: Service,
    collection_id: str,
    folder: Path,
    *,
    base_url: str,
    clock: Callable[[], float] = time.time,
    on_progress: Callable[[BackupProgress], None] | None = None,
    accept_unreadable: bool = False,
) -> Backup:
    """Write a collection to a new file in `folder`, read it back, and return what it holds.

    Memory stays flat, however many documents there are. `Backup.doubts` tells where the ends of
    the truth disagree: decide on those before deleting anything. Without `accept_unreadable`, one
    document that could not be read completely fails the whole backup.

    Raises ApiError where the service fails, and BackupFailed for everything else. After a failure
    or a cancellation no file is left that could be taken for a backup; a cancellation that comes
    when the finished file is just being named may leave a whole one.
    """
    before = await service.get_collection(collection_id)
    writer = BackupWriter(folder, before, base_url=base_url, made_at=clock())
    writing = _Writing(writer, folder, before, on_progress)
    try:
        await writing.on_disk(writer.open)
        after = before
        # Newest last, so that what is attached meanwhile is still met. Where paging lost some (as
        # among documents of one age it might), the opposite order finds them.
        for order in (Ordering.ASCENDING, Ordering.DESCENDING):
            await writing.walk(service, collection_id, order)
            after = await service.get_collection(collection_id)
            if after.documents_count is not None and writer.count >= after.documents_count:
                break
        if not accept_unreadable:
            writing.require_readable()
        await writing.on_disk(lambda: writer.seal(after, lost=writing.lost))
        writing.tell("checking")
        await writing.on_disk(writer.check)
        return await writing.on_disk(writer.publish)
    finally:
        writer.discard()


class _Writing:
    """One backup under way: the walks, and what they met."""

    def __init__(
        self,
        writer: BackupWriter,
        folder: Path,
        collection: Collection,
        on_progress: Callable[[BackupProgress], None] | None,
    ) -> None:
        self.lost = 0
        self._writer = writer
        self._folder = folder
        self._collection = collection
        self._on_progress = on_progress
        self._example: Document | None = None

    async def walk(self, service: Service, collection_id: str, order: Ordering) -> None:
        """Add the documents of all pages in one order; each is written while the next is read."""

        def ask(token: str | None) -> asyncio.Task[DocumentPage]:
            return begin(
                service.list_documents(
                    collection_id,
                    limit=_PAGE_SIZE,
                    order=order,
                    sort_by=DocumentsSortBy.AGE,
                    pagination_token=token,
                )
            )

        tokens, met, empty, lost = set[str](), 0, 0, 0
        asked = ask(None)
        try:
            while True:
                page = await asked
                met += len(page.documents)
                empty = 0 if page.documents else empty + 1
                token = page.pagination_token
                endless = token in tokens or met > self._most(page) or empty >= _EMPTY_PAGES
                if token is not None and not endless:
                    tokens.add(token)
                    asked = ask(token)
                await self._add(page.documents)
                lost += sum(not document.file_id for document in page.documents)
                if token is None:
                    break
                if endless:
                    if order is Ordering.ASCENDING:
                        raise self._failure(
                            "the service repeats its pages, so it is unclear where they end. Try"
                            " again"
                        )
                    break  # what the opposite order does not find either is told as a doubt
        finally:
            asked.cancel()
            await asyncio.wait([asked])
        self.lost = max(self.lost, lost)

    def _most(self, page: DocumentPage) -> int:
        """Return how many documents a walk may meet, with this page, before it seems endless."""
        count = self._writer.count + len(page.documents)
        return 2 * max(count, self._collection.documents_count or 0) + _SURPLUS

    async def _add(self, documents: Sequence[Document]) -> None:
        await self.on_disk(partial(self._writer.add, documents))
        self._example = self._example or next((d for d in documents if d.unreadable), None)
        self.tell("reading")

    def require_readable(self) -> None:
        """Raise BackupFailed if a document could not be read completely."""
        number = self._writer.unreadable + self.lost
        example = self._example
        if self._collection.unreadable is not None:
            raise self._failure(
                "the collection itself could not be read completely. "
                f"{self._collection.unreadable} Try again, or accept a backup that lacks what "
                "could not be read",
                unreadable=max(number, 1),
            )
        if example is not None:
            raise self._failure(
                f"{number:,} of its documents could not be read completely, such as "
                f"{example.name or example.file_id or 'one without an ID'}. {example.unreadable} "
                "Try again, or accept a backup that lacks what could not be read",
                unreadable=number,
            )

    async def on_disk(self, call: Callable[[], R]) -> R:
        """Run what blocks in a thread; a failure is raised as BackupFailed."""
        try:
            return await in_thread(call)
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise self._failure(
                f"{self._folder} cannot be written to ({reason}). Free some space there, or "
                "make it writable, and try again"
            ) from error
        except BackupBroken as error:
            raise self._failure(
                f"reading it back shows something else than was written ({error.clause}). The "
                "disk may be failing; check it, and try again"
            ) from error

    def tell(self, step: Literal["reading", "checking"]) -> None:
        """Report the progress."""
        if self._on_progress is None:
            return
        count_shown = self._collection.documents_count
        total = None if count_shown is None else max(count_shown, self._writer.count)
        self._on_progress(BackupProgress(step, self._writer.count, total))

    def _failure(self, clause: str, *, unreadable: int = 0) -> BackupFailed:
        name = self._collection.collection_name or self._collection.collection_id
        return BackupFailed(f"“{name}” was not backed up: {clause}.", unreadable=unreadable)

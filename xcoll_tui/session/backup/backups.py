"""The backups of this session's service: made before a collection is deleted, and brought back."""

from __future__ import annotations

from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import NotFound
from xcoll_tui.session.backup.check import check_backup
from xcoll_tui.session.backup.format import list_backups, read_backup
from xcoll_tui.session.backup.make import back_up
from xcoll_tui.session.backup.restore import draft_of, recreate
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.threads import in_thread
from xcoll_tui.session.writes.collection_creation import is_after, read_named
from xcoll_tui.session.writes.collection_diff import differences as unlike_draft
from xcoll_tui.session.writes.judging import is_missing
from xcoll_tui.session.writes.outcome import Verdict

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from xcoll_tui.api.models import Collection
    from xcoll_tui.session.backup.check import BackupCheck
    from xcoll_tui.session.backup.format import Backup, BackupBroken, SavedDocument
    from xcoll_tui.session.backup.make import BackupProgress
    from xcoll_tui.session.backup.restore import Recreated, RecreationProgress
    from xcoll_tui.session.backup.restores import Restore
    from xcoll_tui.session.bulk.bulk import Bulk
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.local_state import LocalState
    from xcoll_tui.session.writes.collections import CollectionWrites
    from xcoll_tui.session.writes.outcome import Outcome


class RestoreElsewhere(Exception):  # noqa: N818 - a fact; its text is a whole sentence
    """Another xcoll is making a collection of the same backup, or is deleting its collection."""


@dataclass(frozen=True)
class Begun:
    """A restore begun earlier, with the collection that it made, or those it may have made."""

    restore: Restore
    collections: tuple[Collection, ...]
    sure: bool = False


class Backups:
    """Make backups in a folder, list them, and make collections of them again.

    `folder` is None where there is no state folder; then no backup can be made. `created` is told
    of each collection that was made, and of what backup.
    """

    def __init__(
        self,
        context: SessionContext,
        collections: CollectionWrites,
        bulk: Bulk,
        state: LocalState,
        *,
        created: Callable[[str, Path], Awaitable[None]],
    ) -> None:
        self.folder = None if state.folder is None else state.folder / "backups"
        self.deletions = state.deletions
        self._state = state
        self._created = created
        self._service = context.service
        self._collections = collections
        self._bulk = bulk
        self._clock = context.clock
        self._tasks = context.tasks
        self._under_way: set[Path] = set()

    async def make(
        self,
        collection_id: str,
        *,
        on_progress: Callable[[BackupProgress], None] | None = None,
        accept_unreadable: bool = False,
    ) -> Backup:
        """Write a collection to a new file and read it back; raises ApiError and BackupFailed.

        Raises LookupError where there is no folder to write to.
        """
        if self.folder is None:
            raise LookupError("There is no state folder, so no backup can be written.")
        return await back_up(
            self._service,
            collection_id,
            self.folder,
            base_url=self._state.base_url,
            clock=self._clock,
            on_progress=on_progress,
            accept_unreadable=accept_unreadable,
        )

    async def listed(self) -> list[Backup | BackupBroken]:
        """List the backups that there are, the newest first."""
        if self.folder is None:
            return []
        return await in_thread(partial(list_backups, self.folder))

    async def check(self, backup: Backup) -> BackupCheck:
        """Compare a collection with its backup, right before it is deleted; raises ApiError."""
        return await check_backup(self._service, backup)

    async def begun(self, path: Path) -> Begun | None:
        """Return what an earlier restore of this backup began, None where nothing is known of it.

        Raises ApiError where that cannot be found out, and RestoreElsewhere while the collection of
        the backup is being deleted.
        """
        record = await self._state.restores.find(path, self._state.place)
        reader = await in_thread(partial(read_backup, path))
        if reader.backup.collection.collection_id in await self.deletions.live():
            raise RestoreElsewhere(
                "The collection of this backup is being deleted just now, here or by another xcoll."
            )
        if record is None:
            return None
        if record.collection_id:
            try:
                collection = await self._service.get_collection(record.collection_id)
            except NotFound as error:
                if not is_missing(error):
                    raise
                return Begun(record, ())
            return Begun(record, (collection,), sure=True)
        return Begun(record, tuple(await self._look_for(record, reader.backup)))

    async def _look_for(self, record: Restore, backup: Backup) -> list[Collection]:
        """Return the collections that a create whose answer was lost may have made."""
        draft = draft_of(backup)
        return [
            collection
            for collection in await read_named(self._service, draft.collection_name)
            if collection.collection_id != backup.collection.collection_id
            and is_after(collection, record.asked_at)
            and not unlike_draft(collection, draft)
        ]

    async def recreate(
        self,
        path: Path,
        *,
        begun: Restore | None = None,
        on_progress: Callable[[RecreationProgress], None] | None = None,
        collection_id: str | None = None,
    ) -> Recreated:
        """Make the collection of a backup again, and attach its documents; raises BackupBroken.

        `begun` is the record of the restore that this goes on with, in `collection_id`. Raises
        RestoreElsewhere where this or another xcoll is at it already, and OSError where no record
        can be written. A cancelled caller leaves it running: the create under way could not be told
        from none, and would be sent again.
        """
        work = self._recreate(path, begun, on_progress, collection_id)
        return await self._tasks.run(work)

    async def _recreate(
        self,
        path: Path,
        begun: Restore | None,
        on_progress: Callable[[RecreationProgress], None] | None,
        collection_id: str | None,
    ) -> Recreated:
        restores = self._state.restores
        async with self._right_to(path, begun):
            record = begun or await restores.begin(
                path, self._state.place, self._service.service_clock()
            )

            async def created_as(new_id: str) -> None:
                nonlocal record
                record = await restores.note_created(record, new_id)
                await self._created(new_id, path)

            if collection_id is not None and record.collection_id != collection_id:
                await created_as(collection_id)
            done = await recreate(
                self._service,
                path,
                create=self._collections.create,
                attach=self._attach,
                created_as=created_as,
                collection_id=collection_id,
                on_progress=on_progress,
            )
            nothing = done.created is not None and done.created.verdict is Verdict.FAILED
            if done.complete or (nothing and done.collection_id is None):
                await restores.end(record)
        return done

    @asynccontextmanager
    async def _right_to(self, path: Path, begun: Restore | None) -> AsyncIterator[None]:
        if path in self._under_way:
            raise RestoreElsewhere("This backup is being recreated just now.")
        self._under_way.add(path)
        try:
            own = nullcontext(True)
            async with own if begun is None else self._state.restores.adopt(begun) as adopted:
                if not adopted:
                    raise RestoreElsewhere(
                        "Another xcoll is recreating a collection from this backup."
                    )
                yield
        finally:
            self._under_way.discard(path)

    async def _attach(
        self, collection_id: str, documents: Sequence[SavedDocument]
    ) -> Sequence[Outcome]:
        items = [Item(document.file_id, document.name, document.fields) for document in documents]
        run = self._bulk.attach_again(collection_id, items)
        await run.wait()
        return list(run.outcomes.values())

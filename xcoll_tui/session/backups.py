"""The backups of this sitting's service: made before a collection is deleted, and brought back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.session.backup import back_up, in_thread, list_backups
from xcoll_tui.session.bulk_run import Item
from xcoll_tui.session.recreation import recreate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from xcoll_tui.session.backup import Backup, BackupBroken, BackupProgress
    from xcoll_tui.session.backup_file import SavedDocument
    from xcoll_tui.session.bulk import Bulk
    from xcoll_tui.session.outcome import Outcome
    from xcoll_tui.session.recreation import Recreated, RecreationProgress
    from xcoll_tui.session.service import Service
    from xcoll_tui.session.writes import Writes


class Backups:
    """Make backups in a folder, list them, and make collections of them again.

    `folder` is None where there is no state folder; then no backup can be made.
    """

    def __init__(
        self,
        service: Service,
        writes: Writes,
        bulk: Bulk,
        folder: Path | None,
        *,
        base_url: str,
        clock: Callable[[], float],
    ) -> None:
        self.folder = folder
        self._service = service
        self._writes = writes
        self._bulk = bulk
        self._base_url = base_url
        self._clock = clock

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
            base_url=self._base_url,
            clock=self._clock,
            on_progress=on_progress,
            accept_unreadable=accept_unreadable,
        )

    async def listed(self) -> list[Backup | BackupBroken]:
        """List the backups that there are, the newest first."""
        if self.folder is None:
            return []
        return await in_thread(partial(list_backups, self.folder))

    async def recreate(
        self,
        path: Path,
        *,
        on_progress: Callable[[RecreationProgress], None] | None = None,
        collection_id: str | None = None,
    ) -> Recreated:
        """Make the collection of a backup anew, and attach its documents; raises BackupBroken."""
        return await recreate(
            self._service,
            path,
            create=self._writes.create_collection,
            attach=self._attach,
            collection_id=collection_id,
            on_progress=on_progress,
        )

    async def _attach(
        self, collection_id: str, documents: Sequence[SavedDocument]
    ) -> Sequence[Outcome]:
        items = [Item(each.file_id, each.name, each.fields) for each in documents]
        run = self._bulk.attach(collection_id, items)
        await run.wait()
        return list(run.outcomes.values())

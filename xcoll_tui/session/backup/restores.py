"""Collections that are being made again from a backup: a record each, so that none is begun twice.

The record is written before the create request, gets the collection's ID with the answer, and is
deleted when all of the backup stands in the collection.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from xcoll_tui.session.json_file import number_of, texts_of
from xcoll_tui.session.place import Place
from xcoll_tui.session.writes.records import RecordFolder, adopting, new_id, put_own

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from xcoll_tui.session.writes.records import Owner

FOLDER = "restores"
_MARK = "xcoll_restore"


@dataclass(frozen=True)
class Restore:
    """A collection that was begun from a backup.

    `backup` is the name of its file, `collection_id` "" until the service has answered, `asked_at`
    the service's time before the create request, None where that is not known.
    """

    id: str
    owner: str
    place: str
    backup: str
    collection_id: str
    asked_at: float | None


class Restores:
    """The restores that were begun and not finished; `state` is the state folder."""

    def __init__(self, state: Path | None, owner: Owner) -> None:
        folder = None if state is None else state / FOLDER
        content = "the collection that a backup is made into"
        self._records = RecordFolder(folder, _read, _write, content)
        self._owner = owner
        self.problems: list[str] = []
        """What could not be read, as sentences."""

    async def find(self, backup: Path, place: Place) -> Restore | None:
        """Return the newest restore of a backup that was begun, None if there is none."""
        records, self.problems = await asyncio.to_thread(self._records.read_all)
        own_records = [
            record
            for record in records
            if record.backup == backup.name and place.owns(Place.parse(record.place))
        ]
        return max(own_records, key=lambda record: record.asked_at or 0.0, default=None)

    def adopt(self, restore: Restore) -> AbstractAsyncContextManager[bool | None]:
        """Hold the right to go on with a restore; False where another xcoll is at it."""
        return adopting(self._owner, restore.owner)

    async def begin(self, backup: Path, place: Place, asked_at: float | None) -> Restore:
        """Write a record before a collection is created; raises OSError."""
        restore = Restore(new_id(), self._owner.id, str(place), backup.name, "", asked_at)
        await self._put(restore)
        return restore

    async def note_created(self, restore: Restore, collection_id: str) -> Restore:
        """Write down which collection it is; raises OSError."""
        restore = replace(restore, collection_id=collection_id)
        await self._put(restore)
        return restore

    async def end(self, restore: Restore) -> None:
        """Delete the record: all stands in the collection, or nothing was created."""
        await asyncio.to_thread(self._records.delete, restore.id)

    async def _put(self, restore: Restore) -> None:
        await asyncio.to_thread(put_own, self._owner, self._records, restore)


def _write(restore: Restore) -> dict[str, Any]:
    return {_MARK: 1, **asdict(restore)}


def _read(members: dict[str, Any]) -> Restore:
    if members.get(_MARK) != 1:
        raise ValueError("it is not a record of this version of xcoll")
    asked_at = members.get("asked_at")
    return Restore(
        **texts_of(members, "id", "owner", "place", "backup", "collection_id"),
        asked_at=None if asked_at is None else number_of(members, "asked_at"),
    )

"""Collections that are being deleted: a record each, so that no other xcoll makes them again."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from xcoll_tui.session.json_file import text_of
from xcoll_tui.session.writes.records import RecordFolder, new_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from xcoll_tui.session.writes.records import Owner

FOLDER = "deletions"
_MARK = "xcoll_deletion"


@dataclass(frozen=True)
class Deletion:
    """A collection that is being backed up and deleted."""

    id: str
    owner: str
    collection_id: str


class Deletions:
    """The deletions that are under way; `state` is the state folder."""

    def __init__(self, state: Path | None, owner: Owner) -> None:
        self._records = (
            None
            if state is None
            else RecordFolder(state / FOLDER, _read, _write, "that a collection is being deleted")
        )
        self._owner = owner
        self._own: set[str] = set()

    @asynccontextmanager
    async def under_way(self, collection_id: str) -> AsyncIterator[None]:
        """Have others see that this collection is being deleted, where they can be told at all."""
        deletion = Deletion(new_id(), self._owner.id, collection_id)
        self._own.add(collection_id)
        try:
            with suppress(OSError):
                await asyncio.to_thread(self._put, deletion)
            yield
        finally:
            self._own.discard(collection_id)
            if self._records is not None:
                with suppress(OSError):
                    await asyncio.to_thread(self._records.delete, deletion.id)

    async def live(self) -> frozenset[str]:
        """Return the IDs of the collections that this or another xcoll is deleting."""
        return await asyncio.to_thread(self._elsewhere) | self._own

    def _put(self, deletion: Deletion) -> None:
        if self._records is not None:
            self._owner.acquire()
            self._records.put(deletion)

    def _elsewhere(self) -> frozenset[str]:
        if self._records is None:
            return frozenset()
        live = set()
        for deletion in self._records.read_all()[0]:
            with suppress(OSError):
                if self._owner.is_live(deletion.owner):
                    live.add(deletion.collection_id)
                elif not self._owner.acts_for(deletion.owner):
                    self._records.delete(deletion.id)  # its process died
        return frozenset(live)


def _write(deletion: Deletion) -> dict[str, Any]:
    return {_MARK: 1, **asdict(deletion)}


def _read(members: dict[str, Any]) -> Deletion:
    if members.get(_MARK) != 1:
        raise ValueError("it is no record of this version of xcoll")
    return Deletion(
        id=text_of(members, "id"),
        owner=text_of(members, "owner"),
        collection_id=text_of(members, "collection_id"),
    )

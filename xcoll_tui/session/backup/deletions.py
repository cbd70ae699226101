"""Collections that are being deleted: a record each.

No other xcoll makes such a collection again meanwhile, and the next start tells of what broke off.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from xcoll_tui.session.json_file import texts_of
from xcoll_tui.session.place import Place
from xcoll_tui.session.writes.records import RecordFolder, new_id, put_own

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from xcoll_tui.session.writes.records import Owner

FOLDER = "deletions"
_MARK = "xcoll_deletion"


@dataclass(frozen=True)
class Deletion:
    """A collection that is being backed up and deleted; `place` is "" in older records."""

    id: str
    owner: str
    collection_id: str
    place: str = ""
    name: str = ""


class Deletions:
    """The deletions that are under way; `state` is the state folder."""

    def __init__(self, state: Path | None, owner: Owner) -> None:
        folder = None if state is None else state / FOLDER
        content = "that a collection is being deleted"
        self._records = RecordFolder(folder, _read, _write, content)
        self._owner = owner
        self._own: set[str] = set()
        self.problems: list[str] = []
        """What could not be read, as sentences."""

    @asynccontextmanager
    async def under_way(
        self, collection_id: str, place: Place | None = None, name: str = ""
    ) -> AsyncIterator[None]:
        """Have others see that this collection is being deleted, where they can be told at all."""
        deletion = Deletion(new_id(), self._owner.id, collection_id, str(place or ""), name)
        self._own.add(collection_id)
        try:
            with suppress(OSError):
                await asyncio.to_thread(put_own, self._owner, self._records, deletion)
            yield
        except asyncio.CancelledError:
            raise  # the program ends: the next start tells of it
        except BaseException:
            await self._forget(deletion)
            raise
        else:
            await self._forget(deletion)
        finally:
            self._own.discard(collection_id)

    async def live(self) -> frozenset[str]:
        """Return the IDs of the collections that this or another xcoll is deleting."""
        return await asyncio.to_thread(self._elsewhere) | self._own

    async def take_broken_off(self, place: Place) -> list[Deletion]:
        """Return the deletions of this place whose xcoll has died, each once.

        Whether the collection is gone is not known.
        """
        return await asyncio.to_thread(self._take_dead, place)

    async def _forget(self, deletion: Deletion) -> None:
        with suppress(OSError):
            await asyncio.to_thread(self._records.delete, deletion.id)

    def _read_all(self) -> list[Deletion]:
        records, self.problems = self._records.read_all()
        return records

    def _elsewhere(self) -> frozenset[str]:
        live = set()
        for deletion in self._read_all():
            with suppress(OSError):
                if self._owner.is_live(deletion.owner):
                    live.add(deletion.collection_id)
        return frozenset(live)

    def _take_dead(self, place: Place) -> list[Deletion]:
        dead = []
        for deletion in self._read_all():
            if deletion.place and not place.owns(Place.parse(deletion.place)):
                continue
            with suppress(OSError):
                owner = self._owner
                if not owner.is_live(deletion.owner) and not owner.acts_for(deletion.owner):
                    self._records.delete(deletion.id)
                    dead.append(deletion)
        return dead


def _write(deletion: Deletion) -> dict[str, Any]:
    return {_MARK: 1, **asdict(deletion)}


def _read(members: dict[str, Any]) -> Deletion:
    if members.get(_MARK) != 1:
        raise ValueError("it is not a record of this version of xcoll")
    members = {"place": "", "name": "", **members}
    return Deletion(**texts_of(members, "id", "owner", "collection_id", "place", "name"))

"""Replacements that broke off halfway: a record for each, so that no field value is ever lost.

A replacement removes a document and attaches it again. Before the first half is sent, the file_id
with the old and the new fields is on disk (`unfinished/<id>.json` in the state folder), with how
far it is, and it stays there until the service has shown one of the two. Several programs may share
the folder: a record is its owner's, and anybody's once that is dead.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from xcoll_tui.session.events import UnfinishedChanged
from xcoll_tui.session.json_file import number_of, reason_of, texts_of
from xcoll_tui.session.place import Place
from xcoll_tui.session.writes.records import (
    Owner,
    RecordFolder,
    StateUnusable,
    adopting,
    new_id,
    put_own,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from xcoll_tui.session.events import Event
    from xcoll_tui.session.writes.outcome import Target

FOLDER = "unfinished"
_MARK = "xcoll_unfinished"
_WHAT = "the fields of a document whose replacement was interrupted"

Phase = Literal["begun", "removing", "removed", "attaching"]
"""How far a replacement is: nothing was sent, and then what was about to be sent, or was seen."""


@dataclass(frozen=True)
class Unfinished:
    """A replacement that may have come only halfway; `at` in seconds since the epoch.

    `old` and `new` hold any JSON value, as it is sent. `place` is the text of a `Place`. `is_live`
    says that it is at work in another xcoll, which has the only right to it.
    """

    id: str
    owner: str
    place: str
    collection_id: str
    collection_name: str
    file_id: str
    name: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    at: float
    phase: Phase = "begun"
    is_live: bool = field(default=False, compare=False)


class Recovery:
    """The replacements under way and those that broke off, at one place.

    `folder` is the state folder; None keeps them in memory only, unless `problem`, a sentence, says
    why there is none: then nothing can be begun. `owner` is whose the new ones are.
    """

    def __init__(
        self,
        folder: Path | None,
        place: Place,
        *,
        emit: Callable[[Event], None],
        owner: Owner | None = None,
        problem: str = "",
    ) -> None:
        self._folder = None if folder is None else folder / FOLDER
        self._records = RecordFolder(self._folder, _read, _write, _WHAT)
        self._place = place
        self._owner = owner or Owner(folder)
        self._emit = emit
        self._entries: dict[str, Unfinished] = {}
        self._under_way: set[str] = set()
        self._claimed: set[str] = set()
        self._unreadable: list[str] = []
        self._failures: list[str] = []
        self.problem = problem if folder is None else ""

    @property
    def entries(self) -> list[Unfinished]:
        """Those that broke off, or are at work in another xcoll, the oldest first."""
        broken = [entry for entry in self._entries.values() if entry.id not in self._under_way]
        return sorted(broken, key=lambda entry: entry.at)

    @property
    def problems(self) -> list[str]:
        """What could not be read or deleted, or why nothing can be kept, as sentences."""
        return [*filter(None, [self.problem]), *self._unreadable, *self._failures]

    async def load(self) -> None:
        """Read what earlier sessions left, and what others are at work on now."""
        if self._folder is None:
            return
        entries, problems = await asyncio.to_thread(self._read_all)
        before = self._listed()
        own = {
            entry.id: entry
            for entry in self._entries.values()
            if entry.owner == self._owner.id or entry.id in self._claimed
        }
        self._entries = {**{entry.id: entry for entry in entries}, **own}
        self._unreadable = problems
        if self._listed() != before:
            self._emit(UnfinishedChanged())

    def move(self, place: Place) -> None:
        """Belong to another place from now on: the team became known; `load` reads what it has."""
        self._place = place

    async def begin(
        self, target: Target, old: Mapping[str, Any], new: Mapping[str, Any], at: float
    ) -> Unfinished:
        """Keep both versions before the document is removed; raises OSError where that fails.

        The text of the error is a whole sentence that names the folder, the reason and the advice.
        """
        if self.problem:
            raise StateUnusable(self.problem)
        entry = Unfinished(
            id=new_id(),
            owner=self._owner.id,
            place=str(self._place),
            collection_id=target.collection_id,
            collection_name=target.collection_name,
            file_id=target.file_id or "",
            name=target.name,
            old=dict(old),
            new=dict(new),
            at=at,
            phase="removing",
        )
        await self._put(entry)
        self._entries[entry.id] = entry
        self._under_way.add(entry.id)
        return entry

    async def advance(self, entry: Unfinished, phase: Phase) -> Unfinished:
        """Write how far a replacement is, before the next request; raises OSError as `begin`."""
        entry = replace(entry, phase=phase)
        await self._put(entry)
        self._entries[entry.id] = entry
        return entry

    def leave(self, entry: Unfinished) -> None:
        """Take note that it broke off; it stays until it is forgotten."""
        if entry.id in self._under_way:
            self._under_way.discard(entry.id)
            self._emit(UnfinishedChanged())

    async def forget(self, entry: Unfinished) -> bool:
        """Drop it: the service has shown one of the two, or a person gave it up.

        False, and nothing is dropped, when it is at work in another xcoll.
        """
        if entry.owner == self._owner.id or entry.id in self._claimed:
            await self._delete(entry)
            return True
        async with self.claim(entry) as record:
            if record is not None:
                await self._delete(record)
            return record is not None or not self._is_listed(entry)

    @asynccontextmanager
    async def claim(self, entry: Unfinished) -> AsyncIterator[Unfinished | None]:
        """Hold the right to finish or drop what broke off, and read it again.

        None when it is gone, when another xcoll is at work on it, or this one is.
        """
        if entry.id in self._claimed | self._under_way or entry.id not in self._entries:
            yield None
            return
        self._claimed.add(entry.id)
        try:
            async with adopting(self._owner, entry.owner, self._note_unknown_owner) as adopted:
                if adopted == entry.is_live:
                    self._entries[entry.id] = replace(entry, is_live=not adopted)
                    self._emit(UnfinishedChanged())
                yield await self._read_again(entry) if adopted else None
        finally:
            self._claimed.discard(entry.id)

    # Within

    def _note_unknown_owner(self, error: OSError) -> None:
        problem = _unknown_owner(error)
        if problem not in self._failures:
            self._failures.append(problem)

    async def _read_again(self, entry: Unfinished) -> Unfinished | None:
        if self._folder is None:
            return self._entries.get(entry.id)
        try:
            record = await asyncio.to_thread(self._records.read, entry.id)
        except OSError as error:
            self._failures.append(
                f"{self._records.path_of(entry)} cannot be read: {reason_of(error)}."
            )
            return None
        if record is None:
            self._drop(entry)
        else:
            self._entries[entry.id] = record
        return record

    async def _put(self, entry: Unfinished) -> None:
        if self._folder is not None:
            await asyncio.to_thread(put_own, self._owner, self._records, entry)

    async def _delete(self, entry: Unfinished) -> None:
        self._drop(entry)
        if self._folder is None:
            return
        try:
            await asyncio.to_thread(self._records.delete, entry.id)
        except OSError as error:
            path = self._records.path_of(entry)
            self._failures.append(f"{path} could not be deleted: {reason_of(error)}. Delete it.")

    def _drop(self, entry: Unfinished) -> None:
        listed = self._is_listed(entry)
        self._entries.pop(entry.id, None)
        self._under_way.discard(entry.id)
        if listed:
            self._emit(UnfinishedChanged())

    def _is_listed(self, entry: Unfinished) -> bool:
        return entry.id in self._entries and entry.id not in self._under_way

    def _listed(self) -> dict[str, bool]:
        return {entry.id: entry.is_live for entry in self.entries}

    def _read_all(self) -> tuple[list[Unfinished], list[str]]:
        """Read the records of this place, and who is at work on them; runs in a thread."""
        stored, problems = self._records.read_all()
        entries = [entry for entry in stored if self._place.owns(Place.parse(entry.place))]
        live: dict[str, bool] = {}
        failures = self._owner.find_live((entry.owner for entry in entries), live)
        problems += map(_unknown_owner, failures)
        return [replace(entry, is_live=live[entry.owner]) for entry in entries], problems


def _unknown_owner(error: OSError) -> str:
    return (
        "Whether another xcoll is at work on a replacement that was interrupted is not known: "
        f"{reason_of(error)}. It can be finished where that is known."
    )


def _write(entry: Unfinished) -> dict[str, Any]:
    members = {_MARK: 2, **vars(entry)}
    del members["is_live"]
    return members


def _read(members: dict[str, Any]) -> Unfinished:
    version = members.get(_MARK)
    if version not in (1, 2):
        raise ValueError("it is not a record of this version of xcoll")
    if not all(isinstance(members.get(name), dict) for name in ("old", "new")):
        raise ValueError("it lacks the fields")
    if version == 1:
        # The first version knew no owners: such a record is one of its own. When it was written
        # last, its document may have been removed.
        members = {**members, "owner": members.get("id"), "phase": "removing"}
    if members.get("phase") not in get_args(Phase):
        raise ValueError("its phase is not one that this xcoll knows")
    return Unfinished(
        **texts_of(members, "id", "owner", "place", "collection_id", "collection_name"),
        **texts_of(members, "file_id", "name"),
        old=members["old"],
        new=members["new"],
        at=number_of(members, "at"),
        phase=members["phase"],
    )

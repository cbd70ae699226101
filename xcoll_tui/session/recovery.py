"""Replacements that broke off halfway: a file for each, so that no field value is ever lost.

A replacement removes a document and attaches it again. Before the first half is sent, the file_id
with the old and the new fields is on disk (`unfinished/<id>.json` in the state folder, owner-only,
written under another name, fsynced, renamed), and it stays there until the service has shown one of
the two. A file for each, since several programs may share the folder.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from xcoll_tui.private_files import replace_private
from xcoll_tui.session.changes import UnfinishedChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from xcoll_tui.session.changes import Change
    from xcoll_tui.session.outcome import Target

FOLDER = "unfinished"
_MARK = "xcoll_unfinished"


@dataclass(frozen=True)
class Unfinished:
    """A replacement that may have come only halfway; `at` in seconds since the epoch."""

    id: str
    place: str
    collection_id: str
    collection_name: str
    file_id: str
    name: str
    old: Mapping[str, str]
    new: Mapping[str, str]
    at: float


class Recovery:
    """The replacements under way and those that broke off.

    `folder` is the state folder; without one they are kept in memory only. `place` says which
    service they belong to: others' are left alone. `problems` are sentences about files that could
    not be read or deleted.
    """

    def __init__(self, folder: Path | None, place: str, *, emit: Callable[[Change], None]) -> None:
        self._folder = None if folder is None else folder / FOLDER
        self._place = place
        self._emit = emit
        self._entries: dict[str, Unfinished] = {}
        self._under_way: set[str] = set()
        self.problems: list[str] = []

    @property
    def entries(self) -> list[Unfinished]:
        """Those that broke off, the oldest first."""
        broken = [each for each in self._entries.values() if each.id not in self._under_way]
        return sorted(broken, key=lambda each: each.at)

    async def load(self) -> None:
        """Read what earlier sittings left."""
        if self._folder is None:
            return
        found, problems = await asyncio.to_thread(_read_all, self._folder)
        self.problems += problems
        mine = {each.id: each for each in found if each.place == self._place}
        news = mine.keys() - self._entries.keys()
        self._entries = {**mine, **self._entries}
        if news:
            self._emit(UnfinishedChanged())

    async def begin(
        self, target: Target, old: Mapping[str, str], new: Mapping[str, str], at: float
    ) -> Unfinished:
        """Keep both versions before anything is removed; raises OSError where that fails."""
        entry = Unfinished(
            id=secrets.token_hex(8),
            place=self._place,
            collection_id=target.collection_id,
            collection_name=target.collection_name,
            file_id=target.file_id or "",
            name=target.name,
            old=dict(old),
            new=dict(new),
            at=at,
        )
        if self._folder is not None:
            await asyncio.to_thread(_write, self._folder, entry)
        self._entries[entry.id] = entry
        self._under_way.add(entry.id)
        return entry

    def leave(self, entry: Unfinished) -> None:
        """Take note that it broke off; it stays until it is forgotten."""
        if entry.id in self._under_way:
            self._under_way.discard(entry.id)
            self._emit(UnfinishedChanged())

    async def forget(self, entry: Unfinished) -> None:
        """Drop it: the service has shown one of the two, or a person gave it up."""
        known = self._entries.pop(entry.id, None) is not None
        listed = known and entry.id not in self._under_way
        self._under_way.discard(entry.id)
        if self._folder is not None:
            path = _path(self._folder, entry)
            try:
                await asyncio.to_thread(path.unlink, missing_ok=True)
            except OSError as error:
                self.problems.append(f"{path} could not be deleted: {error.strerror}. Delete it.")
        if listed:
            self._emit(UnfinishedChanged())


def _path(folder: Path, entry: Unfinished) -> Path:
    return folder / f"{entry.id}.json"


def _write(folder: Path, entry: Unfinished) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = json.dumps({_MARK: 1, **asdict(entry)}, indent=1).encode()
    replace_private(_path(folder, entry), content)


def _read_all(folder: Path) -> tuple[list[Unfinished], list[str]]:
    found: list[Unfinished] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(_read(path))
        except (OSError, ValueError, TypeError, KeyError) as error:
            problems.append(
                f"{path} cannot be read ({error}). It holds the fields of a document whose "
                "replacement broke off; look at it before deleting it."
            )
    return found, problems


def _read(path: Path) -> Unfinished:
    members = json.loads(path.read_bytes())
    if not isinstance(members, dict) or members.pop(_MARK, None) != 1:
        raise ValueError("it is no record of this version of xcoll")
    if not all(isinstance(members.get(name), dict) for name in ("old", "new")):
        raise ValueError("it lacks the fields")
    entry = Unfinished(**members)
    if entry.id != path.stem:
        raise ValueError("it was renamed")
    return entry

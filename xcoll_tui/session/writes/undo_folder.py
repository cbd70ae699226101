"""The undo logs of all places, `undo/<digest>.jsonl` in the state folder, read for one of them.

Ninety days or 50 MB of each are kept. Everything here blocks.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from msgspec import Struct

from xcoll_tui.session.json_file import reason_of
from xcoll_tui.session.writes.undo_file import (
    UndoContent,
    UndoFile,
    describe_failure,
    describe_problem,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from xcoll_tui.session.place import Place
    from xcoll_tui.session.writes.records import Owner
    from xcoll_tui.session.writes.undo_entry import UndoEntry

SUFFIX = ".jsonl"
DAYS_KEPT, MEGABYTES_KEPT = 90, 50
_DAY = 24 * 60 * 60


class Loaded(Struct):
    """What was loaded: logs, what is wrong with them, and which entries went, as sentences."""

    contents: list[tuple[UndoFile, UndoContent]] = []
    problems: list[str] = []
    notices: list[str] = []


class UndoFolder:
    """The folder of undo logs, as the session of an owner sees it."""

    def __init__(self, folder: Path, owner: Owner, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._owner = owner
        self._clock = clock
        self._files: dict[Place, UndoFile] = {}

    def file_of(self, place: Place) -> UndoFile:
        """Return the log of a place, which need not be there yet."""
        if place not in self._files:
            self._files[place] = UndoFile(self._folder / f"{place.digest}{SUFFIX}", place)
        return self._files[place]

    def load(self, place: Place, claimed: Collection[str]) -> Loaded:
        """Read the logs that may be of a place, and drop what is too old or too much in them.

        Entries that are `claimed`, or of an owner that lives, stay whatever their age.
        """
        loaded = Loaded()
        try:
            paths = sorted(path for path in self._folder.iterdir() if path.suffix == SUFFIX)
        except FileNotFoundError:
            return loaded
        except OSError as error:
            loaded.problems.append(describe_failure(self._folder, error))
            return loaded
        live: dict[str, bool] = {}
        for path in paths:
            try:
                file = self._file_at(path, place)
                if file is None:
                    continue
                content = file.read()
                owner_ids = [entry.owner for entry in content.entries.values()]
                failures = self._owner.find_live(owner_ids, live)
                loaded.problems += map(describe_unknown_owner, failures)
                for entry in content.entries.values():
                    entry.is_live = live[entry.owner]
                loaded.problems += filter(None, [describe_problem(path, content)])
                self._drop_old(file, content, claimed, loaded)
            except FileNotFoundError:
                continue  # another xcoll dropped all that was in it
            except (OSError, ValueError) as error:
                loaded.problems.append(describe_failure(path, error))
            else:
                loaded.contents.append((file, content))
        return loaded

    def _file_at(self, path: Path, place: Place) -> UndoFile | None:
        """Return the log at a path if it may be of a place; raises ValueError for a copy of one."""
        if path != self.file_of(place).path:
            place_there = UndoFile.place_at(path)
            if not place.owns(place_there):
                return None
            place = place_there
        file = self.file_of(place)
        if path != file.path:
            raise ValueError("it was renamed")
        return file

    def _drop_old(
        self, file: UndoFile, content: UndoContent, claimed: Collection[str], loaded: Loaded
    ) -> None:
        """Drop the entries that are too old, or too much, and nobody's."""
        entries, sizes = content.entries, content.sizes
        oldest = self._clock() - DAYS_KEPT * _DAY
        free = [entry for entry in entries.values() if not self._is_in_use(entry, claimed)]
        old = {entry.id for entry in free if entry.at < oldest}
        rest = content.size - sum(sizes[entry_id] for entry_id in old)
        large = set()
        for entry in sorted(free, key=lambda entry: entry.at):
            if rest <= MEGABYTES_KEPT * 1024 * 1024:
                break
            if entry.id not in old:
                large.add(entry.id)
                rest -= sizes[entry.id]
        if not old and not large:
            return
        try:
            dropped = self._drop(file, entries, old | large)
        except (OSError, ValueError) as error:
            loaded.problems.append(
                f"{file.path} holds more than {DAYS_KEPT} days or {MEGABYTES_KEPT} MB, and cannot "
                f"be written: {reason_of(error)}."
            )
        else:
            loaded.notices += _notices(len(old & dropped), len(large & dropped))

    def _drop(self, file: UndoFile, entries: dict[str, UndoEntry], entry_ids: set[str]) -> set[str]:
        """Drop those entries that no other session is about to undo, and return their IDs."""
        owners = {entries[entry_id].owner for entry_id in entry_ids}
        with ExitStack() as stack:
            adopted = {owner for owner in owners if stack.enter_context(self._owner.adopt(owner))}
            dropped = {entry_id for entry_id in entry_ids if entries[entry_id].owner in adopted}
            file.drop(dropped)
        for entry_id in dropped:
            del entries[entry_id]
        return dropped

    def _is_in_use(self, entry: UndoEntry, claimed: Collection[str]) -> bool:
        return entry.is_live or entry.owner == self._owner.id or entry.id in claimed


def describe_unknown_owner(error: OSError) -> str:
    """Return that nobody can say who works on an entry as a sentence."""
    return (
        f"Whether another xcoll works on an entry of the undo log is not known: {reason_of(error)}."
        " It can be undone where that is known."
    )


def _notices(old: int, big: int) -> list[str]:
    notices = []
    if old:
        notices.append(
            f"{_writes(old)} of more than {DAYS_KEPT} days ago were dropped from the undo log, "
            "and can no longer be undone."
        )
    if big:
        notices.append(
            f"{_writes(big)}, the oldest, were dropped from the undo log, which holds "
            f"{MEGABYTES_KEPT} MB; they can no longer be undone."
        )
    return notices


def _writes(count: int) -> str:
    return "1 write" if count == 1 else f"{count:,} writes"

"""The undo log: what was before each write, on disk before its request, and found after a crash.

A file for each team and host, in the state folder; several sessions append to it.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from xcoll_tui.session.writes.records import StateUnusable, adopting, new_id
from xcoll_tui.session.writes.undo_entry import UndoEntry, UndoItem, item_line, lines_of, mark
from xcoll_tui.session.writes.undo_file import UndoFile, describe_failure
from xcoll_tui.session.writes.undo_folder import UndoFolder, describe_unknown_owner
from xcoll_tui.session.writes.undo_writer import UndoWriter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from xcoll_tui.session.place import Place
    from xcoll_tui.session.writes.records import Owner

FOLDER = "undo"


class UndoLog:
    """The log of the writes at one place that can be undone, this session's and earlier ones'.

    `folder` is the state folder; None keeps it in memory only, unless `problem`, a sentence, says
    why there is none: then nothing can be begun. `problems` are sentences about what could not be
    read or written, `notices` about entries that went for their age or size.

    Any number of callers may `begin` and `add` at the same time: what they want written goes to
    the disk together, in one thread. They wait for the disk, so a run of many should have its turn
    to send only after that.
    """

    def __init__(
        self,
        folder: Path | None,
        place: Place,
        owner: Owner,
        *,
        clock: Callable[[], float] = time.time,
        problem: str = "",
    ) -> None:
        self._folder = None if folder is None else UndoFolder(folder / FOLDER, owner, clock)
        self._place = place
        self._owner = owner
        self._clock = clock
        self._problem = problem if folder is None else ""
        self._entries: dict[str, UndoEntry] = {}
        self._files: dict[str, UndoFile] = {}
        self._claimed: set[str] = set()
        self._writer = UndoWriter(owner)
        self._problems = [problem] if problem and folder is None else []
        self.notices: list[str] = []

    @property
    def entries(self) -> list[UndoEntry]:
        """All entries, the newest last."""
        return sorted(self._entries.values(), key=lambda entry: entry.at)

    @property
    def problems(self) -> list[str]:
        """What could not be read or written, as sentences."""
        return self._problems + self._writer.problems

    def get(self, entry_id: str) -> UndoEntry | None:
        """Return an entry by its ID."""
        return self._entries.get(entry_id)

    def is_own(self, entry: UndoEntry) -> bool:
        """Tell whether an entry is of this session."""
        return entry.owner == self._owner.id

    # Writing

    def new(
        self,
        operation: str,
        collection_id: str,
        collection_name: str = "",
        *,
        count: int | None = None,
        undoes: str | None = None,
        note: str = "",
        whole: bool = False,
    ) -> UndoEntry:
        """Make an entry of this session, of now, that is not begun yet."""
        return UndoEntry(
            id=new_id(),
            owner=self._owner.id,
            at=self._clock(),
            operation=operation,
            collection_id=collection_id,
            collection_name=collection_name,
            count=count,
            undoes=undoes,
            note=note,
            whole=whole,
        )

    async def begin(self, entry: UndoEntry) -> None:
        """Put an entry on the disk, with the items that it has; raises OSError.

        The text of the error is a whole sentence that names the folder, the reason and the advice.
        """
        if self._problem:
            raise StateUnusable(self._problem)
        if self._folder is not None:
            self._files[entry.id] = self._folder.file_of(self._place)
            await self._write_ahead(entry.id, lines_of(entry), entry.items)
        self._entries[entry.id] = entry

    async def add(self, entry_id: str, items: Sequence[UndoItem]) -> None:
        """Put items on the disk before they are changed; raises OSError as `begin` does.

        Items whose request is not sent after all are to be told with `end` as cancelled.
        """
        entry = self._entries[entry_id]
        lines = [item_line(entry_id, item) for item in items]
        await self._write_ahead(entry_id, lines, [item.file_id for item in items])
        for item in items:
            entry.items[item.file_id] = item

    def end(
        self, entry_id: str, file_id: str, verdict: str, now: Mapping[str, Any] | None = None
    ) -> None:
        """Take note of what became of an item, and what the service holds now.

        It is written soon, with whatever is written next.
        """
        item = self._entries[entry_id].items[file_id]
        item.verdict, item.now = verdict, now
        line = _end_line(entry_id, file_id, verdict, now)
        if item.old is None and item.name:
            line["name"] = item.name  # of a file that is attached it is known only by now
        self._note(entry_id, line)

    def mark_sent(self, entry_id: str, file_id: str) -> None:
        """Take note that the request for an item is sent now; it is written at once, unsynced.

        What was killed before that was only meant, or is among the very last that were sent.
        """
        item = self._entries[entry_id].items.get(file_id)
        if item is not None:
            item.is_sent = True
            self._note(entry_id, {"kind": "sent", "id": entry_id, "file_id": file_id}, at_once=True)

    def mark_undone(self, entry_id: str, file_ids: Collection[str] | None = None) -> None:
        """Take note that items of an entry were undone, or the whole of it."""
        mark(self._entries[entry_id], file_ids, undone=True)
        line = {"kind": "undone", "id": entry_id, "file_ids": _listed(file_ids)}
        self._note(entry_id, line, durable=True)

    def mark_dead(self, entry_id: str, file_ids: Collection[str] | None, reason: str) -> None:
        """Take note that an undo of items of an entry, or of the whole of it, cannot succeed."""
        mark(self._entries[entry_id], file_ids, why_dead=reason)
        line = {"kind": "dead", "id": entry_id, "file_ids": _listed(file_ids), "why": reason}
        self._note(entry_id, line, durable=True)

    def mark_collection_gone(self, collection_id: str, reason: str) -> None:
        """Take note that nothing that was written to a collection can be undone any more."""
        for entry in self.entries:
            if entry.collection_id == collection_id and entry.state == "possible":
                self.mark_dead(entry.id, None, reason)

    async def flush(self) -> None:
        """Write what is not written yet; a failure is told in `problems`."""
        await self._writer.flush()

    # Reading

    async def load(self) -> list[str]:
        """Read the entries of this place; return what is wrong, as sentences.

        Entries that are in memory already stay the same objects.
        """
        await self.flush()
        if self._folder is None:
            return self.problems
        loaded = await asyncio.to_thread(self._folder.load, self._place, self._claimed)
        loaded_entries: dict[str, UndoEntry] = {}
        for file, content in loaded.contents:
            for entry in content.entries.values():
                self._files.setdefault(entry.id, file)
                loaded_entries[entry.id] = self._merge(entry)
        own_entries = {
            entry.id: entry
            for entry in self._entries.values()
            if self.is_own(entry) or entry.id in self._claimed
        }
        self._entries = {**loaded_entries, **own_entries}
        self._problems = loaded.problems
        self.notices += loaded.notices
        return self.problems

    async def move(self, place: Place) -> None:
        """Belong to another place from now on: the team became known; `load` reads what it has.

        What was begun goes on in the file that it was begun in.
        """
        await self.flush()
        self._place = place

    @asynccontextmanager
    async def claim(self, entry: UndoEntry) -> AsyncIterator[UndoEntry | None]:
        """Hold the right to undo an entry, and read again what is left of it.

        None when it is gone, when another session has it, or when this one is at it already. What
        was noted within is on the disk before the right is given up.
        """
        if entry.id in self._claimed or entry.id not in self._entries:
            yield None
            return
        self._claimed.add(entry.id)
        try:
            async with adopting(self._owner, entry.owner, self._note_unknown_owner) as adopted:
                if adopted is not None:
                    entry.is_live = not adopted
                try:
                    yield await self._read_again(entry) if adopted else None
                finally:
                    await self.flush()
        finally:
            self._claimed.discard(entry.id)

    # Within

    def _note_unknown_owner(self, error: OSError) -> None:
        problem = describe_unknown_owner(error)
        if problem not in self._problems:
            self._problems.append(problem)

    async def _read_again(self, entry: UndoEntry) -> UndoEntry | None:
        file = self._files.get(entry.id)
        if file is None or self.is_own(entry):
            return entry  # nobody else may have changed it
        try:
            content = await asyncio.to_thread(file.read, entry.id)
        except (OSError, ValueError) as error:
            self._problems.append(describe_failure(file.path, error))
            return None
        fresh = content.entries.get(entry.id)
        if fresh is None:
            self._entries.pop(entry.id, None)
            return None
        _update(entry, fresh)
        return entry

    def _merge(self, fresh: UndoEntry) -> UndoEntry:
        entry = self._entries.get(fresh.id)
        if entry is None:
            return fresh
        # What this session works on is newer here than on the disk.
        if not self.is_own(entry) and entry.id not in self._claimed:
            _update(entry, fresh)
        return entry

    async def _write_ahead(
        self, entry_id: str, lines: list[dict[str, Any]], file_ids: Iterable[str]
    ) -> None:
        file = self._files.get(entry_id)
        if file is None:
            return
        try:
            await self._writer.write(file, lines)
        except asyncio.CancelledError:
            # They may be on the disk by now, and nobody will send their requests.
            for file_id in file_ids:
                self._note(entry_id, _end_line(entry_id, file_id, "cancelled", None))
            raise

    def _note(
        self, entry_id: str, line: dict[str, Any], *, durable: bool = False, at_once: bool = False
    ) -> None:
        file = self._files.get(entry_id)
        if file is not None:
            self._writer.write_soon(file, line, durable=durable, at_once=at_once)


def _update(entry: UndoEntry, fresh: UndoEntry) -> None:
    for name in entry.__struct_fields__:
        setattr(entry, name, getattr(fresh, name))


def _listed(file_ids: Collection[str] | None) -> list[str] | None:
    return None if file_ids is None else list(file_ids)


def _end_line(
    entry_id: str, file_id: str, verdict: str, now: Mapping[str, Any] | None
) -> dict[str, Any]:
    return {
        "kind": "end",
        "id": entry_id,
        "file_id": file_id,
        "verdict": verdict,
        "now": None if now is None else dict(now),
    }

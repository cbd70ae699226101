"""Undo and redo: what an entry of the undo log would take back, and doing it.

An undo is a write like any other and has an entry of its own, which names the one that it undoes;
undoing that is the redo. What an undo cannot bring back is marked in the log with the reason, and
stands in nobody's way.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from xcoll_tui.api.models import Collection
from xcoll_tui.session.bulk.bulk import Base, judge_restored, put_back
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.events import UndoChanged
from xcoll_tui.session.writes.judging import is_missing
from xcoll_tui.session.writes.outcome import CollectionDraft, Operation, Outcome, Target, Verdict
from xcoll_tui.session.writes.runner import WriteOptions
from xcoll_tui.session.writes.write_log import WriteLog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xcoll_tui.session.bulk.bulk import Bulk
    from xcoll_tui.session.bulk.run import BulkRun
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.writes.collections import CollectionWrites
    from xcoll_tui.session.writes.documents import DocumentWrites
    from xcoll_tui.session.writes.undo_entry import UndoEntry, UndoItem
    from xcoll_tui.session.writes.undo_log import UndoLog

_RECENT = 600.0
"""Seconds since a write in which a read that does not know of it may be old."""

Kind = Literal["attach", "remove", "edit", "update", "delete collection"]


@dataclass(frozen=True)
class UndoPlan:
    """The plan for undoing an entry.

    `why_not` is a sentence if it can do nothing. `earlier`: the entry is of an earlier session.
    """

    entry: UndoEntry
    kind: Kind
    items: tuple[UndoItem, ...]
    why_not: str = ""
    earlier: bool = False

    @property
    def removes(self) -> bool:
        """Whether it takes something away."""
        return self.kind in {"remove", "delete collection"}

    @property
    def replaces(self) -> bool:
        """Whether it removes documents and attaches them again."""
        return self.kind == "edit" and any(item.strategy == "replace" for item in self.items)

    @property
    def asks(self) -> bool:
        """Whether a person must agree to it first."""
        return self.removes or self.replaces or self.earlier or len(self.items) > 1


class UndoStack:
    """The writes that can be undone, the newest last: those of this session and earlier ones."""

    def __init__(
        self,
        context: SessionContext,
        log: UndoLog,
        documents: DocumentWrites,
        collections: CollectionWrites,
        bulk: Bulk,
    ) -> None:
        self._log = log
        self._documents = documents
        self._collections = collections
        self._bulk = bulk
        self._context = context
        self._turn = asyncio.Lock()
        self.busy = False

    @property
    def entries(self) -> list[UndoEntry]:
        """All entries in which something was changed, the newest first."""
        return [entry for entry in reversed(self._log.entries) if entry.state != "empty"]

    @property
    def newest(self) -> UndoEntry | None:
        """What `z` undoes: the newest write of this session that can be, else of an earlier one."""
        return self._first(redo=False)

    @property
    def newest_undone(self) -> UndoEntry | None:
        """What `Y` does again: the newest undo, if nothing else was written since."""
        entry = self._first(redo=True)
        newest = self.newest
        if entry is None or (newest is not None and newest.at > entry.at and not newest.undoes):
            return None
        return entry

    @property
    def earlier(self) -> list[UndoEntry]:
        """The entries of earlier sessions that can be undone, the newest first."""
        return [
            entry
            for entry in self.entries
            if not self.is_own(entry) and entry.state == "possible" and not self.is_undo(entry)
        ]

    @property
    def problems(self) -> list[str]:
        """What of the log could not be read or written, and what went from it, as sentences."""
        return [*self._log.problems, *self._log.notices]

    def is_own(self, entry: UndoEntry) -> bool:
        """Tell whether an entry is of this session."""
        return self._log.is_own(entry)

    def is_undo(self, entry: UndoEntry) -> bool:
        """Tell whether an entry undoes a write; one that undoes an undo is a write again."""
        undoes, is_undo = entry.undoes, False
        for _ in range(1000):
            if undoes is None:
                break
            is_undo = not is_undo
            undone = self._log.get(undoes)
            undoes = None if undone is None else undone.undoes
        return is_undo

    async def refresh(self) -> None:
        """Read what other sessions left, or undid, meanwhile."""
        await self._log.load()

    def plan(self, entry: UndoEntry) -> UndoPlan:
        """Tell what undoing an entry would do."""
        kind = _KINDS.get(entry.operation)
        earlier = not self.is_own(entry)
        if kind is None:
            return UndoPlan(entry, "edit", (), "This cannot be undone.", earlier)
        items = tuple(item for item in entry.left if kind != "remove" or _was_sent(entry, item))
        why_not = ""
        if entry.state == "live elsewhere":
            why_not = "Another xcoll is working on it."
        elif entry.state == "undone":
            why_not = "It is already undone."
        elif entry.state == "dead" or not (items or entry.whole):
            why_not = entry.reason or "Nothing of it is left to undo."
        elif kind == "update" and (items[0].old is None or items[0].new is None):
            why_not = items[0].strategy or "The collection cannot be changed back."
        return UndoPlan(entry, kind, items, why_not, earlier)

    async def undo(
        self,
        entry: UndoEntry,
        *,
        replace: bool = False,
        on_run: Callable[[BulkRun], None] | None = None,
    ) -> Outcome | list[Outcome] | None:
        """Undo an entry and return what became of it, one outcome for each of many.

        `replace` is a person's agreement to remove documents and attach them again. `on_run` is
        given the run that undoes many, when it begins.

        None where there is nothing to undo: another undo was quicker, or another xcoll has it. One
        undo goes on at a time, and none is broken off when its caller is cancelled.
        """
        return await self._context.tasks.run(self._undo(entry, replace, on_run))

    async def _undo(
        self, entry: UndoEntry, replace: bool, on_run: Callable[[BulkRun], None] | None
    ) -> Outcome | list[Outcome] | None:
        if self._turn.locked():
            return None
        async with self._turn:
            self.busy = True
            try:
                async with self._log.claim(entry) as current:
                    if current is None:
                        return None
                    plan = self.plan(current)
                    if plan.why_not or plan.kind == "delete collection":
                        return None
                    return await self._carry_out(plan, replace, on_run)
            finally:
                self.busy = False
                self._context.emit(UndoChanged())

    def _start(self, plan: UndoPlan, replace: bool) -> BulkRun:
        """Begin to undo what was done to many documents, as a run that can be followed."""
        entry, items = plan.entry, [_item_of(item, plan.kind) for item in plan.items]
        bases = {item.file_id: self._base_of(plan, item, replace) for item in plan.items}
        if plan.kind == "attach":
            recent = self._is_recent(entry)
            return self._bulk.attach_again(
                entry.collection_id, items, undoes=entry.id, recent=recent
            )
        begin = self._bulk.remove_again if plan.kind == "remove" else self._bulk.put_back
        return begin(entry.collection_id, items, bases, entry.id)

    def note_deleted(self, entry: UndoEntry) -> None:
        """Take note that the collection which an entry made was deleted again."""
        self._log.mark_undone(entry.id, None)
        self._context.emit(UndoChanged())

    def note_collection_gone(self, entry: UndoEntry) -> None:
        """Take note that the collection of an entry was not found.

        Shortly after a write that proves nothing: the collection may be too new to be shown.
        """
        if not self._is_recent(entry):
            name = entry.collection_name or entry.collection_id
            self._log.mark_collection_gone(entry.collection_id, f"“{name}” is not there any more.")
            self._context.emit(UndoChanged())

    # Within

    def _first(self, *, redo: bool) -> UndoEntry | None:
        possible = [
            entry
            for entry in self.entries
            if entry.state == "possible"
            and self.is_undo(entry) is redo
            and entry.operation in _KINDS
            and not entry.failure  # it must block no other; U offers it all the same
            and not self.plan(entry).why_not
        ]
        own = next((entry for entry in possible if self.is_own(entry)), None)
        return own if own is not None or redo else next(iter(possible), None)

    async def _carry_out(
        self, plan: UndoPlan, replace: bool, on_run: Callable[[BulkRun], None] | None
    ) -> Outcome | list[Outcome]:
        if plan.kind == "update":
            outcome = await self._change_back(plan)
            self._note(plan.entry, [outcome])
            return outcome
        if len(plan.items) == 1 and (plan.entry.count or 1) == 1:
            outcome = await self._undo_one(plan, plan.items[0], replace)
            self._note(plan.entry, [outcome])
            return outcome
        run = self._start(plan, replace)
        if on_run is not None:
            on_run(run)
        await run.wait()
        outcomes = list(run.outcomes.values())
        self._note(plan.entry, outcomes)
        return outcomes

    async def _undo_one(self, plan: UndoPlan, item: UndoItem, replace: bool) -> Outcome:
        entry, base = plan.entry, self._base_of(plan, item, replace)
        target = Target(entry.collection_id, item.file_id, item.name, entry.collection_name)
        operation = {"attach": Operation.ATTACH, "remove": Operation.REMOVE}.get(
            plan.kind, Operation.EDIT
        )
        log = WriteLog(self._log, operation, target, count=1, undoes=entry.id)
        options = WriteOptions(log=log, restores=plan.kind == "attach", recent=base.recent)
        if plan.kind == "attach":
            return judge_restored(
                await self._documents.attach(
                    entry.collection_id, item.file_id, item.old, name=item.name, options=options
                )
            )
        if plan.kind == "remove":
            return await self._documents.remove(
                item.file_id, base=base.fields, collection_id=entry.collection_id, options=options
            )
        return await put_back(
            self._documents, entry.collection_id, _item_of(item, "edit"), base, options
        )

    async def _change_back(self, plan: UndoPlan) -> Outcome:
        (item,) = plan.items
        entry = plan.entry
        target = Target(entry.collection_id, None, entry.collection_name, entry.collection_name)
        return await self._collections.change_back(
            entry.collection_id,
            msgspec.convert(item.old, Collection),
            msgspec.convert(item.new, CollectionDraft),
            None if item.now is None else msgspec.convert(item.now, Collection),
            WriteOptions(
                log=WriteLog(self._log, Operation.UPDATE, target, undoes=entry.id),
                recent=self._is_recent(entry),
            ),
        )

    def _is_recent(self, entry: UndoEntry) -> bool:
        return abs(self._context.clock() - entry.at) < _RECENT

    def _base_of(self, plan: UndoPlan, item: UndoItem, replace: bool) -> Base:
        """Return what a document must hold; where nobody saw how it ended, what was wanted."""
        replaces = plan.kind == "edit" and (replace or item.strategy == "replace")
        fields = item.new if item.now is None else item.now
        return Base(fields, replace=replaces, recent=self._is_recent(plan.entry))

    def _note(self, entry: UndoEntry, outcomes: Sequence[Outcome]) -> None:
        """Write down what was undone; what could not be blocks no other, and may be tried again."""
        done = [outcome.target.file_id or "" for outcome in outcomes if outcome.ok]
        if done:
            self._log.mark_undone(entry.id, done)
        entry.failure = next((outcome.message for outcome in outcomes if _is_final(outcome)), "")


_KINDS: dict[str, Kind] = {
    str(Operation.ATTACH): "remove",
    str(Operation.UPLOAD): "remove",
    str(Operation.REMOVE): "attach",
    str(Operation.EDIT): "edit",
    str(Operation.REPLACE): "edit",
    str(Operation.UPDATE): "update",
    str(Operation.RECREATE): "delete collection",
}


def _item_of(item: UndoItem, kind: Kind) -> Item:
    return Item(item.file_id, item.name, None if kind == "remove" else dict(item.old or {}))


def _was_sent(entry: UndoEntry, item: UndoItem) -> bool:
    """Tell whether the request for an item was sent: what was only meant is somebody else's."""
    return item.is_sent or bool(item.verdict) or entry.count in (None, 1)


def _is_final(outcome: Outcome) -> bool:
    """Tell whether trying the same again would most likely end the same."""
    if outcome.verdict in {Verdict.CONFLICT, Verdict.IGNORED} or outcome.file_lost:
        return True
    missing = outcome.error is None or is_missing(outcome.error)
    return outcome.verdict is Verdict.FAILED and missing

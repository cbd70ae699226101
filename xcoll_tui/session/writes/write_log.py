"""The entry of a write in the undo log, begun with the first document that it changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from xcoll_tui.session.writes.outcome import Operation, Outcome, Verdict
from xcoll_tui.session.writes.undo_entry import NO_EFFECT, UndoEntry, UndoItem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from xcoll_tui.api.models import Collection
    from xcoll_tui.session.writes.outcome import Target
    from xcoll_tui.session.writes.undo_log import UndoLog

PARTLY = "in part"
"""The verdict of what failed, and changed something all the same."""


class WriteLog:
    """The undo log's entry of one write, or of a run of many.

    `entry` is None until something was remembered: what sends nothing leaves no entry. Without a
    log nothing is remembered: the write is part of something that is undone as a whole.
    """

    def __init__(
        self,
        log: UndoLog | None,
        operation: Operation,
        target: Target,
        *,
        count: int | None = None,
        undoes: str | None = None,
    ) -> None:
        self.entry: UndoEntry | None = None
        self._log = log
        self._operation = operation
        self._target = target
        self._count = count
        self._undoes = undoes
        self._beginning = asyncio.Lock()

    async def add(
        self,
        target: Target,
        old: Mapping[str, Any] | None,
        new: Mapping[str, Any] | None,
        *,
        strategy: str = "",
    ) -> None:
        """Keep what a document holds before it is changed; raises OSError."""
        if self._log is None:
            return
        async with self._beginning:
            if self.entry is None:
                entry = self._log.new(
                    str(self._operation),
                    target.collection_id,
                    target.collection_name or self._target.collection_name,
                    count=self._count,
                    undoes=self._undoes,
                )
                await self._log.begin(entry)
                self.entry = entry
        item = UndoItem(target.file_id or "", target.name, old=old, new=new, strategy=strategy)
        await self._log.add(self.entry.id, [item])

    def mark_sent(self, target: Target) -> None:
        """Take note that the request for a document is sent now."""
        if self._log is not None and self.entry is not None:
            self._log.mark_sent(self.entry.id, target.file_id or "")

    def end(self, outcome: Outcome) -> None:
        """Take note of what became of one document; one that nothing was kept of is left out."""
        if self._log is None or self.entry is None:
            return
        item = self.entry.items.get(outcome.target.file_id or "")
        if item is None:
            return
        item.name = item.name or outcome.target.name  # what is attached by its ID has none before
        verdict = str(outcome.verdict)
        now: dict[str, Any] | None = None
        document = outcome.document
        if document is not None and outcome.operation is not Operation.REMOVE:
            now = dict(document.raw_fields)
        elif outcome.operation is Operation.UPDATE and outcome.collection is not None:
            now = saved_collection(outcome.collection)
        if verdict in NO_EFFECT and _changed_something(outcome, item, now):
            verdict = PARTLY
        self._log.end(self.entry.id, item.file_id, verdict, now)


def saved_collection(collection: Collection) -> dict[str, object]:
    """Return a collection as the undo log keeps it."""
    saved = dict(msgspec.to_builtins(collection))
    saved.pop("(received)", None)
    return saved


def _changed_something(outcome: Outcome, item: UndoItem, now: Mapping[str, Any] | None) -> bool:
    """Tell whether what failed has changed its document all the same, by this very write."""
    if outcome.operation is Operation.REMOVE:
        # It was there before, and gone when it was asked for again: by whom is not known.
        return outcome.verdict is Verdict.ALREADY and outcome.document is not None
    if outcome.operation is Operation.ATTACH:
        return outcome.verdict is Verdict.FAILED and now is not None and outcome.error is None
    if outcome.operation in {Operation.EDIT, Operation.REPLACE}:
        if now is None:
            return item.strategy == "replace" and outcome.verdict is Verdict.FAILED
        return outcome.verdict in {Verdict.FAILED, Verdict.IGNORED} and now != item.old
    return False

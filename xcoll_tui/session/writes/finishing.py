"""Finishing a replacement that broke off: from what is on disk, whoever began it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xcoll_tui.session.writes.field_edit_attempt import Edit, FieldEditAttempt
from xcoll_tui.session.writes.judging import explain
from xcoll_tui.session.writes.outcome import Operation, Outcome, Verdict
from xcoll_tui.session.writes.replacement import Replacement
from xcoll_tui.session.writes.runner import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from xcoll_tui.session.writes.field_editor import FieldEditor
    from xcoll_tui.session.writes.outcome import Target
    from xcoll_tui.session.writes.read_back import Settled
    from xcoll_tui.session.writes.recovery import Recovery, Unfinished
    from xcoll_tui.session.writes.runner import ReadBackResult, WriteRunner


class Finishing:
    """Takes up what an earlier replacement left, under the lock of its record."""

    def __init__(self, runner: WriteRunner, recovery: Recovery, editor: FieldEditor) -> None:
        self._runner = runner
        self._recovery = recovery
        self._editor = editor

    async def finish(self, entry: Unfinished, *, old: bool = False) -> Outcome:
        """Attach what a replacement left out, with its new fields, or with the old ones."""
        target = self._runner.rows.target(entry.collection_id, entry.file_id)
        target = replace(
            target,
            name=target.name or entry.name,
            collection_name=target.collection_name or entry.collection_name,
        )
        action = partial(self._take_up, entry, target, old)
        return await self._runner.run(Operation.REPLACE, target, "attaching…", action, PLAIN)

    async def drop(self, entry: Unfinished) -> bool:
        """Give a replacement up that broke off: both versions of its fields are forgotten.

        False where it is at work in another xcoll, or gone.
        """
        async with self._recovery.claim(entry) as record:
            if record is None:
                return False
            await self._recovery.forget(record)
        return True

    async def _take_up(self, entry: Unfinished, target: Target, old: bool) -> Outcome:
        """Give the document the fields of a record, and settle the record."""
        async with self._recovery.claim(entry) as record:
            if record is None:
                sentence = f"The replacement of {target.shown} is at work in another xcoll, or over"
                return Outcome(Operation.REPLACE, target, Verdict.FAILED, f"{sentence} already.")
            wanted = dict(record.old if old else record.new)
            outcome, settled = await self._finish(record, target, wanted)
            if settled:
                await self._recovery.forget(record)
        return replace(outcome, operation=Operation.REPLACE)

    async def _finish(
        self, record: Unfinished, target: Target, wanted: Mapping[str, Any]
    ) -> tuple[Outcome, bool]:
        before = await self._look(target, wanted)
        document = before.seen.document
        if before.seen.error is not None:
            sentence = f"Nothing was sent: {target.shown} could not be read."
            error = before.seen.error
            outcome = Outcome(
                Operation.REPLACE, target, Verdict.FAILED, sentence + explain(error), error
            )
            return outcome, False
        if document is None:
            attempt = FieldEditAttempt(Edit(target, wanted, record.old, replace=True), before.seen)
            attempt.old, attempt.fields = dict(record.old), wanted
            await self._runner.remember(target, None, wanted)
            work = Replacement(self._runner, self._recovery, attempt)
            return await work.finish(wanted, PLAIN)
        if before.proved:
            sentence = f"{target.shown} has these fields; nothing was sent."
            outcome = Outcome(
                Operation.REPLACE, target, Verdict.ALREADY, sentence, document=document
            )
            return outcome, True
        # It is there with other fields; what a service that merges made of both is ours as well.
        own_fields = (record.old, record.new, {**record.old, **record.new})
        base = document.fields if document.raw_fields in own_fields else record.old
        edit = Edit(target, wanted, dict(base), replace=True)
        outcome = await self._editor.edit(edit, PLAIN, document)
        return outcome, outcome.ok

    async def _look(self, target: Target, wanted: Mapping[str, Any]) -> Settled[ReadBackResult]:
        """Look how the document is; `proved` if it surely has the wanted fields.

        The removal that broke off may take effect late, and one read is no proof: what is seen
        must have lasted.
        """
        return await self._runner.settle(
            target, PLAIN, lambda look: look.holds(wanted), lasting=True, learns=False
        )

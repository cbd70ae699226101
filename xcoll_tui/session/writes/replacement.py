"""Replacing a document: removed, then attached again with other fields, and nothing lost between.

Both versions of the fields are on disk before the first half is sent, and stay there until the new
ones were seen, or the old ones for the settling time after the document was seen gone. One read is
no proof: the removal may take effect after its answer, and a replica may be behind.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import Conflict
from xcoll_tui.session.lists.events import Departure
from xcoll_tui.session.writes.judging import (
    explain,
    holds_fields,
    is_missing,
    is_settled_refusal,
    may_be_own,
    names_field,
    was_not_sent,
    was_refused,
)
from xcoll_tui.session.writes.outcome import NotSent, Verdict
from xcoll_tui.session.writes.read_back import LONGEST
from xcoll_tui.session.writes.runner import PLAIN, ReadBackResult

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from xcoll_tui.api.errors import ApiError
    from xcoll_tui.session.writes.field_edit_attempt import FieldEditAttempt
    from xcoll_tui.session.writes.outcome import Outcome
    from xcoll_tui.session.writes.read_back import Settled
    from xcoll_tui.session.writes.recovery import Recovery, Unfinished
    from xcoll_tui.session.writes.runner import WriteOptions, WriteRunner

    Fields = Mapping[str, Any]

_KEPT = "Its old and new fields are kept: in xcoll, “Finish what was interrupted” repairs it."
_PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds between two tries to attach what the service says is still there."""


class Replacement:
    """The last strategy of an edit, which needs a person's agreement."""

    def __init__(self, runner: WriteRunner, recovery: Recovery, attempt: FieldEditAttempt) -> None:
        self._runner = runner
        self._recovery = recovery
        self._attempt = attempt
        self._target = attempt.target
        self._new, self._old = attempt.fields, attempt.old
        self._settled = False
        self._was_gone = False

    async def run(self, options: WriteOptions) -> Outcome:
        """Remove and attach with the new fields; where that fails, put the old ones back."""
        runner, name = self._runner, self._target.shown
        if runner.learned.files.value == "deleted":
            sentence = (
                f"{name} was not replaced: as seen here on {runner.learned.files.day}, this "
                "service deletes a file with its document, so it could not be attached again."
            )
            return self._attempt.end(Verdict.FAILED, sentence)
        await runner.remember(self._target, self._old, self._new, strategy="replace")
        try:
            entry = await self._recovery.begin(self._target, self._old, self._new, runner.clock())
        except OSError as problem:
            sentence = f"{name} was not removed, because its fields could not be kept first."
            return self._attempt.end(Verdict.FAILED, f"{sentence} {problem}")
        try:
            outcome = await self._remove(entry, options)
            if outcome is None:
                outcome = await self._attach(options)
        except NotSent:
            self._settled = True  # only the first half can be called off
            raise
        finally:
            await self._close(entry)
        return outcome

    async def finish(self, wanted: Fields, options: WriteOptions) -> tuple[Outcome, bool]:
        """Attach what an earlier replacement left out, with the wanted one of its versions.

        The document must have been seen gone for the settling time. Also returned: whether the
        record of it is needed no more.
        """
        self._was_gone = True
        error = await self._send_attach(wanted, options)
        if is_missing(error):
            return await self._file_lost(error), False
        settled = await self._settle(wanted, options, error)
        after = settled.seen
        if after.document is not None and after.holds(wanted):
            self._runner.rows.appeared(self._target.collection_id, after.document)
            self._note_kept(error)
            sentence = f"{self._target.shown} is attached again, and is being indexed."
            return self._attempt.end(Verdict.DONE, sentence, error, strategy="replace"), True
        return self._left_out(error, settled), False

    async def _close(self, entry: Unfinished) -> None:
        if self._settled:
            await self._recovery.forget(entry)
        else:
            self._recovery.leave(entry)

    # The first half

    async def _remove(self, entry: Unfinished, options: WriteOptions) -> Outcome | None:
        """Send the first half; return None when the document is out of the collection."""
        name, before = self._target.shown, self._attempt.now
        error = await self._runner.send(
            partial(self._runner.service.remove_document, *self._target.ids),
            options,
            target=self._target,
            before=before,
            after=None,
        )
        sentence = f"{name} could not be removed, so its fields were not replaced."
        if error is not None and was_not_sent(error):
            self._settled = True
            return self._attempt.end(Verdict.FAILED, sentence + explain(error), error)
        refused = is_settled_refusal(error) and not is_missing(error)
        settled = await self._runner.settle(
            self._target,
            options,
            lambda look: look.is_gone,
            within=0.0 if refused else LONGEST,
            lasting=error is not None,
            show=False,  # its row stays: it is to come back
            error=error,
        )
        after = settled.seen
        if settled.proved:
            self._was_gone = True
            self._runner.note_removed(self._target)
            await self._advance(entry)
            return None
        if refused:
            self._settled = True
            return self._attempt.end(Verdict.FAILED, sentence + explain(error), error)
        self._attempt.now = after.document
        if error is None and after.document is not None:
            sentence = f"The service took the removal of {name}, and still shows it after"
            sentence = f"{sentence} {settled.words}, so it was not attached with the new fields."
            return self._attempt.end(Verdict.UNSHOWN, f"{sentence} {_KEPT}")
        if after.document is not None:
            return self._attempt.end(Verdict.FAILED, f"{sentence}{explain(error)} {_KEPT}", error)
        sentence = f"Whether {name} was removed, to be attached with the new fields, is not known."
        error = error or after.error
        return self._attempt.end(Verdict.UNKNOWN, f"{sentence}{explain(error)} {_KEPT}", error)

    async def _advance(self, entry: Unfinished) -> None:
        try:
            await self._recovery.advance(entry, "removed")
        except OSError:
            return  # what the record says is less, and not wrong: that it may have been removed

    # The second half

    async def _attach(self, options: WriteOptions) -> Outcome:
        self._attempt.reindexed = True
        error = await self._send_attach(self._new, options)
        if is_missing(error):
            return await self._file_lost(error)
        settled = await self._settle(self._new, options, error)
        if error is None and settled.seen.is_gone:
            # Taken, and swallowed by a removal that took effect behind it.
            error = await self._send_attach(self._new, options)
            if is_missing(error):
                return await self._file_lost(error)
            settled = await self._settle(self._new, options, error)
        after = settled.seen
        if error is not None and (
            after.is_gone or (after.error is not None and was_refused(error))
        ):
            return await self._put_back(error, options)
        return await self._judge(error, settled, options)

    async def _settle(
        self, wanted: Fields, options: WriteOptions, error: ApiError | None
    ) -> Settled[ReadBackResult]:
        refused = is_settled_refusal(error) or names_field(error, wanted)
        settled = await self._runner.settle(
            self._target,
            options,
            lambda look: look.holds(wanted),
            within=0.0 if refused else None,
            # What was there before, or lately, may be seen of then.
            lasting=error is not None and (wanted == self._old or self._attempt.returns),
            show=False,
            error=error,
        )
        document = self._attempt.now = settled.seen.document
        if document is not None:
            self._runner.rows.show(self._target.collection_id, document)
        return settled

    async def _judge(
        self, error: ApiError | None, settled: Settled[ReadBackResult], options: WriteOptions
    ) -> Outcome:
        name, after = self._target.shown, settled.seen
        if after.document is None:
            sentence = f"{name} was removed, and whether it is attached with the new fields is not"
            sentence += " known: "
            sentence += (
                f"the service took it, and does not show it after {settled.words}."
                if after.is_gone
                else "it could not be read back."
            )
            sentence += f"{explain(error)}{explain(after.error)} {_KEPT}"
            return self._attempt.end(Verdict.UNKNOWN, sentence, error or after.error)
        if after.holds(self._new):
            self._settled = True
            self._note_kept(error)
            sentence = f"The fields of {name} are saved: it was removed and attached again, and is"
            return self._attempt.end(
                Verdict.DONE, f"{sentence} being indexed.", error, strategy="replace"
            )
        self._settled = await self._old_lasts(options)
        if isinstance(error, Conflict) and not may_be_own(error):
            sentence = f"{name} was removed, and someone else attached it meanwhile, with other "
            return self._attempt.end(
                Verdict.FAILED, f"{sentence}fields. {_KEPT}{explain(error)}", error
            )
        sentence = f"{name} was removed and attached again, but the service "
        sentence += "keeps the old fields." if self._settled else f"shows other fields. {_KEPT}"
        return self._attempt.end(Verdict.FAILED, sentence + explain(error), error)

    async def _old_lasts(self, options: WriteOptions) -> bool:
        """Look whether the old fields are seen for the whole settling time, after it was gone."""
        settled = await self._runner.settle(
            self._target, options, lambda look: look.holds(self._old), lasting=True, learns=False
        )
        self._attempt.now = settled.seen.document
        return settled.proved and self._was_gone

    async def _put_back(self, error: ApiError | None, options: WriteOptions) -> Outcome:
        """Attach the old fields again, since the new ones could not be attached."""
        again = await self._send_attach(self._old, options)
        if is_missing(again):
            return await self._file_lost(again)
        settled = await self._runner.settle(
            self._target,
            options,
            lambda look: look.document is not None,
            within=0.0 if is_settled_refusal(again) else None,
            show=False,
        )
        after = settled.seen
        self._attempt.now = after.document
        if after.document is None:
            return self._left_out(error or again, settled)
        self._runner.rows.show(self._target.collection_id, after.document)
        if after.holds(self._new):
            return await self._judge(error, settled, options)
        self._settled = await self._old_lasts(options)
        if self._attempt.now is not None and holds_fields(self._attempt.now, self._new):
            self._settled = True
        if self._settled:
            self._note_kept(again)
        name = self._target.shown
        sentence = f"The fields of {name} are not saved."
        sentence += explain(error)
        sentence += (
            " The old fields were put back, and it is being indexed again."
            if self._settled
            else f" What it holds now is uncertain; check it. {_KEPT}"
        )
        return self._attempt.end(Verdict.FAILED, sentence, error)

    def _left_out(self, error: ApiError | None, settled: Settled[ReadBackResult]) -> Outcome:
        name, after = self._target.shown, settled.seen
        self._leave_list(after)
        if after.is_gone and error is not None:
            sentence = f"{name} is out of the collection: it was removed and could not be attached"
            verdict = Verdict.FAILED
        else:
            sentence = f"Whether {name} is in the collection, and with which fields, is not known"
            verdict = Verdict.UNKNOWN
        sentence = f"{sentence}.{explain(error)}{explain(after.error)} {_KEPT}"
        return self._attempt.end(verdict, sentence, error or after.error)

    async def _file_lost(self, error: ApiError | None) -> Outcome:
        """Tell of a file that cannot be attached again, and learn it if the collection is there."""
        self._attempt.now = None
        self._leave_list(ReadBackResult())
        sentence = f"{self._target.shown} is out of the collection, and cannot be attached again"
        if not await self._runner.is_file_lost(self._target, error):
            return self._attempt.end(Verdict.FAILED, f"{sentence}.{explain(error)} {_KEPT}", error)
        sentence = f"{sentence}: this service deletes a file with its document. Upload it again. "
        return self._attempt.end(
            Verdict.FAILED, f"{sentence}{_KEPT}{explain(error)}", error, file_lost=True
        )

    def _leave_list(self, look: ReadBackResult) -> None:
        """Take the row away of a document that stays out."""
        if look.is_gone:
            self._runner.rows.gone(*self._target.ids, Departure.REMOVED)
            self._runner.rows.count(self._target.collection_id, -1)

    def _note_kept(self, error: ApiError | None) -> None:
        if error is None and self._was_gone:
            self._runner.note_attached_again(self._target)

    async def _send_attach(self, fields: Fields, options: WriteOptions) -> ApiError | None:
        """Attach; while the service says that it is still there, the removal is on its way.

        A file that is not found is asked for once more: a replica may be behind.
        """
        error = await self._send_attach_once(fields, options)
        missed = False
        for pause in _PAUSES:
            if is_missing(error) and not missed:
                missed = True
            elif not isinstance(error, Conflict) or names_field(error, fields):
                return error
            elif may_be_own(error):
                return error  # it may be there by this very request
            await self._runner.sleep(pause)
            error = await self._send_attach_once(fields, options)
        return error

    async def _send_attach_once(self, fields: Fields, options: WriteOptions) -> ApiError | None:
        request = partial(self._runner.service.add_document, *self._target.ids, fields=fields)
        send = partial(self._runner.send, request, target=self._target, before=None, after=fields)
        try:
            return await send(options=options)
        except NotSent:
            # A document that is out must not stay out.
            return await send(options=PLAIN)

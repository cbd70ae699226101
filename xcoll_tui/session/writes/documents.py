"""Attaching, removing and re-indexing a document: sent, looked at until it settles, judged."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xcoll_tui.session.lists.events import Departure
from xcoll_tui.session.writes.document_outcomes import (
    attach_before,
    attached,
    file_lost,
    indexed_words,
    reindexed,
    removed,
    removed_words,
    shows_indexing,
)
from xcoll_tui.session.writes.field_edit_attempt import Edit
from xcoll_tui.session.writes.judging import (
    explain,
    has_fields,
    is_missing,
    is_settled_refusal,
    names_field,
    same_fields,
    was_not_sent,
    was_refused,
)
from xcoll_tui.session.writes.outcome import Operation, Outcome, Verdict
from xcoll_tui.session.writes.read_back import LONGEST, Settled
from xcoll_tui.session.writes.runner import PLAIN, ReadBackResult

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from xcoll_tui.api.errors import ApiError
    from xcoll_tui.api.models import Document
    from xcoll_tui.session.writes.field_editor import FieldEditor
    from xcoll_tui.session.writes.outcome import Target
    from xcoll_tui.session.writes.runner import WriteOptions, WriteRunner

    Fields = Mapping[str, Any]


_MISSED = (0.5, 1.5)
"""Seconds before a file that was not found is asked for again."""
_LONGEST_INDEXING = 3600.0
_SLOWEST_LOOK = 10.0


class DocumentWrites:
    """The writes to documents.

    None raises an ApiError: what went wrong is in the outcome. None is broken off when its caller
    is cancelled. One at a time goes on per document, different documents side by side.

    `collection_id` is the opened one unless given. Values of fields may be any JSON: what is no
    text is sent as it was received.
    """

    def __init__(self, runner: WriteRunner, editor: FieldEditor) -> None:
        self._runner = runner
        self._service = runner.service
        self._editor = editor

    async def attach(
        self,
        collection_id: str,
        file_id: str,
        fields: Fields | None = None,
        *,
        name: str = "",
        options: WriteOptions = PLAIN,
    ) -> Outcome:
        """Attach an uploaded file; one that is attached already is left as it is.

        `name` is the file's, as far as it is known.
        """
        target = self._runner.rows.target(collection_id, file_id)
        target = replace(target, name=target.name or name)
        action = partial(self._do_attach, target, fields, options)
        return await self._runner.run(Operation.ATTACH, target, "attaching…", action, options)

    async def edit_fields(
        self,
        file_id: str,
        fields: Fields,
        *,
        base: Fields,
        replace: bool = False,
        overwrite: bool = False,
        document: Document | None = None,
        collection_id: str | None = None,
        options: WriteOptions = PLAIN,
    ) -> Outcome:
        """Give a document these fields, and no others.

        `base` are the fields as they were read when the person began; if they are others now,
        nothing is written, unless `overwrite`. `replace` allows to remove the document and attach
        it again. `document` is the document if it was read just now, else it is read first.
        """
        target = self._runner.rows.target(collection_id, file_id)
        edit = Edit(target, dict(fields), dict(base), replace, overwrite)
        action = partial(self._editor.edit, edit, options, document)
        return await self._runner.run(Operation.EDIT, target, "saving…", action, options)

    async def remove(
        self,
        file_id: str,
        *,
        base: Fields | None = None,
        collection_id: str | None = None,
        unreadable: bool = False,
        options: WriteOptions = PLAIN,
    ) -> Outcome:
        """Remove a document from its collection; the outcome's `document` is what it was.

        With `base` only if its fields are still those. One whose fields cannot be read could not be
        put back: it stays, unless a person agreed to that (`unreadable`).
        """
        target = self._runner.rows.target(collection_id, file_id)
        action = partial(self._do_remove, target, base, options, unreadable)
        return await self._runner.run(Operation.REMOVE, target, "removing…", action, options)

    async def reindex(
        self, file_id: str, *, collection_id: str | None = None, options: WriteOptions = PLAIN
    ) -> Outcome:
        """Ask for a document to be indexed again.

        It is "asked for" until indexing was seen to begin and to end; the outcome is corrected
        then.
        """
        target = self._runner.rows.target(collection_id, file_id)
        action = partial(self._do_reindex, target, options)
        return await self._runner.run(Operation.REINDEX, target, "re-indexing…", action, options)

    def is_reindexing(self, file_id: str, *, collection_id: str | None = None) -> bool:
        """Tell whether a document was asked to be indexed here, and that has not ended yet."""
        target = self._runner.rows.target(collection_id, file_id)
        return self._runner.followups.is_followed(target, Operation.REINDEX)

    # Attaching

    async def _do_attach(
        self, target: Target, fields: Fields | None, options: WriteOptions
    ) -> Outcome:
        runner = self._runner
        before = await self._look_before_attach(target, fields, options)
        if before.error is not None or before.document is not None:
            return attach_before(target, fields, before)
        await runner.remember(target, None, fields or {})
        asked_at = self._service.service_clock()
        returns = runner.superseded.was_lately(target, fields or {})
        error = await self._send_attach(target, fields, options)
        if error is not None and was_not_sent(error):
            return attached(
                target, fields, error, Settled(ReadBackResult(), proved=False, seconds=0), ()
            )
        if options.restores and await runner.is_file_lost(target, error):
            return file_lost(target, fields, error)

        def shows(look: ReadBackResult) -> bool:
            return look.document is not None if fields is None else look.holds(fields)

        settled = await runner.settle(
            target,
            options,
            shows,
            operation=Operation.ATTACH,
            within=0.0 if is_settled_refusal(error) or names_field(error, fields) else None,
            # An old state proves nothing where it is not known whether the service took it.
            lasting=returns and error is not None,
            error=error,
        )
        after = settled.seen
        if after.document is not None:
            target = replace(target, name=after.document.name)
            runner.rows.appeared(target.collection_id, after.document)
        defined = runner.rows.defined_keys(target.collection_id)
        # What is seen of before a removal of ours is not somebody else's.
        asked_at = None if returns else asked_at
        outcome = attached(target, fields, error, settled, defined, asked_at=asked_at)
        if error is None and after.document is not None:
            runner.note_attached_again(target)
        if outcome.verdict in {Verdict.UNSHOWN, Verdict.UNKNOWN} and settled.seen.is_gone:
            runner.keep_looking(
                target,
                lambda look: look.document is not None,
                lambda look: self._appeared_late(target, fields, error, look),
                after=settled.seconds,
            )
        return outcome

    async def _look_before_attach(
        self, target: Target, fields: Fields | None, options: WriteOptions
    ) -> ReadBackResult:
        """Read whether it is there; one that was removed a moment ago may show for a while.

        It shows with the fields that it had then; with others somebody else has attached it.
        """
        runner = self._runner
        before = await runner.look(target)
        if before.document is None:
            return before
        may_be_old = fields is None or same_fields(before.document.raw_fields, fields)
        is_behind = runner.superseded.holds(target, before.document)
        if not is_behind and not (options.recent and may_be_old):
            return before
        within = LONGEST if options.recent else None
        settled = await runner.settle(
            target, options, lambda look: look.is_gone, within=within, learns=False
        )
        return settled.seen

    async def _send_attach(
        self, target: Target, fields: Fields | None, options: WriteOptions
    ) -> ApiError | None:
        """Attach; one 404 is no proof that a file is gone, since a replica may be behind."""
        request = partial(self._service.add_document, *target.ids, fields=fields)
        send = partial(
            self._runner.send, request, options, target=target, before=None, after=fields or {}
        )
        error = await send()
        for pause in _MISSED if options.restores else ():
            if not is_missing(error):
                break
            await self._runner.sleep(pause)
            error = await send()
        return error

    def _appeared_late(
        self, target: Target, fields: Fields | None, error: ApiError | None, look: ReadBackResult
    ) -> Outcome:
        if look.document is not None:
            self._runner.rows.appeared(target.collection_id, look.document)
        return attached(target, fields, error, Settled(look, proved=True, seconds=0), ())

    # Removing

    async def _do_remove(
        self, target: Target, base: Fields | None, options: WriteOptions, unreadable: bool
    ) -> Outcome:
        runner = self._runner
        before = await self._look_before(target, options)
        end = partial(Outcome, Operation.REMOVE, target)
        if before.error is not None:
            sentence = f"{target.shown} was not removed, because it could not be read before."
            return end(Verdict.FAILED, sentence + explain(before.error), before.error)
        if before.document is None:
            return end(Verdict.ALREADY, f"{target.shown} is not in the collection.")
        document = before.document
        target = replace(target, name=document.name)
        end = partial(Outcome, Operation.REMOVE, target, document=document)
        if not has_fields(document) and not unreadable:
            sentence = (
                f"{target.shown} was not removed: its fields could not be read, so it could not "
                f"be put back as it is. {document.unreadable}"
            )
            return end(Verdict.FAILED, sentence)
        if base is not None and not same_fields(document.raw_fields, base):
            sentence = f"{target.shown} was not removed: its fields were changed meanwhile."
            current_fields = dict(document.fields)
            return end(
                Verdict.CONFLICT, sentence, wanted_fields=dict(base), current_fields=current_fields
            )
        if has_fields(document):
            await runner.remember(target, document.raw_fields, None)
        error = await runner.send(
            partial(self._service.remove_document, *target.ids),
            options,
            target=target,
            before=document,
            after=None,
        )
        if error is not None and was_not_sent(error):
            return end(Verdict.FAILED, f"{target.shown} was not removed.{explain(error)}", error)
        settled = await runner.settle(
            target,
            options,
            lambda look: look.is_gone,
            operation=Operation.REMOVE,
            departure=Departure.REMOVED,
            within=0.0 if is_settled_refusal(error) and not is_missing(error) else None,
            # One replica that never knew the document proves nothing.
            lasting=error is not None,
            error=error,
        )
        if settled.proved:
            runner.rows.count(target.collection_id, -1)
            runner.note_removed(target)
        verdict, sentence = removed(target, error, settled)
        outcome = end(verdict, sentence, error or settled.seen.error)
        if verdict in {Verdict.UNSHOWN, Verdict.UNKNOWN} and settled.seen.error is None:
            runner.keep_looking(
                target,
                lambda look: look.is_gone,
                lambda _: self._removed_late(outcome),
                after=settled.seconds,
            )
        return outcome

    def _removed_late(self, outcome: Outcome) -> Outcome:
        target = outcome.target
        self._runner.rows.count(target.collection_id, -1)
        self._runner.note_removed(target)
        return replace(outcome, verdict=Verdict.DONE, message=removed_words(target))

    async def _look_before(self, target: Target, options: WriteOptions) -> ReadBackResult:
        """Read a document; that it is not there counts when it has been so for long enough.

        So does how it was before a write of ours: undo would bring that back.
        """
        superseded = self._runner.superseded
        before = await self._runner.look(target)
        if not before.is_gone and not superseded.holds(target, before.document):
            return before
        settled = await self._runner.settle(
            target,
            options,
            lambda look: look.document is not None and not superseded.holds(target, look.document),
            within=LONGEST if options.recent else None,
            learns=False,
        )
        return settled.seen

    # Indexing again

    async def _do_reindex(self, target: Target, options: WriteOptions) -> Outcome:
        before = await self._look_before(target, options)
        if before.document is None:
            sentence = f"{target.shown} is not in the collection, so it was not re-indexed."
            if before.error is not None:
                sentence = (
                    f"{target.shown} was not re-indexed, because it could not be read before."
                )
            sentence += explain(before.error)
            return Outcome(Operation.REINDEX, target, Verdict.FAILED, sentence, before.error)
        target = replace(target, name=before.document.name)
        request = partial(self._service.reindex_document, *target.ids)
        error = await self._runner.send(request, options)
        if error is not None and was_not_sent(error):
            return reindexed(target, error, before.document, before)
        if error is None:
            after = await self._runner.look(target)
        else:
            settled = await self._runner.settle(
                target,
                options,
                partial(shows_indexing, before.document),
                within=0.0 if was_refused(error) else None,
                error=error,
            )
            after = settled.seen
        outcome = reindexed(target, error, before.document, after)
        if outcome.verdict is Verdict.ASKED:
            follow = partial(self._follow_indexing, target, before.document, after, options)
            self._runner.followups.plan(target, follow)
        return outcome

    async def _follow_indexing(
        self,
        target: Target,
        before: Document,
        first: ReadBackResult,
        options: WriteOptions,
        correct: Callable[[Outcome], None],
    ) -> None:
        """Look until indexing began, and then until it ended; what never begins stays asked for."""
        runner = self._runner
        if not shows_indexing(before, first):
            begun = await runner.watch(
                target, partial(shows_indexing, before), within=LONGEST, slowest=2.0
            )
            if not begun.proved:
                return
        if options.begun is not None:
            options.begun(target)

        def has_ended(look: ReadBackResult) -> bool:
            return look.document is not None and indexed_words(target, look.document) is not None

        while True:
            ended = await runner.watch(
                target, has_ended, within=_LONGEST_INDEXING, slowest=_SLOWEST_LOOK
            )
            if ended.proved and not shows_indexing(before, ended.seen):
                # As it was before, in all that shows: it may be a read that is behind.
                ended = await runner.watch(target, has_ended, within=0.0, slowest=2.0, lasting=True)
                if not ended.proved:
                    continue
            break
        document = ended.seen.document
        words = None if document is None else indexed_words(target, document)
        if words is not None:
            verdict, sentence = words
            correct(
                Outcome(
                    Operation.REINDEX, target, verdict, sentence, reindexed=True, document=document
                )
            )

"""Attaching, removing and re-indexing a document: sent, read back, judged."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import Conflict, NotFound, RateLimited
from xcoll_tui.session.indexing import progress_of
from xcoll_tui.session.outcome import Operation, Outcome, Verdict
from xcoll_tui.session.rows import REMOVED
from xcoll_tui.session.stage import (
    Done,
    How,
    Look,
    holds_fields,
    is_missing,
    named_field,
    same_fields,
    told,
    was_not_sent,
    was_refused,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xcoll_tui.api.errors import ApiError
    from xcoll_tui.api.models import Document
    from xcoll_tui.session.outcome import Target
    from xcoll_tui.session.stage import Stage


class DocumentWrites:
    """What can be done with a document as a whole; see `Writes`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._service = stage.service

    async def attach(self, target: Target, fields: Mapping[str, str] | None, how: How) -> Outcome:
        """Attach a file; see `Writes.attach`."""
        act = partial(self._do_attach, target, fields, how)
        return await self._stage.perform(Operation.ATTACH, target, "attaching…", act, how)

    async def remove(self, target: Target, base: Mapping[str, str] | None, how: How) -> Outcome:
        """Remove a document; see `Writes.remove`."""
        act = partial(self._do_remove, target, base, how)
        return await self._stage.perform(Operation.REMOVE, target, "removing…", act, how)

    async def reindex(self, target: Target, how: How) -> Outcome:
        """Index a document anew; see `Writes.reindex`."""
        act = partial(self._do_reindex, target, how)
        return await self._stage.perform(Operation.REINDEX, target, "re-indexing…", act, how)

    async def _do_attach(self, target: Target, fields: Mapping[str, str] | None, how: How) -> Done:
        before = await self._stage.look(target, confirm=False)
        if before.error is not None or before.document is not None:
            return Done(_attach_before(target, fields, before))
        place = target.collection_id, target.file_id or ""
        error = await self._stage.send(
            partial(self._service.add_document, *place, fields=fields), how
        )
        after = Look() if error and was_not_sent(error) else await self._stage.look(target)
        if after.document is not None:
            target = replace(target, name=after.document.name)
            self._stage.rows.appeared(target.collection_id)
        defined = self._stage.rows.defined_keys(target.collection_id)
        outcome = _attached(target, fields, error, after, defined)
        if outcome.verdict is Verdict.UNKNOWN:
            return Done(outcome, "It is not known whether it was attached.")
        if after.document is None or outcome.verdict is Verdict.CHANGED:
            return Done(outcome)
        there = dict(after.document.fields)
        return Done(outcome, partial(self.remove, target, there, How(undoes=True)))

    async def _do_remove(self, target: Target, base: Mapping[str, str] | None, how: How) -> Done:
        before = await self._stage.look(target)
        end = partial(Outcome, Operation.REMOVE, target)
        if before.error is not None:
            said = f"{target.shown} was not removed, because it could not be read before."
            return Done(end(Verdict.FAILED, said + told(before.error), before.error))
        if before.document is None:
            return Done(end(Verdict.ALREADY, f"{target.shown} is not in the collection any more."))
        document = before.document
        target = replace(target, name=document.name)
        end = partial(Outcome, Operation.REMOVE, target, document=document)
        if base is not None and document.fields != base:
            said = f"{target.shown} was not removed: its fields were changed meanwhile."
            return Done(end(Verdict.CHANGED, said, mine=dict(base), theirs=dict(document.fields)))
        place = target.collection_id, target.file_id or ""
        error = await self._stage.send(partial(self._service.remove_document, *place), how)
        if error is not None and was_not_sent(error):
            said = f"{target.shown} was not removed.{told(error)}"
            return Done(end(Verdict.FAILED, said, error))
        after = await self._stage.look(target, why=REMOVED, confirm=False)
        if after.is_gone:
            self._stage.rows.count(target.collection_id, -1)
        verdict, said = _removed(target, error, after)
        outcome = end(verdict, said, error or after.error)
        if after.document is not None or verdict is Verdict.FAILED:
            return Done(outcome)
        fields = dict(document.fields)
        return Done(outcome, partial(self.attach, target, fields, How(undoes=True)))

    async def _do_reindex(self, target: Target, how: How) -> Done:
        before = await self._stage.look(target)
        if before.document is None:
            said = f"{target.shown} is not in the collection any more, so it was not re-indexed."
            if before.error is not None:
                said = f"{target.shown} was not re-indexed, because it could not be read before."
            said += told(before.error)
            return Done(
                Outcome(Operation.REINDEX, target, Verdict.FAILED, said, before.error),
            )
        target = replace(target, name=before.document.name)
        place = target.collection_id, target.file_id or ""
        error = await self._stage.send(partial(self._service.reindex_document, *place), how)
        after = before if error and was_not_sent(error) else await self._stage.look(target)
        return Done(_reindexed(target, error, before.document, after))


def _attach_before(target: Target, fields: Mapping[str, str] | None, before: Look) -> Outcome:
    """Return why a file is not attached: it is there, or that could not be found out."""
    mine = None if fields is None else dict(fields)
    end = partial(Outcome, Operation.ATTACH, mine=mine)
    document = before.document
    if document is None:
        said = f"{target.shown} was not attached, because the collection could not be read before."
        return end(target, Verdict.FAILED, said + told(before.error), before.error)
    target = replace(target, name=document.name)
    said = f"{target.shown} is attached already; it was left as it is."
    if fields and not same_fields(document.fields, fields):
        said = f"{target.shown} is attached already, with other fields; it was left as it is."
    theirs = dict(document.fields)
    return end(target, Verdict.ALREADY, said, document=document, theirs=theirs)


def _attached(
    target: Target,
    fields: Mapping[str, str] | None,
    error: ApiError | None,
    after: Look,
    defined: Sequence[str],
) -> Outcome:
    """Judge an attach that was sent, of a file that was not there before.

    A refusal may name a field that was left out, so those that are `defined` count as well.
    """
    name, document = target.shown, after.document
    mine = None if fields is None else dict(fields)
    end = partial(Outcome, Operation.ATTACH, target, mine=mine, document=document)
    if document is not None:
        if fields is None or holds_fields(document, fields):
            return end(Verdict.DONE, f"{name} is attached.", error, reindexed=True)
        theirs = dict(document.fields)
        if isinstance(error, Conflict):
            said = f"{name} was attached elsewhere meanwhile, with other fields."
            return end(Verdict.CHANGED, said, error, theirs=theirs)
        said = f"{name} is attached, but not with the fields that were given; look at them."
        return end(Verdict.FAILED, said, error, theirs=theirs)
    if after.error is None or was_refused(error):
        said = f"{name} was not attached.{told(error)}"
        if isinstance(error, NotFound):
            said = f"No such file for this team, or the collection is gone.{told(error)}"
        elif error is None:
            said = f"{name} does not show in the collection, although the service took it."
        return end(
            Verdict.FAILED,
            said,
            error,
            field=named_field(error, {**(fields or {}), **dict.fromkeys(defined)}),
        )
    said = f"Whether {name} is attached is not known: it could not be read back."
    return end(Verdict.UNKNOWN, said + told(error) + told(after.error), error or after.error)


def _removed(target: Target, error: ApiError | None, after: Look) -> tuple[Verdict, str]:
    """Judge a removal that was sent, of a document that was there before."""
    name = target.shown
    place = f" from “{target.collection_name}”" if target.collection_name else ""
    if after.is_gone:
        if is_missing(error):
            return Verdict.ALREADY, f"{name} was gone from the collection already."
        return Verdict.DONE, f"{name} is removed{place}; the file itself is kept."
    if after.document is not None:
        said = f"{name} is still in the collection"
        said += "." if error else ", although the service took the request."
        return Verdict.FAILED, said + told(error)
    if was_refused(error) and not is_missing(error):
        return Verdict.FAILED, f"{name} was not removed.{told(error)}"
    said = f"Whether {name} is removed is not known: the collection could not be read back."
    return Verdict.UNKNOWN, said + told(error) + told(after.error)


def _reindexed(target: Target, error: ApiError | None, before: Document, after: Look) -> Outcome:
    """Judge a re-indexing; a service that took it may begin later than the reading back."""
    name, document = target.shown, after.document
    end = partial(Outcome, Operation.REINDEX, target, document=document)
    if after.is_gone:
        said = f"{name} is not in the collection any more, so it was not re-indexed."
        return end(Verdict.FAILED, said + told(error), error)
    if was_refused(error):
        return end(Verdict.FAILED, f"{name} was not re-indexed.{told(error)}", error)
    if document is not None:
        under_way = error is None and progress_of(document).is_under_way
        if under_way or _traces(document) != _traces(before):
            return end(Verdict.DONE, f"{name} is indexed anew.", error, reindexed=True)
        if error is None:
            said = f"The service took the request to index {name} anew; it does not show yet."
            return end(Verdict.DONE, said, reindexed=True)
        if isinstance(error, RateLimited):
            return end(Verdict.FAILED, f"{name} was not re-indexed.{told(error)}", error)
    said = f"Whether {name} is indexed anew is not known.{told(error)}{told(after.error)}"
    return end(Verdict.UNKNOWN, said, error or after.error, reindexed=True)


def _traces(document: Document) -> tuple[object, ...]:
    """Return what indexing changes on a document."""
    return (
        document.status,
        document.last_indexed_at,
        document.chunk_count,
        document.chunks_processed_count,
    )

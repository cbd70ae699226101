"""Outcomes of attaching, removing and re-indexing a document, and the words for them: pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xcoll_tui.api.errors import Conflict, NotFound, RateLimited
from xcoll_tui.session.lists.progress import progress_of
from xcoll_tui.session.times import SAME_SECOND, moment_of
from xcoll_tui.session.writes.judging import (
    explain,
    holds_fields,
    is_missing,
    may_be_own,
    named_field,
    names_field,
    same_fields,
    was_missing_before,
    was_refused,
)
from xcoll_tui.session.writes.outcome import Operation, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from xcoll_tui.api.errors import ApiError
    from xcoll_tui.api.models import Document
    from xcoll_tui.session.writes.outcome import Target
    from xcoll_tui.session.writes.read_back import Settled
    from xcoll_tui.session.writes.runner import ReadBackResult

    Fields = Mapping[str, Any]


def shows_indexing(before: Document, look: ReadBackResult) -> bool:
    """Tell whether a document shows that it was indexed again, or is being."""
    return look.document is not None and _traces(look.document) != _traces(before)


def attach_before(target: Target, fields: Fields | None, before: ReadBackResult) -> Outcome:
    """Return why a file is not attached: it is there, or that could not be found out."""
    wanted_fields = None if fields is None else dict(fields)
    end = partial(Outcome, Operation.ATTACH, wanted_fields=wanted_fields)
    document = before.document
    if document is None:
        sentence = (
            f"{target.shown} was not attached, because the collection could not be read before."
        )
        return end(target, Verdict.FAILED, sentence + explain(before.error), before.error)
    target = replace(target, name=document.name)
    sentence = f"{target.shown} is already attached; it was left as it is."
    if fields and not same_fields(document.raw_fields, fields):
        sentence = f"{target.shown} is already attached, with other fields; it was left as it is."
    current_fields = dict(document.fields)
    return end(target, Verdict.ALREADY, sentence, document=document, current_fields=current_fields)


def attached(
    target: Target,
    fields: Fields | None,
    error: ApiError | None,
    settled: Settled[ReadBackResult],
    defined: Sequence[str],
    *,
    asked_at: float | None = None,
) -> Outcome:
    """Judge an attach that was sent, of a file that was not there before.

    A refusal may name a field that was left out, so those that are `defined` count as well.
    `asked_at` is the service's time of the request: what it indexed before was there before.
    """
    wanted_fields, document = None if fields is None else dict(fields), settled.seen.document
    end = partial(Outcome, Operation.ATTACH, target, wanted_fields=wanted_fields, document=document)
    if document is not None:
        if error is None and _was_indexed_before(document, asked_at):
            sentence = f"{target.shown} was already attached, by someone else."
            return end(Verdict.ALREADY, sentence, current_fields=dict(document.fields))
        return _found(target, document, fields, error, end)
    return _not_found(target, fields, error, settled, end=end, defined=defined)


def file_lost(target: Target, fields: Fields | None, error: ApiError | None) -> Outcome:
    """Tell of a document that cannot be attached again, because its file is gone."""
    sentence = (
        f"{target.shown} cannot be attached again: its file is gone. A service may delete a file "
        "with its document. Upload it again."
    )
    wanted_fields = dict(fields or {})
    return Outcome(
        Operation.ATTACH,
        target,
        Verdict.FAILED,
        sentence,
        error,
        wanted_fields=wanted_fields,
        file_lost=True,
    )


def _was_indexed_before(document: Document, moment: float | None) -> bool:
    """Tell whether a document was indexed before it was asked to be attached."""
    indexed_at = moment_of(document.last_indexed_at)
    return moment is not None and indexed_at is not None and indexed_at < moment - SAME_SECOND


def _found(
    target: Target,
    document: Document,
    fields: Fields | None,
    error: ApiError | None,
    end: Callable[..., Outcome],
) -> Outcome:
    name, current_fields = target.shown, dict(document.fields)
    elsewhere = isinstance(error, Conflict) and not may_be_own(error)
    if fields is None or holds_fields(document, fields):
        if elsewhere:
            sentence = f"{name} was attached elsewhere meanwhile, with these fields."
            return end(Verdict.ALREADY, sentence, error, current_fields=current_fields)
        return end(Verdict.DONE, f"{name} is attached.", error, reindexed=True)
    if elsewhere:
        sentence = f"{name} was attached elsewhere meanwhile, with other fields."
        return end(Verdict.CONFLICT, sentence, error, current_fields=current_fields)
    sentence = f"{name} is attached, but not with the given fields; check them."
    if error is not None:
        sentence += f" It is not known by whom.{explain(error)}"
    return end(Verdict.FAILED, sentence, error, current_fields=current_fields)


def _not_found(
    target: Target,
    fields: Fields | None,
    error: ApiError | None,
    settled: Settled[ReadBackResult],
    *,
    end: Callable[..., Outcome],
    defined: Sequence[str],
) -> Outcome:
    name, unread = target.shown, settled.seen.error
    if unread is not None and not was_refused(error):
        sentence = f"Whether {name} is attached is not known: it could not be read back."
        return end(Verdict.UNKNOWN, sentence + explain(error) + explain(unread), error or unread)
    if error is None:
        sentence = f"The service took {name}, and does not show it after {settled.words}."
        return end(Verdict.UNSHOWN, f"{sentence} It may still come; nothing was sent again.")
    sentence = f"{name} was not attached."
    if isinstance(error, NotFound):
        sentence = "No such file for this team, or the collection is gone."
    elif isinstance(error, Conflict) and not names_field(error, fields):
        sentence = f"The service says that {name} is attached, and does not show it"
        if not fields or str(target.file_id) in error.message:
            # No value can be in the way: it is there, and a read that lags does not know yet.
            sentence = f"{sentence} after {settled.words}: whether it is, is not known."
            return end(Verdict.UNKNOWN, sentence + explain(error), error)
        sentence += "."
    elif not was_refused(error):
        # What was lost on the way may still take effect.
        sentence = f"Whether {name} is attached is not known: it does not show after"
        sentence = f"{sentence} {settled.words}.{explain(error)}"
        return end(Verdict.UNKNOWN, sentence, error)
    field = named_field(error, {**(fields or {}), **dict.fromkeys(defined)})
    return end(Verdict.FAILED, sentence + explain(error), error, field=field)


def removed(
    target: Target, error: ApiError | None, settled: Settled[ReadBackResult]
) -> tuple[Verdict, str]:
    """Judge a removal that was sent, of a document that was there before."""
    name, after = target.shown, settled.seen
    if settled.proved:
        if was_missing_before(error):
            return Verdict.ALREADY, f"{name} was already gone from the collection."
        return Verdict.DONE, removed_words(target)
    if was_refused(error) and not is_missing(error):
        return Verdict.FAILED, f"{name} was not removed.{explain(error)}"
    if after.document is not None:
        if error is not None:
            # What was lost on the way may still take effect.
            sentence = f"Whether {name} is removed is not known: it still shows after"
            return Verdict.UNKNOWN, f"{sentence} {settled.words}.{explain(error)}"
        sentence = f"The service took the removal of {name}, and still shows it after"
        return Verdict.UNSHOWN, f"{sentence} {settled.words}. It may still go."
    sentence = f"Whether {name} is removed is not known: "
    sentence += "the reads differ." if after.is_gone else "the collection could not be read back."
    return Verdict.UNKNOWN, sentence + explain(error) + explain(after.error)


def removed_words(target: Target) -> str:
    """Say that a document is out of its collection; of its file nothing is known."""
    place = f" from “{target.collection_name}”" if target.collection_name else ""
    return f"{target.shown} is removed{place}."


def reindexed(
    target: Target, error: ApiError | None, before: Document, after: ReadBackResult
) -> Outcome:
    """Judge a re-indexing: it is asked for until indexing was seen to begin and to end."""
    name, document = target.shown, after.document
    end = partial(Outcome, Operation.REINDEX, target, document=document)
    if was_refused(error):
        return end(Verdict.FAILED, f"{name} was not re-indexed.{explain(error)}", error)
    if error is None:
        if document is not None and shows_indexing(before, after):
            ended = indexed_words(target, document)
            if ended is not None:
                return end(ended[0], ended[1], reindexed=True)
        sentence = f"The service was asked to re-index {name}."
        return end(Verdict.ASKED, sentence, reindexed=True)
    if document is not None and shows_indexing(before, after):
        sentence = f"{name} is re-indexed.{explain(error)}"
        return end(Verdict.ASKED, sentence, error, reindexed=True)
    if document is not None and isinstance(error, RateLimited):
        return end(Verdict.FAILED, f"{name} was not re-indexed.{explain(error)}", error)
    sentence = f"Whether {name} is re-indexed is not known.{explain(error)}{explain(after.error)}"
    return end(Verdict.UNKNOWN, sentence, error, reindexed=True)


def indexed_words(target: Target, document: Document) -> tuple[Verdict, str] | None:
    """Return how an indexing that began has ended, None while it goes on."""
    progress = progress_of(document)
    if progress.state == "ready":
        return Verdict.DONE, f"{target.shown} is re-indexed."
    if progress.state == "failed":
        reason = document.error_message or "the service does not say why"
        return Verdict.FAILED, f"Indexing {target.shown} failed again: {reason.rstrip('.')}."
    return None


def _traces(document: Document) -> tuple[object, ...]:
    """Return what indexing changes on a document."""
    return (
        document.status,
        document.last_indexed_at,
        document.chunk_count,
        document.chunks_processed_count,
    )

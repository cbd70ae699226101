"""Outcomes of changing and deleting a collection, and the words for them: pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.writes.collection_diff import describe, matches
from xcoll_tui.session.writes.judging import (
    explain,
    is_missing,
    named_field,
    was_missing_before,
    was_not_sent,
    was_refused,
)
from xcoll_tui.session.writes.outcome import Operation, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from xcoll_tui.api.models import Collection
    from xcoll_tui.session.writes.collection_diff import Change
    from xcoll_tui.session.writes.outcome import Target
    from xcoll_tui.session.writes.read_back import Settled

    CollectionLook = Collection | ApiError | None


def deleted(
    target: Target,
    end: Callable[..., Outcome],
    settled: Settled[CollectionLook],
    *,
    error: ApiError | None,
) -> Outcome:
    """Judge a deletion that was sent, of a collection that was there before."""
    name, after = target.shown, settled.seen
    if settled.proved:
        verdict = Verdict.ALREADY if was_missing_before(error) else Verdict.DONE
        return end(verdict, f"{name} is deleted.", error)
    if was_refused(error) and not is_missing(error):
        return end(Verdict.FAILED, f"{name} was not deleted.{explain(error)}", error)
    if isinstance(after, ApiError) or after is None:
        sentence = f"Whether {name} is deleted is not known: "
        sentence += "the reads differ." if after is None else "it could not be read back."
        return end(Verdict.UNKNOWN, sentence + explain(error) + explain(after), error or after)
    if error is None:
        sentence = f"The service took the deletion of {name}, and still shows it after"
        return end(Verdict.UNSHOWN, f"{sentence} {settled.words}. It may still go.")
    sentence = f"Whether {name} is deleted is not known: it still shows after {settled.words}."
    return end(Verdict.UNKNOWN, sentence + explain(error), error)


def updated(
    target: Target,
    change: Change,
    before: Collection,
    settled: Settled[CollectionLook],
    *,
    error: ApiError | None,
) -> Outcome:
    """Judge a change that was sent."""
    name, after = target.shown, settled.seen
    wanted_fields, previous_fields = change.wanted(), describe(before)
    end = partial(
        Outcome,
        Operation.UPDATE,
        target,
        wanted_fields=wanted_fields,
        previous_fields=previous_fields,
    )
    if after is None:
        sentence = f"{name} was deleted elsewhere meanwhile.{explain(error)}"
        return end(Verdict.FAILED, sentence, error)
    if isinstance(after, ApiError):
        if was_refused(error):
            return end(Verdict.FAILED, f"{name} was not changed.{explain(error)}", error)
        sentence = f"Whether {name} is changed is not known: it could not be read back."
        return end(Verdict.UNKNOWN, sentence + explain(error) + explain(after), error or after)
    if change.holds(after):
        sentence = f"The changes to {name} are saved."
        return end(Verdict.DONE, sentence, error, collection=after)
    verdict, field = Verdict.FAILED, named_field(error, change.keys) if was_refused(error) else None
    if not matches(after, before):
        sentence = f"{name} is changed, but not completely; check it."
    elif error is None:
        sentence = f"The service took the changes to {name}, and still shows it as it was after"
        sentence = f"{sentence} {settled.words}. They may still show."
        return end(Verdict.UNSHOWN, sentence, collection=after)
    elif was_refused(error) or was_not_sent(error):
        sentence = f"{name} is not changed."
    else:
        verdict = Verdict.UNKNOWN
        sentence = f"Whether {name} is changed is not known: it shows as it was after"
        sentence = f"{sentence} {settled.words}."
    return end(verdict, sentence + explain(error), error, collection=after, field=field)

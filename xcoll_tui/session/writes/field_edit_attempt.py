"""One change to a document's fields: what is wanted, what was seen, and the words for it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from xcoll_tui.api.errors import Conflict
from xcoll_tui.session.writes.judging import (
    as_received,
    explain,
    has_fields,
    holds_fields,
    named_field,
    names_field,
    was_not_sent,
    was_refused,
)
from xcoll_tui.session.writes.outcome import Operation, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from xcoll_tui.api.errors import ApiError
    from xcoll_tui.session.writes.outcome import Strategy, Target
    from xcoll_tui.session.writes.read_back import Settled
    from xcoll_tui.session.writes.runner import ReadBackResult

# What a service answers that has no such method, or takes no body with it.
_UNSUPPORTED = frozenset({405, 415, 501})


class Edit(Struct, frozen=True):
    """Fields that are wanted; `base` are those that were read when they were written down.

    `replace`: the document may be removed and attached again. `overwrite`: what somebody else wrote
    since counts for nothing. Values that are no texts are sent as they were received.
    """

    target: Target
    fields: Mapping[str, Any]
    base: Mapping[str, Any]
    replace: bool = False
    overwrite: bool = False


class FieldEditAttempt:
    """One edit on its way up: what was there, what was seen last, and the words for it."""

    def __init__(self, edit: Edit, before: ReadBackResult) -> None:
        self.edit = edit
        self.before = before
        self.target = edit.target
        self.fields: Mapping[str, Any] = dict(edit.fields)
        """The wanted fields as they are sent."""
        self.old: Mapping[str, Any] = {}
        self.now = before.document
        self.reindexed = False
        self.resumed = False
        """Whether a try before, of this very edit, was taken in part: its own doing, not theirs."""
        self.returns = False
        """Whether the wanted fields are those of a short while ago, which a read may still show."""
        self.seconds = 0.0
        """For how long the old fields were seen after the service took the new ones."""
        if before.document is not None:
            self.fields = as_received(edit.fields, before.document)
            shown_fields = dict(before.document.fields)
            self.target = replace(edit.target, name=before.document.name)
            self.resumed = not edit.overwrite and _is_merged(shown_fields, edit)
            self.old = dict(edit.base) if self.resumed else dict(before.document.raw_fields)

    @property
    def is_partly(self) -> bool:
        """Whether some of what was wanted is there, and not all."""
        return self.now is not None and self.now.raw_fields != self.old

    def precondition(self) -> Outcome | None:
        """Return why nothing is sent, None if it will be."""
        name, edit, document = self.target.shown, self.edit, self.before.document
        if self.before.error is not None:
            sentence = f"The fields of {name} were not sent, because it could not be read before."
            return self.end(
                Verdict.FAILED, sentence + explain(self.before.error), self.before.error
            )
        if document is None:
            sentence = f"{name} is not in the collection, so its fields were not sent."
            return self.end(Verdict.FAILED, sentence)
        if not has_fields(document):
            sentence = f"{name} could not be read completely, so its fields were not sent."
            return self.end(Verdict.FAILED, f"{sentence} {document.unreadable}")
        if holds_fields(document, self.fields):
            return self.end(Verdict.ALREADY, f"{name} already has these fields; nothing was sent.")
        if not (edit.overwrite or self.resumed) and not self.is_based_on(document.fields):
            sentence = f"The fields of {name} were changed elsewhere meanwhile; nothing was sent."
            return self.end(Verdict.CONFLICT, sentence)
        return None

    def is_based_on(self, fields: Mapping[str, str]) -> bool:
        """Tell whether these are the fields that the person began with."""
        document = self.before.document
        raw = document.raw_fields if document is not None else fields
        return self.edit.base in (fields, raw)

    def shows(self, look: ReadBackResult) -> bool:
        """Tell whether a look shows that the service has taken the edit, or merged it.

        Any other state may be an older one yet, which a replica still shows: it must last.
        """
        document = look.document
        if document is None:
            return False
        if holds_fields(document, self.fields):
            return True
        last = None if self.now is None else self.now.raw_fields
        merged = {**self.old, **self.fields}
        return (
            has_fields(document)
            and document.raw_fields == merged
            and merged not in (self.old, last)
        )

    def judge(
        self, strategy: Strategy, error: ApiError | None, settled: Settled[ReadBackResult]
    ) -> Outcome | None:
        """Return what a strategy led to, None if the next one is to be tried."""
        name, after = self.target.shown, settled.seen
        if after.document is None:
            return self._unseen(error, settled)
        last, self.now = self.now, after.document
        self.reindexed = self.reindexed or not was_refused(error)
        if error is None:
            self.seconds = max(self.seconds, settled.seconds)
        if holds_fields(after.document, self.fields):
            # PATCH is documented to index again, whatever else it does.
            sentence = f"The fields of {name} are saved. It may be indexed again."
            return self.end(Verdict.DONE, sentence, error, strategy=strategy)
        if not has_fields(after.document):
            sentence = f"{name} could not be read back in full, so its fields are not known now."
            return self.end(Verdict.UNKNOWN, f"{sentence} {after.document.unreadable}", error)
        if error is not None and not _leads_on(strategy, error, self.edit.fields):
            return self._failed(error, settled)
        merged = {**self.old, **self.fields}
        expected = [merged, *([] if last is None else [last.raw_fields])]
        if after.document.raw_fields not in expected:
            sentence = f"{name} was sent these fields, but now shows others; check them."
            return self.end(Verdict.FAILED, sentence + explain(error), error)
        return None

    def _failed(self, error: ApiError, settled: Settled[ReadBackResult]) -> Outcome:
        name = self.target.shown
        if was_refused(error) or was_not_sent(error) or self.is_partly:
            saved = "saved only in part; check them" if self.is_partly else "not saved"
            sentence = f"The fields of {name} are {saved}.{explain(error)}"
            return self.end(Verdict.FAILED, sentence, error)
        # What was lost on the way may still take effect.
        sentence = f"Whether the fields of {name} are saved is not known: the old ones show after"
        return self.end(Verdict.UNKNOWN, f"{sentence} {settled.words}.{explain(error)}", error)

    def ignored(self, since: str = "") -> Outcome:
        """Return the outcome when no strategy that needs no agreement led anywhere.

        `since`: when this service was seen to keep the old fields, if nothing was sent now.
        """
        name = self.target.shown
        if self.is_partly and self.now is not None:
            keys = ", ".join(
                f"“{key}”"
                for key, value in self.now.raw_fields.items()
                if self.fields.get(key) != value
            )
            sentence = f"The fields of {name} are saved only in part: the service keeps {keys}."
        elif self.seconds > 0:
            sentence = (
                f"The service took the new fields of {name}, and still shows the old ones after "
                f"{self.seconds:.0f} s: they are neither saved nor refused."
            )
        elif since:
            sentence = (
                f"The fields of {name} were not sent: as seen here {since}, this service takes new "
                "fields and keeps the old ones."
            )
        else:
            sentence = f"The fields of {name} are not saved: the service keeps the old ones."
        return self.end(Verdict.IGNORED, sentence)

    def end(
        self,
        verdict: Verdict,
        sentence: str,
        error: ApiError | None = None,
        *,
        strategy: Strategy | None = None,
        file_lost: bool = False,
    ) -> Outcome:
        """Return an outcome with all that is at stake."""
        seen = self.now or self.before.document
        old_fields = None if seen is None else self.old
        conflicts = verdict is Verdict.CONFLICT
        return Outcome(
            Operation.EDIT,
            self.target,
            verdict,
            sentence,
            error=error,
            strategy=strategy,
            reindexed=self.reindexed,
            field=named_field(error, {**self.old, **self.edit.fields})
            if was_refused(error)
            else None,
            wanted_fields=dict(self.edit.fields),
            previous_fields=None if conflicts else old_fields,
            current_fields=old_fields if conflicts else None,
            document=self.now,
            file_lost=file_lost,
        )

    def _unseen(self, error: ApiError | None, settled: Settled[ReadBackResult]) -> Outcome:
        name, unread = self.target.shown, settled.seen.error
        if error is not None and was_not_sent(error):
            sentence = f"The fields of {name} were not sent.{explain(error)}"
            return self.end(Verdict.FAILED, sentence, error)
        if unread is None:
            sentence = f"{name} is not in the collection, so its fields could not be changed."
            self.now = None
            return self.end(Verdict.FAILED, sentence + explain(error), error)
        if error is not None and was_refused(error):
            return self.end(
                Verdict.FAILED, f"The fields of {name} are not saved.{explain(error)}", error
            )
        self.now, self.reindexed = None, True
        sentence = (
            f"Whether the fields of {name} are saved is not known: they could not be read back."
        )
        return self.end(
            Verdict.UNKNOWN, sentence + explain(error) + explain(unread), error or unread
        )


def _is_merged(shown_fields: Mapping[str, str], edit: Edit) -> bool:
    """Tell whether a document is what a service makes of an edit that merges, and not all of it."""
    return shown_fields == {**edit.base, **edit.fields} and shown_fields not in (
        edit.base,
        edit.fields,
    )


def _leads_on(strategy: Strategy, error: ApiError, fields: Mapping[str, str]) -> bool:
    """Tell whether an error says that this strategy is none, and nothing against the fields."""
    if strategy == "patch":
        return error.status in _UNSUPPORTED
    # The same 409 is for a file that is attached already and for a unique value that is taken.
    return isinstance(error, Conflict) and not names_field(error, fields)

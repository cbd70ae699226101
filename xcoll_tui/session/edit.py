"""One change to a document's fields: what is wanted, what was seen, and the words for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import Conflict
from xcoll_tui.session.outcome import Operation, Outcome, Verdict
from xcoll_tui.session.stage import (
    Look,
    holds_fields,
    named_field,
    told,
    was_not_sent,
    was_refused,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xcoll_tui.api.errors import ApiError
    from xcoll_tui.session.outcome import Rung, Target

# What a service answers that has no such method, or takes no body with it.
_UNSUPPORTED = frozenset({405, 415, 501})


@dataclass(frozen=True)
class Edit:
    """Fields that are wanted; `base` are those that were read when they were written down.

    `replace`: the document may be removed and attached again. `overwrite`: what somebody else wrote
    since counts for nothing.
    """

    target: Target
    fields: Mapping[str, str]
    base: Mapping[str, str]
    replace: bool = False
    overwrite: bool = False


class Climb:
    """One edit on its way up: what was there, what was seen last, and the words for it."""

    def __init__(self, edit: Edit, before: Look) -> None:
        self.edit = edit
        self.before = before
        self.target = edit.target
        self.old: Mapping[str, str] = {}
        self.now = before.document
        self.reindexed = False
        self.resumed = False
        """Whether a try before, of this very edit, was taken in part: its own doing, not theirs."""
        if before.document is not None:
            held = dict(before.document.fields)
            self.target = replace(edit.target, name=before.document.name)
            self.resumed = not edit.overwrite and _is_merged(held, edit)
            self.old = dict(edit.base) if self.resumed else held

    @property
    def is_partly(self) -> bool:
        """Whether some of what was wanted is there, and not all."""
        return self.now is not None and self.now.fields != self.old

    def refusal(self) -> Outcome | None:
        """Return why nothing is sent, None if it shall be."""
        name, edit, document = self.target.shown, self.edit, self.before.document
        if self.before.error is not None:
            said = f"The fields of {name} were not sent, because it could not be read before."
            return self.end(Verdict.FAILED, said + told(self.before.error), self.before.error)
        if document is None:
            said = f"{name} is no longer in the collection, so its fields were not sent."
            return self.end(Verdict.FAILED, said)
        if document.unreadable is not None and not document.fields:
            said = f"{name} could not be read in full, so its fields were not sent."
            return self.end(Verdict.FAILED, f"{said} {document.unreadable}")
        if holds_fields(document, edit.fields):
            return self.end(Verdict.ALREADY, f"{name} has these fields already; nothing was sent.")
        if not (edit.overwrite or self.resumed) and document.fields != edit.base:
            said = f"The fields of {name} were changed elsewhere meanwhile; nothing was sent."
            return self.end(Verdict.CHANGED, said)
        return None

    def judge(self, rung: Rung, error: ApiError | None, after: Look) -> Outcome | None:
        """Return what a rung led to, None if the next one shall be tried."""
        name = self.target.shown
        if after.document is None:
            return self._unseen(error, after.error)
        last, self.now = self.now, after.document
        self.reindexed = self.reindexed or not was_refused(error)
        if holds_fields(after.document, self.edit.fields):
            # PATCH is documented to index again, whatever else it does.
            said = f"The fields of {name} are saved. It may be indexed again."
            return self.end(Verdict.DONE, said, error, rung=rung)
        if after.document.unreadable is not None and not after.document.fields:
            said = f"{name} could not be read back in full, so what it holds now is not known."
            return self.end(Verdict.UNKNOWN, f"{said} {after.document.unreadable}", error)
        if error is not None and not _leads_on(rung, error, self.edit.fields):
            part = " in part only; look at them." if self.is_partly else "."
            said = f"The fields of {name} are {'saved' if self.is_partly else 'not saved'}{part}"
            return self.end(Verdict.FAILED, said + told(error), error)
        known = [{**self.old, **self.edit.fields}, *([] if last is None else [last.fields])]
        if after.document.fields not in known:
            said = f"{name} was sent these fields, but now shows others; look at them."
            return self.end(Verdict.FAILED, said + told(error), error)
        return None

    def ignored(self) -> Outcome:
        """Return the outcome when no rung that needs no agreement led anywhere."""
        name = self.target.shown
        if not self.is_partly or self.now is None:
            said = f"The fields of {name} are not saved: the service keeps the old ones."
        else:
            kept = ", ".join(
                f"“{key}”"
                for key, value in self.now.fields.items()
                if self.edit.fields.get(key) != value
            )
            said = f"The fields of {name} are saved in part only: the service keeps {kept}."
        said += " They can be replaced: the document is removed and attached again with the new"
        return self.end(Verdict.IGNORED, f"{said} fields, and is not found until it is indexed.")

    def end(
        self,
        verdict: Verdict,
        said: str,
        error: ApiError | None = None,
        *,
        rung: Rung | None = None,
    ) -> Outcome:
        """Return an outcome with all that is at stake."""
        known = self.now or self.before.document
        return Outcome(
            Operation.EDIT,
            self.target,
            verdict,
            said,
            error=error,
            rung=rung,
            reindexed=self.reindexed,
            field=named_field(error, {**self.old, **self.edit.fields})
            if was_refused(error)
            else None,
            mine=dict(self.edit.fields),
            theirs=None if known is None else self.old,
            document=self.now,
        )

    def _unseen(self, error: ApiError | None, unread: ApiError | None) -> Outcome:
        name = self.target.shown
        if error is not None and was_not_sent(error):
            said = f"The fields of {name} were not sent.{told(error)}"
            return self.end(Verdict.FAILED, said, error)
        if unread is None:
            said = f"{name} is no longer in the collection, so its fields could not be changed."
            self.now = None
            return self.end(Verdict.FAILED, said + told(error), error)
        if error is not None and was_refused(error):
            return self.end(
                Verdict.FAILED, f"The fields of {name} are not saved.{told(error)}", error
            )
        self.now, self.reindexed = None, True
        said = f"Whether the fields of {name} are saved is not known: they could not be read back."
        return self.end(Verdict.UNKNOWN, said + told(error) + told(unread), error or unread)


def _is_merged(held: Mapping[str, str], edit: Edit) -> bool:
    """Tell whether a document is what a service makes of an edit that merges, and not all of it."""
    return held == {**edit.base, **edit.fields} and held not in (edit.base, edit.fields)


def _leads_on(rung: Rung, error: ApiError, fields: Mapping[str, str]) -> bool:
    """Tell whether an error says that this rung is none, and nothing against the fields."""
    if rung == "patch":
        return error.status in _UNSUPPORTED
    # The same 409 is for a file that is attached already and for a unique value that is taken.
    return isinstance(error, Conflict) and named_field(error, fields, sure=True) is None

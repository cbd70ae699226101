"""Replacing a document: removed, then attached again with other fields, and nothing lost between.

Both versions of the fields are on disk before the first half is sent, until the service has shown
the document with one of them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.session.outcome import NotSent, Verdict
from xcoll_tui.session.rows import REMOVED
from xcoll_tui.session.stage import How, holds_fields, told, was_not_sent, was_refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xcoll_tui.api.errors import ApiError
    from xcoll_tui.session.edit import Climb
    from xcoll_tui.session.outcome import Outcome
    from xcoll_tui.session.recovery import Recovery, Unfinished
    from xcoll_tui.session.stage import Look, Stage

_KEPT = "Both its old and its new fields are kept; finish it from the list of unfinished ones."


class Replacement:
    """The last rung of an edit, which needs a person's agreement."""

    def __init__(self, stage: Stage, recovery: Recovery, climb: Climb) -> None:
        self._stage = stage
        self._recovery = recovery
        self._climb = climb
        self._target = climb.target
        self._place = climb.target.collection_id, climb.target.file_id or ""
        self._new, self._old = climb.edit.fields, climb.old
        self._settled = False
        self._was_gone = False

    async def run(self, how: How) -> Outcome:
        """Remove and attach with the new fields; where that fails, put the old ones back."""
        stage = self._stage
        try:
            entry = await self._recovery.begin(self._target, self._old, self._new, stage.clock())
        except OSError as error:
            name = self._target.shown
            said = f"{name} was not removed, because its fields could not be kept first. {error}"
            return self._climb.end(Verdict.FAILED, said)
        try:
            outcome = await self._remove(how)
            if outcome is None:
                outcome = await self._attach(how)
        except NotSent:
            self._settled = True  # only the first half can be called off
            raise
        finally:
            await self._close(entry)
        return outcome

    async def finish(self, entry: Unfinished, wanted: Mapping[str, str], how: How) -> Outcome:
        """Attach what an earlier replacement left out, with the wanted one of its versions."""
        error = await self._send_attach(wanted, how)
        after = await self._look()
        if after.document is not None and holds_fields(after.document, wanted):
            await self._recovery.forget(entry)
            self._appear()
            said = f"{self._target.shown} is attached again, and is being indexed."
            return self._climb.end(Verdict.DONE, said, error, rung="replace")
        return self._left_out(error, after)

    async def _close(self, entry: Unfinished) -> None:
        if self._settled:
            await self._recovery.forget(entry)
        else:
            self._recovery.leave(entry)

    async def _remove(self, how: How) -> Outcome | None:
        """Send the first half; return None when the document is out of the collection."""
        name = self._target.shown
        error = await self._stage.send(
            partial(self._stage.service.remove_document, *self._place), how
        )
        if error is None:
            return None
        said = f"{name} could not be removed, so its fields were not replaced."
        if was_not_sent(error):
            self._settled = True
            return self._climb.end(Verdict.FAILED, said + told(error), error)
        after = await self._look()
        if after.is_gone:
            return None
        if after.document is not None or was_refused(error):
            self._settled = True
            return self._climb.end(Verdict.FAILED, said + told(error), error)
        said = f"Whether {name} was removed, to be attached with the new fields, is not known."
        return self._climb.end(Verdict.UNKNOWN, f"{said}{told(error)} {_KEPT}", error)

    async def _attach(self, how: How) -> Outcome:
        self._climb.reindexed = True
        error = await self._send_attach(self._new, how)
        after = await self._look()
        if after.is_gone or (after.error is not None and was_refused(error)):
            return await self._put_back(error, how)
        return self._judge(error, after)

    def _judge(self, error: ApiError | None, after: Look) -> Outcome:
        name = self._target.shown
        if after.document is None:
            said = f"{name} was removed, and whether it is attached with the new fields is not"
            said += f" known: it could not be read back.{told(error)}{told(after.error)} {_KEPT}"
            return self._climb.end(Verdict.UNKNOWN, said, error or after.error)
        if holds_fields(after.document, self._new):
            self._settled = True
            said = f"The fields of {name} are saved: it was removed and attached again, and is"
            return self._climb.end(Verdict.DONE, f"{said} being indexed.", error, rung="replace")
        self._settled = holds_fields(after.document, self._old)
        said = f"{name} was removed and attached again, but the service "
        said += "keeps the old fields." if self._settled else f"shows other fields. {_KEPT}"
        return self._climb.end(Verdict.FAILED, said + told(error), error)

    async def _put_back(self, error: ApiError | None, how: How) -> Outcome:
        """Attach the old fields again, since the new ones could not be attached."""
        again = await self._send_attach(self._old, how)
        after = await self._look()
        if after.is_gone:
            self._stage.rows.count(self._target.collection_id, -1)
        if after.document is None:
            return self._left_out(error or again, after)
        if holds_fields(after.document, self._new):
            return self._judge(error, after)
        name = self._target.shown
        self._settled = holds_fields(after.document, self._old)
        said = f"The fields of {name} are not saved."
        if error is None:
            said += " It was removed, and the service did not show it attached again."
        said += told(error)
        said += (
            " The old fields were put back, and it is being indexed again."
            if self._settled
            else f" It is in the collection, but with other fields than before. {_KEPT}"
        )
        return self._climb.end(Verdict.FAILED, said, error)

    def _left_out(self, error: ApiError | None, after: Look) -> Outcome:
        name = self._target.shown
        if after.is_gone:
            said = f"{name} is out of the collection: it was removed and could not be attached"
            verdict = Verdict.FAILED
        else:
            said = f"Whether {name} is in the collection, and with which fields, is not known"
            verdict = Verdict.UNKNOWN
        said = f"{said}.{told(error)}{told(after.error)} {_KEPT}"
        return self._climb.end(verdict, said, error or after.error)

    async def _send_attach(self, fields: Mapping[str, str], how: How) -> ApiError | None:
        request = partial(self._stage.service.add_document, *self._place, fields=fields)
        try:
            return await self._stage.send(request, how)
        except NotSent:
            # A document that is out must not stay out.
            return await self._stage.send(request, How())

    async def _look(self) -> Look:
        after = await self._stage.look(self._target, why=REMOVED)
        self._climb.now = after.document
        if after.is_gone:
            self._was_gone = True  # and its row with it
        elif after.document is not None and self._was_gone:
            self._stage.rows.reread(self._target.collection_id)
        return after

    def _appear(self) -> None:
        self._stage.rows.appeared(self._target.collection_id)

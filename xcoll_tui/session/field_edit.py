"""Changing the fields of a document: rung by rung, until reading back shows them.

PATCH is documented to re-index only; whether it takes fields is not known. So: PATCH, then attach
again in place, then, if a person agrees, remove and attach again. What a service takes and does not
show is remembered for the sitting, and not tried again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.session.activity import IMPOSSIBLE
from xcoll_tui.session.edit import Climb, Edit
from xcoll_tui.session.outcome import Verdict
from xcoll_tui.session.replacement import Replacement
from xcoll_tui.session.stage import Done, How, Look, was_not_sent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.outcome import Outcome, Rung
    from xcoll_tui.session.recovery import Recovery
    from xcoll_tui.session.stage import Stage


class FieldEditor:
    """Changes fields, and remembers what this service does with each rung.

    `again` performs another edit, for undo.
    """

    def __init__(
        self,
        stage: Stage,
        recovery: Recovery,
        again: Callable[[Edit, How], Awaitable[Outcome]],
    ) -> None:
        self._stage = stage
        self._recovery = recovery
        self._again = again
        self._ignored: set[Rung] = set()

    async def edit(self, edit: Edit, how: How, document: Document | None = None) -> Done:
        """Change fields; `document` is the document if it was read just now."""
        before = Look(document) if document is not None else await self._stage.look(edit.target)
        climb = Climb(edit, before)
        if (refusal := climb.refusal()) is not None:
            return Done(refusal)
        outcome = await self._climb(climb, how)
        return Done(outcome, self._undo(climb, outcome))

    async def _climb(self, climb: Climb, how: How) -> Outcome:
        edit, service = climb.edit, self._stage.service
        place = edit.target.collection_id, edit.target.file_id or ""
        rungs: dict[Rung, Callable[[], Awaitable[object]]] = {
            "patch": partial(service.update_document, *place, fields=edit.fields),
            "reattach": partial(service.add_document, *place, fields=edit.fields),
        }
        for rung, request in rungs.items():
            if rung in self._ignored or (climb.resumed and edit.replace):
                continue  # tried already, and more than once it would only be indexed again
            error = await self._stage.send(request, how)
            after = Look() if error and was_not_sent(error) else await self._stage.look(edit.target)
            outcome = climb.judge(rung, error, after)
            if outcome is not None:
                return outcome
            if not climb.is_partly:
                self._ignored.add(rung)
        if not edit.replace:
            return climb.ignored()
        return await Replacement(self._stage, self._recovery, climb).run(how)

    def _undo(self, climb: Climb, outcome: Outcome) -> Callable[[], Awaitable[Outcome]] | str:
        if outcome.verdict is Verdict.UNKNOWN:
            return "It is not known which fields it has now."
        now = outcome.document
        if now is None or now.fields == climb.old:
            return IMPOSSIBLE
        target, replace = outcome.target, outcome.rung == "replace"
        back = Edit(target, climb.old, base=now.fields, replace=replace)
        return partial(self._again, back, How(undoes=True))

"""Creating, changing and deleting a collection: sent, looked at until it settles, judged."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.lists.events import Departure
from xcoll_tui.session.writes.collection_creation import CollectionCreation
from xcoll_tui.session.writes.collection_diff import Change, describe, matches
from xcoll_tui.session.writes.collection_outcomes import deleted, updated
from xcoll_tui.session.writes.judging import (
    explain,
    is_missing,
    is_settled_refusal,
    was_not_sent,
    was_refused,
)
from xcoll_tui.session.writes.outcome import CollectionDraft, Operation, Outcome, Target, Verdict
from xcoll_tui.session.writes.read_back import LONGEST, Settled
from xcoll_tui.session.writes.runner import PLAIN
from xcoll_tui.session.writes.write_log import saved_collection

if TYPE_CHECKING:
    from collections.abc import Callable

    from xcoll_tui.api.models import Collection
    from xcoll_tui.session.writes.collection_outcomes import CollectionLook
    from xcoll_tui.session.writes.runner import WriteOptions, WriteRunner


class CollectionWrites:
    """The writes to collections themselves; what goes for documents goes for them."""

    def __init__(self, runner: WriteRunner) -> None:
        self._runner = runner
        self._service = runner.service
        self._creation = CollectionCreation(runner, self._settle)

    async def create(self, draft: CollectionDraft) -> Outcome:
        """Create a collection; one that may have been created is looked for, never sent again."""
        name = draft.collection_name
        target = Target("", None, name, name)
        action = partial(self._creation.create, draft, target)
        return await self._runner.run(Operation.CREATE, target, "creating…", action, PLAIN)

    async def update(
        self,
        collection_id: str,
        draft: CollectionDraft,
        *,
        base: Collection,
        options: WriteOptions = PLAIN,
    ) -> Outcome:
        """Change what differs between the draft and `base`, the collection as it was read.

        If the service has another one by now, nothing is written: `collection` is theirs.
        """
        target = self._runner.rows.target(collection_id)
        action = partial(self._do_update, target, draft, base, options)
        return await self._runner.run(Operation.UPDATE, target, "saving…", action, options)

    async def change_back(
        self,
        collection_id: str,
        before: Collection,
        draft: CollectionDraft,
        after: Collection | None,
        options: WriteOptions,
    ) -> Outcome:
        """Take back what a draft changed of `before`; `after` is the collection as it became.

        None where nobody saw that.
        """
        target = self._runner.rows.target(collection_id)
        if after is None:
            shown = await self._look_before(target)
            end = partial(Outcome, Operation.UPDATE, target)
            if shown is None:
                return end(Verdict.FAILED, f"{target.shown} was deleted; nothing was sent.")
            if isinstance(shown, ApiError):
                sentence = f"{target.shown} was not changed, because it could not be read before."
                return end(Verdict.FAILED, sentence + explain(shown), shown)
            if not Change.between(before, draft).holds(shown):
                sentence = f"{target.shown} has changed since that write; nothing was sent."
                return end(Verdict.CONFLICT, sentence, collection=shown)
            after = shown
        back = CollectionDraft(
            before.collection_name,
            before.collection_description or "",
            before.chunk_configuration,
            field_definitions=tuple(before.field_definitions),
        )
        return await self.update(collection_id, back, base=after, options=options)

    async def delete(self, collection_id: str) -> Outcome:
        """Delete a collection."""
        target = self._runner.rows.target(collection_id)
        action = partial(self._do_delete, target)
        outcome = await self._runner.run(Operation.DELETE, target, "deleting…", action, PLAIN)
        if outcome.ok:
            self._runner.note_collection_gone(collection_id, f"{target.shown} was deleted.")
        return outcome

    # Changing

    async def _do_update(
        self, target: Target, draft: CollectionDraft, base: Collection, options: WriteOptions
    ) -> Outcome:
        end = partial(Outcome, Operation.UPDATE, target)
        name = target.shown
        before = await self._look_before(target)
        if options.recent and not isinstance(before, ApiError | None):
            before = await self._look_until(target, base)
        if isinstance(before, ApiError):
            sentence = f"{name} was not changed, because it could not be read before."
            return end(Verdict.FAILED, sentence + explain(before), before)
        if before is None:
            return end(Verdict.FAILED, f"{name} was deleted elsewhere; nothing was sent.")
        change = Change.between(base, draft)
        if change.is_nothing or change.holds(before):
            sentence = f"{name} is already like this; nothing was sent."
            return end(Verdict.ALREADY, sentence, collection=before)
        if not matches(before, base):
            sentence = f"{name} was changed elsewhere meanwhile; nothing was sent."
            wanted_fields, current_fields = change.wanted(), describe(before)
            return end(
                Verdict.CONFLICT,
                sentence,
                wanted_fields=wanted_fields,
                current_fields=current_fields,
                collection=before,
            )
        undoable = not (change.removed or change.added)
        await self._runner.remember(
            target,
            saved_collection(before) if undoable else None,
            _saved_draft(draft) if undoable else None,
            strategy="" if undoable else change.why_not_undone,
        )
        after = change.state_after(before)
        returns = self._runner.superseded.was_lately(target, after)
        error = await self._runner.send(
            partial(self._service.update_collection, target.collection_id, **change.request()),
            target=target,
            before=before,
            after=after,
        )
        settled: Settled[CollectionLook] = Settled(before, proved=False, seconds=0.0)

        def shows(seen: CollectionLook) -> bool:
            return not isinstance(seen, ApiError | None) and change.holds(seen)

        if error is None or not was_not_sent(error):
            within = 0.0 if is_settled_refusal(error) else None
            # An old state proves nothing where it is not known whether the service took it.
            lasting = returns and error is not None
            settled = await self._settle(target, shows, within=within, lasting=lasting)
        if change.removed and not was_refused(error):
            self._runner.rows.reread(target.collection_id)
        judge = partial(updated, target, change, before, error=error)
        return self._followed(judge(settled), settled, shows, judge)

    async def _look_until(self, target: Target, base: Collection) -> CollectionLook:
        """Read a collection that was changed a moment ago: a read may be older than that."""
        settled = await self._settle(
            target,
            lambda seen: not isinstance(seen, ApiError | None) and matches(seen, base),
            within=LONGEST,
            learns=False,
        )
        return settled.seen

    # Deleting

    async def _do_delete(self, target: Target) -> Outcome:
        end = partial(Outcome, Operation.DELETE, target)
        name = target.shown
        before = await self._look_before(target)
        if isinstance(before, ApiError):
            sentence = f"{name} was not deleted, because it could not be read before."
            return end(Verdict.FAILED, sentence + explain(before), before)
        if before is None:
            return end(Verdict.ALREADY, f"{name} was already deleted elsewhere.")
        end = partial(end, collection=before)
        error = await self._runner.send(
            partial(self._service.delete_collection, target.collection_id),
            target=target,
            before=before,
            after=None,
        )
        if error is not None and was_not_sent(error):
            return end(Verdict.FAILED, f"{name} was not deleted.{explain(error)}", error)
        refused = is_settled_refusal(error) and not is_missing(error)
        within = 0.0 if refused else None
        settled = await self._settle(
            target, _is_gone, departure=Departure.DELETED, within=within, lasting=error is not None
        )
        judge = partial(deleted, target, end, error=error)
        return self._followed(judge(settled), settled, _is_gone, judge, departure=Departure.DELETED)

    # Looking

    def _followed(
        self,
        outcome: Outcome,
        settled: Settled[CollectionLook],
        proved: Callable[[CollectionLook], bool],
        judge: Callable[[Settled[CollectionLook]], Outcome],
        *,
        departure: Departure = Departure.ELSEWHERE,
    ) -> Outcome:
        """Go on looking behind an outcome that is not known; it is corrected when it shows."""

        async def look(within: float) -> Settled[CollectionLook]:
            return await self._settle(
                outcome.target, proved, departure=departure, within=within, learns=False
            )

        is_open = outcome.verdict in {Verdict.UNSHOWN, Verdict.UNKNOWN}
        if is_open and not isinstance(settled.seen, ApiError):
            self._runner.look_on(outcome.target, look, judge, after=settled.seconds)
        return outcome

    async def _look_before(self, target: Target) -> CollectionLook:
        """Read a collection; that it is gone counts when it has been so for long enough.

        So does how it was before a write of ours.
        """

        def is_news(seen: CollectionLook) -> bool:
            return seen is not None and not self._is_behind(target, seen)

        return (await self._settle(target, is_news, learns=False)).seen

    def _is_behind(self, target: Target, seen: CollectionLook) -> bool:
        return not isinstance(seen, ApiError) and self._runner.superseded.holds(target, seen)

    async def _settle(
        self,
        target: Target,
        proved: Callable[[CollectionLook], bool],
        *,
        departure: Departure = Departure.ELSEWHERE,
        within: float | None = None,
        lasting: bool = False,
        learns: bool = True,
    ) -> Settled[CollectionLook]:
        """Look at a collection until `proved`, and show how it is; see `WriteRunner.settle`."""

        async def look(_last: bool) -> CollectionLook:
            try:
                return await self._service.get_collection(target.collection_id)
            except ApiError as error:
                return None if is_missing(error) else error

        settled = await self._runner.settling.look(
            look,
            proved,
            ends=lambda seen: isinstance(seen, ApiError),
            waiting=lambda: self._runner.rows.change_intent(target, "saved? looking…"),
            within=within,
            lasting=lasting,
            learns=learns,
        )
        if not isinstance(settled.seen, ApiError):
            superseded = self._runner.superseded
            if not settled.proved and within is None:
                superseded.forget(target)  # it has lasted, so it is how things are
            superseded.show(target, settled.seen)
        if settled.seen is None:
            self._runner.rows.collection_gone(target.collection_id, departure)
        elif not isinstance(settled.seen, ApiError):
            self._runner.rows.show_collection(settled.seen)
        return settled


def _is_gone(seen: CollectionLook) -> bool:
    return seen is None


def _saved_draft(draft: CollectionDraft) -> dict[str, object]:
    return dict(msgspec.to_builtins(draft))

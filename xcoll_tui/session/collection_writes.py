"""Creating, changing and deleting a collection: sent, read back, judged."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.filters import equals
from xcoll_tui.api.models import CollectionsSortBy, Ordering
from xcoll_tui.session.collection_change import Change, describe, differences, matches
from xcoll_tui.session.indexing import GONE
from xcoll_tui.session.outcome import CollectionDraft, Operation, Outcome, Target, Verdict
from xcoll_tui.session.rows import DELETED
from xcoll_tui.session.stage import (
    Done,
    How,
    is_missing,
    named_field,
    told,
    was_not_sent,
    was_refused,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from xcoll_tui.api.models import Collection
    from xcoll_tui.session.stage import Stage

_LOOKED_AT = 100
_DELETED_FOR_GOOD = "A collection that is deleted is not undone; recreate it from its backup."


class CollectionWrites:
    """What can be done with a collection itself; see `Writes`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._service = stage.service

    async def create(self, draft: CollectionDraft) -> Outcome:
        """Create a collection; see `Writes.create_collection`."""
        name = draft.collection_name
        target = Target("", None, name, name)
        act = partial(self._do_create, draft, target)
        return await self._stage.perform(Operation.CREATE, target, "creating…", act, How())

    async def update(
        self, collection_id: str, draft: CollectionDraft, base: Collection, how: How | None = None
    ) -> Outcome:
        """Change a collection; see `Writes.update_collection`."""
        target = self._stage.rows.target(collection_id)
        act = partial(self._do_update, target, draft, base)
        return await self._stage.perform(Operation.UPDATE, target, "saving…", act, how or How())

    async def delete(self, collection_id: str) -> Outcome:
        """Delete a collection; see `Writes.delete_collection`."""
        target = self._stage.rows.target(collection_id)
        act = partial(self._do_delete, target)
        return await self._stage.perform(Operation.DELETE, target, "deleting…", act, How())

    # Creating

    async def _do_create(self, draft: CollectionDraft, target: Target) -> Done:
        end = partial(Outcome, Operation.CREATE)
        before = await self._named(draft.collection_name)
        if isinstance(before, ApiError):
            said = f"{target.shown} was not created: the collections could not be read before."
            return Done(end(target, Verdict.FAILED, said + told(before), before))
        started = self._stage.clock()
        made: list[Collection] = []

        async def create() -> None:
            made.append(
                await self._service.create_collection(
                    draft.collection_name,
                    collection_description=draft.collection_description or None,
                    model_name=draft.model_name,
                    chunk_configuration=draft.chunk_configuration,
                    metric_space=draft.metric_space,
                    field_definitions=list(draft.field_definitions) or None,
                )
            )

        error = await self._stage.send(create, How())
        if error is None and made:
            return Done(await self._created(draft, made[0].collection_id, None))
        if error is not None and was_not_sent(error):
            said = f"{target.shown} was not created.{told(error)}"
            return Done(end(target, Verdict.FAILED, said, error))
        return Done(await self._look_for(draft, target, before, started, error))

    async def _look_for(
        self,
        draft: CollectionDraft,
        target: Target,
        before: list[Collection],
        started: float,
        error: ApiError | None,
    ) -> Outcome:
        """Find a collection that may have been created, by its name and by what is new."""
        end = partial(Outcome, Operation.CREATE, target, error=error)
        name = target.shown
        after = await self._named(draft.collection_name)
        if isinstance(after, ApiError):
            if was_refused(error):
                return end(Verdict.FAILED, f"{name} was not created.{told(error)}")
            said = f"Whether {name} was created is not known: the collections could not be read."
            return end(Verdict.UNKNOWN, f"{said}{told(error)}{told(after)} Look before you retry.")
        known = {each.collection_id for each in before}
        new = [each for each in after if each.collection_id not in known]
        # A full page may hide which ones were there before: then the time must tell.
        if len(before) >= _LOOKED_AT:
            new = [each for each in new if _is_after(each, started)]
        mine = [each for each in new if not differences(each, draft)]
        if len(mine) == 1:
            return await self._created(draft, mine[0].collection_id, error)
        if not new:
            field = named_field(error, [each.key for each in draft.field_definitions])
            said = f"{name} was not created.{told(error)}"
            if error is None:
                said = f"{name} does not show, although the service took the request."
            return Outcome(Operation.CREATE, target, Verdict.FAILED, said, error, field=field)
        ids = ", ".join(each.collection_id for each in new)
        said = f"Whether {name} was created is not known: there are new collections of this name"
        return end(Verdict.UNKNOWN, f"{said} ({ids}). Look at them before you retry.{told(error)}")

    async def _created(
        self, draft: CollectionDraft, collection_id: str, error: ApiError | None
    ) -> Outcome:
        name = draft.collection_name
        target = Target(collection_id, None, name, name)
        end = partial(Outcome, Operation.CREATE, target)
        shown = await self._look(collection_id)
        if isinstance(shown, ApiError):
            said = (
                f"The service says that it created {target.shown}, and it could not be read back."
            )
            return end(Verdict.UNKNOWN, said + told(shown), shown)
        if shown is None:
            said = f"{target.shown} does not show, although the service says that it created it."
            return end(Verdict.FAILED, said, error)
        if wrong := differences(shown, draft):
            said = f"{target.shown} is created, but not as wanted in this: {', '.join(wrong)}."
            return end(Verdict.FAILED, said, error, collection=shown)
        said = f"{target.shown} is created."
        return end(Verdict.DONE, said, error, collection=shown)

    async def _named(self, name: str) -> list[Collection] | ApiError:
        """Return the newest collections of exactly this name; the filter matches more."""
        try:
            page = await self._service.list_collections(
                limit=_LOOKED_AT,
                order=Ordering.DESCENDING,
                sort_by=CollectionsSortBy.AGE,
                filter=equals("collection_name", name),
            )
        except ApiError as error:
            return error
        return [each for each in page.collections if each.collection_name == name]

    # Changing

    async def _do_update(self, target: Target, draft: CollectionDraft, base: Collection) -> Done:
        end = partial(Outcome, Operation.UPDATE, target)
        name = target.shown
        before = await self._look(target.collection_id)
        if isinstance(before, ApiError):
            said = f"{name} was not changed, because it could not be read before."
            return Done(end(Verdict.FAILED, said + told(before), before))
        if before is None:
            return Done(end(Verdict.FAILED, f"{name} was deleted elsewhere; nothing was sent."))
        change = Change.between(base, draft)
        if change.is_nothing or change.holds(before):
            said = f"{name} is like this already; nothing was sent."
            return Done(end(Verdict.ALREADY, said, collection=before))
        if not matches(before, base):
            said = f"{name} was changed elsewhere meanwhile; nothing was sent."
            mine, theirs = change.wanted(), describe(before)
            return Done(end(Verdict.CHANGED, said, mine=mine, theirs=theirs, collection=before))
        error = await self._stage.send(
            partial(self._service.update_collection, target.collection_id, **change.request()),
            How(),
        )
        after = before if error and was_not_sent(error) else await self._look(target.collection_id)
        if change.removed and not was_refused(error):
            self._stage.rows.reread(target.collection_id)
        outcome = _updated(target, change, before, after, error)
        return Done(outcome, self._undo_of(target, change, before, outcome))

    def _undo_of(
        self, target: Target, change: Change, before: Collection, outcome: Outcome
    ) -> Callable[[], Awaitable[Outcome]] | str:
        if outcome.verdict is not Verdict.DONE or outcome.collection is None:
            return "Look at the collection: not all that was sent is known to have happened."
        if change.removed:
            return "A field definition was deleted, and its values with it."
        if change.added:
            return "Deleting the new field definition again would delete its values as well."
        draft = CollectionDraft(
            before.collection_name,
            before.collection_description or "",
            before.chunk_configuration,
            field_definitions=tuple(before.field_definitions),
        )
        how = How(undoes=True)
        return partial(self.update, target.collection_id, draft, outcome.collection, how)

    # Deleting

    async def _do_delete(self, target: Target) -> Done:
        end = partial(Outcome, Operation.DELETE, target)
        name = target.shown
        before = await self._look(target.collection_id)
        if isinstance(before, ApiError):
            said = f"{name} was not deleted, because it could not be read before."
            return Done(end(Verdict.FAILED, said + told(before), before))
        if before is None:
            return Done(end(Verdict.ALREADY, f"{name} was deleted elsewhere already."))
        end = partial(end, collection=before)
        error = await self._stage.send(
            partial(self._service.delete_collection, target.collection_id), How()
        )
        after = (
            before
            if error and was_not_sent(error)
            else await self._look(target.collection_id, why=DELETED)
        )
        if after is None:
            verdict = Verdict.ALREADY if is_missing(error) else Verdict.DONE
            said = f"{name} is deleted; its files are kept."
            return Done(end(verdict, said, error), _DELETED_FOR_GOOD)
        if isinstance(after, ApiError):
            if was_refused(error) and not is_missing(error):
                return Done(end(Verdict.FAILED, f"{name} was not deleted.{told(error)}", error))
            said = f"Whether {name} is deleted is not known: it could not be read back."
            said += told(error) + told(after)
            return Done(end(Verdict.UNKNOWN, said, error or after), _DELETED_FOR_GOOD)
        said = f"{name} is still there" + (
            f".{told(error)}" if error else ", although the service took the request."
        )
        return Done(end(Verdict.FAILED, said, error))

    async def _look(self, collection_id: str, *, why: str = GONE) -> Collection | ApiError | None:
        """Read a collection and show it as it is; None when the service says that it is gone."""
        try:
            collection = await self._service.get_collection(collection_id)
        except ApiError as error:
            if not is_missing(error):
                return error
            self._stage.rows.collection_gone(collection_id, why)
            return None
        self._stage.rows.show_collection(collection)
        return collection


def _updated(
    target: Target,
    change: Change,
    before: Collection,
    after: Collection | ApiError | None,
    error: ApiError | None,
) -> Outcome:
    """Judge a change that was sent."""
    name = target.shown
    mine, theirs = change.wanted(), describe(before)
    end = partial(Outcome, Operation.UPDATE, target, mine=mine, theirs=theirs)
    if after is None:
        return end(Verdict.FAILED, f"{name} was deleted elsewhere meanwhile.{told(error)}", error)
    if isinstance(after, ApiError):
        if was_refused(error):
            return end(Verdict.FAILED, f"{name} was not changed.{told(error)}", error)
        said = f"Whether {name} is changed is not known: it could not be read back."
        return end(Verdict.UNKNOWN, said + told(error) + told(after), error or after)
    if change.holds(after):
        return end(Verdict.DONE, f"The changes to {name} are saved.", error, collection=after)
    if matches(after, before):
        said = f"{name} is not changed."
        if error is None:
            said = f"{name} is not changed, although the service took the request."
    else:
        said = f"{name} is changed, but not all as wanted; look at it."
    field = named_field(error, change.keys) if was_refused(error) else None
    return end(Verdict.FAILED, said + told(error), error, collection=after, field=field)


def _is_after(collection: Collection, moment: float) -> bool:
    try:
        made = datetime.fromisoformat(collection.created_at or "").timestamp()
    except ValueError:
        return False
    return made >= moment

"""Creating a collection: sent once, and looked for where its answer was lost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.filters import equals
from xcoll_tui.api.models import CollectionsSortBy, Ordering
from xcoll_tui.session.times import SAME_SECOND, moment_of
from xcoll_tui.session.writes.collection_diff import differences
from xcoll_tui.session.writes.judging import explain, named_field, was_refused
from xcoll_tui.session.writes.outcome import CollectionDraft, Operation, Outcome, Target, Verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from xcoll_tui.api.models import Collection
    from xcoll_tui.session.service import Service
    from xcoll_tui.session.writes.collection_outcomes import CollectionLook
    from xcoll_tui.session.writes.read_back import Settled
    from xcoll_tui.session.writes.runner import WriteRunner

    Settle = Callable[
        [Target, Callable[[CollectionLook], bool]], Awaitable[Settled[CollectionLook]]
    ]

_LOOKED_AT = 100


@dataclass(frozen=True)
class _Namesakes:
    """The newest collections of one name, and when that was, by the service's clock."""

    ids: frozenset[str]
    full: bool
    at: float | None


class CollectionCreation:
    """Makes collections; `settle` looks at one until it shows."""

    def __init__(self, runner: WriteRunner, settle: Settle) -> None:
        self._runner = runner
        self._service = runner.service
        self._settle = settle
        self._maybe_created: dict[CollectionDraft, Collection] = {}

    async def create(self, draft: CollectionDraft, target: Target) -> Outcome:
        """Create a collection, once, and look whether it is there."""
        end = partial(Outcome, Operation.CREATE)
        if (maybe := self._maybe_created.pop(draft, None)) is not None:
            sentence = (
                f"Nothing was sent: there is “{maybe.collection_name}” ({maybe.collection_id}), "
                "which may be the one you asked for before. Look at it; to make another one "
                "all the same, save again."
            )
            return end(target, Verdict.UNKNOWN, sentence, collection=maybe)
        try:
            namesakes = await read_named(self._service, draft.collection_name)
        except ApiError as unread:
            sentence = f"{target.shown} was not created: the collections could not be read before."
            return end(target, Verdict.FAILED, sentence + explain(unread), unread)
        ids = frozenset(collection.collection_id for collection in namesakes)
        before = _Namesakes(ids, len(namesakes) >= _LOOKED_AT, self._service.service_clock())
        created: list[Collection] = []

        async def send() -> None:
            created.append(
                await self._service.create_collection(
                    draft.collection_name,
                    collection_description=draft.collection_description or None,
                    model_name=draft.model_name,
                    chunk_configuration=draft.chunk_configuration,
                    metric_space=draft.metric_space,
                    field_definitions=list(draft.field_definitions) or None,
                )
            )

        error = await self._runner.send(send)
        if error is None and created:
            return await self._created(draft, created[0].collection_id)
        if was_refused(error):
            field = named_field(error, [definition.key for definition in draft.field_definitions])
            sentence = f"{target.shown} was not created.{explain(error)}"
            return end(target, Verdict.FAILED, sentence, error, field=field)
        return await self._look_for(draft, target, before, error)

    async def _look_for(
        self,
        draft: CollectionDraft,
        target: Target,
        before: _Namesakes,
        error: ApiError | None,
    ) -> Outcome:
        """Look for a collection that may have been created, by its name and by what is new.

        What is found may as well be somebody else's: then its outcome stays unknown.
        """
        end = partial(Outcome, Operation.CREATE, target)
        name = target.shown

        async def look(_last: bool) -> list[Collection] | ApiError:
            try:
                collections = await read_named(self._service, draft.collection_name)
            except ApiError as unread:
                return unread
            return [collection for collection in collections if _is_new(collection, before)]

        settled = await self._runner.settling.look(
            look,
            lambda seen: isinstance(seen, list) and bool(seen),
            ends=lambda seen: isinstance(seen, ApiError),
            learns=False,
        )
        new = settled.seen
        if isinstance(new, ApiError):
            sentence = f"Whether {name} was created is not known: the collections could not be"
            sentence = f"{sentence} read.{explain(error)}{explain(new)} Check before you retry."
            return end(Verdict.UNKNOWN, sentence, error or new)
        if not new:
            # What was lost on the way may still take effect.
            sentence = f"Whether {name} was created is not known: it does not show after"
            sentence = f"{sentence} {settled.words}. Check before you retry.{explain(error)}"
            return end(Verdict.UNKNOWN, sentence, error)
        like = [collection for collection in new if not differences(collection, draft)]
        ids = ", ".join(collection.collection_id for collection in like or new)
        only = like[0] if len(like) == 1 else None
        if only is not None:
            self._maybe_created[draft] = only
            self._runner.rows.show_collection(only)
        lost = (
            "the answer does not say"
            if error is not None and error.status
            else "the answer was lost"
        )
        sentence = f"Whether {name} was created is not known: {lost}, and there is a"
        sentence += f" new collection of this name now ({ids})."
        sentence += " It may be this one, or someone else's." if only else " It is not like this."
        if len(like or new) > 1:
            sentence = f"Whether {name} was created is not known: {lost}, and there"
            sentence += f" are new collections of this name now ({ids})."
        sentence += f" Check before you retry.{explain(error)}"
        return end(Verdict.UNKNOWN, sentence, error, collection=only)

    async def _created(self, draft: CollectionDraft, collection_id: str) -> Outcome:
        name = draft.collection_name
        target = Target(collection_id, None, name, name)
        end = partial(Outcome, Operation.CREATE, target)
        settled = await self._settle(
            target, lambda seen: not isinstance(seen, ApiError) and seen is not None
        )
        shown = settled.seen
        if isinstance(shown, ApiError):
            sentence = (
                f"The service reports that it created {target.shown} ({collection_id}), and it "
            )
            return end(Verdict.UNKNOWN, f"{sentence}could not be read back.{explain(shown)}", shown)
        if shown is None:
            sentence = f"The service reports that it created {target.shown} ({collection_id}), and"
            sentence = f"{sentence} does not show it after {settled.words}. Do not create it again."
            return end(Verdict.UNSHOWN, sentence)
        if wrong := differences(shown, draft):
            sentence = f"{target.shown} is created, but differs in: {', '.join(wrong)}."
            return end(Verdict.FAILED, sentence, collection=shown)
        return end(Verdict.DONE, f"{target.shown} is created.", collection=shown)


async def read_named(service: Service, name: str) -> list[Collection]:
    """Return the newest collections of exactly this name; the filter matches more."""
    page = await service.list_collections(
        limit=_LOOKED_AT,
        order=Ordering.DESCENDING,
        sort_by=CollectionsSortBy.AGE,
        filter=equals("collection_name", name),
    )
    return [collection for collection in page.collections if collection.collection_name == name]


def _is_new(collection: Collection, before: _Namesakes) -> bool:
    """Tell whether a collection was not there when the namesakes were read.

    One that is missing there may be older: a read lags, and a full page hides the oldest.
    """
    if collection.collection_id in before.ids:
        return False
    if before.at is None:
        return not before.full
    return is_after(collection, before.at)


def is_after(collection: Collection, moment: float | None) -> bool:
    """Tell whether a collection was made at a time of the service's clock, or later."""
    created_at = moment_of(collection.created_at)
    return moment is None or (created_at is not None and created_at >= moment - SAME_SECOND)

"""The writes of `Writes` for many documents at once, as runs that go on in the background."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.session.bulk_run import BulkRun, Item, Work
from xcoll_tui.session.outcome import Operation, Outcome, Target, Verdict
from xcoll_tui.session.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from typing import Any

    from xcoll_tui.api.models import Collection, Wait
    from xcoll_tui.session.activity import Activity
    from xcoll_tui.session.changes import Change
    from xcoll_tui.session.journal import Journal
    from xcoll_tui.session.lasting import Lasting
    from xcoll_tui.session.writes import Writes

    Slot = AbstractAsyncContextManager[Any]
    Fields = Mapping[str, str]

__all__ = ["Bulk", "BulkRun", "Item"]

_ROUNDS = 5
"""How often a field is set anew on a document that somebody else is changing at the same time."""


@dataclass(frozen=True)
class Step:
    """How one write of a run is undone: the item, the fields it must still have, and how."""

    item: Item
    base: Mapping[str, str] | None = None
    replace: bool = False


@dataclass(frozen=True)
class _Kind:
    """One kind of writes: `undo` is the kind that takes them back, `step` says with what."""

    operation: Operation
    write: Callable[[str, Item, Slot], Awaitable[Outcome]]
    step: Callable[[Outcome], Step | None] = lambda _: None
    undo: Callable[[Mapping[str, Step]], _Kind] | None = None
    replacing: Callable[[], _Kind] | None = None


class Bulk:
    """The runs of a sitting, the newest last.

    All share the room on the wire: eight requests that change something, fewer after a 429. A run
    belongs to the session: it goes on when nobody waits for it. It has one entry in the activity,
    and one undo for all of it, which is a run as well. `known` returns what is known of a
    collection.
    """

    def __init__(
        self,
        writes: Writes,
        activity: Activity,
        journal: Journal,
        *,
        known: Callable[[str], Collection | None],
        emit: Callable[[Change], None],
        lasting: Lasting,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.runs: list[BulkRun] = []
        self._writes = writes
        self._activity = activity
        self._journal = journal
        self._known = known
        self._emit = emit
        self._lasting = lasting
        self._clock = clock
        self._sleep = sleep
        self._slots = Slots(clock)
        self._attach = _Kind(Operation.ATTACH, self._do_attach, _step_of_attach, self._removing)
        self._remove = _Kind(Operation.REMOVE, self._do_remove, _step_of_remove, self._attaching)
        self._reindex = _Kind(Operation.REINDEX, self._do_reindex)

    @property
    def running(self) -> list[BulkRun]:
        """The runs that are not over."""
        return [run for run in self.runs if run.state != "over"]

    def attach(self, collection_id: str, items: Sequence[Item]) -> BulkRun:
        """Attach files, each with its item's fields."""
        return self._start(self._attach, collection_id, items)

    def remove(self, collection_id: str, items: Sequence[Item]) -> BulkRun:
        """Remove documents; their fields are kept for undo."""
        return self._start(self._remove, collection_id, items)

    def reindex(self, collection_id: str, items: Sequence[Item]) -> BulkRun:
        """Index documents anew; that cannot be undone."""
        return self._start(self._reindex, collection_id, items)

    def set_field(
        self,
        collection_id: str,
        items: Sequence[Item],
        key: str,
        value: str | None,
        *,
        replace: bool = False,
    ) -> BulkRun:
        """Give one field of all documents the same value, or take it away with None.

        All other fields stay as the service has them at that moment. `replace` is a person's
        agreement to remove a document and attach it again where it cannot be changed otherwise.
        Raises ValueError for a field that must differ, or must be there.
        """
        self._check_field(collection_id, key, value)
        return self._start(self._setting(key, value, replace), collection_id, items)

    def note_wait(self, wait: Wait) -> None:
        """Take note of a pause that the service asked for; a client's `on_wait`."""
        if wait.rate_limited:
            self._slots.note_pause(wait.seconds)
            for run in self.running:
                run.notice()

    # Runs

    def _start(
        self, kind: _Kind, collection_id: str, items: Sequence[Item], *, undoes: bool = False
    ) -> BulkRun:
        collection = self._known(collection_id)
        name = "" if collection is None else collection.collection_name
        steps: dict[str, Step] = {}

        def note(outcome: Outcome) -> None:
            step = kind.step(outcome)
            if step is not None:
                steps[step.item.file_id] = step

        def undo(left: Mapping[str, Step]) -> BulkRun:
            back = kind.undo(left) if kind.undo is not None else kind
            return self._start(
                back, collection_id, [each.item for each in left.values()], undoes=True
            )

        def end() -> None:
            if steps and kind.undo is not None and not undoes:
                self._journal.record(entry, _Undo(steps, undo))
            self._activity.tell(entry)

        def again(left: tuple[Item, ...], replace: bool) -> BulkRun:
            other = kind.replacing() if replace and kind.replacing is not None else kind
            return self._start(other, collection_id, left, undoes=undoes)

        write = partial(kind.write, collection_id)
        run = BulkRun(
            Work(kind.operation, collection_id, name, items, write, note, end),
            self._slots,
            again=again,
            emit=self._emit,
            clock=self._clock,
            sleep=self._sleep,
        )
        count = f"{run.total:,} document{'' if run.total == 1 else 's'}"
        target = Target(collection_id, None, count, name)
        entry = self._activity.begin(kind.operation, target, run=run)
        self.runs.append(run)
        run.start(self._lasting, entry.number)
        return run

    def _check_field(self, collection_id: str, key: str, value: str | None) -> None:
        if not key:
            raise ValueError("A field needs a key; nothing was sent.")
        collection = self._known(collection_id)
        for definition in () if collection is None else collection.field_definitions:
            if definition.key != key:
                continue
            if definition.unique:
                raise ValueError(
                    f"The values of “{key}” must differ from document to document, so it cannot be"
                    " set for many at once. Edit the documents one by one."
                )
            if definition.required and value is None:
                raise ValueError(f"“{key}” is required, so it cannot be cleared. Set it instead.")

    # Kinds

    def _removing(self, steps: Mapping[str, Step]) -> _Kind:
        """Return the kind that takes attaching back: only what still has the same fields."""

        async def write(collection_id: str, item: Item, slot: Slot) -> Outcome:
            return await self._writes.remove(
                item.file_id,
                base=steps[item.file_id].base,
                collection_id=collection_id,
                slot=slot,
                quiet=True,
            )

        return _Kind(Operation.REMOVE, write)

    def _attaching(self, _: Mapping[str, Step]) -> _Kind:
        return _Kind(Operation.ATTACH, self._do_attach)

    def _putting_back(self, steps: Mapping[str, Step]) -> _Kind:
        """Return the kind that gives documents the fields that they had."""

        async def write(collection_id: str, item: Item, slot: Slot) -> Outcome:
            step = steps[item.file_id]
            return await self._writes.edit_fields(
                item.file_id,
                item.fields or {},
                base=step.base or {},
                replace=step.replace,
                collection_id=collection_id,
                slot=slot,
                quiet=True,
            )

        return _Kind(Operation.EDIT, write)

    def _setting(self, key: str, value: str | None, replace: bool) -> _Kind:
        async def write(collection_id: str, item: Item, slot: Slot) -> Outcome:
            base = dict(item.fields or {})
            for _ in range(_ROUNDS):
                wanted = {each: known for each, known in base.items() if each != key}
                if value is not None:
                    wanted[key] = value
                outcome = await self._writes.edit_fields(
                    item.file_id,
                    wanted,
                    base=base,
                    replace=replace,
                    collection_id=collection_id,
                    slot=slot,
                    quiet=True,
                )
                if outcome.verdict is not Verdict.CHANGED or outcome.theirs is None:
                    break
                base = dict(outcome.theirs)  # nothing was written: now it is known what is there
            return outcome

        return _Kind(
            Operation.EDIT,
            write,
            _step_of_edit,
            self._putting_back,
            partial(self._setting, key, value, True),
        )

    async def _do_attach(self, collection_id: str, item: Item, slot: Slot) -> Outcome:
        return await self._writes.attach(
            collection_id, item.file_id, item.fields, slot=slot, quiet=True
        )

    async def _do_remove(self, collection_id: str, item: Item, slot: Slot) -> Outcome:
        return await self._writes.remove(
            item.file_id, collection_id=collection_id, slot=slot, quiet=True
        )

    async def _do_reindex(self, collection_id: str, item: Item, slot: Slot) -> Outcome:
        return await self._writes.reindex(
            item.file_id, collection_id=collection_id, slot=slot, quiet=True
        )


@dataclass(eq=False)
class _Undo:
    """Undoes a run by another one; called again it does what is left."""

    left: dict[str, Step]
    start: Callable[[Mapping[str, Step]], BulkRun]
    run: BulkRun | None = field(default=None)

    async def __call__(self) -> list[Outcome]:
        if self.run is None or self.run.state == "over":
            self.run = self.start(dict(self.left))
        await self.run.wait()
        outcomes = list(self.run.outcomes.items())
        for file_id, outcome in outcomes:
            if outcome.ok:
                self.left.pop(file_id, None)
        return [outcome for _, outcome in outcomes]


def _step_of_attach(outcome: Outcome) -> Step | None:
    if outcome.document is None or outcome.verdict not in {Verdict.DONE, Verdict.FAILED}:
        return None
    return Step(_item_of(outcome), dict(outcome.document.fields))


def _step_of_remove(outcome: Outcome) -> Step | None:
    if outcome.document is None or outcome.verdict not in {Verdict.DONE, Verdict.UNKNOWN}:
        return None
    return Step(_item_of(outcome, outcome.document.fields))


def _step_of_edit(outcome: Outcome) -> Step | None:
    document, old = outcome.document, outcome.theirs
    if outcome.verdict is Verdict.UNKNOWN or document is None or old is None:
        return None
    if document.fields == old:
        return None
    replace = outcome.rung == "replace"
    return Step(_item_of(outcome, old), dict(document.fields), replace)


def _item_of(outcome: Outcome, fields: Fields | None = None) -> Item:
    target = outcome.target
    return Item(target.file_id or "", target.name, None if fields is None else dict(fields))

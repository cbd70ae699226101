"""The writes to many documents at once, as runs that go on in the background."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xcoll_tui.session.bulk.limiter import WriteLimiter
from xcoll_tui.session.bulk.run import BulkRun
from xcoll_tui.session.bulk.work import Item, Kind, Work
from xcoll_tui.session.writes.judging import same_fields
from xcoll_tui.session.writes.outcome import Operation, Outcome, Target, Verdict
from xcoll_tui.session.writes.write_log import WriteLog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from xcoll_tui.api.models import Collection, Wait
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.writes.activity import Activity
    from xcoll_tui.session.writes.documents import DocumentWrites
    from xcoll_tui.session.writes.runner import WriteOptions
    from xcoll_tui.session.writes.undo_log import UndoLog

    Fields = Mapping[str, Any]

_ROUNDS = 5
"""How often a field is set again on a document that somebody else is changing at the same time."""


@dataclass(frozen=True)
class Base:
    """The fields that must still stand for a write to be undone, and how they were changed.

    `recent`: reads may not know of that write yet.
    """

    fields: Fields | None = None
    replace: bool = False
    recent: bool = False


class Bulk:
    """The runs of a session, the newest last.

    All share the room on the wire: eight requests that change something, fewer after a 429. A run
    belongs to the session: it goes on when nobody waits for it. It has one entry in the activity,
    and one in the undo log for all of it. `find_collection` returns a collection as it is known.
    """

    def __init__(
        self,
        context: SessionContext,
        writes: DocumentWrites,
        activity: Activity,
        undo_log: UndoLog,
        *,
        find_collection: Callable[[str], Collection | None],
    ) -> None:
        self.runs: list[BulkRun] = []
        self._writes = writes
        self._activity = activity
        self._undo_log = undo_log
        self._find_collection = find_collection
        self._context = context
        self._limiter = WriteLimiter(context.clock)
        self._attach = Kind(Operation.ATTACH, self._do_attach)
        self._remove = Kind(Operation.REMOVE, self._do_remove)
        self._reindex = Kind(Operation.REINDEX, self._do_reindex)

    @property
    def running(self) -> list[BulkRun]:
        """The runs that are not over."""
        return [run for run in self.runs if run.state != "over"]

    def attach(self, collection_id: str, items: Sequence[Item]) -> BulkRun:
        """Attach files, each with its item's fields."""
        return self.begin(self._attach, collection_id, items)

    def remove(self, collection_id: str, items: Sequence[Item]) -> BulkRun:
        """Remove documents; their fields are kept for undo."""
        return self.begin(self._remove, collection_id, items)

    def reindex(self, collection_id: str, items: Sequence[Item]) -> BulkRun:
        """Ask for documents to be indexed again; that cannot be undone."""
        return self.begin(self._reindex, collection_id, items)

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

        As `set_fields`; raises ValueError also for one document's field that must differ.
        """
        self._check_field(collection_id, key, value, is_alone=False)
        return self.begin(self._setting({key: value}, replace), collection_id, items)

    def set_fields(
        self,
        collection_id: str,
        items: Sequence[Item],
        values: Mapping[str, str | None],
        *,
        replace: bool = False,
    ) -> BulkRun:
        """Give fields of all documents the same values, and take away those that are None.

        All other fields stay as the service has them at that moment. `replace` is a person's
        agreement to remove a document and attach it again where it cannot be changed otherwise.
        Raises ValueError for a field that must differ from document to document, or must be there.
        """
        self.check_fields(collection_id, values, len(items))
        return self.begin(self._setting(values, replace), collection_id, items)

    def check_fields(
        self, collection_id: str, values: Mapping[str, str | None], count: int
    ) -> None:
        """Raise ValueError where `set_fields` of so many documents would."""
        for key, value in values.items():
            self._check_field(collection_id, key, value, is_alone=count == 1)

    def note_wait(self, wait: Wait) -> None:
        """Take note of a pause that the service asked for; a client's `on_wait`."""
        if wait.rate_limited:
            self._limiter.note_pause(wait.seconds)
            for run in self.running:
                run.notice()

    def end_wait(self) -> None:
        """Take note that the pause is waited for no longer."""
        self._limiter.end_pause()
        for run in self.running:
            run.notice()

    # Undoing

    def attach_again(
        self,
        collection_id: str,
        items: Sequence[Item],
        *,
        undoes: str | None = None,
        recent: bool = False,
        logged: bool | None = None,
    ) -> BulkRun:
        """Attach what was a document here before; nothing more once a file proves to be gone.

        `undoes` is the entry of the undo log that this takes back; without one it is part of
        something that is undone otherwise, and leaves no entry, unless it is to be `logged`.
        `recent`: see `WriteOptions`.
        """

        async def write(collection_id: str, item: Item, options: WriteOptions) -> Outcome:
            options = replace(options, restores=True, recent=recent)
            outcome = await self._writes.attach(
                collection_id, item.file_id, item.fields, name=item.name, options=options
            )
            return judge_restored(outcome)

        kind = Kind(Operation.ATTACH, write, one_first=True)
        logged = undoes is not None if logged is None else logged
        return self.begin(kind, collection_id, items, undoes=undoes, logged=logged)

    def remove_again(
        self, collection_id: str, items: Sequence[Item], bases: Mapping[str, Base], undoes: str
    ) -> BulkRun:
        """Remove what was attached, as far as it still has the same fields."""

        async def write(collection_id: str, item: Item, options: WriteOptions) -> Outcome:
            base = bases[item.file_id]
            options = replace(options, recent=base.recent)
            return await self._writes.remove(
                item.file_id, base=base.fields, collection_id=collection_id, options=options
            )

        kind = Kind(Operation.REMOVE, write, one_first=True)
        return self.begin(kind, collection_id, items, undoes=undoes)

    def put_back(
        self, collection_id: str, items: Sequence[Item], bases: Mapping[str, Base], undoes: str
    ) -> BulkRun:
        """Give documents the fields that they had, as far as nobody changed them since."""

        async def write(collection_id: str, item: Item, options: WriteOptions) -> Outcome:
            return await put_back(self._writes, collection_id, item, bases[item.file_id], options)

        replaces = any(base.replace for base in bases.values())
        kind = Kind(Operation.EDIT, write, one_first=replaces, destroys=replaces)
        return self.begin(kind, collection_id, items, undoes=undoes)

    # Runs

    def begin(
        self,
        kind: Kind,
        collection_id: str,
        items: Sequence[Item],
        *,
        undoes: str | None = None,
        logged: bool = True,
    ) -> BulkRun:
        """Begin a run of a kind, which may be one that only a room above this one knows."""
        collection = self._find_collection(collection_id)
        name = "" if collection is None else collection.collection_name
        count = len({item.file_id for item in items})
        words = f"{count:,} document{'' if count == 1 else 's'}"
        target = Target(collection_id, None, words, name)
        undo_log = self._undo_log if logged else None
        log = WriteLog(undo_log, kind.operation, target, count=count, undoes=undoes)

        def again(left: tuple[Item, ...], replace: bool) -> BulkRun:
            next_kind = kind.replacing() if replace and kind.replacing is not None else kind
            return self.begin(next_kind, collection_id, left, undoes=undoes, logged=logged)

        work = Work(kind, collection_id, name, items, log, over=lambda: self._activity.tell(entry))
        run = BulkRun(self._context, work, self._limiter, again=again)
        entry = self._activity.begin(kind.operation, target, run=run, log=log)
        self.runs.append(run)
        run.start(entry.number)
        return run

    def _check_field(
        self, collection_id: str, key: str, value: str | None, *, is_alone: bool
    ) -> None:
        if not key:
            raise ValueError("A field needs a name; nothing was sent.")
        collection = self._find_collection(collection_id)
        for definition in () if collection is None else collection.field_definitions:
            if definition.key != key:
                continue
            if definition.unique and not is_alone:
                raise ValueError(
                    f"The values of “{key}” must differ from document to document, so it cannot be"
                    " set for many at once. Edit the documents one by one."
                )
            if definition.required and value is None:
                raise ValueError(f"“{key}” is required, so it cannot be cleared. Set it instead.")

    # Kinds

    def _setting(self, values: Mapping[str, str | None], replace: bool) -> Kind:
        set_values = {key: value for key, value in values.items() if value is not None}

        async def write(collection_id: str, item: Item, options: WriteOptions) -> Outcome:
            base = dict(item.fields or {})
            for _ in range(_ROUNDS):
                kept_fields = {key: value for key, value in base.items() if key not in values}
                outcome = await self._writes.edit_fields(
                    item.file_id,
                    {**kept_fields, **set_values},
                    base=base,
                    replace=replace,
                    collection_id=collection_id,
                    options=options,
                )
                if outcome.verdict is not Verdict.CONFLICT or outcome.current_fields is None:
                    break
                # Nothing was written, and now it is clear what is there.
                base = dict(outcome.current_fields)
            return outcome

        replacing = partial(self._setting, values, True)
        return Kind(Operation.EDIT, write, one_first=replace, destroys=replace, replacing=replacing)

    async def _do_attach(self, collection_id: str, item: Item, options: WriteOptions) -> Outcome:
        return await self._writes.attach(collection_id, item.file_id, item.fields, options=options)

    async def _do_remove(self, collection_id: str, item: Item, options: WriteOptions) -> Outcome:
        return await self._writes.remove(
            item.file_id, collection_id=collection_id, unreadable=item.unreadable, options=options
        )

    async def _do_reindex(self, collection_id: str, item: Item, options: WriteOptions) -> Outcome:
        return await self._writes.reindex(
            item.file_id, collection_id=collection_id, options=options
        )


async def put_back(
    writes: DocumentWrites, collection_id: str, item: Item, base: Base, options: WriteOptions
) -> Outcome:
    """Give a document the fields that it had; one that a replacement left out is attached."""
    options = replace(options, recent=base.recent)
    outcome = await writes.edit_fields(
        item.file_id,
        item.fields or {},
        base=base.fields or {},
        replace=base.replace,
        collection_id=collection_id,
        options=options,
    )
    is_out = outcome.verdict is Verdict.FAILED and outcome.document is None
    if not (base.replace and is_out and outcome.error is None):
        return outcome
    options = replace(options, restores=True)
    return judge_restored(
        await writes.attach(
            collection_id, item.file_id, item.fields, name=item.name, options=options
        )
    )


def judge_restored(outcome: Outcome) -> Outcome:
    """Return the outcome of attaching again: it is no success where other fields stand there."""
    document, wanted_fields = outcome.document, outcome.wanted_fields or {}
    if outcome.verdict is not Verdict.ALREADY or document is None:
        return outcome
    if same_fields(document.raw_fields, wanted_fields):
        return outcome
    current_fields = document.fields
    sentence = (
        f"{outcome.target.shown} is in the collection with other fields, and was left as it is. It "
        f"has {_listed(current_fields)}; it had {_listed(wanted_fields)}."
    )
    return replace(outcome, verdict=Verdict.CONFLICT, message=sentence)


def _listed(fields: Fields) -> str:
    return ", ".join(f"{key} = “{value}”" for key, value in fields.items()) or "no fields"

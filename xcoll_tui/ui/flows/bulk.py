"""Writes on many documents: asks, starts the run, and follows it in a dialog."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from xcoll_tui.session.bulk.run import BulkRun
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.writes.judging import has_fields
from xcoll_tui.session.writes.outcome import Operation, Verdict
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.attach_draft import AttachDraft
from xcoll_tui.ui.presentation.drafts import Drafts
from xcoll_tui.ui.presentation.file_fate import file_fate, is_deleted, undo_hint
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.run_lines import RunView, end_words, view_of
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.confirm import Question
from xcoll_tui.ui.screens.run import RunScreen
from xcoll_tui.ui.screens.set_field import SetFieldScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host

NOTHING_REMOVED = "Nothing was removed."
"""What is said where a person does not agree."""

_NAMED = 5
_TYPED_ABOVE = 20
"""More documents than this are removed only when their number is typed."""


class Marked(NamedTuple):
    """The documents that a write is aimed at, pinned to their IDs."""

    collection_id: str
    collection_name: str
    items: tuple[Item, ...]
    hidden: int
    """How many of them the filter hides."""
    unreadable: int
    """How many have fields that could not be read."""


class _Origin(NamedTuple):
    """What a run came of: what was typed for it, and whether it undoes another."""

    draft: AttachDraft | None = None
    undo: bool = False


class BulkFlow:
    """The flows of writes on many documents."""

    def __init__(self, host: "Host", session: "Session", clock: Clock, drafts: Drafts) -> None:
        self._host = host
        self._session = session
        self._clock = clock
        self._drafts = drafts
        self._runs_told: set[int] = set()
        self._unfollowed: list[BulkRun] = []
        self._origins: dict[int, _Origin] = {}

    def marked(self, file_ids: Sequence[str]) -> Marked | None:
        """Pin documents of the collection that is open; None where none is."""
        session = self._session
        feed, collection_id = session.documents, session.opened
        if feed is None or collection_id is None:
            return None
        items, hidden, unreadable = [], 0, 0
        for file_id in file_ids:
            row = feed.listing.get(file_id)
            if row is None:
                hidden += 1
                items.append(Item(file_id))
                continue
            is_unreadable = not has_fields(row)
            unreadable += is_unreadable
            items.append(Item(file_id, row.name, dict(row.fields), is_unreadable))
        collection = session.collection
        name = collection.collection_name if collection is not None else collection_id
        return Marked(collection_id, name or collection_id, tuple(items), hidden, unreadable)

    # Asking

    async def attach(
        self, draft: AttachDraft | None = None, refusals: Mapping[str, str] | None = None
    ) -> None:
        """Take file IDs and their fields, and attach them."""
        session = self._session
        collection_id, collection = session.opened, session.collection
        if collection_id is None:
            self._host.refuse("Open a collection first.")
            return
        note = ""
        if draft is None:
            draft = self._drafts.attach.get(collection_id)
            note = "" if draft is None else "What was not attached before is filled in again."

        async def check(file_ids: Sequence[str]) -> Mapping[str, str]:
            documents = await session.find_documents(collection_id, file_ids)
            return {document.file_id: document.name or document.file_id for document in documents}

        async def pick() -> Sequence[str]:
            from xcoll_tui.ui.flows.files import FilesFlow  # noqa: PLC0415 - few pick

            return await FilesFlow(self._host, session, self._clock).pick(collection_id)

        form = AttachScreen(
            collection.collection_name if collection is not None else collection_id,
            None if collection is None else collection.field_definitions,
            check,
            samples=self._host.samples,
            draft=draft,
            refusals=refusals,
            note=note,
            pick=pick,
            name_of=session.known_name,
        )
        draft = await ask(self._host, form)
        if draft is not None or form.was_discarded:
            self._drafts.attach.pop(collection_id, None)
        if draft is None:
            return
        items = [Item(file_id, "", fields) for file_id, fields in draft.fields.items()]
        await self.follow(session.bulk.attach(collection_id, items), draft)

    async def remove(self, marked: Marked) -> None:
        """Ask, and remove documents from their collection."""
        number = len(marked.items)
        count = f"{number:,} documents"
        files = self._session.state.learned.files
        fate = file_fate(files, number)
        warnings = [fate] if is_deleted(files) else []
        if marked.unreadable:
            warnings.append(
                f"There is no undo for {marked.unreadable:,} of them: their fields could not be "
                "read, so they cannot be kept."
            )
        question = Question(
            "Remove from collection?",
            count,
            "",
            f"leave {marked.collection_name} and its index. {'' if is_deleted(files) else fate}",
            f"Remove {count}",
            details=_named(marked),
            warning=" ".join(warnings),
            undo=undo_hint(files, number),
            typed=str(number) if number > _TYPED_ABOVE else None,
            declined=NOTHING_REMOVED,
        )
        if await self._host.confirm(question):
            self._host.clear_marks()
            await self.follow(self._session.bulk.remove(marked.collection_id, marked.items))

    async def reindex(self, marked: Marked) -> None:
        """Ask, and have documents indexed again."""
        count = f"{len(marked.items):,} documents"
        question = Question(
            "Re-index?",
            count,
            "",
            f"of {marked.collection_name} are re-indexed; until that is done, a search may not "
            "find them.",
            f"Re-index {count}",
            details=_named(marked),
            destroys=False,
            undo="There is no undo, and none is needed: nothing is deleted.",
        )
        if await self._host.confirm(question):
            await self.follow(self._session.bulk.reindex(marked.collection_id, marked.items))

    async def set_field(self, marked: Marked) -> None:
        """Choose one field and its value for all."""
        collection = self._session.collection
        keys = dict.fromkeys(key for item in marked.items for key in item.fields or {})
        form = SetFieldScreen(
            [item.name or item.file_id for item in marked.items],
            collection.field_definitions if collection is not None else (),
            keys=list(keys),
            hidden=marked.hidden,
            documents=[None if item.unreadable else item.fields for item in marked.items],
        )
        setting = await ask(self._host, form)
        if setting is None:
            return
        try:
            run = self._session.bulk.set_field(
                marked.collection_id, marked.items, setting.key, setting.value
            )
        except ValueError as refusal:
            self._host.complain(str(refusal))
            return
        await self.follow(run)

    # Following

    async def show_newest(self) -> None:
        """Show the newest run that is under way, or else the newest that was."""
        runs = self._session.bulk.running or self._session.bulk.runs
        if runs:
            await self.reopen(runs[-1])
        else:
            self._host.refuse("No bulk operation yet.")

    async def reopen(self, run: BulkRun) -> None:
        """Show a run again, also one that is over; how it ended is told by who began it."""
        last = await self._show(run)
        if last is not None and last is not run:
            await self._finish(last)

    async def follow(
        self, run: BulkRun, draft: AttachDraft | None = None, *, undo: bool = False
    ) -> None:
        """Show a run until it is closed; one that was hidden is told of when it is over.

        `draft` is what was typed for it; `undo` says that it undoes another.
        """
        self._origins[run.number] = _Origin(draft, undo)
        last = await self._show(run)
        if last is not None:
            await self._finish(last)

    async def _show(self, run: BulkRun) -> BulkRun | None:
        """Show a run, and those that try its failures again; return the last one.

        None where they are tried again by way of the form.
        """
        while True:
            draft, undo = self._origins.get(run.number, _Origin())
            screen = RunScreen(partial(self._view, run, undo=undo), run.cancel)
            chosen = await ask(self._host, screen)
            if run.state == "over":
                self._runs_told.add(run.number)  # it was seen
            if chosen != "retry" or not run.can_retry:
                return run
            if draft is not None and any(outcome.field for outcome in run.failures):
                await self.attach(*_again(draft, run))
                return None
            if draft is not None:
                draft, _ = _again(draft, run)
                self._drafts.attach.pop(run.collection_id, None)  # it is being attached
            run = await self._retry(run)
            self._origins[run.number] = _Origin(draft, undo)

    async def _retry(self, run: BulkRun) -> BulkRun:
        """Try the failures again; what may have been uploaded is looked for before it is sent."""
        if run.operation is Operation.UPLOAD:
            upload = self._session.uploads.of(run)
            if upload is not None:
                return self._session.uploads.retry(upload).run
        return run.retry(replace=run.can_replace and await self._may_replace(run))

    async def _finish(self, run: BulkRun) -> None:
        """Wait for a run, keep what is left of it to do, and tell how it ended if nobody saw."""
        draft, undo = self._origins.get(run.number, _Origin())
        await run.wait()
        if draft is not None:
            self._keep_typed(run, draft)
        if not undo:
            self._keep_failures_marked(run)
        if run.number not in self._runs_told:
            self._runs_told.add(run.number)
            self._tell_end(run, undo=undo)
        if run.following and run not in self._unfollowed:
            self._unfollowed.append(run)

    def note_progress(self, run: BulkRun) -> None:
        """Tell how the indexing that a run asked for has ended, once all of it has."""
        if run in self._unfollowed and run.state == "over" and not run.following:
            self._unfollowed.remove(run)
            self._tell_end(run)

    def _tell_end(self, run: BulkRun, *, undo: bool = False) -> None:
        words = end_words(run, self._session.name_of(run.collection_id))
        sentence = f"{'Undone: ' if undo else ''}{words}"
        if run.failed_again and run.failed_again == run.failed:
            self._host.complain(f"{sentence}. {key_for('filter.failed')} shows those that failed.")
        elif run.failed:
            way_on = (
                f"{key_for('write.undo')} tries those again"
                if undo
                else f"{key_for('run.show')} lists them"
            )
            self._host.complain(f"{sentence}. {way_on}.")
        else:
            self._host.tell(f"{sentence}.")

    async def _may_replace(self, run: BulkRun) -> bool:
        number = sum(outcome.verdict is Verdict.IGNORED for outcome in run.failures)
        count = format_many(number, "document")
        files = self._session.state.learned.files
        if is_deleted(files):
            self._host.complain(
                "They are not replaced: this service deletes a file with its document, as seen "
                f"here on {files.day}, so none could be attached again."
            )
            return False
        question = Question(
            "Replace them?",
            count,
            "",
            "kept the old fields, although the service took the new ones. The only way left is "
            "to remove each and attach it again with the new fields; it is not found by a search "
            "until it is indexed again. One is replaced first, to see whether its file is kept. "
            f"{file_fate(files, number)}",
            f"Replace {count}",
            undo=f"Undo: {key_for('write.undo')} puts the old fields back, in the same way.",
            declined="Nothing was replaced.",
        )
        return await self._host.confirm(question)

    def _keep_typed(self, run: BulkRun, draft: AttachDraft) -> None:
        """Keep what was typed for files that were not attached: the form opens with it again."""
        if any(not outcome.ok for outcome in run.outcomes.values()):
            left, _ = _again(draft, run)
            self._drafts.attach[run.collection_id] = left

    def _keep_failures_marked(self, run: BulkRun) -> None:
        feed = self._session.documents
        if feed is None or run.collection_id != self._session.opened:
            return
        failed = [outcome.target.file_id for outcome in run.failures]
        loaded = [file_id for file_id in failed if file_id is not None and file_id in feed.listing]
        if loaded:
            self._host.mark(loaded)

    def _view(self, run: BulkRun, *, undo: bool) -> RunView:
        name = self._session.name_of(run.collection_id)
        view = view_of(run, name, self._clock(), undo=undo)
        upload = self._session.uploads.of(run) if run.operation is Operation.UPLOAD else None
        if upload is None:
            return view
        from xcoll_tui.ui.presentation.upload_lines import with_bytes  # noqa: PLC0415 - few upload

        return with_bytes(view, upload)


def _named(marked: Marked) -> list[str]:
    named = [item.name or item.file_id for item in marked.items[:_NAMED]]
    if len(marked.items) > _NAMED:
        named.append(f"and {len(marked.items) - _NAMED:,} more")
    if marked.hidden:
        named.append(f"{marked.hidden:,} of them are not among the rows shown")
    return named


def _again(draft: AttachDraft, run: BulkRun) -> tuple[AttachDraft, Mapping[str, str]]:
    """Return the draft for what is not attached, and why, field by field."""
    left = {file_id for file_id in draft.fields if not _is_attached(run, file_id)}
    refusals = {outcome.field: outcome.message for outcome in run.failures if outcome.field}
    return draft.only(left), refusals


def _is_attached(run: BulkRun, file_id: str) -> bool:
    outcome = run.outcomes.get(file_id)
    return outcome is not None and outcome.ok

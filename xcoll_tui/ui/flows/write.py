"""The flows of single writes: each asks, hands it to the session, and tells what became of it."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import Collection, Document
from xcoll_tui.session.bulk.run import BulkRun
from xcoll_tui.session.writes.judging import has_fields
from xcoll_tui.session.writes.outcome import CollectionDraft, Operation, Outcome, Verdict
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.flows.bulk import NOTHING_REMOVED, BulkFlow, Marked
from xcoll_tui.ui.flows.delete_collection import DeleteCollectionFlow
from xcoll_tui.ui.flows.export import ExportFlow
from xcoll_tui.ui.flows.finish import FinishFlow
from xcoll_tui.ui.flows.restore import RestoreFlow
from xcoll_tui.ui.flows.undo import UndoFlow
from xcoll_tui.ui.preferences import RemovalConfirm
from xcoll_tui.ui.presentation.activity_lines import request_lines, write_lines
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.drafts import Drafts, carry_over
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.fields_draft import FieldsDraft
from xcoll_tui.ui.presentation.file_fate import file_fate, is_deleted, undo_hint
from xcoll_tui.ui.screens.activity import ActivityScreen
from xcoll_tui.ui.screens.collection_form import CollectionFormScreen, draft_of
from xcoll_tui.ui.screens.confirm import Question
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen, short_id
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.files import FilesFlow
    from xcoll_tui.ui.flows.host import Host
    from xcoll_tui.ui.flows.search import SearchFlow


def _kept_words(action_id: str) -> str:
    return f"What you typed is kept: {key_for(action_id)} opens it again."


class WriteFlow:
    """The flows of single writes: one document or one collection at a time."""

    def __init__(self, host: "Host", session: "Session", clock: Clock) -> None:
        self._host = host
        self._session = session
        self._clock = clock
        self._drafts = Drafts()
        self._bulk_flow = BulkFlow(host, session, clock, self._drafts)
        self._deleting = DeleteCollectionFlow(host, session, self.recreate)
        self._searching: SearchFlow | None = None
        self._files: FilesFlow | None = None
        self.exporting = ExportFlow(host, session)
        self.undoing = UndoFlow(
            host,
            session,
            clock,
            follow=partial(self._bulk_flow.follow, undo=True),
            delete=self._deleting.delete,
            inputs=lambda: host.inputs,
        )

    async def tell_earlier(self) -> None:
        """Say what earlier sessions left that can be undone, or was broken off."""
        self.undoing.tell_earlier()
        await self._deleting.tell_broken_off()

    def tell(self, outcome: Outcome) -> None:
        """Say in passing what became of a write; what failed stays longer."""
        if outcome.verdict is Verdict.CANCELLED:
            return
        if outcome.ok:
            self._host.tell(outcome.message)
        else:
            self._host.complain(outcome.message)

    def tell_corrected(self, outcome: Outcome) -> None:
        """Say what a write came to that was told as not shown, or as asked for."""
        target = outcome.target
        if outcome.ok and target.file_id is not None:
            self._drafts.fields.pop((target.collection_id, target.file_id), None)
        if outcome.ok and outcome.operation is not Operation.REINDEX:
            self._host.tell(f"It shows now. {outcome.message}")
        else:
            self.tell(outcome)

    def note_progress(self, run: BulkRun) -> None:
        """Take note that a run went on, also after it was over."""
        self._bulk_flow.note_progress(run)

    # Documents

    async def edit_fields(self, file_id: str) -> None:
        """Read a document afresh, and edit its fields."""
        session = self._session
        try:
            document = await session.read_document(file_id)
        except ApiError as error:
            self._host.complain(sentence_of(error))
            return
        collection_id = session.opened
        collection = session.collection
        if collection_id is None:
            return
        place = collection_id, file_id
        draft = self._drafts.fields.get(place)
        entered = None if draft is None else draft.onto(document.fields)
        if entered == document.fields:
            entered = None

        async def check_unique(key: str, value: str) -> str | None:
            return await session.field_editor.probe_unique(
                collection_id, key, value, except_file_id=file_id
            )

        def save(draft: FieldsDraft) -> None:
            self._host.run_worker(self._save_fields(form, document, collection_id, draft))

        form = EditFieldsScreen(
            document,
            None if collection is None else collection.field_definitions,
            save,
            now=self._clock(),
            check_unique=check_unique,
            entered=entered,
        )

        def closed(_: FieldsDraft | None) -> None:
            if form.was_discarded:
                self._drafts.fields.pop(place, None)

        self._host.app.push_screen(form, closed)

    async def _save_fields(
        self, form: EditFieldsScreen, document: Document, collection_id: str, draft: FieldsDraft
    ) -> None:
        outcome = await self._session.document_writes.edit_fields(
            document.file_id,
            draft.fields,
            base=draft.base,
            replace=draft.replace,
            collection_id=collection_id,
        )
        place = collection_id, document.file_id
        sentence = outcome.message
        if outcome.ok:
            self._drafts.fields.pop(place, None)
            form.done()
            self.tell(outcome)
            return
        if outcome.document is not None:
            form.note_held(outcome.document.fields)
        files = self._session.state.learned.files
        if form.is_over:
            self._drafts.fields[place] = draft
            self._host.complain(f"{sentence} {_kept_words('write.edit')}")
        elif outcome.verdict is Verdict.CONFLICT:
            form.conflict(outcome.current_fields or {})
        elif outcome.verdict is not Verdict.IGNORED:
            form.refuse(outcome.field, sentence)
        elif is_deleted(files):
            form.refuse(
                None,
                f"{sentence} Replacing it is not offered: this service deletes a file with its "
                f"document, as seen here on {files.day}.",
            )
        else:
            form.offer_replace(sentence, file_fate(files))

    async def remove(self, file_ids: Sequence[str]) -> None:
        """Ask, and remove documents from the collection that is open."""
        marked = self._bulk_flow.marked(file_ids)
        if marked is None:
            return
        if problem := self._session.state.problem:
            # Its old fields could not be written down, so the question would promise too much.
            self._host.complain(f"Nothing can be removed now. {problem}")
            return
        if len(marked.items) > 1:
            await self._bulk_flow.remove(marked)
            return
        await self._remove_one(marked, unreadable=bool(marked.unreadable))

    async def _remove_one(self, marked: Marked, *, unreadable: bool) -> None:
        item = marked.items[0]
        files = self._session.state.learned.files
        if self._is_unasked(item.file_id, unreadable=unreadable):
            await self._remove_pinned(
                marked, unreadable=False, undo=f"Undo: {key_for('write.undo')}."
            )
            return
        fate, undo = file_fate(files), undo_hint(files)
        warnings = [fate] if is_deleted(files) else []
        if unreadable:
            warnings.append(
                "There is no undo: its fields could not be read, so they cannot be kept."
            )
            undo = ""
        question = Question(
            "Remove from collection?",
            item.name or item.file_id,
            short_id(item.file_id),
            f"leaves {marked.collection_name} and its index. {'' if is_deleted(files) else fate}",
            "Remove",
            warning=" ".join(warnings),
            undo=undo,
            declined=NOTHING_REMOVED,
        )
        if await self._host.confirm(question):
            await self._remove_pinned(marked, unreadable=unreadable)

    def _is_unasked(self, file_id: str, *, unreadable: bool) -> bool:
        """Tell whether the removal of one document need not be asked about.

        Only where a person looks at it, wants it so, and undo is known to put it back.
        """
        return (
            self._host.preferences.confirm_removal is RemovalConfirm.NEVER
            and file_id == self._host.cursor_key
            and not unreadable
            and self._session.state.learned.files.value == "kept"
        )

    async def _remove_pinned(self, marked: Marked, *, unreadable: bool, undo: str = "") -> None:
        item = marked.items[0]
        self._host.clear_marks()
        outcome = await self._session.document_writes.remove(
            item.file_id, collection_id=marked.collection_id, unreadable=unreadable
        )
        document = outcome.document
        if not outcome.ok and not unreadable and document and not has_fields(document):
            # It became so since the rows were read; then it was not removed, and is asked about.
            await self._remove_one(marked, unreadable=True)
        else:
            if undo and outcome.ok:
                outcome = replace(outcome, message=f"{outcome.message} {undo}")
            self.tell(outcome)

    async def reindex(self, file_ids: Sequence[str]) -> None:
        """Have documents indexed again."""
        marked = self._bulk_flow.marked(file_ids)
        if marked is None:
            return
        if len(marked.items) > 1:
            await self._bulk_flow.reindex(marked)
            return
        item, writes = marked.items[0], self._session.document_writes
        if writes.is_reindexing(item.file_id):
            self._host.tell(f"{item.name or item.file_id} is already being re-indexed.")
        else:
            self.tell(await writes.reindex(item.file_id))

    async def attach(self) -> None:
        """Attach files by their IDs."""
        await self._bulk_flow.attach()

    async def set_field(self, file_ids: Sequence[str]) -> None:
        """Set or clear one field of many documents."""
        marked = self._bulk_flow.marked(file_ids)
        if marked is not None:
            await self._bulk_flow.set_field(marked)

    # Collections

    async def create_collection(self) -> None:
        """Describe a new collection, and create it."""
        writes, blank = self._session.collection_writes, CollectionDraft("")

        def save(draft: CollectionDraft) -> None:
            self._host.run_worker(create(draft))

        async def create(draft: CollectionDraft) -> None:
            outcome = await writes.create(draft)
            self._answer(form, outcome, (blank, draft), "write.new")
            if outcome.ok and outcome.collection is not None:
                await self._session.collections.refresh()
                self._host.point_at(outcome.collection.collection_id)

        _, typed = self._drafts.collections.get("", (blank, None))
        form = CollectionFormScreen(save, entered=typed)
        self._open(form, "")

    async def edit_collection(self, collection_id: str) -> None:
        """Read a collection afresh, and change it."""
        try:
            base = await self._session.read_collection(collection_id)
        except ApiError as error:
            self._host.complain(sentence_of(error))
            return

        def save(draft: CollectionDraft) -> None:
            self._host.run_worker(self._save_collection(form, base, draft))

        entered = None
        if collection_id in self._drafts.collections:
            entered = carry_over(*self._drafts.collections[collection_id], draft_of(base))
        form = CollectionFormScreen(
            save, collection=base, entered=None if entered == draft_of(base) else entered
        )
        self._open(form, collection_id)

    def _open(self, form: CollectionFormScreen, key: str) -> None:
        def closed(_: CollectionDraft | None) -> None:
            if form.was_discarded:
                self._drafts.collections.pop(key, None)

        self._host.app.push_screen(form, closed)

    async def _save_collection(
        self, form: CollectionFormScreen, base: Collection, draft: CollectionDraft
    ) -> None:
        outcome = await self._session.collection_writes.update(base.collection_id, draft, base=base)
        self._answer(form, outcome, (draft_of(base), draft), "write.edit", base.collection_id)

    def _answer(
        self,
        form: CollectionFormScreen,
        outcome: Outcome,
        typed: tuple[CollectionDraft, CollectionDraft],
        action_id: str,
        key: str = "",
    ) -> None:
        sentence = outcome.message
        if outcome.ok:
            self._drafts.collections.pop(key, None)
            form.done()
            self.tell(outcome)
        elif form.is_over:
            self._drafts.collections[key] = typed
            self._host.complain(f"{sentence} {_kept_words(action_id)}")
        else:
            form.refuse(outcome.field, sentence)

    async def delete_collection(self, collection_id: str) -> None:
        """Delete a collection, with a backup before it."""
        await self._deleting.delete(collection_id)

    async def recreate(self) -> None:
        """Make a collection of a backup again."""
        await RestoreFlow(self._host, self._session, self._clock).restore()

    async def finish(self) -> None:
        """Settle what replacements left halfway."""
        await FinishFlow(self._host, self._session, self._clock).finish()

    # What is loaded with its first use

    async def upload(self) -> None:
        """Upload files of this machine."""
        from xcoll_tui.ui.flows.upload import upload  # noqa: PLC0415 - few upload

        await upload(self._host, self._session, self._bulk_flow.follow)

    async def search(self, collection_id: str, marked: Sequence[str]) -> None:
        """Test what questions find in a collection; documents that are marked are expected."""
        from xcoll_tui.ui.flows.search import SearchFlow  # noqa: PLC0415 - few search

        if self._searching is None:
            self._searching = SearchFlow(self._host, self._session, self._clock)
        await self._searching.search(collection_id, marked)

    async def show_files(self) -> None:
        """Show the files of the team."""
        from xcoll_tui.ui.flows.files import FilesFlow  # noqa: PLC0415 - few look at them

        if self._files is None:
            self._files = FilesFlow(self._host, self._session, self._clock)
        await self._files.show()

    async def enter_inference_key(self) -> None:
        """Take another key for search and files."""
        from xcoll_tui.ui.flows.inference_key import InferenceKeyFlow  # noqa: PLC0415 - rarely

        if self._host.inference_keys is None:
            self._host.refuse("The demo needs no key.")
        else:
            await InferenceKeyFlow(self._host, self._session).enter()

    # What was written

    async def show_activity(self) -> None:
        """Show what was written and asked; a run is opened from there."""
        session, clock = self._session, self._clock
        chosen = await ask(
            self._host,
            ActivityScreen(
                partial(write_lines, session.activity, session.undo_stack, clock),
                partial(
                    request_lines,
                    session.activity,
                    clock,
                    session.place,
                    self._host.credential_variable,
                ),
            ),
        )
        if chosen == "undo" and self._host.may("write.undo"):
            await self.undoing.undo()
        elif chosen is not None:
            entry = session.activity.get(int(chosen)) if chosen.isdecimal() else None
            if entry is not None and isinstance(entry.run, BulkRun):
                await self._bulk_flow.reopen(entry.run)

    async def show_run(self) -> None:
        """Show the run that is under way, or the last one."""
        await self._bulk_flow.show_newest()

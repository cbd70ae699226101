"""What the keys change: asks, hands it to the session, and tells what became of it."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import Collection, Document
from xcoll_tui.session.outcome import CollectionDraft, Outcome, Verdict
from xcoll_tui.ui.activity_lines import request_lines, write_lines
from xcoll_tui.ui.ages import Clock
from xcoll_tui.ui.deleting import Deleting
from xcoll_tui.ui.errors import sentence_of, without_requests
from xcoll_tui.ui.fields_draft import FieldsDraft
from xcoll_tui.ui.format import format_many
from xcoll_tui.ui.many import Many
from xcoll_tui.ui.screens.activity import ActivityScreen
from xcoll_tui.ui.screens.collection_form import CollectionFormScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen, Question
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen, short_id
from xcoll_tui.ui.screens.form_dialog import FormDialog
from xcoll_tui.ui.screens.pick import Pickable, PickScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.screens.main import MainScreen


class Writing:
    """The flows of single writes: one document or one collection at a time."""

    def __init__(self, screen: "MainScreen", session: "Session", clock: Clock) -> None:
        self._screen = screen
        self._session = session
        self._clock = clock
        self._many = Many(screen, session, clock)
        self._deleting = Deleting(screen, session, clock)

    @property
    def refused(self) -> bool:
        """Whether nothing may be written here; says so if it is."""
        if self._session.writes.read_only:
            self._screen.tell(self._screen.why_read_only)
            return True
        return False

    def tell(self, outcome: Outcome) -> None:
        """Say in passing what became of a write; what failed stays longer."""
        if outcome.verdict is Verdict.CANCELLED:
            return
        if outcome.ok:
            self._screen.tell(without_requests(outcome.said))
        else:
            self._screen.complain(without_requests(outcome.said))

    # Documents

    async def edit_fields(self, file_id: str) -> None:
        """Read a document afresh, and edit its fields."""
        session = self._session
        try:
            document = await session.read_document(file_id)
        except ApiError as error:
            self._screen.complain(sentence_of(error))
            return
        collection_id = session.opened
        collection = session.collection
        if collection_id is None:
            return

        async def check_unique(key: str, value: str) -> str | None:
            return await session.writes.probe_unique(
                collection_id, key, value, except_file_id=file_id
            )

        def save(draft: FieldsDraft) -> None:
            self._screen.run_worker(self._save_fields(form, document, collection_id, draft))

        form = EditFieldsScreen(
            document,
            collection.field_definitions if collection is not None else (),
            save,
            now=self._clock(),
            check_unique=check_unique,
        )
        self._screen.app.push_screen(form)

    async def _save_fields(
        self, form: EditFieldsScreen, document: Document, collection_id: str, draft: FieldsDraft
    ) -> None:
        outcome = await self._session.writes.edit_fields(
            document.file_id,
            draft.fields,
            base=draft.base,
            replace=draft.replace,
            collection_id=collection_id,
        )
        if not outcome.ok and outcome.document is not None:
            form.note_held(outcome.document.fields)
        if outcome.verdict is Verdict.CHANGED:
            form.conflict(outcome.theirs or {})
        elif outcome.verdict is Verdict.IGNORED:
            form.offer_replace(outcome.said)
        else:
            self._answer(form, outcome)

    def _answer(
        self, form: FormDialog[FieldsDraft] | FormDialog[CollectionDraft], outcome: Outcome
    ) -> None:
        if outcome.ok:
            form.done()
            self.tell(outcome)
        elif form.is_attached:
            form.refuse(outcome.field, without_requests(outcome.said))
        else:
            self.tell(outcome)

    async def remove(self, file_ids: Sequence[str]) -> None:
        """Ask, and remove documents from the collection that is open."""
        marked = self._many.marked(file_ids)
        if marked is None:
            return
        if len(marked.items) > 1:
            await self._many.remove(marked)
            return
        item = marked.items[0]
        question = Question(
            "Remove from collection?",
            item.name or item.file_id,
            short_id(item.file_id),
            f"leaves {marked.collection_name} and its index. The file itself is kept.",
            "Remove",
            undo="Undo: z attaches it again with its fields; it is then indexed anew.",
        )
        if await ask(self._screen, ConfirmScreen(question)):
            self._screen.documents.table.clear_marks()
            self.tell(
                await self._session.writes.remove(item.file_id, collection_id=marked.collection_id)
            )

    async def reindex(self, file_ids: Sequence[str]) -> None:
        """Index documents anew."""
        marked = self._many.marked(file_ids)
        if marked is None:
            return
        if len(marked.items) > 1:
            await self._many.reindex(marked)
        else:
            self.tell(await self._session.writes.reindex(marked.items[0].file_id))

    async def attach(self) -> None:
        """Attach files by their IDs."""
        await self._many.attach()

    async def set_field(self, file_ids: Sequence[str]) -> None:
        """Set or clear one field of many documents."""
        marked = self._many.marked(file_ids)
        if marked is not None:
            await self._many.set_field(marked)

    # Collections

    async def create_collection(self) -> None:
        """Describe a new collection, and create it."""
        writes = self._session.writes

        def save(draft: CollectionDraft) -> None:
            self._screen.run_worker(create(draft))

        async def create(draft: CollectionDraft) -> None:
            outcome = await writes.create_collection(draft)
            self._answer(form, outcome)
            if outcome.ok and outcome.collection is not None:
                await self._session.collections.refresh()
                self._screen.point_at(outcome.collection.collection_id)

        form = CollectionFormScreen(save)
        self._screen.app.push_screen(form)

    async def edit_collection(self, collection_id: str) -> None:
        """Read a collection afresh, and change it."""
        try:
            base = await self._session.read_collection(collection_id)
        except ApiError as error:
            self._screen.complain(sentence_of(error))
            return

        def save(draft: CollectionDraft) -> None:
            self._screen.run_worker(self._save_collection(form, base, draft))

        form = CollectionFormScreen(save, collection=base)
        self._screen.app.push_screen(form)

    async def _save_collection(
        self, form: CollectionFormScreen, base: Collection, draft: CollectionDraft
    ) -> None:
        outcome = await self._session.writes.update_collection(base.collection_id, draft, base=base)
        self._answer(form, outcome)

    async def delete_collection(self, collection_id: str) -> None:
        """Delete a collection, with a backup before it."""
        await self._deleting.delete(collection_id)

    async def recreate(self) -> None:
        """Make a collection of a backup again."""
        await self._deleting.recreate()

    async def finish(self) -> None:
        """Attach what a replacement left out: with its new fields, or with the old ones."""
        entries = self._session.unfinished
        if not entries:
            problems = self._session.unfinished_problems
            self._screen.tell(problems[0] if problems else "No replacement broke off.")
            return
        choices = [
            Pickable(
                f"{index}",
                entry.name or entry.file_id,
                entry.collection_name or entry.collection_id,
                "Removed, and not attached again. Its fields are kept, the old and the new.",
            )
            for index, entry in enumerate(entries)
        ]
        title = "Finish what broke off"
        picked = await ask(self._screen, PickScreen(title, choices, "Attach with the new fields"))
        if picked is not None:
            self.tell(await self._session.writes.finish(entries[int(picked)]))

    # What was written

    async def show_activity(self) -> None:
        """Show what was written and asked, or the run that is under way."""
        if await self._many.show_runs():
            return
        session, clock = self._session, self._clock
        chosen = await ask(
            self._screen,
            ActivityScreen(
                partial(write_lines, session.activity, session.journal, clock),
                partial(request_lines, session.activity, clock, session.place),
            ),
        )
        if chosen == "undo" and not self.refused:
            await self.undo()

    async def undo(self) -> None:
        """Undo the newest write that can be undone."""
        outcome = await self._session.undo()
        if outcome is None:
            self._screen.tell("There is nothing to undo.")
        elif isinstance(outcome, Outcome):
            if outcome.ok:
                self._screen.tell(f"Undone. {without_requests(outcome.said)}")
            else:
                self._screen.complain(f"Not undone. {without_requests(outcome.said)}")
        else:
            self._screen.tell(_summed_up(outcome))


def _summed_up(outcomes: Sequence[Outcome]) -> str:
    done = sum(outcome.ok for outcome in outcomes)
    failed = len(outcomes) - done
    said = f"Undone for {format_many(done, 'document')}"
    return f"{said}, {failed:,} failed. z tries those again." if failed else f"{said}."

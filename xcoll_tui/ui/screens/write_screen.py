"""The main screen as far as it writes: the keys, and what they are done to."""

from typing import TYPE_CHECKING, Any, cast

from xcoll_tui.ui.actions import BY_ID, Need, Situation
from xcoll_tui.ui.preferences import Preferences
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.screens.asking import AskingScreen
from xcoll_tui.ui.widgets.pane import Pane
from xcoll_tui.ui.widgets.panes import CollectionPane, DocumentPane

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host
    from xcoll_tui.ui.flows.write import WriteFlow
    from xcoll_tui.ui.input_queue import InputQueue
    from xcoll_tui.ui.terminal_app import TerminalApp


class WriteScreen(AskingScreen):
    """Two panes of rows, and a flow of writing for what is under the cursor, or marked."""

    def __init__(self, clock: Clock, preferences: Preferences) -> None:
        super().__init__()
        self.preferences = preferences
        self._clock = clock
        self.collections = CollectionPane(clock)
        self.documents = DocumentPane(clock, preferences.columns)
        self.session: Session | None = None
        self._flows: WriteFlow | None = None
        self.why_read_only = ""
        self._begun: set[tuple[object, ...]] = set()

    @property
    def input_queue(self) -> "InputQueue":
        """The keys and clicks that have not acted yet."""
        return cast("TerminalApp", self.app).input_queue

    @property
    def writing(self) -> "WriteFlow | None":
        """The flows of the session; they import every dialog, so they are made when first used."""
        if self._flows is None and self.session is not None:
            from xcoll_tui.ui.flows.write import WriteFlow  # noqa: PLC0415 - not for the first rows

            host = cast("Host", self)  # as the main screen, which is the only one there is
            self._flows = WriteFlow(host, self.session, self._clock)
        return self._flows

    @property
    def exports(self) -> int:
        """How many exports are under way."""
        return 0 if self._flows is None else self._flows.exporting.under_way

    @property
    def pane(self) -> Pane[Any]:
        """The pane that has the focus, or had it last."""
        return self.documents if self.documents.has_class("-front") else self.collections

    @property
    def cursor_key(self) -> str | None:
        """The ID of what is under the cursor of that pane; what is only kept is not there yet."""
        return None if self.pane.seen_at is not None else self.pane.table.cursor_key

    @property
    def targets(self) -> tuple[str, ...]:
        """What is acted on: the documents that are marked, or else the row under the cursor."""
        cursor_key = self.cursor_key
        return tuple(self.pane.table.marks) or (() if cursor_key is None else (cursor_key,))

    def situation(self) -> Situation:
        """Say what there is to do something to."""
        session = self.session
        read_only = session is not None and session.read_only
        return Situation(
            connected=session is not None,
            read_only=(self.why_read_only or Need.WRITING.value) if read_only else "",
            on_documents=self.pane is self.documents,
            has_collection=session is not None and session.documents is not None,
            has_row=bool(self.pane.table.marks) or self.cursor_key is not None,
            rows_seen=self.pane.seen_at is not None,
            rows_behind=self.pane.filter.is_behind,
        )

    def may(self, action_id: str) -> bool:
        """Tell whether there is something to do an action to; says what is missing."""
        why_not = BY_ID[action_id].why_not(self.situation())
        if why_not:
            self.toasts.refuse(why_not)
        return not why_not

    def _run_flow(
        self,
        action_id: str,
        flow: "Callable[[WriteFlow], Coroutine[Any, Any, None]]",
        *targets: object,
        repeats: bool = False,
        opens: bool = True,
    ) -> None:
        """Begin a flow, unless the same one has begun: a key that is held repeats.

        It has begun until it asks something; one that `repeats` sees to that itself. One that
        `opens` a dialog may read for it first: keys that come meanwhile are meant for the dialog.
        """
        writing, begun = self.writing, (action_id, *targets)
        in_front = self.is_current or getattr(self.app.screen, "TELLS", False)
        if not in_front or begun in self._begun or not self.may(action_id):
            return
        if writing is None:
            return
        if not repeats:
            self._begun.add(begun)
        if opens and self.is_current:
            self.input_queue.hold()

        async def run() -> None:
            try:
                await flow(writing)
            finally:
                self._begun.discard(begun)
                if opens:
                    self.input_queue.release()

        # Never exclusive: a flow that is broken off could not tell what became of its write.
        self.run_worker(run(), group="write")

    def on_screen_suspend(self) -> None:
        """Take note that what had begun is asked about now, or under way."""
        self._begun.clear()
        self.input_queue.release()

    def act_on_document(self, action_id: str, file_id: str) -> None:
        """Do to this document what a key does to the one under the cursor; marks do not count."""
        flows: dict[str, Callable[[WriteFlow], Coroutine[Any, Any, None]]] = {
            "write.attach": lambda flow: flow.attach(),
            "write.edit": lambda flow: flow.edit_fields(file_id),
            "write.remove": lambda flow: flow.remove((file_id,)),
            "write.reindex": lambda flow: flow.reindex((file_id,)),
        }
        self._run_flow(action_id, flows[action_id], file_id)

    def action_attach(self) -> None:
        """Attach files to the collection that is open."""
        self._run_flow("write.attach", lambda flow: flow.attach())

    def action_upload(self) -> None:
        """Upload files to the collection that is open."""
        self._run_flow("write.upload", lambda flow: flow.upload())

    def action_edit(self) -> None:
        """Edit what is under the cursor, or one field of all that is marked."""
        targets = self.targets
        if self.pane is self.collections:
            self._run_flow("write.edit", lambda flow: flow.edit_collection(*targets), *targets)
        elif self.documents.table.marks:
            self._run_flow("write.edit", lambda flow: flow.set_field(targets), targets)
        else:
            self._run_flow("write.edit", lambda flow: flow.edit_fields(*targets), *targets)

    def action_remove(self) -> None:
        """Remove the documents that are marked or the one under the cursor; delete a collection."""
        targets = self.targets
        if self.pane is self.collections:
            self._run_flow("write.remove", lambda flow: flow.delete_collection(*targets), *targets)
        else:
            self._run_flow("write.remove", lambda flow: flow.remove(targets), targets, opens=False)

    def action_reindex(self) -> None:
        """Index the documents that are marked, or the one under the cursor, again."""
        targets = self.targets
        self._run_flow("write.reindex", lambda flow: flow.reindex(targets), targets, opens=False)

    def action_new(self) -> None:
        """Create a collection."""
        self._run_flow("write.new", lambda flow: flow.create_collection())

    def action_search(self) -> None:
        """Test what questions find in the collection under the cursor, or in the open one."""
        session = self.session
        opened = None if session is None else session.opened
        on_collections = self.pane is self.collections
        collection_id = (self.cursor_key if on_collections else None) or opened
        marked = () if on_collections else tuple(self.documents.table.marks)
        if collection_id is not None:
            self._run_flow("search", lambda flow: flow.search(collection_id, marked), collection_id)
        else:
            self.may("search")

    def action_files(self) -> None:
        """Show the files of the team."""
        self._run_flow("pane.files", lambda flow: flow.show_files())

    def action_enter_inference_key(self) -> None:
        """Enter a key for search and files."""
        self._run_flow("key.inference", lambda flow: flow.enter_inference_key())

    def action_undo(self) -> None:
        """Undo the last write that can be undone."""
        self._run_flow("write.undo", lambda flow: flow.undoing.undo(), repeats=True, opens=False)

    def action_redo(self) -> None:
        """Do again what was undone last."""
        self._run_flow("write.redo", lambda flow: flow.undoing.redo(), repeats=True, opens=False)

    def action_undo_log(self) -> None:
        """List what was written, to undo any of it."""
        self._run_flow("write.undo_log", lambda flow: flow.undoing.show(), repeats=True)

    def action_activity(self) -> None:
        """Show what was written and what was asked."""
        self._run_flow("activity", lambda flow: flow.show_activity(), repeats=True)

    def action_show_run(self) -> None:
        """Show the run that is under way, or the last one."""
        self._run_flow("run.show", lambda flow: flow.show_run(), repeats=True)

    def action_recreate(self) -> None:
        """Make a collection of a backup again."""
        self._run_flow("write.recreate", lambda flow: flow.recreate())

    def action_unfinished(self) -> None:
        """Finish a replacement that broke off."""
        self._run_flow("write.finish", lambda flow: flow.finish())

"""The main screen: two panes between a header and a footer."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from xcoll_tui.api.errors import NotFound, Unauthorized
from xcoll_tui.ui.actions import Owner, bindings_of, hints_of, key_for, key_of
from xcoll_tui.ui.footer_hints import FILTER, FIND, hints_for
from xcoll_tui.ui.hints import Hint
from xcoll_tui.ui.messages import KeyRefused
from xcoll_tui.ui.place import place_of
from xcoll_tui.ui.preferences import Preferences
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.widths import PREVIEW_FROM
from xcoll_tui.ui.screens.opening_screen import OpeningScreen
from xcoll_tui.ui.widgets.header_footer import Footer, Header
from xcoll_tui.ui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.access import Access, KeyEntry
    from xcoll_tui.ui.flows.write import WriteFlow

_ROWS_FIRST = 0.4
"""Seconds before what earlier sessions left is told: what does that imports every dialog."""


class MainScreen(OpeningScreen):
    """Browse collections and their documents."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of(Owner.MAIN)
    BLANK = True  # the panes cover it
    TOAST_EDGE = 1
    """The header and the footer, over which no toast lies."""

    def __init__(self, clock: Clock, preferences: Preferences) -> None:
        super().__init__(clock, preferences)
        self.header = Header(self._open_palette)
        self.footer = Footer(self._hints, self.perform)
        self.opens_documents = False
        """Whether a collection was asked for, so that what is done is done to its documents."""
        self.greets = False
        """Whether it is told where everything is, for somebody new."""
        self.samples: tuple[str, ...] = ()
        self.facts: tuple[str, ...] = ()
        self.mode = ""
        self.credential_variable = ""
        self._access: Access | None = None

    def compose(self) -> ComposeResult:
        """Lay out the panes between one line above and one below."""
        self.classify()
        yield self.header
        yield self.collections
        yield self.documents
        if self.app.size.width >= PREVIEW_FROM:
            yield self.preview
        yield self.footer

    def on_mount(self) -> None:
        """Wait for the session with the focus on the collections, or on the documents asked for."""
        self._focus_pane(self.documents if self.opens_documents else self.collections)
        self.collections.table.placeholder.wait("Connecting…")
        if self.greets:
            self._greet()
        self.tell_place()
        self.set_interval(1, self.tell_place)

    # The session

    def show_access(self, access: "Access") -> None:
        """Tell in the header whose and where the service is, and whether it may be written."""
        self._access = access
        self.facts, self.mode = access.facts, access.mode
        self.why_read_only = access.why_read_only
        self.credential_variable = access.credential_variable
        if self.is_mounted:
            self.tell_place()

    @property
    def inference_keys(self) -> "KeyEntry | None":
        """Where an inference key is taken, None where that plays no part."""
        return None if self._access is None else self._access.inference_keys

    def _greet(self) -> None:
        """Tell where everything is, until it was looked at."""
        keys = self.hints_by_id
        pane = self.collections if self.has_class("-single") else self.documents
        pane.border_subtitle = Content(
            f"New here? {keys['palette'].key} finds every action, {keys['help'].key} lists the keys"
        )

    def end_greeting(self) -> None:
        """Take it that the person knows by now."""
        for pane in (self.collections, self.documents):
            pane.border_subtitle = ""

    def say_instead(self, message: str) -> None:
        """Say what is done, where there are no collections yet."""
        self.forget_seen()
        self.collections.table.placeholder.say(message)

    def say_waiting(self, message: str) -> None:
        """Say what is waited for before there are collections, if it takes more than a moment."""
        self.collections.table.placeholder.wait(message)

    def shut_out(self) -> None:
        """Say that there is no key, and how to go on; the panes stay empty."""
        enter, switch = key_for("key"), key_for("profile")
        self.say_instead(f"No key yet.\n{enter} enters one.\n{switch} switches profiles.")
        self.tell_place()

    def begin(
        self,
        session: "Session",
        collection_id: str | None,
        *,
        is_remembered: bool = False,
        keeps_layouts: bool = False,
    ) -> None:
        """Browse this session from now on, and open a collection.

        One that `is_remembered` was asked for by nobody: it may be gone. `keeps_layouts`: columns,
        sorts and filters are those of earlier sessions, and are kept for later ones.
        """
        from xcoll_tui.ui.event_renderer import EventRenderer  # noqa: PLC0415 - not for the first frame

        self.session = session
        collection_id = self._want(collection_id)
        EventRenderer(self, session)
        self._flows = None
        self.collections.prepare(session.rows.intent_of_collection)
        self.documents.prepare(session.rows.intent_of)
        for pane in (self.collections, self.documents):
            pane.filter.history = session.state.layouts.filters
            pane.may_read_ahead = lambda: session.waiting is None
        self.collections.follow(session.collections)
        start = self._start(
            session, collection_id, is_remembered=is_remembered, keeps_layouts=keeps_layouts
        )
        self.run_worker(start, group="start", name="start")
        self.run_worker(session.follower.run, group="follow", name="follow")
        self.footer.refresh()
        self.tell_place()

    async def _start(
        self,
        session: "Session",
        collection_id: str | None,
        *,
        is_remembered: bool,
        keeps_layouts: bool,
    ) -> None:
        if keeps_layouts:
            await session.state.layouts.load()
            self.keep_preview_as(session.state.layouts.preview)
        # A refused key is told by the pane, as the reason why it has no rows.
        with suppress(Unauthorized):
            await session.start(collection_id)
        problem = None if session.documents is None else session.documents.problem
        if (
            is_remembered
            and collection_id is not None
            and session.opened == collection_id
            and isinstance(problem, NotFound)
        ):
            if collection_id not in session.collections.listing:
                self.tell("The collection that was open last time no longer exists.")
            self._open_resting()
        await asyncio.sleep(_ROWS_FIRST)
        if self.session is session and self.writing is not None:
            await self.writing.tell_earlier()

    def tell_place(self) -> None:
        """Tell in the header where the person is, and how fresh it is."""
        seen_at, now = self.collections.seen_at, self._clock()
        if seen_at is not None:
            self.collections.refresh_title()
        self.header.show(
            place_of(self.session, self.facts, self.mode, now, self._run_key, seen_at=seen_at)
        )
        self.footer.update()

    def _run_key(self) -> str:
        return key_of("run.show", self.app._keymap)  # noqa: SLF001 - as in hints_by_id

    @property
    def inputs(self) -> int:
        """How many keys and clicks there were so far."""
        return int(getattr(self.app, "inputs", 0))

    def _make_way(self) -> None:
        """Let what is said in passing leave the row under the cursor."""
        make_way = getattr(self.app, "make_way", None)
        if make_way is not None:
            make_way()

    def tell_key_refused(self, error: Unauthorized) -> None:
        """Tell the app that the service does not accept the key."""
        self.post_message(KeyRefused(self, error))

    def clear_marks(self) -> None:
        """Unmark all documents."""
        self.documents.table.clear_marks()

    def mark(self, file_ids: Iterable[str]) -> None:
        """Mark documents beside those that are marked."""
        self.documents.table.mark(file_ids)

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        """Say what had to wait until no dialog stood in front."""
        self.tell_held()

    def tell_held(self) -> None:
        """Say what had to wait."""
        self.toasts.tell_held()

    # The focus

    def _hints(self) -> Sequence[Hint]:
        if self.pane.finding:
            return FIND
        if self.pane.filter_bar.editing:
            return FILTER
        marks = len(self.pane.table.marks)
        names = hints_for(
            read_only=self.session is not None and self.session.read_only,
            on_documents=self.pane is self.documents,
            marks=marks,
            is_filtered=self.pane.is_filtered,
        )
        keys = self.hints_by_id
        facts = [Hint("", f"{marks:,} marked", "")] if marks else []
        return [*facts, *(Hint(keys[id_].key, label, keys[id_].action) for id_, label in names)]

    def _on_row_table_marks_changed(self) -> None:
        self.footer.update()

    @cached_property
    def hints_by_id(self) -> dict[str, Hint]:
        """The keys of the rows, of this screen and of the program; they are mapped once."""
        return hints_of(self.app._keymap)  # noqa: SLF001 - Textual has a setter for it and no getter

    async def perform(self, action: str) -> None:
        """Do what a key would do, for the footer and the palette."""
        name = f"action_{action.partition('(')[0]}"
        for node in (self.pane.table, self, self.app):
            if hasattr(node, name):
                await node.run_action(action)
                return

    def _open_palette(self) -> None:
        self.app.action_command_palette()

    # Rows

    def _on_row_table_cursor_moved(self, message: RowTable.CursorMoved) -> None:
        if message.table is self.collections.table:
            self._note_choice()
            self._open_where_cursor_rests()
        else:
            self.watch_rows()
            self.follow_cursor()
        self._make_way()

    def _on_row_table_opened(self, message: RowTable.Opened) -> None:
        table = message.table
        if table is self.collections.table:
            if table.cursor_key is not None:
                self._note_choice()
                self._open_collection(table.cursor_key)
                self._focus_pane(self.documents)
        elif table.cursor_key is not None:
            self._show_details(table.cursor_key)
        else:
            self.documents.load_more()

    def watch_rows(self) -> None:
        """Tell the session which rows are looked at: it follows those first."""
        if self.session is not None:
            table = self.documents.table
            self.session.follower.watch([table.listing.key(row) for row in table.visible_rows()])

    # What the keys do

    def action_sort(self) -> None:
        """Choose what the rows are sorted by, from a list."""
        from xcoll_tui.ui.flows.arrange import choose_sort  # noqa: PLC0415 - not for the first frame

        if self.is_current and self.may("sort.next"):
            self.run_worker(choose_sort(self, self.pane), group="arrange")

    def action_choose_columns(self) -> None:
        """Choose the columns of the documents, and their order."""
        from xcoll_tui.ui.flows.arrange import choose_columns  # noqa: PLC0415 - as above

        if self.is_current and self.may("columns"):
            self._focus_pane(self.documents)
            self.run_worker(choose_columns(self, self.documents), group="arrange")

    def action_reverse(self) -> None:
        """Reverse the order."""
        if self.may("sort.reverse"):
            self.pane.reverse()

    def action_failed_only(self) -> None:
        """Show the failed documents only, or all again."""
        if self.may("filter.failed"):
            self._focus_pane(self.documents)
            self.documents.toggle_failed_only()

    async def action_filter(self) -> None:
        """Type a filter for this pane."""
        await self.pane.open_filter()

    async def action_find(self) -> None:
        """Find something in what is loaded of this pane."""
        await self.pane.find()

    def action_refresh(self) -> None:
        """Read again what is shown, and keep the place; what waits is tried at once."""
        if self.may("refresh"):
            self.end_waits()
            self.pane.refresh_rows()

    def end_waits(self) -> None:
        """Try again at once what waits before it is tried again."""
        if self.session is not None and self.session.waiting is not None:
            self.session.end_waits()

    def action_load_all(self) -> None:
        """Load all that there is."""
        if self.may("load.all"):
            self.pane.load_all()

    def action_properties(self) -> None:
        """Show the details of the collection or the document under the cursor."""
        key = self.cursor_key
        if self.may("show.properties") and key is not None:
            self._show_details(key)

    def _show_details(self, key: str) -> None:
        from xcoll_tui.ui.flows import details  # noqa: PLC0415 - not needed for the first frame

        if self.session is not None:
            if self.pane is self.collections:
                details.show_collection(self, self.session, key, self._clock)
            else:
                table = self.documents.table
                details.DocumentDetails(self, self.session, table, self._clock).open(key)

    def action_copy(self) -> None:
        """Copy the IDs of what is marked, or the one under the cursor."""
        from xcoll_tui.ui.clipboard import copy_text  # noqa: PLC0415 - not for the first frame

        targets = self.targets
        if self.may("copy.id"):
            noun = "ID" if len(targets) == 1 else f"{len(targets):,} IDs"
            copy_text(self.app, "\n".join(targets), self.tell, noun)

    def action_copy_menu(self) -> None:
        """Copy what is marked, or the row under the cursor, in one of several forms."""
        session, targets = self.session, self.targets
        collection_id = None if session is None or self.pane is self.collections else session.opened

        async def copy(_: "WriteFlow") -> None:
            from xcoll_tui.ui.flows.copy import copy_rows  # noqa: PLC0415 - not for the first frame

            if session is not None:
                await copy_rows(self, session, targets, collection_id)

        self._run_flow("copy.menu", copy, targets)

    def action_export(self) -> None:
        """Write documents of the collection that is open to a file."""
        table = self.documents.table
        self._run_flow(
            "export", lambda flow: flow.exporting.export(table.listing, tuple(table.marks))
        )

    # Marks

    def action_mark(self) -> None:
        """Mark or unmark the document under the cursor."""
        if self.may("mark.toggle"):
            self.pane.table.toggle_mark()

    def action_mark_range(self) -> None:
        """Mark from the mark set last to the cursor."""
        if self.may("mark.range"):
            self.pane.table.mark_range()

    def action_mark_all(self) -> None:
        """Mark all that is loaded, and say how much that is."""
        table, feed = self.documents.table, self.documents.feed
        if not self.may("mark.all") or feed is None:
            return
        marked = table.mark_all(is_filtered=self.documents.is_filtered)
        if marked and not feed.listing.complete:
            loaded, more = len(table.marks), key_for("load.all")
            self.tell(f"Marked the {loaded:,} that are loaded. {more} loads all.")

    def action_help(self) -> None:
        """Show every key."""
        self.end_greeting()
        from xcoll_tui.ui.screens.help import HelpScreen  # noqa: PLC0415 - not for the first frame

        self.app.push_screen(HelpScreen(self.hints_by_id, self.preferences.problems))

"""Brings what the session tells onto the main screen: one changed row is one row drawn."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, assert_never

from xcoll_tui.api.models import Document
from xcoll_tui.session.events import (
    ActivityChanged,
    CollectionChanged,
    CollectionOpened,
    Event,
    FilesChanged,
    KeyRefused,
    KeyValidated,
    OutcomeCorrected,
    Progress,
    RequestMade,
    UndoChanged,
    UnfinishedChanged,
    WaitEnded,
    Waiting,
    WriteEvent,
)
from xcoll_tui.session.lists.events import (
    Departure,
    FeedChanged,
    ListEvent,
    RowChanged,
    RowRemoved,
    RowsAppended,
    RowsReset,
)
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.widgets.pane import Pane

if TYPE_CHECKING:
    from textual.app import App

    from xcoll_tui.api.errors import Unauthorized
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.write import WriteFlow
    from xcoll_tui.ui.toasts import Toasts
    from xcoll_tui.ui.widgets.panes import CollectionPane, DocumentPane

_REPAINT = 0.1
"""Seconds between two repaints while pages stream in."""


class Display(Protocol):
    """The main screen, as far as what is told of is drawn on it."""

    collections: "CollectionPane"
    documents: "DocumentPane"
    toasts: "Toasts"

    @property
    def app(self) -> "App[Any]":
        """The app, which knows what dialog stands before it."""

    @property
    def writing(self) -> "WriteFlow | None":
        """The flows of the session, None before there is one."""

    @property
    def is_running(self) -> bool:
        """Whether it is there still."""

    def tell(self, message: str, *, seconds: float | None = None) -> None:
        """Say something in passing."""

    def complain(self, message: str) -> None:
        """Say in passing what failed."""

    def tell_place(self) -> None:
        """Tell in the header where the person is."""

    def watch_rows(self) -> None:
        """Follow the rows in view."""

    def share_troubles(self) -> None:
        """Say once what is wrong with both lists."""
        ...

    def follow_cursor(self) -> None:
        """Show what is under the cursor now."""

    def choose_collection(self) -> None:
        """Open the collection that the cursor is on."""

    def tell_key_refused(self, error: "Unauthorized") -> None:
        """Tell the app that the service does not accept the key."""

    def call_later(self, callback: Callable[[], object]) -> bool:
        """Call back once what is under way on the screen is over."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> object:
        """Call back after so many seconds."""


class EventRenderer:
    """Show a session's changes on the screen's panes, always from the session's state."""

    def __init__(self, screen: "Display", session: "Session") -> None:
        self._screen = screen
        self._session = session
        self._due: dict[Pane[Any], bool] = {}
        """The panes to be drawn again, and whether rows were only added to them."""
        self._changed: set[tuple[Pane[Any], str]] = set()
        self._gone: dict[str, RowRemoved] = {}
        self._told_gone: dict[str, str] = {}
        self._broken = 0
        self._problems_told: set[str] = set()
        session.subscribe(self._on_change)

    def _on_change(self, change: Event) -> None:
        screen = self._screen
        if not screen.is_running:
            return  # a write that is carried through after the program was left
        match change:
            case RowsReset() | RowsAppended() | RowChanged() | RowRemoved() | FeedChanged():
                if not self._show_rows(change):
                    return
                if isinstance(change, FeedChanged | RowsReset):
                    screen.share_troubles()
                screen.follow_cursor()
            case CollectionOpened():
                screen.documents.open(
                    self._session.collection,
                    self._session.documents,
                    self._session.state.layouts.of(change.collection_id),
                )
                screen.share_troubles()
                screen.watch_rows()
                screen.follow_cursor()
            case CollectionChanged():
                screen.documents.describe(self._session.collection)
                screen.follow_cursor()
            case KeyRefused():
                screen.tell_key_refused(change.error)
            case RequestMade():
                return  # it is for the activity; a wait that it ends is told by itself
            case KeyValidated() | Waiting() | WaitEnded() | FilesChanged():
                pass  # they stand in the header alone; the screens of files see to theirs
            case _:
                self._show_write(change)
        screen.tell_place()

    def _show_write(self, change: WriteEvent) -> None:
        match change:
            case Progress():
                self._show_in_dialog()
                if self._screen.writing is not None:
                    self._screen.writing.note_progress(change.run)
            case ActivityChanged() | UndoChanged():
                self._show_in_dialog()
                self._tell_problems()
            case OutcomeCorrected():
                if self._screen.writing is not None:
                    self._screen.writing.tell_corrected(change.outcome)
            case UnfinishedChanged():
                self._tell_unfinished()
            case _:
                assert_never(change)

    def _tell_problems(self) -> None:
        """Say once what is wrong with what is kept on disk."""
        for problem in self._session.state.problems:
            if problem not in self._problems_told:
                self._problems_told.add(problem)
                self._screen.tell(problem, seconds=12)

    def _tell_unfinished(self) -> None:
        before, unfinished = self._broken, self._session.unfinished
        self._broken = sum(not record.is_live for record in unfinished)
        if self._broken > before:
            self._screen.complain(_broken_words(self._broken))

    def _redraw_soon(self, pane: Pane[Any], key: str) -> None:
        # A run changes hundreds of rows a second, each several times; a key must not wait for them.
        if not self._changed:
            self._screen.set_timer(_REPAINT, self._redraw_changed)
        self._changed.add((pane, key))

    def _redraw_changed(self) -> None:
        changed, self._changed = self._changed, set()
        for pane, key in changed:
            pane.row_changed(key)
        self._screen.follow_cursor()
        for pane in {pane for pane, _ in changed}:
            pane.refresh_title()
        self._screen.tell_place()

    def _show_in_dialog(self) -> None:
        *_, dialog = stack = self._screen.app.screen_stack
        if len(stack) == 1:
            return
        # None of these is imported for the first rows.
        from xcoll_tui.ui.screens.activity import ActivityScreen  # noqa: PLC0415
        from xcoll_tui.ui.screens.run import RunScreen  # noqa: PLC0415
        from xcoll_tui.ui.screens.undo_log import UndoLogScreen  # noqa: PLC0415

        if isinstance(dialog, RunScreen | ActivityScreen | UndoLogScreen):
            dialog.draw_again()

    def _show_rows(self, change: ListEvent) -> bool:
        """Show what happened to a list; False where that is nothing, or is shown later."""
        pane = self._pane_of(change)
        if pane is None:
            return False
        if isinstance(change, RowChanged | RowRemoved):
            self._show_in_details(change)
        if isinstance(change, RowChanged) and self._session.running:
            self._redraw_soon(pane, change.key)
            return False
        self._show(pane, change)
        return not isinstance(change, RowsAppended)

    def _show_in_details(self, change: RowChanged | RowRemoved) -> None:
        _, *dialogs = self._screen.app.screen_stack
        if not dialogs:
            return
        from xcoll_tui.ui.screens.details import DetailsScreen  # noqa: PLC0415 - as above

        for screen in dialogs:
            if isinstance(screen, DetailsScreen) and screen.key == change.key:
                screen.note_change(gone=isinstance(change, RowRemoved))

    def _pane_of(self, change: ListEvent) -> Pane[Any] | None:
        if change.collection_id is None:
            return self._screen.collections
        pane = self._screen.documents
        is_shown = pane.feed is not None and pane.feed.collection_id == change.collection_id
        return pane if is_shown else None

    def _show(self, pane: Pane[Any], change: ListEvent) -> None:
        match change:
            case RowChanged():
                pane.row_changed(change.key)
                pane.refresh_title()
            case RowsAppended():
                self._withdraw_gone(pane)
                self._repaint_soon(pane, added=True)
            case RowRemoved():
                pane.row_removed(change.key)
                self._repaint_soon(pane, added=False)
                if pane is self._screen.collections:
                    self._screen.call_later(self._screen.choose_collection)
                # What was removed here is told by whoever removed it.
                if change.departure is Departure.ELSEWHERE:
                    self._tell_gone(change)
            case FeedChanged():
                pane.state_changed()
            case RowsReset():
                self._withdraw_gone(pane)
                pane.rows_came()
                if pane is self._screen.collections:
                    self._screen.choose_collection()
            case _:
                assert_never(change)

    def _tell_gone(self, change: RowRemoved) -> None:
        if not self._gone:
            self._screen.call_later(self._tell_gone_at_once)
        self._gone[change.key] = change

    def _tell_gone_at_once(self) -> None:
        """Tell in one sentence of all that went at once."""
        removals, self._gone = self._gone, {}
        removals = {key: removal for key, removal in removals.items() if not self._is_back(removal)}
        if not removals:
            return
        first = next(iter(removals.values()))
        name = _name_of(first)
        sentence = f"{name} {first.departure}"
        if len(removals) > 1:
            sentence = f"{name} and {len(removals) - 1:,} more were removed elsewhere"
        self._screen.tell(sentence)
        self._told_gone = {**self._told_gone, **dict.fromkeys(removals, sentence)}

    def _is_back(self, change: RowRemoved) -> bool:
        pane = self._pane_of(change)
        return pane is not None and pane.feed is not None and change.key in pane.feed.listing

    def _withdraw_gone(self, pane: Pane[Any]) -> None:
        """Take back what was told of rows that are there again."""
        back = {
            key: sentence
            for key, sentence in self._told_gone.items()
            if pane.feed is not None and key in pane.feed.listing
        }
        for key, sentence in back.items():
            del self._told_gone[key]
            self._screen.toasts.withdraw(sentence)

    def _repaint_soon(self, pane: Pane[Any], *, added: bool) -> None:
        first = not self._due
        self._due[pane] = added and self._due.get(pane, True)
        busy = pane.loading_all is not None or bool(self._session.running)
        if first and busy:
            self._screen.set_timer(_REPAINT, self._repaint_due)
        elif first:
            self._screen.call_later(self._repaint_due)

    def _repaint_due(self) -> None:
        due, self._due = self._due, {}
        for pane, added in due.items():
            pane.rows_came(added=added)
        self._screen.follow_cursor()
        self._screen.tell_place()


def _name_of(change: RowRemoved) -> str:
    """Return the name of what went, with the ID by which it could be attached again."""
    row, shown = change.row, clean(change.key, 60)
    name = row.name if isinstance(row, Document) else getattr(row, "collection_name", "")
    return f"{clean(name.strip(), 60)} ({shown})" if name.strip() else shown


def _broken_words(count: int) -> str:
    """Say that replacements broke off: some of their documents may be in no collection now."""
    many, its, them = (
        ("A replacement was", "its", "it")
        if count == 1
        else (f"{count:,} replacements were", "their", "them")
    )
    return (
        f"{many} interrupted halfway. Both versions of {its} fields are kept; "
        f"{key_for('write.finish')} shows {them}, and finishes {them}."
    )

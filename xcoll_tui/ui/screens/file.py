"""The facts of one file of the team, and the collections that hold it."""

from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.retrieval_models import StoredFile
from xcoll_tui.ui.clipboard import copy_text
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.fact_lines import fact_lines
from xcoll_tui.ui.presentation.file_lines import file_section, is_known, looked_at_words
from xcoll_tui.ui.presentation.files_view import FileDesk
from xcoll_tui.ui.presentation.search_state import Jump
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.dialog import show_hints
from xcoll_tui.ui.screens.table_dialog import TableDialog
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable
from xcoll_tui.ui.work import restart_work

_UNASKED = 50
"""So many collections are asked as soon as a file is opened; more only when a key says so."""


class _UseTable(RowTable[str]):
    """Collections, by ID."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "screen.open", "Go to the document", id="file.jump"),
    ]


class FileScreen(TableDialog[Jump, str]):
    """Show a file; returns the document to go to, None for none."""

    TELLS = True
    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", id="file.close"),
        Binding("w", "look_up", "Where it is used", id="file.look_up"),
        Binding("d,delete", "delete", "Delete the file", id="file.delete"),
        Binding("c,y", "copy", "Copy the ID", id="file.copy"),
    ]

    def __init__(self, file: StoredFile, desk: FileDesk, now: float) -> None:
        super().__init__()
        self._file = file
        self._desk = desk
        self._now = now
        self._is_looking = False
        self._problem = ""
        self._facts = Static(id="file-facts")
        self._state = Static(id="file-state")
        self._table = _UseTable(
            (
                Column[str]("name", "Used in", lambda one: Cell(desk.name_of(one)), 20, 60),
                Column[str]("id", "Collection ID", lambda one: Cell(one, "quiet"), 12, 48),
            )
        )
        self._frame = Vertical(self._facts, self._state, self._table, id="file")

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest where that is little."""
        self._table.focus()
        self.draw_again()
        desk = self._desk
        is_use_known = is_known(desk.use_of(self._file.id), desk.team_ids)
        if not is_use_known and 0 < len(desk.listed_ids()) <= _UNASKED:
            self.action_look_up()

    def on_resize(self) -> None:
        """Break the lines of another width."""
        self.call_after_refresh(self.draw_again)

    def _draw(self) -> None:
        """Show what is known of the file now; close where it was deleted."""
        file, desk = self._file, self._desk
        if file.id not in desk.view().files:
            self.finish()
            return
        self._frame.border_title = Content(clean(file.filename or file.id, 200))
        hints = [("g Row", "open"), ("w Where used", "look_up")]
        if not desk.why_read_only:
            hints.append(("d Delete", "delete"))
        room = max(30, self._frame.size.width - 2)
        self._frame.border_subtitle = show_hints(
            *hints, ("c Copy ID", "copy"), ("esc Close", "close"), room=room
        )
        sections = [file_section(file, self._now)]
        self._facts.update(fact_lines(sections, max(40, self._frame.size.width - 4)).rstrip())
        self._state.update(self._state_content())
        use = desk.use_of(file.id)
        placeholder = self._table.placeholder
        if self._is_looking and not use.collection_ids:
            placeholder.wait("Asking…")
        elif use.is_orphan(desk.team_ids):
            placeholder.say("No collection of the team holds it: it is an orphan.")
        else:
            placeholder.say("No collection is known to hold it.\nw asks those that are loaded.")
        self._show_rows(FixedRows(lambda one: one, use.collection_ids))

    def _state_content(self) -> Content:
        desk = self._desk
        if self._file.id in desk.deleting:
            return Content.from_markup("[$warning]◌ It is being deleted…[/]")
        if self._problem:
            return Content.from_markup("[$error]✗ $problem[/]", problem=self._problem)
        count = len(desk.listed_ids())
        if self._is_looking:
            return Content.from_markup("[$warning]◌ Asking $n collections…[/]", n=f"{count:,}")
        words = looked_at_words(desk.use_of(self._file.id), desk.team_ids, count)
        return Content.from_markup("[$quiet]$words[/]", words=words)

    def action_look_up(self) -> None:
        """Ask the collections that are loaded whether they hold it."""
        self._is_looking, self._problem = True, ""
        self.draw_again()
        restart_work(self, "look up", self._look_up)

    async def _look_up(self) -> None:
        try:
            await self._desk.look_up([self._file.id], lambda _done: None)
        except ApiError as error:
            self._problem = f"Where it is used could not be read: {sentence_of(error)}"
        self._is_looking = False
        self.draw_again()

    def action_open(self) -> None:
        """Go to the document that the collection under the cursor has of it."""
        collection_id = self._table.row
        if collection_id is not None:
            self.finish(Jump(collection_id, self._file.id, self._file.filename))

    def action_delete(self) -> None:
        """Ask whether it is to be deleted."""
        self._desk.delete(self._file)

    def action_copy(self) -> None:
        """Copy the ID."""
        copy_text(self.app, self._file.id, partial(self.notify, markup=False))

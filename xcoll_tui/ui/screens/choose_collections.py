"""A dialog that offers collections to mark: those that a question is asked of."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.search_state import CollectionChoice
from xcoll_tui.ui.screens.dialog import show_hints
from xcoll_tui.ui.screens.table_dialog import TableDialog
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable

_COLUMNS = (
    Column[CollectionChoice]("name", "Collection", lambda row: Cell(row.name), 20, 60),
    Column[CollectionChoice](
        "documents", "Documents", lambda row: Cell(row.documents, "quiet"), 9, 14, right=True
    ),
)


class ChooseCollectionsScreen(TableDialog[tuple[str, ...], CollectionChoice]):
    """Return the IDs of the collections that are marked, in their order; None for a change of mind.

    Where none is marked it is the one under the cursor.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Cancel", id="collections.cancel"),
        Binding("space", "mark", "Mark", id="collections.mark"),
        Binding("asterisk", "mark_all", "Mark all", id="collections.mark_all"),
    ]

    def __init__(self, choices: Sequence[CollectionChoice], chosen: Sequence[str]) -> None:
        super().__init__()
        self._rows = FixedRows[CollectionChoice](lambda row: row.collection_id, choices)
        self._chosen = chosen
        self._table = RowTable(_COLUMNS, markable=True)
        self._frame = Vertical(self._table, id="pick")

    def on_mount(self) -> None:
        """Show the collections, and mark those that are asked now."""
        hints = (("⏎ Ask these", "open"), ("space Mark", "mark"), ("* All", "mark_all"))
        self._frame.border_subtitle = show_hints(*hints, ("esc Cancel", "close"))
        self._table.focus()
        self._show_rows(self._rows)
        self._table.mark(self._chosen)
        if self._chosen:
            self._table.move_to(self._rows.index_of(self._chosen[0]) or 0)

    def _on_row_table_marks_changed(self) -> None:
        marked = format_many(len(self._table.marks), "collection")
        self._frame.border_title = Content(f"Ask {marked} at once")

    def action_open(self) -> None:
        """Ask those that are marked."""
        marks, rows = self._table.marks, self._rows
        marked = [one for at in range(len(rows)) if (one := rows.row(at).collection_id) in marks]
        under = self._table.cursor_key
        self.finish(tuple(marked) or ((under,) if under else None))

    def action_mark(self) -> None:
        """Mark the collection under the cursor, or unmark it."""
        self._table.toggle_mark()

    def action_mark_all(self) -> None:
        """Mark all, or none again."""
        self._table.mark_all()

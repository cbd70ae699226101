"""The undo log: what was written, newest first; pick what to undo, or read why it cannot be."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from xcoll_tui.ui.presentation.undo_lines import UndoRow
from xcoll_tui.ui.screens.dialog import show_hints
from xcoll_tui.ui.screens.table_dialog import TableDialog
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable


class UndoLogScreen(TableDialog[str, UndoRow]):
    """Return the key of what is to be undone, None for nothing.

    `rows` is asked at the start and at `draw_again`.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,U", "close", "Close", id="undo.close"),
    ]

    def __init__(self, rows: Callable[[], Sequence[UndoRow]]) -> None:
        super().__init__()
        self._rows = rows
        self._table = RowTable(_COLUMNS, show_header=False, note=lambda row: row.note)
        self._frame = Vertical(self._table, id="undo-log")

    def on_mount(self) -> None:
        """Show what there is."""
        self._frame.border_title = "Undo"
        self._frame.border_subtitle = show_hints(("⏎ Undo it…", "open"), ("esc Close", "close"))
        self._table.placeholder.say("Nothing has been written yet, or it is too old to undo.")
        self._table.focus()
        self._draw()

    def _draw(self) -> None:
        self._show_rows(FixedRows(lambda row: row.key, self._rows()))

    def action_open(self) -> None:
        """Undo what is under the cursor; it is asked first."""
        self.finish(self._table.cursor_key)


_COLUMNS = (
    Column[UndoRow]("what", "", lambda row: Cell(row.title), 16, 90),
    Column[UndoRow]("state", "", lambda row: Cell(row.state, row.tone), 10, 20),
    Column[UndoRow]("when", "", lambda row: Cell(row.when, "quiet"), 8, 20),
)

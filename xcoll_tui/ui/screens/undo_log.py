"""The undo log: what was written, newest first; pick what to undo, or read why it cannot be."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from xcoll_tui.ui.presentation.undo_lines import UndoRow
from xcoll_tui.ui.screens.dialog import Dialog, show_hints
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable

_MEASURED = 100


class UndoLogScreen(Dialog[str]):
    """Return the key of what is to be undone, None for nothing.

    `rows` is asked at the start and at `refresh_rows`.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,U", "close", "Close", id="undo.close"),
    ]

    def __init__(self, rows: Callable[[], Sequence[UndoRow]]) -> None:
        super().__init__()
        self._rows = rows
        self._table: RowTable[UndoRow] = RowTable(_COLUMNS, show_header=False, note=_note)
        self._frame = Vertical(self._table, id="undo-log")

    def on_mount(self) -> None:
        """Show what there is."""
        self._frame.border_title = "Undo"
        self._frame.border_subtitle = show_hints(("⏎ Undo it…", "pick"), ("esc Close", "close"))
        self._table.placeholder.say("Nothing has been written yet, or it is too old to undo.")
        self._table.focus()
        self._draw()

    def refresh_rows(self) -> None:
        """Show what there is now."""
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        rows = FixedRows(lambda row: row.key, self._rows())
        self._table.layout_of.measure(rows.row(i) for i in range(min(_MEASURED, len(rows))))
        self._table.show(rows)

    def _on_row_table_opened(self) -> None:
        self.action_pick()

    def action_pick(self) -> None:
        """Undo what is under the cursor; it is asked first."""
        self.finish(self._table.cursor_key)


def _note(row: UndoRow) -> str | None:
    return row.note or None


_COLUMNS = (
    Column[UndoRow]("what", "", lambda row: Cell(row.title), 16, 90),
    Column[UndoRow]("state", "", lambda row: Cell(row.state, row.tone), 10, 20),
    Column[UndoRow]("when", "", lambda row: Cell(row.when, "quiet"), 8, 20),
)

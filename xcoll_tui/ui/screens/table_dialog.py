"""The base of dialogs about a table: what it shows, and what is done to the row at the cursor."""

from abc import abstractmethod
from typing import Generic, TypeVar

from xcoll_tui.ui.screens.dialog import Dialog
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable

T = TypeVar("T")
Row = TypeVar("Row")

_MEASURED = 100
"""So many rows at the top say how wide the columns are."""


class TableDialog(Dialog[T], Generic[T, Row]):
    """A dialog about a table; Enter and a double click do what `action_open` does."""

    _table: RowTable[Row]

    def _show_rows(self, rows: FixedRows[Row]) -> None:
        self._table.layout_of.measure(rows.row(at) for at in range(min(_MEASURED, len(rows))))
        self._table.show(rows)

    def _on_row_table_opened(self) -> None:
        self.action_open()

    @abstractmethod
    def action_open(self) -> None:
        """Do what the dialog is for to the row under the cursor."""

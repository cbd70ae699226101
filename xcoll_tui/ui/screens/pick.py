"""A dialog that offers a list to pick one from."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.dialog import show_hints
from xcoll_tui.ui.screens.table_dialog import TableDialog
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable


class Pickable(NamedTuple):
    """One choice."""

    key: str
    name: str
    facts: str
    note: str = ""
    """What to know before it is picked."""


ALL = "*"
"""What is returned where all are chosen at once."""


class PickScreen(TableDialog[str, Pickable]):
    """Return the key of the choice, None for none.

    ALL is returned by `A`, where `all_label` says what that does.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Cancel", id="pick.cancel"),
        Binding("A", "all", "All at once", id="pick.all", show=False),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Pickable],
        verb: str,
        *,
        all_label: str = "",
        first: str | None = None,
    ) -> None:
        """Offer the choices; the cursor begins on the one with the key `first`, else at the top."""
        super().__init__()
        self._table = RowTable(_COLUMNS, show_header=False, note=lambda row: row.note)
        self._frame = Vertical(self._table, id="pick")
        self._rows = FixedRows(lambda row: row.key, choices)
        self._title = title
        self._hints = [(f"⏎ {verb}", "open"), ("esc Cancel", "close")]
        self._all_label = all_label
        self._first = first

    def on_mount(self) -> None:
        """Show the choices."""
        self._frame.border_title = Content(clean(self._title, 200))
        if self._all_label:
            self._hints.insert(1, (f"A {self._all_label}", "all"))
        self._frame.border_subtitle = show_hints(*self._hints)
        self._table.focus()
        self._draw()
        at = None if self._first is None else self._rows.index_of(self._first)
        if at is not None:
            self._table.move_to(at)

    def change(self, choices: Sequence[Pickable]) -> None:
        """Show other choices, or more of what is known of them; the cursor stays on its row."""
        self._rows = FixedRows(lambda row: row.key, choices)
        self.draw_again()

    def _draw(self) -> None:
        self._show_rows(self._rows)

    def action_open(self) -> None:
        """Pick what is under the cursor."""
        self.finish(self._table.cursor_key)

    def action_all(self) -> None:
        """Pick all of them."""
        if self._all_label:
            self.finish(ALL)


_COLUMNS = (
    Column[Pickable]("name", "", lambda row: Cell(row.name), 20, 60),
    Column[Pickable]("facts", "", lambda row: Cell(row.facts, "quiet"), 20, 60),
)

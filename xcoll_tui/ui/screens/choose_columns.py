"""A dialog to choose columns, and to put them in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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

_CORNERS = 4
"""Cells of an edge that hold no text."""


@dataclass(frozen=True)
class ColumnChoice:
    """A column that may be shown."""

    key: str
    label: str
    facts: str
    chosen: bool


class Chosen(NamedTuple):
    """The keys of the columns, in their order; None for those that come by themselves."""

    columns: tuple[str, ...] | None


class ChooseColumnsScreen(TableDialog[Chosen, ColumnChoice]):
    """Return the columns that were chosen; None where nothing is to change."""

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Cancel", id="columns.cancel"),
        Binding("space", "show", "Show or hide", id="columns.show"),
        Binding("J,shift+down", "shift(1)", "Move down", id="columns.down"),
        Binding("K,shift+up", "shift(-1)", "Move up", id="columns.up"),
        Binding("r", "reset", "Reset to the default", id="columns.reset"),
    ]

    def __init__(self, title: str, choices: Iterable[ColumnChoice]) -> None:
        super().__init__()
        self._choices = list(choices)
        self._table = RowTable(_COLUMNS, show_header=False)
        self._frame = Vertical(self._table, id="pick")
        self._title = title

    def on_mount(self) -> None:
        """Show the choices."""
        self._frame.border_title = Content(clean(self._title, 200))
        self._table.focus()
        self._draw()

    def on_resize(self) -> None:
        """Show as many keys as there is room for."""
        self.call_after_refresh(self._show_keys)

    def _show_keys(self) -> None:
        self._frame.border_subtitle = show_hints(
            ("⏎ Use", "open"),
            ("space Show", "show"),
            ("J K Move", "shift(1)"),
            ("r Reset", "reset"),
            ("esc Cancel", "close"),
            room=self._frame.outer_size.width - _CORNERS,
        )

    def _draw(self) -> None:
        self._show_rows(FixedRows(lambda choice: choice.key, self._choices))

    def action_open(self) -> None:
        """Show what is chosen."""
        self.finish(Chosen(tuple(choice.key for choice in self._choices if choice.chosen)))

    def action_reset(self) -> None:
        """Show the columns that come by themselves."""
        self.finish(Chosen(None))

    def action_show(self) -> None:
        """Show the column under the cursor, or leave it out; go on to the next."""
        at = self._table.cursor
        choice = self._choices[at]
        self._choices[at] = replace(choice, chosen=not choice.chosen)
        self._draw()
        self._table.move_to(at + 1)

    def action_shift(self, step: int) -> None:
        """Move the column under the cursor down or up."""
        at = self._table.cursor
        to = at + step
        if 0 <= to < len(self._choices):
            self._choices[at], self._choices[to] = self._choices[to], self._choices[at]
            self._draw()


def _label(choice: ColumnChoice) -> Cell:
    return Cell(f"{'✓' if choice.chosen else ' '} {choice.label}")


_COLUMNS: Sequence[Column[ColumnChoice]] = (
    Column("label", "", _label, 20, 50),
    Column("facts", "", lambda choice: Cell(choice.facts, "quiet"), 10, 40),
)

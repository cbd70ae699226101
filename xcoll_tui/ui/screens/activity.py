"""The activity: writes and requests, newest first, with what can still be done about each."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from xcoll_tui.ui.clipboard import copy_text
from xcoll_tui.ui.presentation.activity_lines import ActivityLine
from xcoll_tui.ui.screens.dialog import show_hints
from xcoll_tui.ui.screens.table_dialog import TableDialog
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable


class ActivityScreen(TableDialog[str, ActivityLine]):
    """Show the writes, or the requests.

    Returns "undo" when the newest write is to be undone, or the key of a run to be opened.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,at", "close", "Close", id="activity.close"),
        Binding("tab", "other", "Writes or requests", id="activity.other"),
        Binding("z", "undo", "Undo the newest that can be undone", id="activity.undo"),
        Binding("c,y", "copy", "Copy", id="activity.copy"),
    ]

    def __init__(
        self,
        writes: Callable[[], Sequence[ActivityLine]],
        requests: Callable[[], Sequence[ActivityLine]],
    ) -> None:
        super().__init__()
        self._sources = (writes, requests)
        self._shown = 0
        self._table = RowTable(_COLUMNS, show_header=False, note=lambda line: line.message)
        self._frame = Vertical(self._table, id="activity")

    def on_mount(self) -> None:
        """Show the writes, or the requests where nothing was written yet."""
        self._table.focus()
        if not self._sources[0]():
            self._shown = 1
        self._draw()

    def _draw(self) -> None:
        lines = self._sources[self._shown]()
        name, other = ("Writes", "requests") if self._shown == 0 else ("Requests", "writes")
        self._frame.border_title = Content(f"Activity: {name}")
        has_runs = any(line.opens for line in lines)
        self._frame.border_subtitle = show_hints(
            *([("⏎ Open the run", "open_run")] if has_runs else []),
            (f"Tab {other}", "other"),
            ("c Copy", "copy"),
            ("z Undo", "undo"),
            ("esc Close", "close"),
        )
        self._table.placeholder.say(f"No {name.lower()} yet.")
        self._show_rows(FixedRows(lambda line: line.key, lines))

    def action_open(self) -> None:
        """Open the list of the run under the cursor."""
        line = self._table.row
        if line is not None and line.opens:
            self.finish(line.key)

    action_open_run = action_open
    """By this name the hint says it: what a run is opened by is in the bytes of its picture."""

    def action_other(self) -> None:
        """Change between writes and requests."""
        self._shown = 1 - self._shown
        self._table.layout_of.forget()
        self._draw()
        self._table.action_first()

    def action_undo(self) -> None:
        """Undo."""
        self.finish("undo")

    def action_copy(self) -> None:
        """Copy the ID, or the request."""
        line = self._table.row
        if line is not None:
            copy_text(self.app, line.copied, partial(self.notify, markup=False))


_COLUMNS = (
    Column[ActivityLine]("what", "", lambda line: Cell(line.title), 20, 90),
    Column[ActivityLine]("outcome", "", lambda line: Cell(line.outcome, line.tone), 8, 32),
    Column[ActivityLine]("at", "", lambda line: Cell(line.at, "quiet"), 8, 12),
    Column[ActivityLine]("left", "", lambda line: Cell(line.left, "quiet"), 4, 20),
)

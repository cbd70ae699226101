"""Many writes at once: how far they are, and what became of each; stays until it is closed."""

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from xcoll_tui.ui.presentation.run_lines import SEPARATOR, RunRow, RunView
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.dialog import Dialog, show_hints
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable

_BAR = 12
"""Cells that a bar has at least where the numbers stand behind it."""
_MEASURED = 200
"""So many rows at the top say how wide the columns are."""


class ProgressBar(Widget):
    """Done, failed and left of a whole, by length and in numbers; the numbers are never cut.

    They stand behind the bar, or below it where there is no room for both.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bar--done", "bar--failed", "bar--left"}

    def __init__(self) -> None:
        super().__init__()
        self._view: RunView | None = None

    def show(self, view: RunView) -> None:
        """Show a run as it stands."""
        width = self.size.width
        before = len(self._lines(width))
        self._view = view
        self.refresh(layout=len(self._lines(width)) != before)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Take a line for the bar, and more for numbers that do not fit behind it."""
        return 1 + len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """Draw the bar, and the numbers behind or below it."""
        width, base = self.size.width, self.rich_style
        view, lines = self._view, self._lines(width)
        if view is None or y > len(lines):
            return Strip.blank(width, base)
        if y > 0:
            return Strip([Segment(lines[y - 1], base)]).adjust_cell_length(width, base)
        tally = "" if lines else f"  {SEPARATOR.join(self._numbers())}"
        room = max(0, width - len(tally))
        total = max(1, view.total)
        done = room * view.done // total
        failed = min(room - done, -(-room * view.failed // total))

        def style(name: str) -> Style:
            return base + self.get_component_rich_style(f"bar--{name}", partial=True)

        return Strip(
            [
                Segment("━" * done, style("done")),
                Segment("━" * failed, style("failed")),
                Segment("─" * (room - done - failed), style("left")),
                Segment(tally, base),
            ]
        ).adjust_cell_length(width, base)

    def _numbers(self) -> list[str]:
        view = self._view
        if view is None:
            return []
        numbers = view.tally.split(SEPARATOR)
        if view.rate >= 0.05 and not view.over:
            numbers.append(f"{view.rate:.0f}/s" if view.rate >= 10 else f"{view.rate:.1f}/s")
        return numbers

    def _lines(self, width: int) -> list[str]:
        """Return the lines below the bar; none where the numbers fit behind it."""
        numbers = self._numbers()
        if len(SEPARATOR.join(numbers)) + 2 + _BAR <= width:
            return []
        lines = numbers[:1]
        for number in numbers[1:]:
            longer = f"{lines[-1]}{SEPARATOR}{number}"
            if len(longer) > width:
                lines.append(number)
            else:
                lines[-1] = longer
        return lines


class RunScreen(Dialog[str]):
    """Follow a run; returns "retry" when its failures are to be tried again.

    ``view`` is asked for the run as it stands, at `refresh_run` and at the start; ``cancel`` stops
    what is unsent. Esc only hides the dialog.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "hide", "Hide", id="run.hide"),
        Binding("r", "retry", "Retry the failures", id="run.retry"),
        Binding("x", "cancel", "Cancel what is unsent", id="run.cancel"),
    ]

    def __init__(self, view: Callable[[], RunView], cancel: Callable[[], None]) -> None:
        super().__init__()
        self._ask = view
        self._cancel = cancel
        self._bar = ProgressBar()
        self._table: RowTable[RunRow] = RowTable(_COLUMNS, show_header=False, note=_note)
        self._frame = Vertical(self._bar, self._table, id="run")
        self._rows = FixedRows[RunRow](lambda row: row.key)
        self._corrected = 0

    def compose(self) -> ComposeResult:
        """Put the bar above the list."""
        yield self._frame

    def on_mount(self) -> None:
        """Show the run as it stands."""
        self._table.focus()
        self._table.show(self._rows)
        self._draw()

    def refresh_run(self) -> None:
        """Ask for the run and show it; what has not changed is not drawn again."""
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        view = self._ask()
        self._frame.border_title = Content(clean(view.title, 200))
        hints = [("esc Close" if view.over else "esc Hide", "hide")]
        if view.over and view.can_retry:
            hints.insert(0, ("r Retry the failures", "retry"))
        if not view.over:
            hints.insert(0, ("x Cancel what is unsent", "cancel"))
        self._frame.border_subtitle = show_hints(*hints, note=clean(view.note, 100))
        self._bar.show(view)
        before = len(self._rows)
        if view.ended > before:
            new = view.rows_from(before)
            self._rows.extend(new)
            self._table.layout_of.measure(new[: max(0, _MEASURED - before)])
            self._table.show(self._rows)
        if view.corrected > self._corrected:
            for row in view.rows_corrected(self._corrected):
                self._rows.put(row)
                self._table.row_changed(row.key)
            self._corrected = view.corrected

    def action_hide(self) -> None:
        """Go back to the rows; the run goes on."""
        self.finish()

    def action_retry(self) -> None:
        """Try the failures again, with what was typed."""
        view = self._ask()
        if view.over and view.can_retry:
            self.finish("retry")

    def action_cancel(self) -> None:
        """Stop what has not been sent."""
        if not self._ask().over:
            self._cancel()
            self.refresh_run()


def _note(row: RunRow) -> str | None:
    return row.message or None


_COLUMNS = (
    Column[RunRow]("name", "Name", lambda row: Cell(row.name), 20, 60),
    Column[RunRow]("outcome", "", lambda row: Cell(f"{row.glyph} {row.word}", row.tone), 10, 24),
    Column[RunRow]("said", "", lambda row: Cell(row.message, "quiet"), 12, 200, stretch=True),
)

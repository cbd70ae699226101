"""Many writes at once: how far they are, and what became of each; stays until it is closed."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.session.writes.outcome import UNSENT
from xcoll_tui.ui.presentation.run_lines import RunRow, RunView
from xcoll_tui.ui.presentation.text import clean, copied_failures
from xcoll_tui.ui.screens.dialog import Dialog, show_hints
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.failures_first import FailuresFirst
from xcoll_tui.ui.widgets.progress_bar import BarFacts, ProgressBar
from xcoll_tui.ui.widgets.row_table import RowTable

_MEASURED = 200
"""So many rows at the top say how wide the columns are."""


class RunScreen(Dialog[str]):
    """Follow a run; returns "retry" when its failures are to be tried again.

    ``view`` is asked for the run as it stands, at `draw_again` and at the start; ``cancel`` stops
    what is unsent. Esc only hides the dialog. Failures stand first, and below the list stands all
    that is known of the row under the cursor.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "hide", "Hide", id="run.hide"),
        Binding("r", "retry", "Retry the failures", id="run.retry"),
        Binding("x", "cancel", "Cancel what is unsent", id="run.cancel"),
        Binding("c,y", "copy", "Copy the failed IDs", id="run.copy"),
    ]

    def __init__(self, view: Callable[[], RunView], cancel: Callable[[], None]) -> None:
        super().__init__()
        self._ask = view
        self._cancel = cancel
        self._bar = ProgressBar()
        self._table: RowTable[RunRow] = RowTable(_COLUMNS, show_header=False)
        self._row_text = Static(id="run-row-text")
        row_scroll = VerticalScroll(self._row_text, id="run-row", can_focus=False)
        self._frame = Vertical(self._bar, self._table, row_scroll, id="run")
        self._rows = FailuresFirst[RunRow](lambda row: row.key, lambda row: row.is_failure)
        self._corrected = 0
        self._row_shown: RunRow | None = None

    def on_mount(self) -> None:
        """Show the run as it stands."""
        self._table.focus()
        self._table.show(self._rows)
        self._draw()

    def _draw(self) -> None:
        view = self._ask()
        self._frame.border_title = Content(clean(view.title, 200))
        hints = [("esc Close" if view.over else "esc Hide", "hide")]
        if view.failed:
            hints.insert(0, (f"c Copy the failed {view.noun}s", "copy"))
        if view.over and view.can_retry:
            hints.insert(0, ("r Retry the failures", "retry"))
        if not view.over:
            hints.insert(0, ("x Cancel what is unsent", "cancel"))
        self._frame.border_subtitle = show_hints(*hints, note=clean(view.note, 100))
        self._bar.show(BarFacts(view.total, view.done, view.failed, view.numbers))
        self._draw_rows(view)
        self._draw_row()

    def _draw_rows(self, view: RunView) -> None:
        before = len(self._rows)
        moved = view.ended > before
        if moved:
            new = view.rows_from(before)
            self._rows.extend(new)
            self._table.layout_of.measure(new[: max(0, _MEASURED - before)])
        if view.corrected > self._corrected:
            for row in view.rows_corrected(self._corrected):
                if self._rows.put(row):
                    moved = True
                else:
                    self._table.row_changed(row.key)
            self._corrected = view.corrected
        if moved:
            # Who has not left the top is shown what comes to stand there: the first failures.
            self._table.show(self._rows, home=self._table.cursor == 0)

    def _draw_row(self) -> None:
        row = self._table.row
        if row is None or row == self._row_shown:
            return
        self._row_shown = row
        content = Content.from_markup(
            "[$quiet]$id[/]$name" if row.name == row.key else "$name  [$quiet]$id[/]",
            id=clean(row.key.removeprefix(UNSENT), 200),
            name="" if row.name == row.key else clean(row.name, 200),
        )
        if row.message:
            content += Content(f"\n{clean(row.message, 10_000)}")
        self._row_text.update(content)

    def _on_row_table_cursor_moved(self) -> None:
        self._draw_row()

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
            self.draw_again()

    def action_copy(self) -> None:
        """Copy the IDs of what failed, a line each."""
        view = self._ask()
        failed = view.failed_ids()
        if failed:
            self.app.copy_to_clipboard("\n".join(failed))
        self.notify(copied_failures(len(failed), view.noun), markup=False)


# The name, which is an ID where nothing else is known, is whole wherever there is room for it.
_COLUMNS = (
    Column[RunRow]("outcome", "", lambda row: Cell(f"{row.glyph} {row.word}", row.tone), 10, 24),
    Column[RunRow]("name", "Name", lambda row: Cell(row.name), 12, 60, stretch=True),
    Column[RunRow]("said", "", lambda row: Cell(row.message, "quiet"), 12, 200, stretch=True),
)

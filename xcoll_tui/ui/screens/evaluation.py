"""The questions that are kept for a collection, all asked in all modes: how well each mode does."""

from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.retrieval.evaluation import Evaluation
from xcoll_tui.session.retrieval.hits import MODES
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.evaluation_lines import (
    QuestionRow,
    question_rows,
    score_lines,
    stopped_words,
)
from xcoll_tui.ui.screens.dialog import show_hints
from xcoll_tui.ui.screens.table_dialog import TableDialog
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.progress_bar import BarFacts, ProgressBar
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable
from xcoll_tui.ui.work import restart_work

_REPAINT = 0.1
"""Seconds between two repaints while answers come."""


class EvaluationScreen(TableDialog[int, QuestionRow]):
    """Run an evaluation; returns the number of the question to be asked, None where it is closed.

    Closed before its end, the rest is not asked.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", id="evaluation.close"),
    ]

    def __init__(self, evaluation: Evaluation) -> None:
        super().__init__()
        self._evaluation = evaluation
        self._problem = ""
        self._is_due = False
        self.is_over = False
        self._bar = ProgressBar()
        self._scores = Static(id="evaluation-scores")
        self._table = RowTable(_COLUMNS, note=lambda row: row.note)
        self._frame = Vertical(self._bar, self._scores, self._table, id="run")

    def on_mount(self) -> None:
        """Begin."""
        self._table.focus()
        self._frame.border_title = Content("The kept questions, in all modes")
        self._draw()
        restart_work(self, "evaluate", self._run)

    async def _run(self) -> None:
        try:
            await self._evaluation.run(self._note_progress)
        except ApiError as error:
            self._problem = sentence_of(error)
        self.is_over = True
        self._draw()

    def _note_progress(self, _count: int) -> None:
        if not self._is_due:
            self._is_due = True
            self.set_timer(_REPAINT, self._draw)

    def _draw(self) -> None:
        self._is_due = False
        evaluation, over = self._evaluation, self.is_over
        done = len(evaluation.answers)
        failed = sum(answer.error is not None for answer in evaluation.answers)
        numbers = (f"{done:,} of {evaluation.total:,} answers",)
        self._bar.show(BarFacts(evaluation.total, done - failed, failed, numbers))
        hints = (("⏎ Ask it", "open"), ("esc Close" if over else "esc Stop", "close"))
        self._frame.border_subtitle = show_hints(*hints)
        lines = [
            Content.from_markup("[b]$mode[/] $words", mode=f"{mode:<9}", words=words)
            for mode, words in score_lines(evaluation.scores)
        ]
        problems = filter(None, (self._problem, stopped_words(evaluation)))
        lines += [
            Content.from_markup("[$error]✗ $problem[/]", problem=problem) for problem in problems
        ]
        self._scores.update(Content("\n").join(lines))
        self._show_rows(FixedRows(lambda row: row.key, question_rows(evaluation)))

    def action_open(self) -> None:
        """Ask the question under the cursor."""
        if self._table.cursor_key is not None:
            self.finish(int(self._table.cursor_key))


def _place(row: QuestionRow, mode: str) -> Cell:
    place = row.places.get(mode, "")
    return Cell(place, "" if place.isdecimal() else "quiet")


_COLUMNS = (
    Column[QuestionRow]("query", "Question", lambda row: Cell(row.query), 16, 80),
    Column[QuestionRow]("state", "", lambda row: Cell(row.state, row.tone), 8, 18),
    *(
        Column[QuestionRow](mode, mode.capitalize(), partial(_place, mode=mode), 6, 8, right=True)
        for mode in MODES
    ),
)

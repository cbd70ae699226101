"""The table of what a search found: chunk by chunk, or document by document in all modes."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType

from xcoll_tui.session.retrieval.hits import MODES
from xcoll_tui.ui.presentation.search_lines import HitRow, score_bar, snippet_words
from xcoll_tui.ui.widgets.columns import SPACING, Cell, Column
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable

WIDE = 100
"""Columns from which on bars and names may be longer."""
_NARROW = 48
"""Columns below which the scores give way to the names."""
_AROUND = 3
"""The bar of the cursor, the blank behind it, the edge."""
_LEAST = 16
"""Cells from which on a snippet says something; below the table it always stands."""


class HitTable(RowTable[HitRow]):
    """Show hits as rows; `words` of the question stand out in their snippets."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "screen.jump", "Go to the document's row", id="search.jump"),
    ]

    def __init__(self) -> None:
        super().__init__((), id="search-hits")
        self._words: Sequence[str] = ()
        self._rows: Sequence[HitRow] = ()
        self._is_compared = False

    def show_hits(self, rows: Sequence[HitRow], words: Sequence[str]) -> None:
        """Show chunks."""
        self._rows, self._words, self._is_compared = rows, words, False
        self._arrange()
        self.show(FixedRows[HitRow](lambda row: row.key, rows))

    def show_compared(self, rows: Sequence[HitRow], words: Sequence[str]) -> None:
        """Show documents, with their place in each mode."""
        self._rows, self._words, self._is_compared = rows, words, True
        self._arrange()
        self.show(FixedRows[HitRow](lambda row: row.key, rows))

    def move_to_file(self, file_id: str) -> None:
        """Put the cursor on the first row of a document."""
        at = next((at for at, row in enumerate(self._rows) if row.hit.file_id == file_id), 0)
        self.move_to(at)

    def _on_resize(self, event: events.Resize) -> None:
        self._arrange()
        super()._on_resize(event)

    def _arrange(self) -> None:
        """Choose the columns for the width, and give the snippets what the others leave."""
        rows, is_wide = self._rows, self.size.width >= WIDE
        columns: list[Column[HitRow]] = [_RANK]
        if not self._is_compared and self.size.width >= _NARROW:
            columns += [_SCORE, _bar_column(12 if is_wide else 6)]
        columns.append(_document_column(40 if is_wide else 24))
        if is_wide and any(row.collection for row in rows):
            columns.append(_COLLECTION)
        if any(row.chunks for row in rows):
            columns.append(_CHUNKS)
        if self._is_compared:
            columns += [_mode_column(mode) for mode in MODES]
            columns += [_ALONE] if any(row.alone for row in rows) else []
        elif any(row.page for row in rows):
            columns.append(_PAGE)
        layout = self.layout_of
        layout.forget()
        layout.columns = columns
        layout.measure(rows)
        natural = sum(layout.natural(column) + SPACING for column in columns)
        length = self.scrollable_content_region.width - _AROUND - natural
        if length >= _LEAST and rows:
            cell = partial(_snippet, words=self._words, length=length)
            measured = lambda _row: Cell("")  # noqa: E731 - as wide as there is room
            columns.append(Column("text", "Text", cell, length, length, measured=measured))
        self.set_columns(columns)


def _snippet(row: HitRow, words: Sequence[str], length: int) -> Cell:
    text, spans = snippet_words(row.hit, words, length)
    # What is wider than its characters is cut, and the words behind the cut with it.
    spans = spans if cell_len(text) <= length else ()
    return Cell(text, "quiet", spans=spans)


def _rank(row: HitRow) -> Cell:
    return Cell(f"✓ {row.rank}", "ready") if row.is_expected else Cell(row.rank)


def _bar_column(length: int) -> Column[HitRow]:
    draw = lambda row: Cell(score_bar(row.hit.share, length), "bar")  # noqa: E731 - a cell
    return Column("bar", "", draw, length, length)


def _document_column(longest: int) -> Column[HitRow]:
    return Column("name", "Document", lambda row: Cell(row.name), 12, longest, middle=True)


def _mode_column(mode: str) -> Column[HitRow]:
    def place(row: HitRow) -> Cell:
        text = row.modes.get(mode, "")
        return Cell(text, "" if text.isdecimal() else "quiet")

    return Column(mode, mode.capitalize(), place, 4, 10, right=True)


_RANK = Column[HitRow]("rank", "#", _rank, 4, 6, right=True)
_SCORE = Column[HitRow]("score", "Score", lambda row: Cell(row.score), 5, 9, right=True)
_CHUNKS = Column[HitRow]("chunks", "Chunks", lambda row: Cell(row.chunks), 4, 7, right=True)
_COLLECTION = Column[HitRow](
    "collection", "Collection", lambda row: Cell(row.collection, "quiet"), 10, 24
)
_PAGE = Column[HitRow]("page", "Page", lambda row: Cell(row.page), 4, 6, right=True)


def _alone(row: HitRow) -> Cell:
    return Cell(f"{row.alone} alone" if row.alone else "", "marked")


_ALONE = Column[HitRow]("alone", "", _alone, 8, 16)

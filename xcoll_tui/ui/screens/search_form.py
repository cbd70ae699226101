"""The search screen as it looks: the question, how it is asked, and what was found."""

from collections.abc import Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.session.retrieval.hits import LIMIT, MODES
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.search_lines import (
    HitRow,
    compared_rows,
    document_rows,
    hit_rows,
    message_content,
    row_content,
)
from xcoll_tui.ui.presentation.search_state import Jump, Searcher, SearchState
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.dialog import show_hints
from xcoll_tui.ui.screens.form_dialog import FormDialog
from xcoll_tui.ui.screens.table_dialog import TableDialog
from xcoll_tui.ui.widgets.controls import NumberInput
from xcoll_tui.ui.widgets.hit_table import HitTable
from xcoll_tui.ui.widgets.text_input import TextInput

_STYLES = Path(__file__).parent.parent
_ROW_LINES = 4
_AROUND_HINTS = 3
"""The corners of the frame, less one distance between two hints."""


class SearchForm(TableDialog[Jump, HitRow]):
    """Show a question and its answer, both as they stand in `state`."""

    CSS_PATH = [_STYLES / "dialogs.tcss", _STYLES / "search.tcss"]  # type: ignore[assignment]  # noqa: RUF012 - as in FormDialog
    HORIZONTAL_BREAKPOINTS = FormDialog.HORIZONTAL_BREAKPOINTS

    def __init__(self, state: SearchState, searcher: Searcher) -> None:
        super().__init__()
        self.state = state
        self._searcher = searcher
        self._query = TextInput(state.query, placeholder="What would a person ask?")
        self._query.id = "search-query"
        self._mode = Static(id="search-mode")
        self._limit = NumberInput(state.limit)
        self._limit.id = "search-limit"
        self._filter = TextInput(state.filter, placeholder="year > 2020")
        self._filter.id = "search-filter"
        self._message = Static(id="search-message")
        self._table: HitTable = HitTable()
        self._row_text = Static(id="search-row-text")
        self._row_scroll = VerticalScroll(self._row_text, id="search-row", can_focus=False)
        self._frame = Vertical(id="search")
        self._problem = ""
        self._note = ""
        self._is_asking = False

    def compose(self) -> ComposeResult:
        """Put the question above its answer, and the row under the cursor below."""
        with self._frame:
            with Horizontal(classes="search-line"):
                yield Static("Question", classes="search-label")
                yield self._query
            with Horizontal(id="search-options"):
                with Horizontal(id="search-how"):
                    yield Static("Mode", classes="search-label")
                    yield self._mode
                    yield Static("Limit", classes="search-short")
                    yield self._limit
                with Horizontal(id="search-which"):
                    yield Static("Filter", classes="search-short")
                    yield self._filter
            yield self._message
            yield self._table
            yield self._row_scroll

    def on_mount(self) -> None:
        """Begin with the question, or with what it found before."""
        self._table.placeholder.say("Type a question; ⏎ asks it.")
        self._draw()
        (self._table if self.state.answers else self._query).focus()

    def on_resize(self) -> None:
        """Show as much of the row under the cursor as another width has room for."""
        self._draw_hints()
        self.call_after_refresh(self._draw_row)

    def _on_descendant_focus(self) -> None:
        self._draw_hints()

    def _draw(self) -> None:
        first, *others = [
            clean(self._searcher.name_of_collection(one), 80) for one in self.state.collection_ids
        ]
        more = f" and {format_many(len(others), 'other')}" if others else ""
        title = "Test retrieval · [b]$name[/]$more"
        self._frame.border_title = Content.from_markup(title, name=first, more=more)
        self._draw_mode()
        self._draw_message()
        self._draw_rows()
        self._draw_hints()

    def _draw_hints(self) -> None:
        if self._table.has_focus:
            other = "v One mode" if self.state.compares else "v Compare"
            hints = [
                ("⏎ Chunk", "open"),
                ("g Row", "jump"),
                ("space Expect", "expect"),
                ("/ Ask", "question"),
                ("m Mode", "mode"),
                (other, "compare"),
                ("o Kept", "recall"),
                ("C Collections", "collections"),
                ("i Expect an ID", "expect_id"),
                ("E Evaluate", "evaluate"),
            ]
            if not self.state.compares:
                by = "b Chunks" if self.state.by_document else "b By doc"
                hints.insert(6, (by, "by_document"))
        else:
            hints = [
                ("⏎ Ask", "ask"),
                ("^t Mode", "mode"),
                ("↑ Kept", "recall"),
                ("^s Keep", "keep"),
                ("^n Collections", "collections"),
                ("↓ Results", "rows"),
            ]
        hints.append(("esc Close", "close"))
        room = self.app.size.width - _AROUND_HINTS
        while len(hints) > 2 and sum(len(hint) + 3 for hint, _ in hints) > room:
            del hints[-2]  # how to get out is always seen
        self._frame.border_subtitle = show_hints(*hints)

    def _draw_mode(self) -> None:
        parts = []
        for mode in MODES:
            is_on = self.state.compares or mode == self.state.mode
            style = "b $accent" if is_on else "$quiet"
            markup = f"[{style} @click=screen.take_mode('{mode}')]{'•' if is_on else ' '}{mode}[/]"
            parts.append(Content.from_markup(markup))
        self._mode.update(Content(" ").join(parts))

    def _draw_message(self) -> None:
        content = message_content(
            self.state,
            self._searcher.name_of_file,
            problem=self._problem,
            note=self._note,
            is_asking=self._is_asking,
        )
        self._message.display = bool(content)
        self._message.update(content)

    def _draw_rows(self) -> None:
        state, table = self.state, self._table
        words = state.words
        if state.compares:
            rows = [] if state.compared is None else compared_rows(state.compared, state.expected)
            table.show_compared(self._named(rows), words)
        else:
            found, show = state.found, document_rows if state.by_document else hit_rows
            rows = [] if found is None else show(found, state.expected)
            table.show_hits(self._named(rows), words)
        if state.answers:
            table.placeholder.say("Nothing was found.")
        self._draw_row()

    def _named(self, rows: Sequence[HitRow]) -> Sequence[HitRow]:
        """Name the collection of each row, where there are several."""
        state, name_of = self.state, self._searcher.name_of_collection
        if len(state.collection_ids) == 1:
            return rows
        return [
            row._replace(collection=clean(name_of(state.collection_of(row.hit)), 60))
            for row in rows
        ]

    def _draw_row(self) -> None:
        row = self._table.row
        self._row_scroll.set_class(row is None, "-empty")
        if row is None:
            return
        length = max(20, self._table.size.width - 1) * _ROW_LINES
        self._row_text.update(row_content(row, self.state.words, length))
        self._row_scroll.scroll_home(animate=False)

    def _on_row_table_cursor_moved(self) -> None:
        self._draw_row()

    def _take_typed(self) -> None:
        state = self.state
        state.query, state.filter = self._query.text, self._filter.text
        state.limit = LIMIT if self._limit.number is None else self._limit.number

"""Test retrieval: a question, what it finds in each mode, and whether that is what was expected."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.retrieval.hits import LIMIT, MODES, Question, next_mode
from xcoll_tui.session.retrieval.questions import SavedQuestion
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.search_lines import (
    HitRow,
    compared_rows,
    hit_rows,
    message_content,
    row_content,
)
from xcoll_tui.ui.presentation.search_state import Jump, Searcher, SearchState
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.chunk import JUMP, ChunkScreen
from xcoll_tui.ui.screens.dialog import Dialog, show_hints
from xcoll_tui.ui.screens.form_dialog import FormDialog
from xcoll_tui.ui.screens.kept_questions import FORGET, KeptQuestionsScreen
from xcoll_tui.ui.widgets.controls import NumberInput
from xcoll_tui.ui.widgets.hit_table import HitTable
from xcoll_tui.ui.widgets.text_input import TextInput
from xcoll_tui.ui.work import ask, restart_work

_STYLES = Path(__file__).parent.parent
_MOST = 1_000
"""The largest limit that can be asked for."""
_ROW_LINES = 4
_AROUND_HINTS = 3
"""The corners of the frame, less one distance between two hints."""


class SearchScreen(Dialog[Jump]):
    """Ask, and look at what was found; returns where to go, None where it is closed.

    What is typed and found is kept in `state`, whatever fails and however the screen is left.
    """

    CSS_PATH = [_STYLES / "dialogs.tcss", _STYLES / "search.tcss"]  # type: ignore[assignment]  # noqa: RUF012 - as in FormDialog
    HORIZONTAL_BREAKPOINTS = FormDialog.HORIZONTAL_BREAKPOINTS
    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", id="search.close"),
        Binding("m,ctrl+t", "mode", "The next mode", id="search.mode"),
        Binding("v", "compare", "Compare the modes", id="search.compare"),
        Binding("space", "expect", "Expect this document", id="search.expect"),
        Binding("ctrl+s", "keep", "Keep the question", id="search.keep"),
        Binding("o,up", "recall", "Questions that are kept", id="search.recall"),
        Binding("down", "rows", "To the results", id="search.rows", show=False),
        Binding("slash", "question", "To the question", id="search.question", show=False),
    ]

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
        self._table = HitTable()
        self._row_text = Static(id="search-row-text")
        self._row_scroll = VerticalScroll(self._row_text, id="search-row", can_focus=False)
        self._frame = Vertical(id="search")
        self._problem = ""
        self._note = ""
        self._is_asking = False

    # How it looks

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
        name = clean(self.state.collection_name, 80)
        self._frame.border_title = Content.from_markup("Test retrieval · [b]$name[/]", name=name)
        self._table.placeholder.say("Type a question; ⏎ asks it.")
        self._draw()
        (self._table if self.state.answers else self._query).focus()
        restart_work(self, "prepare", self._prepare)

    def on_resize(self) -> None:
        """Show as much of the row under the cursor as another width has room for."""
        self._draw_hints()
        self.call_after_refresh(self._draw_row)

    def _on_descendant_focus(self) -> None:
        self._draw_hints()

    def _draw(self) -> None:
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
                ("m Mode", "mode"),
                (other, "compare"),
                ("o Kept", "recall"),
            ]
        else:
            hints = [
                ("⏎ Ask", "ask"),
                ("^t Mode", "mode"),
                ("↑ Kept", "recall"),
                ("^s Keep", "keep"),
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
            table.show_compared(rows, words)
        else:
            found = state.found
            rows = [] if found is None else hit_rows(found, state.expected)
            table.show_hits(rows, words)
        if state.answers:
            table.placeholder.say("Nothing was found.")
        self._draw_row()

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

    # Asking

    def _on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_ask()

    def _take_typed(self) -> None:
        state = self.state
        state.query, state.filter = self._query.text, self._filter.text
        state.limit = LIMIT if self._limit.number is None else self._limit.number

    def action_ask(self) -> None:
        """Ask what is typed, in place of what is being asked."""
        self._take_typed()
        state = self.state
        self._note, self._problem = "", ""
        if not state.query.strip():
            self._problem = "Type a question first."
        elif not 0 < state.limit <= _MOST:
            self._problem = f"The limit is a number of chunks from 1 to {_MOST:,}."
        else:
            self._is_asking = True
            restart_work(self, "ask", self._ask)
        self._draw()

    async def _prepare(self) -> None:
        try:
            await self._searcher.prepare()
        except ApiError as error:
            self._problem = sentence_of(error)
            self._draw_message()

    async def _ask(self) -> None:
        state = self.state
        asked = SavedQuestion(state.query, (), state.mode, state.filter)
        question = Question(
            state.query, (state.collection_id,), state.mode, state.filter, state.limit
        )
        if state.asked is None or state.asked.key != asked.key:
            if state.asked is not None:
                state.expected.clear()
                state.found = state.compared = None
            await self._expect_as_kept(asked)
        state.asked = asked
        try:
            if state.compares:
                state.compared = await self._searcher.compare(question)
            else:
                state.found = await self._searcher.search(question)
        except ApiError as error:
            state.found = state.compared = None
            self._problem = sentence_of(error)
            self._table.placeholder.say("What was typed is still there; ⏎ asks again.")
        # Not where it was cancelled: then something else is being asked.
        self._is_asking = False
        self._table.action_first()
        self._draw()
        if len(self._table.listing) and not self._problem:
            self._table.focus()

    async def _expect_as_kept(self, asked: SavedQuestion) -> None:
        try:
            kept = await self._searcher.kept()
        except OSError:
            return  # told where they are asked for
        self._tell_kept_problems()
        same = next((one for one in kept if one.key == asked.key), None)
        if same is not None:
            # Beside what was marked in the list: keeping them replaces what is kept.
            expected = self.state.expected
            expected += [file_id for file_id in same.expected if file_id not in expected]

    def _tell_kept_problems(self) -> None:
        for problem in self._searcher.kept_problems:
            self._problem = clean(problem, 400)  # the newest is the last

    def action_mode(self) -> None:
        """Ask in the next mode; in one again where all are compared."""
        state = self.state
        self.action_take_mode(state.mode if state.compares else next_mode(state.mode))

    def action_take_mode(self, mode: str) -> None:
        """Ask in a mode."""
        self.state.mode, self.state.compares = mode, False
        self._ask_again()

    def action_compare(self) -> None:
        """Ask in all modes at once, or in one again."""
        self.state.compares = not self.state.compares
        self._ask_again()

    def _ask_again(self) -> None:
        if self._query.text.strip():
            self.action_ask()
        else:
            self._draw()

    # What is expected, and kept

    def action_expect(self) -> None:
        """Expect the document under the cursor for this question, or no longer; and keep that."""
        row = self._table.row
        if row is None:
            return
        expected = self.state.expected
        if row.hit.file_id in expected:
            expected.remove(row.hit.file_id)
        else:
            expected.append(row.hit.file_id)
        self._draw_rows()
        self.action_keep()

    def action_keep(self) -> None:
        """Keep the question, and what it should find."""
        self._take_typed()
        state = self.state
        if not state.query.strip():
            self._problem = "Type a question first."
            self._draw_message()
            return
        question = SavedQuestion(state.query, tuple(state.expected), state.mode, state.filter)
        self._change_kept(
            lambda: self._searcher.keep(question), "The question is kept; o lists all."
        )

    def _change_kept(self, change: Callable[[], Awaitable[None]], note: str) -> None:
        async def carry_out() -> None:
            try:
                await change()
            except (OSError, LookupError) as error:
                self._problem = f"The question is not kept: {clean(str(error), 200)}"
            else:
                self._note = note
            self._draw_message()

        self.run_worker(carry_out(), group="keep")

    def action_recall(self) -> None:
        """Ask one of the questions that are kept."""
        self._take_typed()
        self.run_worker(self._recall(), group="recall", exclusive=True)

    async def _recall(self) -> None:
        try:
            kept = await self._searcher.kept()
        except OSError as error:
            self._problem = f"The questions cannot be read: {clean(str(error), 200)}"
            self._draw_message()
            return
        self._tell_kept_problems()
        if not kept:
            self._note = "No question is kept yet: space marks what is expected, and keeps it."
            self._draw_message()
            return
        chosen = await ask(self, KeptQuestionsScreen(kept))
        if chosen is None:
            return
        question = kept[int(chosen.removeprefix(FORGET))]
        if chosen.startswith(FORGET):
            forget = partial(self._searcher.forget, question)
            self._change_kept(forget, "The question is kept no longer.")
            return
        state = self.state
        state.mode, state.expected[:] = question.mode, question.expected
        state.asked, state.found, state.compared = question, None, None
        self._query.value, self._filter.value = question.query, question.filter
        self.action_ask()

    # Where to go from here

    def _on_row_table_opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Show the whole chunk under the cursor."""
        if self._table.row is not None:
            self.run_worker(self._open(), group="open", exclusive=True)

    async def _open(self) -> None:
        listing, state = self._table.listing, self.state
        rows = [row for at in range(len(listing)) if isinstance(row := listing.row(at), HitRow)]
        words = state.words
        screen = ChunkScreen(
            [row.hit for row in rows],
            self._table.cursor,
            words,
            self._searcher.read_facts,
            self._table.move_to,
        )
        if await ask(self, screen) == JUMP:
            self.action_jump()

    def action_jump(self) -> None:
        """Close, and go to the row of the document under the cursor."""
        row = self._table.row
        if row is not None:
            self.finish(Jump(self.state.collection_id, row.hit.file_id, row.hit.name))

    def finish(self, result: Jump | None = None) -> None:
        """Close; what was typed stays in the state."""
        self._take_typed()
        super().finish(result)

    def action_close(self) -> None:
        """Ask no longer, or else go back to the rows."""
        if self._is_asking:
            self.workers.cancel_group(self, "ask")
            self._is_asking = False
            self._note = "Not asked any more."
            self._draw()
        else:
            self.finish()

    def action_rows(self) -> None:
        """Go to the results."""
        if len(self._table.listing):
            self._table.focus()

    def action_question(self) -> None:
        """Go to the question."""
        self._query.focus()

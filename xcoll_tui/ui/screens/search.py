"""Test retrieval: a question, what it finds in each mode, and whether that is what was expected."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.retrieval.hits import Question, next_mode
from xcoll_tui.session.retrieval.questions import SavedQuestion
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.search_lines import (
    HitRow,
)
from xcoll_tui.ui.presentation.search_state import Jump
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.choose_collections import ChooseCollectionsScreen
from xcoll_tui.ui.screens.chunk import JUMP, ChunkScreen
from xcoll_tui.ui.screens.evaluation import EvaluationScreen
from xcoll_tui.ui.screens.kept_questions import FORGET, KeptQuestionsScreen
from xcoll_tui.ui.screens.prompt import PromptScreen
from xcoll_tui.ui.screens.search_form import SearchForm
from xcoll_tui.ui.work import ask, restart_work

_MOST = 1_000
"""The largest limit that can be asked for."""
_ASKS_AGAIN = "What was typed is still there; ⏎ asks again."


class SearchScreen(SearchForm):
    """Ask, and look at what was found; returns where to go, None where it is closed.

    What is typed and found is kept in `state`, whatever fails and however the screen is left.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", id="search.close"),
        Binding("m,ctrl+t", "mode", "The next mode", id="search.mode"),
        Binding("v", "compare", "Compare the modes", id="search.compare"),
        Binding("b", "by_document", "By document or by chunk", id="search.by_document"),
        Binding("C,ctrl+n", "collections", "Choose collections", id="search.collections"),
        Binding("space", "expect", "Expect this document", id="search.expect"),
        Binding("ctrl+s", "keep", "Keep the question", id="search.keep"),
        Binding("o,up", "recall", "Questions that are kept", id="search.recall"),
        Binding("i", "expect_id", "Expect a document by its ID", id="search.expect_id"),
        Binding("E", "evaluate", "Evaluate the kept questions", id="search.evaluate"),
        Binding("down", "rows", "To the results", id="search.rows", show=False),
        Binding("slash", "question", "To the question", id="search.question", show=False),
    ]

    def on_mount(self) -> None:
        """Look for the key, so that what is missing is said before anything is typed."""
        restart_work(self, "prepare", self._prepare)

    # Asking

    def _on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_ask()

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
            self._drop_other_answer()
            self._table.placeholder.say("")
            restart_work(self, "ask", self._ask)
        self._draw()

    def _typed(self) -> SavedQuestion:
        return SavedQuestion(self.state.query, (), self.state.mode, self.state.filter)

    def _drop_other_answer(self) -> None:
        """Drop what another question found: its rows would be marked for the one that is asked."""
        state = self.state
        if state.asked is not None and state.asked.key != self._typed().key:
            state.asked = state.found = state.compared = None
            state.expected.clear()

    async def _prepare(self) -> None:
        try:
            await self._searcher.prepare()
        except ApiError as error:
            self._problem = sentence_of(error)
            self._draw_message()

    async def _ask(self) -> None:
        state = self.state
        asked = self._typed()
        question = Question(
            state.query, state.collection_ids, state.mode, state.filter, state.limit
        )
        if state.asked is None:
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
            self._table.placeholder.say(_ASKS_AGAIN)
        # Not where it was cancelled: then something else is being asked.
        self._is_asking = False
        self._table.action_first()
        self._draw()
        if len(self._table.listing) and not self._problem:
            self._table.focus()

    async def _expect_as_kept(self, asked: SavedQuestion) -> None:
        # Beside what was marked in the list: keeping them replaces what is kept.
        kept, expected = await self._kept_for(asked), self.state.expected
        expected += [file_id for file_id in kept if file_id not in expected]

    async def _kept_for(self, question: SavedQuestion) -> Sequence[str]:
        """Return what a question expects as it is kept."""
        try:
            kept = await self._searcher.kept()
        except OSError:
            return ()  # told where they are asked for
        self._tell_kept_problems()
        return next((one.expected for one in kept if one.key == question.key), ())

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

    def action_by_document(self) -> None:
        """Show what was found document by document, or chunk by chunk again."""
        state = self.state
        if state.compares:
            self._note = "Modes are compared document by document."
            self._draw_message()
            return
        state.by_document = not state.by_document
        row = self._table.row
        self._draw()
        if row is not None:
            self._table.move_to_file(row.hit.file_id)

    def action_collections(self) -> None:
        """Choose the collections that are asked, all at once."""
        self._take_typed()
        self.run_worker(self._choose_collections(), group="choose", exclusive=True)

    async def _choose_collections(self) -> None:
        state = self.state
        choices = self._searcher.collections()
        chosen = await ask(self, ChooseCollectionsScreen(choices, state.collection_ids))
        if chosen is None or chosen == state.collection_ids:
            return
        state.collection_ids = chosen
        state.found = state.compared = None
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
        self._keep(self.state.asked)

    def action_expect_id(self) -> None:
        """Expect a document that was not found, by its ID; and keep that."""
        self.run_worker(self._expect_id(), group="choose", exclusive=True)

    async def _expect_id(self) -> None:
        def problem_of(text: str) -> str:
            file_id = text.strip()
            if not file_id or len(file_id.split()) > 1:
                return "Enter one ID; c in the documents copies one."
            return "It is expected already." if file_id in self.state.expected else ""

        screen = PromptScreen("Expect a document", "File ID", "", "Expect", problem_of)
        file_id = await ask(self, screen)
        if file_id is not None:
            self.state.expected.append(file_id.strip())
            self._draw_rows()
            self._keep(self.state.asked)

    def action_evaluate(self) -> None:
        """Ask all questions that are kept in all modes, and tell how well each does."""
        self._take_typed()
        self.run_worker(self._evaluate(), group="recall", exclusive=True)

    async def _evaluate(self) -> None:
        kept = await self._read_kept()
        if kept:
            number = await ask(self, EvaluationScreen(self._searcher.evaluation(kept)))
            if number is not None:
                self._ask_kept(kept[number])

    def action_keep(self) -> None:
        """Keep the question that is typed, and what it should find."""
        self._keep(None)

    def _keep(self, asked: SavedQuestion | None) -> None:
        """Keep a question that was asked, else the one that is typed.

        What is marked belongs to the one that was asked. Another one is kept with what it expects
        already, which would be lost otherwise.
        """
        self._take_typed()
        state = self.state
        question = asked or self._typed()
        if not question.query.strip():
            self._problem = "Type a question first."
            self._draw_message()
            return
        is_marked = state.asked is None or state.asked.key == question.key
        marked = tuple(state.expected) if is_marked else ()

        async def keep() -> None:
            kept = () if state.asked and is_marked else await self._kept_for(question)
            expected = tuple(dict.fromkeys((*marked, *kept)))
            await self._searcher.keep(replace(question, expected=expected))

        self._change_kept(keep, "The question is kept; o lists all.")

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

    async def _read_kept(self) -> Sequence[SavedQuestion]:
        """Return the questions that are kept; says why there are none."""
        try:
            kept = await self._searcher.kept()
        except OSError as error:
            self._problem = f"The questions cannot be read: {clean(str(error), 200)}"
            self._draw_message()
            return ()
        self._tell_kept_problems()
        if not kept:
            self._note = "No question is kept yet: space marks what is expected, and keeps it."
            self._draw_message()
        return kept

    async def _recall(self) -> None:
        kept = await self._read_kept()
        if not kept:
            return
        chosen = await ask(self, KeptQuestionsScreen(kept))
        if chosen is None:
            return
        question = kept[int(chosen.removeprefix(FORGET))]
        if chosen.startswith(FORGET):
            forget = partial(self._searcher.forget, question)
            self._change_kept(forget, "The question is kept no longer.")
        else:
            self._ask_kept(question)

    def _ask_kept(self, question: SavedQuestion) -> None:
        state = self.state
        state.mode, state.expected[:] = question.mode, question.expected
        state.asked, state.found, state.compared = question, None, None
        self._query.value, self._filter.value = question.query, question.filter
        self.action_ask()

    # Where to go from here

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
            collection_id = self.state.collection_of(row.hit)
            self.finish(Jump(collection_id, row.hit.file_id, row.hit.name))

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
            self._table.placeholder.say(_ASKS_AGAIN)
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

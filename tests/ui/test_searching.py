"""Testing retrieval, as a person does it: asked, compared, expected, kept, and what goes wrong."""

from tests.conftest import KEY, screen_text, wait_until
from tests.ui.test_browsing import SUPPORT, open_collection
from tests.ui.writing import back_on_main, dialog, dialog_of, shown, toasts
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.ui.screens.choose_collections import ChooseCollectionsScreen
from xcoll_tui.ui.screens.chunk import ChunkScreen
from xcoll_tui.ui.screens.evaluation import EvaluationScreen
from xcoll_tui.ui.screens.kept_questions import KeptQuestionsScreen
from xcoll_tui.ui.screens.prompt import PromptScreen
from xcoll_tui.ui.screens.search import SearchScreen

QUESTION = "How do I reset two-factor?"
ANSWER = "change-a-device.md"


async def ask(pilot, text=QUESTION):
    """Open the screen and ask a question."""
    screen = await dialog(pilot, SearchScreen, "t")
    screen._query.value = text
    await pilot.press("enter")
    await wait_until(pilot, lambda: not screen._is_asking)
    return screen


async def test_a_question_is_asked_compared_kept_and_followed_to_its_row(server, browse, tmp_path):
    options = {"state": tmp_path, "inference_key": KEY, "size": (80, 24)}
    async with browse(server.url, **options) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        screen = await ask(pilot)
        await shown(pilot, "10 chunks of", "hybrid", ANSWER, "codes of the old one")
        assert pilot.app.focused is screen._table
        at = next(at for at, row in enumerate(screen._table._rows) if row.name == ANSWER)
        screen._table.move_to(at)

        await pilot.press("space")
        await shown(pilot, f"✓ Expected {ANSWER}: rank {at + 1}", "The question is kept")
        await pilot.press("m")
        await shown(pilot, "semantic ·", f"{ANSWER}: rank 1")
        await pilot.press("v")
        await shown(pilot, "Documents: hybrid", "Hybrid Semantic Keyword", "v One mode")
        await pilot.resize_terminal(160, 45)
        await wait_until(pilot, lambda: "Keyword  Text" in screen_text(pilot))
        await pilot.resize_terminal(80, 24)

        # What was not found is expected by its ID; and all that is kept is asked in all modes.
        await dialog(pilot, PromptScreen, "i")
        pilot.app.screen._input.value = f" {server.file_ids[0]} "
        await pilot.press("enter")
        await shown(pilot, server.file_ids[0], "semantic not in the first 10", "is kept")
        evaluation = await dialog(pilot, EvaluationScreen, "E")
        await wait_until(pilot, lambda: evaluation.is_over)
        await shown(pilot, "3 of 3 answers", "semantic 1 of 1 question found · recall@10 0.50")
        await shown(pilot, QUESTION, "● found")
        await pilot.press("enter")
        await dialog(pilot, SearchScreen)
        await wait_until(pilot, lambda: not screen._is_asking and screen._table.has_focus)
        assert screen.state.expected[1:] == [server.file_ids[0]]
        screen.state.expected.pop()
        await pilot.press("ctrl+s")

        # By document, and of two collections at once; then of one again, chunk by chunk.
        await pilot.press("v", "b")
        await shown(pilot, "# Score Document Chunks")
        await dialog(pilot, ChooseCollectionsScreen, "C")
        await pilot.press("j", "space", "enter")
        await dialog(pilot, SearchScreen)
        await shown(pilot, f"{SUPPORT} and 1 other", "semantic ·", "· Support articles ·")
        assert len(screen.state.found.question.collection_ids) == 2
        await dialog(pilot, ChooseCollectionsScreen, "C")
        await pilot.press("j", "space", "enter")
        await shown(pilot, f"Test retrieval · {SUPPORT}", "semantic ·")
        await pilot.press("b", "v")
        await shown(pilot, "Documents: hybrid")

        await pilot.press("enter")
        chunk = await dialog(pilot, ChunkScreen)
        first = chunk.hit.file_id
        await wait_until(pilot, lambda: "audience" in str(chunk._facts.content))
        assert "the codes of the old one do not work" in str(chunk._text.content)
        await pilot.press("right_square_bracket")
        assert chunk.hit.file_id != first
        await pilot.press("left_square_bracket", "g")
        await back_on_main(pilot)
        await wait_until(pilot, lambda: documents.table.cursor_key == first)
        assert documents.feed.query.text == f'"{ANSWER}"'

        # What was asked is there again; what was kept is, too, for who has asked something else.
        screen = await dialog(pilot, SearchScreen, "t")
        assert screen._query.text == QUESTION
        assert screen.state.compares
        await pilot.press("slash")
        screen._query.value = "Where are the crocodiles?"
        await pilot.press("enter")
        await wait_until(pilot, lambda: not screen._is_asking)
        assert screen.state.expected == []
        await dialog(pilot, KeptQuestionsScreen, "o" if screen._table.has_focus else "up")
        await shown(pilot, QUESTION, "1 document expected")
        await pilot.press("enter")
        await shown(pilot, f"✓ Expected {ANSWER}: rank 1")
        assert screen._query.text == QUESTION
        # What is marked belongs to the question that found it, whatever is typed meanwhile.
        screen._query.value = "Another"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: screen._note != "")
        await pilot.press("i", *"file_1", "enter")
        await shown(pilot, "file_1", "not in the first")
        kept = {one.query: list(one.expected) for one in await screen._searcher.kept()}
        assert kept == {QUESTION: screen.state.expected, "Another": []}
        screen.state.expected.pop()
        # While another one is asked there is no row that could be marked for it.
        server.faults[:] = [parse_fault("POST:*/documents/search:timeout")]
        assert len(screen._table.listing)
        await pilot.press("slash", "enter")
        await shown(pilot, "Asking…")
        assert not len(screen._table.listing)
        # Asked twice at once, and left: the newer one is what is waited for.
        screen._query.value = QUESTION
        await pilot.press("ctrl+t", "ctrl+t")
        await shown(pilot, "Asking…")
        await pilot.press("escape")
        await shown(pilot, "Not asked any more.")
        server.faults[:] = []
        await pilot.press("up")
        await dialog(pilot, KeptQuestionsScreen)
        await pilot.press("d")
        await shown(pilot, "The question is kept no longer.")
        assert len(await screen._searcher.kept()) == 1


async def test_what_fails_is_told_and_what_was_typed_stays(server, browse):
    async with browse(server.url, size=(80, 24), inference_key=KEY) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        await pilot.press("space")
        screen = await ask(pilot, " ")
        await shown(pilot, "Type a question first.")
        screen._limit.value = "3"
        expected = screen.state.expected[0]
        screen._query.value = "crocodiles in the aquarium"
        await pilot.press("ctrl+s")
        await shown(pilot, "The question is not kept: There is no state folder")
        server.faults[:] = [parse_fault("POST:*/documents/search:403")]
        await pilot.press("enter")
        await shown(pilot, "✗", "HTTP 403")
        assert screen._query.text == "crocodiles in the aquarium"
        assert screen._query.has_focus
        server.faults[:] = []
        await pilot.press("enter")
        name = documents.table.listing.get(expected).name
        await shown(pilot, f"Expected {name}: not in the first 3")
        screen._filter.value = "year >"
        await pilot.press("slash", "enter")
        await shown(pilot, "✗", "filter")
        screen._filter.value = ""
        server.faults[:] = [parse_fault("POST:*/documents/search:timeout")]
        await pilot.press("enter")
        await shown(pilot, "Asking…")
        await pilot.press("escape")
        await shown(pilot, "Not asked any more.")
        await pilot.press("escape")
        await back_on_main(pilot)
        assert documents.table.marks
        assert toasts(pilot) == []


async def test_without_a_key_it_says_what_is_missing_before_anything_is_typed(server, browse):
    async with browse(server.url, size=(80, 24)) as pilot:
        await open_collection(pilot, SUPPORT)
        screen = await dialog(pilot, SearchScreen, "t")
        await shown(pilot, "search needs a key. Set XAI_API_KEY.")
        screen._query.value = QUESTION
        await pilot.press("enter")
        await shown(pilot, "search needs a key. Set XAI_API_KEY.")
        assert screen._query.text == QUESTION
        assert dialog_of(pilot, SearchScreen)

"""One line that is asked for: checked before it is taken, kept while it is not."""

from functools import partial

from tests.conftest import screen_text
from tests.ui.forms import opened
from xcoll_tui.ui.screens.prompt import PromptScreen


def problem_of(text):
    return "" if text.strip() else "Give it a name."


def ask(text="Filings"):
    return opened(partial(PromptScreen, "Rename", "Name", text, "Rename", problem_of))


async def test_a_line_is_returned_when_nothing_is_wrong_with_it():
    async with ask() as (pilot, _):
        assert "^s Rename · esc Close" in screen_text(pilot)
        await pilot.press("end", *" 25", "enter")
        assert pilot.app.results == ["Filings 25"]


async def test_a_line_with_a_problem_stays_where_it_was_typed():
    async with ask("[b]") as (pilot, form):
        await pilot.press("ctrl+a", "ctrl+k", "space", "ctrl+s")
        assert "Give it a name." in screen_text(pilot)
        assert form._input.text == " "
        await pilot.press("x", "ctrl+s")
        assert pilot.app.results == [" x"]


async def test_what_was_typed_is_not_lost_by_esc():
    async with ask() as (pilot, _):
        await pilot.press("x", "escape")
        assert pilot.app.results == []
        assert "Close without saving" in screen_text(pilot)
        await pilot.press("y")
        assert pilot.app.results == [None]


async def test_nothing_typed_is_left_at_once():
    async with ask() as (pilot, _):
        await pilot.press("escape")
        assert pilot.app.results == [None]

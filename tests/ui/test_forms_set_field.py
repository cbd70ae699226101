"""One field for many documents: never a unique one, and told before it is done."""

from functools import partial

from tests.conftest import screen_text
from tests.ui.forms import DEFINITIONS, opened
from xcoll_tui.ui.screens.set_field import FieldSetting, SetFieldScreen

NAMES = ["a[/].txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt", *["g"] * 1_198]


def choose(names=NAMES, **options):
    return opened(partial(SetFieldScreen, names, DEFINITIONS, **options))


async def test_a_field_is_set_after_it_was_told_for_how_many():
    async with choose(hidden=3, keys=["[b]k[/b]", "ticker"]) as (pilot, form):
        assert "1,204 documents, 3 of them not shown." in screen_text(pilot)
        assert [key for _, key in form._select._options] == ["ticker", "form", "[b]k[/b]", ""]
        form._select.value = "[b]k[/b]"
        form._value_input.value = "[i]"
        await pilot.press("ctrl+s")
        screen = screen_text(pilot)
        assert "[b]k[/b] becomes [i] in 1,204 documents, 3 of them not shown:" in screen
        assert "a[/].txt" in screen
        assert "f.txt" not in screen
        assert "and 1,199 more" in screen
        await pilot.press("enter", "enter")
        assert pilot.app.results == [FieldSetting("[b]k[/b]", "[i]")]


async def test_clearing_is_not_agreed_to_by_enter():
    async with choose(["a.txt"]) as (pilot, form):
        form._select.value = "form"
        await pilot.pause()
        await pilot.click(form._clear)
        assert not form._value_row.display
        await pilot.press("ctrl+s")
        assert "form is removed from 1 document:" in screen_text(pilot)
        await pilot.press("enter")
        assert form.in_form
        await pilot.press("ctrl+s", "y")
        assert pilot.app.results == [FieldSetting("form", None)]


async def test_what_cannot_be_done_is_told_where_it_stands():
    async with choose() as (pilot, form):
        await pilot.press("ctrl+s")
        assert "Enter a value, or choose Clear." in screen_text(pilot)
        await pilot.click(form._clear)
        await pilot.press("ctrl+s")
        assert "This field is required: it can be set, and not cleared." in screen_text(pilot)
        form._select.value = ""
        await pilot.press("ctrl+s")
        assert "Enter a name for the field." in screen_text(pilot)
        await pilot.press(*"accession", "ctrl+s")
        assert "This field is unique" in screen_text(pilot)
        assert pilot.app.results == []


async def test_in_a_small_terminal_the_choice_can_be_made_by_keys():
    async with opened(partial(SetFieldScreen, NAMES, DEFINITIONS), (40, 10)) as (pilot, _):
        await pilot.press("enter", "down", "enter", "tab", "tab", "x", "ctrl+s", "ctrl+s")
        assert pilot.app.results == [FieldSetting("form", "x")]

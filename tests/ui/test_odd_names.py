"""A collection of any name can be deleted, by what the dialog says is to be typed."""

import pytest

from tests.conftest import screen_text, wait_until
from tests.contract.scripted import Scripted
from tests.hostile.shelf import COLLECTION_ID, Shelf, document
from tests.ui.writing import dialog, told, words_on
from xcoll_tui.ui.screens.confirm import ConfirmScreen

END = COLLECTION_ID[-6:]


async def asked(pilot):
    """Open the dialog that deletes the collection."""
    await wait_until(pilot, lambda: pilot.app.main.collections.table.cursor_key is not None)
    return await dialog(pilot, ConfirmScreen, "d")


@pytest.mark.parametrize("name", ["a\tb", "\u200bSa\u202eles", "   ", "V\u0308 \u00a0 n"])
async def test_an_unusual_name_is_confirmed_by_the_end_of_the_id(browse, tmp_path, name):
    shelf = Shelf([document(0, "a.txt")], {"collection_name": name})
    async with Scripted(shelf) as service, browse(service.url, state=tmp_path) as pilot:
        question = await asked(pilot)
        assert f"Type {END}, the end of its ID" in words_on(pilot)
        for text, good in (("", False), (END, True), ("no", False), (COLLECTION_ID, True)):
            question._input.value = text
            await wait_until(pilot, lambda good=good: question._act.disabled is not good)
        question._input.value = ""
        await pilot.press(*END, "enter")
        assert pilot.app.focused is question._act


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
@pytest.mark.parametrize("name", ["x" * 300, "\u200b"])
async def test_the_line_and_the_buttons_are_in_view_at_any_size(browse, tmp_path, name, size):
    shelf = Shelf([document(0, "a.txt")], {"collection_name": name})
    async with Scripted(shelf) as service, browse(service.url, size=size, state=tmp_path) as pilot:
        question = await asked(pilot)
        await pilot.press(*END)
        await wait_until(pilot, lambda: not question._act.disabled)
        words = words_on(pilot)
        for each in ("the end of its ID, to continue:", f" {END}", "Cancel", "Delete"):
            assert each in words, screen_text(pilot)


async def test_what_is_shown_of_an_unusual_name_is_taken_too(browse, tmp_path):
    shelf = Shelf([document(0, "a.txt")], {"collection_name": "a\tb\nc"})
    async with Scripted(shelf) as service, browse(service.url, state=tmp_path) as pilot:
        question = await asked(pilot)
        assert "a␉b␊c" in screen_text(pilot)
        for text in ("a␉b␊c", "a\tb\nc"):
            question._input.value = ""
            await wait_until(pilot, lambda: question._act.disabled)
            question._input.paste(text)
            await wait_until(pilot, lambda: not question._act.disabled)


async def test_a_usual_name_is_confirmed_by_itself_or_the_id(browse, tmp_path):
    shelf, size = Shelf([document(0, "a.txt")]), (40, 10)
    async with Scripted(shelf) as service, browse(service.url, size=size, state=tmp_path) as pilot:
        question = await asked(pilot)
        assert "Type Shelf to continue:" in words_on(pilot)
        for text, good in (("Shelf", True), (END, False), (COLLECTION_ID, True), ("d" * 9, False)):
            question._input.value = text
            await wait_until(pilot, lambda good=good: question._act.disabled is not good)
        # What has no room is said to be there, and whoever does not agree is told so.
        await wait_until(pilot, lambda: "↓ More · esc Cancel" in words_on(pilot))
        while "↓ More" in words_on(pilot):
            await pilot.press("down")
        await pilot.press("escape")
        await told(pilot, "Nothing was deleted.")

"""What is kept from one session to the next, and what a person wrote into config.toml."""

import pytest

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import SUPPORT, open_collection
from tests.ui.writing import INTERVIEWS, dialog, shown, told
from xcoll_tui.session.screen_state import ScreenState
from xcoll_tui.ui.preferences import Preferences, QuitConfirm, RemovalConfirm
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.help import HelpScreen

PLACE = "tests"


async def test_the_theme_that_was_chosen_is_kept(server, browse, tmp_path):
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
        pilot.app.theme = "nord"
        await pilot.pause()
    assert ScreenState(tmp_path).theme_over("") == "nord"


async def test_the_collection_that_was_open_last_is_opened_again(server, browse, tmp_path):
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        await open_collection(pilot, SUPPORT)
    assert ScreenState(tmp_path).theme_over("") == ""  # nobody has chosen one
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        await wait_until(pilot, lambda: f"2 {SUPPORT}" in screen_text(pilot))
        main = pilot.app.main
        await wait_until(pilot, lambda: main.collections.table.cursor_key == main.session.opened)
        assert pilot.app.focused is main.collections.table


async def test_a_collection_that_is_gone_gives_way_to_the_first(server, browse, tmp_path):
    state = ScreenState(tmp_path)
    state.note_collection(PLACE, "collection_gone")
    state.save()
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        await wait_until(pilot, lambda: "2 Customer feedback 2025" in screen_text(pilot))
        await shown(pilot, "The collection that was open last time no longer exists.")


async def test_who_is_new_is_greeted_until_the_help_was_seen(server, browse, tmp_path):
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        await wait_until(pilot, lambda: "New here? : finds every action" in screen_text(pilot))
        await dialog(pilot, HelpScreen, "question_mark")
        await pilot.press("escape")
        await wait_until(pilot, lambda: "1 Collections" in screen_text(pilot))
        assert "New here?" not in screen_text(pilot)
        await pilot.app.start_over()  # as another profile does
        await wait_until(pilot, lambda: "1 Collections" in screen_text(pilot))
        assert "New here?" not in screen_text(pilot)
    async with browse(server.url, screen_state=ScreenState(tmp_path)) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
        assert "New here?" not in screen_text(pilot)


async def test_keys_are_mapped_and_shown_as_they_are(server, browse):
    wanted = Preferences(keys={"help": "f5", "write.remove": "x", "write.attach": "d"})
    async with browse(server.url, preferences=wanted) as pilot:
        await open_collection(pilot, INTERVIEWS)
        assert "d Attach" in screen_text(pilot)
        assert "x Remove" in screen_text(pilot)
        await pilot.press("a")
        await shown(pilot, "a does nothing here. f5 lists the keys;")
        await dialog(pilot, ConfirmScreen, "x")
        await pilot.press("escape")
        await dialog(pilot, HelpScreen, "f5")
        await pilot.press("escape", "F")
        await shown(pilot, "No failed documents.", "F or Esc shows all.")


async def test_what_is_wrong_with_the_file_is_said_once_and_briefly(server, browse):
    sentences = tuple(f"config.toml line {number}: theme is a number." for number in range(1, 7))
    async with browse(server.url, preferences=Preferences(problems=sentences)) as pilot:
        await told(pilot, *sentences[:3], "3 more problems in config.toml: ? lists all.")
        assert "line 4" not in screen_text(pilot)
        await dialog(pilot, HelpScreen, "question_mark")
        await shown(pilot, "Not used of config.toml", *sentences)


@pytest.mark.parametrize("fate", ["kept", "unknown"])
async def test_one_document_goes_unasked_only_where_undo_brings_it_back(
    server, browse, service, fate
):
    wanted = Preferences(confirm_removal=RemovalConfirm.NEVER)
    async with browse(server.url, preferences=wanted) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        if fate == "kept":
            pilot.app.main.session.state.learned.note_files("kept")
        collection_id, file_id = pilot.app.main.session.opened, documents.table.cursor_key
        await pilot.press("d")
        if fate == "kept":
            await shown(pilot, "Undo: z.")
            assert service.fields(collection_id, file_id) is None
        else:
            await dialog(pilot, ConfirmScreen)
            assert service.fields(collection_id, file_id) is not None


async def test_more_than_one_and_what_is_out_of_sight_are_asked_about(server, browse):
    wanted = Preferences(confirm_removal=RemovalConfirm.NEVER)
    async with browse(server.url, preferences=wanted) as pilot:
        await open_collection(pilot, INTERVIEWS)
        pilot.app.main.session.state.learned.note_files("kept")
        await pilot.press("space", "down")
        await dialog(pilot, ConfirmScreen, "d")  # what is marked is not under the cursor
        await pilot.press("escape", "space")
        await dialog(pilot, ConfirmScreen, "d")


async def test_quitting_can_be_asked_about_always(server, browse):
    wanted = Preferences(confirm_quit=QuitConfirm.ALWAYS)
    async with browse(server.url, preferences=wanted) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
        await dialog(pilot, ConfirmScreen, "q")
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
        await dialog(pilot, ConfirmScreen, "q")
        await pilot.press("y")
        await wait_until(pilot, lambda: pilot.app._exit)

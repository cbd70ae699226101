"""The details are a place to work: the next document, and what keys do to this one."""

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    CONTRACTS,
    SCANS,
    back_on_main,
    dialog,
    dialog_of,
    entry,
    move_clock,
    service_with,
    shown,
    told,
    words_on,
    written,
)
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.details import DetailsScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen


async def opened(pilot, key="enter"):
    """Open the details, and wait until they are read afresh."""
    screen = await dialog(pilot, DetailsScreen, key)
    await wait_until(pilot, lambda: "Reading it again" not in screen_text(pilot))
    return screen


async def test_the_next_and_the_previous_document_are_shown_and_the_cursor_goes_along(
    server, browse
):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, CONTRACTS)
        rows = list(documents.table.listing.loaded_items())
        screen = await opened(pilot)
        await pilot.press("left_square_bracket")
        await told(pilot, "No other document is loaded in this direction.")
        assert screen.key == rows[0].file_id
        await pilot.press("right_square_bracket", "right_square_bracket")
        assert screen.key == rows[2].file_id
        await wait_until(pilot, lambda: "Reading it again" not in screen_text(pilot))
        assert rows[2].name in words_on(pilot)
        await pilot.press("c")
        assert pilot.app.clipboard == rows[2].file_id
        await pilot.press("left_square_bracket", "escape")
        await back_on_main(pilot)
        assert documents.table.cursor_key == rows[1].file_id


async def test_a_document_is_edited_from_its_details_and_they_show_it(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, CONTRACTS)
        documents.table.mark([row.file_id for row in documents.table.listing.loaded_items()][5:8])
        screen = await opened(pilot)
        # What a field is defined as stands beside its value.
        await shown(pilot, "required")
        form = await dialog(pilot, EditFieldsScreen, "e")
        entry(form, "counterparty").value = "Mine Ltd"
        await pilot.press("ctrl+s")
        await shown(pilot, "Save these changes?")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        await shown(pilot, "Mine Ltd")
        await told(pilot, "saved")
        fields = service.fields(pilot.app.main.session.opened, screen.key)
        assert "Mine Ltd" in fields.values()
        await dialog(pilot, AttachScreen, "a")
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is screen)


async def test_where_one_was_removed_the_next_is_shown(server, browse):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, CONTRACTS)
        rows = list(documents.table.listing.loaded_items())
        made = written(pilot)
        screen = await opened(pilot)
        await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, rows[0].name)
        await pilot.press("y")
        await wait_until(pilot, lambda: screen.key == rows[1].file_id)
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        assert [path.rpartition("/")[2] for _, path in made] == [rows[0].file_id]
        assert dialog_of(pilot, DetailsScreen)._facts.title == rows[1].name


async def test_a_failure_is_told_in_full_with_what_to_do_and_followed_while_indexed_again(browse):
    with service_with(index_seconds=10) as (server, _):
        async with browse(server.url, size=(120, 40)) as pilot:
            await open_collection(pilot, SCANS)
            await pilot.press("F")
            await wait_until(pilot, lambda: "failed only" in screen_text(pilot))
            await opened(pilot)
            await shown(pilot, "The file does not contain readable text.", "What to do")
            await shown(pilot, "likely to fail again")
            await pilot.press("i")
            await shown(pilot, "◌ indexing")
            await told(pilot, "asked to re-index")
            assert "What to do" not in words_on(pilot)
            await pilot.press("tab")
            await shown(pilot, "DOCUMENT_STATUS_PROCESSING")
            move_clock(server, 60)
            await shown(pilot, "DOCUMENT_STATUS_FAILED")
            await pilot.press("tab")
            await shown(pilot, "✗ failed", "What to do")


async def test_nothing_is_offered_where_nothing_may_be_written(server, browse):
    async with browse(server.url, size=(120, 40), read_only=True) as pilot:
        await open_collection(pilot, SCANS)
        screen = await opened(pilot)
        assert "e Edit" not in words_on(pilot)
        await pilot.press("e", "d", "i")
        await told(pilot, "read-only")
        assert pilot.app.screen is screen

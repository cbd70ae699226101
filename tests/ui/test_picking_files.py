"""Picking the files to attach from those of the team, as a person does it."""

from tests.conftest import KEY, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    INTERVIEWS,
    back_on_main,
    dialog,
    dialog_of,
    outcomes,
    run_over,
    shown,
)
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.team_files import TeamFilesScreen


async def test_files_are_filtered_marked_and_attached(server, browse, service):
    async with browse(server.url, size=(120, 30), inference_key=KEY) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        here = documents.table.row
        form = await dialog(pilot, AttachScreen, "a")
        form._file_ids.text = server.file_ids[0]
        server.faults[:] = [parse_fault("GET:*/files*:403")]
        files = await dialog(pilot, TeamFilesScreen, "ctrl+f")
        await shown(pilot, "✗", "HTTP 403")
        server.faults[:] = []
        await pilot.press("slash", *"two-factor")
        await pilot.press("enter")
        await shown(pilot, "reset-two-factor.md", "in none loaded")
        await pilot.press("space", "slash")
        files._filter.value = here.name
        await pilot.press("enter")
        await shown(pilot, here.name, "here already", "1 marked")
        files._filter.value = ""
        await pilot.press("slash", "enter")
        await wait_until(pilot, lambda: files._table.listing.loaded == 100)
        await pilot.press("G")
        await wait_until(pilot, lambda: files._table.listing.loaded == 200)
        await pilot.press("enter")
        form = await dialog(pilot, AttachScreen)
        picked = server.file_ids[3]  # reset-two-factor.md
        assert form._file_ids.exact.split() == [server.file_ids[0], picked]
        await pilot.press("ctrl+s")
        await shown(pilot, "Attach 2 files?", "reset-two-factor.md file_")
        await pilot.press("ctrl+s")
        run = await run_over(pilot)
        assert outcomes(run) == {server.file_ids[0]: "attached", picked: "attached"}
        await pilot.press("escape")
        await back_on_main(pilot)
        assert service.fields(pilot.app.main.session.opened, picked) == {}


async def test_without_a_key_nothing_typed_is_lost(server, browse):
    async with browse(server.url, size=(80, 24)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        form = await dialog(pilot, AttachScreen, "a")
        form._file_ids.text = server.file_ids[0]
        await dialog(pilot, TeamFilesScreen, "ctrl+f")
        await shown(pilot, "search needs a key. Set XAI_API_KEY.")
        await pilot.press("enter")
        await pilot.press("escape")
        assert dialog_of(pilot, AttachScreen)._file_ids.exact == server.file_ids[0]

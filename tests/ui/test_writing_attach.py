"""Attaching by IDs, as a person does it: what was attached, what was not, and trying again."""

from tests.conftest import wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    INTERVIEWS,
    PAPERS,
    back_on_main,
    dialog,
    dialog_of,
    outcomes,
    run_over,
    shown,
    undo,
    written,
)
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.run import RunScreen

UNKNOWN = "file_00000000-0000-4000-8000-000000000000"


async def test_three_ids_one_unknown_and_one_already_there(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        collection_id, here = pilot.app.main.session.opened, documents.table.cursor_key
        mine, name = server.file_ids[7], documents.table.row.name
        form = await dialog(pilot, AttachScreen, "a")
        form._file_ids.text = f'"{mine}", {UNKNOWN}\n{here}\n{mine}'
        await shown(pilot, "3 IDs · 1 repeated")
        await pilot.press("ctrl+s")
        await shown(pilot, "Attach 2 files?", f"Already here: {name}", mine)
        assert service.fields(collection_id, mine) is None
        await pilot.press("ctrl+s")
        run = await run_over(pilot)
        assert outcomes(run) == {mine: "attached", UNKNOWN: "failed"}
        await shown(pilot, "1 done · 1 failed", "No such file")
        await pilot.press("escape")
        await back_on_main(pilot)
        assert service.fields(collection_id, mine) == {}
        assert documents.table.listing.get(mine) is not None
        assert UNKNOWN not in documents.table.listing


async def test_a_value_that_is_taken_leads_back_to_its_field(server, browse, service):
    async with browse(server.url, size=(120, 45)) as pilot:
        documents = await open_collection(pilot, PAPERS)
        collection_id = pilot.app.main.session.opened
        taken = documents.table.row.fields["doi"]
        one, other = server.file_ids[5], server.file_ids[3]
        form = await dialog(pilot, AttachScreen, "a")
        form._file_ids.text = f"{one}\n{other}"
        await pilot.press("ctrl+s")
        await shown(pilot, "0 lines for 2 files")
        form._columns["doi"].text = f"10.5555/free\n{taken}"
        form._form._defined[0]._input.value = "2026"
        await pilot.press("ctrl+s")
        await shown(pilot, "Attach 2 files?", "year: 2026")
        await pilot.press("ctrl+s")
        run = await run_over(pilot)
        assert outcomes(run) == {one: "attached", other: "failed"}
        assert service.fields(collection_id, other) is None

        form = await dialog(pilot, AttachScreen, "r")
        await wait_until(pilot, lambda: form._column_rows["doi"].problem)
        assert pilot.app.focused is form._columns["doi"]
        assert form._file_ids.text == other
        assert form._columns["doi"].text == taken
        assert form._form.values() == {"year": "2026"}
        await shown(pilot, "The unique field 'doi' has the value")
        form._columns["doi"].text = "10.5555/also-free"
        await pilot.press("ctrl+s")
        await shown(pilot, "Attach 1 file?")
        await pilot.press("ctrl+s")
        run = await run_over(pilot)
        assert outcomes(run) == {other: "attached"}
        await pilot.press("escape")
        await back_on_main(pilot)
    wanted = {"doi": "10.5555/also-free", "year": "2026"}
    assert service.fields(collection_id, other) == wanted
    assert service.fields(collection_id, one) == {**wanted, "doi": "10.5555/free"}


async def test_leaving_the_form_attaches_nothing_and_asks_before_it_forgets(server, browse):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        made = written(pilot)
        form = await dialog(pilot, AttachScreen, "a")
        form._file_ids.text = server.file_ids[0]
        await pilot.press("ctrl+s")
        await shown(pilot, "Attach 1 file?")
        await pilot.press("escape")
        assert form._file_ids.text == server.file_ids[0]
        await pilot.press("escape")
        await shown(pilot, "Close without attaching?")
        await pilot.press("enter")
        assert dialog_of(pilot, AttachScreen)._file_ids.text == server.file_ids[0]
        await pilot.press("escape", "y")
        await back_on_main(pilot)
        assert made == []


async def test_an_attached_file_is_taken_away_again_by_undo(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        collection_id, mine = pilot.app.main.session.opened, server.file_ids[7]
        form = await dialog(pilot, AttachScreen, "a")
        form._file_ids.text = mine
        await pilot.press("ctrl+s")
        await shown(pilot, "Attach 1 file?")
        await pilot.press("ctrl+s")
        await run_over(pilot)
        # Twice at once: the second press finds no run to close.
        await pilot.press("escape", "escape")
        await back_on_main(pilot)
        assert service.fields(collection_id, mine) == {}
        await undo(pilot, "Remove from collection?", "Whether the file itself is kept is not known")
        assert service.fields(collection_id, mine) is None
        assert not isinstance(pilot.app.screen, RunScreen)

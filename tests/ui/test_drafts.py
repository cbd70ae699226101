"""Nothing typed is lost: a form that was left while it was saved opens again with what it held."""

from functools import partial

import pytest

from tests.conftest import wait_until
from tests.ui.forms import DEFINITIONS, NOW, document, opened
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    CONTRACTS,
    INTERVIEWS,
    PAPERS,
    back_on_main,
    dialog,
    entry,
    outcomes,
    run_over,
    service_with,
    shown,
    told,
    words_on,
)
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.collection_form import CollectionFormScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen
from xcoll_tui.ui.screens.form_dialog import FILLED_IN
from xcoll_tui.ui.screens.run import RunScreen
from xcoll_tui.ui.widgets.fields_form import UNDEFINED

UNKNOWN = "file_00000000-0000-4000-8000-000000000000"


async def leave_while_saving(pilot):
    """Agree to the changes, and close the form before it is known what became of them."""
    form = pilot.app.screen
    await pilot.press("ctrl+s")
    await shown(pilot, "Save these changes?")
    form._stage.choices[-1].act()
    form.action_leave()
    form.action_leave()
    await back_on_main(pilot)


def number_of(form, key):
    """Return the number of the row of a field."""
    return [row.key for row in form._fields._rows].index(key)


@pytest.mark.parametrize("ending", ["ignored", "changed", "refused"])
async def test_an_edit_that_was_left_and_failed_is_told_and_opens_again(browse, ending):
    policy = {"metadata_patch": "ignore"} if ending == "ignored" else {}
    with service_with(**policy) as (server, service):
        async with browse(server.url, size=(120, 40)) as pilot:
            documents = await open_collection(pilot, CONTRACTS)
            collection_id, row = pilot.app.main.session.opened, documents.table.row
            form = await dialog(pilot, EditFieldsScreen, "e")
            entry(form, "counterparty").value = "Mine Ltd"
            theirs = dict(row.fields)
            if ending == "changed":
                theirs["effective"] = "2026-06-01"
                service.edit(collection_id, row.file_id, theirs)
            elif ending == "refused":
                server.faults[:] = [Fault("PATCH", "*", 403)]
            await leave_while_saving(pilot)
            await told(pilot, "What you typed is kept: e opens it again.")
            assert service.fields(collection_id, row.file_id) == theirs
            server.faults.clear()
            form = await dialog(pilot, EditFieldsScreen, "e")
            await shown(pilot, FILLED_IN)
            assert entry(form, "counterparty").value == "Mine Ltd"
            # What somebody else changed meanwhile is not taken back by it.
            assert form._fields.values() == {**theirs, "counterparty": "Mine Ltd"}
            await pilot.press("escape")
            await shown(pilot, "Close without saving?")
            await pilot.press("y")
            await back_on_main(pilot)
            form = await dialog(pilot, EditFieldsScreen, "e")
            assert entry(form, "counterparty").value == row.fields["counterparty"]
            assert FILLED_IN not in words_on(pilot)


async def test_a_draft_is_gone_once_it_is_saved(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, CONTRACTS)
        collection_id, row = pilot.app.main.session.opened, documents.table.row
        form = await dialog(pilot, EditFieldsScreen, "e")
        entry(form, "counterparty").value = "Mine Ltd"
        await pilot.press("ctrl+n", *"note", "enter", *"new")
        server.faults[:] = [Fault("PATCH", "*", 403)]
        await leave_while_saving(pilot)
        await told(pilot, "is kept")
        server.faults.clear()
        form = await dialog(pilot, EditFieldsScreen, "e")
        wanted = {**row.fields, "counterparty": "Mine Ltd", "note": "new"}
        assert form._fields.values() == wanted
        await pilot.press("ctrl+s")
        await shown(pilot, "Save these changes?", "+ note")
        await pilot.press("enter")
        await back_on_main(pilot)
        assert service.fields(collection_id, row.file_id) == wanted
        await dialog(pilot, EditFieldsScreen, "e")
        assert FILLED_IN not in words_on(pilot)


async def test_a_left_save_that_succeeds_keeps_no_draft(server, browse):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, CONTRACTS)
        form = await dialog(pilot, EditFieldsScreen, "e")
        entry(form, "counterparty").value = "Mine Ltd"
        await leave_while_saving(pilot)
        await told(pilot, "are saved")
        form = await dialog(pilot, EditFieldsScreen, "e")
        assert FILLED_IN not in words_on(pilot)
        assert entry(form, "counterparty").value == "Mine Ltd"


@pytest.mark.parametrize("key", ["n", "e"])
async def test_a_collection_form_that_was_left_opens_again(server, browse, service, key):
    async with browse(server.url, size=(120, 50)) as pilot:
        await open_collection(pilot, PAPERS)
        await pilot.press("1")
        form = await dialog(pilot, CollectionFormScreen, key)
        form._name_input.value, form._description_input.value = "Typed", "all of it"
        form._chunking._select.value = "chars_configuration"
        await pilot.pause()
        form._chunking._size_input.value, form._chunking._overlap_input.value = "500", "50"
        await pilot.press("ctrl+n", *"extra")
        if key == "e":
            form._fields._rows[0].toggle()
        wanted = form.value()
        server.faults[:] = [Fault("POST" if key == "n" else "PUT", "*", 403)]
        form.action_save()
        if key == "e":
            await shown(pilot, "Save these changes?")
            form._stage.choices[-1].act()
        form.action_leave()
        form.action_leave()
        await back_on_main(pilot)
        await told(pilot, f"What you typed is kept: {key} opens it again.")
        server.faults.clear()
        form = await dialog(pilot, CollectionFormScreen, key)
        await shown(pilot, FILLED_IN)
        assert form.value() == wanted
        assert form._fields._rows[0].deleted == (key == "e")
        await pilot.press("escape")
        await shown(pilot, "Close without saving?")
        await pilot.press("y")
        await back_on_main(pilot)
        form = await dialog(pilot, CollectionFormScreen, key)
        assert form._name_input.value == ("" if key == "n" else PAPERS)
    assert "Typed" not in service.collections()


async def test_ids_that_were_not_attached_open_again_with_their_values(server, browse, service):
    async with browse(server.url, size=(120, 45)) as pilot:
        await open_collection(pilot, PAPERS)
        collection_id, mine = pilot.app.main.session.opened, server.file_ids[5]
        form = await dialog(pilot, AttachScreen, "a")
        form._file_ids.text = f"{mine}\n{UNKNOWN}"
        form._columns["doi"].text = "10.5555/one\n10.5555/two"
        form._form._defined[0]._input.value = "2026"
        await pilot.press("ctrl+s")
        await shown(pilot, "Attach 2 files?")
        # It is tried again for a while, so that the run is under way when it is hidden.
        server.faults[:] = [Fault("POST", f"*/{UNKNOWN}", 503, times=3)]
        await pilot.press("ctrl+s")
        await dialog(pilot, RunScreen)
        await pilot.press("escape")
        await told(pilot, "1 attached, 1 failed", "r lists them")
        await back_on_main(pilot)
        assert service.fields(collection_id, mine) is not None
        form = await dialog(pilot, AttachScreen, "a")
        await shown(pilot, "What was not attached before is filled in again.")
        assert form._file_ids.text == UNKNOWN
        assert form._columns["doi"].text == "10.5555/two"
        assert form._form.values() == {"year": "2026"}
        await pilot.press("escape")
        await shown(pilot, "Close without attaching?")
        await pilot.press("y")
        await back_on_main(pilot)
        form = await dialog(pilot, AttachScreen, "a")
        assert form._file_ids.text == ""
        assert not form.changed


async def test_what_was_attached_before_a_retry_does_not_come_back(server, browse):
    async with browse(server.url, size=(120, 45)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        mine = server.file_ids[5]
        form = await dialog(pilot, AttachScreen, "a")
        form._file_ids.text = f"{mine}\n{UNKNOWN}"
        await pilot.press("ctrl+s")
        await shown(pilot, "Attach 2 files?")
        await pilot.press("ctrl+s")
        run = await run_over(pilot)
        assert outcomes(run) == {mine: "attached", UNKNOWN: "failed"}
        await pilot.press("r")
        await wait_until(pilot, lambda: pilot.app.screen is not run)
        run = await run_over(pilot)
        assert outcomes(run) == {UNKNOWN: "failed"}
        await pilot.press("escape")
        await back_on_main(pilot)
        form = await dialog(pilot, AttachScreen, "a")
        assert form._file_ids.text == UNKNOWN


async def test_fields_that_are_not_defined_are_marked(server, browse):
    async with browse(server.url, size=(120, 45)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        form = await dialog(pilot, EditFieldsScreen, "e")
        assert UNDEFINED not in words_on(pilot)
        await pilot.press("ctrl+n")
        await shown(pilot, UNDEFINED)
        await pilot.press("escape")
        await back_on_main(pilot)
        form = await dialog(pilot, AttachScreen, "a")
        assert UNDEFINED not in words_on(pilot)
        form._form.add_row()
        await shown(pilot, UNDEFINED)


async def test_a_draft_of_many_fields_is_whole_before_its_pages_are_opened():
    fields = {f"field {number:03}": f"{number}" for number in range(60)}
    entered = {"ticker": "TSLA", **fields, "field 040": "changed", "field 041": "", "new": "one"}
    del entered["field 050"]
    made = partial(
        EditFieldsScreen, document(**fields), DEFINITIONS, print, now=NOW, entered=entered
    )
    async with opened(made) as (pilot, form):
        assert form._fields.values() == entered
        assert form.changed
        for key in ("field 041", "field 050", "new"):
            form._fields._go_to(number_of(form, key))
            await pilot.pause()
        assert "Fields 61–64 of 64" in words_on(pilot)
        assert UNDEFINED in words_on(pilot)
        assert form._fields._open(number_of(form, "new")).new
        assert form._fields.values() == entered
        removed = form._fields._open(number_of(form, "field 050"))
        assert removed.removed
        removed.toggle()
        assert form._fields.values() == {**entered, "field 050": "50"}


async def test_columns_of_a_paste_are_not_called_undefined_while_that_is_not_known():
    async def check(_file_ids):
        return {}

    text = f"file_id,ticker\n{UNKNOWN},TSLA\n"
    for definitions, reason in (
        (None, "the fields of the collection are not known"),
        ([], "the collection has no such field"),
    ):
        made = partial(AttachScreen, "Plans", definitions, check)
        async with opened(made) as (pilot, form):
            form._file_ids.text = text
            await shown(pilot, f"Left out, because {reason}: ticker")

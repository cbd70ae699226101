"""Editing the fields of a document, as a person does it: saved only once the service shows it."""

import pytest
from textual.widgets import RadioSet

from tests.conftest import wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    CONTRACTS,
    PAPERS,
    back_on_main,
    dialog,
    dialog_of,
    entry,
    service_with,
    shown,
    toasts,
    words_on,
    written,
)
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.choose import ChooseScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen


async def edit(pilot, name):
    """Open a collection and the form of its first document; return it with the two IDs."""
    documents = await open_collection(pilot, name)
    collection_id, file_id = pilot.app.main.session.opened, documents.table.cursor_key
    form = await dialog(pilot, EditFieldsScreen, "e")
    return form, collection_id, file_id


async def test_a_required_and_unique_field_is_checked_then_saved_and_undone(
    server, browse, service
):
    async with browse(server.url, size=(120, 40)) as pilot:
        form, collection_id, file_id = await edit(pilot, PAPERS)
        rows = list(pilot.app.main.documents.table.listing.loaded_items())
        old, taken = dict(rows[0].fields), rows[1]
        made = written(pilot)
        entry(form, "doi").value = ""
        await pilot.press("ctrl+s")
        await shown(pilot, "This field is required")
        entry(form, "doi").value = taken.fields["doi"]
        await pilot.press("ctrl+s")
        await shown(pilot, f"{taken.name} already has this value, and it must be unique.")
        assert made == []
        entry(form, "doi").value = "10.5555/new"
        await pilot.press("ctrl+s")
        await shown(pilot, "Save these changes?", f"doi {old['doi']} → 10.5555/new")
        assert made == []
        await pilot.press("enter")
        await back_on_main(pilot)
        wanted = {**old, "doi": "10.5555/new"}
        assert service.fields(collection_id, file_id) == wanted
        assert any("are saved" in each for each in toasts(pilot))
        assert pilot.app.main.documents.table.row.fields == wanted
        await pilot.press("z")
        await wait_until(pilot, lambda: service.fields(collection_id, file_id) == old)
        await back_on_main(pilot)
        assert pilot.app.main.documents.table.row.fields == old


async def test_a_refusal_by_the_service_lands_on_the_field_it_names(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        form, collection_id, file_id = await edit(pilot, PAPERS)
        rows = list(pilot.app.main.documents.table.listing.loaded_items())
        # The value is taken after the program looked whether it is free.
        entry(form, "doi").value = "10.5555/race"
        await pilot.press("ctrl+s")
        await shown(pilot, "Save these changes?")
        service.edit(collection_id, rows[1].file_id, {**rows[1].fields, "doi": "10.5555/race"})
        await pilot.press("enter")
        await wait_until(pilot, lambda: form.in_form)
        assert pilot.app.focused is entry(form, "doi")
        assert entry(form, "doi").value == "10.5555/race"
        await shown(pilot, "unique field 'doi'")
        assert service.fields(collection_id, file_id) == rows[0].fields


@pytest.mark.parametrize("chosen", ["mine", "theirs", "back"])
async def test_losing_a_race_asks_whose_value_counts(server, browse, service, chosen):
    async with browse(server.url, size=(120, 40)) as pilot:
        form, collection_id, file_id = await edit(pilot, CONTRACTS)
        old = service.fields(collection_id, file_id)
        entry(form, "counterparty").value = "Mine Ltd"
        service.edit(collection_id, file_id, {**old, "counterparty": "Theirs Ltd", "note": "new"})
        made = written(pilot)
        await pilot.press("ctrl+s")
        await shown(pilot, "Save these changes?")
        await pilot.press("enter")
        await shown(pilot, "Changed meanwhile", "Mine Ltd", "Theirs Ltd", "changed by both")
        assert made == []
        if chosen == "theirs":
            form.query(RadioSet).first().focus()
            await pilot.press("down", "enter")
        if chosen == "back":
            await pilot.press("escape")
            assert form.in_form
            assert entry(form, "counterparty").value == "Mine Ltd"
            await pilot.press("escape")
            await shown(pilot, "Close without saving?")
            await pilot.press("y")
        else:
            await pilot.press("ctrl+s")
        await back_on_main(pilot)
    name = "Mine Ltd" if chosen == "mine" else "Theirs Ltd"
    wanted = {**old, "counterparty": name, "note": "new"}
    assert service.fields(collection_id, file_id) == wanted
    assert bool(made) == (chosen == "mine")


@pytest.mark.parametrize("reattach", ["conflict", "keep"])
async def test_an_edit_that_is_not_taken_is_never_called_saved(browse, reattach):
    with service_with(metadata_patch="ignore", reattach=reattach) as (server, service):
        async with browse(server.url, size=(120, 40)) as pilot:
            form, collection_id, file_id = await edit(pilot, CONTRACTS)
            old = service.fields(collection_id, file_id)
            entry(form, "counterparty").value = "Mine Ltd"
            await pilot.press("ctrl+s")
            await shown(pilot, "Save these changes?")
            await pilot.press("enter")
            await shown(pilot, "Replace the document?", "Mine Ltd")
            assert not any("are saved" in each for each in toasts(pilot))
            assert "are saved" not in words_on(pilot)
            assert "neither saved nor refused" in words_on(pilot)
            assert service.fields(collection_id, file_id) == old
            # Enter does what Esc does here: back to the form, with what was typed.
            await pilot.press("enter")
            assert dialog_of(pilot, EditFieldsScreen).in_form
            assert entry(form, "counterparty").value == "Mine Ltd"
            await pilot.press("ctrl+s")
            await shown(pilot, "Save these changes?")
            await pilot.press("enter")
            await shown(pilot, "Replace the document?")
            await pilot.press("y")
            await back_on_main(pilot)
        assert service.fields(collection_id, file_id) == {**old, "counterparty": "Mine Ltd"}


async def test_a_fault_between_the_halves_of_a_replacement_loses_nothing(browse, tmp_path):
    with service_with(metadata_patch="ignore") as (server, service):
        async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
            form, collection_id, file_id = await edit(pilot, CONTRACTS)
            old = service.fields(collection_id, file_id)
            entry(form, "counterparty").value = "Mine Ltd"
            await pilot.press("ctrl+s")
            await shown(pilot, "Save these changes?")
            await pilot.press("enter")
            await shown(pilot, "Replace the document?")
            server.faults[:] = [Fault("POST", "*/documents/*", 403)]
            await pilot.press("y")
            await wait_until(pilot, lambda: pilot.app.main.session.unfinished)
            await wait_until(pilot, lambda: not pilot.app.main.session.busy)
            assert service.fields(collection_id, file_id) is None
            assert form.is_attached
            assert entry(form, "counterparty").value == "Mine Ltd"
        server.faults.clear()
        # The next start offers to finish it.
        async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
            await shown(pilot, "interrupted")
            await pilot.press("exclamation_mark")
            await shown(pilot, "not shown now")
            await pilot.press("enter")
            await dialog(pilot, ChooseScreen)
            await pilot.press("n")
            await shown(pilot, "is attached again")
            assert pilot.app.main.session.unfinished == []
        assert service.fields(collection_id, file_id) == {**old, "counterparty": "Mine Ltd"}


@pytest.mark.parametrize("phase", ["before", "after"])
async def test_a_write_without_an_answer_is_read_back_and_told_as_it_is(
    server, browse, service, phase
):
    async with browse(server.url, size=(120, 40), silence=1) as pilot:
        form, collection_id, file_id = await edit(pilot, CONTRACTS)
        old = service.fields(collection_id, file_id)
        server.faults[:] = [Fault("PATCH", "*", "timeout", phase, times=1)]
        entry(form, "counterparty").value = "Mine Ltd"
        await pilot.press("ctrl+s")
        await shown(pilot, "Save these changes?")
        await pilot.press("enter")
        await wait_until(pilot, lambda: form.in_form or not form.is_attached)
        session = pilot.app.main.session
        await wait_until(pilot, lambda: not session.busy)
        held = service.fields(collection_id, file_id)
        outcome = session.activity.entries[-1].outcome
        if phase == "after":
            assert held == {**old, "counterparty": "Mine Ltd"}
            assert outcome.ok
            await back_on_main(pilot)
            assert outcome.message in toasts(pilot)
        else:
            # It did not arrive, and the form stands as it was left.
            assert held == old
            assert not outcome.ok
            assert entry(form, "counterparty").value == "Mine Ltd"
            assert "are saved is not known: the old ones show" in words_on(pilot)
            await pilot.press("ctrl+s")
            await shown(pilot, "Save these changes?")
            await pilot.press("enter")
            await back_on_main(pilot)
            assert service.fields(collection_id, file_id) == {**old, "counterparty": "Mine Ltd"}


async def test_leaving_the_form_keeps_nothing_half_done(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        form, collection_id, file_id = await edit(pilot, CONTRACTS)
        made, old = written(pilot), service.fields(collection_id, file_id)
        entry(form, "counterparty").value = "Mine Ltd"
        await pilot.press("ctrl+s")
        await shown(pilot, "Save these changes?")
        await pilot.press("escape", "escape")
        await shown(pilot, "Close without saving?")
        await pilot.press("y")
        await back_on_main(pilot)
        assert made == []
        assert service.fields(collection_id, file_id) == old
        assert pilot.app.main.documents.table.row.fields == old

"""Every write by the mouse alone: no key is pressed, and what is pasted comes by the clipboard."""

import pytest

from tests.conftest import wait_until
from tests.ui.mouse import (
    choose,
    choose_command,
    click_button,
    click_footer,
    click_hint,
    click_row,
    click_text,
    click_widget,
    mark_row,
    mouse_alone,
    open_by_mouse,
    paste,
)
from tests.ui.writing import (
    CONTRACTS,
    INTERVIEWS,
    NOTES,
    PAPERS,
    SCANS,
    back_on_main,
    dialog,
    entry,
    outcomes,
    run_over,
    service_with,
    shown,
    undone,
    words_on,
    written,
)
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.activity import ActivityScreen
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.choose import ChooseScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.details import DetailsScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen
from xcoll_tui.ui.screens.pick import PickScreen
from xcoll_tui.ui.screens.run import RunScreen
from xcoll_tui.ui.screens.set_field import SetFieldScreen
from xcoll_tui.ui.screens.steps import StepsScreen

UNKNOWN = "file_00000000-0000-4000-8000-000000000000"
RULES = ("required", "unique", "inject_into_chunk", "description")


@pytest.fixture
def by_mouse(browse):
    """The program for the mouse alone."""
    return lambda url, **options: mouse_alone(browse(url, **{"size": (120, 40), **options}))


def rows_of(documents):
    return list(documents.table.listing.loaded_items())


async def test_three_ids_one_unknown_and_one_already_there(server, by_mouse, service):
    async with by_mouse(server.url) as pilot:
        documents = await open_by_mouse(pilot, INTERVIEWS)
        collection_id, here = pilot.app.main.session.opened, rows_of(documents)[3]
        mine = server.file_ids[7]
        await click_footer(pilot, "Attach")
        form = await dialog(pilot, AttachScreen)
        await paste(pilot, form._file_ids, f"{mine}\n{UNKNOWN}, {here.file_id}")
        await click_button(pilot, "Review…")
        await shown(pilot, "Attach 2 files?", f"Already here: {here.name}")
        assert service.fields(collection_id, mine) is None
        # A double click on what comes next does not agree twice.
        await click_button(pilot, "Attach 2 files", times=2)
        run = await run_over(pilot)
        assert outcomes(run) == {mine: "attached", UNKNOWN: "failed"}
        await shown(pilot, "No such file")
        await click_hint(pilot, "Retry the failures")
        await wait_until(pilot, lambda: pilot.app.screen is not run)
        run = await run_over(pilot)
        assert outcomes(run) == {UNKNOWN: "failed"}
        await click_hint(pilot, "Close")
        await back_on_main(pilot)
        assert service.fields(collection_id, mine) == {}
        assert documents.table.listing.get(mine) is not None
        assert UNKNOWN not in documents.table.listing


async def test_one_is_edited_under_a_required_and_a_unique_rule_then_undone(
    server, by_mouse, service
):
    async with by_mouse(server.url) as pilot:
        documents = await open_by_mouse(pilot, PAPERS)
        collection_id = pilot.app.main.session.opened
        row, taken = rows_of(documents)[1], rows_of(documents)[4]
        old, made = dict(row.fields), written(pilot)
        await click_row(pilot, documents.table, row.name)
        assert documents.table.cursor_key == row.file_id
        await click_footer(pilot, "Edit")
        form = await dialog(pilot, EditFieldsScreen)
        for emptied, shown_text in ((True, ""), (False, old["doi"]), (True, "")):
            await click_widget(pilot, form._fields._defined[0]._button)
            await wait_until(pilot, lambda text=shown_text: entry(form, "doi").value == text)
            assert ("doi" not in form._fields.values()) == emptied
        await click_button(pilot, "Review…")
        await shown(pilot, "This field is required")
        await paste(pilot, entry(form, "doi"), taken.fields["doi"])
        await click_button(pilot, "Review…")
        await shown(pilot, f"{taken.name} already has this value, and it must be unique.")
        assert made == []
        await paste(pilot, entry(form, "doi"), "10.5555/new")
        await click_button(pilot, "+ Add a field")
        added = form._fields._others[-1]
        await paste(pilot, added._key_input, "note")
        await paste(pilot, added._input, "read")
        await click_button(pilot, "Review…")
        await shown(pilot, "Save these changes?", f"doi {old['doi']} → 10.5555/new", "+ note")
        await click_button(pilot, "Save")
        await back_on_main(pilot)
        wanted = {**old, "doi": "10.5555/new", "note": "read"}
        assert service.fields(collection_id, row.file_id) == wanted
        # Take one out again.
        await click_footer(pilot, "Edit")
        form = await dialog(pilot, EditFieldsScreen)
        await click_widget(pilot, form._fields._others[0]._button)
        await click_button(pilot, "Review…")
        await shown(pilot, "Save these changes?", "− note")
        await click_button(pilot, "Save")
        await back_on_main(pilot)
        assert service.fields(collection_id, row.file_id) == {**old, "doi": "10.5555/new"}
        for _ in range(2):
            count = len(made)
            await choose_command(pilot, "Undo")
            await wait_until(pilot, lambda count=count: len(made) > count)
            await back_on_main(pilot)
        assert service.fields(collection_id, row.file_id) == old


@pytest.mark.parametrize("chosen", ["mine", "theirs", "back"])
async def test_losing_a_race_is_settled(server, by_mouse, service, chosen):
    async with by_mouse(server.url) as pilot:
        documents = await open_by_mouse(pilot, CONTRACTS)
        collection_id, row = pilot.app.main.session.opened, rows_of(documents)[1]
        old = dict(row.fields)
        await click_row(pilot, documents.table, row.name)
        await click_footer(pilot, "Edit")
        form = await dialog(pilot, EditFieldsScreen)
        await paste(pilot, entry(form, "counterparty"), "Mine Ltd")
        # A second editor changes the same field, and one more.
        theirs = {**old, "counterparty": "Theirs Ltd", "note": "new"}
        service.edit(collection_id, row.file_id, theirs)
        made = written(pilot)
        await click_button(pilot, "Review…")
        await shown(pilot, "Save these changes?")
        await click_button(pilot, "Save")
        await shown(pilot, "Changed meanwhile", "Mine Ltd", "Theirs Ltd", "changed by both")
        assert made == []
        if chosen == "back":
            await click_button(pilot, "Back to the form")
            assert form.in_form
            assert entry(form, "counterparty").value == "Mine Ltd"
            await click_button(pilot, "Cancel")
            await shown(pilot, "Close without saving?")
            await click_button(pilot, "Discard")
        else:
            if chosen == "theirs":
                await click_text(pilot, "Theirs  Theirs Ltd")
            await click_button(pilot, "Save")
        await back_on_main(pilot)
    wanted = {**theirs, "counterparty": "Mine Ltd"} if chosen == "mine" else theirs
    assert service.fields(collection_id, row.file_id) == wanted
    assert bool(made) == (chosen == "mine")


async def test_one_is_removed_after_it_was_asked_and_undone(server, by_mouse, service):
    async with by_mouse(server.url) as pilot:
        documents = await open_by_mouse(pilot, INTERVIEWS)
        collection_id, row = pilot.app.main.session.opened, rows_of(documents)[5]
        made = written(pilot)
        await click_row(pilot, documents.table, row.name)
        await click_footer(pilot, "Remove")
        await dialog(pilot, ConfirmScreen)
        await click_button(pilot, "Cancel")
        await back_on_main(pilot)
        assert made == []
        await click_footer(pilot, "Remove")
        await dialog(pilot, ConfirmScreen)
        await click_button(pilot, "Remove", times=2)
        await wait_until(pilot, lambda: documents.table.listing.get(row.file_id) is None)
        await back_on_main(pilot)
        assert service.fields(collection_id, row.file_id) is None
        assert [method for method, _ in made] == ["DELETE"]
        await choose_command(pilot, "Undo")
        await wait_until(pilot, lambda: documents.table.listing.get(row.file_id))
        await back_on_main(pilot)
        assert service.fields(collection_id, row.file_id) == row.fields


async def test_ten_are_removed_and_undone_from_the_activity(server, by_mouse, service):
    async with by_mouse(server.url) as pilot:
        documents = await open_by_mouse(pilot, INTERVIEWS)
        collection_id = pilot.app.main.session.opened
        held = {row.file_id: dict(row.fields) for row in rows_of(documents)[:10]}
        for row in rows_of(documents)[:10]:
            await mark_row(pilot, documents.table, row.name)
        assert set(documents.table.marks) == set(held)
        await click_footer(pilot, "Remove")
        await dialog(pilot, ConfirmScreen)
        await shown(pilot, "10 documents", "and 5 more")
        await click_button(pilot, "Remove 10 documents", times=2)
        run = await run_over(pilot)
        assert outcomes(run) == dict.fromkeys(held, "removed")
        await click_hint(pilot, "Close")
        await back_on_main(pilot)
        assert service.collection(collection_id)["documents_count"] == 47
        await choose_command(pilot, "Activity")
        await dialog(pilot, ActivityScreen)
        await click_hint(pilot, "requests")
        await shown(pilot, "Activity: Requests", "DELETE /v1/collections/")
        await click_hint(pilot, "Copy")
        assert pilot.app.clipboard.startswith("curl ")
        await click_hint(pilot, "writes")
        await shown(pilot, "Activity: Writes", "10 removed")
        await click_hint(pilot, "Undo")
        await dialog(pilot, ConfirmScreen)
        await shown(pilot, "Undo: Attach again?", "10 documents")
        await click_button(pilot, "Undo", times=2)
        assert outcomes(await run_over(pilot)) == dict.fromkeys(held, "attached")
        await click_hint(pilot, "Close")
        await undone(pilot)
        assert {each: service.fields(collection_id, each) for each in held} == held


async def test_the_failed_ones_are_indexed_again(server, by_mouse):
    async with by_mouse(server.url) as pilot:
        documents = await open_by_mouse(pilot, SCANS)
        made = written(pilot)
        await choose_command(pilot, "Failed only")
        await wait_until(pilot, lambda: documents.table.listing.loaded == 12)
        failed = [row.file_id for row in rows_of(documents)]
        for row in rows_of(documents):
            await mark_row(pilot, documents.table, row.name)
        assert set(documents.table.marks) == set(failed)
        await click_footer(pilot, "Re-index")
        await dialog(pilot, ConfirmScreen)
        await shown(pilot, "12 documents of Incoming scans are re-indexed")
        assert made == []
        await click_button(pilot, "Re-index 12 documents")
        run = await run_over(pilot)
        assert outcomes(run) == dict.fromkeys(failed, "asked for")
        assert sorted(path.rpartition("/")[2] for _, path in made) == sorted(failed)
        assert {method for method, _ in made} == {"PATCH"}
        await click_hint(pilot, "Close")
        await back_on_main(pilot)


async def test_one_field_is_set_and_cleared_for_all_that_is_marked(server, by_mouse, service):
    async with by_mouse(server.url) as pilot:
        documents = await open_by_mouse(pilot, SCANS)
        collection_id = pilot.app.main.session.opened
        held = {row.file_id: dict(row.fields) for row in rows_of(documents)[1:4]}
        for row in rows_of(documents)[1:4]:
            await mark_row(pilot, documents.table, row.name)
        await click_footer(pilot, "Set a field")
        form = await dialog(pilot, SetFieldScreen)
        await choose(pilot, form._select, "another…")
        await paste(pilot, form._key_input, "shelf")
        await paste(pilot, form._value_input, "7")
        await click_button(pilot, "Review…")
        await shown(pilot, "Set this field?", "shelf becomes 7 in 3 documents")
        await click_button(pilot, "Set")
        run = await run_over(pilot)
        assert outcomes(run) == dict.fromkeys(held, "saved")
        await click_hint(pilot, "Close")
        await back_on_main(pilot)
        now = {each: service.fields(collection_id, each) for each in held}
        assert now == {each: {**fields, "shelf": "7"} for each, fields in held.items()}

        assert set(documents.table.marks) == set(held)
        await click_footer(pilot, "Set a field")
        form = await dialog(pilot, SetFieldScreen)
        await choose(pilot, form._select, "box")
        await click_widget(pilot, form._clear)
        await click_button(pilot, "Review…")
        await shown(pilot, "Clear this field?", "box is removed from 3 documents")
        await click_button(pilot, "Clear")
        run = await run_over(pilot)
        assert outcomes(run) == dict.fromkeys(held, "saved")
        await click_hint(pilot, "Close")
        await back_on_main(pilot)
        now = {each: service.fields(collection_id, each) for each in held}
        assert now == {each: {"shelf": "7"} for each in held}


async def test_a_run_is_hidden_found_again_and_called_off(by_mouse):
    # Slow enough that the run is still under way when it is found again.
    with service_with(latency=1.0) as (server, _):
        async with by_mouse(server.url) as pilot:
            documents = await open_by_mouse(pilot, NOTES)
            await choose_command(pilot, "Mark all loaded rows")
            await wait_until(pilot, lambda: len(documents.table.marks) == 100)
            await click_footer(pilot, "Re-index")
            await dialog(pilot, ConfirmScreen)
            await click_button(pilot, "Re-index 100 documents")
            await dialog(pilot, RunScreen)
            await click_hint(pilot, "Hide")
            await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
            await choose_command(pilot, "Show the run")
            await dialog(pilot, RunScreen)
            await click_hint(pilot, "Cancel what is unsent")
            run = await run_over(pilot)
            words = list(outcomes(run).values())
            assert "ready" in words
            assert "not sent" in words
            assert len(words) == 100
            await shown(pilot, f"{words.count('not sent')} not sent")


async def test_a_replacement_that_broke_off_is_finished(by_mouse, tmp_path):
    with service_with(metadata_patch="ignore") as (server, service):
        async with by_mouse(server.url, state=tmp_path) as pilot:
            documents = await open_by_mouse(pilot, CONTRACTS)
            collection_id, row = pilot.app.main.session.opened, rows_of(documents)[2]
            await click_row(pilot, documents.table, row.name)
            await click_footer(pilot, "Edit")
            form = await dialog(pilot, EditFieldsScreen)
            await paste(pilot, entry(form, "counterparty"), "Mine Ltd")
            await click_button(pilot, "Review…")
            await shown(pilot, "Save these changes?")
            await click_button(pilot, "Save")
            await shown(pilot, "Replace the document?")
            server.faults[:] = [Fault("POST", "*/documents/*", 403)]
            await click_button(pilot, "Replace", times=2)
            await wait_until(pilot, lambda: pilot.app.main.session.unfinished)
            await wait_until(pilot, lambda: form.in_form)
            assert service.fields(collection_id, row.file_id) is None
            assert "out of the collection" in words_on(pilot)
            server.faults.clear()
            await click_button(pilot, "Cancel")
            await shown(pilot, "Close without saving?")
            await click_button(pilot, "Discard")
            await back_on_main(pilot)
            await choose_command(pilot, "Finish what was interrupted")
            await dialog(pilot, PickScreen)
            await click_row(pilot, pilot.app.screen._table, row.name, times=2)
            await dialog(pilot, ChooseScreen)
            await click_button(pilot, "New fields", times=2)
            steps = await dialog(pilot, StepsScreen)
            await wait_until(pilot, lambda: steps.over)
            await click_hint(pilot, "Close")
            await back_on_main(pilot)
            assert pilot.app.main.session.unfinished == []
        wanted = {**row.fields, "counterparty": "Mine Ltd"}
        assert service.fields(collection_id, row.file_id) == wanted


async def test_what_is_told_of_a_document_is_turned_copied_and_closed(server, by_mouse):
    async with by_mouse(server.url) as pilot:
        documents = await open_by_mouse(pilot, INTERVIEWS)
        row = rows_of(documents)[1]
        await click_row(pilot, documents.table, row.name, times=2)
        await dialog(pilot, DetailsScreen)
        await shown(pilot, "SHA-256")
        await click_hint(pilot, "Facts/JSON")
        await shown(pilot, '"file_metadata"')
        await click_hint(pilot, "Copy ID")
        assert pilot.app.clipboard == row.file_id
        await click_hint(pilot, "Close")
        await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)

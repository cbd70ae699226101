"""Editing fields where the sources are silent: whatever a PATCH or a second attach does.

Nine services, of which four need the document removed and attached again. What they hold is read
past the program, also at the very moment at which it calls something saved.
"""

import json
from itertools import product

import pytest

from tests.conftest import wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    CONTRACTS,
    back_on_main,
    dialog,
    dialog_of,
    entry,
    outcomes,
    run_over,
    service_with,
    shown,
    toasts,
    undo,
    words_on,
)
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.choose import ChooseScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen
from xcoll_tui.ui.screens.set_field import SetFieldScreen

PATCHES, REATTACHES = ("replace", "merge", "ignore"), ("conflict", "replace", "keep")
POLICIES = list(product(PATCHES, REATTACHES))
# Where neither in place changes all that is wanted, replacing is what is left.
REPLACED = [each for each in POLICIES if "replace" not in each]
OLD = {"counterparty": "Fjord Ltd", "effective": "2026-01-01", "draft": "yes"}
# One changed, one added, and two taken out: one that is defined, and another.
WANTED = {"counterparty": "Fjord plc", "note": "signed"}
NAME = "Fjord - SOW 3 (signed).docx"
ATTACH = "*/documents/*"


class Editing:
    """The form of one document, and how the service holds it."""

    def __init__(self, pilot, server, service):
        self.pilot, self.service = pilot, service
        self.file_id = server.file_ids[6]
        self.collection_id = service.collections()[CONTRACTS]["collection_id"]
        self.saved = []
        """What the service held each time when something was called saved."""

    async def begin(self):
        """Attach a document with fields, and open its form."""
        self.service.attach(self.collection_id, self.file_id, OLD)
        await self.open()
        main = self.pilot.app.main
        tell = main.tell

        def listen(said):
            if "saved" in said and "not saved" not in said:
                self.saved.append(self.held)
            tell(said)

        main.tell = listen
        self.form = await dialog(self.pilot, EditFieldsScreen, "e")

    async def open(self):
        documents = await open_collection(self.pilot, CONTRACTS)
        documents.table.move_to(documents.table.listing.index_of(self.file_id))
        assert documents.table.row.name == NAME

    @property
    def held(self):
        return self.service.fields(self.collection_id, self.file_id)

    @property
    def session(self):
        return self.pilot.app.main.session

    async def fill_in(self):
        """Change one field, take out two, and add one."""
        form, press = self.form, self.pilot.press
        entry(form, "counterparty").value = WANTED["counterparty"]
        entry(form, "effective").value = ""
        form._fields._others[0]._button.focus()
        await press("enter", "ctrl+n", *"note", "enter", *WANTED["note"])

    async def save(self):
        """Look at the changes, and agree to them."""
        await self.pilot.press("ctrl+s")
        await shown(self.pilot, "Save these changes?", "− effective", "− draft", "+ note")
        await self.pilot.press("enter")

    async def replace(self):
        """Agree to what is offered once it is."""
        await shown(self.pilot, "Replace the document?")
        await self.pilot.press("y")


@pytest.fixture
def edit(browse, tmp_path):
    def open_program(server, **options):
        return browse(server.url, size=(120, 45), state=tmp_path, **options)

    return open_program


# Every answer to each of the two; all nine together are under `tests/contract`.
@pytest.mark.parametrize(("patch", "reattach"), list(zip(PATCHES, REATTACHES, strict=True)))
async def test_an_edit_is_called_saved_when_the_service_shows_it(edit, tmp_path, patch, reattach):
    with service_with(metadata_patch=patch, reattach=reattach) as (server, service):
        async with edit(server) as pilot:
            it = Editing(pilot, server, service)
            await it.begin()
            await it.fill_in()
            assert it.held == OLD
            await it.save()
            if (patch, reattach) in REPLACED:
                await shown(pilot, "Replace the document?", "− draft", "Fjord plc")
                said = "saved in part only" if patch == "merge" else "neither saved nor refused"
                assert said in words_on(pilot)
                assert "saved" not in " ".join(toasts(pilot))
                assert it.held == ({**OLD, **WANTED} if patch == "merge" else OLD)
                assert it.saved == []
                await it.replace()
            await back_on_main(pilot)
            assert it.held == WANTED
            assert it.saved == [WANTED]
            assert pilot.app.main.documents.table.listing.get(it.file_id).fields == WANTED
            assert it.session.unfinished == []
            assert list(tmp_path.glob("unfinished/*")) == []

            replaced = (patch, reattach) in REPLACED
            await undo(pilot, *(["Put the old fields back?", NAME] if replaced else []))
            assert it.held == OLD
            assert pilot.app.main.documents.table.listing.get(it.file_id).fields == OLD


@pytest.mark.parametrize(("patch", "reattach"), REPLACED[::3])
async def test_old_fields_are_put_back_where_the_new_ones_are_refused(
    edit, tmp_path, patch, reattach
):
    with service_with(metadata_patch=patch, reattach=reattach) as (server, service):
        async with edit(server) as pilot:
            it = Editing(pilot, server, service)
            await it.begin()
            await it.fill_in()
            await it.save()
            await shown(pilot, "Replace the document?")
            server.faults[:] = [Fault("POST", ATTACH, 403, times=1)]
            await it.replace()
            await wait_until(pilot, lambda: it.form.in_form)
            assert server.faults[0].done == 1
            assert it.held == OLD
            assert it.saved == []
            await shown(pilot, "are not saved", "The old fields were put back")
            assert it.session.unfinished == []
            assert list(tmp_path.glob("unfinished/*")) == []
            # What was typed stands as it was, and can be saved now.
            assert it.form._fields.values() == WANTED
            await it.save()
            await it.replace()
            await back_on_main(pilot)
            assert it.held == WANTED
            assert it.saved == [WANTED]


@pytest.mark.parametrize(
    ("patch", "reattach", "restarted"),
    [(*each, number > 0) for number, each in enumerate(REPLACED[1:3])],
)
async def test_what_broke_off_between_its_halves_is_kept_and_finished(
    edit, tmp_path, patch, reattach, restarted
):
    with service_with(metadata_patch=patch, reattach=reattach) as (server, service):
        async with edit(server) as pilot:
            it = Editing(pilot, server, service)
            await it.begin()
            await it.fill_in()
            await it.save()
            await shown(pilot, "Replace the document?")
            server.faults[:] = [Fault("POST", ATTACH, 403)]
            await it.replace()
            await wait_until(pilot, lambda: it.form.in_form)
            assert server.faults[0].done == 2  # the new fields, and then the old ones
            assert it.held is None
            assert it.saved == []
            await shown(pilot, "out of the collection", "old and new fields are kept")
            (entry_left,) = it.session.unfinished
            (path,) = tmp_path.glob("unfinished/*.json")
            for kept in (json.loads(path.read_text()), vars(entry_left)):
                assert (kept["file_id"], kept["name"]) == (it.file_id, NAME)
                assert (kept["old"], kept["new"]) == (OLD, WANTED)
            assert it.form._fields.values() == WANTED
            server.faults.clear()
            if not restarted:
                await pilot.press("escape")
                await shown(pilot, "Close without saving?")
                await pilot.press("y")
                await back_on_main(pilot)
                await _finish(it)
        if restarted:
            async with edit(server) as pilot:
                it.pilot = pilot
                await shown(pilot, "interrupted")
                await open_collection(pilot, CONTRACTS)
                await _finish(it)


async def _finish(it):
    """Finish what was interrupted, and see that both the service and the rows have it."""
    pilot = it.pilot
    await pilot.press("exclamation_mark")
    await shown(pilot, "Interrupted replacements", NAME, "not shown now")
    await pilot.press("enter")
    await dialog(pilot, ChooseScreen)
    await pilot.press("n")
    await shown(pilot, "is attached again")
    await pilot.press("escape")
    await back_on_main(pilot)
    assert it.session.unfinished == []
    assert it.held == WANTED
    listing = pilot.app.main.documents.table.listing
    await wait_until(pilot, lambda: listing.get(it.file_id))
    assert listing.get(it.file_id).fields == WANTED
    await pilot.press("exclamation_mark")
    await wait_until(
        pilot, lambda: "Nothing to finish: no replacement was interrupted." in toasts(pilot)
    )


@pytest.mark.parametrize("again", ["the same", "something else"])
async def test_what_was_saved_in_part_is_not_taken_for_somebody_elses(edit, again):
    with service_with(metadata_patch="merge") as (server, service):
        async with edit(server) as pilot:
            it = Editing(pilot, server, service)
            await it.begin()
            await it.fill_in()
            await it.save()
            await shown(pilot, "Replace the document?")
            assert it.held == {**OLD, **WANTED}
            await pilot.press("enter")  # back to the form, as Esc
            assert it.form.in_form
            wanted = dict(WANTED)
            if again == "something else":
                wanted["counterparty"] = "Fjord Ltd, of Bergen"
                entry(it.form, "counterparty").value = wanted["counterparty"]
            await it.save()
            await it.replace()
            await back_on_main(pilot)
            assert it.held == wanted
            assert it.saved == [wanted]


@pytest.mark.parametrize(("patch", "reattach"), REPLACED[:1])
async def test_an_answer_that_is_lost_between_the_halves_is_read_back(edit, patch, reattach):
    with service_with(metadata_patch=patch, reattach=reattach) as (server, service):
        async with edit(server) as pilot:
            it = Editing(pilot, server, service)
            await it.begin()
            await it.fill_in()
            await it.save()
            await shown(pilot, "Replace the document?")
            server.faults[:] = [
                Fault("DELETE", ATTACH, "reset", "after", times=1),
                Fault("POST", ATTACH, "garbage", "after", times=1),
            ]
            await it.replace()
            await back_on_main(pilot)
            assert [fault.done for fault in server.faults] == [1, 1]
            assert it.held == WANTED
            assert it.saved == [WANTED]
            assert it.session.unfinished == []


@pytest.mark.parametrize(("patch", "reattach"), [REPLACED[1], ("merge", "replace")])
async def test_a_field_of_many_is_taken_out_or_never_called_so(edit, patch, reattach):
    with service_with(metadata_patch=patch, reattach=reattach) as (server, service):
        async with edit(server) as pilot:
            documents = await open_collection(pilot, CONTRACTS)
            collection_id = pilot.app.main.session.opened
            await pilot.press("space", "space", "space")
            marked = list(documents.table.marks)
            held = {each: service.fields(collection_id, each) for each in marked}
            wanted = {
                each: {"counterparty": fields["counterparty"]} for each, fields in held.items()
            }
            assert len(marked) == 3
            form = await dialog(pilot, SetFieldScreen, "e")
            await pilot.press("enter", "down", "enter", "tab", "down", "space")
            assert form.key == "effective"
            await pilot.press("ctrl+s")
            await shown(pilot, "Clear this field?", "effective is removed from 3 documents")
            await pilot.press("y")
            run = await run_over(pilot)
            if (patch, reattach) in REPLACED:
                assert outcomes(run) == dict.fromkeys(marked, "not applied")
                assert {each: service.fields(collection_id, each) for each in marked} == held
                await pilot.press("r")
                await dialog(pilot, ConfirmScreen)
                await shown(pilot, "Replace them?", "3 documents")
                await pilot.press("y")
                await wait_until(pilot, lambda: pilot.app.screen is not run)
                run = await run_over(pilot)
            assert dialog_of(pilot, type(run))
            assert outcomes(run) == dict.fromkeys(marked, "saved")
            assert {each: service.fields(collection_id, each) for each in marked} == wanted
            await pilot.press("escape")
            await back_on_main(pilot)
            await undo(pilot, "Put the old fields back?", "3 documents", many=True)
            assert {each: service.fields(collection_id, each) for each in marked} == held

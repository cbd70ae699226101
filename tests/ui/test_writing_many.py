"""Removing and re-indexing, one document and many: marked, asked, listed, undone."""

from tests.conftest import wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    CONTRACTS,
    INTERVIEWS,
    SCANS,
    back_on_main,
    dialog,
    dialog_of,
    outcomes,
    run_over,
    shown,
    toasts,
    undo,
    words_on,
    written,
)
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.set_field import SetFieldScreen


def mark_first(documents, count):
    """Mark the first rows, and return their fields by ID."""
    rows = list(documents.table.listing.loaded_items())[:count]
    documents.table.mark([row.file_id for row in rows])
    return {row.file_id: dict(row.fields) for row in rows}


async def test_one_is_removed_and_undo_attaches_it_again_with_its_fields(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        collection_id, row = pilot.app.main.session.opened, documents.table.row
        made = written(pilot)
        await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, row.name, "leaves Interview transcripts", "Undo: z")
        # The key that opened it does not confirm it; Enter and Esc cancel.
        await pilot.press("d", "enter")
        await back_on_main(pilot)
        await dialog(pilot, ConfirmScreen, "d")
        await pilot.press("escape")
        await back_on_main(pilot)
        assert made == []
        await dialog(pilot, ConfirmScreen, "d")
        await pilot.press("y")
        await wait_until(pilot, lambda: documents.table.listing.get(row.file_id) is None)
        await back_on_main(pilot)
        assert service.fields(collection_id, row.file_id) is None
        assert [method for method, _ in made] == ["DELETE"]
        await pilot.press("z")
        await wait_until(pilot, lambda: documents.table.listing.get(row.file_id))
        await back_on_main(pilot)
        assert service.fields(collection_id, row.file_id) == row.fields
        assert documents.table.row.file_id != row.file_id or documents.table.cursor == 0


async def test_a_refresh_under_the_dialog_does_not_shift_its_target(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        collection_id = pilot.app.main.session.opened
        rows = list(documents.table.listing.loaded_items())
        documents.table.move_to(1)
        await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, rows[1].name)
        # A second person takes the rows around it away; the cursor comes to stand on another.
        service.remove(collection_id, rows[0].file_id)
        service.remove(collection_id, rows[1].file_id)
        await pilot.app.main.session.documents.refresh()
        await wait_until(pilot, lambda: documents.table.cursor_key not in {None, rows[1].file_id})
        other = documents.table.cursor_key
        assert rows[1].name in words_on(pilot)
        await pilot.press("y")
        await wait_until(pilot, lambda: pilot.app.main.session.activity.entries)
        await back_on_main(pilot)
        entry = pilot.app.main.session.activity.entries[-1]
        assert entry.target.file_id == rows[1].file_id
        assert entry.outcome.ok  # gone already
        assert service.fields(collection_id, other) is not None
        assert service.collection(collection_id)["documents_count"] == len(rows) - 2


async def test_ten_are_removed_and_undone(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        collection_id = pilot.app.main.session.opened
        await pilot.press("space")
        documents.table.move_to(9)
        await pilot.press("v")
        marked = list(documents.table.marks)
        assert len(marked) == 10
        held = {each: service.fields(collection_id, each) for each in marked}
        await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, "10 documents", "and 5 more", "leave Interview transcripts")
        await pilot.press("y")
        run = await run_over(pilot)
        assert set(outcomes(run).values()) == {"removed"}
        assert service.collection(collection_id)["documents_count"] == 47
        await pilot.press("escape")
        await back_on_main(pilot)
        assert documents.table.listing.loaded == 47
        assert not documents.table.marks
        await undo(pilot, "Attach again?", "10 documents", "Interview transcripts", many=True)
        assert {each: service.fields(collection_id, each) for each in marked} == held
        await wait_until(pilot, lambda: documents.table.listing.loaded == 57)


async def test_above_twenty_the_number_is_typed(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, CONTRACTS)
        collection_id = pilot.app.main.session.opened
        held = mark_first(documents, 21)
        question = await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, "21 documents", "Type 21 to continue:")
        assert question._act.disabled
        await pilot.press("y", "enter")
        assert dialog_of(pilot, ConfirmScreen)._act.disabled
        await pilot.press("backspace", "2", "1", "enter")
        assert pilot.app.focused is question._act
        await pilot.press("enter")
        run = await run_over(pilot)
        assert outcomes(run) == dict.fromkeys(held, "removed")
        await pilot.press("escape")
        await undo(pilot, "Attach again?", "21 documents", many=True)
        assert {each: service.fields(collection_id, each) for each in held} == held


async def test_what_failed_stays_marked_and_can_be_tried_again(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        collection_id = pilot.app.main.session.opened
        marked = list(mark_first(documents, 5))
        stays = set(marked[1:3])
        server.faults[:] = [Fault("DELETE", f"*/documents/{each}", 403) for each in stays]
        await dialog(pilot, ConfirmScreen, "d")
        await pilot.press("y")
        run = await run_over(pilot)
        wanted = {each: "failed" if each in stays else "removed" for each in marked}
        assert outcomes(run) == wanted
        await shown(pilot, "3 done · 2 failed", "r Retry the failures")
        await pilot.press("escape")
        await back_on_main(pilot)
        assert set(documents.table.marks) == stays
        assert {each for each in marked if service.fields(collection_id, each)} == stays
        await shown(pilot, "2 marked")

        await dialog(pilot, ConfirmScreen, "d")
        await pilot.press("y")
        await run_over(pilot)
        server.faults.clear()
        await pilot.press("r")
        await wait_until(pilot, lambda: pilot.app.screen is not run)
        run = await run_over(pilot)
        assert outcomes(run) == dict.fromkeys(stays, "removed")
        await pilot.press("escape")
        await back_on_main(pilot)
        assert not documents.table.marks
        assert service.collection(collection_id)["documents_count"] == 52


async def test_a_run_that_stops_by_itself_counts_what_was_not_sent(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, CONTRACTS)
        marked = mark_first(documents, 20)
        server.faults[:] = [Fault("DELETE", "*/documents/*", 401, skip=4)]
        await dialog(pilot, ConfirmScreen, "d")
        await pilot.press("y")
        run = await run_over(pilot)
        words = list(outcomes(run).values())
        removed, failed = words.count("removed"), words.count("failed")
        assert removed == 4
        assert failed + words.count("not sent") == 16
        await shown(pilot, f"4 done · {failed} failed · {16 - failed} not sent")
        assert "left" not in words_on(pilot)
        await shown(pilot, "no longer accepts the key, so the rest was not sent.")
        collection = service.collection(pilot.app.main.session.opened)
        assert collection["documents_count"] == 64 - 4
        assert len(marked) == 20


async def test_one_and_many_are_indexed_again(server, browse):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, SCANS)
        made, first = written(pilot), documents.table.cursor_key
        await pilot.press("i")
        await wait_until(pilot, lambda: made)
        await back_on_main(pilot)
        assert [path.rpartition("/")[2] for _, path in made] == [first]
        assert any("index" in each for each in toasts(pilot))
        await pilot.press("F")
        await shown(pilot, "failed only")
        await wait_until(pilot, lambda: documents.table.listing.loaded == 12)
        await pilot.press("asterisk")
        marked = list(documents.table.marks)
        assert len(marked) == 12
        await dialog(pilot, ConfirmScreen, "i")
        await shown(pilot, "12 documents of Incoming scans are re-indexed")
        await pilot.press("y")
        run = await run_over(pilot)
        # Each fails again at once, and looks as it did: nobody saw the indexing begin.
        assert outcomes(run) == dict.fromkeys(marked, "asked for")
        assert sorted(path.rpartition("/")[2] for _, path in made[1:]) == sorted(marked)
        assert {method for method, _ in made} == {"PATCH"}


async def test_one_field_is_set_for_all_that_is_marked(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        collection_id = pilot.app.main.session.opened
        await pilot.press("space", "space", "space")
        held = {each: service.fields(collection_id, each) for each in documents.table.marks}
        assert len(held) == 3
        form = await dialog(pilot, SetFieldScreen, "e")
        assert form.key == "role"
        await pilot.press("tab", "tab", *"editor", "ctrl+s")
        await shown(pilot, "Set this field?", "role becomes editor in 3 documents")
        roles = [fields.get("role", "not set") for fields in held.values()]
        assert len(roles) == 3
        await shown(pilot, *(f"{role} ×{roles.count(role)}" for role in roles))
        await shown(pilot, "→ editor")
        assert service.fields(collection_id, next(iter(held))) == next(iter(held.values()))
        await pilot.press("ctrl+s")
        run = await run_over(pilot)
        assert outcomes(run) == dict.fromkeys(held, "saved")
        await pilot.press("escape")
        await back_on_main(pilot)
        now = {each: service.fields(collection_id, each) for each in held}
        assert now == {each: {**fields, "role": "editor"} for each, fields in held.items()}
        await undo(pilot, "Put the old fields back?", "3 documents", many=True)
        assert {each: service.fields(collection_id, each) for each in held} == held

"""Undo as a person meets it: named, asked, listed, once at a time, and across sessions."""

import json

import pytest

from tests.conftest import wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    INTERVIEWS,
    SCANS,
    back_on_main,
    dialog,
    remove_row,
    run_over,
    service_with,
    shown,
    toasts,
    told,
    undo,
    words_on,
    written,
)
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen
from xcoll_tui.ui.screens.undo_log import UndoLogScreen


def first_rows(pilot, count):
    """Return the first documents that are loaded."""
    return list(pilot.app.main.documents.table.listing.loaded_items())[:count]


def log_rows(pilot):
    """Return what the list says of each write: what it was, and its state."""
    screen = pilot.app.screen
    assert isinstance(screen, UndoLogScreen)
    return [(row.title, row.state) for row in screen._rows()]


async def attach_file(pilot, file_id):
    """Attach one file by its ID."""
    form = await dialog(pilot, AttachScreen, "a")
    form._file_ids.text = file_id
    await pilot.press("ctrl+s")
    await shown(pilot, "Attach 1 file?")
    await pilot.press("ctrl+s")
    await run_over(pilot)
    await pilot.press("escape")
    await back_on_main(pilot)


async def test_many_presses_at_once_are_one_undo(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        collection_id = pilot.app.main.session.opened
        one, other = first_rows(pilot, 2)
        for row in (one, other):
            await remove_row(pilot, row.file_id)
        made = written(pilot)
        for _ in range(5):
            pilot.app.main.action_undo()
        await wait_until(pilot, lambda: service.fields(collection_id, other.file_id) is not None)
        await back_on_main(pilot)
        assert service.fields(collection_id, one.file_id) is None
        assert [method for method, _ in made] == ["POST"]


async def test_undoing_an_attach_names_it_and_asks_before_it_removes(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        collection_id, mine = pilot.app.main.session.opened, server.file_ids[7]
        await attach_file(pilot, mine)
        made = written(pilot)
        await dialog(pilot, ConfirmScreen, "z")
        await shown(pilot, "Undo: Remove from collection?", f"was attached to {INTERVIEWS}")
        await shown(pilot, "Whether the file itself is kept is not known")
        # The key that opened it does not agree, and neither does Enter.
        await pilot.press("z", "enter")
        await back_on_main(pilot)
        assert made == []
        assert service.fields(collection_id, mine) is not None
        await undo(pilot, "Undo: Remove from collection?")
        assert service.fields(collection_id, mine) is None


async def test_there_is_nothing_to_undo_or_redo_and_the_list_is_named(server, browse):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await pilot.press("z")
        await wait_until(pilot, lambda: toasts(pilot) == ["There is nothing to undo."])
        pilot.app.clear_notifications()
        await pilot.press("Y")
        await told(pilot, "There is nothing to redo")
        await remove_row(pilot, first_rows(pilot, 1)[0].file_id)
        await undo(pilot)
        pilot.app.clear_notifications()
        await pilot.press("f12")
        await pilot.app.main.writing.undoing._take(lambda: None, "Nothing.")
        await told(pilot, "Nothing.", "U lists what was written.")


async def test_the_list_undoes_any_and_what_was_undone_is_done_again(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        collection_id = pilot.app.main.session.opened
        one, other = first_rows(pilot, 2)
        for row in (one, other):
            await remove_row(pilot, row.file_id)
        await dialog(pilot, UndoLogScreen, "U")
        assert log_rows(pilot) == [
            (f"remove {other.name} · {INTERVIEWS}", "● possible"),
            (f"remove {one.name} · {INTERVIEWS}", "● possible"),
        ]
        await pilot.press("down")
        await shown(pilot, "it is attached again with its fields")
        await pilot.press("enter")
        await dialog(pilot, ConfirmScreen)
        await shown(pilot, "Undo: Attach again?", one.name)
        await pilot.press("y")
        await wait_until(pilot, lambda: service.fields(collection_id, one.file_id) == one.fields)
        await back_on_main(pilot)
        assert service.fields(collection_id, other.file_id) is None
        await dialog(pilot, UndoLogScreen, "U")
        assert [state for _, state in log_rows(pilot)] == ["● possible", "● possible", "○ undone"]
        await pilot.press("end")
        await shown(pilot, "It is already undone.")
        await pilot.press("enter")
        await told(pilot, "It is already undone.")
        # Y takes the undo back, and asks, since that removes something.
        await dialog(pilot, ConfirmScreen, "Y")
        await shown(pilot, "Redo: Remove from collection?", one.name)
        await pilot.press("y")
        await wait_until(pilot, lambda: service.fields(collection_id, one.file_id) is None)
        await back_on_main(pilot)
        await told(pilot, "Redone.")


async def test_one_that_cannot_succeed_says_why_and_blocks_no_other(browse):
    with service_with(remove="delete-file") as (server, service):
        async with browse(server.url, size=(120, 40)) as pilot:
            await open_collection(pilot, INTERVIEWS)
            collection_id = pilot.app.main.session.opened
            one, other = first_rows(pilot, 2)
            form = await dialog(pilot, EditFieldsScreen, "e")
            form._fields._defined[0]._input.value = "chair"
            await pilot.press("ctrl+s")
            await shown(pilot, "Save these changes?")
            await pilot.press("enter")
            await back_on_main(pilot)
            await remove_row(pilot, other.file_id)
            await pilot.press("z")
            await told(pilot, "Not undone.", "its file is gone")
            await back_on_main(pilot)
            await dialog(pilot, UndoLogScreen, "U")
            assert [state for _, state in log_rows(pilot)] == ["✗ not undone", "● possible"]
            await shown(pilot, "its file is gone")
            await pilot.press("escape")
            await undo(pilot)
            assert service.fields(collection_id, one.file_id) == one.fields
            # From now on it is known, said in red, and undo is not promised.
            await dialog(pilot, ConfirmScreen, "d")
            await shown(pilot, "This service deletes the file too, as seen here on")
            assert "Undo: z" not in words_on(pilot)


async def test_what_was_in_a_collection_that_is_gone_blocks_nothing(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        first, (row,) = pilot.app.main.session.opened, first_rows(pilot, 1)
        await remove_row(pilot, row.file_id)
        await pilot.press("1")
        await open_collection(pilot, SCANS)
        await remove_row(pilot, first_rows(pilot, 1)[0].file_id)
        service.delete_collection(pilot.app.main.session.opened)
        await pilot.press("z")
        await told(pilot, "Not undone.")
        await back_on_main(pilot)
        await pilot.press("z")
        await wait_until(pilot, lambda: service.fields(first, row.file_id) == row.fields)
        await back_on_main(pilot)
        await dialog(pilot, UndoLogScreen, "U")
        states = [state for what, state in log_rows(pilot) if what.startswith("remove ")]
        assert states == ["✗ not undone", "○ undone"]


async def test_other_fields_that_stand_there_are_shown_with_those_that_were(
    server, browse, service
):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        collection_id, (row,) = pilot.app.main.session.opened, first_rows(pilot, 1)
        await remove_row(pilot, row.file_id)
        service.attach(collection_id, row.file_id, {"role": "somebody"})
        await pilot.press("z")
        await told(pilot, "Not undone.", "role = “somebody”", f"role = “{row.fields['role']}”")
        await back_on_main(pilot)
        assert service.fields(collection_id, row.file_id) == {"role": "somebody"}


async def test_a_change_that_somebody_else_wrote_over_is_shown_with_both(server, browse, service):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        collection_id, (row,) = pilot.app.main.session.opened, first_rows(pilot, 1)
        form = await dialog(pilot, EditFieldsScreen, "e")
        form._fields._defined[0]._input.value = "chair"
        await pilot.press("ctrl+s")
        await shown(pilot, "Save these changes?")
        await pilot.press("enter")
        await back_on_main(pilot)
        service.edit(collection_id, row.file_id, {**row.fields, "role": "theirs"})
        await pilot.press("z")
        await told(pilot, "Not undone.", "role is “theirs”", f"be “{row.fields['role']}”")


async def test_the_next_start_offers_what_was_removed(server, browse, service, tmp_path):
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, INTERVIEWS)
        collection_id, (row,) = pilot.app.main.session.opened, first_rows(pilot, 1)
        await remove_row(pilot, row.file_id)
        await pilot.press("q")
        await wait_until(pilot, lambda: pilot.app._exit)
        assert [str(each) for each in pilot.app._exit_renderables] == [
            "1 removal can still be undone: start xcoll and press U."
        ]
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await told(pilot, f"The removal of {row.name}", "can be undone. U lists it.")
        await open_collection(pilot, INTERVIEWS)
        await dialog(pilot, UndoLogScreen, "U")
        await pilot.press("enter")
        await dialog(pilot, ConfirmScreen)
        await shown(pilot, row.name, "in an earlier session")
        await pilot.press("y")
        await wait_until(pilot, lambda: service.fields(collection_id, row.file_id) == row.fields)
        await back_on_main(pilot)
        await pilot.press("q")
        await wait_until(pilot, lambda: pilot.app._exit)
        assert pilot.app._exit_renderables == []
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await wait_until(pilot, lambda: pilot.app.main.session.key_info)
        assert not any("can be undone" in toast for toast in toasts(pilot))


async def test_another_session_at_work_keeps_its_writes(server, browse, tmp_path):
    async with browse(server.url, size=(120, 40), state=tmp_path) as first:
        await open_collection(first, INTERVIEWS)
        await remove_row(first, first_rows(first, 1)[0].file_id)
        async with browse(server.url, size=(120, 40), state=tmp_path) as second:
            await open_collection(second, INTERVIEWS)
            await dialog(second, UndoLogScreen, "U")
            assert [state for _, state in log_rows(second)] == ["◌ in another xcoll"]
            await second.press("enter")
            await told(second, "Another xcoll is working on it")


async def test_what_was_undone_elsewhere_meanwhile_is_seen(server, browse, tmp_path):
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await remove_row(pilot, first_rows(pilot, 1)[0].file_id)
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, INTERVIEWS)
        (path,) = tmp_path.glob("undo/*.jsonl")
        (begin,) = [
            line
            for line in map(json.loads, path.read_text().splitlines())
            if line["kind"] == "begin"
        ]
        with path.open("a") as log:
            log.write(json.dumps({"kind": "undone", "id": begin["id"], "file_ids": None}) + "\n")
        await dialog(pilot, UndoLogScreen, "U")
        assert [state for _, state in log_rows(pilot)] == ["○ undone"]


async def test_a_run_that_undoes_many_is_followed_and_told_when_it_was_hidden(
    server, browse, service
):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        rows = first_rows(pilot, 4)
        documents.table.mark([row.file_id for row in rows])
        await dialog(pilot, ConfirmScreen, "d")
        await pilot.press("y")
        await run_over(pilot)
        await pilot.press("escape")
        await back_on_main(pilot)
        await dialog(pilot, ConfirmScreen, "z")
        server.app.state.faults[:] = []
        await pilot.press("y")
        run = await run_over(pilot)
        assert words_on(pilot).startswith("Undo: 4 attached")
        assert not run._ask().can_retry
        await pilot.press("escape")
        await back_on_main(pilot)
        assert service.collection(pilot.app.main.session.opened)["documents_count"] == 57


@pytest.mark.parametrize("count", [1, 3])
async def test_replacing_is_offered_where_the_service_keeps_the_fields(browse, count):
    with service_with(metadata_patch="merge") as (server, service):
        async with browse(server.url, size=(120, 40)) as pilot:
            await open_collection(pilot, INTERVIEWS)
            session, rows = pilot.app.main.session, first_rows(pilot, count)
            held = {row.file_id: dict(row.fields) for row in rows}
            for row in rows[:1] if count == 1 else ():
                fields = {**row.fields, "note": "new"}
                await session.document_writes.edit_fields(row.file_id, fields, base=row.fields)
            if count > 1:
                items = [Item(row.file_id, row.name, dict(row.fields)) for row in rows]
                await session.bulk.set_field(session.opened, items, "note", "new").wait()
            for file_id, fields in held.items():
                assert service.fields(session.opened, file_id) == {**fields, "note": "new"}
            await pilot.press("z")
            if count > 1:
                await dialog(pilot, ConfirmScreen)
                await shown(pilot, "Put the old fields back?", "3 documents")
                await pilot.press("y")
            title = "Replace the document?" if count == 1 else "Replace them?"
            await shown(pilot, title, "The only way left is to remove")
            await pilot.press("y")
            await wait_until(
                pilot,
                lambda: held == {each: service.fields(session.opened, each) for each in held},
            )
            await wait_until(pilot, lambda: not session.undo_stack.busy)


@pytest.mark.parametrize("state", ["unusable", "fine"])
async def test_what_is_wrong_on_disk_is_told_once(server, browse, tmp_path, state):
    (tmp_path / "undo").write_text("no folder" if state == "unusable" else "")
    if state == "fine":
        (tmp_path / "undo").unlink()
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await wait_until(pilot, lambda: pilot.app.main.session.key_info)
        await pilot.press("i")
        await told(pilot, "index")
        await back_on_main(pilot)
        problems = [toast for toast in toasts(pilot) if str(tmp_path / "undo") in toast]
        assert len(problems) == (1 if state == "unusable" else 0)


async def test_the_list_can_be_read_where_nothing_may_be_written(server, browse, tmp_path):
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await remove_row(pilot, first_rows(pilot, 1)[0].file_id)
    async with browse(server.url, size=(120, 40), state=tmp_path, read_only=True) as pilot:
        await open_collection(pilot, INTERVIEWS)
        await dialog(pilot, UndoLogScreen, "U")
        assert [state for _, state in log_rows(pilot)] == ["● possible"]
        await pilot.press("enter")
        await told(pilot, "--read-only")
        assert not pilot.app.main.session.activity.entries

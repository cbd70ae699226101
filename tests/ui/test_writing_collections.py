"""Collections created, changed, deleted after a backup, and made again of it."""

import json
from unittest.mock import patch

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    CONTRACTS,
    INTERVIEWS,
    back_on_main,
    dialog,
    dialog_of,
    shown,
    words_on,
    written,
)
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.collection_form import CollectionFormScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.pick import PickScreen
from xcoll_tui.ui.screens.steps import StepsScreen
from xcoll_tui.ui.widgets.progress_bar import ProgressBar


async def steps_over(pilot):
    """Wait for the dialog of steps to say how it ended."""
    steps = await dialog(pilot, StepsScreen)
    await wait_until(pilot, lambda: steps.over)
    return steps


async def type_name(pilot, name):
    """Open the dialog that deletes, and enter what it asks for."""
    question = await dialog(pilot, ConfirmScreen, "d")
    question._input.value = name
    await wait_until(pilot, lambda: not question._act.disabled)


async def test_created_with_every_field_option_edited_deleted_and_recreated(
    server, browse, service, tmp_path
):
    async with browse(server.url, size=(120, 50), state=tmp_path) as pilot:
        await open_collection(pilot, INTERVIEWS)
        made = written(pilot)
        form = await dialog(pilot, CollectionFormScreen, "n")
        await pilot.press("ctrl+s")
        await shown(pilot, "A collection needs a name.")
        form._name_input.value, form._description_input.value = "All of it", "everything"
        form._metric.value = "HNSW_METRIC_EUCLIDEAN"
        form._chunking._select.value = "chars_configuration"
        form._chunking._size_input.value = "500"
        form._chunking._overlap_input.value = "50"
        await pilot.press("ctrl+n", "k", "tab", "space", "tab", "space", "tab", "space")
        await pilot.press("tab", "tab", "w", "ctrl+n", "o")
        assert made == []
        await pilot.press("ctrl+s")
        await back_on_main(pilot)
        session, panes = pilot.app.main.session, pilot.app.main
        held = service.collections()["All of it"]
        collection_id = held["collection_id"]
        await wait_until(pilot, lambda: panes.collections.table.cursor_key == collection_id)
        assert [method for method, _ in made] == ["POST"]
        assert held["collection_description"] == "everything"
        assert held["chunk_configuration"]["chars_configuration"] == {
            "max_chunk_size_chars": 500,
            "chunk_overlap_chars": 50,
        }
        rules = ("required", "unique", "inject_into_chunk", "description")
        definitions = {
            each["key"]: [each[rule] for rule in rules] for each in held["field_definitions"]
        }
        assert definitions == {"k": [True, True, True, "w"], "o": [False, False, False, ""]}

        # Edit it, with two documents in it.
        for file_id in server.file_ids[:2]:
            outcome = await session.document_writes.attach(
                collection_id, file_id, {"k": file_id, "o": "x"}
            )
            assert outcome.ok, outcome.message
        await pilot.press("1")
        form = await dialog(pilot, CollectionFormScreen, "e")
        form._name_input.value = "Renamed"
        deleted = next(row for row in form._fields._rows if row.key == "o")
        deleted.toggle()
        await pilot.press("ctrl+s")
        await shown(pilot, "Save these changes?", "− Field o", "removes its values from all 2")
        assert service.collection(collection_id)["collection_name"] == "All of it"
        await pilot.press("y")
        await back_on_main(pilot)
        held = service.collection(collection_id)
        assert held["collection_name"] == "Renamed"
        assert [each["key"] for each in held["field_definitions"]] == ["k"]
        await shown(pilot, "▌ Renamed 2")

        # Delete it: the name is typed, and there is a backup before it goes.
        question = await dialog(pilot, ConfirmScreen, "d")
        await shown(pilot, "Renamed", "2 documents leave the index", "A backup is written first")
        assert str(tmp_path / "backups") in words_on(pilot).replace(" ", "")
        await pilot.press("y", "enter")
        assert dialog_of(pilot, ConfirmScreen)._act.disabled
        question._input.value = "Renamed"
        await pilot.press("enter", "enter")
        await steps_over(pilot)
        assert "Renamed" not in service.collections()
        (path,) = (tmp_path / "backups").glob("*.jsonl")
        assert path.name in words_on(pilot).replace(" ", "")
        (backup,) = await session.backups.listed()
        assert (backup.collection.collection_name, backup.count) == ("Renamed", 2)
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert {each["file_id"]: each["fields"] for each in lines[1:-1]} == {
            file_id: {"k": file_id} for file_id in server.file_ids[:2]
        }
        await pilot.press("enter")
        await back_on_main(pilot)
        assert panes.collections.table.listing.get(collection_id) is None

        # Make it again.
        await dialog(pilot, PickScreen, "B")
        await shown(pilot, "Renamed", "2 documents")
        await pilot.press("enter", "x")  # nothing can be cancelled here, and nothing says so
        assert not (await steps_over(pilot)).cancelled
        again = service.collections()["Renamed"]
        assert again["collection_id"] != collection_id
        assert again["documents_count"] == 2
        assert again["field_definitions"] == held["field_definitions"]
        assert again["chunk_configuration"] == held["chunk_configuration"]
        for file_id in server.file_ids[:2]:
            assert service.fields(again["collection_id"], file_id) == {"k": file_id}
        await pilot.press("escape")
        await back_on_main(pilot)
        assert panes.collections.table.cursor_key == again["collection_id"]


async def test_a_backup_that_fails_stands_in_the_way(server, browse, service, tmp_path):
    (tmp_path / "backups").write_text("no folder")
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, CONTRACTS)
        await pilot.press("1")
        made = written(pilot)
        await type_name(pilot, CONTRACTS)
        await pilot.press("enter", "enter")
        await shown(pilot, "There is no backup", "Type without backup to continue:")
        await pilot.press("escape")
        await back_on_main(pilot)
        assert made == []
        assert service.collections()[CONTRACTS]["documents_count"] == 64


async def test_a_deletion_that_is_refused_keeps_the_row_and_says_why(
    server, browse, service, tmp_path
):
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, CONTRACTS)
        await pilot.press("1")
        server.faults[:] = [Fault("DELETE", "*", 403)]
        question = await dialog(pilot, ConfirmScreen, "d")
        assert "⏎" not in words_on(pilot)
        question._input.value = CONTRACTS
        # Whoever types on must not delete by one key too many: it goes to the button first.
        await shown(pilot, "⏎ twice: Delete · esc Cancel")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "⏎ twice" not in words_on(pilot))
        await shown(pilot, "⏎ Delete · esc Cancel")
        await pilot.press("enter")
        steps = await steps_over(pilot)
        assert f"“{CONTRACTS}” was not deleted" in words_on(pilot)
        # There is nothing to make again; the backup stays, and where it is can be copied.
        assert "B Recreate" not in words_on(pilot)
        await pilot.press("B", "c")
        assert pilot.app.screen is steps
        (path,) = (tmp_path / "backups").glob("*.jsonl")
        assert pilot.app.clipboard == str(path)
        assert "permission" in words_on(pilot)
        await pilot.press("enter")
        await back_on_main(pilot)
        assert pilot.app.main.collections.table.row.collection_name == CONTRACTS
        assert CONTRACTS in service.collections()


async def test_from_where_it_was_deleted_it_is_made_again(server, browse, service, tmp_path):
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, CONTRACTS)
        await pilot.press("1")
        bars = []
        show = ProgressBar.show

        def note(bar, facts):
            bars.append(facts)
            show(bar, facts)

        with patch.object(ProgressBar, "show", note):
            await type_name(pilot, CONTRACTS)
            await pilot.press("enter", "enter")
            await steps_over(pilot)
            assert {facts.total for facts in bars} == {64}
            assert bars[-1].done == 64
            await shown(pilot, "B recreates it from its backup.", "B Recreate · c Copy")
            assert CONTRACTS not in service.collections()
            bars.clear()
            await pilot.press("B")
            await dialog(pilot, PickScreen)
            await pilot.press("enter")
            await steps_over(pilot)
            assert bars[-1].done == bars[-1].total == 64
        assert service.collections()[CONTRACTS]["documents_count"] == 64
        await pilot.press("escape")
        await back_on_main(pilot)


async def test_a_deletion_broken_off_during_its_backup_deletes_nothing(
    server, browse, service, tmp_path
):
    async with browse(server.url, size=(120, 40), state=tmp_path, silence=1) as pilot:
        await open_collection(pilot, CONTRACTS)
        await pilot.press("1")
        made = written(pilot)
        await type_name(pilot, CONTRACTS)
        # No answer for a second, then it is asked again and the backup is written.
        server.faults[:] = [Fault("GET", "*/documents", "timeout", times=1)]
        await pilot.press("enter", "enter")
        steps = await dialog(pilot, StepsScreen)
        await pilot.press("x")
        await shown(pilot, "cancelling…")
        await wait_until(pilot, lambda: steps.over)
        await shown(pilot, "Nothing was deleted; the backup stays.")
        assert made == []
        assert len(list((tmp_path / "backups").glob("*.jsonl"))) == 1
        assert CONTRACTS in service.collections()


async def test_leaving_the_dialogs_of_a_collection_changes_nothing(
    server, browse, service, tmp_path
):
    async with browse(server.url, size=(120, 40), state=tmp_path) as pilot:
        await open_collection(pilot, CONTRACTS)
        await pilot.press("1")
        made, before = written(pilot), service.collections()
        form = await dialog(pilot, CollectionFormScreen, "e")
        form._name_input.value = "Other"
        await pilot.press("escape")
        await shown(pilot, "Close without saving?")
        await pilot.press("y")
        await back_on_main(pilot)
        await type_name(pilot, CONTRACTS)
        await pilot.press("escape")
        await back_on_main(pilot)
        await pilot.press("B")
        await shown(pilot, "There is no backup to recreate from.")
        assert made == []
        assert service.collections() == before
        assert not (tmp_path / "backups").exists()
        assert CONTRACTS in screen_text(pilot)

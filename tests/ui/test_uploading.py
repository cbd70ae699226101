"""Uploading, as a person does it: what is looked at, agreed to, sent, tried again and undone."""

import pytest

from tests.conftest import KEY
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    CONTRACTS,
    INTERVIEWS,
    back_on_main,
    dialog,
    dialog_of,
    entry,
    run_over,
    shown,
    undo,
    written,
)
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.ui.screens.run import RunScreen
from xcoll_tui.ui.screens.upload import UploadScreen


@pytest.fixture
def folder(tmp_path):
    """Three files, one of which is empty, and a folder with one more."""
    folder = tmp_path / "notes"
    (folder / "deeper").mkdir(parents=True)
    for name, text in (("a b.md", "# A\n"), ("c.txt", "c\n"), ("empty.txt", "")):
        (folder / name).write_text(text)
    (folder / "deeper" / "d.txt").write_text("d\n")
    return folder


def words_of(run):
    """Return what became of each file, by name."""
    return {row.name: row.word for row in run._ask().rows_from(0)}


async def test_a_folder_is_looked_at_uploaded_and_taken_back(server, browse, folder, tmp_path):
    options = {"size": (80, 24), "inference_key": KEY, "state": tmp_path / "state"}
    async with browse(server.url, **options) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        form = await dialog(pilot, UploadScreen, "u")
        await pilot.press("ctrl+s")
        await shown(pilot, "Name at least one file")
        form._paths.text = f"'{folder}'"
        await pilot.press("ctrl+s")
        await shown(pilot, "Upload 2 files?", "6 B, to", "1 empty: empty.txt", "1 a folder: deeper")
        await pilot.press("escape")
        form._recursive.value = True
        await pilot.press("ctrl+s")
        await shown(pilot, "Upload 3 files?", "d.txt", "1 markdown")
        await pilot.press("ctrl+s")
        run = await run_over(pilot)
        assert words_of(run) == dict.fromkeys(("a b.md", "c.txt", "d.txt"), "uploaded")
        await pilot.press("escape")
        await back_on_main(pilot)
        assert documents.feed.total == 60

        # Again: all of the names are there; in their place they go only with a danger button.
        form = await dialog(pilot, UploadScreen, "u")
        form._paths.text = str(folder / "*.md")
        made = written(pilot)
        await pilot.press("ctrl+s")
        await shown(pilot, "Nothing to upload", "1 there already, the same: a b.md")
        await pilot.press("enter")
        (folder / "a b.md").write_text("# B\n")
        form._on_name.value = "replace"
        form._paths.text = str(folder)
        await pilot.press("ctrl+s")
        await shown(pilot, "1 changed, 58 not among these files", "unchanged; by size and SHA-256")
        await shown(pilot, "1 document leaves the collection", "y Upload 1 file")
        assert made == []
        await pilot.press("escape", "escape")
        await shown(pilot, "Close without uploading?")
        await pilot.press("y")
        await back_on_main(pilot)
        await undo(pilot, "Remove from collection?", "3 documents", many=True)
        assert documents.feed.total == 57


async def test_what_is_required_may_stand_in_a_table_and_failures_are_tried_again(
    server, browse, folder
):
    table = folder / "deeper" / "fields.csv"
    table.write_text("name,counterparty\na b.md,Ånd & Co\n", encoding="utf-8")
    async with browse(server.url, size=(80, 24), inference_key=KEY) as pilot:
        await open_collection(pilot, CONTRACTS)
        form = await dialog(pilot, UploadScreen, "u")
        form._paths.text = str(folder)
        form._table.value = "/nowhere.csv"
        await pilot.press("ctrl+s")
        await shown(pilot, "The table cannot be read: No such file")
        form._table.value = str(table)
        await pilot.press("ctrl+s")
        await shown(pilot, "They cannot be uploaded so", "required, and c.txt has none")
        await pilot.press("enter")
        entry(form, "counterparty").value = "Fjord"
        await pilot.press("ctrl+s")
        await shown(pilot, "counterparty: Ånd & Co", "counterparty: Fjord")
        server.faults[:] = [parse_fault("POST:*/documents:400")]
        await pilot.press("ctrl+s")
        run = await run_over(pilot)
        assert words_of(run) == dict.fromkeys(("a b.md", "c.txt"), "failed")
        assert sorted(run._ask().failed_ids()) == [
            str(folder / name) for name in ("a b.md", "c.txt")
        ]
        await shown(pilot, f"{run._table.row.name} /", "c Copy the failed paths")
        server.faults[:] = []
        await pilot.press("r")
        await shown(pilot, "2 uploaded")
        assert words_of(dialog_of(pilot, RunScreen)) == dict.fromkeys(
            ("a b.md", "c.txt"), "uploaded"
        )

"""Copying: what is marked or the row, in the form that is picked, by the way that there is."""

import json
import sys

import pytest

from tests.conftest import KEY, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import INTERVIEWS, dialog, shown
from xcoll_tui.ui.screens.pick import PickScreen


def make_program(folder, name, script):
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys\n{script}\n")
    path.chmod(0o700)
    return path


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder of programs alone on PATH, and a display of either kind."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("DISPLAY", ":0")
    return folder


async def test_what_is_marked_is_copied_or_else_the_row(server, browse):
    async with browse(server.url) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        await pilot.press("c")
        assert pilot.app.clipboard == documents.table.cursor_key
        await pilot.press("space", "space", "c")
        await shown(pilot, "2 IDs sent to the terminal.")
        assert pilot.app.clipboard.split("\n") == list(documents.table.marks)


async def test_the_menu_copies_in_five_forms(server, browse):
    async with browse(server.url) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        row, texts = documents.table.row, []
        for place in range(5):
            await dialog(pilot, PickScreen, "y")
            await pilot.press(*["down"] * place, "enter")
            await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
            await wait_until(pilot, lambda: len(texts) == 0 or pilot.app.clipboard != texts[-1])
            texts.append(pilot.app.clipboard)
        assert texts[:2] == [row.file_id, row.name]
        assert json.loads(texts[2])["file_metadata"]["file_id"] == row.file_id
        assert texts[3].startswith(f"{row.file_id},")
        path = (
            f"{server.url}/v1/collections/{pilot.app.main.session.opened}/documents/{row.file_id}"
        )
        assert texts[4] == f'curl -H "Authorization: Bearer $XAI_MANAGEMENT_API_KEY" {path}'
        assert KEY not in "".join(texts)
        await shown(pilot, "Command sent to the terminal: curl")


async def test_a_collection_is_copied_too(server, browse):
    async with browse(server.url) as pilot:
        table = pilot.app.main.collections.table
        await wait_until(pilot, lambda: table.listing.loaded)
        await dialog(pilot, PickScreen, "y")
        await pilot.press("down", "enter")
        await shown(pilot, "Name sent to the terminal: Customer feedback 2025")
        assert pilot.app.clipboard == "Customer feedback 2025"


async def test_the_program_of_the_platform_takes_the_text(server, browse, desk, tmp_path):
    taken = tmp_path / "taken"
    script = f"open({str(taken)!r}, 'w').write(' '.join(sys.argv[1:]) + '|' + sys.stdin.read())"
    make_program(desk, "xclip", script)
    make_program(desk, "wl-copy", "sys.exit(1)")  # there is no such display after all
    async with browse(server.url) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        await pilot.press("c")
        await shown(pilot, "ID copied by xclip:")
        assert taken.read_text() == f"-selection clipboard -in|{documents.table.cursor_key}"
        assert pilot.app.clipboard == documents.table.cursor_key


async def test_a_program_that_hangs_or_is_not_there_gives_way(server, browse, desk, monkeypatch):
    monkeypatch.setattr("xcoll_tui.ui.clipboard._PATIENCE", 0.05)
    make_program(desk, "wl-copy", "import time; time.sleep(30)")
    async with browse(server.url) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        await pilot.press("c")
        await shown(pilot, "ID sent to the terminal:")
        assert pilot.app.clipboard == documents.table.cursor_key

"""Exporting from the program: what is chosen goes to a file, whole, and nothing typed is lost."""

import csv
import json

from textual.widgets import Static

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import INTERVIEWS, NOTES, dialog, toasts
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.export import ExportScreen
from xcoll_tui.ui.screens.steps import StepsScreen


async def asked(pilot, path=None):
    form = await dialog(pilot, ExportScreen, "ctrl+e")
    if path is not None:
        form._path.value = str(path)
    return form


def said(steps):
    return str(steps.query_one("#steps-said", Static).content)


async def steps_over(pilot):
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, StepsScreen))
    steps = pilot.app.screen
    await wait_until(pilot, lambda: steps.over)
    await pilot.pause()
    return steps


async def test_all_what_is_loaded_or_marked_goes_to_a_file(server, browse, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with browse(server.url) as pilot:
        documents = await open_collection(pilot, NOTES)
        listing = documents.table.listing
        form = await asked(pilot)
        assert [str(mark.label) for mark in form._scopes.values()] == [
            "all 212 documents",
            f"the {listing.loaded:,} loaded so far",
        ]
        assert form.wish.path == "Meeting notes.csv"
        await pilot.press("ctrl+s")
        steps = await steps_over(pilot)
        path = tmp_path / "Meeting notes.csv"
        assert f"● 212 documents written to {path}" in said(steps)
        rows = list(csv.DictReader(path.read_text().splitlines()))
        assert [rows[0]["name"], len(rows)] == [listing.row(0).name, 212]
        assert steps.path == str(path)
        await pilot.press("c")
        assert pilot.app.clipboard == str(path)
        await pilot.press("escape")
        # What is marked, in the order that a person sees, and only that.
        await pilot.press("down", "space", "up", "up", "space")
        form = await asked(pilot, tmp_path / "x.csv")
        await pilot.press("tab", "down", "space", "ctrl+s")
        await steps_over(pilot)
        marked = (tmp_path / "x.jsonl").read_text().splitlines()
        names = [json.loads(line)["file_metadata"]["name"] for line in marked]
        assert names == [listing.row(0).name, listing.row(1).name]


async def test_a_file_that_is_there_is_replaced_only_if_a_person_agrees(server, browse, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("mine")
    async with browse(server.url) as pilot:
        await open_collection(pilot, INTERVIEWS)
        form = await asked(pilot, tmp_path / "no" / "x.csv")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: form._path_row.problem)
        assert "No such file or directory. Name another file." in form._path_row.problem
        form._path.value = str(path)
        await pilot.press("escape")
        await wait_until(pilot, lambda: "Close without exporting?" in screen_text(pilot))
        await pilot.press("escape", "ctrl+s")
        await wait_until(pilot, lambda: "Replace this file?" in screen_text(pilot))
        await pilot.press("escape")
        assert (form.in_form, form._path.value, path.read_text()) == (True, str(path), "mine")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "Replace this file?" in screen_text(pilot))
        await pilot.press("y")
        await steps_over(pilot)
        assert len(path.read_text().splitlines()) == 58
        assert [each.name for each in tmp_path.iterdir()] == ["x.csv"]


async def test_what_fails_or_is_cancelled_leaves_no_file_and_keeps_what_was_typed(
    server, browse, tmp_path
):
    path = tmp_path / "kept.csv"
    async with browse(server.url) as pilot:
        await open_collection(pilot, NOTES)
        server.faults.append(Fault("GET", "/v1/collections/*/documents", 403))
        await asked(pilot, path)
        await pilot.press("ctrl+s")
        steps = await steps_over(pilot)
        assert said(steps).startswith("✗ There is no file. ")
        assert "HTTP 403" in said(steps)
        assert "What you typed is kept: ^e opens it again." in said(steps)
        await pilot.press("escape")
        server.faults[:] = [Fault("GET", "/v1/collections/*/documents", "timeout")]
        form = await asked(pilot)
        assert form.wish.path == str(path)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: server.faults[0].done)
        # It is hidden, and not forgotten: who quits is asked, and the file would be none.
        steps = pilot.app.screen
        await pilot.press("escape", "q")
        await wait_until(pilot, lambda: "1 export under way" in screen_text(pilot))
        await pilot.press("escape")
        assert not steps.over
        await pilot.press("ctrl+e")
        await wait_until(pilot, lambda: "Writing documents" in screen_text(pilot))
        again = pilot.app.screen
        await pilot.press("escape")
        again.action_cancel()
        await wait_until(pilot, lambda: again.over)
        assert toasts(pilot) == ["Cancelled: there is no file."]
        form = await asked(pilot)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: server.faults[0].done == 2)
        await pilot.press("x")
        assert "○ Cancelled: there is no file." in said(await steps_over(pilot))
        assert list(tmp_path.iterdir()) == []

"""A race against a second editor in a real terminal, lost by the keyboard and by the mouse."""

import signal
import subprocess
import sys

import httpx
import pytest

from tests.conftest import KEY
from tests.e2e.hands import (
    Keyboard,
    Mouse,
    back_on_main,
    ends_well,
    titled,
)
from tests.e2e.terminal import ROOT, xcoll
from tests.e2e.walk import cursor_row


@pytest.fixture
def emulator():
    """The command `xcoll emulator` in a process of its own, and a second client of it."""
    command = [sys.executable, "-m", "xcoll_tui", "emulator", "--seed", "small", "--key", KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            url = process.stdout.readline().split()[2]
            headers = {"Authorization": f"Bearer {KEY}"}
            with httpx.Client(base_url=f"{url}/v1", headers=headers) as second:
                yield url, second
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)


def lose_a_race(terminal, by, second):
    """Type a value, while a second editor saves another; return the document's path and theirs."""
    terminal.wait_for("Interview")
    by.open("Legal contracts")
    terminal.wait_for(titled("Legal contracts", "64"))
    found = second.get("/collections", params={"limit": 100}).json()["collections"]
    here = next(each for each in found if each["collection_name"] == "Legal contracts")
    path = f"/collections/{here['collection_id']}/documents"
    order = {"order": "ORDERING_ASCENDING", "sort_by": "DOCUMENTS_SORT_BY_NAME"}
    document = second.get(path, params={"limit": 1, **order}).json()["documents"][0]
    assert document["file_metadata"]["name"].startswith(cursor_row(terminal.text))
    path = f"{path}/{document['file_metadata']['file_id']}"
    theirs = {**document["fields"], "counterparty": "Theirs Ltd", "note": "from them"}

    def save():
        assert second.patch(path, json={"fields": theirs}).status_code == 200

    return path, theirs, save


def test_losing_a_race_by_the_keyboard_alone(emulator):
    url, second = emulator
    with xcoll("--base-url", url, env={"XAI_MANAGEMENT_KEY": KEY}) as terminal:
        by = Keyboard(terminal)
        path, theirs, save = lose_a_race(terminal, by, second)
        terminal.press("e")
        terminal.wait_for("─ Edit fields")
        terminal.type(", and mine")
        save()
        by.save("Save these changes?", "enter")
        terminal.wait_for("Changed meanwhile")
        terminal.wait_for("changed by both")
        # Back to the form, with what was typed, and there again.
        terminal.press("escape")
        terminal.wait_for("─ Edit fields")
        assert ", and mine" in terminal.text
        by.save("Save these changes?", "enter")
        terminal.wait_for("Changed meanwhile")
        terminal.press("ctrl+s")
        terminal.wait_for("The fields of “Acme")  # … are saved
        held = second.get(path).json()["fields"]
        assert held.pop("counterparty").endswith(", and mine")
        assert held == {each: theirs[each] for each in ("effective", "note")}
        back_on_main(terminal)
        terminal.press("q")
        ends_well(terminal)


def test_losing_a_race_by_the_mouse_alone(emulator):
    url, second = emulator
    with xcoll("--base-url", url, env={"XAI_MANAGEMENT_KEY": KEY}) as terminal:
        by = Mouse(terminal)
        path, theirs, save = lose_a_race(terminal, by, second)
        terminal.click_on("e Edit")
        terminal.wait_for("─ Edit fields")
        by.paste_here(", and by mouse")
        save()
        terminal.click_on("Review…")
        terminal.wait_for("Save these changes?")
        terminal.click_on("Save   ", last=True)
        terminal.wait_for("Changed meanwhile")
        terminal.click_on("Theirs  Theirs Ltd")
        terminal.wait_for("(•) Theirs  Theirs Ltd")
        terminal.click_on("Save   ", last=True)
        terminal.wait_for("You kept their values; nothing was written.")
        assert second.get(path).json()["fields"] == theirs
        back_on_main(terminal)
        by.choose("Quit")
        ends_well(terminal)

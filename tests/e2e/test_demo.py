"""The whole program in a real terminal: a walk, every way out, and the terminal afterwards."""

import signal
import subprocess
import sys

import pytest

from tests.conftest import KEY
from tests.e2e.terminal import ROOT, xcoll
from tests.e2e.walk import open_big_collection, walk

DOCUMENTS = "3000"
TOTAL = "3,000"


@pytest.fixture(scope="module")
def emulator_url():
    """The command `xcoll emulator` in a process of its own, stopped as a shell would stop it."""
    command = [sys.executable, "-m", "xcoll_tui", "emulator", "--seed", "large"]
    with subprocess.Popen(
        [*command, "--documents", DOCUMENTS, "--key", KEY],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        try:
            said = process.stdout.readline().split()
            assert said[:2] == ["Listening", "on"]
            assert said[3:] == ["key", KEY]
            yield said[2]
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)
    assert process.returncode == 0


@pytest.mark.parametrize(("columns", "rows"), [(160, 45), (40, 10)])
def test_a_walk_through_the_demo_leaves_the_terminal_as_it_was(columns, rows):
    with xcoll("--demo", "--documents", DOCUMENTS, columns=columns, rows=rows) as terminal:
        walk(terminal, TOTAL)
        terminal.press("q")
        assert terminal.wait_end() == 0
        terminal.assert_restored()


@pytest.mark.parametrize(("columns", "rows"), [(80, 24)])
def test_the_same_walk_over_the_wire(emulator_url, columns, rows):
    with xcoll(
        "--base-url", emulator_url, columns=columns, rows=rows, env={"XAI_MANAGEMENT_KEY": KEY}
    ) as terminal:
        walk(terminal, TOTAL)
        terminal.press("ctrl+q")
        assert terminal.wait_end() == 0
        terminal.assert_restored()
        assert KEY.encode() not in terminal.raw


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
def test_it_can_be_left_while_the_demo_is_still_being_filled(key):
    with xcoll("--demo", columns=80, rows=24) as terminal:
        # The default holds 100,000 documents; as many cannot be there with the first frame.
        terminal.wait_for("Filings ar…  ")
        assert "100,000" not in terminal.text
        terminal.press(key)
        assert terminal.wait_end() == 0
        terminal.assert_restored()
        assert b"Traceback" not in terminal.raw


def test_it_can_be_left_before_the_first_rows_are_there():
    with xcoll("--demo", columns=80, rows=24) as terminal:
        terminal.wait_for("? Help")
        terminal.press("q")
        assert terminal.wait_end() == 0
        terminal.assert_restored()
        assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("dialog", [False, True], ids=["rows", "details"])
def test_a_signal_ends_it_and_restores_the_terminal(number, dialog):
    with xcoll("--demo", "--documents", DOCUMENTS, columns=120, rows=30) as terminal:
        open_big_collection(terminal, TOTAL)
        if dialog:
            terminal.press("enter")
            terminal.wait_for("SHA-256")
        terminal.process.kill(number)
        assert terminal.wait_end() == 128 + number
        terminal.assert_restored()
        assert b"Traceback" not in terminal.raw


def test_a_collection_named_on_the_command_line_is_opened(emulator_url):
    with xcoll("--base-url", emulator_url, env={"XAI_MANAGEMENT_KEY": KEY}) as terminal:
        open_big_collection(terminal, TOTAL)
        terminal.press("h")
        terminal.wait_for("Open")
        terminal.press("p")
        terminal.wait_for("Collection ID")
        line = next(line for line in terminal.text.split("\n") if "Collection ID" in line)
        collection_id = line.split("Collection ID")[1].split()[0]
    with xcoll(
        collection_id,
        env={"XAI_MANAGEMENT_API_KEY": KEY, "XCOLL_BASE_URL": emulator_url},
    ) as terminal:
        terminal.wait_for("2 Filings archive")
        terminal.wait_for(f"200 of {TOTAL}")
        terminal.press("q")
        assert terminal.wait_end() == 0

"""The process that sends the requests of the screen: killed, stopped, and gone at the end."""

import os
import select
import signal
import sys

import pytest

from tests.conftest import KEY, serve_samples
from tests.e2e.terminal import Terminal
from tests.processes import children_of, state_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is there on Linux alone")
PLAIN = "from xcoll_tui.__main__ import main; main()"
STAYING = f"import xcoll_tui.api.client as client; client._OWN_AFTER = 3600; {PLAIN}"
"""The program, whose second process sends as long as it is there."""
FIRST, NEXT = "feedback-2025-w01", "2 Drafts"


@pytest.fixture
def start(tmp_path):
    """The program on the sample collections, once it shows the first ones."""
    with serve_samples() as server:

        def run(*arguments, stays=True):
            env = {"XAI_MANAGEMENT_KEY": KEY, "XDG_STATE_HOME": str(tmp_path)}
            script = STAYING if stays else PLAIN
            command = [sys.executable, "-c", script, "--base-url", server.url, *arguments]
            return Terminal(*command, env=env)

        yield run


def child_of(terminal):
    """Return the ID of the only child of the program."""
    (child,) = children_of(terminal.process.pid)
    return child


def test_what_a_start_asks_is_asked_once(start, tmp_path):
    with start("--log", str(tmp_path / "log")) as terminal:
        terminal.wait_for(FIRST)
        terminal.press("q")
        assert terminal.wait_end() == 0
    lines = (tmp_path / "log").read_text().splitlines()
    asked = [line.split("GET ")[1].split()[0].split("?")[0] for line in lines if "GET " in line]
    assert asked.count("/v1/collections") == 1
    assert asked.count("/auth/management-keys/validation") == 1


def test_it_goes_by_itself_when_it_is_not_needed_any_more(start):
    with start(stays=False) as terminal:
        terminal.wait_for(FIRST)
        terminal.wait_for(lambda _: not children_of(terminal.process.pid))
        terminal.press("j", "enter")
        terminal.wait_for(NEXT)
        terminal.press("q")
        assert terminal.wait_end() == 0


def test_a_kill_is_not_noticed(start):
    with start() as terminal:
        terminal.wait_for(FIRST)
        os.kill(child_of(terminal), signal.SIGKILL)
        terminal.press("j", "enter")
        terminal.wait_for(NEXT)
        terminal.press("q")
        assert terminal.wait_end() == 0
        terminal.assert_restored()


@pytest.mark.parametrize("number", [0, signal.SIGTERM])
def test_one_that_stands_still_holds_no_end_up_and_stays_not(start, number):
    with start() as terminal:
        terminal.wait_for(FIRST)
        child = child_of(terminal)
        os.kill(child, signal.SIGSTOP)
        if number:
            os.kill(terminal.process.pid, number)
        else:
            terminal.press("q")
        assert terminal.wait_end() == (128 + number if number else 0)
        assert state_of(child) == "Z"
        terminal.assert_restored()


def test_it_goes_with_the_screen_however_that_goes(start):
    with start() as terminal:
        terminal.wait_for(FIRST)
        end = os.pidfd_open(child_of(terminal))
        os.kill(terminal.process.pid, signal.SIGKILL)
        terminal.wait_end()
        assert select.select([end], [], [], 20)[0]
        os.close(end)

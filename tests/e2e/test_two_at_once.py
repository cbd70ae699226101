"""Two programs on one state folder: what one has under way, the other can see and not touch."""

import os
import signal

import pytest

from tests.conftest import KEY, serve_samples
from tests.e2e.hands import Keyboard, back_on_main, ends_well, titled
from tests.e2e.terminal import xcoll
from tests.ui.writing import Service
from xcoll_tui.emulator.faults import Fault

LIVE = "Another xcoll is working on it"


def test_what_one_removes_the_other_can_take_back_only_when_it_died(tmp_path):
    with serve_samples(index_seconds=0) as server:
        env = {"XAI_MANAGEMENT_KEY": KEY, "XDG_STATE_HOME": str(tmp_path / "state")}
        arguments = ("--base-url", server.url)
        with xcoll(*arguments, env=env) as first, xcoll(*arguments, env=env) as second:
            for terminal in (first, second):
                terminal.wait_for("Interview")
                Keyboard(terminal).open("Legal contracts")
                terminal.wait_for(titled("Legal contracts", "64"))
            # It takes effect, and its answer never comes.
            server.faults.append(Fault("DELETE", "*", "timeout", "after"))
            first.press("d")
            first.wait_for("Remove from collection?")
            first.press("y")
            first.wait_for("removing…")
            # The row tells of it before its undo data are on disk.
            service = Service(server)
            first.wait_for(
                lambda _: service.collections()["Legal contracts"]["documents_count"] == 63
            )
            service.close()
            second.press("U")
            second.wait_for(LIVE)
            second.press("enter")
            second.wait_for("It cannot be undone.")
            os.kill(first.process.pid, signal.SIGKILL)
            first.process.wait()
            server.faults.clear()
            second.press("R")
            second.wait_for(titled("Legal contracts", "63"))
            second.press("U")
            second.wait_for(lambda screen: "remove" in screen and LIVE not in screen)
            second.press("enter")
            second.wait_for("Attach again?")
            second.press("y")
            second.wait_for("Undone.")
            back_on_main(second)
            second.press("R")
            second.wait_for(titled("Legal contracts", "64"))
            second.press("q")
            ends_well(second)


@pytest.mark.timeout(150)
def test_a_replacement_under_way_is_its_owners(tmp_path):
    with serve_samples(index_seconds=0, metadata_patch="ignore") as server:
        env = {"XAI_MANAGEMENT_KEY": KEY, "XDG_STATE_HOME": str(tmp_path / "state")}
        arguments = ("--base-url", server.url)
        with xcoll(*arguments, env=env) as first, xcoll(*arguments, env=env) as second:
            for terminal in (first, second):
                terminal.wait_for("Interview")
                Keyboard(terminal).open("Legal contracts")
                terminal.wait_for(titled("Legal contracts", "64"))
            first.press("e")
            first.wait_for("─ Edit fields")
            first.type(" and one more")
            Keyboard(first).save("Save these changes?", "enter")
            first.wait_for("Replace the document?", 40)
            server.faults.append(Fault("POST", "*/documents/*", "timeout", "before"))
            first.press("y")
            first.wait_for("Saving…")
            first.wait_for(lambda _: any(fault.done for fault in server.faults))
            second.press("!")
            second.wait_for("Another xcoll is working on it")
            second.press("enter")
            second.wait_for(".docx: Another xcoll is working on it; only that one can finish it.")
            os.kill(first.process.pid, signal.SIGKILL)
            first.process.wait()
            server.faults.clear()
            second.press("!")
            second.wait_for("not shown now")
            second.press("enter")
            second.wait_for("Old fields")
            second.press("o")
            second.wait_for("is attached again", 40)
            second.press("escape")
            second.press("!")
            second.wait_for("Nothing to finish: no replacement was interrupted.")
            second.press("q")
            ends_well(second)

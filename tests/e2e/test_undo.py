"""Undo across ends of the program, in a real terminal: a plain quit, and a kill."""

import re
import signal

import pytest

from tests.conftest import KEY, serve_samples
from tests.e2e.terminal import xcoll
from tests.e2e.walk import cursor_row
from xcoll_tui.emulator.faults import parse_fault

SCANS = "Incoming scans"


@pytest.fixture
def start(tmp_path):
    """The program on the sample collections, with a state folder of its own."""
    with serve_samples(index_seconds=0) as server:
        with server.store.reading() as store:
            named = "SELECT collection_id FROM collections WHERE name = ?"
            (collection_id,) = store.execute(named, [SCANS]).fetchone()

        def run(*, columns=120, rows=40):
            env = {"XAI_MANAGEMENT_KEY": KEY, "XDG_STATE_HOME": str(tmp_path / "state")}
            arguments = ("--base-url", server.url, collection_id)
            return xcoll(*arguments, columns=columns, rows=rows, env=env)

        run.server = server
        yield run


def remove_first(terminal):
    """Remove the document under the cursor, and return its name."""
    terminal.wait_for(f"2 {SCANS}")
    terminal.press("2")
    terminal.wait_for("Attach")
    name = terminal.wait_for(cursor_row) and cursor_row(terminal.text)
    terminal.press("d")
    terminal.wait_for("Remove from collection?")
    terminal.press("y")
    terminal.wait_for(f"“{name}” is removed from")
    return name


def is_offered(screen):
    """Tell whether a toast, which may be wrapped, offers to undo what an earlier session did."""
    return "can be undone. U lists" in " ".join(re.split(r"[▌\s]+", screen))


def test_a_plain_quit_says_what_can_still_be_undone_and_the_next_start_offers_it(start):
    with start() as terminal:
        name = remove_first(terminal)
        terminal.press("q")
        assert terminal.wait_end() == 0
        terminal.assert_restored()
        end = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :].decode()
        assert "1 removal can still be undone: start xcoll and press U." in end
    with start(columns=80, rows=24) as terminal:
        terminal.wait_for(
            lambda text: "can be undone. U lists" in " ".join(re.split(r"[▌\s]+", text))
        )
        terminal.press("U")
        terminal.wait_for(f"remove {name}"[:30])
        terminal.press("enter")
        terminal.wait_for("Undo: Attach again?")
        terminal.press("y")
        terminal.wait_for("Undone.")
        terminal.press("q")
        assert terminal.wait_end() == 0
        end = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :].decode()
        assert "can still be undone" not in end


def test_what_was_removed_before_a_kill_is_offered_by_the_next_start(start):
    with start() as terminal:
        name = remove_first(terminal)
        terminal.process.kill(signal.SIGKILL)
        assert terminal.wait_end() == -signal.SIGKILL
    with start() as terminal:
        terminal.wait_for(
            lambda text: "can be undone. U lists" in " ".join(re.split(r"[▌\s]+", text))
        )
        terminal.wait_for(f"2 {SCANS}")
        terminal.press("z")
        terminal.wait_for("Undo: Attach again?")
        terminal.wait_for("in an earlier session")
        terminal.press("y")
        terminal.wait_for("Undone.")
        terminal.wait_for(name)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_deletion_that_a_signal_broke_off_is_told_by_the_next_start(start, number):
    start.server.faults.append(parse_fault("DELETE:/v1/collections/*:timeout:after"))
    with start() as terminal:
        terminal.wait_for(f"2 {SCANS}")
        terminal.press("1", "d")
        terminal.wait_for("Delete collection")
        terminal.press(f"text:{SCANS}", "enter", "enter")
        terminal.wait_for("Deleting the collection…")
        terminal.wait_for(lambda _: start.server.faults[-1].done)
        terminal.process.kill(number)
        terminal.wait_end()
    start.server.faults.clear()
    with start() as terminal:
        terminal.wait_for(f"Deleting “{SCANS}” was interrupted.")
        terminal.wait_for(re.compile(r"B\W+recreates").search)
        terminal.press("B")
        terminal.wait_for("Recreate from backup")
        terminal.wait_for(SCANS)
        terminal.press("escape", "q")
        assert terminal.wait_end() == 0
    with start() as terminal:
        terminal.wait_for("11 · name")  # the names alone may be those of last time
        terminal.press("@")
        terminal.wait_for("Activity")
        assert "interrupted" not in terminal.text


def test_many_presses_in_one_write_are_one_undo(start):
    with start() as terminal:
        first = remove_first(terminal)
        terminal.wait_for(lambda screen: cursor_row(screen) not in {"", first})
        remove_first(terminal)
        terminal.wait_for(re.compile(rf"{SCANS} +36 ").search)
        terminal.press("text:zzzzz")
        terminal.wait_for("Undone.")
        terminal.wait_for(re.compile(rf"{SCANS} +37 ").search)
        # What was pressed behind the first did nothing; pressed again it does.
        terminal.press("U")
        terminal.wait_for(lambda screen: "○ undone" in screen and "● possible" in screen)
        assert terminal.text.count("○ undone") == 1
        terminal.press("escape", "z")
        terminal.wait_for(re.compile(rf"{SCANS} +38 ").search)


def test_the_demo_does_not_say_that_its_data_can_be_undone_later():
    with xcoll("--demo", "--documents", "300", columns=120, rows=40) as terminal:
        terminal.wait_for("Customer feedback")
        terminal.press("2")
        terminal.wait_for("Attach")
        terminal.wait_for(cursor_row)
        terminal.press("d")
        terminal.wait_for("Remove from collection?")
        terminal.press("y")
        terminal.wait_for("is removed from")
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert b"can still be undone" not in terminal.raw


def test_nothing_is_asked_that_cannot_be_written_down(start, tmp_path):
    (tmp_path / "state").write_text("no folder")
    with start() as terminal:
        terminal.wait_for(f"2 {SCANS}")
        terminal.press("2")
        terminal.wait_for("Attach")
        terminal.wait_for(cursor_row)
        terminal.press("d")
        terminal.wait_for("Nothing can be removed now.")
        assert "Remove from collection?" not in terminal.text
        terminal.press("q")
        assert terminal.wait_end() == 0

"""Going and coming back: stopped and continued in every way, resized in between, drawn over."""

import os
import signal
import sys
import termios
from itertools import product

import pytest

from tests.e2e.ending import end_by, judge, start, until_drawn, until_palette, until_typing
from tests.e2e.hands import ends_well
from tests.e2e.terminal import ROOT, Terminal
from tests.e2e.walk import is_framed
from tests.processes import children_of

STOP, CONT, TSTP, TERM = signal.SIGSTOP, signal.SIGCONT, signal.SIGTSTP, signal.SIGTERM


def shell():
    """An interactive shell, which stops jobs and brings them back."""
    env = {"PS1": "ready: ", "PYTHONPATH": str(ROOT)}
    terminal = Terminal("bash", "--norc", "--noprofile", columns=100, rows=24, env=env)
    terminal.wait_for("ready:")
    terminal.press(f"text:{sys.executable} -m xcoll_tui --demo --documents 300", "enter")
    terminal.wait_for(lambda text: "Filings ar" in text and is_framed(text, 100, 24))
    return terminal


def quits(terminal):
    """Quit, and see in the shell that all succeeded."""
    terminal.press("q")
    terminal.wait_for(lambda _: terminal.raw.endswith(b"ready: "))
    terminal.press("text:clear; echo code $?", "enter")
    terminal.wait_for("code 0")


def child_of(terminal):
    """Return the process that the shell has started."""
    return children_of(terminal.process.pid)[0]


def rows_of(text):
    """Leave out the line that tells the age."""
    return text.split("\n")[1:]


def is_raw(terminal):
    """Tell whether keys come as they are pressed, unseen."""
    modes = termios.tcgetattr(terminal.process.fd)[3]
    return not modes & (termios.ECHO | termios.ICANON | termios.ISIG)


def whole(text):
    return is_framed(text, 100, 24) and "Filings ar" in text


@pytest.mark.parametrize(
    ("keys", "title", "typed"),
    [("d", "Delete collection", "Cust"), ("n", "New collection", "a name")],
)
def test_ctrl_z_and_fg_bring_a_dialog_back_with_what_was_typed(keys, title, typed):
    with shell() as terminal:
        terminal.press(keys)
        terminal.wait_for(title)
        terminal.press(f"text:{typed}")
        terminal.wait_for(typed)
        terminal.press("\x1a")
        terminal.wait_for("Stopped")
        terminal.press("text:clear; fg", "enter")
        terminal.wait_for(lambda text: is_raw(terminal) and title in text and typed in text)
        terminal.press("text:x")
        terminal.wait_for(f"{typed}x")
        terminal.press("\x11")
        terminal.wait_for(lambda _: terminal.raw.endswith(b"ready: "))


def test_ctrl_z_and_fg_bring_the_whole_picture_back():
    with shell() as terminal:
        for _ in range(2):
            terminal.press("\x1a")
            terminal.wait_for("Stopped")
            assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
            assert terminal.raw.rfind(b"\x1b[?1003l") > terminal.raw.rfind(b"\x1b[?1003h")
            terminal.press("text:clear; fg", "enter")
            terminal.wait_for(whole)
            assert is_raw(terminal)
        terminal.press("j")
        terminal.wait_for("2 Drafts")
        quits(terminal)
        assert b"Traceback" not in terminal.raw


def test_a_window_that_became_another_size_meanwhile_is_filled():
    with shell() as terminal:
        terminal.press("\x1a")
        terminal.wait_for("Stopped")
        terminal.resize(80, 20)
        terminal.press("text:clear; fg", "enter")
        terminal.wait_for(lambda text: is_framed(text, 80, 20) and "Filings ar" in text)


def test_in_the_background_it_stops_and_writes_nothing():
    with shell() as terminal:
        terminal.press("\x1a")
        terminal.wait_for("Stopped")
        terminal.press("text:bg", "enter")
        terminal.wait_for(lambda text: text.count("Stopped") >= 2 or "xcoll_tui --demo" in text)
        terminal.press("text:echo still a $((40 + 2)) shell", "enter")
        terminal.wait_for("still a 42 shell")
        terminal.press("text:clear; fg", "enter")
        terminal.wait_for(whole)
        quits(terminal)


def test_sigstop_leaves_the_shell_in_between_and_comes_back():
    with shell() as terminal:
        os.kill(child_of(terminal), STOP)
        terminal.wait_for("Stopped")
        terminal.press("text:fg", "enter")
        terminal.wait_for(whole)
        assert is_raw(terminal)
        quits(terminal)


@pytest.mark.parametrize("key", ["\x1a", TSTP])
def test_where_no_shell_could_bring_it_back_it_goes_on(key):
    with start() as terminal:
        until_drawn(terminal, 0)
        for _ in range(2):
            count = terminal.raw.count(b"\x1b[?1049h")
            if key == TSTP:
                os.kill(terminal.process.pid, TSTP)
            else:
                terminal.press(key)
            terminal.wait_for(lambda _, count=count: terminal.raw.count(b"\x1b[?1049h") > count)
            terminal.wait_for(whole)
        terminal.press("q")
        ends_well(terminal)


@pytest.mark.parametrize("wait", [until_drawn, until_typing, until_palette])
def test_a_cont_without_a_stop_changes_nothing(wait):
    with start() as terminal:
        terminal.wait_for("of 156")
        wait(terminal, 0)
        terminal.rest()
        before = rows_of(terminal.text)
        for _ in range(8):
            os.kill(terminal.process.pid, CONT)
        terminal.rest(0.2)
        terminal.wait_for(lambda text: rows_of(text) == before)
        terminal.press("ctrl+q")
        ends_well(terminal)


# The signal comes when Textual has just set its handler for it, and the driver is half made.
EARLY = """
import signal
really_set = signal.signal
def set_handler(number, handler):
    before = really_set(number, handler)
    if getattr(handler, "__name__", "") == "{handler}":
        print("half made", flush=True)
        signal.raise_signal(number)
    return before
signal.signal = set_handler
from xcoll_tui.__main__ import main
main()
"""


@pytest.mark.parametrize("handler", ["_sigtstp_application", "_sigcont_application"])
def test_a_signal_while_the_driver_is_made_changes_nothing(handler):
    with start(program=EARLY.format(handler=handler)) as terminal:
        terminal.wait_for(whole)
        assert b"half made" in terminal.raw
        assert is_raw(terminal)
        terminal.press("q")
        ends_well(terminal)


def test_stops_and_continues_in_any_order_leave_it_running_and_raw():
    orders = list(product((TSTP, STOP), (0.0, 0.02))) * 2
    with start() as terminal:
        until_drawn(terminal, 0)
        for number, pause in orders:
            os.kill(terminal.process.pid, number)
            terminal.rest(pause or 0.001)
            os.kill(terminal.process.pid, CONT)
            terminal.wait_for(whole)
        # One that has not stopped yet is continued by the next.
        terminal.rest(0.3)
        os.kill(terminal.process.pid, CONT)
        terminal.press("p")
        terminal.wait_for("Collection ID")
        assert is_raw(terminal)
        terminal.press("ctrl+q")
        ends_well(terminal)


@pytest.mark.parametrize(
    "numbers",
    [(TERM, CONT), (CONT, TERM), (TSTP, TERM, CONT), (TSTP, CONT, TERM), (STOP, TERM, CONT)],
    ids=lambda numbers: "-".join(signal.Signals(number).name[3:] for number in numbers),
)
def test_a_service_manager_ends_it_as_it_does_it(numbers):
    for apart in (0.0, 0.02):
        with start() as terminal:
            until_drawn(terminal, 0)
            code, seconds = end_by(terminal, *numbers, apart=apart)
            assert judge(terminal, code, seconds, 128 + TERM) == ""


def test_a_storm_of_sizes_ends_in_the_last_one():
    with start() as terminal:
        until_drawn(terminal, 0)
        for number in range(120):
            terminal.resize(60 + number % 50, 12 + number % 20)
            os.kill(terminal.process.pid, signal.SIGWINCH)
        terminal.resize(100, 24)
        terminal.wait_for(whole)
        terminal.press("q")
        ends_well(terminal)


def test_ctrl_l_draws_again_what_others_have_written_over():
    with start() as terminal:
        until_drawn(terminal, 0)
        terminal.wait_for(lambda text: "of 156" in text and " 300 " in text)  # all is filled
        terminal.rest()
        before = rows_of(terminal.text)
        terminal._stream.feed(b"\x1b[2J\x1b[5;5Hsomebody's message")
        terminal._text = None
        assert "somebody" in terminal.text
        terminal.press("\x0c")
        terminal.wait_for(lambda text: rows_of(text) == before)
        terminal.press("q")
        ends_well(terminal)

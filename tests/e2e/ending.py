"""Ends of the program from outside: signals at any moment, and how the terminal is left."""

import os
import re
import signal
import sys
import time
from pathlib import Path

from tests.e2e.terminal import Terminal, xcoll

LIMIT = 2.0
"""Seconds within which the program has to end, whatever it does."""


def start(*, program: str | None = None) -> Terminal:
    """Start the program, or a script that becomes it, on a few samples."""
    arguments = ("--demo", "--documents", "300")
    if program is None:
        return xcoll(*arguments, columns=100, rows=24)
    return Terminal(sys.executable, "-c", program, *arguments, columns=100, rows=24)


def catches(pid: int, number: int) -> bool:
    """Tell whether a process has a handler for a signal: nothing can be asked of it before.

    A fault is blocked instead, and waited for.
    """
    masks = 0
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(("SigCgt:", "SigBlk:")):
            masks |= int(line.split()[1], 16)
    return bool(masks >> (number - 1) & 1)


def until_installed(terminal, number):
    """Wait until the first line of `main` has run; Python itself catches SIGINT before."""
    seen = number if number != signal.SIGINT else signal.SIGTERM
    while not catches(terminal.process.pid, seen):
        time.sleep(0.0005)


def until_entered(terminal, _number):
    """Wait until the alternate screen is asked for, and no longer."""
    while b"\x1b[?1049h" not in terminal.raw:
        terminal.pump(0.001)


def until_drawn(terminal, _number):
    """Wait until the panes stand."""
    terminal.wait_for("Filings ar")


def until_details(terminal, number):
    """Wait until a dialog stands."""
    until_drawn(terminal, number)
    terminal.press("p")
    terminal.wait_for("Collection ID")


def until_typing(terminal, number):
    """Wait until something is typed into a form."""
    until_drawn(terminal, number)
    terminal.press("n")
    terminal.wait_for("New collection")
    terminal.press("text:a name")
    terminal.wait_for("a name")


def until_palette(terminal, number):
    """Wait until the commands stand."""
    until_drawn(terminal, number)
    terminal.press(":")
    terminal.wait_for("Search for commands")


def until_running(terminal, number):
    """Wait until a run of many writes is under way."""
    until_drawn(terminal, number)
    terminal.press("j", "j")
    terminal.wait_for("2 Filings archive")
    terminal.press("2")
    terminal.wait_for("a Attach")
    terminal.press("*", "i")
    terminal.wait_for("Re-index 100")
    terminal.press("y")
    terminal.wait_for(re.compile(r"Re-index(ing 100|ed: )").search)  # it may be over by now


def until_quitting(terminal, number):
    """Wait until the program was told to quit."""
    until_drawn(terminal, number)
    terminal.press("q")


MOMENTS = {
    "imports": until_installed,
    "alternate screen": until_entered,
    "rest": until_drawn,
    "dialog": until_details,
    "typing": until_typing,
    "palette": until_palette,
    "run": until_running,
    "quitting": until_quitting,
}


def end_by(terminal: Terminal, *numbers: int, apart: float = 0.0) -> tuple[int, float]:
    """Send signals, and wait for the end; return the exit code and how long it took."""
    began = time.monotonic()
    for number in numbers:
        try:
            os.kill(terminal.process.pid, number)
        except ProcessLookupError:
            break
        until = time.monotonic() + apart
        while time.monotonic() < until:
            terminal.pump(0.002)
    code = terminal.wait_end(10)
    return code, time.monotonic() - began


def judge(terminal: Terminal, code: int, seconds: float, *wanted: int) -> str:
    """Return what is wrong with an end, "" where nothing is."""
    if code not in wanted:
        return f"code {code} instead of {wanted}"
    if b"Traceback" in terminal.raw or b"Exception" in terminal.raw or b"Warning" in terminal.raw:
        return f"said {terminal.raw[-400:]!r}"
    if seconds > LIMIT + 0.5:  # the machine may be busy with other tests
        return f"took {seconds:.1f} s"
    try:
        terminal.assert_restored()
    except AssertionError as error:
        return str(error)
    return ""


ENDING = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGALRM,
)

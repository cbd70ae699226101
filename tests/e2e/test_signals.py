"""Signals at the moments at which they hurt; `tests.endurance.signals` tries all of them."""

import itertools
import signal
import subprocess
import sys

import pytest

from tests.e2e.ending import MOMENTS, catches, end_by, judge, start, until_drawn
from tests.isolation import ROOT, environment

# The moments, with what people and machines send; the other numbers at one of them.
TRIED = [
    *itertools.product(
        (signal.SIGINT, signal.SIGTERM), ("imports", "alternate screen", "rest", "run")
    ),
    *(
        (number, "rest")
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGRTMIN, signal.SIGSEGV)
    ),
    *((number, "alternate screen") for number in (signal.SIGQUIT, signal.SIGALRM, signal.SIGFPE)),
    (signal.SIGINT, "typing"),
    (signal.SIGTERM, "palette"),
]


@pytest.mark.parametrize(
    ("number", "moment"), TRIED, ids=[f"{number.name}-{moment}" for number, moment in TRIED]
)
def test_a_signal_ends_it_with_its_number_and_restores_the_terminal(number, moment):
    with start() as terminal:
        MOMENTS[moment](terminal, number)
        code, seconds = end_by(terminal, number)
        assert judge(terminal, code, seconds, 128 + number) == ""


@pytest.mark.parametrize("apart", [0.0, 0.03])
def test_a_second_signal_changes_nothing(apart):
    for first, second in ((signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGINT)):
        with start() as terminal:
            until_drawn(terminal, 0)
            code, seconds = end_by(terminal, first, second, apart=apart)
            # Where both are there at once, the lower number is seen first.
            assert judge(terminal, code, seconds, 128 + first, 128 + second) == ""


def test_a_program_that_hangs_is_ended_by_force_and_still_restores_the_terminal():
    with start(program=HANGING) as terminal:
        until_drawn(terminal, 0)
        terminal.press("text:H")
        terminal.wait_for(lambda _: b"hangs" in terminal.raw)
        code, seconds = end_by(terminal, signal.SIGTERM)
        assert judge(terminal, code, seconds, 128 + signal.SIGTERM) == ""


# The screen's own thread stands still, and takes no signal from its loop. It sleeps in pieces: one
# that comes just before a long sleep would be seen behind it.
HANGING = """
import sys, time
from xcoll_tui.__main__ import main
from xcoll_tui.ui.terminal_app import TerminalApp
def hang(self, event):
    self._driver.write("\\x1b]2;hangs\\x07")
    for _ in range(1_000):
        time.sleep(0.06)
TerminalApp._hint_at_keys = hang
sys.argv[0] = "xcoll"
main()
"""


def test_a_signal_that_is_ignored_stays_so():
    program = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    program += "os.execv(sys.executable, [sys.executable, '-m', 'xcoll_tui', *sys.argv[1:]])"
    with start(program=program) as terminal:
        until_drawn(terminal, 0)
        assert not catches(terminal.process.pid, signal.SIGHUP)
        code, seconds = end_by(terminal, signal.SIGHUP, signal.SIGTERM, apart=0.1)
        assert judge(terminal, code, seconds, 128 + signal.SIGTERM) == ""


@pytest.mark.parametrize("arguments", [["auth", "status"], ["emulator", "--port", "0"], ["--help"]])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_no_command_is_a_traceback_in_its_first_moment(arguments, number):
    for after in (0, 200, 1_000):
        process = subprocess.Popen(
            [sys.executable, "-m", "xcoll_tui", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=environment(),
        )
        try:
            while process.poll() is None and not catches(process.pid, signal.SIGTERM):
                pass
            for _ in range(after):
                process.poll()
            process.send_signal(number)
            said = b"".join(process.communicate(timeout=20))
        finally:
            process.kill()
            process.wait()
        assert b"Traceback" not in said, said
        assert process.returncode in {0, 128 + number}, said
        assert process.returncode or arguments != ["auth", "status"], said

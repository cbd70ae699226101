"""The window is closed: with a hang-up, and without one, behind whatever stands on the screen."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.ending import LIMIT, start, until_drawn
from tests.isolation import ROOT, environment

WAITS = {
    "rest": (b"", b"Filings ar"),
    "details": (b"p", b"Collection ID"),
    "form": (b"n", b"New collection"),
    "palette": (b":", b"earch for commands"),
    "filter": (b"/", b"Clear"),
    "question": (b"jd", b"to continue"),
}


class Detached:
    """The program on a terminal that does not control it: nobody tells it of a hang-up."""

    def __init__(self, *argv):
        self.master, slave = pty.openpty()
        self.raw = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "xcoll_tui", *argv],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            cwd=ROOT,
            env=environment({"TERM": "xterm"}),
        )
        os.close(slave)

    def wait_for(self, wanted, seconds=30):
        deadline = time.monotonic() + seconds
        while wanted not in self.raw:
            assert time.monotonic() < deadline, self.raw[-2000:]
            if select.select([self.master], [], [], 0.05)[0]:
                self.raw += os.read(self.master, 65_536)

    def close(self):
        """Close the terminal; return the exit code, and the seconds that it took to end."""
        began = time.monotonic()
        os.close(self.master)
        try:
            code = self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
        return code, time.monotonic() - began


@pytest.mark.parametrize("place", WAITS)
def test_a_terminal_that_goes_without_a_word_ends_the_program(place):
    program = Detached("--demo", "--documents", "300")
    program.wait_for(b"Filings ar")
    keys, wanted = WAITS[place]
    os.write(program.master, keys)
    program.wait_for(wanted)
    code, seconds = program.close()
    assert code == 128 + signal.SIGHUP
    assert seconds < LIMIT + 0.5


def test_a_terminal_that_goes_with_a_hang_up_ends_the_program_with_its_number():
    with start() as terminal:
        until_drawn(terminal, 0)
        process = terminal.process
        with Path(os.devnull).open() as nothing:
            os.dup2(nothing.fileno(), process.fd)  # which closes what was there
        began = time.monotonic()
        process.wait()
        assert process.exitstatus == 128 + signal.SIGHUP
        assert time.monotonic() - began < LIMIT + 0.5


@pytest.mark.parametrize("moment", [0.02, 0.2])
def test_a_terminal_that_is_gone_before_the_first_frame_ends_the_program(moment):
    program = Detached("--demo", "--documents", "300")
    time.sleep(moment)
    code, seconds = program.close()
    assert code in {2, 128 + signal.SIGHUP}  # 2 where it found no terminal to begin with
    assert seconds < LIMIT + 3

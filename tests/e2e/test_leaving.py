"""Leaving over a slow link: what the terminal had sent before it heard of the end is nobody's."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections import deque

import pytest

from tests.isolation import ROOT, environment

MOVE = "\x1b[<35;{};10M"
SYNC = b"\x1b[?2026$p"


class SlowLink:
    """A shell at the other end of a link that takes its time, in each direction.

    The terminal at this end moves its mouse while reports of it are wanted, and may answer
    questions, as soon as it has heard of them.
    """

    def __init__(self, delay, *, answers):
        self.delay, self.answers = delay, answers
        self.master, slave = pty.openpty()
        self.heard = b""
        self._coming, self._going = deque(), deque()
        self._moves, self._moved_at = 0, 0.0
        self.moving = False
        command = f"{sys.executable} -m xcoll_tui --demo --documents 300; exec cat"
        self.modes = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            ["sh", "-c", command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            cwd=ROOT,
            env=environment({"TERM": "xterm"}),
        )
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    @property
    def wants_mouse(self):
        return self.heard.rfind(b"\x1b[?1003h") > self.heard.rfind(b"\x1b[?1003l")

    def send(self, data):
        self._going.append((time.monotonic() + self.delay, data))

    def run(self, holds, seconds=20):
        """Let things travel until something holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            now = time.monotonic()
            assert now < deadline, self.heard[-2000:]
            if select.select([self.master], [], [], 0.002)[0]:
                self._coming.append((now + self.delay, os.read(self.master, 65_536)))
            while self._coming and self._coming[0][0] <= now:
                data = self._coming.popleft()[1]
                self.heard += data
                for _ in range(data.count(SYNC) if self.answers else 0):
                    self.send(b"\x1b[?2026;2$y")
            if self.moving and self.wants_mouse and now > self._moved_at + 0.008:
                self._moved_at, self._moves = now, self._moves + 1
                self.send(MOVE.format(10 + self._moves % 50).encode())
            while self._going and self._going[0][0] <= now:
                os.write(self.master, self._going.popleft()[1])

    def quiet_for(self, seconds):
        """Return a condition that holds after so long."""
        until = time.monotonic() + seconds
        return lambda: time.monotonic() > until


@pytest.mark.parametrize(("delay", "answers"), [(0.0, True), (0.035, False), (0.07, True)])
def test_no_report_of_the_mouse_lands_in_the_shell(delay, answers):
    with SlowLink(delay, answers=answers) as link:
        link.run(lambda: b"Filings ar" in link.heard)
        link.moving = True
        link.run(link.quiet_for(0.4))
        link.send(b"q")
        link.run(lambda: b"\x1b[?1049l" in link.heard)
        link.run(link.quiet_for(0.4))
        shell = link.heard[link.heard.rfind(b"\x1b[?1049l") :]
        assert not re.search(rb"35;\d+;10|2026|\[<", shell), shell
        # What is typed now is the shell's.
        link.send(b"hello\r")
        link.run(lambda: link.heard.count(b"hello") == 2)


@pytest.mark.parametrize("answers", [True, False])
def test_no_key_that_was_typed_ahead_lands_as_a_code_in_the_shell(answers):
    with SlowLink(0.03, answers=answers) as link:
        link.run(lambda: b"Filings ar" in link.heard)
        link.run(link.quiet_for(0.7))
        for code in (b"\x1b[113u", b"\x1b[108u", b"\x1b[115u", b"\x1b[13u"):
            link.send(code)
            link.run(link.quiet_for(0.02))
        link.run(lambda: b"\x1b[?1049l" in link.heard)
        link.run(link.quiet_for(0.3))
        shell = link.heard[link.heard.rfind(b"\x1b[?1049l") :]
        assert not re.search(rb"\d+u", shell), shell


def test_reports_are_turned_off_before_anything_else_is_done():
    with SlowLink(0.0, answers=True) as link:
        link.run(lambda: b"Filings ar" in link.heard)
        link.send(b"q")
        link.run(lambda: b"\x1b[?1049l" in link.heard)
        for off in (b"\x1b[?1003l", b"\x1b[?1000l", b"\x1b[?1004l", b"\x1b[?2004l", b"\x1b[<u"):
            assert 0 < link.heard.rfind(off) < link.heard.rfind(b"\x1b[?1049l")


def test_where_nothing_is_in_flight_nothing_is_waited_for():
    waits = []
    for answers in (True, False):
        with SlowLink(0.0, answers=answers) as link:
            link.run(lambda link=link: b"Filings ar" in link.heard)
            link.run(link.quiet_for(0.7))
            link.send(b"q")
            link.run(lambda link=link: b"\x1b[?1003l" in link.heard)
            off = time.monotonic()
            link.run(lambda link=link: b"\x1b[?1049l" in link.heard)
            waits.append(time.monotonic() - off)
    # Both are a few milliseconds; the bound of the wait is what tells them from one that waited.
    assert min(waits) < 0.1, waits

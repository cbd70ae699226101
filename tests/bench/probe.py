"""A pseudo-terminal that is read for its time, not for its looks: no screen is kept."""

import os
import re
import select
import sys
import time
from pathlib import Path

from tests.e2e.terminal import KEYS, Terminal

# The age in the header ticks once a second, whatever is pressed: a short write to the first line.
_TICK = re.compile(
    rb"\x1b\[1;1H(?:(?!\x1b\[[0-9]+;[0-9]+H|\n).){1,1000}(?:\x1b\[[0-9;]+H)?", re.DOTALL
)
# Silence that ends a repaint. Textual's clock of frames goes on for up to two sixtieths of a second
# after one; a key pressed meanwhile would wait for it, by chance.
QUIET = 0.045
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ESCAPES = re.compile(rb"\x1b(?:\[[0-9;:<=>?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")

INPUT = {
    **KEYS,
    "space": " ",
    "asterisk": "*",
    # SGR mouse reports at a cell in the middle of the document pane.
    "wheel down": "\x1b[<65;100;20M",
    "wheel up": "\x1b[<64;100;20M",
    "click": "\x1b[<0;60;12M\x1b[<0;60;12m",
    "click below": "\x1b[<0;60;20M\x1b[<0;60;20m",
}


class Probe(Terminal):
    """Run a command in a pseudo-terminal and time what it writes.

    Unlike its parent it does not interpret what it reads, which would take longer than what is
    measured; `text`, `screen` and `wait_for` tell nothing here.
    """

    def __init__(self, *argv: str, env: dict[str, str] | None = None):
        self.started = time.perf_counter()
        super().__init__(*argv, env=env)
        self._since = b""
        self._read_at = self.started

    def read(self, seconds: float) -> bytes:
        """Return what is written within so long, as soon as there is something; else b""."""
        ready, _, _ = select.select([self.process.fd], [], [], seconds)
        if not ready:
            return b""
        try:
            chunk = os.read(self.process.fd, 65_536)
        except OSError:
            chunk = b""
        if not chunk:
            raise EOFError(f"the program ended; it wrote last: {self._last_words()}")
        self._read_at = time.perf_counter()
        return chunk

    def _last_words(self) -> str:
        return " ".join(_plain(self._since).decode(errors="replace").split())[-300:]

    def send(self, *keys: str) -> float:
        """Type keys in one go and return when; `wait_text` looks at what comes after."""
        self._since = b""
        typed = "".join(INPUT.get(key, key) for key in keys).encode()
        at = time.perf_counter()
        os.write(self.process.fd, typed)
        return at

    def wait_text(self, *wanted: str, seconds: float = 120) -> float:
        """Wait until all these texts were written since the last `send`; return when.

        What was written before this is asked counts as written with what was read last.
        """
        missing = [text.encode() for text in wanted]
        deadline = time.perf_counter() + seconds
        while True:
            plain = _plain(self._since)
            missing = [text for text in missing if text not in plain]
            if not missing:
                return self._read_at
            left = deadline - time.perf_counter()
            if left <= 0:
                told = b", ".join(missing).decode()
                raise TimeoutError(f"never written: {told}; it wrote last: {self._last_words()}")
            # A text may be torn by the end of a chunk; what lies further back was looked at.
            self._since = self._since[-65_536:] + self.read(min(left, 0.5))

    def tells(self, *wanted: str, seconds: float) -> bool:
        """Wait for texts as `wait_text` does, but tell whether they came within so many seconds."""
        try:
            self.wait_text(*wanted, seconds=seconds)
        except TimeoutError:
            return False
        return True

    def settle(self, quiet: float = QUIET, first: float = 1.0) -> float | None:
        """Wait for the first bytes, then for silence; return when the last ones came.

        None when nothing at all is written within `first` seconds.
        """
        last = None
        while chunk := self.read(first if last is None else quiet):
            last = time.perf_counter()
            self._since += chunk
        return last

    def press(self, *keys: str) -> None:
        """Type keys one by one and let each settle; one may change nothing."""
        for key in keys:
            self.send(key)
            self.settle(first=0.15)

    def time_key(self, key: str, quiet: float = QUIET) -> float:
        """Press a key; return the milliseconds until the last byte of the repaint.

        What the program and this process spent in the queue for a busy core is not counted: on a
        machine that does other work it is several times what is measured, and comes by chance.
        """
        while self.read(0):
            pass  # what came late is no answer to this key
        processes = (self.process.pid, os.getpid())
        before = [_queued(process) for process in processes]
        last, waited = None, 0.0
        sent = self.send(key)
        while chunk := self.read(1.0 if last is None else quiet):
            if not _TICK.fullmatch(chunk):
                last = time.perf_counter()
                waited = sum(map(_hindered, before, map(_queued, processes)))
        if last is None:
            raise TimeoutError(f"{key} repaints nothing")
        return (last - sent - waited) * 1000

    def count_bytes(self, key: str, quiet: float = 0.12) -> int:
        """Press a key; return how many bytes are written until nothing is for so many seconds."""
        self.send(key)
        count = 0
        while chunk := self.read(quiet):
            count += len(chunk)
        return count

    def widen(self, columns: int) -> None:
        """Make the terminal so wide, and wait for the repaint."""
        if self.process.getwinsize()[1] != columns:
            self.resize(columns, 45)
            self.settle(0.3)

    @property
    def memory(self) -> int:
        """The resident memory of the program in bytes; Linux only."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * _PAGE


def _queued(process: int) -> dict[str, int]:
    """Return the nanoseconds that each thread was ready to run and had no core."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return {task.parent.name: int(task.read_text(encoding="ascii").split()[1]) for task in tasks}


def _hindered(before: dict[str, int], after: dict[str, int]) -> float:
    """Return the seconds that the most hindered thread had no core: waits at once count once."""
    return max(waited - before.get(task, 0) for task, waited in after.items()) / 1e9


def _plain(written: bytes) -> bytes:
    return _ESCAPES.sub(b"", written)


def browse(url: str, key: str, *arguments: str) -> Probe:
    """Run the program in front of a service."""
    command = (sys.executable, "-m", "xcoll_tui", "--base-url", url, *arguments)
    return Probe(*command, env={"XAI_MANAGEMENT_KEY": key})

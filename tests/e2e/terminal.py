"""A real pseudo-terminal with a screen to look at: what a person at a keyboard would see."""

import atexit
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import ptyprocess
import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
    "backspace": "\x7f",
    "ctrl+q": "\x11",
    "ctrl+p": "\x10",
    "ctrl+r": "\x12",
}
SWITCHES = {
    1049: "the alternate screen",
    1000: "the mouse",
    1002: "mouse dragging",
    1003: "mouse movement",
    1006: "the mouse's extended report",
    1015: "the mouse's urxvt report",
    1004: "the focus report",
    2004: "bracketed paste",
    2026: "synchronized output",
}
# Nobody's: no profile of the person who runs the tests is seen, and none is changed.
HOME = tempfile.mkdtemp(prefix="xcoll-home-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
ROOT = Path(__file__).parent.parent.parent
# What pyte does not know and would print: kitty keyboard and private-mode questions.
_UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9;]*\$p|\x1b\[>[0-9;]*[a-z]")
# Whether whole frames can be told from pieces of them (synchronized output), and that they can.
_ASKS_SYNC, _HAS_SYNC = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
# A code of which the rest has not come yet.
_BEGUN = re.compile(rb"\x1b(?:\[[<>=?]?[0-9;]*\$?)?\Z")


class Terminal:
    """Run a command in a pseudo-terminal and keep its screen."""

    def __init__(self, *argv: str, columns: int = 160, rows: int = 45, env: dict | None = None):
        """Start; ``env`` is added to an environment that holds no key and no locale but UTF-8."""
        self.columns, self.rows = columns, rows
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._held = b""
        self._text: str | None = None
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": HOME,
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **{k: v for k, v in os.environ.items() if k.startswith(("COVERAGE", "COV_"))},
            **(env or {}),
        }
        self.process = ptyprocess.PtyProcess.spawn(
            list(argv), env=environment, dimensions=(rows, columns), cwd=str(ROOT)
        )
        self.modes_before = termios.tcgetattr(self.process.fd)

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.isalive():
            self.process.kill(signal.SIGKILL)
            self.process.wait()
        self.process.close()

    def pump(self, seconds: float = 0.05) -> bool:
        """Read what has been written, waiting so long for it; False at the end."""
        ready, _, _ = select.select([self.process.fd], [], [], seconds)
        if not ready:
            return True
        try:
            chunk = os.read(self.process.fd, 65_536)
        except OSError:
            return False
        if not chunk:
            return False
        if _ASKS_SYNC in chunk:
            os.write(self.process.fd, _HAS_SYNC)
        self.raw += chunk
        written = self._held + chunk
        begun = _BEGUN.search(written)
        whole = len(written) if begun is None else begun.start()
        self._held = written[whole:]
        self._text = None
        self._stream.feed(_UNKNOWN.sub(b"", written[:whole]))
        return True

    @property
    def text(self) -> str:
        """The screen as lines."""
        if self._text is None:
            self._text = "\n".join(line.rstrip() for line in self.screen.display)
        return self._text

    @property
    def whole(self) -> bool:
        """Whether the screen is no frame that has come in part."""
        return self.raw.rfind(b"\x1b[?2026l") >= self.raw.rfind(b"\x1b[?2026h")

    def wait_for(self, wanted, seconds: float = 20) -> str:
        """Wait until the screen holds a text, or a predicate of it holds; return the screen.

        Only whole frames are looked at.
        """
        holds = wanted if callable(wanted) else lambda text: wanted in text
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.whole and holds(self.text):
                return self.text
            if not self.pump() and not holds(self.text):
                break
        raise AssertionError(f"never seen: {wanted!r}; the screen is:\n{self.text}")

    def press(self, *keys: str) -> None:
        """Press keys by name or as they are; one written as `text:…` is typed."""
        for key in keys:
            typed = key.removeprefix("text:") if key.startswith("text:") else KEYS.get(key, key)
            os.write(self.process.fd, typed.encode())
            if key == "escape":
                # A terminal tells a lone ESC from a sequence by the silence after it.
                until = time.monotonic() + 0.15
                while time.monotonic() < until:
                    self.pump(0.02)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size."""
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        self._text = None
        self.process.setwinsize(rows, columns)

    def wait_end(self, seconds: float = 10) -> int:
        """Wait for the end of the program and return its exit code, negative for a signal."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.pump():
            pass
        while self.process.isalive() and time.monotonic() < deadline:
            self.pump()
        assert not self.process.isalive(), f"still running:\n{self.text}"
        status = self.process.exitstatus
        return -self.process.signalstatus if status is None else status

    def assert_restored(self) -> None:
        """Assert that the terminal is as it was: screen, cursor, mouse, paste, keys, line modes."""
        for number, name in SWITCHES.items():
            switched_on = self.raw.rfind(b"\x1b[?%dh" % number)
            switched_off = self.raw.rfind(b"\x1b[?%dl" % number)
            assert switched_on < 0 or switched_off > switched_on, f"{name} is left on"
        hidden = self.raw.rfind(b"\x1b[?25l")
        assert hidden < 0 or self.raw.rfind(b"\x1b[?25h") > hidden, "the cursor is left hidden"
        pushed, popped = len(re.findall(rb"\x1b\[>\d*u", self.raw)), self.raw.count(b"\x1b[<u")
        assert popped >= pushed, "the kitty keyboard protocol is left on"
        assert termios.tcgetattr(self.process.fd) == self.modes_before, "line modes differ"


def xcoll(*arguments: str, **options) -> Terminal:
    """Run the program in a terminal of its own."""
    return Terminal(sys.executable, "-m", "xcoll_tui", *arguments, **options)


def run(*arguments: str, env: dict | None = None, stdin=subprocess.DEVNULL):
    """Run the program without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "xcoll_tui", *arguments],
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": HOME,
            "TERM": "xterm-256color",
            **{k: v for k, v in os.environ.items() if k.startswith(("COVERAGE", "COV_"))},
            **(env or {}),
        },
    )

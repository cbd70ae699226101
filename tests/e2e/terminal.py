"""A real pseudo-terminal with a screen to look at: what a person at a keyboard would see."""

import base64
import os
import re
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import ptyprocess
import pyte

from tests.isolation import ROOT, environment

KEYS = {
    "enter": "\r",
    "space": " ",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
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
    "ctrl+l": "\x0c",
    "ctrl+r": "\x12",
    "ctrl+s": "\x13",
    "ctrl+n": "\x0e",
    "ctrl+u": "\x15",
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
# What pyte does not know and would print: kitty keyboard and private-mode questions.
_UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9;]*\$p|\x1b\[>[0-9;]*[a-z]")
# Whether whole frames can be told from pieces of them (synchronized output), and that they can.
_ASKS_SYNC, _HAS_SYNC = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
# A code of which the rest has not come yet.
_BEGUN = re.compile(rb"\x1b(?:\[[<>=?]?[0-9;]*\$?)?\Z")
# The codes that most of a frame is made of: colours, and where the next text goes.
_FREQUENT = re.compile(r"\x1b\[([0-9;]*)([mH])")


class _Stream(pyte.ByteStream):
    """The stream of pyte, which takes codes character by character; the frequent ones at once."""

    def feed(self, data: bytes) -> None:
        """Take whole codes and text."""
        text = self.utf8_decoder.decode(data)
        position = 0
        for code in _FREQUENT.finditer(text):
            if code.start() > position:
                pyte.Stream.feed(self, text[position : code.start()])
            position = code.end()
            numbers = [int(number or 0) for number in code[1].split(";")]
            if code[2] == "m":
                self.listener.select_graphic_rendition(*numbers)
            else:
                self.listener.cursor_position(*numbers)
        if position < len(text):
            pyte.Stream.feed(self, text[position:])


class Terminal:
    """Run a command in a pseudo-terminal and keep its screen."""

    def __init__(
        self,
        *argv: str,
        columns: int = 160,
        rows: int = 45,
        env: dict | None = None,
        cwd: Path = ROOT,
    ):
        """Start; ``env`` is put over that of `tests.isolation`."""
        self.columns, self.rows = columns, rows
        self.screen = pyte.Screen(columns, rows)
        self._stream = _Stream(self.screen)
        self.raw = b""
        self._held = b""
        self._text: str | None = None
        self._clicked = (-1, -1, 0.0)
        self.process = ptyprocess.PtyProcess.spawn(
            list(argv),
            env=environment(env),
            dimensions=(rows, columns),
            cwd=str(cwd),
            preexec_fn=_heed_signals,
        )
        self.modes_before = termios.tcgetattr(self.process.fd)

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.isalive():
            self.process.kill(signal.SIGKILL)
            self.process.wait()
        self.process.delayafterclose = 0
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

    def step(self, *keys: str) -> None:
        """Press keys that move the focus, each once the one before can be seen in the colours.

        A program forwards a key to what has the focus when it comes, and that may be still moving.
        """
        for key in keys:
            before = self._colours()
            self.press(key)
            self.wait_for(lambda _, before=before: self._colours() != before)

    def _colours(self) -> list[tuple[str, str, bool]]:
        # Not whether it is reversed: the cursor in an input blinks.
        cells = (self.screen.buffer[y][x] for y in range(self.rows) for x in range(self.columns))
        return [(cell.fg, cell.bg, cell.bold) for cell in cells]

    def type(self, text: str) -> None:
        """Type a text, and wait until it can be read."""
        self.press(f"text:{text}")
        self.wait_for(text)

    def paste(self, text: str) -> None:
        """Paste a text, as a terminal does it that was told to bracket what is pasted."""
        os.write(self.process.fd, f"\x1b[200~{text}\x1b[201~".encode())

    def find(
        self, text: str, *, last: bool = False, alone: bool = False, within: int | None = None
    ) -> tuple[int, int] | None:
        """Return where a text stands, in cells; the first place, or the last one.

        `alone`: only where nothing but frames and blanks stands beside it. `within`: only in so
        many columns at the left.
        """
        places = []
        for y in range(self.rows):
            # A wide character has an empty cell behind it, so indices are not cells.
            cells = [self.screen.buffer[y][x].data for x in range(within or self.columns)]
            line = "".join(cells)
            if text in line and (not alone or line.strip(" ▎▊│▌▐┃") == text):
                index = line.rindex(text) if last else line.index(text)
                x = 0
                while len("".join(cells[:x])) < index:
                    x += 1
                places.append((x, y))
        return (places[-1 if last else 0]) if places else None

    def rest(self, seconds: float = 0.06) -> None:
        """Read until nothing has been drawn for a moment."""
        drawn = -1
        while drawn != len(self.raw):
            drawn = len(self.raw)
            self.pump(seconds)

    def click(self, x: int, y: int, times: int = 1) -> None:
        """Click with the left button on a cell, counted from 0."""
        # A hand takes its time, and the program counts on it: two clicks on one cell soon after
        # another are a double click, and a button shows a fifth of a second that it was pressed.
        apart = 0.6 if self._clicked[:2] == (x, y) else 0.3
        while time.monotonic() < self._clicked[2] + apart:
            self.pump(0.05)
        self._clicked = x, y, time.monotonic()
        at = f"{x + 1};{y + 1}"
        os.write(self.process.fd, f"\x1b[<0;{at}M\x1b[<0;{at}m".encode() * times)

    def click_on(self, text: str, *, times: int = 1, **where: Any) -> None:
        """Click on a text once it can be read, and stands still: what comes may move it."""
        self.wait_for(lambda _: self.find(text, **where))
        self.rest()
        place = self.find(text, **where)
        assert place is not None
        self.click(place[0] + min(1, len(text) - 1), place[1], times)

    def turn_wheel(self, x: int, y: int, notches: int) -> None:
        """Turn the wheel over a cell: downwards, or upwards where the number is negative."""
        button = 65 if notches > 0 else 64
        os.write(self.process.fd, f"\x1b[<{button};{x + 1};{y + 1}M".encode() * abs(notches))

    def copied(self) -> str:
        """Return what was copied to the clipboard last, by the terminal's own code for it."""
        found = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", self.raw)
        return base64.b64decode(found[-1]).decode() if found else ""

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


def _heed_signals() -> None:
    """Heed what the tests may have been started to ignore: by nohup, or by a script, behind &."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def xcoll(*arguments: str, **options) -> Terminal:
    """Run the program in a terminal of its own."""
    return Terminal(sys.executable, "-m", "xcoll_tui", *arguments, **options)


def run(*arguments: str, env: dict | None = None, stdin=subprocess.DEVNULL, typed=None):
    """Run the program without a terminal; ``typed`` is a text that comes through a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "xcoll_tui", *arguments],
        **({"stdin": stdin} if typed is None else {"input": typed}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=ROOT,
        env=environment(env),
    )

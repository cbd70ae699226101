"""What is written to the terminal: in a thread, and straight whatever characters are in it.

Terminals disagree on how wide some characters are: emoji with a selector or a skin tone, keycaps,
flags, what is newer than their tables. One that is counted otherwise shifts all that stands behind
it in its line, a border first. So the column is set again behind each run of such text.
"""

import os
import re
import select
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from queue import Empty, Full, Queue
from threading import Event, Thread
from unicodedata import category, east_asian_width

from rich.cells import cell_len

_QUEUED = 30
"""Frames that wait to be written; the program waits with them, as Textual does it."""

_PATIENCE = 0.2
"""Seconds after which a full queue is looked at again."""

# Latin, Greek and Cyrillic, punctuation, arrows, mathematics, frames, blocks and shapes; then kana,
# ideographs and Hangul: what all count alike, as long as nothing joins it.
_SURE = (
    "\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u2030-\u205e"
    "\u2190-\u2319\u2320-\u23e8\u2400-\u25fc\u2701-\u2704\u270c-\u2727\u2758-\u2794\u2800-\u28ff"
    "\u3001-\u3029\u3041-\u3096\u30a0-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
)
_FIRSTS = [first for first, _ in re.findall(r"(.)-?(.)", _SURE)]
_LASTS = [last for _, last in re.findall(r"(.)-?(.)", _SURE)]


@lru_cache(maxsize=64)
def _token(doubtful: frozenset[str]) -> re.Pattern[str]:
    # Only those that are there: to compile all that there may be takes 7 ms.
    joined = "".join(sorted(doubtful))
    return re.compile(
        r"\x1b\[(?:\d+;)?(?P<move>\d+)[GH]|(?P<back>\x08)"
        r"|(?P<code>\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?)"
        r"|(?P<control>[\x00-\x1f])"
        # What joins, such as an accent or a selector, belongs to the character before it.
        rf"|(?P<sure>[^\x00-\x1f{joined}]+(?![{joined}]))"
        rf"|(?P<doubtful>[^\x00-\x1f{joined}]?[{joined}]+)"
    )


_EMOJI = 0x1F000
_seen: set[str] = set()
"""Characters that are sure; a look here costs less than the expression."""


def pin_columns(text: str) -> str:
    """Set the column again behind each run of text whose width terminals may count otherwise.

    The text is a frame of Textual's: each line, or part of one, begins with where it stands.
    """
    doubtful = _doubtful_in(text)
    if not doubtful:
        return text
    token = _token(doubtful)
    lines = text.split("\n")
    return "\n".join(
        line if doubtful.isdisjoint(line) else _pin_line(line, token) for line in lines
    )


def _doubtful_in(text: str) -> frozenset[str]:
    unseen = set(text) - _seen
    doubtful = frozenset(character for character in unseen if _is_doubtful(character))
    _seen.update(unseen - doubtful)
    return doubtful


def _is_doubtful(character: str) -> bool:
    if character < " ":
        return False
    index = bisect_right(_FIRSTS, character) - 1
    return index < 0 or character > _LASTS[index]


def _pin_line(line: str, token: re.Pattern[str]) -> str:
    column: int | None = None
    parts: list[str] = []
    # Where a run stands among the parts, and where it begins and ends on the screen.
    runs: list[tuple[int, int, int]] = []
    for match in token.finditer(line):
        part = match.group()
        kind = match.lastgroup
        if kind in {"move", "back", "control"}:
            _write_runs(parts, runs, column)
            if kind == "back":
                column = None if column is None else column - 1
            else:
                column = int(match["move"]) if kind == "move" else None
        elif kind != "code" and column is not None:
            start, column = column, column + cell_len(part)
            if kind == "doubtful":
                runs.append((len(parts), start, column))
        parts.append(part)
    _write_runs(parts, runs, column)
    return "".join(parts)


def _write_runs(parts: list[str], runs: list[tuple[int, int, int]], end: int | None) -> None:
    """Write the doubtful runs of a stretch that ends there so that they stay within it."""
    for index, start, behind in runs:
        run = _cut(parts[index], (end or behind) - start)
        # Blanks first: what is drawn narrower leaves nothing of what stood there before.
        parts[index] = f"{' ' * (behind - start)}\x1b[{start}G{run}\x1b[{behind}G"
    runs.clear()


def _cut(run: str, room: int) -> str:
    """Leave out the end of a run that some terminal would draw over what is not drawn again."""
    used = 0
    for index, character in enumerate(run):
        used += _widest(character)
        if used > room:
            return run[:index].rstrip("\u200d\ufe0f")
    return run


def _widest(character: str) -> int:
    """Return how many cells a character takes where each is counted by itself."""
    if character == "\ufe0f":
        return 1  # what it follows becomes an emoji, of two
    if ord(character) >= _EMOJI or east_asian_width(character) in "WF":
        return 2
    return 0 if category(character) in {"Mn", "Me", "Cf"} else 1


class Output:
    """Writes to a terminal, in order, in a thread of its own; `on_gone` is called there."""

    def __init__(self, fileno: int, on_gone: Callable[[], None]) -> None:
        self._fileno = fileno
        self._on_gone = on_gone
        self._queue: Queue[str | Event | None] = Queue(_QUEUED)
        self._closed = False
        self._hurried = False
        self._thread = Thread(target=self._run, name="terminal-output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Write when it is the turn of this; nothing once it is closed or the terminal is gone."""
        if not self._closed:
            self._put(text)

    def wait_written(self, seconds: float) -> bool:
        """Wait until all is written; False where it is not by then."""
        written = Event()
        return self._put(written) and written.wait(seconds)

    def hurry(self) -> None:
        """Wait no more for a terminal that takes nothing; from any thread."""
        self._hurried = True

    def close(self, seconds: float) -> None:
        """Write what is left, for so long at most."""
        if not self._closed:
            self._closed = True
            if self._put(None):
                self._thread.join(seconds)

    def _put(self, item: str | Event | None) -> bool:
        while self._thread.is_alive():
            try:
                self._queue.put(item, timeout=_PATIENCE)
            except Full:
                if self._hurried:
                    return False
            else:
                return True
        return False

    def _run(self) -> None:
        while True:
            items = [self._queue.get()]
            with suppress(Empty):
                while items[-1] is not None:
                    items.append(self._queue.get_nowait())
            if not self._write("".join(item for item in items if isinstance(item, str))):
                self._on_gone()
                return
            for item in items:
                if isinstance(item, Event):
                    item.set()
            if items[-1] is None:
                return

    def _write(self, text: str) -> bool:
        data = memoryview(pin_columns(text).encode("utf-8", "replace"))
        while data:
            try:
                data = data[os.write(self._fileno, data) :]
            except BlockingIOError:  # somebody who shares the terminal does not want to wait
                select.select([], [self._fileno], [], _PATIENCE)
            except OSError:
                return False
        return True

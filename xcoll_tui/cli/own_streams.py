"""Standard output and error for this program alone: keyring plugins and their children print too.

What they print would stand before the JSON of `--json`, look like an error of ours, or be drawn
into the screen.
"""

import codecs
import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO


class _OwnStream(io.TextIOBase):
    """Writes what the main thread says, and drops the rest: plugins run in other threads."""

    def __init__(self, own: TextIO) -> None:
        self.own = own
        self._ended = False

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain attribute there
        """What text is written in."""
        return self.own.encoding

    def write(self, text: str) -> int:
        """Write a text of the main thread's."""
        if not self._ended and threading.current_thread() is threading.main_thread():
            self.own.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is left."""
        self.own.flush()

    def fileno(self) -> int:
        """Return the descriptor that is written to."""
        return self.own.fileno()

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        return self.own.isatty()

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def end(self) -> None:
        """Write nothing more, such as what a plugin prints as the interpreter ends."""
        self._ended = True


@contextmanager
def own_streams(*, screen: bool = False) -> Iterator[None]:
    """Keep what plugins and their child processes print off standard output and standard error.

    The descriptors 1 and 2 lead nowhere from here on, to the end of the process. With `screen`
    Textual draws on a copy of standard error, and learns the size of the terminal from that: where
    standard output goes plays no part.
    """
    streams = [_take_over("stdout"), _take_over("stderr")]
    if screen and streams[1] is not None:
        for name in ("__stdout__", "__stderr__"):
            setattr(sys, name, streams[1].own)
    try:
        yield
    except SystemExit:
        _end(streams)
        raise
    else:
        _end(streams)


def _take_over(name: str) -> _OwnStream | None:
    stream = getattr(sys, name)
    try:
        stream.flush()
        number = stream.fileno()
        copy = os.dup(number)
    except (AttributeError, OSError, ValueError):
        return None  # closed, or no descriptor at all
    own = _OwnStream(os.fdopen(copy, "w", 1, encoding=_encoding_for(stream), errors=stream.errors))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
    setattr(sys, name, own)
    return own


def _encoding_for(stream: TextIO) -> str:
    """Return UTF-8, which is what terminals and pipes are, or ASCII, which is a part of it."""
    with suppress(LookupError):
        if codecs.lookup(stream.encoding).name == "ascii":
            return "ascii"
    return "utf-8"


def _end(streams: list[_OwnStream | None]) -> None:
    for stream in streams:
        if stream is not None:
            stream.end()

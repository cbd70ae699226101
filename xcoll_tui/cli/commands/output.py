"""Where a command writes: rows on standard output, words and progress on standard error."""

import io
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, Literal, Protocol, TextIO, TypeVar

from xcoll_tui.cli.access import plain
from xcoll_tui.cli.commands.columns import Column, RowKind
from xcoll_tui.cli.commands.table import TableWriter
from xcoll_tui.cli.commands.tsv import tsv_line
from xcoll_tui.cli.parser import warn
from xcoll_tui.ui.presentation.text import clean_lines

T = TypeVar("T")
R_contra = TypeVar("R_contra", contravariant=True)

Form = Literal["table", "tsv", "json", "jsonl"]

_BETWEEN = 0.1
"""Seconds between two pictures of the progress."""


class RowWriter(Protocol[R_contra]):
    """Takes rows as they come."""

    def write(self, rows: Sequence[R_contra]) -> None:
        """Write some rows, at once."""

    def end(self) -> None:
        """Write what belongs behind the last row; also where there was none."""


class Output:
    """The streams of one command.

    To be made before `own_streams`: data go to where standard output led then, in UTF-8 whatever
    the locale says. On a terminal they are text.
    """

    def __init__(self, *, form: Form | None, quiet: bool) -> None:
        self._terminal = sys.stdout.isatty()
        self.form: Form = form or ("table" if self._terminal else "tsv")
        self.quiet = quiet
        self._file = None if self._terminal else _own_copy(sys.stdout)
        self._progress: Progress | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads along."""
        return self._terminal

    @property
    def colours(self) -> bool:
        """Whether colours and bold letters are wanted."""
        plain_one = os.environ.get("TERM", "") in {"", "dumb"}
        return self._terminal and not os.environ.get("NO_COLOR") and not plain_one

    @property
    def width(self) -> int:
        """How many columns the terminal has; 80 where that is not known."""
        with suppress(OSError, ValueError):
            return os.get_terminal_size(sys.stdout.fileno()).columns or 80
        return 80

    # Data

    def write(self, text: str) -> None:
        """Write data; raises OSError."""
        self._clear()
        if self._file is None:
            sys.stdout.write(text)
        else:
            self._file.write(text.encode("utf-8", "replace"))

    def write_bytes(self, content: bytes) -> None:
        """Write data that are UTF-8 already; raises OSError."""
        if self._file is None:
            # No terminal acts upon what a service has sent.
            self.write(clean_lines(content.decode(), len(content)))
        else:
            self._clear()
            self._file.write(content)

    def flush(self) -> None:
        """Hand over what was written; raises OSError."""
        if self._file is None:
            sys.stdout.flush()
        else:
            self._file.flush()

    def drop(self) -> None:
        """Write nothing more: nobody takes it."""
        if self._file is not None:
            with suppress(OSError):
                self._file.detach().close()
            self._file = io.BufferedWriter(io.FileIO(os.devnull, "w"))

    def rows(self, kind: RowKind[T], columns: Sequence[Column[T]] = ()) -> RowWriter[T]:
        """Begin to write rows, in these columns where a person chose some."""
        if self.form in {"json", "jsonl"}:
            return _JsonWriter(self, kind.to_json, array=self.form == "json")
        if self.form == "tsv":
            return _TsvWriter(self, columns or kind.tsv)
        return TableWriter(
            self.write, columns or kind.table, self.width, bold=self.colours, keep=bool(columns)
        )

    def write_rows(self, kind: RowKind[T], rows: Sequence[T]) -> None:
        """Write rows that are all there already."""
        writer = self.rows(kind)
        writer.write(rows)
        writer.end()

    # Words

    def note(self, sentence: str) -> None:
        """Say what is good to know, unless nothing is to be said."""
        if not self.quiet:
            self.warn(sentence)

    def warn(self, sentence: str) -> None:
        """Say what is not as it should be."""
        self._clear()
        warn(f"xcoll: {plain(sentence)}")

    def progress(self, noun: str, total: int | None = None) -> "Progress":
        """Begin to show how far the command is, on a terminal only."""
        shown = not self.quiet and sys.stderr is not None and sys.stderr.isatty()
        shown = shown and os.environ.get("TERM", "") not in {"", "dumb"}
        self._progress = Progress(noun, total, sys.stderr if shown else None)
        return self._progress

    def end_progress(self) -> None:
        """Take the progress away."""
        self._clear()
        self._progress = None

    def _clear(self) -> None:
        if self._progress is not None:
            self._progress.clear()


class Progress:
    """A line on a terminal that tells how many of how many; nothing where `stream` is None."""

    def __init__(self, noun: str, total: int | None, stream: TextIO | None) -> None:
        self.total = total
        self._noun = noun
        self._stream = stream
        self._next = 0.0
        self._shown = False

    def update(self, count: int) -> None:
        """Show how many there are by now."""
        now = time.monotonic()
        if self._stream is None or now < self._next:
            return
        self._next = now + _BETWEEN
        line = f"{count:,} {self._noun}"
        if self.total:
            part = min(1.0, count / self.total)
            bar = ("━" * int(part * 20)).ljust(20, "─")
            line = f"{bar} {part:4.0%}  {count:,} of {self.total:,} {self._noun}"
        with suppress(OSError, UnicodeEncodeError):
            self._stream.write(f"\r{line}\x1b[K")
            self._stream.flush()
            self._shown = True

    def clear(self) -> None:
        """Take the line away, until the next update."""
        if self._shown and self._stream is not None:
            with suppress(OSError):
                self._stream.write("\r\x1b[K")
                self._stream.flush()
        self._shown = False


class _JsonWriter(Generic[T]):
    """One array, or an object a line."""

    def __init__(self, output: Output, to_json: Callable[[T], str], *, array: bool) -> None:
        self._output = output
        self._to_json = to_json
        self._array = array
        self._begun = False

    def write(self, rows: Sequence[T]) -> None:
        lines = [self._to_json(row) for row in rows]
        if not lines:
            return
        if self._array:
            self._output.write((",\n" if self._begun else "[\n") + ",\n".join(lines))
        else:
            self._output.write("\n".join(lines) + "\n")
        self._begun = True
        self._output.flush()

    def end(self) -> None:
        if self._array:
            self._output.write("\n]\n" if self._begun else "[]\n")


class _TsvWriter(Generic[T]):
    """Rows divided by tabs under the names of their columns."""

    def __init__(self, output: Output, columns: Sequence[Column[T]]) -> None:
        self._output = output
        self._columns = columns
        self._begun = False

    def write(self, rows: Sequence[T]) -> None:
        self._begin()
        values = [column.value for column in self._columns]
        self._output.write("".join([tsv_line([value(row) for value in values]) for row in rows]))
        self._output.flush()

    def end(self) -> None:
        self._begin()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._output.write(tsv_line([column.name for column in self._columns]))


def _own_copy(stream: TextIO) -> "io.BufferedWriter[io.FileIO] | None":
    """Return a way for bytes to where a stream leads; None where it leads to no descriptor."""
    try:
        stream.flush()
        return io.BufferedWriter(io.FileIO(os.dup(stream.fileno()), "wb"), 64 * 1024)
    except (AttributeError, OSError, ValueError):
        return None

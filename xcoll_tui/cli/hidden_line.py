"""A line that is typed unseen: echo is off while it is asked for, and at no other time.

Python's getpass leaves the echo on after Ctrl+Z and fg, when the shell has put the terminal back
as it had it: what is typed then stands in the clear.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Self

from xcoll_tui.signals import ended_by, stop_if_continued_by_anyone

if sys.platform != "win32":
    import termios

_LONGEST = 8_192


class CannotHideError(Exception):
    """The terminal would show what is typed."""


def read_hidden_line(prompt: str) -> str:
    """Ask on the terminal; raises CannotHideError, EOFError, UnicodeDecodeError.

    Suspended and brought back, it hides again, and repeats the prompt: what was typed before is
    dropped, for nobody can see whether it is whole.
    """
    if sys.platform == "win32":
        import getpass  # noqa: PLC0415 - nobody can suspend it there

        return getpass.getpass(prompt)
    with _open_terminal() as terminal, _Hidden(terminal, prompt) as hidden:
        line = _read_line(terminal)
        hidden.write("\n")  # the one that was typed was not shown either
    return line.decode()


@contextmanager
def _open_terminal() -> Iterator[int]:
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:  # none that controls us
        yield sys.stdin.fileno()
        return
    try:
        yield terminal
    finally:
        os.close(terminal)


def _read_line(terminal: int) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) <= _LONGEST:
        try:
            part = os.read(terminal, _LONGEST)
        except OSError as error:  # it is gone
            raise EOFError from error
        if not part:
            if line:
                break
            raise EOFError
        line += part
    return line.removesuffix(b"\n")


class _Hidden:
    """The terminal without echo, from the prompt on; with it while the process is stopped."""

    def __init__(self, terminal: int, prompt: str) -> None:
        self._terminal = terminal
        self._prompt = prompt
        try:
            self._shown = termios.tcgetattr(terminal)
        except termios.error as error:
            raise CannotHideError from error
        self._hidden = [*self._shown]
        self._hidden[3] = self._shown[3] & ~termios.ECHO | termios.ICANON
        self._handlers: dict[signal.Signals, Callable[..., object] | int | None] = {}
        self._over = self._stopped = False

    def write(self, text: str) -> None:
        """Write to the terminal, wherever standard output and error go."""
        with suppress(OSError):
            os.write(self._terminal, text.encode())

    def __enter__(self) -> Self:
        """Hide, and ask."""
        for number, handler in (
            (signal.SIGTSTP, self._on_stop),
            (signal.SIGCONT, self._on_continue),
        ):
            self._handlers[number] = signal.signal(number, handler)
        try:
            self._hide()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Show again what is typed, however this is left."""
        self._over = True
        self._show()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _hide(self) -> None:
        try:
            self._set(self._hidden)
        except termios.error as error:
            raise CannotHideError from error
        self.write(self._prompt)

    def _show(self) -> None:
        # In the background the terminal is the shell's, and to set it would stop the process.
        if not self._in_background():
            with suppress(termios.error):
                self._set(self._shown)

    def _in_background(self) -> bool:
        try:
            return os.tcgetpgrp(self._terminal) != os.getpgrp()
        except OSError:  # it controls no process, so none is stopped for it
            return False

    def _set(self, modes: list[int | list[bytes | int]]) -> None:
        while True:
            try:
                # What was typed and not read yet goes: it would come to the shell otherwise.
                termios.tcsetattr(self._terminal, termios.TCSAFLUSH, modes)
            except termios.error as error:
                if error.args[0] != errno.EINTR:  # stopped in the background, and back
                    raise
            else:
                return

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._show()
        self.write("\n")
        self._stopped = True
        stop_if_continued_by_anyone()
        signal.signal(signal.SIGTSTP, self._on_stop)
        if self._stopped:  # nobody could have continued it
            self._on_continue()

    def _on_continue(self, *_: object) -> None:
        self._stopped = False
        if not self._over and ended_by() is None:
            self.write("\r")
            self._hide()

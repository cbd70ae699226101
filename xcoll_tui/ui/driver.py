"""The driver of the terminal, which survives what terminals, shells and people do.

Each override names the lines of Textual 8.2.8 (textual/drivers/linux_driver.py, unless another file
is named) that it guards. tests/unit/ui/test_textual_pins.py fails when Textual changes there.
"""

import asyncio
import errno
import os
import re
import select
import signal
import termios
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message
from textual.messages import InBandWindowResize, TerminalSupportsSynchronizedOutput

from xcoll_tui import signals
from xcoll_tui.ui.output import Output
from xcoll_tui.ui.parser import PictureLost, TerminalParser
from xcoll_tui.ui.terminal_modes import (
    ASK_IN_BAND,
    ASK_SYNCHRONIZED,
    ENTER,
    KEYBOARD_OFF,
    KEYBOARD_ON,
    KEYBOARD_ON_AGAIN,
    LEAVE,
    MOUSE_ON,
    REPORTS_OFF,
)

if TYPE_CHECKING:
    from textual.app import App

IN_FLIGHT = 0.2
"""Seconds at the end for what the terminal had sent before it heard that nothing is wanted."""

_RESIZED = 0.1
_QUIET = 0.1
_RECENT = 0.5
_KEY_AS_CODE = re.compile(rb"\x1b\[[\d:;]+u")
_BLOCKED = 0.3
"""Seconds for a terminal to take the last that is written."""


class TerminalDriver(LinuxDriver):
    """Reads bytes by our parser, writes by our output, and leaves the terminal as it was.

    Signals that end the program come by way of `xcoll_tui.signals`, and a terminal that is gone
    counts as a hang-up.
    """

    def __init__(
        self,
        app: "App[Any]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # 78: those of Textual run anywhere in the code, also where it holds a lock they need.
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)
        self._out = self._file.fileno() if self._file is not None else 2
        self._active = False
        """Whether the terminal is ours."""
        self._suspended = False
        self._continued = asyncio.Event()
        self._resized: asyncio.TimerHandle | None = None
        self._over = False
        self._output: Output | None = None
        self._reader: Thread | None = None
        self._wake: tuple[int, int] | None = None
        self._dropping = False
        self._dropped_at = self._reported_at = self._asked_at = 0.0
        self._answered_after: float | None = None
        """Seconds until the terminal answered the first question; None while it has not."""
        if size is None:
            # app.py 1666: a console's size, which is that of COLUMNS and LINES if they are set.
            self._size = self._get_terminal_size()

    # Life

    def _sigtstp_application(self, *_: object) -> None:
        """Stop while this is being made. 81: gives back a terminal that was not taken yet."""
        signals.stop_if_continued_by_anyone()

    def _sigcont_application(self, *_: object) -> None:
        """Go on while this is being made. 94: starts what is not whole yet."""

    def start_application_mode(self) -> None:
        """Take the terminal over; nothing where it is taken already.

        252-349: the raw mode comes after the alternate screen, so that keys are echoed in between;
        a second start saves the raw modes as those to go back to, and loses the first thread.
        """
        if self._active or self._over:
            return
        self._wait_for_foreground()
        self._set_raw(save=True)
        self._active = True
        signals.restore_with(self.restore_at_once)
        self._output = Output(self._out, self._on_gone)
        self._set_handlers()
        self._enter()
        self._start_reading()
        self._send_size()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was; nothing where that is done already.

        373-395: the mouse is told to be silent last, and what it had sent lands in the shell.
        """
        if not self._active:
            return
        self.write(REPORTS_OFF + KEYBOARD_OFF)
        self._drop_what_is_in_flight()
        self._stop_reading()
        # Not before: another thread may be told to restore at any time, and twice does no harm.
        self.write(LEAVE)
        if self._output is not None:
            self._output.wait_written(_BLOCKED)
        self._set_back()
        self._active = False
        signals.restore_with(None)

    def disable_input(self) -> None:
        """Read no more. 351: waits up to 0.1 s for a thread that polls; app.py 3742 calls it."""
        self._over = True
        if self._active:
            self.write(REPORTS_OFF)

    def close(self) -> None:
        """Write what is left. 397, _writer_thread.py 68: waits for a thread that may be stuck."""
        if self._over:
            # Before the loop is closed: it would complain of a signal that comes in between.
            for number in (signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
                with suppress(ValueError, RuntimeError):
                    self._loop.remove_signal_handler(number)
        if self._output is not None:
            self._output.close(_BLOCKED)
            self._output = None

    def restore_at_once(self) -> None:
        """Put the terminal right without waiting for anything; from any thread."""
        if self._active:
            self._set_back()
            with suppress(OSError, ValueError):
                if select.select([], [self._out], [], 0)[1]:
                    os.write(self._out, (REPORTS_OFF + KEYBOARD_OFF + LEAVE).encode())

    def hurry(self) -> None:
        """Wait no more for a terminal that takes nothing; from any thread."""
        if self._output is not None:
            self._output.hurry()

    # The terminal's modes

    def _set_raw(self, *, save: bool) -> None:
        try:
            modes = termios.tcgetattr(self.fileno)
            if save:
                self.attrs_before = [*modes[:6], [*modes[6]]]
            modes[tty.IFLAG] = self._patch_iflag(modes[tty.IFLAG])
            modes[tty.LFLAG] = self._patch_lflag(modes[tty.LFLAG])
            modes[tty.CC][termios.VMIN] = 1
            modes[tty.CC][termios.VTIME] = 0
            termios.tcsetattr(self.fileno, termios.TCSANOW, modes)
        except termios.error:
            return  # it is gone: the reader will find out

    def _set_back(self) -> None:
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcflush(self.fileno, termios.TCIFLUSH)
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)

    def _enter(self, *, again: bool = False) -> None:
        self.write(ENTER)
        self.write(KEYBOARD_ON_AGAIN if again else KEYBOARD_ON)
        if self._mouse:
            self.write(MOUSE_ON)
        if self.input_tty and os.environ.get("TERM_PROGRAM") != "Apple_Terminal":
            self._asked_at = time.monotonic()
            self.write(ASK_SYNCHRONIZED)
        self.write(ASK_IN_BAND)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Ask the terminal. 107-123: asks COLUMNS and LINES first, which are stale in a shell."""
        for fileno in (self._out, self.fileno):
            with suppress(OSError):
                columns, rows = os.get_terminal_size(fileno)
                if columns > 0 and rows > 0:
                    return columns, rows
        return 80, 24

    def _send_size(self) -> None:
        if not self._in_band_window_resize:
            size = Size(*self._get_terminal_size())
            self._app.post_message(events.Resize(size, size))

    def _on_resize(self) -> None:
        self._send_size()
        # There and back again is no new size to Textual, but the terminal has cut its lines.
        if self._resized is not None:
            self._resized.cancel()
        self._resized = self._loop.call_later(_RESIZED, self._app.post_message, PictureLost())

    # Stopping and going on

    def _set_handlers(self) -> None:
        # By the loop: in the order in which they came, and never in the middle of something.
        for number, act in (
            (signal.SIGWINCH, self._on_resize),
            (signal.SIGTSTP, self._on_stop),
            (signal.SIGCONT, self._on_continue),
        ):
            with suppress(ValueError, RuntimeError):  # not the main thread
                self._loop.add_signal_handler(number, act)

    def _wait_for_foreground(self) -> None:
        """Stop while another job has the terminal, as a shell expects it. 205-231.

        The system looks and stops in one. Between a look of ours and a SIGSTOP a shell may bring us
        to the foreground, where we would stand still.
        """
        while not self._in_foreground():
            try:
                # It changes nothing, and is for the foreground alone.
                termios.tcflow(self.fileno, termios.TCOON)
            except termios.error as error:
                if error.args[0] == errno.EINTR:  # stopped, and back
                    continue
            if not self._in_foreground():  # SIGTTOU is ignored, or nobody would continue us
                os.kill(os.getpid(), signal.SIGSTOP)

    def _in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) in {os.getpgrp(), 0}
        except OSError:
            return True  # not the terminal that controls us

    def _on_stop(self) -> None:
        """Stop soon: a SIGCONT that came right behind takes it back. 80-92."""
        self._continued.clear()
        self._loop.create_task(self._stop(), name="stop")

    async def _stop(self) -> None:
        if self._continued.is_set():
            return
        if self._auto_restart and self._active:
            self.suspend_application_mode()
            self._suspended = True
        for _ in range(8):  # until a signal that came meanwhile has been seen
            await asyncio.sleep(0)
        if self._continued.is_set():
            self._resume()
        elif signals.ended_by() is None:
            signals.stop_if_continued_by_anyone()
            with suppress(ValueError, RuntimeError):
                self._loop.add_signal_handler(signal.SIGTSTP, self._on_stop)
            self._resume()

    def _on_continue(self) -> None:
        """Go on. 94: starts over itself, unless it was stopped by SIGTSTP."""
        self._continued.set()
        if self._suspended:
            self._resume()
        elif self._active and self._in_foreground():
            # Stopped by what cannot be caught: the shell has had the terminal meanwhile.
            self._set_raw(save=False)
            self._enter(again=True)
            self._send_size()
            self._app.post_message(PictureLost())

    def _resume(self) -> None:
        if not self._suspended or self._over or signals.ended_by() is not None:
            return
        self._suspended = False
        self.start_application_mode()
        self._app.post_message(self.SignalResume())
        self._app.post_message(PictureLost())

    # Reading

    def _start_reading(self) -> None:
        self._wake = os.pipe()
        self._dropping = False
        self._reader = Thread(
            target=self._read_or_crash, args=(self._wake[0],), name="terminal-input", daemon=True
        )
        self._reader.start()

    def _stop_reading(self) -> None:
        if self._reader is not None and self._wake is not None:
            os.write(self._wake[1], b"x")
            self._reader.join(_BLOCKED)
            if not self._reader.is_alive():
                for end in self._wake:
                    os.close(end)
            self._reader = self._wake = None

    def _read_or_crash(self, wake: int) -> None:
        """Read; what breaks is a crash of the app, with its exit code. 403: there it is 0."""
        try:
            self._read(wake)
        except Exception as error:  # noqa: BLE001 - raised again where it is seen
            self._app.call_later(partial(_raise, error))

    def _read(self, wake: int) -> None:
        """Read until told to stop, or until there is nothing any more; in a thread of its own.

        399-461: bytes that are not UTF-8 end the program, and so do numbers that are no character
        (_xterm_parser.py 350); the end of the input is not noticed, and burns a core.
        """
        parser = TerminalParser()
        while True:
            deadline = parser.deadline
            timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = select.select([self.fileno, wake], [], [], timeout)[0]
            if wake in ready:
                return
            messages = []
            if ready:
                data = self._read_bytes()
                if data is None:
                    self._on_gone()
                    return
                if self._dropping:
                    self._dropped_at = time.monotonic()
                if _KEY_AS_CODE.search(data):
                    self._reported_at = time.monotonic()
                if data:
                    messages = parser.feed(data)
            else:
                messages = parser.tick()
            self._hand_over(messages)

    def _read_bytes(self) -> bytes | None:
        try:
            data = os.read(self.fileno, 65_536)
        except BlockingIOError:
            return b""
        except OSError:
            return None
        if data:
            return data
        try:
            termios.tcgetattr(self.fileno)
        except termios.error:
            return None
        # The end of a line that somebody else's modes made of a key: there is more to come.
        time.sleep(0.05)
        return b""

    def _hand_over(self, messages: list[Message]) -> None:
        now = time.monotonic()
        for message in messages:
            if isinstance(message, events.MouseEvent):
                self._reported_at = now
            elif isinstance(message, TerminalSupportsSynchronizedOutput):
                self._answered_after = now - self._asked_at
        if messages and not self._dropping:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._tell, messages)

    def _tell(self, messages: list[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def send_message(self, message: Message) -> None:
        """Post at once. driver.py 69: makes a task of each, though this is the app's thread."""
        self._app.post_message(message)

    def process_message(self, message: Message) -> None:
        """Answer what is for the driver. 463-479: as there, with the mouse in cells before."""
        if isinstance(message, InBandWindowResize) and not self._active:
            return
        super().process_message(message)

    def _on_gone(self) -> None:
        # A loop that is busy, or closed, does not matter: the signals have a limit of their own.
        self.hurry()
        signals.end(signal.SIGHUP)

    # Writing

    def write(self, data: str) -> None:
        """Write in order. 194: fails while there is no thread, as between a stop and a start."""
        if self._output is not None:
            self._output.write(data)

    def _drop_what_is_in_flight(self) -> None:
        """Read and drop what the terminal sent before it heard of the end.

        A terminal that answers is asked once more, and what comes after that answer is nobody's.
        Where it does not, there is something on its way only if it has just been sending what a
        shell cannot read: the mouse, or keys as codes.
        """
        started = time.monotonic()
        asked_at, answered_after = self._asked_at, self._answered_after
        self._dropping = True
        self._dropped_at = started
        if self._output is None or not self._output.wait_written(_BLOCKED):
            return
        if answered_after is not None and answered_after < IN_FLIGHT:
            self._answered_after, self._asked_at = None, time.monotonic()
            self.write(ASK_SYNCHRONIZED)
            self._wait_until(lambda: self._answered_after is not None, started)
        elif (
            answered_after is not None
            or started - self._reported_at < _RECENT
            or started - asked_at < _RECENT
        ):
            self._wait_until(lambda: time.monotonic() - self._dropped_at > _QUIET, started)

    def _wait_until(self, holds: Callable[[], bool], started: float) -> None:
        while not holds() and time.monotonic() - started < IN_FLIGHT:
            time.sleep(0.002)


def _raise(error: Exception) -> None:
    raise error

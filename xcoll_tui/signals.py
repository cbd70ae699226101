"""The signals that end the program: from its first line to its last, code 128 + n, once.

What they do depends on what runs: before there is anything to put right the process ends on the
spot; a command is left by an exception, so that it can clean up; the screen is told to exit. What
is not done by the deadline is ended by force, after the terminal has been put right.
"""

import _thread
import faulthandler
import os
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

LIMIT = 1.7
"""Seconds between a signal and the end by force: a person, or a service manager, counts to two."""

# What is caught elsewhere, tells of a fault, or does not end a process by itself.
_STOPPING = ("SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCONT")
_IGNORED = ("SIGCHLD", "SIGCLD", "SIGURG", "SIGWINCH", "SIGINFO", "SIGPIPE", "SIGXFSZ")
_FAULTS = ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL")


class Ended(SystemExit):
    """A signal ended the command."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = number


class _Ending:
    """How far the end has come; there is one for the process, as for signals."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.at = 0.0
        self.fault = 0
        self.act: Callable[[int], object] = _leave
        self.restore: Callable[[], None] | None = None


def _leave(number: int) -> NoReturn:
    os._exit(128 + number)


def _raise(number: int) -> NoReturn:
    raise Ended(number)


_ending = _Ending()


def install() -> None:
    """Take over every signal that would end the process; one that is ignored stays so.

    Only from the main thread. Call it before anything slow is imported.
    """
    spared = {getattr(signal, name, None) for name in (*_STOPPING, *_IGNORED, *_FAULTS, "SIGKILL")}
    for number in signal.valid_signals() - spared:
        # Under nohup the hang-up is ignored, and in the background of some shells the interrupt.
        if signal.getsignal(number) not in {signal.SIG_IGN, None}:
            signal.signal(number, _on_signal)
    if hasattr(signal, "sigwait") and not faulthandler.is_enabled():
        faults = {getattr(signal, name) for name in _FAULTS}
        signal.pthread_sigmask(signal.SIG_BLOCK, faults)
        _thread.start_new_thread(_wait_for_faults, (faults,))


def ended_by() -> int | None:
    """Return the number of the signal that ends the program, None while there was none."""
    return _ending.number


def time_left() -> float:
    """Return how many seconds there are until the end by force; all of them without a signal."""
    return LIMIT if _ending.number is None else _ending.at + LIMIT - time.monotonic()


def raise_on_end() -> None:
    """Let a signal leave what runs from now on by an exception, `Ended`."""
    _ending.act = _raise


def call_on_end(act: Callable[[int], object]) -> None:
    """Let a signal call this, in the main thread; it has to lead to the end within the limit."""
    _ending.act = act


def leave_on_end() -> None:
    """Let a signal end the process on the spot: nothing has to be put right any more."""
    _ending.act = _leave


def restore_with(restore: Callable[[], None] | None) -> None:
    """Call this, from any thread, before the process is ended by force."""
    _ending.restore = restore


def end(number: int) -> None:
    """Do what the signal would do; from any thread, if what is called then may be called there.

    Once: what comes while the program ends already, such as a second Ctrl+C, changes nothing.
    """
    if _ending.number is not None:
        return
    _ending.number, _ending.at = number, time.monotonic()
    # Not by `threading`, whose locks the interrupted code may hold.
    _thread.start_new_thread(_end_by_force, (128 + number,))
    _ending.act(number)


def stop_if_continued_by_anyone() -> None:
    """Stop this process until it is continued; at once where no shell is there to do that.

    The system sees to the latter for SIGTSTP, but not for SIGSTOP: a program that a window or ssh
    runs by itself would stand still for ever. Sets SIGTSTP to its default; only the main thread.
    """
    signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTSTP)


def finish(code: int) -> NoReturn:
    """End the process with a code, whatever comes now: nothing is left to be put right.

    While Python takes itself apart a signal would kill it, and what hangs there would hang for
    ever.
    """
    if _ending.number is None:
        _thread.start_new_thread(_end_by_force, (code,))
    for number in signal.valid_signals():
        if signal.getsignal(number) is _on_signal:
            signal.signal(number, signal.SIG_IGN)
    raise SystemExit(code)


def _on_signal(number: int, _frame: FrameType | None) -> None:
    end(_ending.fault or number)


def _wait_for_faults(faults: set[signal.Signals]) -> None:
    """Pass a fault that somebody sent on to the main thread.

    A handler would hang on a real one, which comes again as soon as it returns. Where they are
    blocked a real one kills at once, as ever, and one that was sent waits until it is taken here.
    """
    # Any other signal has to interrupt what the main thread waits for.
    signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
    _ending.fault = signal.sigwait(faults)
    os.kill(os.getpid(), signal.SIGTERM)


def _end_by_force(code: int) -> None:
    time.sleep(LIMIT)
    try:
        if _ending.restore is not None:
            _ending.restore()
    finally:
        os._exit(code)

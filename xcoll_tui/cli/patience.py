"""Waiting on a command line: said once it takes long, and left by Ctrl+C or another signal."""

import asyncio
import sys
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from xcoll_tui import signals
from xcoll_tui.cli.parser import warn

T = TypeVar("T")

_PATIENCE = 1.0
"""Seconds before it is said what is waited for."""


async def patiently(waiting: Awaitable[T]) -> T:
    """Await the keyring; cancelled, it is let go of."""
    task = asyncio.ensure_future(waiting)
    try:
        await asyncio.wait({task}, timeout=_PATIENCE)
        if not task.done():
            warn("Waiting for the keyring to be unlocked… (Ctrl+C cancels)")
        return await task
    finally:
        task.cancel()


def run_until_signal(work: Coroutine[Any, Any, T]) -> T:
    """Run this; a signal cancels it, so that it can say what became of what it was doing."""
    return asyncio.run(_cancelled_by_signal(work))


async def _cancelled_by_signal(work: Coroutine[Any, Any, T]) -> T:
    _cancel_on_signal()
    try:
        return await work
    except asyncio.CancelledError:
        number = signals.ended_by()
        if number is None:
            raise
        raise signals.Ended(number) from None
    finally:
        signals.raise_on_end()


def ask_line(prompt: str) -> str:
    """Ask on the terminal and return the line, "" at its end; nothing else goes on meanwhile.

    A signal leaves it by `Ended`.
    """
    signals.raise_on_end()
    try:
        sys.stderr.write(prompt)
        sys.stderr.flush()
        return sys.stdin.readline()
    finally:
        _cancel_on_signal()


def _cancel_on_signal() -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        signals.call_on_end(lambda _: loop.call_soon_threadsafe(task.cancel))


def begin_line() -> None:
    """Leave the line on which a terminal has shown ^C, or a question that was not answered."""
    if sys.stderr is not None and sys.stderr.isatty():
        warn("")

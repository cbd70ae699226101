"""Waiting for the keyring on a command line: said once it takes long, and left by Ctrl+C."""

import asyncio
import sys
from collections.abc import Awaitable
from typing import TypeVar

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
            warn("Waiting for the keyring to be unlocked… (Ctrl+C breaks off)")
        return await task
    finally:
        task.cancel()


def begin_line() -> None:
    """Leave the line on which a terminal has shown ^C, or a question that was not answered."""
    if sys.stderr is not None and sys.stderr.isatty():
        warn("")

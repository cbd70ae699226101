"""Waiting for the keyring on a command line: said once it takes long, and left by Ctrl+C."""

import asyncio
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
            warn("Waiting for the keyring to be unlocked… (Ctrl+C goes on without)")
        return await task
    finally:
        task.cancel()

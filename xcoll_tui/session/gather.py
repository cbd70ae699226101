"""Several questions at once."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from xcoll_tui.api.errors import ApiError

R = TypeVar("R")


def begin(question: Coroutine[Any, Any, R]) -> asyncio.Task[R]:
    """Ask in a task of its own; asyncio does not complain of a failure that nobody comes to see."""
    task = asyncio.create_task(question)
    task.add_done_callback(_look_at)
    return task


def _look_at(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()


async def gather(*questions: Coroutine[Any, Any, R]) -> list[R]:
    """Await all at once and return their answers in order; no task outlives the call.

    Raises the first ApiError and cancels the others; a cancellation cancels them all.
    """
    if len(questions) == 1:
        return [await questions[0]]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(question) for question in questions]
    except BaseExceptionGroup as several:
        failures, rest = several.split(ApiError)
        if rest is None and failures is not None:
            raise _first(failures) from None
        raise
    return [task.result() for task in tasks]


def _first(several: BaseExceptionGroup[ApiError]) -> ApiError:
    first = several.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first

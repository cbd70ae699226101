"""Tasks: work that is carried through when its caller is gone, and several at once."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from xcoll_tui.api.errors import ApiError

R = TypeVar("R")


class BackgroundTasks:
    """Tasks that only `end`, or the end of the event loop, cancels."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, R]) -> R:
        """Await work; a cancelled caller leaves it running."""
        return await asyncio.shield(self.spawn(work))

    def spawn(self, work: Coroutine[Any, Any, R]) -> asyncio.Task[R]:
        """Begin work that nobody needs to wait for."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def idle(self) -> None:
        """Wait until nothing is under way any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def end(self) -> None:
        """Cancel what is under way, and wait until it has let go."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


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

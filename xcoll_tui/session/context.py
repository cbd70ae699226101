"""The context that the parts of a session share, so that none is given five things by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from msgspec import Struct, field

from xcoll_tui.session.events import Event
from xcoll_tui.session.lists.events import ListEvent
from xcoll_tui.session.service import Service

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
        """Cancel what is under way, and what that began while it let go; wait until all has."""
        while self._tasks:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._tasks.difference_update(tasks)


class SessionContext(Struct, eq=False):
    """The service, time, whom to tell, and where work goes on when its caller is gone.

    `tasks` are carried through, as writes are; `watches` only look, and lose nothing by their end.
    `opened` is the collection whose documents are shown.
    """

    service: Service
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    opened: str | None = None
    tasks: BackgroundTasks = field(default_factory=BackgroundTasks)
    watches: BackgroundTasks = field(default_factory=BackgroundTasks)
    subscribers: list[Callable[[Event], None]] = []

    def emit(self, event: Event) -> None:
        """Tell an event to all who subscribed, the first one first."""
        if isinstance(event, ListEvent) and event.collection_id not in (None, self.opened):
            return  # a collection that was left: an answer came late
        for callback in tuple(self.subscribers):
            callback(event)

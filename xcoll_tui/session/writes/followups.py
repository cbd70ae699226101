"""Looking for what came of a write when its outcome was told already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from typing import Any

    from xcoll_tui.session.context import BackgroundTasks
    from xcoll_tui.session.writes.outcome import Operation, Outcome, Target

    Correct = Callable[[Outcome], None]
    Followup = Callable[[Correct], Coroutine[Any, Any, None]]

Place = tuple[str, str | None]
"""A collection, and a document in it or None."""


class Followups:
    """At most one a document: the next write to the same document cancels it."""

    def __init__(self, tasks: BackgroundTasks) -> None:
        self._tasks = tasks
        self._planned: dict[Place, Followup] = {}
        self._running: dict[Place, asyncio.Task[None]] = {}
        self._operations: dict[Place, Operation] = {}

    def plan(self, target: Target, followup: Followup) -> None:
        """Run this when the write to the document that is under way is over.

        It is given what corrects the outcome.
        """
        self._planned[target.place] = followup

    def take_planned(self, place: Place) -> Followup | None:
        """Return what was planned while a write was under way, if anything was."""
        return self._planned.pop(place, None)

    def start(
        self,
        first: Outcome,
        followup: Followup,
        correct: Correct,
        ended: Callable[[Target], object] | None,
    ) -> None:
        """Run a followup of an outcome; `ended` is told when it is over, cancelled or not."""
        place = first.target.place

        async def run() -> None:
            await followup(lambda outcome: correct(replace(outcome, entry=first.entry)))
            if self._running.get(place) is task:
                del self._running[place], self._operations[place]

        task = self._running[place] = self._tasks.spawn(run())
        self._operations[place] = first.operation
        if ended is not None:
            target = first.target
            task.add_done_callback(lambda _: ended(target))

    def is_followed(self, target: Target, operation: Operation) -> bool:
        """Tell whether a write of this kind was made and what came of it is still looked for."""
        return self._operations.get(target.place) is operation

    def end(self, place: Place) -> None:
        """Look no longer: another write to the document begins."""
        self._operations.pop(place, None)
        task = self._running.pop(place, None)
        if task is not None:
            task.cancel()

"""Undo: the inverse of each write that has one, with the data it needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from xcoll_tui.session.activity import POSSIBLE, UNDONE

if TYPE_CHECKING:
    from xcoll_tui.session.activity import Activity, Entry
    from xcoll_tui.session.outcome import Outcome

Outcomes = list["Outcome"]
Undo = Callable[[], Awaitable["Outcome | Outcomes"]]
"""What undoes a write. It may be called again when it failed, and then does what is left."""


class Journal:
    """The writes that can be undone, the newest last; each is an entry of the activity."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity
        self._steps: list[tuple[Entry, Undo]] = []
        self._turn = asyncio.Lock()

    @property
    def newest(self) -> Entry | None:
        """The entry that is undone next."""
        return self._steps[-1][0] if self._steps else None

    def record(self, entry: Entry, undo: Undo) -> None:
        """Remember how to undo an entry."""
        self._steps.append((entry, undo))
        entry.undo = POSSIBLE
        self._activity.tell(entry)

    async def undo(self, number: int | None = None) -> Outcome | Outcomes | None:
        """Undo the newest entry, or that of a number, and return what became of it.

        An undo that fails keeps its entry. None when there is nothing to undo.
        """
        async with self._turn:
            step = next(
                (each for each in reversed(self._steps) if number in (None, each[0].number)), None
            )
            if step is None:
                return None
            entry, undo = step
            result = await undo()
            if all(each.ok for each in (result if isinstance(result, list) else [result])):
                self._steps.remove(step)
                entry.undo = UNDONE
                self._activity.tell(entry)
            return result

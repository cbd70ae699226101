"""Writes that are answered at once and take effect later, by the store's clock."""

import heapq
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count

from xcoll_tui.emulator.store import Store
from xcoll_tui.emulator.wire import MICROSECONDS, Json, RefusedError


class LateWrites:
    """Writes under way; seconds is how late they are, for all or by HTTP method.

    A write is refused at once if it would be refused now. What stands in its way when its time
    has come was not to be known when it was answered, and takes it back without a word.
    """

    def __init__(self, store: Store, seconds: float | Mapping[str, float] = 0.0) -> None:
        self._store = store
        self._seconds = seconds
        self._numbers = count()
        self._waiting: list[tuple[int, int, Callable[[], Json]]] = []

    def perform(self, method: str, write: Callable[[], Json]) -> Json:
        """Carry a write out, now or later, and answer it."""
        seconds = self._seconds
        if not isinstance(seconds, int | float):
            seconds = seconds.get(method, 0.0)
        if not seconds:
            return write()
        with self._store.rehearsing():
            answer = write()
        due = self._store.now() + round(seconds * MICROSECONDS)
        heapq.heappush(self._waiting, (due, next(self._numbers), write))
        return answer

    def apply_due(self) -> None:
        """Carry out what was to take effect by now, each write at its own time."""
        while self._waiting and self._waiting[0][0] <= self._store.now():
            due, _, write = heapq.heappop(self._waiting)
            with self._store.at(due), suppress(RefusedError):
                write()

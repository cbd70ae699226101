"""How fast something long goes, and how long it will still take: over a moving window."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_WINDOW = 10.0
"""Seconds that are looked back on: answers come in bursts, and the pace should not."""
_LEAST = 2.0
"""Seconds that have to be seen before anything is said."""
_APART = 0.2
"""Seconds between two samples, so that thousands a second are few."""
_MEANINGFUL = 5
"""So many must have come for a guess at when the rest will have."""


class Pace:
    """Counts what comes, and tells how much of it comes a second of late.

    Nothing is told while too little was seen, nor by a clock that stands still or was set back.
    """

    def __init__(self, clock: Callable[[], float], count: int = 0) -> None:
        self._clock = clock
        self._samples = deque([(clock(), count)])
        self._count = count

    def note(self, count: int) -> None:
        """Take note that there are so many by now."""
        now, samples = self._clock(), self._samples
        self._count = count
        if now < samples[-1][0]:
            samples.clear()  # the clock was set back, and what it said before says nothing now
        if not samples or now - samples[-1][0] >= _APART:
            samples.append((now, count))

    @property
    def rate(self) -> float | None:
        """How many came a second of late; None while that is not known."""
        seconds, came = self._look_back()
        return came / seconds if seconds >= _LEAST else None

    def seconds_left(self, left: int | None) -> float | None:
        """Return how long so many will take at this pace; None where a guess would mean nothing."""
        seconds, came = self._look_back()
        if left is None or left <= 0 or seconds < _LEAST or came < _MEANINGFUL:
            return None
        return left * seconds / came

    def _look_back(self) -> tuple[float, int]:
        """Return the seconds looked back on, and how many came in them."""
        now, samples = self._clock(), self._samples
        # One sample from before the window stays: what came since then is known from it.
        while len(samples) > 1 and samples[1][0] <= now - _WINDOW:
            samples.popleft()
        began, count = samples[0]
        return now - began, self._count - count

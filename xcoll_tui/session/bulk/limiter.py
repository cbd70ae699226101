"""Room for the requests of many writes: how many may be on the wire, and who is next."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from xcoll_tui.session.writes.outcome import NotSent

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 8
_QUIET = 5.0
"""Seconds without a 429 after which twice as many may go."""


class WriteLimiter:
    """At most `MOST` at once; half as many after each pause that a 429 asked for.

    First come, first served. `clock` is in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._limit = MOST
        self._taken = 0
        self._until = 0.0
        self._doubles_at = 0.0
        self._waiting: deque[tuple[asyncio.Future[None], object]] = deque()

    @property
    def limit(self) -> int:
        """How many may be on the wire now."""
        now = self._clock()
        while self._limit < MOST and now >= self._doubles_at:
            self._limit = min(self._limit * 2, MOST)
            self._doubles_at += _QUIET
        return self._limit

    @property
    def paused_until(self) -> float | None:
        """When the pause that a 429 asked for ends, None when there is none."""
        return self._until if self._until > self._clock() else None

    def note_pause(self, seconds: float) -> None:
        """Take note of a 429; all that come within one pause count as one."""
        now, limit = self._clock(), self.limit
        if self.paused_until is None:
            self._limit = max(limit // 2, 1)
        self._until = max(self._until, now + seconds)
        self._doubles_at = self._until + _QUIET

    def end_pause(self) -> None:
        """Take note that the pause is waited for no longer."""
        now = self._clock()
        if self._until > now:
            self._until, self._doubles_at = now, now + _QUIET

    async def acquire(self, owner: object = None) -> None:
        """Wait for room for one request; raises NotSent when the owner gives up meanwhile."""
        if self._taken < self.limit and not self._waiting:
            self._taken += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, owner))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.release()  # it was handed on, and nobody is there to take it
            raise

    def release(self) -> None:
        """Hand the room on that was taken."""
        self._taken -= 1
        self._hand_on()

    def give_up(self, owner: object) -> None:
        """Let all of an owner's requests that still wait for room not be sent."""
        for turn, whose in self._waiting:
            if whose is owner and not turn.done():
                turn.set_exception(NotSent())
        self._hand_on()

    def _hand_on(self) -> None:
        limit = self.limit
        while self._waiting and (self._waiting[0][0].done() or self._taken < limit):
            turn, _ = self._waiting.popleft()
            if not turn.done():
                self._taken += 1
                turn.set_result(None)

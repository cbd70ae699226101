"""The pace of requests: after a 429 they pause together, then go at the rate that was taken.

No rate limit is published, so it is learned from what a 429 refuses:

- A 429 pauses every request, not only the one that it answered. One request waits out the pause,
  the others queue behind it in the order in which they came.
- After it they leave one by one, at the rate at which requests were answered before: a crowd that
  comes back all at once would be refused again.
- The rate starts a tenth below, is back after ten seconds, stays near for ten more, and then grows
  faster and faster until the limit does not matter any more: the shape of CUBIC (RFC 9438), which
  keeps near what was refused for long, and finds out soon when there is no such limit any more.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

_FIRST_RATE = 8.0
"""Requests a second at least after the first 429: a few requests tell little of a rate."""
_LEAST_RATE = 0.5
_UNLIMITED_RATE = 1000.0
_STEP_BACK = 0.1
_RECOVERY = 10.0
_LATE = 0.02
"""Seconds by which a request may leave late, as sleeping ends late, without the next ones waiting
for it."""
_SHORTEST_WINDOW, _LONGEST_WINDOW = 1.0, 60.0
_REMEMBERED = 4096


class Pauses:
    """Pauses that a person may end before their time."""

    def __init__(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        self._sleep = sleep
        self._asleep: set[asyncio.Future[object]] = set()
        self.ended = 0
        """How often they were ended."""

    async def sleep(self, seconds: float) -> None:
        """Sleep for so long, or until `end`."""
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        self._asleep.add(sleeping)
        try:
            await asyncio.wait({sleeping})
            if not sleeping.cancelled():
                sleeping.result()  # raises what went wrong
        finally:
            self._asleep.discard(sleeping)
            sleeping.cancel()

    def end(self) -> None:
        """End all pauses that are under way."""
        self.ended += 1
        for sleeping in self._asleep:
            sleeping.cancel()


class RateLimiter:
    """The times at which requests of a client may leave.

    `clock` is in seconds and may jump: no wait lasts longer than the pause that was asked for.
    """

    def __init__(
        self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._queue = asyncio.Lock()
        self._answered: deque[float] = deque(maxlen=_REMEMBERED)
        self._refusals = 0
        self._episode = 0
        self._base: float | None = None
        self._since = 0.0
        self._next = 0.0
        self._longest = 0.0

    @property
    def rate(self) -> float | None:
        """The requests that may leave in a second, None when there is no limit."""
        if self._base is None:
            return None
        age = (self._clock() - self._since - _RECOVERY) / _RECOVERY
        rate = self._base * (1 + _STEP_BACK * max(age, -1.0) ** 3)
        return rate if rate < _UNLIMITED_RATE else None

    async def acquire(self) -> int:
        """Wait until a request may leave; return what `record_429` wants to know of it."""
        if self._base is None:
            return self._episode
        async with self._queue:
            rate = self.rate
            if rate is None:
                self._base = None
                return self._episode
            refusals = -1
            # A pause that was slept through is over, whatever the clock says meanwhile.
            while refusals != self._refusals and (wait := self._wait()) > 0:
                refusals = self._refusals
                await self._sleep(wait)
            now = self._clock()
            due = self._next if abs(now - self._next) <= _LATE else now
            self._next = due + 1 / rate
            self._longest = 1 / rate
            return self._episode

    def admit(self) -> None:
        """Take note of an answer that was no 429."""
        self._answered.append(self._clock())

    def record_429(self, turn: int, pause: float) -> float:
        """Take note of a 429 and pause everything; return how long the pause is now.

        `turn` is what the request's `turn` returned: requests that left before the pause began are
        refused together, and lower the rate once.
        """
        now = self._clock()
        if turn == self._episode:
            self._episode += 1
            self._base = self._lowered(now, pause)
            self._next = now
        self._refusals += 1
        self._next = max(self._next, now + pause)
        self._longest = self._next - now
        self._since = self._next
        return self._longest

    def resume(self) -> None:
        """Let a pause be over now; who sleeps through it is for others to wake."""
        if self._wait() > 0:
            self._next, self._longest = self._clock(), 0.0

    def _wait(self) -> float:
        return min(self._next - self._clock(), self._longest)

    def _lowered(self, now: float, pause: float) -> float:
        window = min(max(pause, _SHORTEST_WINDOW), _LONGEST_WINDOW)
        recent = [
            answered_at for answered_at in self._answered if now - window <= answered_at <= now
        ]
        if recent and len(recent) == _REMEMBERED:
            window = max(now - recent[0], _SHORTEST_WINDOW)
        taken = len(recent) / window
        rate = self.rate
        if rate is None:
            return max(taken, _FIRST_RATE)
        # What is answered right after a pause tells too little; but what is refused again was too
        # much.
        return max(min(rate, max(taken, rate / 2)), _LEAST_RATE)

"""The pace of requests: after a 429 they pause together, then go at the rate that was taken.

No rate limit is published, so it is learned from what a 429 refuses:

- A 429 pauses every request, not only the one that it answered. One request waits out the pause,
  the others queue behind it in the order in which they came.
- After it they leave one by one, at the rate at which requests were answered before: a crowd that
  comes back all at once would be refused again.
- The rate starts a tenth below, is back after ten seconds, stays near for ten more, and then grows
  faster and faster until the limit does not matter any more: the shape of CUBIC (RFC 9438), which
  keeps near what was refused for long, and finds out soon when there is no such limit any more.
- A 429 that names no time may come by chance, at any rate: going slower would not help, and every
  one of them would slow down further, without end. So those pause only the request that they
  answer, until they are too many for chance (`Refusals`); what is refused as often at half the rate
  is no matter of the rate, and then so many of them are put up with.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from xcoll_tui.api.refusals import MOST_BY_CHANCE, Refusals

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
        self._silent = Refusals(clock)
        self._tried = False
        self._after_trial = 0.0

    @property
    def refuses_by_chance(self) -> bool:
        """Whether the service refuses some at any rate, so that trying again soon does no harm."""
        return self._silent.by_chance

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

    def admit(self, turn: int | None = None) -> None:
        """Take note of an answer that was no 429, to the request that left in this turn."""
        self._answered.append(self._clock())
        if turn == self._episode and self._counts() and self._silent.note(refused=False):
            self._end_trial()

    def record_429(self, turn: int, pause: float, *, told: bool = True) -> float | None:
        """Take note of a 429 and pause everything; return how long the pause is now.

        `turn` is what `acquire` returned for the request: requests that left before the pause began
        are refused together, and lower the rate once. `told` is whether the service named a time;
        where it did not, None may be returned, and nothing but the request itself has to wait.
        """
        now = self._clock()
        if not told:
            if turn != self._episode:
                return None if self._base is None else max(self._wait(), 0.0)
            if not self._counts() or not self._silent.note(refused=True):
                return None
            if self._silent.trying_half:
                self._end_trial()
                return None
            self._lower(now, self._decide_on_silent(now, pause))
        elif turn == self._episode:
            self._silent.count_again()
            self._lower(now, self._lowered(now, pause))
        self._refusals += 1
        self._next = max(self._next, now + pause)
        self._longest = self._next - now
        self._since = self._next
        return self._longest

    def _counts(self) -> bool:
        """Whether an answer is about the rate now; half of it may suffer for the second before."""
        trying = self._silent.trying_half
        return not trying or not 0 <= self._clock() - self._since < _SHORTEST_WINDOW

    def _decide_on_silent(self, now: float, pause: float) -> float:
        """Return the rate to go on from, too many having been refused without a time."""
        rate, base = self.rate, self._lowered(now, pause)
        # What comes back late has been near a limit for long: every other time is trial enough.
        tried = self._tried and now >= self._since + _RECOVERY
        self._tried = False
        if rate is None or tried or self._silent.share > MOST_BY_CHANCE:
            self._silent.count_again()
            return base
        self._silent.try_half()
        self._after_trial = base
        return rate / 2

    def _end_trial(self) -> None:
        """Go as fast as can be where half the rate was refused as often, else where it was left."""
        self._episode += 1
        self._tried = not self._silent.end_trial()
        self._base = self._after_trial if self._tried else None
        self._since = self._clock()

    def _lower(self, now: float, base: float) -> None:
        self._episode += 1
        self._base = base
        self._next = now

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

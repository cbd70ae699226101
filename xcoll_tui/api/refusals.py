"""Whether a service that says 429 and names no time means the rate, or says it by chance."""

from collections import deque
from collections.abc import Callable

MOST_BY_CHANCE = 0.5
"""A larger part of all requests than this is never taken for chance."""
_LEAST_BY_CHANCE = 0.2
_LOOKED_AT, _TOO_MANY = 40, 4
"""Of so many answers so many 429 are taken for a limit."""
_LOOKED_AT_LONG = 100
"""Answers that are looked at where it is known that some are refused by chance."""
_SEEN_AGAIN = 2
"""So many at half the rate are as many as before: there would be none."""
_FORGOTTEN = 60.0
"""Seconds without a 429 after which chance is known no longer."""


class Refusals:
    """How many of the latest requests were answered by a 429 that names no time.

    A service that admits `L` a second refuses `1 - L / r` of `r`: none of half as many, where that
    was less than half. So when too many are refused at a rate that was lowered before, half of it
    is tried.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._latest: deque[bool] = deque(maxlen=_LOOKED_AT_LONG)
        self._too_many: float | None = None
        self._last = 0.0
        self.trying_half = False
        """Whether it is being tried what half the rate changes."""

    @property
    def by_chance(self) -> bool:
        """Whether some are refused at any rate, as far as is known."""
        return self._too_many is not None

    @property
    def share(self) -> float:
        """The part of the latest that was refused."""
        return sum(self._latest) / len(self._latest) if self._latest else 0.0

    def note(self, *, refused: bool) -> bool:
        """Take note of an answer; tell whether there is something to decide.

        While half the rate is tried that is what it changed (`end_trial`), else what to do about
        so many refusals (`count_again`, `try_half`).
        """
        now = self._clock()
        self._latest.append(refused)
        if refused:
            self._last = now
        elif not 0 <= now - self._last < _FORGOTTEN:
            self._too_many = None
        count = sum(self._latest)
        if self.trying_half:
            return count >= _SEEN_AGAIN or len(self._latest) >= _LOOKED_AT * (1 + count)
        if self._too_many is not None:
            return refused and count >= self._too_many
        return refused and sum(list(self._latest)[-_LOOKED_AT:]) >= _TOO_MANY

    def count_again(self) -> None:
        """Forget what was seen, and what is known of chance."""
        self._too_many, self.trying_half = None, False
        self._latest.clear()

    def try_half(self) -> None:
        """Count from the start, at half the rate."""
        self.count_again()
        self.trying_half = True

    def end_trial(self) -> bool:
        """Tell whether half the rate changed nothing, so that it is chance; count again."""
        again, share = sum(self._latest) >= _SEEN_AGAIN, self.share
        self.count_again()
        if again:
            most = min(max(2 * share, _LEAST_BY_CHANCE), MOST_BY_CHANCE)
            self._too_many = most * _LOOKED_AT_LONG
        return again

"""The newer of two versions of a row: the one that was asked for later."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Freshness(Generic[T]):
    """Remembers the rows written while answers are on their way, so that none undoes them.

    `now` numbers the moments: note it before asking, and give it to `newest` with the answer.
    """

    def __init__(self, key: Callable[[T], str]) -> None:
        self.now = 0
        self._key = key
        self._written: dict[str, tuple[int, T | None]] = {}
        self._reads = 0

    async def reading(self, question: Awaitable[R]) -> R:
        """Await an answer; what is written meanwhile is remembered until the next question."""
        if not self._reads:
            self._written.clear()
        self._reads += 1
        try:
            return await question
        finally:
            self._reads -= 1

    def write(self, key: str, row: T | None) -> None:
        """Take note of a row's newest version, None for removed."""
        self.now += 1
        self._written[key] = (self.now, row)

    def is_older(self, key: str, since: int) -> bool:
        """Tell whether what was asked at `since` is older than what is known of this row."""
        return self._written.get(key, (since, None))[0] > since

    def written_since(self, since: int) -> list[tuple[str, T | None]]:
        """List the rows written since `since`, by key; None for those removed."""
        return [(key, row) for key, (number, row) in self._written.items() if number > since]

    def newest(self, rows: Iterable[T], since: int) -> list[T]:
        """Return rows as they were read, but those written since `since` as they were written."""
        if since >= self.now:  # nothing was written since
            return list(rows)
        newest = []
        for row in rows:
            key = self._key(row)
            if not self.is_older(key, since):
                newest.append(row)
            elif (written := self._written[key][1]) is not None:
                newest.append(written)
        return newest

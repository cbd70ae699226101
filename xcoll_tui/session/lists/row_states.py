"""The rows of a list that the service is still at work on, and those that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from xcoll_tui.session.lists.failures import Failures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xcoll_tui.session.lists.sources import Source

T = TypeVar("T")


class RowStates(Generic[T]):
    """What is still to come of the loaded rows; those that are settled cost nothing.

    `under_way` are the keys of the rows that the service is at work on, `failures` those that
    failed. `arrivals` counts what was ever added to `under_way`, from a number on.
    """

    def __init__(self, source: Source[T], arrivals: int = 0) -> None:
        self._source = source
        self.under_way: set[str] = set()
        self.failures = Failures()
        self.arrivals = arrivals

    def note(self, rows: Sequence[T], *, all_new: bool = False) -> None:
        """Take note of rows as they are now; of those that are `all_new` none was noted before."""
        source = self._source
        changing = not all_new and self._hold_any(rows)
        for row in rows if changing else source.unsettled(rows):
            key = source.key(row)
            self.failures.note(key, source.failure_of(row))
            if not source.is_under_way(row):
                self.under_way.discard(key)
            elif key not in self.under_way:
                self.under_way.add(key)
                self.arrivals += 1

    def _hold_any(self, rows: Sequence[T]) -> bool:
        if not self.under_way and not self.failures:
            return False
        keys = list(map(self._source.key, rows))
        return not (self.under_way.isdisjoint(keys) and self.failures.isdisjoint(keys))

    def forget(self, key: str) -> None:
        """Forget a row that is gone."""
        self.under_way.discard(key)
        self.failures.note(key, None)

    def keep(self, is_here: Callable[[str], bool]) -> None:
        """Forget the rows that are not here any more."""
        self.under_way = set(filter(is_here, self.under_way))
        self.failures.keep(is_here)

    def among(self, is_here: Callable[[str], bool], arrivals: int) -> RowStates[T]:
        """Return those of some rows alone, which have arrived after so many others."""
        chosen = RowStates(self._source, arrivals)
        chosen.under_way = set(filter(is_here, self.under_way))
        chosen.failures = self.failures.among(is_here)
        chosen.arrivals += len(chosen.under_way)
        return chosen

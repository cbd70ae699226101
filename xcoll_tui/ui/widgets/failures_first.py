"""A growing list as rows of a table, with what failed before the rest."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class _Part(Generic[T]):
    """Rows in order of arrival; each keeps its place, counted with those that left since.

    So nothing is renumbered when one leaves.
    """

    def __init__(self) -> None:
        self.rows: list[T] = []
        self.places: dict[str, int] = {}
        self._left: list[int] = []

    def append(self, key: str, row: T) -> None:
        self.places[key] = len(self.rows) + len(self._left)
        self.rows.append(row)

    def index_of(self, key: str) -> int:
        place = self.places[key]
        return place - bisect_left(self._left, place)

    def remove(self, key: str) -> None:
        del self.rows[self.index_of(key)]
        insort(self._left, self.places.pop(key))


class FailuresFirst(Generic[T]):
    """What failed, then all others, each in order of arrival; both grow at their end."""

    complete = True
    gap_index = None

    def __init__(self, key: Callable[[T], str], has_failed: Callable[[T], bool]) -> None:
        self.key = key
        self._has_failed = has_failed
        self._failures: _Part[T] = _Part()
        self._others: _Part[T] = _Part()

    def extend(self, rows: Iterable[T]) -> None:
        """Add rows, each at the end of its part."""
        for row in rows:
            self._part_of(row).append(self.key(row), row)

    def put(self, row: T) -> bool:
        """Put a row in the place of the one with its key; tell whether it changed its part."""
        key, part = self.key(row), self._part_of(row)
        if key in part.places:
            part.rows[part.index_of(key)] = row
            return False
        (self._others if part is self._failures else self._failures).remove(key)
        part.append(key, row)
        return True

    def _part_of(self, row: T) -> _Part[T]:
        return self._failures if self._has_failed(row) else self._others

    @property
    def loaded(self) -> int:
        """The number of rows."""
        return len(self)

    def __len__(self) -> int:
        return len(self._failures.rows) + len(self._others.rows)

    def row(self, index: int) -> T:
        """Return what stands at an index."""
        failed = len(self._failures.rows)
        return self._failures.rows[index] if index < failed else self._others.rows[index - failed]

    def index_of(self, key: str) -> int | None:
        """Return where a key stands, None when it is not here."""
        if key in self._failures.places:
            return self._failures.index_of(key)
        if key in self._others.places:
            return len(self._failures.rows) + self._others.index_of(key)
        return None

    def keys_in_parts(self) -> list[Mapping[str, int]]:
        """Return copies of the keys: what failed, and the rest."""
        return [self._failures.places.copy(), self._others.places.copy()]

    def between(self, key_a: str, key_b: str) -> list[str]:
        """Return the keys from one row to another, both included."""
        a, b = self.index_of(key_a), self.index_of(key_b)
        if a is None or b is None:
            return []
        return [self.key(self.row(index)) for index in range(min(a, b), max(a, b) + 1)]

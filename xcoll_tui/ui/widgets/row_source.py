"""Where a row table reads its rows: the session's listings, or a plain list."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from xcoll_tui.session.lists.listing import End, Gap, Listing

T = TypeVar("T")


class RowSource(Protocol[T]):
    """Rows by index and by key, in display order; a gap stands for what is not loaded."""

    @property
    def key(self) -> Callable[[T], str]:
        """What names a row."""

    @property
    def loaded(self) -> int:
        """The number of rows that are here."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""

    @property
    def gap_index(self) -> int | None:
        """Where the gap stands, None when there is none to show."""

    def __len__(self) -> int: ...

    def row(self, index: int) -> T | Gap:
        """Return what stands at an index."""

    def index_of(self, key: str) -> int | None:
        """Return where a key stands, None when it is not here."""

    def keys_in_parts(self) -> list[Mapping[str, int]]:
        """Return the keys there are now, in parts that have none in common and stay as they are.

        A part that did not change since is the same object again.
        """

    def between(self, key_a: str, key_b: str) -> list[str]:
        """Return the keys from one row to another, both included."""


class FixedRows(Generic[T]):
    """A plain list as rows."""

    complete = True
    gap_index = None

    def __init__(self, key: Callable[[T], str], rows: Iterable[T] = ()) -> None:
        self.key = key
        self._rows: list[T] = []
        self._places: dict[str, int] = {}
        self._are_places_lent = False
        self.extend(rows)

    def extend(self, rows: Iterable[T]) -> None:
        """Add rows at the end; what is there stays where it is."""
        if self._are_places_lent:
            self._places, self._are_places_lent = self._places.copy(), False
        for row in rows:
            self._places[self.key(row)] = len(self._rows)
            self._rows.append(row)

    def put(self, row: T) -> None:
        """Put a row in the place of the one with its key; it stays where it is."""
        self._rows[self._places[self.key(row)]] = row

    @property
    def loaded(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> T:
        """Return what stands at an index."""
        return self._rows[index]

    def index_of(self, key: str) -> int | None:
        """Return where a key stands, None when it is not here."""
        return self._places.get(key)

    def keys_in_parts(self) -> list[Mapping[str, int]]:
        """Return the keys there are now, as one part."""
        self._are_places_lent = True
        return [self._places]

    def between(self, key_a: str, key_b: str) -> list[str]:
        """Return the keys from one row to another, both included."""
        a, b = self._places.get(key_a), self._places.get(key_b)
        if a is None or b is None:
            return []
        return [self.key(row) for row in self._rows[min(a, b) : max(a, b) + 1]]


BESIDE = 6
"""So many rows above a row, and below it, a name is to be told from."""


def rows_beside(rows: RowSource[T], index: int) -> list[T]:
    """List some rows above and below one."""
    numbers = range(max(0, index - BESIDE), min(len(rows), index + BESIDE + 1))
    around = (rows.row(number) for number in numbers if number != index)
    return [row for row in around if not isinstance(row, Gap)]


def standing_rows(rows: RowSource[Any]) -> tuple[int, int]:
    """Tell how many rows stay as they are when more are loaded, while the other number is the same.

    Of rows that are no listing none do.
    """
    if not isinstance(rows, Listing):
        return 0, 0
    return rows.count(End.HEAD), rows.rewritten

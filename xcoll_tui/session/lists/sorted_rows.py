"""The rows of a listing that is complete, in an order that the service cannot give: pure.

A row that changes or goes is found by its place in the order, so that neither costs a sort.
"""

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from xcoll_tui.session.lists.listing import Listing

T = TypeVar("T")

_NUMBER = re.compile(r"[+-]?[0-9]{1,300}(?:\.[0-9]{1,300})?")

_Value = tuple[int, float, str]
_Place = tuple[_Value, int]


def order_of(value: object) -> _Value | None:
    """Return what a value is ordered by: numbers by size, before texts, whatever their case.

    None for what is missing.
    """
    if value is None or value == "":
        return None
    if isinstance(value, int | float):
        return 0, float(value), ""
    text = str(value)
    if _NUMBER.fullmatch(text.strip()):
        return 0, float(text), ""
    return 1, 0.0, text.casefold()


class SortedRows(Generic[T]):
    """The rows of `listing`, by what `value_of` tells of each; those without a value come last.

    Equal ones stay as the service orders them. It stands for the listing as long as that is
    `complete`; `update` and `remove` tell it what happened there.
    """

    complete = True
    gap_index = None

    def __init__(
        self, listing: Listing[T], value_of: Callable[[T], object], *, descending: bool
    ) -> None:
        self.listing = listing
        self.key = listing.key
        self._value_of = value_of
        self._descending = descending
        self._rows: dict[str, T] = {}
        self._places: dict[str, _Place | None] = {}
        self._ranks: dict[str, int] = {}
        self._are_ranks_lent = False
        self._order: list[tuple[_Place, str]] = []
        self._missing: list[tuple[int, str]] = []
        for rank, row in enumerate(listing.loaded_items()):
            key = self.key(row)
            self._rows[key], self._ranks[key] = row, rank
            self._places[key] = place = self._place(key, row)
            if place is None:
                self._missing.append((rank, key))
            else:
                self._order.append((place, key))
        self._order.sort()

    def _place(self, key: str, row: T) -> _Place | None:
        value = order_of(self._value_of(row))
        # Descending, the order is read backwards, and equal ones are to stay as they are.
        rank = self._ranks[key]
        return None if value is None else (value, -rank if self._descending else rank)

    # Reading

    @property
    def loaded(self) -> int:
        """The number of rows."""
        return len(self._rows)

    @property
    def is_current(self) -> bool:
        """Whether it still stands for its listing, as far as numbers tell."""
        return self.listing.complete and self.loaded == self.listing.loaded

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> T:
        """Return what stands at an index."""
        if index < 0:
            raise IndexError(index)
        count = len(self._order)
        if index >= count:
            return self._rows[self._missing[index - count][1]]
        return self._rows[self._order[count - 1 - index if self._descending else index][1]]

    def index_of(self, key: str) -> int | None:
        """Return where a key stands, None when it is not here."""
        if key not in self._rows:
            return None
        place, count = self._places[key], len(self._order)
        if place is None:
            return count + bisect_left(self._missing, (self._ranks[key], key))
        at = bisect_left(self._order, (place, key))
        return count - 1 - at if self._descending else at

    def keys_in_parts(self) -> list[Mapping[str, int]]:
        """Return the keys there are now, as one part."""
        self._are_ranks_lent = True
        return [self._ranks]

    def between(self, key_a: str, key_b: str) -> list[str]:
        """Return the keys from one row to another, both included."""
        a, b = self.index_of(key_a), self.index_of(key_b)
        if a is None or b is None:
            return []
        return [self.key(self.row(index)) for index in range(min(a, b), max(a, b) + 1)]

    # Changing

    def update(self, key: str) -> bool:
        """Take a row as it is in the listing now; tell whether it stands elsewhere for it."""
        row = self.listing.get(key)
        if row is None or key not in self._rows:
            return False
        before, place = self._places[key], self._place(key, row)
        self._rows[key] = row
        if place == before:
            return False
        self._take_out(key)
        self._places[key] = place
        if place is None:
            insort(self._missing, (self._ranks[key], key))
        else:
            insort(self._order, (place, key))
        return True

    def remove(self, key: str) -> None:
        """Take a row away that left the listing."""
        if key in self._rows:
            self._take_out(key)
            if self._are_ranks_lent:
                self._ranks, self._are_ranks_lent = self._ranks.copy(), False
            del self._rows[key], self._places[key], self._ranks[key]

    def _take_out(self, key: str) -> None:
        place = self._places[key]
        if place is None:
            del self._missing[bisect_left(self._missing, (self._ranks[key], key))]
        else:
            del self._order[bisect_left(self._order, (place, key))]

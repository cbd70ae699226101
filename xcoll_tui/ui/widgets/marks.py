"""The marks of a table: keys, so that a refresh cannot shift them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain, filterfalse
from typing import Any

from xcoll_tui.ui.widgets.row_source import RowSource


class Marks(AbstractSet[str]):
    """The keys of the marked rows, loaded or not.

    Those of all that a list held are the list's own, in the parts that it lends; they are neither
    copied nor gone through, so that to mark 100,000 rows takes no longer than to mark ten.
    """

    def __init__(self) -> None:
        self._single: dict[str, None] = {}
        """The keys that are in no part."""
        self._parts: list[Mapping[str, Any]] = []
        """All keys of a list; a part has none in common with another, and is never changed."""
        self._unmarked: set[str] = set()
        """The keys that are in a part and not marked any more."""
        self._anchor: str | None = None

    def __contains__(self, key: object) -> bool:
        return key in self._single or (key not in self._unmarked and self._is_in_part(key))

    def __iter__(self) -> Iterator[str]:
        keys: Iterator[str] = chain.from_iterable(self._parts)
        if self._unmarked:
            keys = filterfalse(self._unmarked.__contains__, keys)
        return chain(self._single, keys)

    def __len__(self) -> int:
        return len(self._single) + sum(map(len, self._parts)) - len(self._unmarked)

    def _is_in_part(self, key: object) -> bool:
        for part in self._parts:  # noqa: SIM110 - a generator would take most of the time
            if key in part:
                return True
        return False

    def forget(self) -> None:
        """Unmark every row."""
        self._single, self._parts, self._unmarked = {}, [], set()
        self._anchor = None

    def add(self, keys: Iterable[str]) -> None:
        """Mark these rows beside the ones that are."""
        for key in keys:
            if self._is_in_part(key):
                self._unmarked.discard(key)
            else:
                self._single[key] = None

    def toggle(self, key: str) -> None:
        """Mark or unmark a row; a range goes from here."""
        if key in self._single:
            del self._single[key]
        elif key in self:
            self._unmarked.add(key)
        else:
            self.add((key,))
        self._anchor = key

    def add_up_to(self, key: str, listing: RowSource[Any]) -> None:
        """Mark from the row marked last to this one."""
        self.add(listing.between(self._anchor or key, key))
        self._anchor = key

    def toggle_all(self, listing: RowSource[Any], *, is_filtered: bool = False) -> bool:
        """Mark all rows of a list, or unmark them where all are; return whether they are now.

        What is marked and not in the list stays so where a filter may hide it. It goes with the
        others where none does: those rows are gone.
        """
        parts = listing.keys_in_parts()
        if self._holds(parts):
            elsewhere = self._outside(parts) if is_filtered else {}
            self.forget()
            self._single = elsewhere
            return False
        elsewhere = self._outside(parts)
        self._single, self._parts, self._unmarked = elsewhere, parts, set()
        return True

    def _holds(self, parts: list[Mapping[str, Any]]) -> bool:
        if len(self) < sum(map(len, parts)):
            return False
        mine = {id(part) for part in self._parts}
        others = [part for part in parts if id(part) not in mine]
        return not any(key in part for key in self._unmarked for part in parts) and all(
            key in self for part in others for key in part
        )

    def _outside(self, parts: list[Mapping[str, Any]]) -> dict[str, None]:
        """Return the marked keys that are in none of these parts."""
        same = {id(part) for part in parts}
        held = [self._single, *(part for part in self._parts if id(part) not in same)]
        outside: dict[str, None] = {}
        for keys in held:
            left = set(keys) - self._unmarked
            for part in parts:
                if not left:
                    break
                left = left.difference(part)
            outside.update((key, None) for key in keys if key in left)
        return outside

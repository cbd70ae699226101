"""The marks of a table: keys, so that a refresh cannot shift them. Pure."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Any

from xcoll_tui.ui.widgets.row_source import RowSource


class Marks(AbstractSet[str]):
    """The keys of the marked rows, loaded or not.

    They are kept in parts that have no key in common: those marked one by one, and copies of all
    that a list held. To put 100,000 keys into one set takes 20 ms, to copy them a tenth of that.
    """

    def __init__(self) -> None:
        self._parts: list[dict[str, Any]] = [{}]
        self._anchor: str | None = None
        self._all: int | None = None
        """How many rows there were when all were marked, and nothing else was since."""

    def __contains__(self, key: object) -> bool:
        return any(key in part for part in self._parts)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._parts)

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def forget(self) -> None:
        """Unmark every row."""
        self._parts = [{}]
        self._anchor, self._all = None, None

    def add(self, keys: Iterable[str]) -> None:
        """Mark these rows beside the ones that are."""
        self._parts[0].update((key, None) for key in keys if key not in self)
        self._all = None

    def toggle(self, key: str) -> None:
        """Mark or unmark a row; a range goes from here."""
        part = next((part for part in self._parts if key in part), None)
        if part is None:
            self._parts[0][key] = None
        else:
            del part[key]
        self._anchor, self._all = key, None

    def add_up_to(self, key: str, listing: RowSource[Any]) -> None:
        """Mark from the row marked last to this one."""
        self.add(listing.between(self._anchor or key, key))
        self._anchor = key

    def toggle_all(self, listing: RowSource[Any]) -> None:
        """Mark all that is loaded; unmark it when that was done last, and no more has come."""
        if self._all == listing.loaded:
            self.forget()
            return
        parts = listing.keys_in_parts()
        others = {key: None for key in self if not any(key in part for part in parts)}
        self._parts = [others, *parts]
        self._all = listing.loaded

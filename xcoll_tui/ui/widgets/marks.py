"""The marks of a table: keys, so that a refresh cannot shift them. Pure."""

from collections.abc import Iterable
from typing import Any

from xcoll_tui.ui.widgets.row_source import RowSource


class Marks(dict[str, int]):
    """The keys of the marked rows, loaded or not; what they stand for is of no interest."""

    def __init__(self) -> None:
        super().__init__()
        self._anchor: str | None = None
        self._all = False

    def forget(self) -> None:
        """Unmark every row."""
        self.clear()
        self._anchor, self._all = None, False

    def add(self, keys: Iterable[str]) -> None:
        """Mark these rows beside the ones that are."""
        self.update(dict.fromkeys(keys, 0))
        self._all = False

    def toggle(self, key: str) -> None:
        """Mark or unmark a row; a range goes from here."""
        if self.pop(key, None) is None:
            self[key] = 0
        self._anchor, self._all = key, False

    def add_up_to(self, key: str, listing: RowSource[Any]) -> None:
        """Mark from the row marked last to this one."""
        self.add(listing.between(self._anchor or key, key))
        self._anchor = key

    def toggle_all(self, listing: RowSource[Any]) -> None:
        """Mark all that is loaded; unmark it when that was done last."""
        if self._all:
            self.forget()
            return
        # The listing's own keys in one go: one by one, 100,000 of them take 30 ms.
        self.update(listing.key_set())
        self._all = True

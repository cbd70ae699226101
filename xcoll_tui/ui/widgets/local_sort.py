"""A sort that the service cannot do: done here, as long as all rows are here."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from xcoll_tui.session.lists.listing import Listing
from xcoll_tui.ui.widgets.row_source import RowSource

if TYPE_CHECKING:
    from xcoll_tui.session.lists.sorted_rows import SortedRows

T = TypeVar("T")


class LocalSort(Generic[T]):
    """The column that is to be sorted here, and the rows in that order while they can be."""

    def __init__(self) -> None:
        self.key = ""
        """The column's key; "" where the service's order is shown."""
        self.descending = False
        self._rows: SortedRows[T] | None = None

    def set(self, key: str, *, descending: bool = False) -> None:
        """Sort by another column from now on; by none for ""."""
        self.key, self.descending = key, descending
        self._rows = None

    @property
    def is_done(self) -> bool:
        """Whether the rows that were given last are sorted here."""
        return self._rows is not None

    def rows(self, listing: Listing[T], value_of: Callable[[T], object] | None) -> RowSource[T]:
        """Return the rows as they are to be shown: those of the listing where some are missing."""
        if not self.key or value_of is None or not listing.complete:
            self._rows = None
            return listing
        from xcoll_tui.session.lists.sorted_rows import SortedRows  # noqa: PLC0415 - not for the first frame

        rows = self._rows
        if rows is None or rows.listing is not listing or not rows.is_current:
            rows = SortedRows(listing, value_of, descending=self.descending)
            self._rows = rows
        return rows

    def update(self, key: str) -> RowSource[T] | None:
        """Take note that a row changed; return the rows where it stands elsewhere for it."""
        rows = self._rows
        return rows if rows is not None and rows.update(key) else None

    def remove(self, key: str) -> None:
        """Take note that a row left."""
        if self._rows is not None:
            self._rows.remove(key)

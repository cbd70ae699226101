"""The place that a filter takes the cursor away from, and back to when it is cleared."""

from typing import TYPE_CHECKING, Any

from xcoll_tui.ui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from xcoll_tui.session.lists.query import Query


class FilterPlace:
    """The row that was under the cursor of a table before its rows were filtered."""

    def __init__(self, table: RowTable[Any]) -> None:
        self._table = table
        self._key: str | None = None

    def leave(self, key: str | None, before: "Query", after: "Query") -> list[str]:
        """Take note of the row that was under the cursor; return where to go among other rows.

        That row is looked for first: a person may have found what they looked for.
        """
        if not before.is_filtered:
            self._key = key
            return []
        if after.is_filtered:
            return []
        return [place for place in (key, self._key) if place is not None]

    def go_to(self, keys: list[str], show: "Callable[..., None]") -> None:
        """Show the rows from the first one on, then put the cursor on the first of these."""
        show(home=True)
        places = (self._table.listing.index_of(key) for key in keys)
        index = next((place for place in places if place is not None), None)
        if index is not None:
            self._table.move_to(index)

"""The two panes of the main screen."""

from collections.abc import Sequence

from xcoll_tui.api.models import Collection, CollectionsSortBy, Document
from xcoll_tui.session.feed import Feed
from xcoll_tui.ui.format import Clock
from xcoll_tui.ui.widgets.pane import Pane
from xcoll_tui.ui.widgets.row_columns import (
    collection_columns,
    document_columns,
    document_note,
)
from xcoll_tui.ui.widgets.row_table import RowTable


class CollectionPane(Pane[Collection]):
    """The collections of the team."""

    def __init__(self, clock: Clock) -> None:
        table = RowTable(collection_columns(), show_header=False, id="collections")
        super().__init__(
            1,
            "Collections",
            table,
            clock,
            empty="No collections yet.\nR looks again.",
            id="collection-pane",
        )

    @property
    def sort_names(self) -> list[str]:
        """Add the age, which has no column."""
        return [*super().sort_names, CollectionsSortBy.AGE]


class DocumentPane(Pane[Document]):
    """The documents of the collection that is open."""

    def __init__(self, clock: Clock) -> None:
        columns = document_columns((), (), clock)
        table = RowTable(columns, note=document_note, markable=True, id="documents")
        super().__init__(
            2,
            "Documents",
            table,
            clock,
            empty="No documents yet.\nR looks again.",
            id="document-pane",
        )
        self.collection: Collection | None = None
        self._field_keys: tuple[str, ...] = ()

    def open(self, collection: Collection | None, feed: Feed[Document] | None) -> None:
        """Show the documents of a collection from now on."""
        self.table.marks.clear()
        self.table.layout_of.forget()
        self._field_keys = ()
        self.describe(collection)
        self.follow(feed)

    def describe(self, collection: Collection | None) -> None:
        """Take what is known of the collection itself: its name, and the fields it defines."""
        self.collection = collection
        if collection is not None:
            self.heading = collection.collection_name or collection.collection_id
        self._choose_columns()
        self.refresh_title()

    def measure(self, rows: Sequence[Document]) -> None:
        """Give each field seen in the rows a column before the widths settle."""
        seen = tuple(dict.fromkeys(key for row in rows for key in row.fields))
        if not set(seen) <= set(self._field_keys):
            self._field_keys = tuple(dict.fromkeys((*self._field_keys, *seen)))
            self._choose_columns()
        super().measure(rows)

    def _choose_columns(self) -> None:
        definitions = self.collection.field_definitions if self.collection else ()
        self.table.set_columns(document_columns(definitions, self._field_keys, self._clock))

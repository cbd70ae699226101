"""The two panes of the main screen.

What their columns say needs the API's models, which are loaded after the first frame.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widgets import Static

from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.loaded import format_seen
from xcoll_tui.ui.widgets.columns import SPACING, Column
from xcoll_tui.ui.widgets.pane import Pane
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xcoll_tui.api.models import Collection, Document
    from xcoll_tui.session.layouts import Layout
    from xcoll_tui.session.lists.feed import Feed
    from xcoll_tui.session.lists.filter_conditions import Subject
    from xcoll_tui.session.seen_collections import SeenCollections

_AROUND_ROWS = 2 + 1 + 2 + 1 - SPACING
"""The frame, the scrollbar, the bar and the blank behind it, the edge; columns less one spacing."""

_AROUND_FACT = 9
"""Cells of the title that are neither its name nor the one fact behind it."""


class CollectionPane(Pane["Collection"]):
    """The collections of the team."""

    class Resized(Message):
        """The longest name that was seen is longer than before, or none is as long as expected."""

    def __init__(self, clock: Clock) -> None:
        table: RowTable[Collection] = RowTable((), show_header=False, id="collections")
        super().__init__(
            1,
            "Collections",
            table,
            clock,
            empty=f"No collections yet.\nPress {key_for('write.new')} to create one.",
            id="collection-pane",
        )
        self.seen: SeenCollections | None = None
        """What is shown of an earlier session; None once the feed has loaded."""
        self.expected = 0
        """How wide it will have to be, as far as that is known before the rows have come."""

    def subject(self) -> "Subject":
        """Return the list as filters know it."""
        from xcoll_tui.session.lists.filter_conditions import COLLECTIONS  # noqa: PLC0415 - as above

        return COLLECTIONS

    def prepare(self, intent_of: "Callable[[str], str | None]") -> None:
        """Take the columns; the age can be sorted by, and has none.

        ``intent_of`` tells what is being done to a collection.
        """
        from xcoll_tui.api.models import CollectionsSortBy  # noqa: PLC0415 - not for the first frame
        from xcoll_tui.ui.widgets.row_columns import collection_columns  # noqa: PLC0415

        self.table.set_columns(collection_columns(intent_of))
        self.sorts = {CollectionsSortBy.AGE: "Created"}

    # What an earlier session has seen

    def show_seen(self, seen: "SeenCollections", collection_id: str | None) -> None:
        """Show these rows as old, until those of the feed have come, the cursor on one of them."""
        self.prepare(lambda _collection_id: None)
        self.seen, self.seen_at = seen, seen.at
        self.measure(seen.rows)
        table, rows = self.table, FixedRows(_id_of, seen.rows)
        table.stale = True
        table.cursor = rows.index_of(collection_id or "") or 0
        table.show(rows)
        # In the same frame; what is empty until then has no scrollbar, which is no reason not to.
        below = table.cursor - table.size.height + 1
        table.scroll_to(y=below, animate=False, immediate=True, force=True)
        self.refresh_title()

    def forget_seen(self) -> None:
        """Show them no longer."""
        if self.seen is None:
            return
        self._end_seen()
        if self.feed is not None:
            self.rows_came(home=True)
            return
        self.table.stale = False
        self.table.show(FixedRows(_id_of), home=True)
        self.refresh_title()

    def rows_came(self, *, home: bool = False, added: bool = False) -> None:
        """Show the rows of the feed; those seen last stay until there are some, and the cursor."""
        if self.feed is None:
            return
        if self.seen is not None and self.feed.loaded_at is None:
            self.load_more()
            self.state_changed()
            return
        self._end_seen()
        super().rows_came(home=home, added=added)

    def _end_seen(self) -> None:
        self.seen = self.seen_at = None

    def _facts(self) -> "list[str]":
        seen = self.seen
        if seen is None:
            return super()._facts()
        room = self.size.width - _AROUND_FACT - len(self.heading)
        return format_seen(len(seen.rows), self._clock() - seen.at, room, complete=seen.complete)

    # The columns

    @property
    def longest(self) -> int:
        """How wide the pane has to be to show the longest name that was seen, or is expected."""
        return max(self.needed, self.expected)

    @property
    def needed(self) -> int:
        """How wide it has to be to show the longest name that was seen."""
        layout = self.table.layout_of
        columns = sum(layout.natural(column) + SPACING for column in layout.columns)
        return columns + _AROUND_ROWS

    def measure(self, rows: "Sequence[Collection]") -> bool:
        """Tell where a name is longer than those before, or none as long as was expected."""
        before = self.longest
        wider = super().measure(rows)
        if self.feed is not None and self.feed.loaded_at is not None:
            self.expected = 0
        if self.longest != before:
            self.post_message(self.Resized())
        return wider


def _id_of(collection: "Collection") -> str:
    return collection.collection_id


class DocumentPane(Pane["Document"]):
    """The documents of the collection that is open."""

    class Arranged(Message):
        """A person chose columns or a sort for a collection."""

        def __init__(self, collection_id: str, layout: "Layout") -> None:
            super().__init__()
            self.collection_id = collection_id
            self.layout = layout

    NAME_COMFORT = 8

    def tighten(self, tight: bool) -> None:
        """Give each column what its content needs, or the room that it always has."""
        layout = self.table.layout_of
        if layout.tight != tight:
            layout.tight = tight
            self.table.repaint()

    def __init__(self, clock: Clock, columns: "Sequence[str]" = ()) -> None:
        table: RowTable[Document] = RowTable((), markable=True, id="documents")
        super().__init__(
            2,
            "Documents",
            table,
            clock,
            empty=f"No documents yet.\nPress {key_for('write.attach')} to attach files by ID.",
            id="document-pane",
        )
        self.collection: Collection | None = None
        self._preferred = columns
        """The columns where nobody chose others; none for those that come by themselves."""
        self._arrangement: Layout | None = None
        self._all_columns: Sequence[Column[Document]] = ()
        self._field_keys: tuple[str, ...] = ()
        self._intent_of: Callable[[str], str | None] = lambda _file_id: None
        self._shows_reasons = False
        self._reasons = Static(markup=False, classes="banner reasons")
        self._summed_up: tuple[object, ...] = ()

    def subject(self) -> "Subject":
        """Return the list as filters know it, with the fields defined and seen."""
        from xcoll_tui.session.lists.filter_conditions import DOCUMENTS  # noqa: PLC0415 - as above

        definitions = self.collection.field_definitions if self.collection else ()
        return DOCUMENTS.with_keys(
            [*(definition.key for definition in definitions), *self._field_keys]
        )

    def prepare(self, intent_of: "Callable[[str], str | None]") -> None:
        """Take the columns, and the reason that stands under a failed row.

        ``intent_of`` tells what is being done to a document.
        """
        from xcoll_tui.ui.presentation.failures import reason_of  # noqa: PLC0415 - as above

        self.table.note = reason_of
        self._intent_of = intent_of
        self._choose_columns()

    def open(
        self, collection: "Collection | None", feed: "Feed[Document] | None", layout: "Layout"
    ) -> None:
        """Show the documents of a collection from now on, arranged as it was the last time."""
        self.table.clear_marks()
        self.table.layout_of.forget()
        self._field_keys = ()
        self._arrangement = layout
        self.local.set(layout.local_sort, descending=layout.descending)
        self.describe(collection)
        self.follow(feed)

    @property
    def all_columns(self) -> "Sequence[Column[Document]]":
        """The columns that the table shows, and those that it could show."""
        return self._all_columns

    @property
    def defined(self) -> list[str]:
        """The fields that the collection defines."""
        return [field.key for field in self.collection.field_definitions] if self.collection else []

    def choose_columns(self, chosen: tuple[str, ...] | None) -> None:
        """Show these columns behind the name; None for those that come by themselves."""
        if self._arrangement is None:
            return
        self.table.layout_of.offset = 0
        self._arrange(replace(self._arrangement, columns=chosen))
        self._choose_columns()
        super().measure(self.first_rows())
        self.table.repaint()

    def sort_by(self, name: str, *, descending: bool = False) -> None:
        """Sort, and remember it for this collection."""
        super().sort_by(name, descending=descending)
        if self._arrangement is not None:
            self._arrange(replace(self._arrangement, sort=name, descending=descending))

    def _arrange(self, layout: "Layout") -> None:
        self._arrangement = layout
        if self.feed is not None and self.feed.collection_id is not None:
            self.post_message(self.Arranged(self.feed.collection_id, layout))

    def describe(self, collection: "Collection | None") -> None:
        """Take what is known of the collection itself: its name, and the fields it defines."""
        self.collection = collection
        if collection is not None:
            self.heading = collection.collection_name or collection.collection_id
        self._choose_columns()
        self.refresh_title()

    def rows_came(self, *, home: bool = False, added: bool = False) -> None:
        """Show the rows of the feed as they are now; those that failed, with their reasons."""
        failed_only = self.feed is not None and self.feed.query.failed_only
        if failed_only != self._shows_reasons:
            self._shows_reasons = failed_only
            self._choose_columns()
        super().rows_came(home=home, added=added)

    async def go_to(self, file_id: str, name: str) -> bool:
        """Put the cursor on a document; False where it is not there.

        One that is not loaded, or is filtered away, is asked for by its name.
        """
        feed = self.feed
        if feed is not None and file_id not in feed.listing and name:
            text = f"'{name}'" if '"' in name else f'"{name}"'
            query = feed.query.failed(failed_only=False)
            await self._change_query(
                query.filtered(text, self.filter.translate(text, pasted=False)), remember=False
            )
        index = self.table.listing.index_of(file_id)
        if index is None:
            return False
        self.table.move_to(index)
        return True

    def refresh_title(self) -> None:
        """Write what there is into the frame, and how many failed for which reason."""
        super().refresh_title()
        feed = self.feed
        if feed is None or not self._shows_reasons or not self.is_mounted:
            self._summed_up = ()
            self.show_above(self._reasons, "")
            return
        from xcoll_tui.ui.presentation.failures import summary_of  # noqa: PLC0415 - as above

        failures, complete = feed.failures, feed.listing.complete
        of = (failures, failures.changes, complete)
        if of != self._summed_up:
            self._summed_up = of
            self.show_above(self._reasons, summary_of(failures.counts, complete=complete))

    def measure(self, rows: "Sequence[Document]") -> bool:
        """Give each field seen in the rows a column before the widths settle."""
        seen = tuple(dict.fromkeys(key for row in rows for key in row.fields))
        if not set(seen) <= set(self._field_keys):
            self._field_keys = tuple(dict.fromkeys((*self._field_keys, *seen)))
            self._choose_columns()
        return super().measure(rows)

    def _choose_columns(self) -> None:
        from xcoll_tui.ui.widgets.row_columns import (  # noqa: PLC0415 - as above
            chosen_columns,
            document_columns,
        )

        definitions = self.collection.field_definitions if self.collection else ()
        chosen = self._arrangement.columns if self._arrangement else None
        if chosen is None and self._preferred:
            chosen = tuple(self._preferred)
        self._all_columns = document_columns(
            definitions,
            self._field_keys,
            self._clock,
            self._intent_of,
            [*(chosen or ()), self.local.key],
        )
        columns = chosen_columns(self._all_columns, chosen)
        if self._shows_reasons:
            from xcoll_tui.ui.widgets.reason_column import with_reason  # noqa: PLC0415 - as above

            columns = with_reason(columns)
        self.table.set_columns(columns)

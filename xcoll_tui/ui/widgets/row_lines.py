"""Which row of a listing stands on which line of the screen, with the note below the cursor's."""

from typing import Generic, TypeVar

from textual import events
from textual.scroll_view import ScrollView

from xcoll_tui.session.lists.listing import Gap
from xcoll_tui.ui.widgets.bare_lines import BareLines
from xcoll_tui.ui.widgets.row_source import RowSource

T = TypeVar("T")


class RowLines(ScrollView, BareLines, Generic[T]):
    """Rows on lines: one each, below a header, and one more for the note of the cursor's row."""

    def __init__(
        self,
        listing: RowSource[T],
        *,
        show_header: bool,
        id: str | None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(id=id)
        self.listing = listing
        self.show_header = show_header
        self.cursor = 0
        self._note_line: str | None = None

    @property
    def cursor_lines(self) -> range:
        """The lines of the screen that the cursor's row takes, with its note."""
        line = self._line_of(self.cursor) - self.scroll_offset.y
        if not len(self.listing) or not 0 <= line < self._rows_high:
            return range(0)
        first = self.region.y + self._header_high + line
        return range(first, first + (2 if self._note_line else 1))

    @property
    def _header_high(self) -> int:
        return 1 if self.show_header else 0

    @property
    def _rows_high(self) -> int:
        return max(1, self.scrollable_content_region.height - self._header_high)

    def _line_of(self, index: int) -> int:
        return index + (1 if self._note_line and index > self.cursor else 0)

    def _row_at(self, line: int) -> int:
        return max(self.cursor, line - 1) if self._note_line and line > self.cursor else line

    def _row_under(self, event: events.MouseEvent) -> int:
        line = event.y - self._header_high
        if line < 0 or event.x >= self.scrollable_content_region.width:
            return -1
        index = self._row_at(line + self.scroll_offset.y)
        return index if index < len(self.listing) else -1

    def visible_rows(self) -> list[T]:
        """List the rows on the screen, top to bottom."""
        top = self._row_at(self.scroll_offset.y)
        stop = min(len(self.listing), top + self._rows_high)
        rows = (self.listing.row(index) for index in range(top, stop))
        return [row for row in rows if not isinstance(row, Gap)]

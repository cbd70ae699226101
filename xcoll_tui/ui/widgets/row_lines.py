"""Which row of a listing stands on which line of the screen, with the note below the cursor's."""

from math import ceil
from typing import Generic, TypeVar

from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.widget import Widget

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

    @property
    def _stop(self) -> int:
        """The index behind the last row that is on the screen, or would be."""
        return self._row_at(self.scroll_offset.y) + self._rows_high

    def _fit_lines(self, width: int) -> None:
        """Make room for the rows that there are by now."""
        height = self._header_high + len(self.listing) + (1 if self._note_line else 0)
        size, before = Size(width, height), self.virtual_size
        if width != before.width or height < before.height or not self.show_vertical_scrollbar:
            self.virtual_size = size
            return
        # There is a scrollbar, and there still will be: nothing has to be laid out.
        self.set_reactive(Widget.virtual_size, size)
        bar = self.vertical_scrollbar
        if self._thumb(before.height) == self._thumb(height):
            bar.set_reactive(ScrollBar.window_virtual_size, height)
        else:
            bar.window_virtual_size = height

    def _thumb(self, lines: int) -> tuple[int, int]:
        """Return where the scrollbar's thumb begins, and how long it is: in eighths of a cell.

        As Textual 8.2.8 draws it (scrollbar.py 117).
        """
        bar = self.vertical_scrollbar
        room, window = bar.size.height, bar.window_size
        if window >= lines:
            return 0, 0
        length = max(1, window * room / lines)
        return int((room - length) * bar.position / (lines - window) * 8), ceil(length * 8)

    def visible_rows(self) -> list[T]:
        """List the rows on the screen, top to bottom."""
        top = self._row_at(self.scroll_offset.y)
        rows = map(self.listing.row, range(top, min(len(self.listing), self._stop)))
        return [row for row in rows if not isinstance(row, Gap)]

"""A virtual table: draws only the rows that can be seen, straight from the session's listing.

Textual's DataTable formats and measures every cell it is given; here a row costs nothing until
it is on the screen, so 100,000 rows feel like 100.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from xcoll_tui.session.lists.listing import End, Gap
from xcoll_tui.ui.actions import Owner, bindings_of
from xcoll_tui.ui.widgets.columns import Column, ColumnLayout
from xcoll_tui.ui.widgets.marks import Marks
from xcoll_tui.ui.widgets.placeholder import Placeholder
from xcoll_tui.ui.widgets.read_ahead import PAGE, ReadAhead
from xcoll_tui.ui.widgets.row_lines import RowLines
from xcoll_tui.ui.widgets.row_painter import RowPainter
from xcoll_tui.ui.widgets.row_source import BESIDE, FixedRows, RowSource, rows_beside, standing_rows

T = TypeVar("T")

_CACHE_LIMIT = 2_000
_WHOLE = {"cursor", "cursor-blurred", "hover", "zebra", "header", "skeleton"}
"""Component styles that bring a background of their own; the others only colour the text."""


class RowTable(RowLines[T], can_focus=True):
    """Show a listing as rows under a header that sorts.

    The table knows no session: it reads rows off the listing it is given, and tells with messages
    what the person did. Marks are keys, so that a refresh cannot shift them.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(Owner.ROWS)

    class CursorMoved(Message):
        """The cursor rests on another row."""

        def __init__(self, table: "RowTable[Any]") -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> "RowTable[Any]":
            """The table whose cursor moved."""
            return self.table

    class Opened(CursorMoved):
        """The row under the cursor was chosen, with Enter or a double click."""

    class RowsWanted(CursorMoved):
        """More rows are wanted than are loaded: `ends_wanted` tells where."""

    class LastWanted(CursorMoved):
        """The very last row was asked for, loaded or not."""

    class HeaderPressed(CursorMoved):
        """The header of a column was clicked."""

        def __init__(self, table: "RowTable[Any]", column: Column[T]) -> None:
            super().__init__(table)
            self.column = column

    class MarksChanged(CursorMoved):
        """Rows were marked or unmarked."""

    def __init__(
        self,
        columns: Sequence[Column[T]],
        *,
        note: Callable[[T], str | None] = lambda _row: None,
        show_header: bool = True,
        markable: bool = False,
        ahead: int = PAGE,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(FixedRows(lambda _row: ""), show_header=show_header, id=id)
        self.layout_of = ColumnLayout(columns)
        self.painter = RowPainter(self.layout_of, self._style_of, markable=markable)
        self.note = note
        self.cursor_key: str | None = None
        self.marks = Marks()
        self.markable = markable
        self.sorted_by: tuple[str, bool] | None = None
        self.stale = False
        self.placeholder = Placeholder(self)
        self._hover = -1
        self._standing = (0, 0)
        self._read_ahead = ReadAhead(ahead)
        self._top_key: str | None = None
        self._strips: dict[tuple[int, bool, bool], tuple[bool, Strip]] = {}
        """What was drawn of a row, and whether it was marked."""

    # What is shown

    @property
    def row(self) -> T | None:
        """The row under the cursor; None on the gap and in an empty table."""
        if not 0 <= self.cursor < len(self.listing):
            return None
        row = self.listing.row(self.cursor)
        return None if isinstance(row, Gap) else row

    def set_columns(self, columns: Sequence[Column[T]]) -> None:
        """Show other columns; widths already seen are kept."""
        self.layout_of.columns = columns
        self.repaint()

    def show(self, listing: RowSource[T], *, home: bool = False) -> None:
        """Show ``listing`` as it is now.

        The cursor stays on its row and the row on its line, wherever it stands now; where the
        cursor was scrolled out of sight, the topmost row keeps its line. ``home`` puts both at the
        top instead.
        """
        at_line = self._line_of(self.cursor) - self.scroll_offset.y
        top_key = self._top_key
        self.listing = listing
        if home:
            self.cursor = 0
        elif self.cursor_key is not None:
            index = listing.index_of(self.cursor_key)
            self.cursor = self.cursor if index is None else index
        self.cursor = max(0, min(self.cursor, len(listing) - 1))
        self._settle()
        self.repaint()
        if home or len(listing) == 0:
            self.scroll_to(y=0, animate=False)
        elif not 0 <= at_line < self._rows_high:
            top = None if top_key is None else listing.index_of(top_key)
            if top is not None:
                self.scroll_to(y=self._line_of(top), animate=False)
            self._want_rows()
        else:
            self.scroll_to(y=max(0, self._line_of(self.cursor) - at_line), animate=False)
            self._reveal()

    def grow(self, listing: RowSource[T]) -> None:
        """Show ``listing``, to which rows were added; draw only what may be another than it was."""
        standing, self._standing = self._standing, standing_rows(listing)
        until = standing[0] - BESIDE  # the last ones are told from those below them
        same = listing is self.listing and standing[1:] == self._standing[1:]
        if not same or self.cursor_key is None or max(self.cursor + 1, self._stop) > until:
            self.show(listing)
            return
        for state in [state for state in self._strips if state[0] >= until]:
            del self._strips[state]
        self._fit_lines(self.virtual_size.width)
        self._want_rows()

    def repaint(self) -> None:
        """Draw everything again: rows, columns or colours have changed."""
        self._strips.clear()
        self.painter.forget_tones()
        width = self.scrollable_content_region.width
        self.painter.place(width)
        self._fit_lines(width)
        self._standing = standing_rows(self.listing)
        self.refresh()

    def row_changed(self, key: str) -> None:
        """Draw the row of ``key`` again, and nothing else."""
        index = self.listing.index_of(key)
        if index is None:
            return
        row = self.listing.row(index)
        if not isinstance(row, Gap) and self.layout_of.measure([row]):
            self.repaint()
            return
        for cursor in (False, True):
            for hover in (False, True):
                self._strips.pop((index, cursor, hover), None)
        if index == self.cursor:
            self._settle()
        self._refresh_row(index)

    # Moving

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, and the row on the screen."""
        index = max(0, min(index, len(self.listing) - 1))
        if index == self.cursor and self.cursor_key is not None:
            self._reveal()
            return
        before, self.cursor = self.cursor, index
        noted = self._note_line
        self._settle()
        if noted != self._note_line:
            self.repaint()
        else:
            self._refresh_row(before)
            self._refresh_row(index)
        self._reveal()
        self.post_message(self.CursorMoved(self))

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self.move_to(self.cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by so many screens."""
        self.move_to(self.cursor + pages * max(1, self._rows_high - 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_to(0)

    def action_last(self) -> None:
        """Go to the last row that is loaded, and ask for the very last."""
        if self.listing.complete or self.listing.gap_index is not None:
            self.move_to(len(self.listing) - 1)
        else:
            self.post_message(self.LastWanted(self))

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if len(self.listing):
            self.post_message(self.Opened(self))

    def action_columns(self, step: int) -> None:
        """Show the columns further right or left."""
        if step < 0 or self.painter.more_right:
            self.layout_of.offset = max(0, self.layout_of.offset + step)
            self.repaint()

    # Marks

    def clear_marks(self) -> None:
        """Unmark every row."""
        self.marks.forget()
        self._draw_marks()

    def mark(self, keys: Iterable[str]) -> None:
        """Mark these rows beside the ones that are, loaded or not."""
        self.marks.add(keys)
        self._draw_marks()

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor, and go one down."""
        if self.cursor_key is None:
            return
        self.marks.toggle(self.cursor_key)
        self.row_changed(self.cursor_key)
        self.post_message(self.MarksChanged(self))
        self.action_move(1)

    def mark_range(self) -> None:
        """Mark from the row marked last to the cursor."""
        if self.cursor_key is not None:
            self.marks.add_up_to(self.cursor_key, self.listing)
            self._draw_marks()

    def mark_all(self, *, is_filtered: bool = False) -> bool:
        """Mark all that is loaded, or unmark it where all is; return whether it is now."""
        marked = self.marks.toggle_all(self.listing, is_filtered=is_filtered)
        self._draw_marks()
        return marked

    def _draw_marks(self) -> None:
        top = self._row_at(self.scroll_offset.y)
        changed = [
            index
            for index in range(top, min(len(self.listing), top + self._rows_high))
            if (drawn := self._strips.get(self._state_of(index))) is None
            or drawn[0] != self._is_marked(index)
        ]
        if changed:
            first, last = self._line_of(changed[0]), self._line_of(changed[-1])
            self.refresh_lines(first + self._header_high, last - first + 1)
        self.post_message(self.MarksChanged(self))

    def _is_marked(self, index: int) -> bool:
        return bool(self.marks) and self._id_at(index) in self.marks

    # Lines and rows

    def _id_at(self, index: int) -> str | None:
        if not 0 <= index < len(self.listing):
            return None
        row = self.listing.row(index)
        return None if isinstance(row, Gap) else self.listing.key(row)

    def _settle(self) -> None:
        row = self.row
        self.cursor_key = None if row is None else self.listing.key(row)
        self._note_line = None if row is None else self.note(row) or None

    def _reveal(self) -> None:
        self._fit_lines(self.virtual_size.width)  # the row may have come a moment ago
        top = self.scroll_offset.y
        line = self._line_of(self.cursor)
        last = line + (1 if self._note_line else 0)
        if line < top:
            self.scroll_to(y=line, animate=False)
        elif last >= top + self._rows_high:
            self.scroll_to(y=last - self._rows_high + 1, animate=False)
        self._want_rows()

    def _want_rows(self) -> None:
        self._top_key = self._id_at(self._row_at(self.scroll_offset.y))
        if self.ends_wanted():
            self.post_message(self.RowsWanted(self))

    def ends_wanted(self) -> list[tuple[End, bool]]:
        """List where a page is wanted, and whether nobody sees yet that it is missing."""
        top, has_focus = self.scroll_offset.y, self.has_focus
        return self._read_ahead.wanted(self.listing, top, self._rows_high, has_focus=has_focus)

    def _refresh_row(self, index: int) -> None:
        if not 0 <= self._line_of(index) - self.scroll_offset.y < self._rows_high:
            return  # Textual would draw lines that nobody sees
        line = self._line_of(index) + self._header_high
        self.refresh_lines(line, 2 if self._note_line and index == self.cursor else 1)

    # Drawing

    def _style_of(self, name: str) -> Style:
        if name == "plain":
            return self.rich_style
        return self.get_component_rich_style(f"row-table--{name}", partial=name not in _WHOLE)

    def forget_look(self) -> None:
        """Forget the colours of the theme before."""
        self._strips.clear()
        self.painter.forget_tones()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        if self.show_header and y == 0:
            return self.painter.header(self.sorted_by)
        y -= self._header_high
        if len(self.listing) == 0 and (placeholder := self.placeholder).text:
            return self.painter.placeholder(
                placeholder.text, y, self._rows_high, is_waiting=placeholder.is_waiting
            )
        line = y + self.scroll_offset.y
        if self._note_line and line == self.cursor + 1:
            return self.painter.note(self._note_line, self._base_style(self.cursor))
        index = self._row_at(line)
        if index >= len(self.listing):
            return self.painter.blank(self.painter.tone("plain"))
        state, marked = self._state_of(index), self._is_marked(index)
        was_marked, strip = self._strips.get(state, (False, None))
        if strip is None:
            if len(self._strips) > _CACHE_LIMIT:
                self._strips.clear()
            strip = self._draw_row(index, marked=marked)
        elif was_marked != marked:
            strip = self.painter.mark(strip, self._base_style(index), marked=marked)
        self._strips[state] = marked, strip
        return strip

    def _state_of(self, index: int) -> tuple[int, bool, bool]:
        return index, index == self.cursor, index == self._hover

    def _draw_row(self, index: int, *, marked: bool) -> Strip:
        row = self.listing.row(index)
        base = self._base_style(index)
        cursor = index == self.cursor
        if isinstance(row, Gap):
            return self.painter.gap(row, base, cursor=cursor)
        beside = rows_beside(self.listing, index)
        return self.painter.row(
            row, base, cursor=cursor, marked=marked, stale=self.stale, beside=beside
        )

    def _base_style(self, index: int) -> Style:
        if index == self.cursor:
            base = self.painter.tone("cursor" if self.has_focus else "cursor-blurred")
            # On this ground the colour of what is stale could hardly be read.
            return base + self.painter.tone("quiet") if self.stale else base
        if index == self._hover:
            base = self.painter.tone("hover")
        else:
            base = self.painter.tone("zebra") if index % 2 else self.painter.tone("plain")
        return base + self.painter.tone("stale") if self.stale else base

    # What the terminal says

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for rows as the wheel or the scrollbar comes near the end."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._want_rows()

    def _on_focus(self, event: events.Focus) -> None:
        self._turn(event, focused=True)

    def _on_blur(self, event: events.Blur) -> None:
        self._turn(event, focused=False)

    def _turn(self, event: events.Event, *, focused: bool) -> None:
        # widget.py 4765, 4771: draw all rows again, though only the cursor's looks otherwise.
        event.prevent_default()
        self.has_focus = focused
        self._want_rows()
        self._refresh_row(self.cursor)
        if self.parent is not None:
            message = events.DescendantFocus if focused else events.DescendantBlur
            self.parent.post_message(message(self))

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Draw the cursor as active or resting."""
        # 4088: styles it, though no rule asks for its focus.
        for hover in (False, True):
            self._strips.pop((self.cursor, True, hover), None)

    def _on_resize(self, _event: events.Resize) -> None:
        self.repaint()
        self.call_after_refresh(self._reveal)

    def _on_mouse_move(self, event: events.MouseMove) -> None:
        self._hover_over(self._row_under(event))

    def _on_leave(self, _event: events.Leave) -> None:
        self._hover_over(-1)

    def _hover_over(self, index: int) -> None:
        if index != self._hover:
            before, self._hover = self._hover, index
            for row in (before, index):
                if row >= 0:
                    self._refresh_row(row)

    async def _on_click(self, event: events.Click) -> None:
        if self.show_header and event.y == 0:
            column = self.painter.column_at(event.x)
            if column is not None:
                self.post_message(self.HeaderPressed(self, column))
            return
        if event.chain == 2:
            # The row of the first click: a note that came or went may have moved the lines.
            self.action_open()
            return
        index = self._row_under(event)
        if index < 0:
            return
        self.move_to(index)
        if self.markable and (event.ctrl or event.x < self.painter.gutter):
            self.toggle_mark()
            self.move_to(index)
        elif self.markable and event.shift:
            self.mark_range()

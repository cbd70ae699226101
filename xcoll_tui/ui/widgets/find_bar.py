"""Finding in what is loaded: a line below the rows, open while it is used."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from xcoll_tui.session.lists.letter_case import fold
from xcoll_tui.session.lists.listing import Gap
from xcoll_tui.ui.escape import escape_doubt
from xcoll_tui.ui.presentation.finding import count_words
from xcoll_tui.ui.widgets.row_table import RowTable
from xcoll_tui.ui.work import restart_work

if TYPE_CHECKING:
    from textual.widgets import Input, Static

    from xcoll_tui.ui.widgets.find_line import FindLine

_AT_ONCE = 250
"""Rows that are looked through before keys get their turn."""
_TOLD = 16 * _AT_ONCE
"""Rows after which the count is written again: that costs a layout."""


class FindBar(Widget):
    """Find what is typed in all columns of the rows that are loaded; nothing is asked for it.

    The cursor goes to the first hit at or behind where it was, and from hit to hit.
    """

    # Here, and not with the screen: every rule costs each widget of the first frame something.
    DEFAULT_CSS = """
    FindBar { display: none; height: 1; padding: 0 1; color: $quiet; layout: horizontal; }
    FindBar.-open { display: block; }
    FindBar Input { height: 1; width: 1fr; padding: 0; border: none; background: $boost; }
    FindBar Static { height: 1; width: auto; max-width: 50%; padding: 0 0 0 1; }
    """

    def __init__(self, table: RowTable[Any]) -> None:
        super().__init__()
        self._table = table
        self._line: FindLine | None = None
        self._count: Static | None = None
        self._text = ""
        self._began = 0
        self._origin: str | None = None
        self._before: list[str] = []
        self._behind: list[str] = []
        self._going = False

    @property
    def editing(self) -> bool:
        """Whether the line stands open."""
        return self._line is not None

    @property
    def hits(self) -> list[str]:
        """The keys of the rows found, in the order of display."""
        return self._before + self._behind

    async def open(self) -> None:
        """Open the line, and put the cursor into it."""
        if self._line is None:
            from textual.widgets import Static  # noqa: PLC0415 - not for the first frame

            from xcoll_tui.ui.widgets.find_line import FindLine  # noqa: PLC0415 - as above

            self._began, self._origin = self._table.cursor, self._table.cursor_key
            self._line, self._count = FindLine(self._press), Static(markup=False)
            self.add_class("-open")
            await self.mount(self._line, self._count)
        self.screen.set_focus(self._line)

    def close(self) -> None:
        """Close the line; the cursor stays where it is."""
        line, self._line = self._line, None
        if line is None:
            return
        if self.screen.focused is line:
            self.screen.set_focus(self._table)
        self.remove_class("-open")
        self.remove_children()
        self._count = None
        self._look_for("")

    def _press(self, key: str) -> None:
        if key in ("down", "up"):
            self._walk(1 if key == "down" else -1)
            return
        if key == "escape":
            place, text = self._table.cursor_key, self._text
            self._go_to(self._origin)
            escape_doubt(self).add(partial(self._open_again, text, place))
        self.close()

    async def _open_again(self, text: str, place: str | None) -> None:
        await self.open()
        if self._line is not None:
            self._line.value = text
        self._go_to(place)

    def _on_input_changed(self, event: "Input.Changed") -> None:
        event.stop()
        if self._line is not None:
            self._look_for(self._line.text)

    def _look_for(self, text: str) -> None:
        self._text = text
        self._before, self._behind = [], []
        found = fold(text)
        if found != self._table.painter.found:
            self._table.painter.found = found
            self._table.repaint()
        self._going = bool(found)
        self._show_count()
        restart_work(self, "find", partial(self._scan, found))

    async def _scan(self, found: str) -> None:
        if not found:
            return
        table, listing = self._table, self._table.listing
        cells = [column.cell for column in table.layout_of.columns]
        for first, stop, hits in (
            (self._began, len(listing), self._behind),
            (0, self._began, self._before),
        ):
            for start in range(first, stop, _AT_ONCE):
                for index in range(start, min(start + _AT_ONCE, stop, len(listing))):
                    row = listing.row(index)
                    if isinstance(row, Gap) or not any(
                        found in fold(cell(row).text) for cell in cells
                    ):
                        continue
                    hits.append(listing.key(row))
                    if len(hits) == 1 and (hits is self._behind or not self._behind):
                        self._go_to(hits[0])
                if start % _TOLD == first % _TOLD:
                    self._show_count()
                await asyncio.sleep(0)
        self._going = False
        self._show_count()

    def _go_to(self, key: str | None) -> None:
        index = None if key is None else self._table.listing.index_of(key)
        if index is not None:
            self._table.move_to(index)

    def _walk(self, step: int) -> None:
        hits = self.hits
        if not hits:
            return
        key = self._table.cursor_key
        place = hits.index(key) + step if key in hits else 0
        self._go_to(hits[place % len(hits)])
        self._show_count()

    def _show_count(self) -> None:
        if self._count is None:
            return
        count, place = len(self._before) + len(self._behind), None
        key = self._table.cursor_key
        if not self._going and key in (hits := self.hits):
            place = hits.index(key)
        words = count_words(place, count, going=self._going) if self._text else ""
        whole = "" if self._table.listing.complete or not words else " in the loaded rows"
        self._count.update(f"{words}{whole}")

"""Draws the lines of a row table: a row, the gap, the note under a row, the header."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from xcoll_tui.session.lists.listing import Gap
from xcoll_tui.ui.presentation.finding import find_all
from xcoll_tui.ui.presentation.text import fit, fit_name
from xcoll_tui.ui.widgets.columns import SPACING, Column, ColumnLayout, PlacedColumn

T = TypeVar("T")

BAR = "▌"
MARK = "✓"
_SKELETON = 8
"""So many rows that are waited for are hinted at."""
_RAGGED = (0, 6, 2, 9, 4)
"""Cells by which their names differ in length."""
_SORT_MARKS = {False: "▲", True: "▼"}


def _spill(places: Sequence[PlacedColumn[T]], text: str, short: str) -> tuple[str, int]:
    """Return what the first cell says, which may lie over those behind it, and on how much room."""
    _, start, own = places[0]
    rooms = [own, *(place.start + place.width - start for place in places[1:])]
    for words in (text, short):
        for room in rooms:
            if len(words) <= room:
                return words, room
    return short, own


class RowPainter(Generic[T]):
    """Draw lines ``width`` cells wide; ``style_of`` gives the style of a component class."""

    def __init__(
        self, layout: ColumnLayout[T], style_of: Callable[[str], Style], *, markable: bool
    ) -> None:
        self.layout = layout
        self.gutter = 3 if markable else 2
        self.width = 0
        self.more_right = False
        self.found = ""
        """What is looked for, folded: it is marked in every cell."""
        self._style_of = style_of
        self._tones: dict[str, Style] = {}
        self._markable = markable
        self._placed: list[PlacedColumn[T]] = []
        self._blank: tuple[int, Style, Strip] | None = None

    def tone(self, name: str) -> Style:
        """Return the style of a component class; a look into the styles costs more than a row."""
        style = self._tones.get(name)
        if style is None:
            style = self._tones[name] = self._style_of(name)
        return style

    def forget_tones(self) -> None:
        """Look the styles up again: the theme or the widget's state is another."""
        self._tones.clear()

    def place(self, width: int) -> None:
        """Share ``width`` cells out among the columns."""
        self.width = width
        self._placed, self.more_right = self.layout.place(max(0, width - self.gutter - 1))

    def column_at(self, x: int) -> Column[T] | None:
        """Tell which column stands at a cell of the line."""
        for placed in reversed(self._placed):
            if placed.start <= x - self.gutter < placed.start + placed.width + SPACING:
                return placed.column
        return None

    def _strip(self, segments: list[Segment], base: Style) -> Strip:
        return Strip(segments).adjust_cell_length(self.width, base)

    def blank(self, base: Style) -> Strip:
        """Draw nothing, as the same strip: Textual keeps on a strip what it makes of it."""
        if self._blank is None or self._blank[:2] != (self.width, base):
            self._blank = (self.width, base, Strip.blank(self.width, base))
        return self._blank[2]

    def _mark(self, base: Style, *, marked: bool) -> Segment:
        if not self._markable:
            return Segment(" ", base)
        return Segment(f"{MARK} " if marked else "  ", base + self.tone("marked"))

    def mark(self, strip: Strip, base: Style, *, marked: bool) -> Strip:
        """Draw a row that was drawn before with its mark, or without it."""
        bar, _, *cells = strip
        return Strip([bar, self._mark(base, marked=marked), *cells], strip.cell_length)

    def row(
        self,
        row: T,
        base: Style,
        *,
        cursor: bool,
        marked: bool,
        stale: bool,
        beside: Sequence[T] = (),
    ) -> Strip:
        """Draw a row: the cursor's bar, its mark, its cells; `beside` are those above and below."""
        segments = [
            Segment(BAR if cursor else " ", base + self.tone("bar")),
            self._mark(base, marked=marked),
        ]
        end = 0
        placed = self._placed_for(row)
        for index, (column, start, width) in enumerate(placed):
            if start < end:
                continue  # the one before lies over it
            text, tone, short, spans = column.cell(row)
            cells = width
            if short and len(text) > width:
                text, cells = _spill(placed[index:], text, short)
            style = base + self.tone(tone) if tone and not stale else base
            if start > end:
                segments.append(Segment(" " * (start - end), base))
            if column.middle:
                shown = fit_name(text, cells, [column.cell(other).text for other in beside])
            else:
                shown = fit(text, cells, right=column.right)
            segments += self._words(shown, style, spans) if spans else self._cell(shown, style)
            end = start + cells
        return self._strip(segments, base)

    def _cell(self, text: str, style: Style) -> list[Segment]:
        hits = find_all(self.found, text)
        if not hits:
            return [Segment(text, style)]
        segments, at, found = [], 0, style + self.tone("found")
        for hit in hits:
            stop = hit + len(self.found)
            segments += [Segment(text[at:hit], style), Segment(text[hit:stop], found)]
            at = stop
        return [*segments, Segment(text[at:], style)]

    def _words(self, text: str, style: Style, spans: Sequence[tuple[int, int]]) -> list[Segment]:
        """Draw a cell in which words stand out; those that were cut off do so no more."""
        segments, at = [], 0
        word = style + self.tone("marked") + Style(bold=True)
        for begin, end in spans:
            segments += [Segment(text[at:begin], style), Segment(text[begin:end], word)]
            at = end
        return [*segments, Segment(text[at:], style)]

    def _placed_for(self, row: T) -> list[PlacedColumn[T]]:
        """Place the columns for a row: what it says in passing is not cut, but takes of the name.

        So much only where there is no room behind it either.
        """
        placed = self._placed
        for index, (column, start, width) in enumerate(placed):
            if column.measured is None or index == 0:
                continue  # it says nothing in passing
            text, _, short, _ = column.cell(row)
            missing = len(short) - width
            if missing > 0 and len(short) > _spill(placed[index:], text, short)[1]:
                own = PlacedColumn(column, start - missing, len(short))
                before = [
                    place._replace(width=min(place.width, own.start - SPACING - place.start))
                    for place in placed[:index]
                ]
                return [*(place for place in before if place.width > 0), own, *placed[index + 1 :]]
        return placed

    def gap(self, gap: Gap, base: Style, *, cursor: bool) -> Strip:
        """Draw the one row that stands for all that is not loaded."""
        many = "rows" if gap.missing is None else f"{gap.missing:,}"
        text = fit(f"… {many} not loaded …", max(0, self.width - self.gutter))
        lead = (BAR if cursor else "").ljust(self.gutter)
        return self._strip(
            [Segment(lead, base + self.tone("bar")), Segment(text, base + self.tone("gap"))],
            base,
        )

    def note(self, text: str, base: Style) -> Strip:
        """Draw the line that belongs to the row above it."""
        line = fit(f"└ {text}", max(0, self.width - self.gutter))
        return self._strip(
            [
                Segment(BAR.ljust(self.gutter), base + self.tone("bar")),
                Segment(line, base + self.tone("note")),
            ],
            base,
        )

    def placeholder(self, text: str, y: int, high: int, *, is_waiting: bool) -> Strip:
        """Draw a line of what is said where there are no rows, on `high` lines."""
        base, lines = self.tone("plain"), text.split("\n")
        if is_waiting and 0 < y <= min(_SKELETON, high - 1):
            return self._skeleton(y, base)
        top = 1 if high > len(lines) + 1 and not is_waiting else 0
        if not 0 <= y - top < len(lines):
            return self.blank(base)
        line = fit(lines[y - top], max(0, self.width - self.gutter))
        lead = " " * self.gutter
        return self._strip([Segment(f"{lead}{line}", base + self.tone("placeholder"))], base)

    def _skeleton(self, y: int, base: Style) -> Strip:
        """Draw where the cells of a row that is waited for will stand."""
        segments, end = [Segment(" " * self.gutter, base)], 0
        bar = base + self.tone("skeleton")
        for column, start, width in self._placed:
            long = width - (_RAGGED[y % len(_RAGGED)] if column.middle else 0)
            cells = min(width, max(3, min(long, self.layout.natural(column))))
            before = start - end + (width - cells if column.right else 0)
            segments += [Segment(" " * before, base), Segment(" " * cells, bar)]
            end = start + width if column.right else start + cells
        return self._strip(segments, base)

    def header(self, sorted_by: tuple[str, bool] | None) -> Strip:
        """Draw the labels, the sort, and whether columns are hidden to either side."""
        base = self.tone("header")
        lead = "‹" if self.layout.offset else ""
        segments = [Segment(lead.ljust(self.gutter), base)]
        end = 0
        for column, start, cells in self._placed:
            if start > end:
                segments.append(Segment(" " * (start - end), base))
            if sorted_by is None or sorted_by[0] not in (column.sort_by, column.key):
                label = Segment(fit(column.label, cells, right=column.right), base)
            else:
                name = fit(column.label, min(cell_len(column.label), max(1, cells - 2)))
                text = f"{name} {_SORT_MARKS[sorted_by[1]]}"
                style = base + self.tone("sorted")
                label = Segment(fit(text, cells, right=column.right), style)
            segments.append(label)
            end = start + cells
        room = self.width - self.gutter - end
        if self.more_right and room >= 1:
            segments.append(Segment("›".rjust(room), base))
        return self._strip(segments, base)

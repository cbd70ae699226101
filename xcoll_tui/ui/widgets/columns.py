"""The columns of a row table: what a cell says, and how the width is shared out."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from rich.cells import cell_len

from xcoll_tui.ui.presentation.text import clean

T = TypeVar("T")

SPACING = 2
_CLOSE = 1
"""The spacing where the columns would not fit otherwise."""
_FIRST, _FIRST_TIGHT = 2, 4
"""So many columns are worth cutting the leading one down to its minimum."""
_LEAD_TIGHT = 15
"""The leading one's minimum where columns take no more than their content needs."""
_LEAD_COMFORT = 32
"""The others are shown only where the leading one keeps so much, or all that it needs."""


class Cell(NamedTuple):
    """The text of a cell, as received: it is cleaned and cut when it is drawn."""

    text: str
    tone: str = ""
    """The component class that colours it, without the ``row-table--`` prefix."""
    short: str = ""
    """Given where the text may lie over the columns behind it; said where they are too few."""
    spans: Sequence[tuple[int, int]] = ()
    """Where words of it begin and have ended that are to stand out; the text is clean then."""


class Column(NamedTuple, Generic[T]):
    """One column: how to read it off a row, and how wide it may be in terminal cells."""

    key: str
    label: str
    cell: Callable[[T], Cell]
    minimum: int = 4
    maximum: int = 24
    right: bool = False
    measured: Callable[[T], Cell] | None = None
    """What the width goes by, where a cell says something else in passing."""
    middle: bool = False
    """Whether it is cut in the middle where its beginning is that of the row above or below."""
    stretch: bool = False
    """Whether it adapts: the leading column takes what is left over, another gives way."""
    sort_by: str | None = None
    """The service's name for sorting by it; None where the service cannot."""
    value: Callable[[T], object] | None = None
    """What it can be sorted by here, where the service cannot."""
    extra: bool = False
    """Whether it is shown only if it was chosen."""


class PlacedColumn(NamedTuple, Generic[T]):
    """A column and the cells that it covers."""

    column: Column[T]
    start: int
    width: int


class ColumnLayout(Generic[T]):
    """Share a width out among columns.

    The first column leads: it is always shown, and gives way down to its minimum so that others
    can be shown too; where some cannot, it takes what is left. The others keep
    the width of the widest cell seen, which only ever grows, so that columns settle instead of
    jumping as pages arrive. ``offset`` of them are scrolled away to the left.

    Where it is ``tight``, a column that was seen is as wide as its content, whatever its minimum,
    so that more of them are shown beside a shorter leading one.
    """

    def __init__(self, columns: Sequence[Column[T]], *, tight: bool = False) -> None:
        self.columns = columns
        self.offset = 0
        self.tight = tight
        self._seen: dict[str, int] = {}

    def measure(self, rows: Iterable[T]) -> bool:
        """Let the columns grow to what ``rows`` hold; tell whether any did."""
        grown = False
        rows = list(rows)
        for column in self.columns:
            widest = self._seen.get(column.key, 0)
            if widest >= column.maximum:
                continue
            before = widest
            limit = column.maximum
            for row in rows:
                text = (column.measured or column.cell)(row).text[: limit * 4]
                width = len(text) if text.isascii() else cell_len(clean(text))
                widest = max(widest, min(width, limit))
            self._seen[column.key] = widest
            grown = grown or widest > before
        return grown

    def forget(self) -> None:
        """Let the widths settle again: other rows come."""
        self.offset = 0
        self._seen.clear()

    def natural(self, column: Column[T]) -> int:
        """Give the width that the column would like."""
        seen = self._seen.get(column.key, 0)
        if not (self.tight and seen):
            seen = max(seen, column.minimum)
        return min(max(seen, _label_width(column)), column.maximum)

    def place(self, width: int) -> tuple[list[PlacedColumn[T]], bool]:
        """Place the columns in ``width`` cells; tell whether some are hidden to the right."""
        if not self.columns:
            return [], False
        placed, hidden = self._place(width, SPACING)
        if self.tight and hidden:
            closer = self._place(width, _CLOSE)
            shows_more = len(placed) < len(closer[0]) and len(placed) <= _FIRST_TIGHT
            needed = self.natural(self.columns[0])
            if shows_more or placed[0].width < needed <= closer[0][0].width:
                return closer
        return placed, hidden

    def _place(self, width: int, spacing: int) -> tuple[list[PlacedColumn[T]], bool]:
        lead, *rest = self.columns
        minimum = min(lead.minimum, _LEAD_TIGHT) if self.tight else lead.minimum
        first = _FIRST_TIGHT if self.tight else _FIRST
        self.offset = min(self.offset, max(0, len(rest) - 1))
        candidates = [(column, self.natural(column)) for column in rest[self.offset :]]
        room = width - min(self.natural(lead), minimum)
        comfort = max(0, min(self.natural(lead), _LEAD_COMFORT) - minimum)
        shown: list[tuple[Column[T], int]] = []
        for column, natural in candidates:
            free = room - spacing - (comfort if len(shown) >= first else 0)
            cells = min(natural, free) if column.stretch else natural
            if free < (cells if self.tight else max(cells, column.minimum)):
                break
            shown.append((column, cells))
            room -= cells + spacing
        lacking = self.natural(lead) + sum(cells + spacing for _, cells in shown) - width
        shown = self._slimmed(shown, lacking)
        taken = sum(cells + spacing for _, cells in shown)
        if not self.tight:
            shown = self._slimmed(shown, self.natural(lead) + taken - width)
            taken = sum(cells + spacing for _, cells in shown)
        hidden = len(shown) < len(candidates)
        lead_width = max(0, width - taken)
        if not (lead.stretch or hidden):
            lead_width = min(lead_width, self.natural(lead))
        placed = [PlacedColumn(lead, 0, lead_width)]
        start = lead_width
        for column, natural in shown:
            placed.append(PlacedColumn(column, start + spacing, natural))
            start += spacing + natural
        return placed, hidden

    def _slimmed(
        self, shown: list[tuple[Column[T], int]], lacking: int
    ) -> list[tuple[Column[T], int]]:
        """Take from columns what their content leaves free, where that makes the name whole."""
        spare = [max(0, cells - self._content(column)) for column, cells in shown]
        if not 0 < lacking <= sum(spare):
            return shown
        slimmed = []
        for (column, cells), free in zip(shown, spare, strict=True):
            given = min(free, lacking)
            lacking -= given
            slimmed.append((column, cells - given))
        return slimmed

    def _content(self, column: Column[T]) -> int:
        """Give the width of the widest cell seen, and of the label."""
        seen = self._seen.get(column.key, 0) or column.minimum
        return min(max(seen, _label_width(column)), column.maximum)


def _label_width(column: Column[T]) -> int:
    return cell_len(column.label) + (2 if column.sort_by and column.label else 0)

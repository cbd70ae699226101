"""Rows as a table that fits a terminal, written as they come: the widths are those of the first."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from rich.cells import cell_len

from xcoll_tui.cli.commands.columns import Column
from xcoll_tui.ui.presentation.text import clean, fit

T = TypeVar("T")

_GAP = "  "
_NARROW = 18
"""Cells that a column which may be cut keeps, as long as others can go in its place."""
_LONGEST = 200


class TableWriter(Generic[T]):
    """Writes rows in columns of one width each.

    With `keep` no column is left out, however narrow they get.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        columns: Sequence[Column[T]],
        width: int,
        *,
        bold: bool,
        keep: bool,
    ) -> None:
        self._write = write
        self._columns = list(columns)
        self._width = width
        self._bold = bold
        self._keep = keep
        self._widths: list[int] | None = None

    def write(self, rows: Sequence[T]) -> None:
        """Write some rows; those of the first call decide on the widths."""
        if not rows:
            return
        if self._widths is None:
            self._widths = self._measure(rows)
            heads = [column.heading for column in self._columns]
            line = self._line(heads)
            self._write(f"\x1b[1m{line}\x1b[0m\n" if self._bold else f"{line}\n")
        self._write("".join([f"{self._line(self._cells(row))}\n" for row in rows]))

    def end(self) -> None:
        """Write nothing more: a table without rows is empty."""

    def _cells(self, row: T) -> list[str]:
        return [_text(column, row) for column in self._columns]

    def _line(self, cells: Sequence[str]) -> str:
        widths = self._widths or []
        fitted = [
            fit(cell, width, right=column.right)
            for cell, width, column in zip(cells, widths, self._columns, strict=True)
        ]
        return _GAP.join(fitted).rstrip()

    def _measure(self, rows: Sequence[T]) -> list[int]:
        wanted = {
            column.name: max(
                cell_len(column.heading),
                *(cell_len(clean(_text(column, row), _LONGEST)) for row in rows),
            )
            for column in self._columns
        }
        while not self._keep and self._least(wanted) > self._width:
            last = max(self._columns, key=lambda column: column.rank)
            if last.rank == 0:
                break
            self._columns.remove(last)
        widths = [wanted[column.name] for column in self._columns]
        # The widest one gives; what is not to be cut gives when nothing else can.
        for whole, least in ((False, 4), (True, 1), (False, 1)):
            givers = [i for i, column in enumerate(self._columns) if column.whole is whole]
            while self._total(widths) > self._width:
                index = max(givers, key=widths.__getitem__, default=-1)
                if index < 0 or widths[index] <= least:
                    break
                widths[index] -= 1
        return widths

    def _least(self, wanted: dict[str, int]) -> int:
        return self._total(
            [
                wanted[column.name] if column.whole else min(wanted[column.name], _NARROW)
                for column in self._columns
            ]
        )

    @staticmethod
    def _total(widths: Sequence[int]) -> int:
        return sum(widths) + len(_GAP) * (len(widths) - 1)


def _text(column: Column[T], row: T) -> str:
    if column.shown is not None:
        return column.shown(row)
    value = column.value(row)
    return "" if value is None else str(value)

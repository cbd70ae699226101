"""What it takes to write to a terminal those cells of a screen that differ from another's: pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple


class Cell(NamedTuple):
    """One cell: its text, empty behind a wide character, and how it looks."""

    text: str
    foreground: str
    background: str
    attributes: tuple[bool, ...] = ()


Screen = Sequence[Sequence[Cell]]


def cells_of(buffer: Mapping[int, Mapping[int, object]], columns: int, rows: int) -> Screen:
    """Return the cells of a screen of pyte's."""
    return [[_cell(buffer[y][x]) for x in range(columns)] for y in range(rows)]


def bytes_to_write(before: Screen, after: Screen) -> int:
    """Return how many bytes write the changed cells once.

    Each run of them takes a move of the cursor, and each look within a run a code that sets it.
    """
    count = 0
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        for x, run in _changed_runs(old, new):
            count += len(f"\x1b[{y + 1};{x + 1}H")
            for look, cells in groupby(run, key=lambda cell: cell[1:]):
                count += len(_code(*look))
                count += sum(len(cell.text.encode()) for cell in cells)
    return count


def _changed_runs(old: Sequence[Cell], new: Sequence[Cell]) -> Iterator[tuple[int, list[Cell]]]:
    differs = [was != now for was, now in zip(old, new, strict=True)]
    for changed, columns in groupby(range(len(new)), key=differs.__getitem__):
        if changed:
            run = [*columns]
            yield run[0], [new[x] for x in run]


def _code(foreground: str, background: str, attributes: tuple[bool, ...]) -> str:
    numbers = [f"{number}" for number, on in enumerate(attributes, 1) if on]
    return f"\x1b[{';'.join([*numbers, _colour(38, foreground), _colour(48, background)])}m"


def _colour(code: int, colour: str) -> str:
    """Return a colour as a code has it: pyte has names for the few, and six digits for the rest."""
    try:
        red, green, blue = bytes.fromhex(colour)
    except ValueError:
        return f"{code - 8}"
    return f"{code};2;{red};{green};{blue}"


def _cell(char: object) -> Cell:
    attributes = (char.bold, char.italics, char.underscore, char.strikethrough, char.reverse)
    return Cell(char.data, char.fg, char.bg, attributes)

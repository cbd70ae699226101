"""A table out of a clipboard: a spreadsheet's cells, CSV, or a table of Markdown. Pure."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xcoll_tui.session.bulk.pasted_text import PasteBroken, rank_of, trim_cell

_DELIMITERS = "\t,;|"
_EXCEL_FIRST_LINE = re.compile(r"\s*\"?sep=([^\w\"'\r\n])\"?[^\S\t\r\n]*[\r\n]+", re.IGNORECASE)
_RULE = re.compile(r"[\s:|+=─━┼╂│┃╋├┤┝┥-]*[-=─━][\s:|+=─━┼╂│┃╋├┤┝┥-]*")
_BAR = re.compile(r"(?<!\\)[|│┃]")
# Not a name that a column has in an export.
_LIKE_ID = re.compile(r"(?<![\w-])file_(?!(?:ids?|path)\b)[0-9a-zA-Z-]+(?![\w.-])", re.IGNORECASE)
_MAY_NAME_ID = re.compile("id", re.IGNORECASE)

# A cell may be as long as what was pasted; the reader's own limit is 128 KiB.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Row:
    """The cells of a row, and the line of the text that it begins in."""

    cells: Sequence[str]
    line: int


@dataclass(frozen=True)
class Table:
    """Rows under a header, which is empty where there was none; IDs stand in one column."""

    header: tuple[str, ...]
    rows: Sequence[Row]
    column: int


class Tables(NamedTuple):
    """Tables, one below the other, and the text above the first."""

    above: str
    tables: Sequence[Table]


def read_tables(text: str, is_id: Callable[[str], bool]) -> Tables | None:
    """Read a text as one table or several; None where it is none.

    It is one when a header names a column of IDs, or when one column is all IDs and others are
    not. Raises PasteBroken where a quote in it is not closed.
    """
    excel = _EXCEL_FIRST_LINE.match(text)
    skipped = 0
    if excel is not None:
        text, skipped = text[excel.end() :], len(excel.group().splitlines())
    delimiters = _DELIMITERS if excel is None else excel.group(1)
    delimiters = "".join(
        delimiter for delimiter in delimiters if delimiter in text or _bars_in(text, delimiter)
    )
    named: list[tuple[int, str]] = []
    if _MAY_NAME_ID.search(text):
        headers = ((_header(text, delimiter), delimiter) for delimiter in delimiters)
        named = [(len(row.cells), delimiter) for row, delimiter in headers if row is not None]
    if named:
        _, delimiter = max(named, key=lambda candidate: candidate[0])
        return _named(text, delimiter, skipped, is_id)
    for delimiter in delimiters:
        if delimiter == "|" and not _is_all_bars(text):
            continue
        try:
            rows = list(_rows(text, delimiter, skipped))
        except PasteBroken:
            continue
        table = _judged(rows, is_id, 1 if delimiter == "\t" else 2)
        if table is not None:
            return Tables("", [table])
    return None


def _is_header(row: Row) -> bool:
    """Tell whether a row names a column of IDs, and others beside it."""
    if len(row.cells) == 1 or any(_LIKE_ID.search(cell) for cell in row.cells):
        return False
    return any(_MAY_NAME_ID.search(cell) and rank_of(cell) is not None for cell in row.cells)


def _header(text: str, delimiter: str) -> Row | None:
    try:
        return next((row for row in _rows(text, delimiter, 0) if _is_header(row)), None)
    except PasteBroken:
        first = next(iter(text.strip().splitlines()), "")
        cells = [trim_cell(cell).strip("\"'") for cell in first.split(delimiter)]
        if _is_header(Row(cells, 1)):
            raise
        return None


def _named(text: str, delimiter: str, skipped: int, is_id: Callable[[str], bool]) -> Tables:
    above = ""
    parts: list[list[Row]] = []
    for row in _rows(text, delimiter, skipped):
        if _is_header(row):
            if not parts:
                above = "\n".join(text.splitlines()[: row.line - skipped - 1])
            parts.append([row])
        elif parts:
            parts[-1].append(row)
    return Tables(above, [_under_header(rows, is_id) for rows in parts])


def _under_header(rows: Sequence[Row], is_id: Callable[[str], bool]) -> Table:
    header, *rest = rows
    ranks = {at: rank_of(cell) for at, cell in enumerate(header.cells)}
    by_name = sorted((rank, at) for at, rank in ranks.items() if rank is not None)
    columns = [at for _, at in by_name]
    # A column may be called ID and hold numbers, beside one that holds what is looked for.
    for column in [*columns, *range(len(header.cells))]:
        if any(column < len(row.cells) and is_id(row.cells[column]) for row in rest):
            return Table(tuple(header.cells), rest, column)
    return Table(tuple(header.cells), rest, columns[0])


def _judged(rows: Sequence[Row], is_id: Callable[[str], bool], at_least: int) -> Table | None:
    """Find the column of IDs in a table of which no name tells it, in so many rows."""
    has_header = bool(rows) and not any(_LIKE_ID.search(cell) for cell in rows[0].cells)
    body = rows[1:] if has_header else rows
    if len(body) < at_least:
        return None
    width = max(len(row.cells) for row in body)
    columns, has_others = [], False
    for column in range(width):
        cells = [row.cells[column] for row in body if column < len(row.cells)]
        filled = [cell for cell in cells if cell]
        if filled and all(is_id(cell) and len(_LIKE_ID.findall(cell)) == 1 for cell in filled):
            columns.append(column)
        elif any(_LIKE_ID.search(cell) for cell in filled):
            return None
        has_others = has_others or (bool(filled) and column not in columns)
    if len(columns) != 1 or not has_others:
        return None
    return Table(tuple(rows[0].cells) if has_header else (), body, columns[0])


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[Row]:
    read = _barred(text) if delimiter == "|" else _separated(text, delimiter)
    for line, cells in read:
        trimmed = [trim_cell(cell) for cell in cells]
        if any(trimmed):
            yield Row(trimmed, line + skipped)


def _separated(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    lines = text.splitlines()
    ends = [whole[len(line) :] for whole, line in zip(text.splitlines(True), lines, strict=True)]
    # The reader knows two line ends only; the others are put back where they are in a cell.
    ended = [f"{line}\n" for line in lines]
    reader = csv.reader(ended, delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 0
    while True:
        cells: Sequence[str] | None
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "end of data" in str(error):
                raise PasteBroken(
                    "a table", (line + 1, 1), "a quote in this row is never closed"
                ) from None
            cells = _leniently(ended[line : reader.line_num], delimiter)
        if cells is None:
            return
        if reader.line_num > line + 1:
            cells = _with_ends(cells, ends[line : reader.line_num])
        yield line + 1, cells
        line = reader.line_num


def _with_ends(cells: Sequence[str], ends: Sequence[str]) -> Sequence[str]:
    rest = iter(ends)
    return [re.sub("\n", lambda _: next(rest), cell) for cell in cells]


def _leniently(lines: Sequence[str], delimiter: str) -> Sequence[str]:
    """Read a row with a quote that ends before its cell does: a person's, and no spreadsheet's."""
    if len(lines) == 1:
        return next(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    return next(csv.reader(lines, delimiter=delimiter))


def _barred(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if _RULE.fullmatch(line) or _BAR.search(line) is None:
            continue
        cells = _BAR.split(trim_cell(line))
        if len(cells) > 1 and not cells[0]:
            del cells[0]
        if len(cells) > 1 and not cells[-1]:
            del cells[-1]
        yield number, [cell.replace("\\|", "|") for cell in cells]


def _is_all_bars(text: str) -> bool:
    return all(_BAR.search(line) or _RULE.fullmatch(line) for line in text.splitlines() if line)


def _bars_in(text: str, delimiter: str) -> bool:
    return delimiter == "|" and _BAR.search(text) is not None

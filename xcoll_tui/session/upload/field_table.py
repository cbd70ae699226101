"""A table that gives files their fields by name: CSV, TSV or JSON lines. Pure."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from xcoll_tui.session.bulk.file_ids import keys_of_columns
from xcoll_tui.session.json_file import decode_object

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES = ("name", "file", "filename", "file_name", "path")
_PREFIX = "fields."


class TableBroken(ValueError):  # noqa: N818 - a fact about a table; its text is a sentence
    """A table that gives no fields by name."""


def read_field_table(text: str, keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the fields of each file by its name; raises TableBroken.

    The column `name` (or `file`, `filename`, `path`) names the file; others are fields, as
    `fields.KEY` or as KEY, also where case and blanks differ from the collection's `keys`. Empty
    cells give no field.
    """
    text = text.lstrip("\ufeff")
    rows = _json_rows(text) if text.lstrip().startswith("{") else _csv_rows(text)
    if not rows:
        raise TableBroken("The table holds no row.")
    columns = list(dict.fromkeys(column for row in rows for column in row))
    plain = {column.strip().casefold(): column for column in reversed(columns)}
    named = next((plain[name] for name in _NAMES if name in plain), None)
    if named is None:
        raise TableBroken("The table has no column “name” that says which file a row is for.")
    prefixed = {one: one.removeprefix(_PREFIX) for one in columns if one.startswith(_PREFIX)}
    others = [column for column in columns if column != named]
    defined = keys_of_columns(others, keys)
    key_of = prefixed or {column: defined.get(column, column.strip()) for column in others}
    fields: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows, 1):
        name = row.get(named, "").strip().replace("\\", "/").rpartition("/")[2]
        if not name:
            raise TableBroken(f"Row {number} of the table names no file.")
        if name in fields:
            raise TableBroken(f"The table has two rows for {name}.")
        fields[name] = {
            key: row[column] for column, key in key_of.items() if row.get(column, "") and key
        }
    return fields


def _csv_rows(text: str) -> list[dict[str, str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise TableBroken(f"Line {reader.line_num} of the table cannot be read: {error}.") from None
    for number, row in enumerate(rows, 1):
        if None in row:
            raise TableBroken(f"Row {number} of the table has more cells than the first line.")
    return [{key: value or "" for key, value in row.items()} for row in rows]


def _json_rows(text: str) -> list[dict[str, str]]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            members = decode_object(line.encode("utf-8", "replace"))
        except ValueError as problem:
            raise TableBroken(f"Line {number} of the table cannot be read: {problem}.") from None
        if not all(isinstance(value, str) or value is None for value in members.values()):
            raise TableBroken(f"Line {number} of the table has a value that is no text.")
        rows.append({key: value or "" for key, value in members.items()})
    return rows

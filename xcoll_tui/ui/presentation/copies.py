"""What can be copied of rows, as text: IDs, names, JSON, CSV, curl. Pure.

What a spreadsheet would take for a formula is written so that it takes it for a text. A command
names the variable that holds the key, and never the key.
"""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from xcoll_tui.api.models import Collection, Document, writable
from xcoll_tui.session.lists.export_format import csv_line, safe_cells

Row = Document | Collection | str
"""A row, or the ID of one that is not loaded."""


def ids(rows: Sequence[Row]) -> str:
    """Write the IDs, one a line."""
    return _lines([_id_of(row)] for row in rows)


def names(rows: Sequence[Row]) -> str:
    """Write the names, one a line; the ID of what has none or is not loaded."""
    return _lines([_name_of(row), _id_of(row)] for row in rows)


def _lines(choices: Iterable[Sequence[str]]) -> str:
    """Write the first of each that is there; only what is by itself may have more than a line."""
    texts = [next(filter(str.strip, texts), "") for texts in choices]
    return "\n".join(texts if len(texts) == 1 else [" ".join(text.splitlines()) for text in texts])


def as_json(rows: Sequence[Row]) -> str:
    """Write one row as an object, several as an array, in the words of the service."""
    members = [_members_of(row) for row in rows]
    value = members[0] if len(members) == 1 else members
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if text.isascii() or text == writable(text) else json.dumps(value, indent=2)


def as_csv(rows: Sequence[Row]) -> str:
    """Write one row as a line, several as lines below a header."""
    records = [_record_of(row) for row in rows]
    columns = list(dict.fromkeys(name for record in records for name in record))
    lines = [columns] if len(records) > 1 else []
    lines += [[record.get(name, "") for name in columns] for record in records]
    return "".join([csv_line(safe_cells(cells)) for cells in lines]).removesuffix("\n")


def curl_lines(rows: Sequence[Row], collection_id: str | None, base_url: str, variable: str) -> str:
    """Write commands that read the rows, one a line; without a collection they are collections."""
    return "\n".join(
        curl("GET", f"{base_url}{_path_of(_id_of(row), collection_id)}", variable) for row in rows
    )


def curl(method: str, url: str, variable: str) -> str:
    """Write a request as a command, with the key as a variable."""
    named = "" if method == "GET" else f"-X {method} "
    return f'curl {named}-H "Authorization: Bearer ${variable}" {shlex.quote(url)}'


def _path_of(row_id: str, collection_id: str | None) -> str:
    segment = quote(writable(row_id), safe="")
    if collection_id is None:
        return f"/v1/collections/{segment}"
    return f"/v1/collections/{quote(writable(collection_id), safe='')}/documents/{segment}"


def _id_of(row: Row) -> str:
    if isinstance(row, str):
        return row
    return row.file_id if isinstance(row, Document) else row.collection_id


def _name_of(row: Row) -> str:
    if isinstance(row, str):
        return ""
    return row.name if isinstance(row, Document) else row.collection_name


def _members_of(row: Row) -> Mapping[str, Any]:
    if isinstance(row, str):
        return {"file_metadata": {"file_id": row}}
    members = msgspec.to_builtins(row)
    if isinstance(row, Document):
        members["fields"] = row.raw_fields
    # Those of ours have names in brackets, which none of the service's has.
    return {name: _set(value) for name, value in members.items() if "(" not in name and value}


def _set(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Leave out of an object of the service what is not set."""
    if isinstance(value, dict):
        return {name: member for name, member in value.items() if member not in (None, "")}
    return value


def _record_of(row: Row) -> dict[str, str]:
    if isinstance(row, str):
        return {"file_id": row}
    if isinstance(row, Collection):
        return {
            "collection_id": row.collection_id,
            "collection_name": row.collection_name,
            "documents_count": _number(row.documents_count),
            "total_file_size": _number(row.total_file_size),
            "created_at": row.created_at or "",
            "collection_description": row.collection_description or "",
        }
    metadata = row.file_metadata
    return {
        "file_id": row.file_id,
        "name": row.name,
        "status": row.status,
        "size_bytes": _number(metadata.size_bytes),
        "content_type": metadata.content_type,
        "created_at": metadata.created_at or "",
        **{f"fields.{key}": value for key, value in row.fields.items()},
    }


def _number(value: int | None) -> str:
    return "" if value is None else str(value)

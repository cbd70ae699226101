"""Rows as the API writes them, for whatever reads JSON: the same members, always all of them.

What is ours in a struct (what was received, what could not be read) is left out.
"""

import json
import re
from typing import Any

import msgspec

from xcoll_tui.api.models import (
    ChunkConfiguration,
    Collection,
    Document,
    FieldDefinition,
    FileMetadata,
    IndexConfiguration,
)

# What a terminal may act upon, or what turns text around; JSON has an escape for each.
_ACTING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class _ApiDocument(msgspec.Struct, gc=False):
    file_metadata: FileMetadata
    fields: Any
    status: str
    error_message: str | None
    last_indexed_at: str | None
    chunk_count: int | None
    chunks_processed_count: int | None


class _ApiCollection(msgspec.Struct, gc=False):
    collection_id: str
    collection_name: str
    collection_description: str | None
    created_at: str | None
    documents_count: int | None
    total_file_size: int | None
    index_configuration: IndexConfiguration | None
    chunk_configuration: ChunkConfiguration | None
    field_definitions: list[FieldDefinition]
    disable_rag_lookup: bool
    collection_type: str


_encode = msgspec.json.Encoder().encode


def document_json(row: Document) -> str:
    """Write a document as one line of JSON; its fields are those that the service holds."""
    try:
        return _escaped(
            _encode(
                _ApiDocument(
                    row.file_metadata,
                    row.raw_fields,
                    row.status,
                    row.error_message,
                    row.last_indexed_at,
                    row.chunk_count,
                    row.chunks_processed_count,
                )
            )
        )
    except (UnicodeEncodeError, ValueError, OverflowError):
        # Half a character, or a number of a thousand digits.
        members = msgspec.to_builtins(row)
        document = {name: members[name] for name in _ApiDocument.__struct_fields__}
        document["fields"] = dict(row.raw_fields)
        return json.dumps(document, separators=(",", ":"))


def collection_json(row: Collection) -> str:
    """Write a collection as one line of JSON."""
    members = (getattr(row, name) for name in _ApiCollection.__struct_fields__)
    return _escaped(_encode(_ApiCollection(*members)))


def _escaped(encoded: bytes) -> str:
    text = encoded.decode()
    if text.isascii():
        return text.replace("\x7f", "\\u007f") if "\x7f" in text else text
    return _ACTING.sub(lambda match: f"\\u{ord(match.group()):04x}", text)

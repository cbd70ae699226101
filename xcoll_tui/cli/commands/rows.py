"""The columns of collections and documents, under the API's own names."""

import json
import time
from collections.abc import Callable, Iterable
from typing import NoReturn

from xcoll_tui.api.models import Collection, Document
from xcoll_tui.cli.commands.columns import Column, RowKind
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.parser import EXIT_USAGE
from xcoll_tui.ui.presentation.format import format_age, format_count, format_size, status_of

_FIELD = "fields."


def _collection_json(row: Collection) -> str:
    from xcoll_tui.session.lists.api_rows import collection_json  # noqa: PLC0415 - no table needs it

    return collection_json(row)


def _document_json(row: Document) -> str:
    from xcoll_tui.session.lists.api_rows import document_json  # noqa: PLC0415 - as above

    return document_json(row)


def _size(value: int | None) -> str:
    return "" if value is None else format_size(value)


def _count(value: int | None) -> str:
    return "" if value is None else format_count(value)


def _age(value: str | None) -> str:
    return format_age(value, time.time())


_COLLECTION_ID: Column[Collection] = Column(
    "collection_id", lambda row: row.collection_id, whole=True, head="id"
)
_COLLECTION_NAME: Column[Collection] = Column(
    "collection_name", lambda row: row.collection_name, head="name"
)
_DOCUMENTS_COUNT: Column[Collection] = Column(
    "documents_count",
    lambda row: row.documents_count,
    lambda row: _count(row.documents_count),
    right=True,
    rank=1,
    head="documents",
)
_TOTAL_FILE_SIZE: Column[Collection] = Column(
    "total_file_size",
    lambda row: row.total_file_size,
    lambda row: _size(row.total_file_size),
    right=True,
    rank=2,
    head="size",
)
_COLLECTION_AGE: Column[Collection] = Column(
    "created_at",
    lambda row: row.created_at,
    lambda row: _age(row.created_at),
    rank=3,
    head="created",
)
_MODEL: Column[Collection] = Column(
    "model_name",
    lambda row: None if row.index_configuration is None else row.index_configuration.model_name,
)
_DESCRIPTION: Column[Collection] = Column(
    "collection_description", lambda row: row.collection_description
)

COLLECTIONS: RowKind[Collection] = RowKind(
    (
        _COLLECTION_ID,
        _COLLECTION_NAME,
        _DOCUMENTS_COUNT,
        _TOTAL_FILE_SIZE,
        _COLLECTION_AGE,
        _MODEL,
        _DESCRIPTION,
    ),
    (_COLLECTION_NAME, _DOCUMENTS_COUNT, _TOTAL_FILE_SIZE, _COLLECTION_AGE, _COLLECTION_ID),
    _collection_json,
)

_FILE_ID: Column[Document] = Column("file_id", lambda row: row.file_id, whole=True, head="id")
_NAME: Column[Document] = Column("name", lambda row: row.name)
_STATUS: Column[Document] = Column(
    "status", lambda row: row.status, lambda row: status_of(row).text
)
_SIZE: Column[Document] = Column(
    "size_bytes",
    lambda row: row.file_metadata.size_bytes,
    lambda row: _size(row.file_metadata.size_bytes),
    right=True,
    rank=1,
    head="size",
)
_TYPE: Column[Document] = Column(
    "content_type", lambda row: row.file_metadata.content_type, rank=3, head="type"
)
_AGE: Column[Document] = Column(
    "created_at",
    lambda row: row.file_metadata.created_at,
    lambda row: _age(row.file_metadata.created_at),
    rank=2,
    head="created",
)
_INDEXED: Column[Document] = Column(
    "last_indexed_at", lambda row: row.last_indexed_at, lambda row: _age(row.last_indexed_at)
)
_ERROR: Column[Document] = Column("error_message", lambda row: row.error_message)
_REST: tuple[Column[Document], ...] = (
    Column("hash", lambda row: row.file_metadata.hash),
    Column("expires_at", lambda row: row.file_metadata.expires_at),
    Column("file_path", lambda row: row.file_metadata.file_path),
    Column("upload_status", lambda row: row.file_metadata.upload_status),
    Column("upload_error_message", lambda row: row.file_metadata.upload_error_message),
    Column("processing_status", lambda row: row.file_metadata.processing_status),
    Column("chunk_count", lambda row: row.chunk_count, right=True),
    Column("chunks_processed_count", lambda row: row.chunks_processed_count, right=True),
)

DOCUMENTS: RowKind[Document] = RowKind(
    (_FILE_ID, _NAME, _STATUS, _SIZE, _TYPE, _AGE, _INDEXED, _ERROR),
    (_NAME, _STATUS, _SIZE, _AGE, _TYPE, _FILE_ID),
    _document_json,
)


COLLECTION_WHOLE: tuple[Column[Collection], ...] = (
    *COLLECTIONS.tsv,
    Column("index_configuration", lambda row: _json_member(row, "index_configuration")),
    Column("chunk_configuration", lambda row: _json_member(row, "chunk_configuration")),
    Column("field_definitions", lambda row: _json_member(row, "field_definitions")),
    Column("disable_rag_lookup", lambda row: row.disable_rag_lookup),
    Column("collection_type", lambda row: row.collection_type),
)
"""All that is known of a collection; what has parts is JSON."""
DOCUMENT_WHOLE: tuple[Column[Document], ...] = (*DOCUMENTS.tsv, *_REST)
"""All that is known of a document, but for its fields."""


def _json_member(row: Collection, name: str) -> str:
    members = json.loads(_collection_json(row))
    return json.dumps(members[name], ensure_ascii=False, separators=(",", ":"))


def field_column(key: str) -> Column[Document]:
    """Return the column of a field."""
    return Column(f"{_FIELD}{key}", _field(key))


def _field(key: str) -> Callable[[Document], object]:
    return lambda row: row.fields.get(key)


def columns_of_documents(names: Iterable[str]) -> list[Column[Document]]:
    """Return the columns of names that are known here."""
    by_name = {column.name: column for column in DOCUMENTS.tsv}
    return [by_name[name] for name in names]


def document_columns(names: str) -> list[Column[Document]]:
    """Return the columns that a person has named, divided by commas; raises CommandFailed."""
    by_name = {column.name: column for column in (*DOCUMENTS.tsv, *_REST)}
    columns = []
    for name in _split(names):
        is_field = name.startswith(_FIELD) and name != _FIELD
        column = field_column(name.removeprefix(_FIELD)) if is_field else by_name.get(name)
        columns.append(column or _refuse(name, [*by_name, "fields.KEY"]))
    return columns


def collection_columns(names: str) -> list[Column[Collection]]:
    """Return the columns that a person has named, divided by commas; raises CommandFailed."""
    by_name = {column.name: column for column in COLLECTIONS.tsv}
    return [by_name.get(name) or _refuse(name, list(by_name)) for name in _split(names)]


def _split(names: str) -> list[str]:
    return [name for part in names.split(",") if (name := part.strip())]


def _refuse(name: str, names: list[str]) -> NoReturn:
    raise CommandFailed(f"There is no column {name!r}. There are: {', '.join(names)}.", EXIT_USAGE)

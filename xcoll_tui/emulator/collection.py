"""Collections: making, changing, listing and deleting them, and their field definitions."""

import json
import sqlite3
import uuid
from typing import Any

from xcoll_tui.emulator import wire
from xcoll_tui.emulator.filters import Field, Sql, Text, compile_filter, moment, number
from xcoll_tui.emulator.query import Query
from xcoll_tui.emulator.replicas import Replicas, Snapshot
from xcoll_tui.emulator.store import Listing, Store
from xcoll_tui.emulator.wire import Json, RefusedError, invalid

DEFAULT_MODEL = "grok-embedding-small"
DEFAULT_STRATEGY = {
    "bytes_configuration": {"max_chunk_size_bytes": 4000, "chunk_overlap_bytes": 800}
}
DEFAULT_FLAGS = {"strip_whitespace": True, "inject_name_into_chunks": False}

_CHARS: wire.Message = {"max_chunk_size_chars": wire.int32, "chunk_overlap_chars": wire.int32}
_TOKENS: wire.Message = {
    "max_chunk_size_tokens": wire.int32,
    "chunk_overlap_tokens": wire.int32,
    "encoding_name": wire.string,
}
_BYTES: wire.Message = {"max_chunk_size_bytes": wire.int32, "chunk_overlap_bytes": wire.int32}
_TABLE: wire.Message = {"max_chunk_size_tokens": wire.int32, "encoding_name": wire.string}
STRATEGIES: dict[str, wire.Message] = {
    "chars_configuration": _CHARS,
    "tokens_configuration": _TOKENS,
    "bytes_configuration": _BYTES,
    "markdown_tokens_configuration": _TOKENS,
    "markdown_chars_configuration": _CHARS,
    "code_tokens_configuration": _TOKENS,
    "code_chars_configuration": _CHARS,
    "table_configuration": _TABLE,
    "ast_configuration": _TABLE,
}
_UNSET: dict[wire.Reader, Any] = {wire.int32: 0, wire.string: "", wire.boolean: False}

_DEFINITION = {
    "key": wire.string,
    "required": wire.boolean,
    "unique": wire.boolean,
    "inject_into_chunk": wire.boolean,
    "description": wire.string,
}
_CHUNK_CONFIGURATION = wire.message(
    {
        **{name: wire.message(members) for name, members in STRATEGIES.items()},
        "strip_whitespace": wire.boolean,
        "inject_name_into_chunks": wire.boolean,
    }
)
_CREATE = {
    "team_id": wire.string,
    "collection_name": wire.string,
    "collection_description": wire.string,
    "index_configuration": wire.message({"model_name": wire.string}),
    "chunk_configuration": _CHUNK_CONFIGURATION,
    "metric_space": wire.one_of(
        [f"HNSW_METRIC_{name}" for name in ("UNKNOWN", "COSINE", "EUCLIDEAN", "INNER_PRODUCT")]
    ),
    "field_definitions": wire.repeated(wire.message(_DEFINITION)),
}
_UPDATE = {
    "team_id": wire.string,
    "collection_name": wire.string,
    "collection_description": wire.string,
    "chunk_configuration": _CHUNK_CONFIGURATION,
    "field_definition_updates": wire.repeated(
        wire.message(
            {
                "field_definition": wire.message(_DEFINITION),
                "operation": wire.one_of(["FIELD_DEFINITION_ADD", "FIELD_DEFINITION_DELETE"]),
            }
        )
    ),
}

_SORTS = {
    "COLLECTIONS_SORT_BY_NAME": "name",
    "COLLECTIONS_SORT_BY_AGE": "created_at",
}
_FILTERS: dict[str, Field] = {
    "collection_id": Text(Sql("collection_id")),
    "collection_name": Text(Sql("name"), partial=True),
    "created_at": moment("created_at"),
    "documents_count": number("documents_count"),
}


def _chunk_configuration(configuration: Json, before: Json) -> Json:
    """Lay what is given over what was there: the strategy whole, the flags each by itself."""
    named = [name for name in STRATEGIES if name in configuration]
    if len(named) > 1:
        raise invalid(f"chunk_configuration holds more than one strategy: {', '.join(named)}.")
    chosen: Json = {name: before[name] for name in STRATEGIES if name in before}
    if named:
        unset = {member: _UNSET[read] for member, read in STRATEGIES[named[0]].items()}
        chosen = {named[0]: {**unset, **configuration[named[0]]}}
    return {**chosen, **{flag: configuration.get(flag, before[flag]) for flag in DEFAULT_FLAGS}}


def _definition(definition: Json, path: str) -> Json:
    if not definition.get("key"):
        raise invalid(f"{path}.key must not be empty.")
    return {member: definition.get(member, _UNSET[read]) for member, read in _DEFINITION.items()}


def _definitions(definitions: list[Json]) -> list[Json]:
    completed = [
        _definition(definition, f"field_definitions[{index}]")
        for index, definition in enumerate(definitions)
    ]
    if len({definition["key"] for definition in completed}) < len(completed):
        raise invalid("field_definitions holds a key twice.")
    return completed


def find_collection(connection: sqlite3.Connection, collection_id: str) -> sqlite3.Row:
    """Read a collection's row; an unknown ID is refused with 404."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM collections WHERE collection_id = ?", (collection_id,)
    ).fetchone()
    if row is None:
        raise _unknown(collection_id)
    return row


def find_shown_collection(
    connection: sqlite3.Connection, collection_id: str, snapshot: Snapshot
) -> sqlite3.Row:
    """Read a collection's row as a replica has it; an ID unknown there is refused with 404."""
    for source in snapshot.collections:
        row: sqlite3.Row | None = connection.execute(
            source.select("collection_id = :id"), {"id": collection_id, "now": snapshot.now}
        ).fetchone()
        if row is not None:
            return row
    raise _unknown(collection_id)


def _unknown(collection_id: str) -> RefusedError:
    return RefusedError(404, f"Collection {collection_id!r} was not found.")


def show_collection(row: sqlite3.Row) -> Json:
    """Write a collection as the service does."""
    shown = {
        "collection_id": row["collection_id"],
        "collection_name": row["name"],
        "created_at": wire.format_time(row["created_at"]),
        "index_configuration": {"model_name": row["model_name"]},
        "chunk_configuration": json.loads(row["chunk_configuration"]),
        "documents_count": row["documents_count"],
        "total_file_size": str(row["total_file_size"]),
        "field_definitions": json.loads(row["field_definitions"]),
        "disable_rag_lookup": False,
    }
    if row["description"] is not None:
        shown["collection_description"] = row["description"]
    return shown


def insert_collection(
    connection: sqlite3.Connection,
    collection_id: str,
    created_at: int,
    members: Json,
) -> int:
    """Insert a collection from the members of a create request; answers its row's id."""
    cursor = connection.execute(
        "INSERT INTO collections (collection_id, name, description, created_at, model_name,"
        " chunk_configuration, field_definitions) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            collection_id,
            members["collection_name"],
            members.get("collection_description"),
            created_at,
            members.get("index_configuration", {}).get("model_name") or DEFAULT_MODEL,
            json.dumps(
                _chunk_configuration(
                    members.get("chunk_configuration", {}), {**DEFAULT_STRATEGY, **DEFAULT_FLAGS}
                ),
                ensure_ascii=False,
            ),
            json.dumps(_definitions(members.get("field_definitions", [])), ensure_ascii=False),
        ),
    )
    assert cursor.lastrowid is not None  # noqa: S101 -- an INSERT of one row has one
    return cursor.lastrowid


class Collections:
    """The collections of a store."""

    def __init__(self, store: Store, replicas: Replicas) -> None:
        self._store = store
        self._replicas = replicas

    def create(self, body: Json) -> Json:
        """Make a collection."""
        members = wire.read_message(body, "", _CREATE)
        if not members.get("collection_name"):
            raise invalid("collection_name must not be empty.")
        collection_id = f"collection_{uuid.uuid4()}"
        with self._store.writing() as connection:
            insert_collection(connection, collection_id, self._store.now(), members)
            return show_collection(find_collection(connection, collection_id))

    def get(self, collection_id: str) -> Json:
        """Show one collection."""
        snapshot = self._replicas.snapshot()
        with self._store.reading() as connection:
            return show_collection(find_shown_collection(connection, collection_id, snapshot))

    def list(self, query: Query) -> Json:
        """Show a page of collections."""
        expression = query.text("filter")
        snapshot = self._replicas.snapshot()
        listing = Listing(
            sources=snapshot.collections,
            where=[compile_filter(expression, _FILTERS.get)] if expression else [],
            sort=_SORTS[query.choice("sort_by", list(_SORTS))],
            tie="id",
            descending=query.descending(),
            limit=query.limit(),
            query=("collections", expression),
        )
        with self._store.reading() as connection:
            rows, token = listing.read(connection, query.text("pagination_token"), snapshot.now)
        page: Json = {"collections": [show_collection(row) for row in rows]}
        if token is not None:
            page["pagination_token"] = token
        return page

    def update(self, collection_id: str, body: Json) -> Json:
        """Change what is given; all of it or, when something is refused, nothing."""
        with self._store.writing() as connection:
            row = find_collection(connection, collection_id)
            members = wire.read_message(body, "", _UPDATE)
            if members.get("collection_name") == "":
                raise invalid("collection_name must not be empty.")
            chunking = json.loads(row["chunk_configuration"])
            if "chunk_configuration" in members:
                chunking = _chunk_configuration(members["chunk_configuration"], chunking)
            definitions = _update_definitions(
                connection, row, members.get("field_definition_updates", [])
            )
            connection.execute(
                "UPDATE collections SET name = ?, description = ?, chunk_configuration = ?,"
                " field_definitions = ? WHERE id = ?",
                (
                    members.get("collection_name", row["name"]),
                    members.get("collection_description", row["description"]),
                    json.dumps(chunking, ensure_ascii=False),
                    json.dumps(definitions, ensure_ascii=False),
                    row["id"],
                ),
            )
            return show_collection(find_collection(connection, collection_id))

    def delete(self, collection_id: str) -> Json:
        """Delete a collection and its documents; the files stay."""
        with self._store.writing() as connection:
            row = find_collection(connection, collection_id)
            connection.execute("DELETE FROM documents WHERE collection = ?", (row["id"],))
            connection.execute("DELETE FROM collections WHERE id = ?", (row["id"],))
        return {}


def _update_definitions(
    connection: sqlite3.Connection, row: sqlite3.Row, updates: list[Json]
) -> list[Json]:
    """Apply the updates in order: the definitions, and the values of the documents."""
    definitions = {
        definition["key"]: definition for definition in json.loads(row["field_definitions"])
    }
    for index, update in enumerate(updates):
        path = f"field_definition_updates[{index}].field_definition"
        definition = _definition(update.get("field_definition", {}), path)
        key = definition["key"]
        connection.execute(
            "DELETE FROM unique_values WHERE collection = ? AND key = ?", (row["id"], key)
        )
        if update.get("operation") == "FIELD_DEFINITION_DELETE":
            definitions.pop(key, None)
            _remove_values(connection, row["id"], key)
            continue
        if definition["required"] and key not in definitions:
            raise invalid(f"{path}: the new field {key!r} cannot be required.")
        definitions[key] = definition
        if definition["unique"]:
            _collect_unique_values(connection, row["id"], key)
    return list(definitions.values())


def _remove_values(connection: sqlite3.Connection, collection: int, key: str) -> None:
    changed = []
    for document in connection.execute(
        "SELECT file, fields FROM documents WHERE collection = ? AND fields <> '{}'", (collection,)
    ):
        fields = json.loads(document["fields"])
        if fields.pop(key, None) is not None:
            changed.append((json.dumps(fields, ensure_ascii=False), collection, document["file"]))
    connection.executemany(
        "UPDATE documents SET fields = ? WHERE collection = ? AND file = ?", changed
    )


def _collect_unique_values(connection: sqlite3.Connection, collection: int, key: str) -> None:
    try:
        connection.execute(
            "INSERT INTO unique_values SELECT collection, each.key, each.value, file"
            " FROM documents, json_each(fields) AS each"
            " WHERE collection = ? AND each.key = ? AND each.value <> ''",
            (collection, key),
        )
    except sqlite3.IntegrityError:
        raise RefusedError(
            409, f"The field {key!r} cannot be unique: some documents share a value."
        ) from None

"""Documents: files as members of a collection, with their fields, rules and indexing."""

import json
import re
import sqlite3
import uuid
from collections.abc import Mapping
from typing import Any

from xcoll_tui.emulator import indexing, wire
from xcoll_tui.emulator.collection import find_collection, find_shown_collection
from xcoll_tui.emulator.file import (
    LONGEST_DOCUMENT,
    Upload,
    find_file,
    insert_file,
    refuse_large,
)
from xcoll_tui.emulator.filters import Choice, Field, Sql, Text, compile_filter, moment, number
from xcoll_tui.emulator.indexing import STATUS, Plan, plan_indexing
from xcoll_tui.emulator.policies import Policies
from xcoll_tui.emulator.query import Query
from xcoll_tui.emulator.replicas import DOCUMENTS, Replicas, Snapshot
from xcoll_tui.emulator.store import Listing, Store
from xcoll_tui.emulator.wire import Json, RefusedError, invalid

_BODY = {"fields": wire.string_map, "team_id": wire.string}
_SORTS = {
    "DOCUMENTS_SORT_BY_NAME": "d.name",
    "DOCUMENTS_SORT_BY_SIZE": "d.size_bytes",
    "DOCUMENTS_SORT_BY_AGE": "d.created_at",
}
_FILTERS: dict[str, Field] = {
    "name": Text(Sql("d.name")),
    "content_type": Text(Sql("d.content_type")),
    "size_bytes": number("d.size_bytes"),
    "created_at": moment("d.created_at"),
    "status": Choice(Sql(f"({STATUS})"), indexing.STATUSES),
}
# A JSON path can name these keys; for any other one json_each compares them, ten times slower.
_PLAIN_KEY = re.compile(r"[\w .-]+", re.ASCII)
_ONE = "file_id = :file AND d.collection = :collection"
_SEVERAL = "file_id IN (SELECT value FROM json_each(:files)) AND +d.collection = :collection"
# As some callers were answered, always.
_NO_CITY = (
    'gRPC UploadDocument failed: rpc error: code = Internal desc = header key "cf-ipcity" contains '
    "value with non-printable ASCII characters"
)
_UNDECLARED = "Unknown field '{}'. This field is not defined in the collection's field_definitions."


def _find_field(name: str) -> Field | None:
    root, dot, key = name.partition(".")
    if root != "fields" or not dot:
        return _FILTERS.get(name)
    if _PLAIN_KEY.fullmatch(key):
        return Text(Sql("json_extract(d.fields, ?)", (f'$."{key}"',)))
    return Text(Sql("(SELECT value FROM json_each(d.fields) WHERE key = ?)", (key,)))


def show_document(row: sqlite3.Row, now: int) -> Json:
    """Write a document, as it is now, as the service does."""
    plan = Plan(row["index_begins"], row["index_ends"], row["chunks"], row["failure"])
    shown = indexing.progress(plan, now, row["indexed_before"])
    last = shown.pop("last_indexed_at")
    return {
        "file_metadata": {
            "file_id": row["file_id"],
            "name": row["name"],
            "size_bytes": str(row["size_bytes"]),
            "content_type": row["content_type"],
            "created_at": wire.format_time(row["created_at"]),
            "expires_at": None,
            "hash": row["hash"] or wire.sample_hash(row["file_id"]),
            "processing_status": "Complete",
        },
        "fields": json.loads(row["fields"]),
        "last_indexed_at": None if last is None else wire.format_time(last),
        **shown,
    }


def _find_document(
    connection: sqlite3.Connection, collection_id: str, file_id: str
) -> tuple[sqlite3.Row, sqlite3.Row]:
    collection = find_collection(connection, collection_id)
    row = connection.execute(
        DOCUMENTS.select(_ONE), {"file": file_id, "collection": collection["id"]}
    ).fetchone()
    if row is None:
        raise _not_in(collection_id, file_id)
    return collection, row


def _not_in(collection_id: str, file_id: str) -> RefusedError:
    return RefusedError(404, f"Document {file_id!r} is not in collection {collection_id!r}.")


class Documents:
    """The documents of a store; index_seconds is how long each takes by itself."""

    def __init__(
        self, store: Store, replicas: Replicas, policies: Policies, *, index_seconds: float
    ) -> None:
        policies.check()
        self._store = store
        self._replicas = replicas
        self._policies = policies
        self._index_seconds = index_seconds

    def list(self, collection_id: str, query: Query) -> Json:
        """Show a page of documents."""
        expression, name = query.text("filter"), query.text("name")
        conditions = [compile_filter(expression, _find_field)] if expression else []
        if name is not None:
            conditions.append(_FILTERS["name"].compare(":", name))
        sort = _SORTS[query.choice("sort_by", list(_SORTS))]
        descending, limit = query.descending(), query.limit()
        snapshot = self._replicas.snapshot()
        with self._store.reading() as connection:
            collection = find_shown_collection(connection, collection_id, snapshot)
            listing = Listing(
                sources=snapshot.documents,
                where=[Sql("d.collection = ?", (collection["id"],)), *conditions],
                sort=sort,
                tie="d.file",
                descending=descending,
                limit=limit,
                query=("documents", collection_id, expression, name),
            )
            rows, token = listing.read(connection, query.text("pagination_token"), snapshot.now)
        page: Json = {"documents": [show_document(row, snapshot.now) for row in rows]}
        if token is not None:
            page["pagination_token"] = token
        return page

    def get(self, collection_id: str, file_id: str) -> Json:
        """Show one document."""
        snapshot = self._replicas.snapshot()
        with self._store.reading() as connection:
            rows = _find_shown(connection, snapshot, collection_id, _ONE, {"file": file_id})
        if not rows:
            raise _not_in(collection_id, file_id)
        return show_document(rows[0], snapshot.now)

    def batch_get(self, collection_id: str, query: Query) -> Json:
        """Show documents in the order asked for, without unknown ones and repetitions."""
        file_ids = list(dict.fromkeys(query.all("file_ids")))
        snapshot = self._replicas.snapshot()
        with self._store.reading() as connection:
            rows = _find_shown(
                connection, snapshot, collection_id, _SEVERAL, {"files": json.dumps(file_ids)}
            )
        documents = {row["file_id"]: show_document(row, snapshot.now) for row in rows}
        return {"documents": [documents[file_id] for file_id in file_ids if file_id in documents]}

    def attach(self, collection_id: str, file_id: str, body: Json) -> Json:
        """Make an uploaded file a document of a collection, and begin to index it."""
        with self._store.writing() as connection:
            collection = find_collection(connection, collection_id)
            file = find_file(connection, file_id, self._store.now())
            fields = wire.read_message(body, "", _BODY).get("fields", {})
            attached = connection.execute(
                "SELECT * FROM documents WHERE collection = ? AND file = ?",
                (collection["id"], file["id"]),
            ).fetchone()
            if attached is None:
                self._refuse_undeclared(collection, fields)
                self._insert(connection, collection, file, fields)
            elif self._policies.reattach == "conflict":
                raise RefusedError(
                    409, f"File {file_id!r} is already in collection {collection_id!r}."
                )
            elif self._policies.reattach == "replace":
                self._refuse_undeclared(collection, fields)
                self._index_again(connection, collection, attached, fields)
        return {}

    def upload(self, collection_id: str, upload: Upload, fields: Mapping[str, str]) -> Json:
        """Upload a file and attach it in one step; when that is refused, no file is kept."""
        if not upload.name:
            raise invalid("name must not be empty.")
        if self._policies.upload == "fail":
            raise RefusedError(500, _NO_CITY)
        refuse_large(upload, LONGEST_DOCUMENT)
        file_id = f"file_{uuid.uuid4()}"
        with self._store.writing() as connection:
            collection = find_collection(connection, collection_id)
            if (key := _find_undeclared(collection, fields)) is not None:
                raise RefusedError(
                    500,
                    "gRPC UploadDocument failed: rpc error: code = InvalidArgument desc = "
                    + _UNDECLARED.format(key),
                )
            insert_file(connection, file_id, self._store.now(), upload)
            self._insert(connection, collection, find_file(connection, file_id), fields)
            _, row = _find_document(connection, collection_id, file_id)
        return show_document(row, self._store.now())

    def _insert(
        self,
        connection: sqlite3.Connection,
        collection: sqlite3.Row,
        file: sqlite3.Row,
        fields: Mapping[str, str],
    ) -> None:
        """Insert a document inside a transaction; a field rule broken is refused."""
        _hold_rules(connection, collection, file["id"], fields)
        plan = self._plan(collection, file)
        connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                collection["id"],
                *(file[member] for member in ("id", "name", "size_bytes", "content_type")),
                file["created_at"],
                json.dumps(fields, ensure_ascii=False),
                *plan,
            ),
        )

    def patch(self, collection_id: str, file_id: str, body: Json) -> Json:
        """Index a document again, with other fields when some are given and this is not ignored."""
        with self._store.writing() as connection:
            collection, row = _find_document(connection, collection_id, file_id)
            new_fields = wire.read_message(body, "", _BODY).get("fields")
            fields = None
            if new_fields is not None and self._policies.metadata_patch != "ignore":
                self._refuse_undeclared(collection, new_fields)
                merging = self._policies.metadata_patch == "merge"
                fields = {**json.loads(row["fields"]), **new_fields} if merging else new_fields
            self._index_again(connection, collection, row, fields)
        return {}

    def _index_again(
        self,
        connection: sqlite3.Connection,
        collection: sqlite3.Row,
        row: sqlite3.Row,
        fields: Mapping[str, str] | None,
    ) -> None:
        if fields is not None:
            _hold_rules(connection, collection, row["file"], fields)
        file = connection.execute("SELECT * FROM files WHERE id = ?", (row["file"],)).fetchone()
        plan = self._plan(collection, file)
        done = row["failure"] is None and row["index_ends"] <= plan.begins
        connection.execute(
            "UPDATE documents SET fields = ?, index_begins = ?, index_ends = ?, chunks = ?,"
            " failure = ?, indexed_before = ? WHERE collection = ? AND file = ?",
            (
                row["fields"] if fields is None else json.dumps(fields, ensure_ascii=False),
                *plan,
                row["index_ends"] if done else row["indexed_before"],
                collection["id"],
                row["file"],
            ),
        )

    def _plan(self, collection: sqlite3.Row, file: sqlite3.Row) -> Plan:
        return plan_indexing(
            self._store.now(),
            self._index_seconds,
            readable=bool(file["readable"]),
            size=file["size_bytes"],
            chunking=json.loads(collection["chunk_configuration"]),
        )

    def _refuse_undeclared(self, collection: sqlite3.Row, fields: Mapping[str, str]) -> None:
        key = _find_undeclared(collection, fields)
        if key is not None and self._policies.undeclared == "refuse":
            raise invalid(_UNDECLARED.format(key))

    def remove(self, collection_id: str, file_id: str) -> Json:
        """Take a document out of its collection; the file stays, or goes with its last document."""
        with self._store.writing() as connection:
            collection, row = _find_document(connection, collection_id, file_id)
            connection.execute(
                "DELETE FROM documents WHERE collection = ? AND file = ?",
                (collection["id"], row["file"]),
            )
            if self._policies.remove == "delete-file":
                connection.execute(
                    "DELETE FROM files WHERE id = ?"
                    " AND NOT EXISTS (SELECT 1 FROM documents WHERE file = files.id)",
                    (row["file"],),
                )
        return {}


def _find_shown(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    collection_id: str,
    condition: str,
    values: Json,
) -> list[sqlite3.Row]:
    """Read documents of a collection as a replica has both."""
    collection = find_shown_collection(connection, collection_id, snapshot)
    values = {**values, "collection": collection["id"], "now": snapshot.now}
    return [
        row
        for source in snapshot.documents
        for row in connection.execute(source.select(condition), values)
    ]


def _find_undeclared(collection: sqlite3.Row, fields: Mapping[str, str]) -> str | None:
    definitions = json.loads(collection["field_definitions"])
    declared = {definition["key"] for definition in definitions}
    return next((key for key in fields if key not in declared), None)


def _hold_rules(
    connection: sqlite3.Connection, collection: sqlite3.Row, file: int, fields: Mapping[str, str]
) -> None:
    """Refuse fields that break the definitions, and take note of the unique values.

    An empty value is no value: it does not satisfy `required`, and `unique` does not compare it.
    """
    definitions: list[dict[str, Any]] = json.loads(collection["field_definitions"])
    for definition in definitions:
        if definition["required"] and not fields.get(definition["key"]):
            raise invalid(f"The required field {definition['key']!r} is missing.")
    connection.execute(
        "DELETE FROM unique_values WHERE collection = ? AND file = ?", (collection["id"], file)
    )
    for definition in definitions:
        value = fields.get(definition["key"])
        if not definition["unique"] or not value:
            continue
        try:
            connection.execute(
                "INSERT INTO unique_values VALUES (?, ?, ?, ?)",
                (collection["id"], definition["key"], value, file),
            )
        except sqlite3.IntegrityError:
            raise RefusedError(
                409, f"The unique field {definition['key']!r} has the value {value!r} already."
            ) from None

"""Files: what is uploaded, whether or not a collection holds it."""

import hashlib
import json
import mimetypes
import sqlite3
import uuid
from dataclasses import dataclass

from xcoll_tui.emulator import wire
from xcoll_tui.emulator.filters import Field, Sql, Text, compile_filter, moment, number
from xcoll_tui.emulator.indexing import is_readable
from xcoll_tui.emulator.query import Query
from xcoll_tui.emulator.store import Listing, Source, Store
from xcoll_tui.emulator.wire import Json, RefusedError, invalid

_FILTERS: dict[str, Field] = {
    "id": Text(Sql("file_id")),
    "filename": Text(Sql("name")),
    "bytes": number("size_bytes"),
    "created_at": moment("created_at"),
}


@dataclass(frozen=True)
class Upload:
    """A file as it came in a multipart body."""

    name: str
    content: bytes
    content_type: str = ""
    purpose: str = ""


def find_file(connection: sqlite3.Connection, file_id: str) -> sqlite3.Row:
    """Read a file's row without its content; an unknown ID is refused with 404."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT id, file_id, name, size_bytes, content_type, created_at, readable, purpose"
        " FROM files WHERE file_id = ?",
        (file_id,),
    ).fetchone()
    if row is None:
        raise RefusedError(404, f"File {file_id!r} was not found.")
    return row


def insert_file(
    connection: sqlite3.Connection, file_id: str, created_at: int, upload: Upload
) -> None:
    """Insert a file inside a transaction; a missing content type is guessed from the name."""
    content_type = (
        upload.content_type or mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
    )
    connection.execute(
        "INSERT INTO files (file_id, name, size_bytes, content_type, created_at, readable,"
        " purpose, hash, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file_id,
            upload.name,
            len(upload.content),
            content_type,
            created_at,
            is_readable(upload.name, content_type, upload.content),
            upload.purpose,
            hashlib.sha256(upload.content).hexdigest(),
            upload.content,
        ),
    )


def _show_file(row: sqlite3.Row) -> Json:
    return {
        "id": row["file_id"],
        "bytes": row["size_bytes"],
        "created_at": row["created_at"] // wire.MICROSECONDS,
        "expires_at": None,
        "filename": row["name"],
        "object": "file",
        "purpose": row["purpose"],
    }


class Files:
    """The files of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def upload(self, upload: Upload) -> Json:
        """Keep a file."""
        if not upload.name:
            raise invalid("The file has no name.")
        file_id = f"file_{uuid.uuid4()}"
        with self._store.writing() as connection:
            insert_file(connection, file_id, self._store.now(), upload)
            return _show_file(find_file(connection, file_id))

    def get(self, file_id: str) -> Json:
        """Show a file."""
        with self._store.reading() as connection:
            return _show_file(find_file(connection, file_id))

    def content(self, file_id: str) -> tuple[bytes, str]:
        """Read what a file holds, and its content type.

        A sample file that was never uploaded holds its own name, over and over.
        """
        with self._store.reading() as connection:
            row = find_file(connection, file_id)
            content: bytes | None = connection.execute(
                "SELECT content FROM files WHERE id = ?", (row["id"],)
            ).fetchone()[0]
        if content is None:
            line = f"{row['name']}\n".encode()
            content = (line * (row["size_bytes"] // len(line) + 1))[: row["size_bytes"]]
        return content, row["content_type"]

    def list(self, query: Query) -> Json:
        """Show a page of files by age; there is a token even when nothing follows."""
        expression = query.text("filter")
        listing = Listing(
            sources=[Source("*", "files")],
            where=[compile_filter(expression, _FILTERS.get)] if expression else [],
            sort="created_at",
            tie="id",
            descending=query.descending(),
            limit=query.limit(),
            query=("files", expression),
        )
        last_token = query.text("pagination_token")
        with self._store.reading() as connection:
            rows, token = listing.read(connection, last_token, self._store.now())
        if token is None:
            token = listing.seal(rows[-1]["created_at"], rows[-1]["id"]) if rows else last_token
        return {"data": [_show_file(row) for row in rows], "pagination_token": token or ""}

    def delete(self, file_id: str) -> Json:
        """Delete a file, and with it the documents that it is."""
        with self._store.writing() as connection:
            row = find_file(connection, file_id)
            connection.execute("DELETE FROM documents WHERE file = ?", (row["id"],))
            connection.execute("DELETE FROM files WHERE id = ?", (row["id"],))
        return {"id": file_id, "deleted": True, "object": "file"}


def parse_fields(text: str) -> dict[str, str]:
    """Read the `fields` part of a direct upload: a JSON object of strings, or nothing."""
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise invalid("fields must be a JSON object of strings.") from None
    fields: dict[str, str] = wire.string_map(value, "fields")
    return fields

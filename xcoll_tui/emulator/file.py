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
from xcoll_tui.emulator.sample_text import text_of
from xcoll_tui.emulator.store import Listing, Source, Store
from xcoll_tui.emulator.wire import Json, RefusedError, invalid

_EXPIRY = "SELECT at FROM expiries WHERE file = files.id"
_FILTERS: dict[str, Field] = {
    "id": Text(Sql("file_id")),
    "file_id": Text(Sql("file_id")),
    "filename": Text(Sql("name")),
    "name": Text(Sql("lower(name)"), partial=True, folded=True),
    "bytes": number("size_bytes"),
    "size_bytes": number("size_bytes"),
    "content_type": Text(Sql("content_type")),
    "created_at": moment("created_at"),
    "expires_at": moment(f"({_EXPIRY})"),
    # An upload is complete or not there.
    "upload_status": Text(Sql("'UPLOAD_STATUS_COMPLETE'")),
}
_SORTS = {"created_at": "created_at", "filename": "name", "size": "size_bytes"}
_ORDERS = ("desc", "asc", "ORDERING_DESCENDING", "ORDERING_ASCENDING")
_KEPT = f"coalesce(({_EXPIRY}), :now + 1) > :now"
LONGEST_FILE = 50_000_000
"""Bytes that an upload of a file may have; a direct upload may have twice as many."""
LONGEST_DOCUMENT = 100_000_000


@dataclass(frozen=True)
class Upload:
    """A file as it came in a multipart body."""

    name: str
    content: bytes
    content_type: str = ""
    purpose: str = ""
    expires_after: int | None = None


def find_file(connection: sqlite3.Connection, file_id: str, now: int | None = None) -> sqlite3.Row:
    """Read a file's row without its content; an unknown ID is refused with 404.

    So is a file that has expired by `now`.
    """
    row: sqlite3.Row | None = connection.execute(
        "SELECT id, file_id, name, size_bytes, content_type, created_at, readable, purpose,"  # noqa: S608 -- constants
        f" ({_EXPIRY}) AS expires_at FROM files WHERE file_id = ?",
        (file_id,),
    ).fetchone()
    has_expired = row is not None and now is not None and (row["expires_at"] or now + 1) <= now
    if row is None or has_expired:
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
    if upload.expires_after is not None:
        connection.execute(
            "INSERT INTO expiries SELECT id, ? FROM files WHERE file_id = ?",
            (created_at + upload.expires_after * wire.MICROSECONDS, file_id),
        )


def _show_file(row: sqlite3.Row) -> Json:
    return {
        "id": row["file_id"],
        "bytes": row["size_bytes"],
        "created_at": row["created_at"] // wire.MICROSECONDS,
        "expires_at": None if row["expires_at"] is None else row["expires_at"] // wire.MICROSECONDS,
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
        refuse_large(upload, LONGEST_FILE)
        file_id = f"file_{uuid.uuid4()}"
        with self._store.writing() as connection:
            insert_file(connection, file_id, self._store.now(), upload)
            return _show_file(find_file(connection, file_id))

    def get(self, file_id: str) -> Json:
        """Show a file."""
        with self._store.reading() as connection:
            return _show_file(find_file(connection, file_id, self._store.now()))

    def content(self, file_id: str, query: Query) -> tuple[bytes, str]:
        """Read what a file holds; its type is told by no answer to this.

        A sample that was never uploaded holds a text that is made up, and then its own name, over
        and over. `format=text` shows the text of what is one.
        """
        with self._store.reading() as connection:
            row = find_file(connection, file_id, self._store.now())
            content: bytes | None = connection.execute(
                "SELECT content FROM files WHERE id = ?", (row["id"],)
            ).fetchone()[0]
            if content is None:
                content = _sample_content(connection, row)
        if query.text("format") == "text":
            return content.decode("utf-8", "replace").encode(), "text/plain; charset=utf-8"
        return content, "application/octet-stream"

    def list(self, query: Query) -> Json:
        """Show a page of files; there is a token even when nothing follows."""
        expression = query.text("filter")
        sort = _SORTS[query.choice("sort_by", list(_SORTS))]
        listing = Listing(
            sources=[Source(f"files.*, ({_EXPIRY}) AS expires_at", "files", _KEPT)],
            where=[compile_filter(expression, _FILTERS.get)] if expression else [],
            sort=sort,
            tie="id",
            descending=query.choice("order", _ORDERS) in _ORDERS[::2],
            limit=query.limit(),
            query=("files", expression),
        )
        last_token = query.text("pagination_token")
        with self._store.reading() as connection:
            rows, token = listing.read(connection, last_token, self._store.now())
        if token is None:
            token = listing.seal(rows[-1][sort], rows[-1]["id"]) if rows else last_token
        return {"data": [_show_file(row) for row in rows], "pagination_token": token or ""}

    def delete(self, file_id: str) -> Json:
        """Delete a file, and with it the documents that it is."""
        with self._store.writing() as connection:
            row = find_file(connection, file_id, self._store.now())
            connection.execute("DELETE FROM documents WHERE file = ?", (row["id"],))
            connection.execute("DELETE FROM files WHERE id = ?", (row["id"],))
        return {"id": file_id, "deleted": True, "object": "file"}


def refuse_large(upload: Upload, most: int) -> None:
    """Refuse what has more bytes than that with 413."""
    if len(upload.content) > most:
        raise RefusedError(413, f"The file is larger than {most // 1_000_000} MB.")


def _sample_content(connection: sqlite3.Connection, row: sqlite3.Row) -> bytes:
    document = connection.execute(
        "SELECT d.fields, c.description FROM documents AS d JOIN collections AS c"
        " ON c.id = d.collection WHERE d.file = ? ORDER BY c.id LIMIT 1",
        (row["id"],),
    ).fetchone()
    text = b""
    if document is not None and row["content_type"].startswith("text/"):
        fields = json.loads(document["fields"])
        text = text_of(row["name"], fields, document["description"] or "").encode()
    line = f"{row['name']}\n".encode()
    size: int = row["size_bytes"]
    return (text + line * (size // len(line) + 1))[:size]


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

"""SQLite: the tables, transactions, and pages cut by key.

A store is used from any thread, one at a time. Times are microseconds since 1970.
"""

import base64
import binascii
import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from xcoll_tui.emulator.filters import Sql
from xcoll_tui.emulator.wire import MICROSECONDS, Json, invalid

_APPLICATION_ID = 0x78636F6C  # "xcol", so that no other program's database is taken for ours
_VERSION = 1

# documents repeats what lists sort and filter by, so that no page reads more than it shows.
# `id` and `file` are the order in which things were made; they break ties between equal keys.
_SCHEMA = """
CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT,
    created_at INTEGER NOT NULL,
    documents_count INTEGER NOT NULL DEFAULT 0,
    total_file_size INTEGER NOT NULL DEFAULT 0,
    model_name TEXT NOT NULL,
    chunk_configuration TEXT NOT NULL,
    field_definitions TEXT NOT NULL
);
CREATE INDEX collections_by_name ON collections (name, id);
CREATE INDEX collections_by_age ON collections (created_at, id);

CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    readable INTEGER NOT NULL,
    purpose TEXT NOT NULL DEFAULT '',
    hash TEXT,
    content BLOB
);
CREATE INDEX files_by_age ON files (created_at, id);

CREATE TABLE documents (
    collection INTEGER NOT NULL REFERENCES collections (id),
    file INTEGER NOT NULL REFERENCES files (id),
    name TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    fields TEXT NOT NULL,
    index_begins INTEGER NOT NULL,
    index_ends INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    failure TEXT,
    indexed_before INTEGER,
    PRIMARY KEY (collection, file)
) WITHOUT ROWID;
CREATE INDEX documents_by_name ON documents (collection, name, file);
CREATE INDEX documents_by_size ON documents (collection, size_bytes, file);
CREATE INDEX documents_by_age ON documents (collection, created_at, file);
CREATE INDEX documents_by_file ON documents (file);

CREATE TABLE unique_values (
    collection INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (collection, key, value)
) WITHOUT ROWID;
CREATE INDEX unique_values_by_file ON unique_values (collection, file);

CREATE TRIGGER document_added AFTER INSERT ON documents BEGIN
    UPDATE collections SET documents_count = documents_count + 1,
        total_file_size = total_file_size + NEW.size_bytes WHERE id = NEW.collection;
END;
CREATE TRIGGER document_removed AFTER DELETE ON documents BEGIN
    UPDATE collections SET documents_count = documents_count - 1,
        total_file_size = total_file_size - OLD.size_bytes WHERE id = OLD.collection;
    DELETE FROM unique_values WHERE collection = OLD.collection AND file = OLD.file;
END;
"""


class UnusableDataError(Exception):
    """A data file that cannot be opened or is not the emulator's; the message is a sentence."""


class Store:
    """Everything the emulator remembers, in memory or in a file.

    A write is on its way to the disk before it is answered: with the write-ahead log, killing the
    process at any moment loses nothing and leaves nothing half-made (`synchronous=NORMAL`: only a
    power cut could take the last answers back, which for a test server is worth no fsync a write).
    """

    def __init__(
        self, path: Path | str | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.clock = clock
        # When the transaction under way is, None while samples are put in; and when the last was.
        self.written_at: int | None = None
        self.last_write = 0
        self._moment: int | None = None
        self._rehearsing = False
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                ":memory:" if path is None else str(path),
                isolation_level=None,
                check_same_thread=False,
                timeout=10,
            )
        except sqlite3.Error as error:
            raise UnusableDataError(f"Cannot open the data file {path}: {error}.") from error
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare()
        except (sqlite3.Error, UnusableDataError) as error:
            self._connection.close()
            raise UnusableDataError(f"Cannot use the data file {path}: {error}.") from error

    def _prepare(self) -> None:
        run = self._connection.execute
        if run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            stamp = (
                run("PRAGMA application_id").fetchone()[0],
                run("PRAGMA user_version").fetchone()[0],
            )
            if stamp != (_APPLICATION_ID, _VERSION):
                raise UnusableDataError("it is not a database of this version of the emulator")
        else:
            self._connection.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA application_id = {_APPLICATION_ID};"
                f" PRAGMA user_version = {_VERSION}; COMMIT;"
            )
        # Not in the schema, so that data files of before go on to be used.
        run(
            "CREATE TABLE IF NOT EXISTS expiries (file INTEGER PRIMARY KEY"
            " REFERENCES files (id) ON DELETE CASCADE, at INTEGER NOT NULL)"
        )
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")
        run("PRAGMA foreign_keys = ON")

    def now(self) -> int:
        """Tell the time in microseconds since 1970."""
        return int(self.clock() * MICROSECONDS) if self._moment is None else self._moment

    @contextmanager
    def at(self, moment: int) -> Generator[None]:
        """Hold the store, and let it be another time for what is done meanwhile."""
        with self._lock:
            self._moment = moment
            try:
                yield
            finally:
                self._moment = None

    @contextmanager
    def rehearsing(self) -> Generator[None]:
        """Hold the store, and take every write back that is made meanwhile."""
        with self._lock:
            self._rehearsing = True
            try:
                yield
            finally:
                self._rehearsing = False

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Hold the connection for queries that belong together."""
        with self._lock:
            yield self._connection

    @contextmanager
    def writing(self, *, seeding: bool = False) -> Generator[sqlite3.Connection]:
        """Hold the connection for one transaction; an exception takes all of it back.

        What is written while seeding counts as having always been there.
        """
        with self._lock:
            self.written_at = None if seeding else self.now()
            self.last_write = self.written_at or self.last_write
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("ROLLBACK" if self._rehearsing else "COMMIT")

    def is_empty(self) -> bool:
        """Tell whether there is no collection and no file."""
        with self.reading() as connection:
            query = "SELECT EXISTS (SELECT 1 FROM collections) OR EXISTS (SELECT 1 FROM files)"
            return not connection.execute(query).fetchone()[0]

    def close(self) -> None:
        """Close the connection, after what is under way."""
        with self._lock:
            self._connection.close()


class Source(NamedTuple):
    """Rows to read: columns, tables, and a condition that takes no values but :now."""

    columns: str
    table: str
    condition: str = ""

    def select(self, condition: str, *, more_columns: str = "") -> str:
        """Write the query for those rows that meet one more condition."""
        conditions = " AND ".join(filter(None, (condition, self.condition)))
        return (
            f"SELECT {self.columns}{more_columns} FROM {self.table}"  # noqa: S608 -- ours; what is given is bound
            f" WHERE {conditions}"
        )


@dataclass(frozen=True)
class Listing:
    """A query that is handed out in pages: which rows, in which order, up to how many at once.

    query names all that tells this listing from another one.
    """

    sources: Sequence[Source]
    where: Sequence[Sql]
    sort: str
    tie: str
    descending: bool
    limit: int
    query: Sequence[Any]

    def read(
        self, connection: sqlite3.Connection, token: str | None, now: int
    ) -> tuple[list[sqlite3.Row], str | None]:
        """Read the page that a token asks for, and the token of the next if anything follows."""
        conditions = [*self.where]
        if token:
            comparison = "<" if self.descending else ">"
            conditions.append(
                Sql(f"({self.sort}, {self.tie}) {comparison} (?, ?)", self._open(token))
            )
        direction = "DESC" if self.descending else "ASC"
        order = f" ORDER BY sort_value {direction}, tie_value {direction} LIMIT {self.limit + 1}"
        values, text = _number_values(
            conditions, " AND ".join(f"({condition.text})" for condition in conditions) or "1"
        )
        place = f", {self.sort} AS sort_value, {self.tie} AS tie_value"
        queries = [source.select(text, more_columns=place) + order for source in self.sources]
        if len(queries) > 1:
            # Each has its own order and limit, so that no more than a page of each is merged.
            pages = [f"SELECT * FROM ({query})" for query in queries]  # noqa: S608 -- as above
            queries = [" UNION ALL ".join(pages) + order]
        rows = connection.execute(queries[0], {**values, "now": now}).fetchall()
        if len(rows) <= self.limit:
            return rows, None
        last = rows[self.limit - 1]
        return rows[: self.limit], self.seal(last["sort_value"], last["tie_value"])

    def _digest(self, place: str) -> bytes:
        named = json.dumps([*self.query, self.sort, self.descending, place])
        return hashlib.blake2b(named.encode(), digest_size=9).digest()

    def seal(self, value: str | int, tie: int) -> str:
        """Make the token of the page after a row."""
        place = json.dumps([value, tie], separators=(",", ":"))
        return base64.urlsafe_b64encode(self._digest(place) + place.encode()).decode().rstrip("=")

    def _open(self, token: str) -> tuple[Any, int]:
        try:
            sealed = base64.b64decode(
                (token + "=" * (-len(token) % 4)).encode(), altchars=b"-_", validate=True
            )
            place = sealed[9:].decode()
        except (binascii.Error, UnicodeError, ValueError):
            sealed, place = b"", ""
        if place and sealed[:9] == self._digest(place):
            value, tie = json.loads(place)
            # The last character has bits to spare, which must not be anyone's to choose.
            if self.seal(value, tie) == token:
                return value, tie
        raise invalid("The pagination_token is not one of this list, order and filter.")


def _number_values(conditions: Sequence[Sql], condition: str) -> tuple[Json, str]:
    """Name the question marks v0, v1 …, because SQLite mixes them badly with :now."""
    values = [value for clause in conditions for value in clause.values]
    pieces = condition.split("?")
    text = "".join(f"{piece}:v{index}" for index, piece in enumerate(pieces[:-1])) + pieces[-1]
    return {f"v{index}": value for index, value in enumerate(values)}, text

"""Replicas: reads that see documents and collections as they were some seconds ago.

The store's tables hold the truth, which writes see. Where a replica lags, triggers keep what each
write changed, with the time from which and until which it held. A read as of a time takes what was
written since from there, and everything else from the tables. What is kept lies in memory: a server
that starts again shows everything at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

from xcoll_tui.emulator.store import Source, Store
from xcoll_tui.emulator.wire import MICROSECONDS

_COLLECTION = (
    "id",
    "collection_id",
    "name",
    "description",
    "created_at",
    "documents_count",
    "total_file_size",
    "model_name",
    "chunk_configuration",
    "field_definitions",
)
_DOCUMENT = (
    "collection",
    "file",
    "name",
    "size_bytes",
    "content_type",
    "created_at",
    "fields",
    "index_begins",
    "index_ends",
    "chunks",
    "failure",
    "indexed_before",
)
# A file may be deleted with its document, and is still to be shown with it.
_FILE = ("file_id", "hash")

COLLECTIONS = Source("c.*", "collections AS c")
DOCUMENTS = Source("d.*, f.file_id, f.hash", "documents AS d JOIN files AS f ON f.id = d.file")

_RECENT_COLLECTIONS = (
    Source(
        COLLECTIONS.columns,
        COLLECTIONS.table,
        "NOT EXISTS (SELECT 1 FROM past_collections AS p WHERE p.id = c.id AND p.until > :now)",
    ),
    Source(
        ", ".join(f"c.{name}" for name in _COLLECTION),
        "past_collections AS c",
        "c.since <= :now AND c.until > :now AND c.name IS NOT NULL",
    ),
)
_RECENT_DOCUMENTS = (
    Source(
        DOCUMENTS.columns,
        DOCUMENTS.table,
        "NOT EXISTS (SELECT 1 FROM past_documents AS p"
        " WHERE p.collection = d.collection AND p.file = d.file AND p.until > :now)",
    ),
    Source(
        ", ".join(f"d.{name}" for name in (*_DOCUMENT, *_FILE)),
        "past_documents AS d",
        "d.since <= :now AND d.until > :now AND d.name IS NOT NULL",
    ),
)


def _keeping(table: str, key: Sequence[str], rows: Source, old: Mapping[str, str]) -> str:
    """Write the table of what is kept, and its triggers; a row that was not there has no name.

    rows are those of the table, old says what each of their columns held. Of several changes in
    one transaction only the first counts: what lies between is never shown.
    """
    added = {name: f"NEW.{name}" for name in key}
    events = {"INSERT": ("NEW", added), "UPDATE": ("OLD", old), "DELETE": ("OLD", old)}
    # Made from a query, the columns have the types of their originals: else no index would serve.
    empty = rows.select("0", more_columns=", 0 AS since, 0 AS until")
    statements = [
        f"CREATE TEMP TABLE past_{table} AS {empty};",
        f"CREATE INDEX temp.past_{table}_by_key ON past_{table} ({', '.join(key)}, until);",
    ]
    for event, (version, columns) in events.items():
        same = " AND ".join(f"{name} = {version}.{name}" for name in key)
        statements.append(
            f"CREATE TEMP TRIGGER {table}_{event} AFTER {event} ON main.{table}"  # noqa: S608 -- constants
            " WHEN written_at() IS NOT NULL BEGIN"
            f" INSERT INTO past_{table} ({', '.join(columns)}, since, until)"
            f" SELECT {', '.join(columns.values())}, since, written_at() FROM"
            f" (SELECT coalesce(max(until), 0) AS since FROM past_{table} WHERE {same})"
            " WHERE since < written_at(); END;"
        )
    return "\n".join(statements)


_OLD_COLLECTION = {name: f"OLD.{name}" for name in _COLLECTION}
_OLD_DOCUMENT = {
    **{name: f"OLD.{name}" for name in _DOCUMENT},
    **{name: f"(SELECT {name} FROM files WHERE id = OLD.file)" for name in _FILE},  # noqa: S608 -- constants
}
# Samples count as having always been there, which their number has to tell as well.
_SEEDING = """
CREATE INDEX temp.past_documents_by_file_id ON past_documents (file_id, collection);
CREATE TEMP TRIGGER collections_seeded AFTER UPDATE OF documents_count ON main.collections
WHEN written_at() IS NULL BEGIN
    UPDATE past_collections SET
        documents_count = documents_count + NEW.documents_count - OLD.documents_count,
        total_file_size = total_file_size + NEW.total_file_size - OLD.total_file_size
    WHERE id = NEW.id;
END;
"""
_SCHEMA = (
    _keeping("collections", ["id"], COLLECTIONS, _OLD_COLLECTION)
    + _keeping("documents", ["collection", "file"], DOCUMENTS, _OLD_DOCUMENT)
    + _SEEDING
)


@dataclass(frozen=True)
class Snapshot:
    """What one read sees: everything as of `now`, microseconds since 1970.

    stale tells whether something was written after that.
    """

    now: int
    stale: bool

    @property
    def collections(self) -> Sequence[Source]:
        """Where collections are read from, as `c`."""
        return _RECENT_COLLECTIONS if self.stale else (COLLECTIONS,)

    @property
    def documents(self) -> Sequence[Source]:
        """Where documents are read from, as `d`, with the `file_id` and `hash` of their files."""
        return _RECENT_DOCUMENTS if self.stale else (DOCUMENTS,)


class Replicas:
    """Answer reads in turn, each so many seconds behind the writes."""

    def __init__(self, store: Store, lag: float | Sequence[float] = 0.0) -> None:
        lags = [lag] if isinstance(lag, int | float) else list(lag)
        if not lags or min(lags) < 0:
            raise ValueError(f"lag is seconds from 0 up, or several, not {lag!r}.")
        self._store = store
        self._turns = cycle([round(seconds * MICROSECONDS) for seconds in lags])
        self._longest = round(max(lags) * MICROSECONDS)
        self._forgot_at = store.now()
        if self._longest:
            with store.reading() as connection:
                connection.execute("PRAGMA temp_store = MEMORY")
                connection.create_function("written_at", 0, lambda: store.written_at)
                connection.executescript(_SCHEMA)

    def snapshot(self) -> Snapshot:
        """Take the next replica's view of the store."""
        now = self._store.now()
        if self._longest and now - self._forgot_at > self._longest:
            self._forget(now - self._longest)
            self._forgot_at = now
        at = now - next(self._turns)
        return Snapshot(at, self._store.last_write > at)

    def _forget(self, until: int) -> None:
        with self._store.reading() as connection:
            connection.execute("DELETE FROM past_documents WHERE until <= ?", (until,))
            connection.execute("DELETE FROM past_collections WHERE until <= ?", (until,))

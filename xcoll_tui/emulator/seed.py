"""Filling a store with sample collections; times are relative to the store's clock."""

import hashlib
import json
import random
import sqlite3
from typing import Literal

from xcoll_tui.emulator.collection import insert_collection
from xcoll_tui.emulator.file import Upload, insert_file
from xcoll_tui.emulator.indexing import UNREADABLE, count_chunks
from xcoll_tui.emulator.samples import FORMS, SAMPLES, UNATTACHED, Document, Sample, words
from xcoll_tui.emulator.store import Store
from xcoll_tui.emulator.wire import MICROSECONDS, Json

Seed = Literal["none", "small", "large"]

DOCUMENTS = 100_000
HOUR = 3600 * MICROSECONDS
DAY = 24 * HOUR
_encode = json.JSONEncoder(ensure_ascii=False).encode
# How long sample documents took to be indexed.
_INDEXING = 7 * MICROSECONDS


def _made_up_id(kind: str, name: str) -> str:
    digest = hashlib.md5(f"{kind} {name}".encode(), usedforsecurity=False).hexdigest()
    # As uuid.UUID(hex=digest, version=4) is written, in a fifth of its time: there are thousands.
    last = f"{'89ab'[int(digest[16], 16) % 4]}{digest[17:20]}-{digest[20:]}"
    return f"{kind}_{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-{last}"


FILE_IDS = tuple(_made_up_id("file", f"unattached {name}") for name, _, _ in UNATTACHED)


def fill_store(store: Store, seed: Seed, *, documents: int = DOCUMENTS) -> dict[str, str]:
    """Seed an empty store in one transaction; documents is the size of the large collection.

    Answers the IDs and names of those sample files that are there and attached nowhere.
    """
    if seed != "none" and store.is_empty():
        with store.writing(seeding=True) as connection:
            insert_small(connection, store.now())
            if seed == "large":
                large = LargeCollection(connection, store.now(), documents)
                large.insert(connection, 0, documents)
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT file_id, name FROM files WHERE file_id IN (SELECT value FROM json_each(?))"
            " AND id NOT IN (SELECT file FROM documents) ORDER BY id",
            (json.dumps(FILE_IDS),),
        )
        return {row["file_id"]: row["name"] for row in rows}


def insert_small(connection: sqlite3.Connection, now: int) -> None:
    """Insert the small collections and the unattached files."""
    for number, (file_id, (name, content_type, content)) in enumerate(
        zip(FILE_IDS, UNATTACHED, strict=True)
    ):
        insert_file(
            connection, file_id, now - (number * 7 + 2) * HOUR, Upload(name, content, content_type)
        )
    for sample in SAMPLES:
        _insert_sample(connection, sample, now)


def _insert_sample(connection: sqlite3.Connection, sample: Sample, now: int) -> None:
    dice = random.Random(sample.name)  # noqa: S311 -- the same documents every time are the point
    created_at = now - int(sample.age * DAY)
    request: Json = {
        "collection_name": sample.name,
        "chunk_configuration": sample.chunking,
        "field_definitions": sample.definitions,
    }
    if sample.description:
        request["collection_description"] = sample.description
    collection = insert_collection(
        connection, _made_up_id("collection", sample.name), created_at, request
    )
    chunking = json.loads(
        connection.execute(
            "SELECT chunk_configuration FROM collections WHERE id = ?", (collection,)
        ).fetchone()[0]
    )
    unique = [definition["key"] for definition in sample.definitions if definition.get("unique")]
    first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM files").fetchone()[0]
    files, documents, values = [], [], []
    for file, document in enumerate(sample.documents(dice), first):
        begins = now - dice.randrange(5 * 60 * MICROSECONDS, now - created_at)
        common = (file, document.name, document.size_bytes, document.content_type)
        begins, ends = _times(document, begins, now, dice)
        file_id = _made_up_id("file", f"{sample.name} {file} {document.name}")
        files.append((file, file_id, *common[1:], begins - 90 * MICROSECONDS, not document.failing))
        documents.append(
            (
                collection,
                *common,
                begins - 90 * MICROSECONDS,
                _encode(document.fields),
                begins,
                ends,
                count_chunks(document.size_bytes, chunking),
                UNREADABLE if document.failing else None,
            )
        )
        values += [(collection, key, document.fields[key], file) for key in unique]
    connection.executemany(
        "INSERT INTO files (id, file_id, name, size_bytes, content_type, created_at, readable)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        files,
    )
    connection.executemany(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", documents
    )
    connection.executemany("INSERT INTO unique_values VALUES (?, ?, ?, ?)", values)


def _times(document: Document, begins: int, now: int, dice: random.Random) -> tuple[int, int]:
    """Place a run of indexing; one that is pending began lately and takes hours."""
    if not document.pending:
        return begins, begins + _INDEXING
    return now - dice.randrange(HOUR // 6, 3 * HOUR), now + dice.randrange(2 * HOUR, 5 * HOUR)


_TICKERS = sorted(
    words("""
    aa aapl abbv abnb abt acn adbe adi adp adsk aig all amat amd amgn amt amzn anet apd axp
    ba bac bbwi bdx biib bk bkng bkr blk bmy bsx bx cat cb cdns cf chtr ci cl cmcsa cme cmg cof
    cop cost crm crwd csco csx cvs cvx dash ddog de dell dhr dis dow duk ebay ecl eix el emr eog
    eqix etn exc f fang fcx fdx fis ftnt gd ge gild gis gm googl gs hal hca hd hon hpq hum ibm
    ice intc intu isrg itw jnj jpm khc kla kmi ko kr lin lly lmt low lrcx lulu ma mar mcd mchp
    mdb mdt met meta mmm mo mrk mrna ms msft mu net nflx nke nvda orcl pfe pg qcom sbux tsla uber
    unh unp ups usb v vz wfc wmt xom
    """)
)
_WIDTH = 5

# Rows are made in the order of their names, so that a page by name that was handed out while the
# collection still grows stays right: what comes later sorts later. Multiplying by an odd number
# modulo 2^32 maps every row to another h, which makes the IDs distinct.
_LARGE_FILES = f"""
WITH RECURSIVE
  numbers(i) AS (SELECT :low UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < :high),
  mixed AS (
    SELECT i, i % :each AS k, (i * 2654435761 + 362437) & 4294967295 AS h,
      (i * 1597334677 + 521288629) & 4294967295 AS g FROM numbers),
  dated AS (
    SELECT *,
      :yesterday - (:each - 1) / :daily + k / :daily AS day,
      trim(substr(:tickers, i / :each * {_WIDTH} + 1, {_WIDTH})) AS ticker,
      CASE WHEN h % 41 = 0 THEN 'tiff' WHEN g % 20 < 13 THEN 'txt' WHEN g % 20 < 16 THEN 'pdf'
        WHEN g % 20 < 18 THEN 'html' WHEN g % 20 < 19 THEN 'md' ELSE 'csv' END AS suffix
    FROM mixed)
INSERT INTO files (id, file_id, name, size_bytes, content_type, created_at, readable)
SELECT :first + i,
  printf('file_%08x-%04x-4%03x-a%03x-%012x',
    h, g >> 16, g & 4095, (h >> 9) & 4095, (g << 14) + (h >> 18)),
  ticker || '-' || strftime('%Y%m%d', day * 86400, 'unixepoch')
    || CASE WHEN :daily > 1 THEN printf('-%03d', k % :daily) ELSE '' END
    || '.' || suffix,
  2000 + (h % 907) * (g % 1409),
  CASE suffix WHEN 'tiff' THEN 'image/tiff' WHEN 'pdf' THEN 'application/pdf'
    WHEN 'html' THEN 'text/html' WHEN 'md' THEN 'text/markdown' WHEN 'csv' THEN 'text/csv'
    ELSE 'text/plain' END,
  day * {DAY} + (g % 82800) * {MICROSECONDS} + h % {MICROSECONDS},
  suffix <> 'tiff'
FROM dated ORDER BY i
"""  # noqa: S608 -- made of constants

_LARGE_DOCUMENTS = f"""
INSERT INTO documents
SELECT :collection, id, name, size_bytes, content_type, created_at,
  printf('{{"ticker": "%s", "form": "%s", "year": "%s"}}',
    upper(substr(name, 1, instr(name, '-') - 1)),
    CASE size_bytes % 4 WHEN 0 THEN '{FORMS[0]}' WHEN 1 THEN '{FORMS[1]}'
      WHEN 2 THEN '{FORMS[2]}' ELSE '{FORMS[3]}' END,
    substr(name, instr(name, '-') + 1, 4)),
  CASE WHEN created_at % 2477 = 0 AND readable THEN :now - created_at % {3 * HOUR}
    ELSE created_at + 60 * {MICROSECONDS} END,
  CASE WHEN created_at % 2477 = 0 AND readable THEN :now + {HOUR} + created_at % {4 * HOUR}
    ELSE created_at + 60 * {MICROSECONDS} + {_INDEXING} END,
  1 + size_bytes / 3200,
  CASE WHEN readable THEN NULL ELSE '{UNREADABLE}' END,
  NULL
FROM files WHERE id >= :first + :low AND id < :first + :high ORDER BY id
"""  # noqa: S608 -- made of constants


class LargeCollection:
    """The collection of many documents, which may be inserted piece by piece.

    While it is not complete, no other file may be inserted with an explicit id.
    """

    def __init__(self, connection: sqlite3.Connection, now: int, documents: int) -> None:
        self._now = now
        self._each = -(-documents // len(_TICKERS))
        self._collection = insert_collection(
            connection,
            _made_up_id("collection", "Filings archive"),
            now - 730 * DAY,
            {
                "collection_name": "Filings archive",
                "collection_description": f"{documents:,} filings of {len(_TICKERS)} companies.",
                "field_definitions": [
                    {"key": "ticker", "description": "Stock symbol", "inject_into_chunk": True},
                    {"key": "form", "description": "SEC form type"},
                    {"key": "year", "description": "Year of the filing"},
                ],
            },
        )
        # Other files get higher ids from now on, also those uploaded while pieces are missing.
        self._first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM files").fetchone()[0]
        connection.execute(
            "UPDATE sqlite_sequence SET seq = ? WHERE name = 'files'", (self._first + documents,)
        )

    def insert(self, connection: sqlite3.Connection, low: int, high: int) -> None:
        """Insert the documents from low up to and without high, in the order of their names.

        Once the collection was deleted, nothing more is inserted.
        """
        if not connection.execute(
            "SELECT EXISTS (SELECT 1 FROM collections WHERE id = ?)", (self._collection,)
        ).fetchone()[0]:
            return
        values = {
            "low": low,
            "high": high,
            "first": self._first,
            "each": self._each,
            "daily": -(-self._each // 720),
            "yesterday": self._now // DAY - 1,
            "tickers": "".join(ticker.ljust(_WIDTH) for ticker in _TICKERS),
            "collection": self._collection,
            "now": self._now,
        }
        connection.execute(_LARGE_FILES, values)
        connection.execute(_LARGE_DOCUMENTS, values)

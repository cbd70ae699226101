"""Searching collections: what is asked, which documents count, and one ranking out of two.

What the sources leave open is chosen here: an empty query, an unknown mode and a number out of its
range are 400; a collection that is not there is 404; a limit is 1 to 1000. A document is found when
its indexing has ended. Of a field with a number both sides compare as numbers, else as texts. A
reranker is read and not asked. Of a collection of very many samples every second is searched, or
fourth, and so on, `_MOST_SAMPLES` at most: what was uploaded is always searched.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from xcoll_tui.emulator import wire
from xcoll_tui.emulator.chunks import cut_text
from xcoll_tui.emulator.collection import find_collection
from xcoll_tui.emulator.filters import Field, Sql, compile_filter
from xcoll_tui.emulator.sample_text import text_of
from xcoll_tui.emulator.search_index import Chunk, SearchIndex
from xcoll_tui.emulator.store import Store
from xcoll_tui.emulator.wire import Json, invalid

_MODES = ("hybrid", "semantic", "keyword")
_LIMIT, _MOST = 10, 1000
_MULTIPLIER = 10
_MOST_SAMPLES = 2_000
_SAMPLES_AT_ONCE = 500
_PRINTABLE = re.compile(rb"[\x20-\x7e]{4,}")
_LONGEST_RAW = 20_000
_NEVER = 1 << 62
# Characters of a file that are searched: more would hold all other requests for minutes.
_LONGEST_TEXT = 1_000_000
_WITH_MARKUP = ("application/pdf", "application/vnd", "application/msword")
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?\Z", re.ASCII)


@dataclass
class _Indexed:
    """The index of a collection, with its documents, and of each what was indexed.

    It holds as long as nothing was written since so many `changes`, and until the next document is
    through at `next_end`.
    """

    index: SearchIndex = field(default_factory=SearchIndex)
    rows: dict[int, sqlite3.Row] = field(default_factory=dict)
    states: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    changes: int = -1
    next_end: int = 0


@dataclass(frozen=True)
class _BareField:
    """A field of a document under its own key; a number compares with numbers."""

    expression: Sql

    def compare(self, operator: str, literal: str) -> Sql:
        """Compile a comparison."""
        text, values = self.expression
        if operator == ":":
            return Sql(f"coalesce(instr({text}, ?) > 0, 0)", (*values, literal))
        if operator != "=" and _NUMBER.match(literal):
            return Sql(f"coalesce(CAST({text} AS REAL) {operator} ?, 0)", (*values, float(literal)))
        return Sql(f"coalesce({text} {operator} ?, 0)", (*values, literal))

    def within(self, low: str, high: str) -> Sql:
        """Compile a range that holds both ends."""
        text, values = self.expression
        if _NUMBER.match(low) and _NUMBER.match(high):
            values = (*values, float(low), float(high))
            return Sql(f"coalesce(CAST({text} AS REAL) BETWEEN ? AND ?, 0)", values)
        return Sql(f"coalesce({text} BETWEEN ? AND ?, 0)", (*values, low, high))


def _find_field(name: str) -> Field | None:
    key = name.removeprefix("fields.")
    return _BareField(Sql("(SELECT value FROM json_each(d.fields) WHERE key = ?)", (key,)))


@dataclass(frozen=True)
class _Mode:
    """How a search ranks."""

    kind: str
    multiplier: int = _MULTIPLIER
    k: int = 60
    embedding_weight: float = 0.5
    text_weight: float = 0.5


def _weight(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1000:
        raise invalid(f"{path} must be a number from 0 on.")
    return float(value)


_RERANKER = {
    "type": wire.one_of(("reranker_model", "rrf")),
    "model": wire.string,
    "instructions": wire.string,
    "k": wire.int32,
    "embedding_weight": _weight,
    "text_weight": _weight,
}
_REQUEST = {
    "query": wire.string,
    "source": wire.message({"collection_ids": wire.repeated(wire.string)}),
    "filter": wire.string,
    "limit": wire.int32,
    "instructions": wire.string,
    "retrieval_mode": wire.message(
        {
            "type": wire.one_of(_MODES),
            "search_multiplier": wire.int32,
            "reranker": wire.message(_RERANKER),
        }
    ),
}


class Search:
    """Searches over a store; an index is made with the first search that needs it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._indexed: dict[int, _Indexed] = {}

    def search(self, body: Json) -> Json:
        """Answer a search, the best match first."""
        request = wire.read_message(body, "", _REQUEST)
        query = request.get("query", "")
        if not query.strip():
            raise invalid("query must not be empty.")
        collection_ids = list(dict.fromkeys(request.get("source", {}).get("collection_ids", [])))
        if not collection_ids:
            raise invalid("source.collection_ids must not be empty.")
        limit = request.get("limit", 0) or _LIMIT
        if not 1 <= limit <= _MOST:
            raise invalid(f"limit must be from 1 to {_MOST}.")
        mode = _mode_of(request.get("retrieval_mode", {}))
        expression = request.get("filter", "").strip()
        condition = compile_filter(expression, _find_field) if expression else None
        found: dict[tuple[str, int], Json] = {}
        with self._store.reading() as connection:
            for collection_id in collection_ids:
                collection = find_collection(connection, collection_id)
                indexed = self._renew(connection, collection)
                documents = indexed.rows
                if condition is not None:
                    rows = _rows_of(connection, collection, self._store.now(), condition)
                    documents = {row["file"]: row for row in rows if row["file"] in documents}
                for chunk, score in _rank(indexed.index, query, mode, limit, documents):
                    row = documents[chunk.file]
                    match = found.setdefault(
                        (row["file_id"], chunk.number), _show(chunk, score, row)
                    )
                    match["score"] = max(score, match["score"])
                    match["collection_ids"].append(collection_id)
        matches = sorted(found.values(), key=lambda match: -match["score"])
        return {"matches": matches[:limit]}

    def close(self) -> None:
        """Forget the indexes."""
        for indexed in self._indexed.values():
            indexed.index.close()
        self._indexed.clear()

    def _renew(self, connection: sqlite3.Connection, collection: sqlite3.Row) -> _Indexed:
        """Bring the index of a collection up to date: what went, what came, what was changed."""
        indexed = self._indexed.setdefault(collection["id"], _Indexed())
        now, changes = self._store.now(), connection.total_changes
        if indexed.changes == changes and now < indexed.next_end:
            return indexed
        indexed.changes, indexed.next_end = changes, _next_end(connection, collection, now)
        indexed.rows = {}
        states, fresh = {}, []
        rows = _rows_of(connection, collection, now, None)
        samples = sum(not row["is_uploaded"] for row in rows)
        step = 1 << max(0, (samples - 1) // _MOST_SAMPLES).bit_length()
        for row in rows:
            if not row["is_uploaded"] and row["file"] % step:
                continue
            state = (row["index_ends"], row["fields"], collection["chunk_configuration"])
            states[row["file"]], indexed.rows[row["file"]] = state, row
            if indexed.states.get(row["file"]) != state:
                fresh.append(row)
        for file in [file for file in indexed.states if states.get(file) != indexed.states[file]]:
            indexed.index.remove(file)
        for at in range(0, len(fresh), _SAMPLES_AT_ONCE):
            indexed.index.add(
                chunk
                for row in fresh[at : at + _SAMPLES_AT_ONCE]
                for chunk in _chunks_of(connection, collection, row)
            )
        indexed.states = states
        return indexed


def _mode_of(message: Json) -> _Mode:
    multiplier = message.get("search_multiplier", 0) or _MULTIPLIER
    if not 1 <= multiplier <= 100:
        raise invalid("retrieval_mode.search_multiplier must be from 1 to 100.")
    reranker = message.get("reranker", {})
    k = reranker.get("k", 0) or 60
    if k < 1:
        raise invalid("retrieval_mode.reranker.k must be positive.")
    return _Mode(
        message.get("type", _MODES[0]),
        multiplier,
        k,
        reranker.get("embedding_weight", 0.5),
        reranker.get("text_weight", 0.5),
    )


def _rows_of(
    connection: sqlite3.Connection, collection: sqlite3.Row, now: int, condition: Sql | None
) -> list[sqlite3.Row]:
    """Read the documents that are indexed, and meet a condition."""
    text, values = condition or Sql("1")
    return connection.execute(
        "SELECT d.file, d.name, d.fields, d.index_ends, d.content_type, f.file_id,"  # noqa: S608 -- compiled; what is given is bound
        " f.content IS NOT NULL AS is_uploaded FROM documents AS d JOIN files AS f"
        " ON f.id = d.file WHERE d.collection = ? AND d.failure IS NULL AND d.index_ends <= ?"
        f" AND ({text}) ORDER BY d.file",
        (collection["id"], now, *values),
    ).fetchall()


def _next_end(connection: sqlite3.Connection, collection: sqlite3.Row, now: int) -> int:
    """Tell when the next document of a collection is through."""
    end: int | None = connection.execute(
        "SELECT min(index_ends) FROM documents WHERE collection = ? AND index_ends > ?",
        (collection["id"], now),
    ).fetchone()[0]
    return _NEVER if end is None else end


def _rank(
    index: SearchIndex, query: str, mode: _Mode, limit: int, documents: dict[int, sqlite3.Row]
) -> Iterator[tuple[Chunk, float]]:
    """Yield the best chunks of some documents with their scores."""

    def best(score: Callable[[str], dict[int, float]]) -> list[tuple[int, float]]:
        scores = score(query).items()
        counted = [pair for pair in scores if index.chunks[pair[0]].file in documents]
        return sorted(counted, key=lambda pair: (-pair[1], pair[0]))[: limit * mode.multiplier]

    if mode.kind == "keyword":
        ranking = best(index.by_keyword)
    elif mode.kind == "semantic":
        ranking = best(index.by_meaning)
    else:
        fused: dict[int, float] = {}
        pairs = ((index.by_keyword, mode.text_weight), (index.by_meaning, mode.embedding_weight))
        for score, weight in pairs:
            for rank, (number, _) in enumerate(best(score), 1):
                fused[number] = fused.get(number, 0.0) + weight / (mode.k + rank)
        ranking = sorted(fused.items(), key=lambda pair: (-pair[1], pair[0]))
    for number, value in ranking[:limit]:
        yield index.chunks[number], value


def _show(chunk: Chunk, score: float, row: sqlite3.Row) -> Json:
    content = chunk.text
    if chunk.page is not None:
        # As the service was seen to write what comes in pages.
        pages = [{"page_number": chunk.page, "text": content}]
        content = json.dumps(pages, ensure_ascii=False)
    return {
        "file_id": row["file_id"],
        "chunk_id": f"{row['file_id']}_{chunk.number}",
        "chunk_content": content,
        "score": score,
        "collection_ids": [],
        "fields": {**json.loads(row["fields"]), "title": row["name"]},
        "page_number": chunk.page or 0,
    }


def _chunks_of(
    connection: sqlite3.Connection, collection: sqlite3.Row, row: sqlite3.Row
) -> Iterator[Chunk]:
    """Yield the chunks of a document: of its text, else of what stands in it that can be read."""
    fields: dict[str, str] = json.loads(row["fields"])
    definitions = json.loads(collection["field_definitions"])
    injected = [
        f"{key}: {fields[key]}\n"
        for key in (one["key"] for one in definitions if one["inject_into_chunk"])
        if fields.get(key)
    ]
    chunking: Json = json.loads(collection["chunk_configuration"])
    if chunking.get("inject_name_into_chunks"):
        injected.insert(0, f"{row['name']}\n")
    page = 1 if row["content_type"] == "application/pdf" else None
    text = _text_of(connection, collection, row, fields)
    for number, chunk in enumerate(cut_text(text, chunking)):
        yield Chunk(row["file"], number, "".join([*injected, chunk]), page)


def _text_of(
    connection: sqlite3.Connection,
    collection: sqlite3.Row,
    row: sqlite3.Row,
    fields: dict[str, str],
) -> str:
    if not row["is_uploaded"]:
        return text_of(row["name"], fields, collection["description"] or "")
    content: bytes = connection.execute(
        "SELECT content FROM files WHERE id = ?", (row["file"],)
    ).fetchone()[0]
    try:
        text = content.decode("utf-8-sig")[:_LONGEST_TEXT]
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text and not row["content_type"].startswith(_WITH_MARKUP):
        return text
    words = b" ".join(_PRINTABLE.findall(content[:_LONGEST_RAW])).decode("ascii")
    return f"{row['name']}\n{words}"

"""The index of one collection: words in SQLite's FTS5, and hashed n-grams in memory.

A stand-in for what embeds and ranks in earnest: bm25 finds words, with their endings cut; n-grams
of characters find what is spelt alike, and know nothing of what is meant.
"""

import re
import sqlite3
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log, sqrt

from xcoll_tui.emulator.samples import words

_DIMENSIONS = 1 << 18
_WORD = re.compile(r"\w+")
_GRAM = 3
# Words that stand in nearly every question, and tell nothing of it.
_EMPTY = frozenset(
    words(
        "a an and are as at be by can do does for from how i in is it me my of on or the there this"
        " to was what when where which who why will with you your"
    )
)


@dataclass(frozen=True)
class Chunk:
    """A piece of a document; `page` is None where the document has none."""

    file: int
    number: int
    text: str
    page: int | None = None


class SearchIndex:
    """The chunks of some documents, by the file's row; each kind of search tells scores by chunk.

    Chunks are numbered from 1 in the order in which they came.
    """

    def __init__(self) -> None:
        self._words = sqlite3.connect(":memory:", check_same_thread=False)
        self._words.execute(
            "CREATE VIRTUAL TABLE chunks USING fts5(text, tokenize='porter unicode61')"
        )
        self.chunks: dict[int, Chunk] = {}
        self._of_file: defaultdict[int, list[int]] = defaultdict(list)
        self._grams: defaultdict[int, dict[int, float]] = defaultdict(dict)
        self._lengths: dict[int, float] = {}
        self._last = 0

    def add(self, chunks: Iterable[Chunk]) -> None:
        """Add chunks."""
        rows = []
        for chunk in chunks:
            self._last += 1
            number = self._last
            self.chunks[number] = chunk
            self._of_file[chunk.file].append(number)
            rows.append((number, chunk.text))
            weights = {gram: sqrt(count) for gram, count in _grams_of(chunk.text).items()}
            self._lengths[number] = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
            for gram, weight in weights.items():
                self._grams[gram][number] = weight
        with self._words:
            self._words.executemany("INSERT INTO chunks (rowid, text) VALUES (?, ?)", rows)

    def remove(self, file: int) -> None:
        """Take the chunks of a document out."""
        numbers = self._of_file.pop(file, [])
        for number in numbers:
            for gram in _grams_of(self.chunks.pop(number).text):
                self._grams[gram].pop(number, None)
            del self._lengths[number]
        with self._words:
            self._words.executemany("DELETE FROM chunks WHERE rowid = ?", [(n,) for n in numbers])

    def by_keyword(self, query: str) -> dict[int, float]:
        """Score the chunks that hold words of a query by bm25, the higher the better."""
        terms = [word for word in _WORD.findall(query) if word.lower() not in _EMPTY]
        terms = terms or _WORD.findall(query)
        if not terms:
            return {}
        expression = " OR ".join(f'"{term}"' for term in terms)
        rows = self._words.execute(
            "SELECT rowid, -bm25(chunks) FROM chunks WHERE chunks MATCH ?", (expression,)
        )
        return dict(rows.fetchall())

    def by_meaning(self, query: str) -> dict[int, float]:
        """Score the chunks that are spelt like a query by how near their n-grams are to its."""
        scores: defaultdict[int, float] = defaultdict(float)
        length = 0.0
        for gram, count in _grams_of(query).items():
            places = self._grams.get(gram, {})
            rarity = log(1 + len(self.chunks) / (1 + len(places)))
            length += (sqrt(count) * rarity) ** 2
            for number, weight in places.items():
                scores[number] += sqrt(count) * rarity * rarity * weight
        length = sqrt(length) or 1.0
        return {
            number: score / (length * self._lengths[number]) for number, score in scores.items()
        }

    def close(self) -> None:
        """Forget everything."""
        self._words.close()


def _grams_of(text: str) -> Counter[int]:
    grams: Counter[int] = Counter()
    for word, count in Counter(_WORD.findall(text.lower())).items():
        if word in _EMPTY:
            continue
        marked = f"^{word}$"
        for at in range(max(1, len(marked) - _GRAM + 1)):
            grams[zlib.crc32(marked[at : at + _GRAM].encode()) % _DIMENSIONS] += count
    return grams

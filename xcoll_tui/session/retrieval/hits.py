"""What a search found, chunk by chunk and document by document, and how modes differ: pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xcoll_tui.session.retrieval.chunks import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xcoll_tui.api.errors import ApiError
    from xcoll_tui.api.retrieval_models import Match, SearchResults

MODES = ("hybrid", "semantic", "keyword")
"""The retrieval modes, in the order in which a key goes through them."""
LIMIT = 10

# What the service puts among the fields of a document that are none of its own.
_TITLE = "title"
_OWN_FIELDS = frozenset({_TITLE, "chroma:uri"})


@dataclass(frozen=True)
class Question:
    """What is asked: of which collections, how, and for how many chunks."""

    query: str
    collection_ids: tuple[str, ...]
    mode: str = MODES[0]
    filter: str = ""
    limit: int = LIMIT


@dataclass(frozen=True)
class Hit:
    """A chunk that was found; `rank` counts from 1, in the service's order.

    `share` is its score as a part of the best one, 0 to 1; `fields` are those of the document.
    `name` is the file's as far as it is known, else "". `page` is None where there are no pages.
    """

    rank: int
    file_id: str
    name: str
    chunk_id: str
    score: float | None
    share: float
    text: str
    page: int | None
    collection_ids: tuple[str, ...]
    fields: Mapping[str, str]


@dataclass(frozen=True)
class DocumentHit:
    """A document that was found, by its best chunk; `rank` counts documents."""

    rank: int
    hits: tuple[Hit, ...]

    @property
    def best(self) -> Hit:
        """Its first chunk."""
        return self.hits[0]

    @property
    def file_id(self) -> str:
        """The ID of its file."""
        return self.best.file_id


@dataclass(frozen=True)
class Found:
    """The answer to a question.

    `indexing` is how many documents of the collections are still being indexed and cannot be found
    yet, None where that is not known; `more_indexing` says that there are more than those.
    """

    question: Question
    hits: tuple[Hit, ...]
    seconds: float = 0.0
    indexing: int | None = None
    more_indexing: bool = False

    @property
    def documents(self) -> tuple[DocumentHit, ...]:
        """The documents, the one of the best chunk first."""
        return by_document(self.hits)

    def rank_of(self, file_id: str) -> int | None:
        """Return the place of a document among the documents, None where it was not found."""
        file_ids = list(dict.fromkeys(hit.file_id for hit in self.hits))
        return file_ids.index(file_id) + 1 if file_id in file_ids else None


@dataclass(frozen=True)
class Compared:
    """One question in all modes: for each what it found, or why it could not be asked."""

    answers: Mapping[str, Found | ApiError]

    @property
    def found(self) -> dict[str, Found]:
        """The modes that were answered."""
        return {mode: one for mode, one in self.answers.items() if isinstance(one, Found)}

    def modes_of(self, file_id: str) -> tuple[str, ...]:
        """Return the modes that find a document."""
        return tuple(mode for mode, one in self.found.items() if one.rank_of(file_id) is not None)

    def only_in(self, mode: str) -> tuple[DocumentHit, ...]:
        """Return the documents that this mode alone finds, the best first."""
        one = self.found.get(mode)
        documents = () if one is None else one.documents
        return tuple(hit for hit in documents if self.modes_of(hit.file_id) == (mode,))


def hits_of(results: SearchResults, names: Mapping[str, str] | None = None) -> tuple[Hit, ...]:
    """Return what was found as hits; `names` are those of files, by ID, before what is told."""
    matches = [match for match in results.matches if match.file_id]
    best = max((match.score or 0.0 for match in matches), default=0.0)
    return tuple(_hit(rank, match, best, names or {}) for rank, match in enumerate(matches, 1))


def by_document(hits: Sequence[Hit]) -> tuple[DocumentHit, ...]:
    """Put the chunks of each document together, in the order of their best ones."""
    together: dict[str, list[Hit]] = {}
    for hit in hits:
        together.setdefault(hit.file_id, []).append(hit)
    return tuple(DocumentHit(rank, tuple(own)) for rank, own in enumerate(together.values(), 1))


def unnamed(results: SearchResults) -> dict[str, list[str]]:
    """Return the files that no name was told of, by the collection to ask."""
    asked: dict[str, list[str]] = {}
    for match in results.matches:
        if match.file_id and not match.fields.get(_TITLE) and match.collection_ids:
            asked.setdefault(match.collection_ids[0], []).append(match.file_id)
    return {collection_id: list(dict.fromkeys(ids)) for collection_id, ids in asked.items()}


def next_mode(mode: str) -> str:
    """Return the mode after another, the first after the last."""
    at = MODES.index(mode) if mode in MODES else -1
    return MODES[(at + 1) % len(MODES)]


def rank_words(rank: int | None, documents: Iterable[object]) -> str:
    """Say where an expected document stands among those that were found."""
    count = len(list(documents))
    if not count:
        return "nothing found"
    return f"rank {rank}" if rank is not None else f"not in the first {count}"


def _hit(rank: int, match: Match, best: float, names: Mapping[str, str]) -> Hit:
    chunk, score = text_of(match), match.score
    share = score / best if score is not None and best > 0 else 0.0
    return Hit(
        rank,
        match.file_id,
        names.get(match.file_id) or match.fields.get(_TITLE, ""),
        match.chunk_id,
        score,
        min(1.0, max(0.0, share)),
        chunk.text,
        chunk.page,
        tuple(match.collection_ids),
        {key: value for key, value in match.fields.items() if key not in _OWN_FIELDS},
    )

"""What is asked of a collection, and what was found: kept while the screen is closed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from xcoll_tui.session.retrieval.chunks import words_of
from xcoll_tui.session.retrieval.evaluation import Evaluation
from xcoll_tui.session.retrieval.hits import LIMIT, MODES, Compared, Found, Hit, Question
from xcoll_tui.session.retrieval.questions import SavedQuestion
from xcoll_tui.ui.presentation.facts import Section


class Jump(NamedTuple):
    """The document whose row is to be shown."""

    collection_id: str
    file_id: str
    name: str


class CollectionChoice(NamedTuple):
    """A collection that can be asked."""

    collection_id: str
    name: str
    documents: str
    """How many documents it holds."""


class Searcher(Protocol):
    """What the screen asks of the session, about the collection that is searched."""

    def name_of_collection(self, collection_id: str) -> str:
        """Return the name of a collection as far as known, else its ID."""

    def collections(self) -> Sequence[CollectionChoice]:
        """List the collections that can be asked."""

    async def prepare(self) -> None:
        """Look for the key; raises ApiError where there is none that can be used."""

    async def search(self, question: Question) -> Found:
        """Ask in one mode; raises ApiError."""

    async def compare(self, question: Question) -> Compared:
        """Ask in all modes at once; raises ApiError."""

    async def read_facts(self, hit: Hit) -> Sequence[Section]:
        """Return what is known of a hit's document, nothing where it has gone; raises ApiError."""

    def evaluation(self, questions: Sequence[SavedQuestion]) -> Evaluation:
        """Return what asks questions of the collections that are chosen, in all modes."""

    async def kept(self) -> Sequence[SavedQuestion]:
        """Return the questions that are kept; raises OSError."""

    @property
    def kept_problems(self) -> Sequence[str]:
        """Sentences on what is wrong with the questions that are kept."""

    async def keep(self, question: SavedQuestion) -> None:
        """Keep a question; raises OSError and LookupError."""

    async def forget(self, question: SavedQuestion) -> None:
        """Keep a question no longer; raises OSError and LookupError."""

    def name_of_file(self, file_id: str) -> str:
        """Return the name of a document as far as known, else ""."""


@dataclass
class SearchState:
    """What was asked of a collection and found: the screen opens again with it."""

    collection_id: str
    query: str = ""
    mode: str = MODES[0]
    filter: str = ""
    limit: int = LIMIT
    expected: list[str] = field(default_factory=list)
    asked: SavedQuestion | None = None
    """The question that is answered, or was refused."""
    found: Found | None = None
    compared: Compared | None = None
    compares: bool = False
    """Whether all modes are asked."""
    by_document: bool = False
    """Whether what was found is shown document by document."""
    collection_ids: tuple[str, ...] = ()
    """The collections that are asked: that of the questions, unless others were chosen."""

    def __post_init__(self) -> None:
        self.collection_ids = self.collection_ids or (self.collection_id,)

    def collection_of(self, hit: Hit) -> str:
        """Return the collection that a hit is of, the first of those that were asked."""
        inside = [one for one in self.collection_ids if one in hit.collection_ids]
        return inside[0] if inside else next(iter(hit.collection_ids), self.collection_ids[0])

    @property
    def answers(self) -> dict[str, Found]:
        """The answers that are shown, by mode."""
        if self.compares:
            return {} if self.compared is None else self.compared.found
        return {} if self.found is None else {self.found.question.mode: self.found}

    @property
    def words(self) -> list[str]:
        """The words that stand out in what was found."""
        return [] if self.asked is None else words_of(self.asked.query)

"""Testing what questions find in a collection."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xcoll_tui.session.retrieval.hits import Compared, Found, Hit, Question
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.flows.inference_key import InferenceKeyFlow
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.facts import Section, document_facts
from xcoll_tui.ui.presentation.format import format_count
from xcoll_tui.ui.presentation.search_state import CollectionChoice, SearchState
from xcoll_tui.ui.screens.search import SearchScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.retrieval.evaluation import Evaluation
    from xcoll_tui.session.retrieval.questions import SavedQuestion
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host


class SearchFlow:
    """The way from the rows to a search and back; what was asked last is there again."""

    def __init__(self, host: "Host", session: "Session", clock: Clock) -> None:
        self._host = host
        self._session = session
        self._clock = clock
        self._states: dict[str, SearchState] = {}
        self._key = InferenceKeyFlow(host, session)

    async def search(self, collection_id: str, marked: Sequence[str]) -> None:
        """Ask questions of a collection; documents that are marked are expected."""
        if not await self._key.begin():
            return
        state = self._states.get(collection_id)
        if state is None:
            state = self._states[collection_id] = SearchState(collection_id)
        state.expected += [file_id for file_id in marked if file_id not in state.expected]
        searcher = _CollectionSearcher(self._session, state, self._clock, self._key)
        jump = await ask(self._host, SearchScreen(state, searcher))
        if jump is not None and not await self._host.go_to_document(*jump):
            self._host.complain(
                f"{jump.name or jump.file_id} is not among the rows: the list may be behind the "
                f"index, or the document has gone. {key_for('refresh')} reads the list again."
            )


class _CollectionSearcher:
    """What the screen asks of a session, about one collection."""

    def __init__(
        self, session: "Session", state: SearchState, clock: Clock, key: InferenceKeyFlow
    ) -> None:
        self._session = session
        self._retrieval = session.retrieval
        self._state = state
        self._collection_id = state.collection_id
        self._clock = clock
        self._key = key
        self._names: dict[str, str] = {}

    def name_of_collection(self, collection_id: str) -> str:
        """Return the name of a collection as far as known, else its ID."""
        return self._session.name_of(collection_id)

    def collections(self) -> Sequence[CollectionChoice]:
        """List the collections that are loaded, and those that are asked."""
        loaded = {
            row.collection_id: CollectionChoice(
                row.collection_id,
                row.collection_name or row.collection_id,
                format_count(row.documents_count),
            )
            for row in self._session.collections.listing.loaded_items()
        }
        for one in self._state.collection_ids:
            loaded.setdefault(one, CollectionChoice(one, self.name_of_collection(one), ""))
        return list(loaded.values())

    async def prepare(self) -> None:
        """Look for the key; raises ApiError where there is none that can be used."""
        await self._session.inference.service()

    async def search(self, question: Question) -> Found:
        """Ask in one mode; raises ApiError."""
        found = await self._key.with_key(lambda: self._retrieval.search(question))
        self._learn(found)
        return found

    async def compare(self, question: Question) -> Compared:
        """Ask in all modes at once; raises ApiError."""
        compared = await self._key.with_key(lambda: self._retrieval.compare(question))
        for found in compared.found.values():
            self._learn(found)
        return compared

    def _learn(self, found: Found) -> None:
        self._names.update((hit.file_id, hit.name) for hit in found.hits if hit.name)

    async def read_facts(self, hit: Hit) -> Sequence[Section]:
        """Return what is known of a hit's document, nothing where it has gone; raises ApiError."""
        collection_id = self._state.collection_of(hit)
        documents = await self._session.find_documents(collection_id, [hit.file_id])
        collection = self._session.collections.listing.get(collection_id)
        definitions = [] if collection is None else collection.field_definitions
        for document in documents:
            return document_facts(document, definitions, self._clock()).sections
        return ()

    def evaluation(self, questions: "Sequence[SavedQuestion]") -> "Evaluation":
        """Return what asks questions of the collections that are chosen, in all modes."""
        return self._retrieval.evaluate(self._state.collection_ids, questions)

    async def kept(self) -> "Sequence[SavedQuestion]":
        """Return the questions that are kept; raises OSError."""
        return await self._retrieval.questions.of(self._collection_id)

    @property
    def kept_problems(self) -> Sequence[str]:
        """Sentences on what is wrong with the questions that are kept."""
        return self._retrieval.questions.problems

    async def keep(self, question: "SavedQuestion") -> None:
        """Keep a question; raises OSError and LookupError."""
        await self._retrieval.questions.save(self._collection_id, question)

    async def forget(self, question: "SavedQuestion") -> None:
        """Keep a question no longer; raises OSError and LookupError."""
        await self._retrieval.questions.remove(self._collection_id, question)

    def name_of_file(self, file_id: str) -> str:
        """Return the name of a document as far as known, else ""."""
        feed = self._session.documents
        loaded = None if feed is None else feed.listing.get(file_id)
        return self._names.get(file_id, "") or ("" if loaded is None else loaded.name)

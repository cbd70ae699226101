"""Searching the collections of a session: one mode, or all of them at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.lists.progress import progress_of
from xcoll_tui.session.lists.settled import UNDER_WAY
from xcoll_tui.session.retrieval.evaluation import Evaluation
from xcoll_tui.session.retrieval.hits import MODES, Compared, Found, hits_of, unnamed
from xcoll_tui.session.retrieval.questions import Questions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from xcoll_tui.api.retrieval_models import SearchResults
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.inference import InferenceHost, InferenceService
    from xcoll_tui.session.place import Place
    from xcoll_tui.session.retrieval.hits import Question
    from xcoll_tui.session.retrieval.questions import SavedQuestion

_COUNTED = 100
"""Documents under way that are counted at most; with more there are “more”."""


class Retrieval:
    """The searches of a session, and the questions that are kept for its collections.

    Nothing is changed by them, so they go on in read-only mode. `name_of_file` returns the name of
    a document that is loaded, None for others. Every method raises NoInferenceKey where there is no
    key for search, and ApiError.
    """

    def __init__(
        self,
        context: SessionContext,
        host: InferenceHost,
        *,
        folder: Path | None,
        place: Callable[[], Place],
        name_of_file: Callable[[str], str | None],
    ) -> None:
        self.questions = Questions(folder, place)
        self._context = context
        self._host = host
        self._name_of_file = name_of_file

    async def search(self, question: Question) -> Found:
        """Ask a question, and beside it how many documents are still being indexed."""
        return await self._ask_one(question, tell_indexing=True)

    async def compare(self, question: Question) -> Compared:
        """Ask a question in all modes at once; what fails in one is told beside the others.

        Raises NoInferenceKey, and the failure where all modes fail.
        """
        questions = [replace(question, mode=mode) for mode in MODES]
        answers = await self._ask(questions, tell_indexing=True)
        failures = [answer for answer in answers.values() if isinstance(answer, ApiError)]
        if len(failures) == len(answers):
            raise failures[0]
        return Compared(answers)

    def evaluate(
        self,
        collection_ids: Sequence[str],
        questions: Sequence[SavedQuestion],
        *,
        modes: Sequence[str] = MODES,
        k: int = 10,
    ) -> Evaluation:
        """Return an evaluation that is not begun: `await evaluation.run()`."""
        return Evaluation(self._ask_one, collection_ids, questions, modes=modes, k=k)

    async def _ask_one(self, question: Question, *, tell_indexing: bool = False) -> Found:
        (found,) = (await self._ask([question], tell_indexing=tell_indexing)).values()
        if isinstance(found, ApiError):
            raise found
        return found

    async def _ask(
        self, questions: Sequence[Question], *, tell_indexing: bool
    ) -> Mapping[str, Found | ApiError]:
        """Ask questions that differ in their modes, all at once."""
        service = await self._host.service()
        counted_ids = questions[0].collection_ids if tell_indexing else ()
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(self._one(service, question)) for question in questions]
            counting = [group.create_task(self._count_indexing(one)) for one in counted_ids]
        counts = [task.result() for task in counting]
        counted = [count for count in counts if count is not None]
        indexing = sum(counted) if counts and len(counted) == len(counts) else None
        more = any(count >= _COUNTED for count in counted)
        answers: dict[str, Found | ApiError] = {}
        for question, task in zip(questions, asking, strict=True):
            answer = task.result()
            if isinstance(answer, Found):
                answers[question.mode] = replace(answer, indexing=indexing, more_indexing=more)
            else:
                answers[question.mode] = answer
                await self._host.note(answer)
        return answers

    async def _one(self, service: InferenceService, question: Question) -> Found | ApiError:
        began = self._context.clock()
        try:
            results = await service.search_documents(
                question.query,
                question.collection_ids,
                filter=question.filter.strip() or None,
                limit=question.limit,
                retrieval_mode=question.mode,
            )
        except ApiError as error:
            return error
        seconds = max(0.0, self._context.clock() - began)
        return Found(question, hits_of(results, await self._names(results)), seconds)

    async def _names(self, results: SearchResults) -> dict[str, str]:
        """Return the names that are known, and read those that no answer told."""
        names = {
            match.file_id: name
            for match in results.matches
            if (name := self._name_of_file(match.file_id))
        }
        for collection_id, file_ids in unnamed(results).items():
            missing = [file_id for file_id in file_ids if file_id not in names]
            if not missing:
                continue
            try:
                documents = await self._context.service.batch_get_documents(collection_id, missing)
            except ApiError:
                continue  # then the ID stands in the place of the name
            names.update((document.file_id, document.name) for document in documents)
        return names

    async def _count_indexing(self, collection_id: str) -> int | None:
        try:
            page = await self._context.service.list_documents(
                collection_id, limit=_COUNTED, filter=UNDER_WAY
            )
        except ApiError:
            return None  # what was asked for is told; this is beside it
        return sum(progress_of(document).is_under_way for document in page.documents)

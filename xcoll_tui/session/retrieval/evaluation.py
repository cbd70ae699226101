"""Evaluation: many questions in some modes, and how well what is expected is found.

- A question is a hit in a mode when one of its expected documents is among the first k.
- recall@k: of the expected documents of a question the share among the first k; the mean of it.
- MRR: 1 divided by the rank of the first expected document, 0 where it is not among the first k;
  the mean of that.
Documents are counted, not chunks. Questions without an expected document are not counted, nor are
those that could not be asked.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError, Forbidden, NotFound, Unauthorized
from xcoll_tui.session.retrieval.hits import Question

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from xcoll_tui.session.retrieval.hits import Found
    from xcoll_tui.session.retrieval.questions import SavedQuestion

_AT_ONCE = 4
_CHUNKS_A_DOCUMENT = 4
"""A limit counts chunks: so many are asked for in the place of each document."""
_MOST_CHUNKS = 100


@dataclass(frozen=True)
class Answered:
    """One question in one mode: the documents it found, the best first, or why it was not asked."""

    question: SavedQuestion
    mode: str
    k: int
    file_ids: tuple[str, ...] = ()
    error: ApiError | None = None

    @property
    def ranks(self) -> dict[str, int | None]:
        """The rank of each expected document among the first k, None where it is not there."""
        first = self.file_ids[: self.k]
        return {
            file_id: first.index(file_id) + 1 if file_id in first else None
            for file_id in self.question.expected
        }

    @property
    def first_rank(self) -> int | None:
        """The rank of the first expected document that was found."""
        return min((rank for rank in self.ranks.values() if rank is not None), default=None)

    @property
    def counts(self) -> bool:
        """Whether it says anything: something is expected, and it was asked."""
        return self.error is None and bool(self.question.expected)

    @property
    def is_hit(self) -> bool:
        """Whether something expected was found."""
        return self.counts and self.first_rank is not None

    @property
    def recall(self) -> float:
        """The share of the expected documents that were found."""
        ranks = self.ranks.values()
        return sum(rank is not None for rank in ranks) / len(ranks) if ranks else 0.0


@dataclass(frozen=True)
class ModeScore:
    """How well a mode did over all questions that count."""

    mode: str
    k: int
    answers: tuple[Answered, ...]

    @property
    def counted(self) -> list[Answered]:
        """The answers that count."""
        return [answer for answer in self.answers if answer.counts]

    @property
    def hits(self) -> int:
        """The number of questions that found something expected."""
        return sum(answer.is_hit for answer in self.answers)

    @property
    def recall(self) -> float:
        """The mean recall@k, 0 where nothing counts."""
        return _mean([answer.recall for answer in self.counted])

    @property
    def mrr(self) -> float:
        """The mean reciprocal rank, 0 where nothing counts."""
        return _mean([1 / answer.first_rank if answer.first_rank else 0 for answer in self.counted])

    @property
    def failing(self) -> list[Answered]:
        """The answers that found nothing expected, and those that there are none of."""
        return [
            answer
            for answer in self.answers
            if answer.error is not None or (answer.counts and not answer.is_hit)
        ]


@dataclass
class Evaluation:
    """Questions being asked, a few at once; `answers` grow while it runs.

    `stopped` is a failure that all others would share, such as a key that is refused: then the rest
    is not asked.
    """

    ask: Callable[[Question], Awaitable[Found]]
    collection_ids: Sequence[str]
    questions: Sequence[SavedQuestion]
    modes: Sequence[str]
    k: int
    answers: list[Answered] = field(default_factory=list)
    stopped: ApiError | None = None

    @property
    def total(self) -> int:
        """How many requests there are in all."""
        return len(self.questions) * len(self.modes)

    @property
    def scores(self) -> list[ModeScore]:
        """The score of each mode, its answers in the order of the questions."""
        places = {id(question): at for at, question in enumerate(self.questions)}
        return [
            ModeScore(
                mode,
                self.k,
                tuple(
                    sorted(
                        (answer for answer in self.answers if answer.mode == mode),
                        key=lambda answer: places[id(answer.question)],
                    )
                ),
            )
            for mode in self.modes
        ]

    @property
    def unfound(self) -> list[SavedQuestion]:
        """The questions of which no mode found anything expected, or that none answered."""
        hit = {id(answer.question) for answer in self.answers if answer.is_hit}
        return [
            question for question in self.questions if question.expected and id(question) not in hit
        ]

    async def run(self, on_progress: Callable[[int], object] | None = None) -> None:
        """Ask all of them; `on_progress` is told how many were answered. Raises NoInferenceKey."""
        todo = iter([(question, mode) for question in self.questions for mode in self.modes])

        async def work() -> None:
            for question, mode in todo:
                if self.stopped is not None:
                    return
                self.answers.append(await self._answer(question, mode))
                if on_progress is not None:
                    on_progress(len(self.answers))

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))

    async def _answer(self, question: SavedQuestion, mode: str) -> Answered:
        limit = min(max(self.k * _CHUNKS_A_DOCUMENT, self.k), max(self.k, _MOST_CHUNKS))
        asked = Question(question.query, tuple(self.collection_ids), mode, question.filter, limit)
        try:
            found = await self.ask(asked)
        except ApiError as error:
            if isinstance(error, Unauthorized | Forbidden | NotFound) or not error.was_sent:
                self.stopped = self.stopped or error
            return Answered(question, mode, self.k, error=error)
        file_ids = tuple(document.file_id for document in found.documents)
        return Answered(question, mode, self.k, file_ids)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0

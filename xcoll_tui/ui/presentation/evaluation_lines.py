"""What came of the questions that are kept, as lines and rows: pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xcoll_tui.session.retrieval.evaluation import Answered, Evaluation, ModeScore
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean


class QuestionRow(NamedTuple):
    """A question, and where each mode finds the first document that it expects."""

    key: str
    """Its number among the questions."""
    query: str
    state: str
    """A glyph and a word: found, missed, failed; "" while it is asked."""
    tone: str
    places: Mapping[str, str]
    """The rank by mode, a dash where it is not among the first."""
    note: str = ""
    """Why it was not answered."""


def score_lines(scores: Sequence[ModeScore]) -> list[tuple[str, str]]:
    """Say how well each mode did: its name, and the numbers behind it."""
    lines = []
    for score in scores:
        counted = len(score.counted)
        words = (
            f"{score.hits:,} of {format_many(counted, 'question')} found · "
            f"recall@{score.k} {score.recall:.2f} · MRR {score.mrr:.2f}"
        )
        lines.append((score.mode, words if counted else "nothing to count yet"))
    return lines


def question_rows(evaluation: Evaluation) -> list[QuestionRow]:
    """Show the questions, those of which no mode finds anything expected first."""
    answers: dict[int, list[Answered]] = {}
    for answer in evaluation.answers:
        answers.setdefault(id(answer.question), []).append(answer)
    rows = []
    for number, question in enumerate(evaluation.questions):
        own = answers.get(id(question), [])
        errors = [answer.error for answer in own if answer.error is not None]
        state, tone = "", "quiet"
        if errors:
            state, tone = "✗ failed", "failed"
        elif not question.expected:
            state = "○ nothing expected"
        elif any(answer.is_hit for answer in own):
            state, tone = "● found", "ready"
        elif len(own) == len(evaluation.modes):
            state, tone = "✗ missed", "failed"
        places = {answer.mode: _place(answer) for answer in own}
        note = sentence_of(errors[0]) if errors else ""
        rows.append(QuestionRow(str(number), question.query, state, tone, places, note))
    return sorted(rows, key=lambda row: row.tone != "failed")


def _place(answer: Answered) -> str:
    if answer.error is not None:
        return "failed"
    return "–" if answer.first_rank is None else str(answer.first_rank)


def stopped_words(evaluation: Evaluation) -> str:
    """Say why the rest was not asked, "" where all was."""
    if evaluation.stopped is None:
        return ""
    return clean(f"The rest was not asked. {sentence_of(evaluation.stopped)}", 600)

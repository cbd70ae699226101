"""`xcoll evaluate`: many questions, and how well each mode finds what they expect."""

import argparse
import json
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.collection import add_collection, find_collection
from xcoll_tui.cli.commands.columns import Column, RowKind
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.frame import add_form
from xcoll_tui.cli.commands.input_file import read_input
from xcoll_tui.cli.commands.opened import OpenedSession, opened_session
from xcoll_tui.cli.commands.search import count
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_USAGE
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.retrieval.evaluation import Answered, ModeScore
from xcoll_tui.session.retrieval.hits import MODES
from xcoll_tui.session.retrieval.questions import parse_questions
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.retrieval.questions import SavedQuestion

SUMMARY = "Ask many questions of a collection, and tell recall@k, MRR and hits by mode."
EXAMPLES = """\
A line of FILE: {"query": "…", "expected_file_ids": ["file_…"], "filter": ""}.
Without FILE: the questions that are kept for it (xcoll search --save).
Documents are counted. The questions that fail are told on standard error.
Exit code 1: a question was not asked, or no mode finds what it expects.

examples:
  xcoll evaluate "Support articles"
  xcoll evaluate "Support articles" questions.jsonl --mode hybrid --k 5 --json
"""

_COLUMNS: tuple[Column[ModeScore], ...] = (
    Column("mode", lambda score: score.mode, whole=True),
    Column("questions", lambda score: len(score.counted), right=True),
    Column("hits", lambda score: score.hits, right=True),
    Column("recall", lambda score: round(score.recall, 4), right=True, head="recall@k"),
    Column("mrr", lambda score: round(score.mrr, 4), right=True, head="MRR"),
    Column("failing", lambda score: len(score.failing), right=True),
    Column("k", lambda score: score.k, right=True),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_collection(parser)
    parser.add_argument("file", metavar="FILE", nargs="?", help="JSON lines; - for input")
    parser.add_argument(
        "--mode", action="append", choices=MODES, metavar="M", help="may repeat (all three)"
    )
    parser.add_argument("--k", type=count, default=10, metavar="N", help="the first N count (10)")
    add_form(parser)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    questions = None if options.file is None else _read(options.file)
    return run_until_signal(_evaluate(options, output, questions))


def _read(path: str) -> "Sequence[SavedQuestion]":
    read = parse_questions(read_input(path))
    if read.problems:
        raise CommandFailed(f"{read.problems[0]} Nothing was asked.", EXIT_USAGE)
    return read.questions


async def _evaluate(
    options: argparse.Namespace, output: "Output", questions: "Sequence[SavedQuestion] | None"
) -> int:
    async with opened_session(options) as opened:
        found = await find_collection(opened.client, options.collection)
        if questions is None:
            questions = await _kept(opened, found.collection_id, output)
        if not questions:
            raise CommandFailed("There is no question to ask.", EXIT_USAGE)
        modes = tuple(dict.fromkeys(options.mode or MODES))
        evaluation = opened.session.retrieval.evaluate(
            [found.collection_id], questions, modes=modes, k=options.k
        )
        progress = output.progress("answers", evaluation.total)
        await evaluation.run(progress.update)
        output.end_progress()
    scores = evaluation.scores
    output.write_rows(RowKind(_COLUMNS, _COLUMNS, _to_json), scores)
    output.flush()
    for score in scores:
        for answer in score.failing:
            output.warn(_line(answer))
    empty = sum(not question.expected for question in questions)
    if empty:
        output.note(f"{empty} of {len(questions)} expect no document, and are not counted.")
    if evaluation.stopped is not None:
        output.warn(f"The rest was not asked. {evaluation.stopped.explanation}")
    failed = any(answer.error is not None for score in scores for answer in score.answers)
    return EXIT_FAILED if failed or evaluation.unfound else 0


async def _kept(
    opened: OpenedSession, collection_id: str, output: "Output"
) -> "Sequence[SavedQuestion]":
    kept = opened.session.retrieval.questions
    try:
        questions = await kept.of(collection_id)
    except OSError as problem:
        raise CommandFailed(f"The questions cannot be read: {problem.strerror}.") from None
    for problem_kept in kept.problems:
        output.warn(problem_kept)
    if not questions:
        raise CommandFailed(
            "No question is kept for this collection. xcoll search --save keeps one, and a FILE "
            "may hold others.",
            EXIT_USAGE,
        )
    return questions


def _line(answer: Answered) -> str:
    query = clean(answer.question.query, 200)
    if answer.error is not None:
        return f"{answer.mode}: “{query}” was not answered. {answer.error.explanation}"
    expected = ", ".join(clean(file_id, 60) for file_id in answer.question.expected)
    within = min(answer.k, len(answer.file_ids))
    if not within:
        return f"{answer.mode}: “{query}”: nothing found; expected: {expected}."
    return f"{answer.mode}: “{query}”: not in the first {within}: {expected}."


def _to_json(score: ModeScore) -> str:
    return json.dumps(
        {
            "mode": score.mode,
            "k": score.k,
            "questions": len(score.counted),
            "hits": score.hits,
            "recall": score.recall,
            "mrr": score.mrr,
            "failing": [
                {
                    "query": answer.question.query,
                    "filter": answer.question.filter,
                    "ranks": answer.ranks,
                    "problem": None if answer.error is None else clean(str(answer.error), 2000),
                }
                for answer in score.failing
            ],
        }
    )

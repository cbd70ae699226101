"""`xcoll search`: a question asked of collections, in one mode or in all of them."""

import argparse
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.collection import find_collection
from xcoll_tui.cli.commands.columns import Column, RowKind
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.commands.frame import add_form
from xcoll_tui.cli.commands.opened import OpenedSession, opened_session
from xcoll_tui.cli.parser import EXIT_FAILED, EXIT_USAGE
from xcoll_tui.cli.patience import run_until_signal
from xcoll_tui.session.retrieval.chunks import snippet_of, words_of
from xcoll_tui.session.retrieval.hits import LIMIT, MODES, Found, Hit, Question, rank_words
from xcoll_tui.session.retrieval.questions import SavedQuestion
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xcoll_tui.api.errors import ApiError
    from xcoll_tui.cli.commands.output import Output

SUMMARY = "Ask a question of collections, and tell which chunks answer it."
EXAMPLES = """\
Needs an inference key; --inference-url names its host. Exit code 1: an expected
document was not found. F is as in: year > 2020 AND category = "finance".

example: xcoll search "Support articles" "How do I reset two-factor?" --compare
"""

_SNIPPET, _BAR = 300, 8


@dataclass(frozen=True)
class _Row:
    """A hit, with the mode that found it and those that found its document."""

    mode: str
    rank: int
    hit: Hit
    modes: tuple[str, ...]
    snippet: str


_RANK: Column[_Row] = Column("rank", lambda row: row.rank, right=True, head="#")
_MODE: Column[_Row] = Column("mode", lambda row: row.mode, whole=True)
_REST: tuple[Column[_Row], ...] = (
    Column("score", lambda row: row.hit.score, shown=lambda row: _score(row.hit), whole=True),
    Column("name", lambda row: row.hit.name or row.hit.file_id),
    Column("page", lambda row: row.hit.page, right=True, rank=1),
)
_FILE_ID: Column[_Row] = Column("file_id", lambda row: row.hit.file_id, whole=True)
_TEXT: Column[_Row] = Column("text", lambda row: row.snippet)
_ALSO: Column[_Row] = Column("found_by", lambda row: " ".join(row.modes), rank=1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "collections", metavar="COLLECTION", nargs="+", help="their IDs, or their exact names"
    )
    parser.add_argument("query", metavar="QUERY", help="the question")
    parser.add_argument("--mode", choices=MODES, default=MODES[0], metavar="M", help=_modes())
    parser.add_argument("--compare", action="store_true", help="all modes at once")
    parser.add_argument("--filter", metavar="F", default="", help="on the fields of documents")
    parser.add_argument("--limit", type=count, default=LIMIT, metavar="N", help="chunks (10)")
    parser.add_argument("--by-document", action="store_true", help="the best chunk of each only")
    parser.add_argument(
        "--expect", action="append", default=[], metavar="FILE_ID", help="tell its rank; may repeat"
    )
    parser.add_argument("--save", action="store_true", help="keep the question and what it expects")
    add_form(parser)


def _modes() -> str:
    return f"{', '.join(MODES[:-1])} or {MODES[-1]} ({MODES[0]})"


def count(text: str) -> int:
    """Read a number from 1 to 1000; a type of argparse."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1000):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000")
    return int(text)


def run(options: argparse.Namespace, output: "Output") -> int:
    """Carry it out."""
    if not options.query.strip():
        raise CommandFailed("The QUERY is empty.", EXIT_USAGE)
    return run_until_signal(_search(options, output))


async def _search(options: argparse.Namespace, output: "Output") -> int:
    async with opened_session(options) as opened:
        collection_ids = await find_all(opened, options.collections)
        question = Question(
            options.query, collection_ids, options.mode, options.filter, options.limit
        )
        answers: dict[str, Found | ApiError]
        if options.compare:
            answers = dict((await opened.session.retrieval.compare(question)).answers)
        else:
            answers = {question.mode: await opened.session.retrieval.search(question)}
        code = _tell(options, output, answers)
        if options.save:
            await _save(options, output, opened, collection_ids)
        return code


async def find_all(opened: OpenedSession, texts: "Iterable[str]") -> tuple[str, ...]:
    """Find collections by their IDs or names; raises CommandFailed."""
    found = [(await find_collection(opened.client, text)).collection_id for text in texts]
    return tuple(dict.fromkeys(found))


def _tell(
    options: argparse.Namespace,
    output: "Output",
    answers: "dict[str, Found | ApiError]",
) -> int:
    found = {mode: one for mode, one in answers.items() if isinstance(one, Found)}
    leading = [_MODE, _RANK] if options.compare else [_RANK]
    trailing = [_ALSO] if options.compare else []
    columns = [*leading, *_REST, *trailing, _FILE_ID, _TEXT]
    kind = RowKind(columns, [column for column in columns if column is not _FILE_ID], _to_json)
    # At once: the widths of a table are those of what is written first.
    output.write_rows(
        kind,
        [
            row
            for one in found.values()
            for row in _rows(one, found, by_document=options.by_document)
        ],
    )
    for mode, error in answers.items():
        if not isinstance(error, Found):
            output.warn(f"{mode}: {error.explanation}")
    first = next(iter(found.values()))
    if not any(one.hits for one in found.values()):
        output.note("Nothing was found.")
    if first.indexing:
        more = " or more" if first.more_indexing else ""
        noun = format_many(first.indexing, "document")
        output.note(f"{noun}{more} still being indexed cannot be found yet.")
    return _tell_expected(options, output, found) if options.expect else 0


def _tell_expected(options: argparse.Namespace, output: "Output", found: "dict[str, Found]") -> int:
    missed = False
    for file_id in dict.fromkeys(options.expect):
        ranks = [
            f"{mode} {rank_words(one.rank_of(file_id), one.documents)}"
            for mode, one in found.items()
        ]
        missed = missed or all(one.rank_of(file_id) is None for one in found.values())
        output.warn(f"{clean(file_id, 100)}: {', '.join(ranks)}.")
    return EXIT_FAILED if missed else 0


async def _save(
    options: argparse.Namespace,
    output: "Output",
    opened: OpenedSession,
    collection_ids: tuple[str, ...],
) -> None:
    saved = SavedQuestion(
        options.query, tuple(dict.fromkeys(options.expect)), options.mode, options.filter
    )
    questions = opened.session.retrieval.questions
    for collection_id in collection_ids:
        try:
            await questions.save(collection_id, saved)
        except (OSError, LookupError) as problem:
            reason = getattr(problem, "strerror", None) or str(problem)
            raise CommandFailed(f"The question could not be kept: {reason}") from None
        output.note(f"The question is kept in {questions.path_of(collection_id)}.")


def _rows(one: Found, found: "dict[str, Found]", *, by_document: bool) -> list[_Row]:
    words = words_of(one.question.query)
    pairs = [(hit.rank, hit) for hit in one.hits]
    if by_document:
        pairs = [(document.rank, document.best) for document in one.documents]
    return [
        _Row(
            one.question.mode,
            rank,
            hit,
            tuple(mode for mode, other in found.items() if other.rank_of(hit.file_id) is not None),
            snippet_of(clean(" ".join(hit.text.split()), 10_000), words, _SNIPPET)[0],
        )
        for rank, hit in pairs
    ]


def _score(hit: Hit) -> str:
    bar = ("━" * round(hit.share * _BAR)).ljust(_BAR)
    return f"{bar} {'' if hit.score is None else f'{hit.score:.4g}'}"


def _to_json(row: _Row) -> str:
    hit = row.hit
    return json.dumps(
        {
            "mode": row.mode,
            "rank": row.rank,
            "file_id": hit.file_id,
            "name": hit.name,
            "score": hit.score,
            "page": hit.page,
            "chunk_id": hit.chunk_id,
            "collection_ids": list(hit.collection_ids),
            "fields": dict(hit.fields),
            "found_by": list(row.modes),
            "text": hit.text,
        }
    )

"""Questions that are kept for a collection, as JSON lines: asked again, they show what changed.

A line is `{"query": …, "mode": …, "filter": …, "expected_file_ids": […]}`; a reader takes
`expected` and `file_ids` for the last as well, and leaves out what it does not know.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xcoll_tui.paths import make_private_folder
from xcoll_tui.private_files import replace_private
from xcoll_tui.session.json_file import decode_object, encode, read_file, reason_of, set_aside
from xcoll_tui.session.retrieval.hits import MODES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from xcoll_tui.session.place import Place

_SIZE_LIMIT = 16 * 1024 * 1024
_EXPECTED = ("expected_file_ids", "expected", "file_ids")


@dataclass(frozen=True)
class SavedQuestion:
    """A question, and the documents that it should find; they may be none yet."""

    query: str
    expected: tuple[str, ...] = ()
    mode: str = MODES[0]
    filter: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What it is replaced by: the same question under the same filter."""
        return self.query.strip(), self.filter.strip()


@dataclass(frozen=True)
class QuestionFile:
    """The questions of a file, and sentences on the lines that hold none."""

    questions: tuple[SavedQuestion, ...] = ()
    problems: tuple[str, ...] = ()


def parse_questions(content: bytes) -> QuestionFile:
    """Read questions, a JSON object a line; each line that is none is told by its number."""
    questions, problems = [], []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if not line.strip():
            continue
        try:
            questions.append(_question_of(decode_object(line)))
        except ValueError as problem:
            problems.append(f"Line {number} holds no question: {problem}.")
    return QuestionFile(tuple(questions), tuple(problems))


def write_questions(questions: Iterable[SavedQuestion]) -> bytes:
    """Write questions as they are read."""
    return b"".join(
        encode(
            {
                "query": question.query,
                "mode": question.mode,
                "filter": question.filter,
                "expected_file_ids": list(question.expected),
            }
        )
        + b"\n"
        for question in questions
    )


def with_question(
    questions: Iterable[SavedQuestion], question: SavedQuestion
) -> tuple[SavedQuestion, ...]:
    """Put a question in the place of the one with its words and filter, or behind all others."""
    listed = list(questions)
    keys = [other.key for other in listed]
    if question.key in keys:
        listed[keys.index(question.key)] = question
    else:
        listed.append(question)
    return tuple(listed)


class Questions:
    """The questions that are kept in a folder, a file for each collection and service.

    `folder` is that of the state, None for none; `place` tells whose the questions are.

    A file that cannot be read is set aside and told of in `problems`, never written over.
    """

    def __init__(self, folder: Path | None, place: Callable[[], Place]) -> None:
        self.problems: list[str] = []
        self._folder = folder
        self._place = place
        self._turn = asyncio.Lock()

    def path_of(self, collection_id: str) -> Path | None:
        """Return where the questions of a collection are, None where nothing is kept on disk."""
        if self._folder is None:
            return None
        digest = hashlib.sha256(collection_id.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        return self._folder / "questions" / self._place().digest / f"{digest}.jsonl"

    async def of(self, collection_id: str) -> tuple[SavedQuestion, ...]:
        """Return the questions of a collection, in the order in which they were kept."""
        async with self._turn:
            return await asyncio.to_thread(self._read, collection_id)

    async def save(self, collection_id: str, question: SavedQuestion) -> None:
        """Keep a question, in the place of the same one; raises OSError and LookupError."""
        await self._change(collection_id, lambda kept: with_question(kept, question))

    async def remove(self, collection_id: str, question: SavedQuestion) -> None:
        """Keep a question no longer; raises OSError and LookupError."""
        await self._change(
            collection_id, lambda kept: tuple(one for one in kept if one.key != question.key)
        )

    async def _change(self, collection_id: str, change: Any) -> None:  # noqa: ANN401 - a function
        path = self.path_of(collection_id)
        if path is None:
            raise LookupError("There is no state folder, so no question can be kept.")
        async with self._turn:
            await asyncio.to_thread(self._write, path, collection_id, change)

    def _write(self, path: Path, collection_id: str, change: Any) -> None:  # noqa: ANN401
        questions = change(self._read(collection_id))
        make_private_folder(path.parent)
        replace_private(path, write_questions(questions))

    def _read(self, collection_id: str) -> tuple[SavedQuestion, ...]:
        path = self.path_of(collection_id)
        if path is None:
            return ()
        try:
            content = read_file(path, _SIZE_LIMIT)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as problem:
            self._tell(f"The questions in {path} cannot be read: {reason_of(problem)}.")
            if isinstance(problem, OSError):
                raise
            set_aside(path, path.with_suffix(".damaged"))
            return ()
        read = parse_questions(content)
        if read.problems:
            aside = set_aside(path, path.with_suffix(".damaged"))
            replace_private(path, write_questions(read.questions))
            self._tell(f"{read.problems[0]} The file as it was is kept as {aside}.")
        return read.questions

    def _tell(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def _question_of(members: dict[str, Any]) -> SavedQuestion:
    query, mode = members.get("query"), members.get("mode") or MODES[0]
    expression = members.get("filter") or ""
    if not isinstance(query, str) or not query.strip():
        raise ValueError("it has no query")
    if mode not in MODES:
        raise ValueError(f"its mode is not one of {', '.join(MODES)}")
    if not isinstance(expression, str):
        raise ValueError("its filter is no text")  # noqa: TRY004 - about a file, not about types
    expected: object = next((members[name] for name in _EXPECTED if members.get(name)), [])
    if isinstance(expected, str):
        expected = [expected]
    if not isinstance(expected, list) or not all(isinstance(one, str) for one in expected):
        raise ValueError("its expected_file_ids are no list of texts")
    return SavedQuestion(query, tuple(dict.fromkeys(expected)), mode, expression)

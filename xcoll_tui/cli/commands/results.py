"""What became of writes: a line a document, `file_id  verdict  sentence`, as they end."""

import json
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.columns import Column, RowKind
from xcoll_tui.cli.parser import EXIT_FAILED
from xcoll_tui.session.writes.outcome import UNSENT, Verdict
from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output, RowWriter
    from xcoll_tui.session.writes.outcome import Outcome

DRY_RUN = "dry run"
"""The verdict of what was not sent because nothing was to be."""

_LONGEST = 2_000
_VERDICT_WIDTH = max(map(len, Verdict))


@dataclass(frozen=True)
class Result:
    """What became of one write; `file_id` is None where it is about a collection itself."""

    collection_id: str
    file_id: str | None
    name: str
    verdict: str
    sentence: str

    @classmethod
    def of(cls, outcome: "Outcome") -> "Result":
        """Return the result that an outcome tells."""
        target = outcome.target
        verdict, sentence = str(outcome.verdict), outcome.message
        return cls(target.collection_id, _id_of(target.file_id), target.name, verdict, sentence)

    @classmethod
    def unseen(cls, collection_id: str, file_id: str, name: str, sentence: str) -> "Result":
        """Return the result of what was under way when nobody could look any more."""
        return cls(collection_id, _id_of(file_id), name, str(Verdict.UNKNOWN), sentence)


def _id_of(file_id: str | None) -> str | None:
    """Return an ID; a file that was not uploaded has none."""
    return None if file_id is None or file_id.startswith(UNSENT) else file_id


_COLLECTION_ID: Column[Result] = Column("collection_id", lambda row: row.collection_id)
_FILE_ID: Column[Result] = Column("file_id", lambda row: row.file_id)
_REST: tuple[Column[Result], ...] = (
    Column("verdict", lambda row: row.verdict),
    Column("sentence", lambda row: row.sentence),
)


def _to_json(row: Result) -> str:
    return json.dumps(asdict(row))


class Results:
    """The results of a command on their way to the output.

    `columns` name the IDs that a line begins with: of documents, of collections, or of both.
    """

    def __init__(self, output: "Output", columns: Sequence[str] = ("file_id",)) -> None:
        ids = [column for column in (_COLLECTION_ID, _FILE_ID) if column.name in columns]
        kind = RowKind([*ids, *_REST], [*ids, *_REST], _to_json)
        self._output = output
        self._ids = ids
        self._writer: RowWriter[Result] | None = None
        if output.form != "table":
            self._writer = output.rows(kind)

    def write(self, rows: Iterable[Result]) -> None:
        """Write some, at once; on a terminal no sentence is cut."""
        rows = list(rows)
        if self._writer is not None:
            self._writer.write(rows)
        elif rows:
            self._output.write("".join([f"{self._line(row)}\n" for row in rows]))
            self._output.flush()

    def end(self) -> None:
        """Write what belongs behind the last one."""
        if self._writer is not None:
            self._writer.end()

    def _line(self, row: Result) -> str:
        ids = [clean(str(column.value(row) or ""), 100) for column in self._ids]
        verdict = row.verdict.ljust(_VERDICT_WIDTH)
        line = "  ".join([*filter(None, ids), verdict, clean(row.sentence, _LONGEST)])
        return "\n".join(
            textwrap.wrap(
                line,
                max(self._output.width, 40),
                subsequent_indent="  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        )


def write_collection_result(output: "Output", outcome: "Outcome") -> int:
    """Write what became of a write to a collection, and return the exit code."""
    results = Results(output, ("collection_id",))
    results.write([Result.of(outcome)])
    results.end()
    return 0 if outcome.ok else EXIT_FAILED


def write_dry_run(
    output: "Output", rows: Iterable[Result], columns: Sequence[str] = ("file_id",)
) -> int:
    """Write what would be sent, and say that nothing was."""
    results = Results(output, columns)
    results.write(rows)
    results.end()
    output.note("This was a dry run: nothing was sent.")
    return 0

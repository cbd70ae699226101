"""Documents as CSV, JSON lines or a JSON array: pure, but for the file that CSV is gathered in."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Literal, Protocol

from xcoll_tui.session.lists.api_rows import document_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from xcoll_tui.api.models import Document, FieldDefinition

FormatName = Literal["csv", "jsonl", "json"]
FORMATS: tuple[FormatName, ...] = ("csv", "jsonl", "json")

METADATA = (
    "file_id",
    "name",
    "size_bytes",
    "content_type",
    "created_at",
    "expires_at",
    "hash",
    "upload_status",
    "upload_error_message",
    "processing_status",
    "file_path",
)
DOCUMENT = (
    "status",
    "error_message",
    "last_indexed_at",
    "chunk_count",
    "chunks_processed_count",
)
FIELD_PREFIX = "fields."
_metadata_of = attrgetter(*METADATA)
_members_of = attrgetter(*DOCUMENT)

# What a spreadsheet takes for a formula, also in wide letters; a plain number is none.
_BEGINNINGS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# The same within lines of cells without line ends; a minus is common elsewhere, the others are not.
_ELSEWHERE_RARE = tuple(_BEGINNINGS - set("-\r\n"))
_BEGINNING = re.compile(f"(?:^|,)[-{re.escape(''.join(_ELSEWHERE_RARE))}]", re.MULTILINE)
_QUOTE = '"'
_TO_BE_QUOTED = re.compile(r'[,"\r\n]')
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?")
# Python reads no longer ones than 128 KiB unless it is told to; Windows takes no larger number.
_LONGEST_CELL = 2**31 - 1
_BOM = b"\xef\xbb\xbf"


class Format(Protocol):
    """Turns documents into bytes; `begin`, any number of `join`ed chunks, `end`."""

    def encode(self, rows: Sequence[Document]) -> bytes:
        """Return some rows as a chunk, in the order given."""

    def write(self, chunk: bytes) -> None:
        """Write a chunk behind those before."""

    def end(self) -> None:
        """Write what is left; nothing may follow."""

    def close(self) -> None:
        """Let go of what was kept on the way."""


def make_format(
    name: FormatName,
    write: Callable[[bytes], object],
    definitions: Sequence[FieldDefinition],
    *,
    excel: bool = False,
    folder: Path | None = None,
) -> Format:
    """Make the format of a name, over `write`.

    CSV has a column for each of `definitions`, and for what else is found; so it is gathered in a
    file without a name in `folder`, and written in the end. `excel` marks it as UTF-8.
    """
    if name == "csv":
        return _Csv(write, definitions, excel=excel, folder=folder)
    return _Json(write, array=name == "json")


class _Json:
    def __init__(self, write: Callable[[bytes], object], *, array: bool) -> None:
        self._write = write
        self._array = array
        self._begun = False

    def encode(self, rows: Sequence[Document]) -> bytes:
        lines = [document_json(row) for row in rows]
        if self._array:
            return ",\n".join(lines).encode()
        return "".join([f"{line}\n" for line in lines]).encode()

    def write(self, chunk: bytes) -> None:
        if self._array:
            self._write(b",\n" if self._begun else b"[\n")
        self._write(chunk)
        self._begun = True

    def end(self) -> None:
        if self._array:
            self._write(b"\n]\n" if self._begun else b"[]\n")

    def close(self) -> None:
        pass


class _Csv:
    def __init__(
        self,
        write: Callable[[bytes], object],
        definitions: Sequence[FieldDefinition],
        *,
        excel: bool,
        folder: Path | None,
    ) -> None:
        self._write = write
        self._excel = excel
        keys = dict.fromkeys(definition.key for definition in definitions)
        self._defined = len(keys)
        self._places = {key: place for place, key in enumerate(keys)}
        self._body: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - `close` does

    def encode(self, rows: Sequence[Document]) -> bytes:
        lines = [self._cells(row) for row in rows]
        # Most rows need no quotes, and hold nothing that a spreadsheet runs; joined, that can be
        # seen of all of them at once, in half the time that looking at each cell takes.
        text = "".join([f"{','.join(cells)}\n" for cells in lines])
        if not _is_plain(text, lines):
            text = "".join([csv_line(safe_cells(cells)) for cells in lines])
        return text.encode()

    def write(self, chunk: bytes) -> None:
        self._body.write(chunk)

    def end(self) -> None:
        found = list(self._places)[self._defined :]
        columns = [*list(self._places)[: self._defined], *sorted(found)]
        heads = [*METADATA, *DOCUMENT, *(FIELD_PREFIX + key for key in columns)]
        if self._excel:
            self._write(_BOM)
        self._write(csv_line(heads).encode())
        self._body.seek(0)
        if not found:
            shutil.copyfileobj(self._body, _Into(self._write))
            return
        fixed = len(METADATA) + len(DOCUMENT)
        order = [*range(fixed), *(fixed + self._places[key] for key in columns)]
        with io.TextIOWrapper(self._body, encoding="utf-8", newline="") as text:
            csv.field_size_limit(_LONGEST_CELL)
            for row in csv.reader(text):
                padded = row + [""] * (len(order) - len(row))
                self._write(csv_line(padded[place] for place in order).encode())

    def close(self) -> None:
        self._body.close()

    def _cells(self, row: Document) -> list[str]:
        cells = [*_metadata_of(row.file_metadata), *_members_of(row)]
        fields, places = row.fields, self._places
        if fields:
            for key in fields:
                if key not in places:
                    places[key] = len(places)
            cells += map(fields.get, places)
        else:
            cells += [None] * self._defined
        # In one go: this runs for every cell of 100,000 documents.
        return [
            "" if cell is None else cell if cell.__class__ is str else str(cell) for cell in cells
        ]


class _Into:
    """A writer over a function, for what copies from file to file."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.write = write


def _is_plain(text: str, lines: Sequence[Sequence[str]]) -> bool:
    """Tell whether joined lines are CSV as they are: nothing is to be quoted or made safe."""
    if '"' in text or "\r" in text or text.count("\n") != len(lines):
        return False
    if text.count(",") != sum(map(len, lines)) - len(lines):
        return False
    may_begin = (
        any(map(text.__contains__, _ELSEWHERE_RARE))
        or ",-" in text
        or "\n-" in text
        or text[:1] == "-"
    )
    return not (may_begin and _BEGINNING.search(text))


def csv_line(cells: Iterable[str]) -> str:
    """Write a row; `csv` leaves a carriage return without quotes, which tears the row."""
    quoted = [
        f'"{cell.replace(_QUOTE, _QUOTE * 2)}"' if _TO_BE_QUOTED.search(cell) else cell
        for cell in cells
    ]
    return f"{','.join(quoted)}\n"


def safe_cells(cells: Iterable[str]) -> list[str]:
    """Return cells that no spreadsheet runs: an apostrophe before what would be a formula."""
    return [
        f"'{cell}" if cell[:1] in _BEGINNINGS and not _NUMBER.fullmatch(cell) else cell
        for cell in cells
    ]

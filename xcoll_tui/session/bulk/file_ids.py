"""File IDs out of whatever a person pastes, and what stands beside each of them: pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xcoll_tui.session.bulk.pasted_json import Record, read_json, records_in, refuse_part
from xcoll_tui.session.bulk.pasted_table import Table, read_tables
from xcoll_tui.session.bulk.pasted_text import (
    FILE_ID,
    INVISIBLE,
    PasteBroken,
    plain_name,
    rank_of,
    take_comments_out,
    trim_cell,
)

_ID = FILE_ID.pattern
_ENDS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
# One, or several that nothing or little divides.
_RUN = re.compile(rf"(?<![\w-]){_ID}(?:[-_]*{_ID})*(?![\w-])", re.ASCII)
# What a terminal takes for a colour, a title or a link, as in the lines of a log.
_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
# What stands around a text in Markdown, on lines of its own.
_FENCE = re.compile(
    rf"(?:\A|(?<=[{_ENDS}]))[ \t>]*(?:`{{3,}}|~{{3,}})[ \t]*[\w.+-]*[ \t]*(?=[{_ENDS}]|\Z)"
)
_INKED = re.compile(r"\S")
_SEPARATORS = re.compile(
    r"(?:[\s,;|，、；،؛\x00-\x1f\x7f-\x9f\u2800\ud800-\udfff]|\\[nrtvf]|%[0-9a-fA-F]{2}|&#?\w{1,8};)+"
)
# JSON may hold half of a character, and no request could carry it.
_SURROGATE = re.compile("[\ud800-\udfff]")
_HIDDEN = re.compile(f"[{INVISIBLE}]+")
_QUOTES = "\"'`“”„‘’‚«»‹›「」『』<>[](){}\\"
_NUMBERING = re.compile(r"\d{1,6}[.):\]]|[(\[]\d{1,6}[)\]][.:]?")
# What a list puts before an ID: bullets, boxes to tick, numbers and letters.
_MARKER = re.compile(
    rf"(?:\A|(?<=[{_ENDS}]))(?:"
    rf"[^\S{_ENDS}]++|[{INVISIBLE}]++"
    r"|[-–—*+>•◦▪‣·#]|[(\[][xX✓✔ ]?[)\]]|[\u2460-\u249b\u2776-\u2793]|n[or]\b[.:]*+"
    r"|[(\[]?\d{1,6}(?:[./]\d{1,6})*+(?!\w)[.):\],;|\\]*+|[(\[]?(?:[a-z]|[ivxlc]{1,7})[.):\]]++"
    rf"){{1,20}}+(?=[^{_ENDS}]*?{_ID})",
    re.IGNORECASE,
)
_NAMED, _LONG_NAME = 3, 40


@dataclass(frozen=True)
class PastedIds:
    """The IDs in the order they were given, each once."""

    file_ids: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    """Those that were repeated."""
    malformed: tuple[str, ...] = ()
    """Those that do not look like an ID of the service's (`file_` and a UUID); they may be ones."""
    columns: tuple[str, ...] = ()
    """The names of what stands beside the IDs."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By ID and column, what is not empty."""
    notes: tuple[str, ...] = ()
    """Sentences on what was left out."""
    problem: PasteBroken | None = None
    """Why there are not IDs, where the text looks like JSON or a table and is broken."""


def read_file_ids(text: str) -> PastedIds:
    """Read IDs divided by line ends, commas, semicolons or blanks, quoted or not.

    JSON is read too: texts in it, under `file_id` or `id` where it holds objects, or the names of
    their members; and a table,
    of a spreadsheet, CSV or Markdown, with a header that names one of these.
    """
    text = text.lstrip("\ufeff\u200b\u2060\x00")  # what a spreadsheet's file begins with
    text = _out_of_fences(text)
    plain = _CODES.sub(_blank, text)
    try:
        pasted = _from_json(plain)
        if pasted is not None:
            return pasted
        tables = read_tables(text, _is_id)
        if tables is not None:
            above = [Record(word, {}) for word in _words(tables.above) if FILE_ID.fullmatch(word)]
            return _from_tables(above, tables.tables)
        refuse_part(plain)
    except PasteBroken as problem:
        return PastedIds((), problem=problem)
    words, count = take_comments_out(plain) if FILE_ID.search(plain) else (plain, 0)
    notes = (f"{count:,} comment{'s were' if count > 1 else ' was'} left out",) if count else ()
    return _pasted((Record(word, {}) for word in _words(_MARKER.sub("", words))), notes)


def keys_of_columns(columns: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
    """Return the key of each column that is a field.

    A column has the name of a field, or one that differs in case, blanks or underscores only.
    """
    plain = Counter(plain_name(key) for key in keys)
    alike = {plain_name(key): key for key in keys if plain[plain_name(key)] == 1}
    key_of_column = {name: name for name in columns if name in keys}
    for name in columns:
        key = alike.get(plain_name(name))
        if key and plain_name(name) and key not in key_of_column.values():
            key_of_column[name] = key
    return key_of_column


def fields_among(pasted: PastedIds, keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the values for those columns that are fields, by ID and key."""
    key_of = keys_of_columns(pasted.columns, keys)
    fields: dict[str, dict[str, str]] = {}
    for file_id, values in pasted.values.items():
        own: dict[str, str] = {}
        for column, value in values.items():
            if column in key_of:
                own.setdefault(key_of[column], value)
        if own:
            fields[file_id] = own
    return fields


def write_table(fields: Mapping[str, Mapping[str, str]], keys: Sequence[str]) -> str:
    """Write IDs and some of their fields as a table that can be read again."""
    rows = [["file_id", *keys]]
    rows += [[file_id, *(own.get(key, "") for key in keys)] for file_id, own in fields.items()]
    return "\n".join("\t".join(map(_cell, row)) for row in rows)


def _cell(text: str) -> str:
    quoted = '"' in text or "\t" in text or "".join(text.splitlines()) != text
    return '"' + text.replace('"', '""') + '"' if quoted else text


# The three kinds of text


def _from_json(text: str) -> PastedIds | None:
    content = read_json(text)
    if content is None:
        return None
    try:
        records = [record for value in content.values for record in records_in(value)]
    except RecursionError:
        raise PasteBroken("JSON", (1, 1), "it is nested too deeply") from None
    notes = tuple(
        f"“{_shown(name)}” appears more than once in an object; the last one counts"
        for name in content.repeated[:_NAMED]
    )
    return _pasted(
        (
            Record(file_id, record.values)
            for record in records
            for file_id in _ids_of(record.file_id)
        ),
        notes,
    )


def _from_tables(records: list[Record], tables: Sequence[Table]) -> PastedIds:
    longer: list[int] = []
    repeated: list[str] = []
    without = 0
    for table in tables:
        width = len(table.header)
        own = table.header[table.column] if table.column < width else None
        repeated += [name for name, count in Counter(table.header).items() if name and count > 1]
        for row in table.rows:
            ids = _ids_in_row(row.cells, table.column)
            named = zip(table.header, row.cells, strict=False)
            values: dict[str, str] = {}
            for name, cell in named:
                if name != own:
                    values.setdefault(name, cell)
            if width and any(row.cells[width:]):
                longer.append(row.line)
                values = {}
            without += not ids
            records += [Record(file_id, values) for file_id in ids]
    notes = []
    if longer:
        notes.append(
            f"{_rows(len(longer))} more cells than the header, so only the ID was taken "
            f"(line {longer[0]})"
        )
    notes += [
        f"several columns are called “{_shown(name)}”; the first one counts"
        for name in list(dict.fromkeys(repeated))[:_NAMED]
    ]
    if not all(table.header for table in tables):
        notes.append("what is next to the IDs has no names, so it was left out")
    if without:
        notes.append(f"{_rows(without)} no ID")
    return _pasted(records, tuple(notes))


def _ids_in_row(cells: Sequence[str], column: int) -> list[str]:
    if column < len(cells) and cells[column]:
        return _ids_of(cells[column])
    # A line that was added below the table.
    filled = [cell for cell in cells if cell]
    return _known_in(filled[0]) if len(filled) == 1 else []


def _out_of_fences(text: str) -> str:
    """Put blanks for the fences of Markdown, and for what stands around them and has no ID."""
    parts: list[str] = []
    begin, fenced = 0, False
    for fence in _FENCE.finditer(text):
        part = text[begin : fence.start()]
        parts += [part if fenced or FILE_ID.search(part) else _INKED.sub(" ", part)]
        parts += [_blank(fence)]
        begin, fenced = fence.end(), not fenced
    rest = text[begin:]
    parts += [_INKED.sub(" ", rest) if begin and not (fenced or FILE_ID.search(rest)) else rest]
    return "".join(parts)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _words(text: str) -> Iterator[str]:
    lines = trim_cell(text).splitlines()
    # A column alone, with its name above.
    if lines and rank_of(lines[0]) is not None:
        text = "\n".join(lines[1:])
    for word in _split(text):
        for part in _apart(word):
            yield from (file_id for file_id in _ids_of(part) if rank_of(file_id) is None)


def _split(text: str) -> Iterator[str]:
    # Word by word: splitting a megabyte at once would hold up every other thread.
    begin = 0
    for separator in _SEPARATORS.finditer(text):
        yield text[begin : separator.start()]
        begin = separator.end()
    yield text[begin:]


def _apart(word: str) -> list[str]:
    """Part a word at what is invisible, unless it is one ID with that inside it."""
    parts = [part for part in _HIDDEN.split(word) if part]
    if len(parts) < 2 or _is_id("".join(parts)):
        return ["".join(parts)]
    joined = parts[:1]
    for part in parts[1:]:
        if part.lstrip(_QUOTES).startswith("file_") or not joined[-1].startswith("file_"):
            joined.append(part)
        else:
            joined[-1] += part
    return joined


def _ids_of(text: str) -> list[str]:
    """Return the IDs in a word or a cell, or the word itself, which may be one."""
    visible = _HIDDEN.sub("", text)
    known_ids = _known_in(visible)
    if known_ids:
        return known_ids
    word = _SEPARATORS.sub(" ", _CODES.sub(" ", visible)).strip(f" {_QUOTES}")
    is_one = any(character.isalnum() for character in word)
    return [word] if is_one and not _NUMBERING.fullmatch(visible.strip()) else []


def _known_in(text: str) -> list[str]:
    return [file_id for run in _RUN.findall(text) for file_id in FILE_ID.findall(run)]


def _is_id(text: str) -> bool:
    return len(_known_in(_HIDDEN.sub("", text))) == 1


def _pasted(records: Iterable[Record], notes: tuple[str, ...] = ()) -> PastedIds:
    counts: Counter[str] = Counter()
    columns: dict[str, None] = {}
    values: dict[str, Mapping[str, str]] = {}
    differing = 0
    for record in records:
        counts[record.file_id] += 1
        columns.update(dict.fromkeys(name for name in record.values if name))
        own = {
            name: value
            for name, cell in record.values.items()
            if name and (value := trim_cell(_SURROGATE.sub("\ufffd", cell)))
        }
        differing += own != values.setdefault(record.file_id, own)
    if differing:
        notes += (
            f"{_rows(differing)} other values for an ID than a row above; the first ones count",
        )
    return PastedIds(
        tuple(counts),
        tuple(file_id for file_id, count in counts.items() if count > 1),
        tuple(file_id for file_id in counts if not FILE_ID.fullmatch(file_id)),
        tuple(columns),
        {file_id: own for file_id, own in values.items() if own},
        notes,
    )


def _shown(name: str) -> str:
    return name if len(name) <= _LONG_NAME else f"{name[:_LONG_NAME]}…"


def _rows(count: int) -> str:
    return "1 row has" if count == 1 else f"{count:,} rows have"

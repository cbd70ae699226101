"""What the preview says of a document, in lines as wide as it is: pure."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from xcoll_tui.api.models import Document, FieldDefinition
from xcoll_tui.ui.presentation.facts import (
    Fact,
    Section,
    describe_definition,
    file_facts,
    state_facts,
)
from xcoll_tui.ui.presentation.text import clean, clean_lines, fit

MOST_LINES = 400
"""So many lines are laid out; the details show the rest."""
_LONGEST = 4_000
_NAME, _INDENT = 14, 2


class Span(NamedTuple):
    """A piece of a line, cleaned, and how it looks."""

    text: str
    tone: str = ""
    """"title", "name", or a tone of a fact."""


Line = tuple[Span, ...]


def preview_of(
    document: Document, definitions: Sequence[FieldDefinition], now: float
) -> list[Section]:
    """Tell the fields first, then the state and the file, then which defined fields are missing."""
    fields = document.fields
    defined = [definition.key for definition in definitions]
    keys = [
        *(key for key in defined if key in fields),
        *(key for key in fields if key not in defined),
    ]
    sections = [
        Section("Fields", [Fact(key, fields[key]) for key in keys], "No fields."),
        Section("State", state_facts(document, now)),
        Section("File", file_facts(document, now)),
    ]
    missing = [
        Fact(definition.key, describe_definition(definition), "$error" * definition.required)
        for definition in definitions
        if not fields.get(definition.key)
    ]
    return [*sections, Section("Defined, but missing here", missing)] if missing else sections


def lay_out(sections: Sequence[Section], width: int) -> list[Line]:
    """Write sections in lines of so many cells; what is too long for one is wrapped."""
    if width <= _INDENT:
        return []
    lines = list(islice(_lines(sections, width), MOST_LINES + 1))
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [(Span(fit("… ⏎ shows the rest", width), "name"),)]
    return lines


def _lines(sections: Sequence[Section], width: int) -> Iterator[Line]:
    for number, section in enumerate(sections):
        if number:
            yield ()
        yield (Span(fit(section.title, width).rstrip(), "title"),)
        if not section.facts and section.empty:
            yield (Span(" " * _INDENT), Span(fit(section.empty, width - _INDENT), "name"))
        names = [cell_len(clean(fact.name, _NAME)) for fact in section.facts]
        column = min(_NAME, max(names, default=0))
        for fact in section.facts:
            yield from _fact(fact, column, width)


def _fact(fact: Fact, column: int, width: int) -> Iterator[Line]:
    """Write a fact on one line, or its value below its name, where all of the width is for it."""
    indent = Span(" " * _INDENT)
    room = width - _INDENT - column - _INDENT
    value = clean_lines(fact.value.strip("\n"), _LONGEST) or "–"
    is_short = "\n" not in value and len(value) <= room and cell_len(value) <= room
    if is_short and cell_len(clean(fact.name)) <= column:
        yield indent, Span(fit(fact.name, column) + indent.text, "name"), Span(value, fact.tone)
        return
    yield indent, Span(fit(fact.name, width - _INDENT).rstrip(), "name")
    inner = Span(" " * min(2 * _INDENT, width - 1))
    for line in value.split("\n"):
        for piece in _wrap(line, width - len(inner.text)):
            yield inner, Span(piece, fact.tone)


def _wrap(line: str, width: int) -> Iterator[str]:
    """Break a line between words, and within one that is longer than a line."""
    current, room = "", width
    for word in line.split(" "):
        cells = cell_len(word)
        if current and cells + 1 <= room:
            current, room = f"{current} {word}", room - cells - 1
            continue
        if current:
            yield current
        *full, current = chop_cells(word, width) if cells > width else [word]
        yield from full
        room = width - cell_len(current)
    yield current

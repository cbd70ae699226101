"""Facts as lines: names in a column, and what they hold beside them: pure."""

from collections.abc import Iterable

from textual.content import Content

from xcoll_tui.ui.presentation.facts import Fact, Section
from xcoll_tui.ui.presentation.text import clean

_LONGEST_NAME = 24
_AROUND_NAME = 4
"""Cells before a name and behind it."""
_LEAST_VALUE = 20
"""Cells from which on a value stands beside its name on all of its lines."""


def fact_lines(sections: Iterable[Section], room: int) -> Content:
    """Write sections of facts, `room` cells wide."""
    sections = list(sections)
    names = [fact.name for section in sections for fact in section.facts]
    width = min(_LONGEST_NAME, max((len(clean(name, _LONGEST_NAME)) for name in names), default=0))
    lines: list[Content] = []
    for section in sections:
        lines.append(Content.from_markup("[b $accent]$title[/]", title=section.title))
        if not section.facts:
            lines.append(Content.from_markup("  [$quiet]$sentence[/]", sentence=section.empty))
        lines += [line for fact in section.facts for line in _lines_of(fact, width, room)]
        lines.append(Content(""))
    return Content("\n").join(lines)


def _lines_of(fact: Fact, width: int, room: int) -> list[Content]:
    """Write a name and what it holds beside it, on as many lines as that takes."""
    name = clean(fact.name, _LONGEST_NAME)
    value = Content(clean(fact.value, 10_000) or "–")
    if fact.tone:
        value = value.stylize(fact.tone)
    if fact.note:
        value += Content.from_markup("  [$quiet]$note[/]", note=clean(fact.note, 200))
    first = Content.from_markup("  [$quiet]$name[/]  ", name=name.ljust(width))
    if room - width - _AROUND_NAME < _LEAST_VALUE:
        return [first + value]
    first_line, *others = value.wrap(room - width - _AROUND_NAME)
    indent = Content(" " * (width + _AROUND_NAME))
    return [first + first_line, *(indent + line for line in others)]

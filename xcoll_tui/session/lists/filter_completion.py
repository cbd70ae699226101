"""What may stand in a filter where the cursor is: pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from xcoll_tui.session.lists.filter_conditions import Subject
from xcoll_tui.session.lists.filter_values import DAYS, STATUS_NAMES, STATUSES, TYPES
from xcoll_tui.session.lists.letter_case import fold

_PART = re.compile(
    r"""(?P<before>(?P<key>[^\s:=<>!"'()]+(?:(?<=\.)"[^"]+")?)(?::?(?:<=|>=|!=|<|>|=)|:!?))?"""
    r"""(?P<value>"[^"]*|\S*)\Z"""
)
_PLAIN = re.compile(r"""[^\s"'()]+\Z""")
_PLAIN_KEY = re.compile(r"""[^\s:=<>!"'()]+\Z""")
_MOST = 50
_LONGEST = 60
_NEAR = 500
"""Characters before the cursor that are looked at: a paste may be very long."""


class Completion(NamedTuple):
    """Texts that may stand from `start` up to the cursor, the likeliest first."""

    start: int
    texts: tuple[str, ...]


def complete(
    text: str, cursor: int, subject: Subject, seen: Mapping[str, Sequence[str]]
) -> Completion:
    """List what may be meant by what stands before the cursor.

    `seen` are the values of fields that were seen, by the field as in an expression.
    """
    before = text[max(0, cursor - _NEAR) : cursor]
    match = _PART.search(before)
    if match is None:
        return Completion(cursor, ())
    start = cursor - len(match[0])
    name = subject.find(match["key"]) if match["key"] else ""
    if not name:
        typed = fold(match[0])
        names = [each for each in _names_in(subject) if fold(each).startswith(typed)]
        return Completion(start, tuple(names[:_MOST]))
    typed = fold(match["value"].removeprefix('"'))
    values = [value for value in _values_of(name, seen) if fold(value).startswith(typed)]
    texts = (match["before"] + _quoted(value) for value in values[:_MOST])
    return Completion(start, tuple(dict.fromkeys(texts)))


def _names_in(subject: Subject) -> Iterable[str]:
    keys = [key if _PLAIN_KEY.match(key) else f'fields."{key}"' for key in subject.keys]
    aliases = [
        f"{alias}{'>' if name in ('size_bytes', 'documents_count') else ':'}"
        for alias, name in subject.aliases.items()
        if alias not in subject.keys
    ]
    statuses = ["status:", *STATUSES] if subject.has_status else []
    names = [f"{key}:" for key in keys if key.count('"') in (0, 2)]
    own = [f"{name}:" for name in sorted(subject.fields)]
    return dict.fromkeys([*names, *aliases, *statuses, *own])


def _values_of(name: str, seen: Mapping[str, Sequence[str]]) -> Iterable[str]:
    if name == "status":
        return [*STATUSES, *(status for status in STATUS_NAMES if status not in STATUSES)]
    if name == "created_at":
        return DAYS
    if name == "content_type":
        return [*seen.get(name, ()), *TYPES]
    return seen.get(name, ())


def _quoted(value: str) -> str:
    return value if _PLAIN.match(value) else f'"{value.replace(chr(34), "")}"'


def values_seen(rows: Iterable[Any], subject: Subject) -> dict[str, list[str]]:
    """Return the values of the fields in some rows, by the field, each once."""
    values: dict[str, dict[str, None]] = {}
    for row in rows:
        for key in subject.keys:
            value = row.fields.get(key, "")
            if value and len(value) <= _LONGEST:
                values.setdefault(subject.find(key), {})[value] = None
    return {name: sorted(each) for name, each in values.items()}

"""The conditions that a filter is made of: each as an expression, in words, and for a row: pure."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from xcoll_tui.api.filters import (
    COLLECTION_FIELDS,
    DOCUMENT_FIELDS,
    contains,
    equals,
    field_path,
    quote,
)
from xcoll_tui.api.models import DocumentStatus
from xcoll_tui.session.lists.filter_values import (
    STATUS_NAMES,
    STATUSES,
    TYPES,
    When,
    cases_of,
    forms_of,
    read_size,
    read_span,
    unit_words,
    write_moment,
)
from xcoll_tui.session.lists.letter_case import fold
from xcoll_tui.session.lists.progress import progress_of
from xcoll_tui.session.times import in_utc, parse_time

_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}

EVERY_NAME = "every name"


class Problem(str):
    """A sentence on why something typed is no condition."""

    __slots__ = ()


@dataclass(frozen=True)
class Condition:
    """One condition; `name` is the word that it looks for in names, "" where it is another one.

    `expression` is "" where every row is meant.
    """

    expression: str
    words: str
    matches: Callable[[Any], bool] = field(compare=False, repr=False)
    note: str = ""
    name: str = ""
    only_asked: str = ""
    """What the service is asked for instead, where it cannot be asked for this."""
    is_cased: bool = False
    """Whether it is asked for in other cases, too."""

    def noted(self, note: str) -> "Condition":
        """Return this condition with something else to know."""
        return replace(self, note=note)

    def negated(self) -> "Condition | Problem":
        """Return the opposite of this condition."""
        if not self.expression:
            return Problem("NOT * would match nothing.")
        return replace(
            self,
            expression=f"NOT ({self.expression})",
            words=f"NOT ({self.words})" if " " in self.words else f"NOT {self.words}",
            matches=lambda row: not self.matches(row),
            name="",
        )


@dataclass(frozen=True)
class Subject:
    """A list, as far as filters ask of it.

    `fields` are the service's, `aliases` what a person may write for them, `keys` the documents'
    own fields: those defined, then others seen. `readers` tell what a row has for each of `fields`.
    """

    name_field: str
    fields: frozenset[str]
    aliases: Mapping[str, str] = field(compare=False)
    readers: Mapping[str, Callable[[Any], Any]] = field(compare=False, repr=False)
    keys: tuple[str, ...] = ()

    @property
    def has_status(self) -> bool:
        """Whether its rows are indexed."""
        return "status" in self.fields

    def with_keys(self, keys: Sequence[str]) -> "Subject":
        """Return the same list with the documents' own fields."""
        return replace(self, keys=tuple(dict.fromkeys(keys)))

    def find(self, written: str) -> str:
        """Return the field that a person means, as in an expression; "" where there is none.

        The service's names go first, then the documents' own fields, then aliases.
        """
        if written in self.fields:
            return written
        if self.has_status and written.startswith("fields.") and len(written) > len("fields."):
            return written
        if written in self.keys:
            return field_path(written)
        folded = fold(written)
        alike = [key for key in self.keys if fold(key) == folded]
        if len(alike) == 1:
            return field_path(alike[0])
        return folded if folded in self.fields else self.aliases.get(folded, "")

    def key_of(self, name: str) -> str:
        """Return the key behind `fields.`."""
        key = name.removeprefix("fields.")
        return key[1:-1] if key[:1] in ("'", '"') and key[-1:] == key[:1] and len(key) > 1 else key


DOCUMENTS = Subject(
    "name",
    DOCUMENT_FIELDS,
    {"size": "size_bytes", "created": "created_at", "type": "content_type"},
    {
        "name": lambda row: row.name,
        "content_type": lambda row: row.file_metadata.content_type,
        "size_bytes": lambda row: row.file_metadata.size_bytes,
        "created_at": lambda row: row.file_metadata.created_at,
        "status": lambda row: row.status,
    },
)
COLLECTIONS = Subject(
    "collection_name",
    COLLECTION_FIELDS,
    {
        "name": "collection_name",
        "id": "collection_id",
        "created": "created_at",
        "documents": "documents_count",
    },
    {
        "collection_name": lambda row: row.collection_name,
        "collection_id": lambda row: row.collection_id,
        "created_at": lambda row: row.created_at,
        "documents_count": lambda row: row.documents_count,
    },
)


def make_condition(
    subject: Subject, written: str, sign: str, value: str, when: When
) -> Condition | Problem:
    """Make the condition of a comparison of a field with a value."""
    name = subject.find(written)
    if name == "status":
        return _compare_status(sign, value)
    if name == "content_type":
        return _compare_type(subject, sign, value)
    if name in ("size_bytes", "documents_count"):
        return _compare_number(subject, name, sign, value)
    if name == "created_at":
        return _compare_moment(subject, sign, value, when)
    if name in subject.fields:
        return _compare_text(name, subject.readers[name], sign, value)
    key = subject.key_of(name)
    return _compare_text(name, lambda row: row.fields.get(key, ""), sign, value)


def has_word(subject: Subject, word: str) -> Condition:
    """Make the condition that a word is in the name."""
    reader = subject.readers[subject.name_field]
    return replace(_compare_text(subject.name_field, reader, ":", word), name=word)


def matches_pattern(subject: Subject, pattern: str) -> Condition:
    """Make the condition that a name looks like a pattern with `*`.

    The service can be asked for the pieces between only, wherever they stand.
    """
    pieces = [piece for piece in pattern.split("*") if piece]
    if not pieces:
        return Condition("", EVERY_NAME, lambda _row: True)
    parts = [has_word(subject, piece) for piece in pieces]
    reader = subject.readers[subject.name_field]
    fitting = re.compile(
        ".*".join(re.escape(fold(piece)) for piece in pattern.split("*")), re.DOTALL
    )
    joined = " AND ".join(f"({part.expression})" for part in parts)
    words = " AND ".join(part.words for part in parts)
    return Condition(
        joined if len(parts) > 1 else parts[0].expression,
        words,
        lambda row: fitting.fullmatch(fold(reader(row))) is not None,
        name=pattern,
        is_cased=any(part.is_cased for part in parts),
        only_asked=f"anywhere in the name, as the service has no {pattern.strip()}",
    )


def has_status(word: str, *, negated: bool = False) -> Condition:
    """Make the condition that a row is in a state, in the words of the rows."""
    failed, processed = DocumentStatus.FAILED, DocumentStatus.PROCESSED
    expression = {
        "failed": f"status:{failed}",
        "ready": f"status:{processed}",
        # Not every status under way is documented as one that can be asked for.
        "indexing": f"status:!{processed} AND status:!{failed}",
    }[word]
    states = {"indexing", "unknown"} if word == "indexing" else {word}
    if negated:
        expression = f"NOT ({expression})"
    return Condition(
        expression, expression, lambda row: (progress_of(row).state in states) != negated
    )


def _compare_status(sign: str, value: str) -> Condition | Problem:
    word = value.lower()
    if sign not in (":", "=", "!="):
        return Problem("A status is one or is not: write status:failed or status!=failed.")
    if word in STATUSES:
        return has_status(word, negated=sign == "!=")
    status = STATUS_NAMES.get(word) or (
        value.upper() if word.startswith("document_status_") else ""
    )
    if not status:
        return Problem(
            f"“{value}” is not a status: write failed, ready, indexing, or one of"
            f" {', '.join(STATUS_NAMES)}."
        )
    expression = f"status:{'!' if sign == '!=' else ''}{status}"
    return Condition(expression, expression, lambda row: (row.status == status) != (sign == "!="))


def _compare_type(subject: Subject, sign: str, value: str) -> Condition | Problem:
    if sign not in (":", "=", "!="):
        return Problem("A type is one or is not: write type:pdf.")
    reader = subject.readers["content_type"]
    # Whether a part of a content type is enough for the service is not documented.
    whole = TYPES.get(value.lower(), ())
    asked = list(dict.fromkeys([*whole, value.lower()] if whole else [value, value.lower()]))
    expression = " OR ".join(contains("content_type", each) for each in asked)
    words = contains("content_type", asked[0])
    parts = tuple(fold(each) for each in asked)
    if sign == "!=":
        expression, words = f"NOT ({expression})", f"NOT {words}"
    return Condition(
        expression,
        words,
        lambda row: any(part in fold(reader(row)) for part in parts) != (sign == "!="),
    )


def _compare_number(subject: Subject, name: str, sign: str, value: str) -> Condition | Problem:
    is_size = name == "size_bytes"
    number = read_size(value) if is_size or (value.isascii() and value.isdigit()) else None
    if number is None:
        sample = "a size such as 5MB" if is_size else "a number such as 100"
        return Problem(f"“{value}” is not {sample}.")
    reader = subject.readers[name]
    written = f"{name}:{sign}{number}" if sign in _SIGNS else f"{name} {_equality(sign)} {number}"
    other = operator.ne if sign == "!=" else operator.eq
    compare: Callable[[Any, Any], bool] = _SIGNS.get(sign, other)

    def matches(row: Any) -> bool:  # noqa: ANN401 - a row of either list
        own = reader(row)
        return own is not None and compare(own, number)

    return Condition(written, written, matches, note=unit_words(value) if is_size else "")


def _equality(sign: str) -> str:
    return "!=" if sign == "!=" else "="


def _compare_moment(subject: Subject, sign: str, value: str, when: When) -> Condition | Problem:
    span = read_span(value, when)
    if span is None:
        return Problem(f"“{value}” is not a date: write one as 2026-01-31, or today, or yesterday.")
    start, end = write_moment(span.start), write_moment(span.end)
    is_moment = span.start == span.end
    bound = span.end if sign == "<=" else span.start
    if sign in _SIGNS:
        expression = f"created_at:{sign}{write_moment(bound)}"
        if sign == "<=" and not is_moment:
            expression, sign = f"created_at:<{end}", "<"
    elif is_moment:
        expression = f"created_at {_equality(sign)} {start}"
    else:
        expression = f"created_at:>={start} AND created_at:<{end}"
        if sign == "!=":
            expression = f"NOT ({expression})"
    compare, reader = _SIGNS.get(sign), subject.readers["created_at"]

    def matches(row: Any) -> bool:  # noqa: ANN401 - a row of either list
        parsed = parse_time(reader(row))
        moment = None if parsed is None else in_utc(parsed)
        if moment is None:
            return False
        if compare is not None:
            return compare(moment, bound)
        within = moment == span.start if is_moment else span.start <= moment < span.end
        return within != (sign == "!=")

    return Condition(expression, expression, matches, note=span.words)


def _compare_text(name: str, reader: Callable[[Any], str], sign: str, value: str) -> Condition:
    forms = forms_of(value)
    folded = fold(value)
    if sign in _SIGNS:
        expression = f"{name} {sign} {quote(value)}"
        compare = _SIGNS[sign]
        return Condition(
            expression, expression, lambda row: bool(own := reader(row)) and compare(own, value)
        )
    write = contains if sign == ":" else equals
    expression = " OR ".join(write(name, form) for form in forms)
    words = write(name, value)
    if sign == "!=":
        expression, words = f"NOT ({expression})", f"{name} != {quote(value)}"

    # The service compares the names of collections by parts, also where they are to be equal.
    partly = sign == ":" or (sign == "=" and name == "collection_name")

    def matches(row: Any) -> bool:  # noqa: ANN401 - a row of either list
        own = fold(reader(row))
        return folded in own if partly else (own == folded) != (sign == "!=")

    return Condition(expression, words, matches, is_cased=len(cases_of(value)) > 1)

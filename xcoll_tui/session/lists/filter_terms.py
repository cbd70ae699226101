"""Filters for people who do not know the service's grammar: what is typed, as an expression: pure.

What is sent is made of what the service documents, and of nothing else. Whether it heeds case, and
how accents are written, is not documented, so both are asked for in all of their forms, with OR;
where all rows are loaded, `Translation.matches` finds them without it, in any case.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xcoll_tui.api.filters import is_expression
from xcoll_tui.session.lists.filter_conditions import (
    EVERY_NAME,
    Condition,
    Problem,
    Subject,
    has_status,
    has_word,
    make_condition,
    matches_pattern,
)
from xcoll_tui.session.lists.filter_values import (
    STATUS_NAMES,
    STATUSES,
    When,
    has_unit,
    is_day,
)

_PHRASE = re.compile(r"""(?:"([^"]+)"|'([^']+)')(?=\s|\Z)""")
_COMPARISON = re.compile(
    r"""(?P<key>[^\s:=<>!"'()]+(?:"[^"]+"|'[^']+')?)"""
    r"""(?:\s*(?P<sign>:?(?:<=|>=|!=|<|>|=)|:!)\s*|(?P<colon>:))"""
    r"""(?:"(?P<double>[^"]*)"(?=\s|\Z)|'(?P<single>[^']*)'(?=\s|\Z)|(?P<bare>\S*))"""
)
_SIZE = re.compile(r"(?P<sign>[<>]=?)\s*(?P<value>[0-9][0-9.]*\s?[A-Za-z]+)(?=\s|\Z)")
_UNIT = re.compile(r"\s([kmgt]?i?b)(?=\s|\Z)", re.IGNORECASE)
_RUN = re.compile(r"\S+")
_SPACE = re.compile(r"\s*")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_BRACKET = re.compile(r"[()]")
_JOINED = re.compile(r"\s(?:AND|OR)\s|(?:\A|\s)NOT\s")
_MOST_TERMS = 20
"""A filter of more words is cut: each of them becomes several comparisons."""


@dataclass(frozen=True)
class Translation:
    """What a filter text means.

    `expression` is what the service is asked. `words` says it to the person, "" where there is
    nothing to say; `notes` what else there is to know. `problem` is a sentence on why it cannot be
    asked. `as_it_is`: it is the service's own grammar, and only the service can tell what matches.
    `names` are the words that were looked for in names.
    """

    expression: str = ""
    words: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""
    as_it_is: bool = False
    names: tuple[str, ...] = ()
    only_asked: str = ""
    """What the service is asked for instead, where it has no way to ask for what is meant."""
    is_cased: bool = False
    """Whether words are asked for in other cases, too."""
    matches: Callable[[Any], bool] | None = field(default=None, compare=False, repr=False)
    """Whether a row is meant; None where only the service can tell."""


class Term(NamedTuple):
    """One part of a filter: a comparison, or a word where `key` is ""."""

    key: str
    operator: str
    value: str
    quoted: bool = False
    text: str = ""
    """All of it, as it was typed."""


def translate(
    text: str,
    subject: Subject,
    *,
    when: When,
    pasted: bool = False,
) -> Translation:
    """Say what a filter text asks of a list.

    An expression that was `pasted` goes as it is, whatever is in it.
    """
    text = text.strip()
    if not text:
        return Translation()
    terms = split_terms(text, subject)
    if is_expression(text, subject.fields) and (pasted or _is_own_grammar(text, terms, subject)):
        return Translation(text, as_it_is=True)
    groups = _group(terms, subject, when)
    if isinstance(groups, Problem):
        return Translation(problem=str(groups))
    notes = [condition.note for group in groups for condition in group if condition.note]
    if len(terms) > _MOST_TERMS:
        notes.append(f"only the first {_MOST_TERMS} words")
    return _join([group for group in groups if group], notes)


def _group(terms: Sequence[Term], subject: Subject, when: When) -> list[list[Condition]] | Problem:
    """Return the conditions of the terms: all of a group have to hold, and one group has to."""
    last = terms[-1].text
    if last in ("AND", "OR", "NOT") and len(terms) > 1:
        # Who writes a value there by a variable that is empty would ask for much more than meant.
        return Problem(f"{last} what? Write a condition behind it.")
    groups: list[list[Condition]] = [[]]
    negated = False
    for term in terms[:_MOST_TERMS]:
        if term.text == "OR" and groups[-1]:
            groups.append([])
        elif term.text == "NOT" and len(terms) > 1:
            negated = not negated
        elif term.text != "AND" or len(terms) == 1:
            condition = _condition_of(term, subject, when)
            if not isinstance(condition, Problem) and negated:
                condition = condition.negated()
            if isinstance(condition, Problem):
                return condition
            negated = False
            groups[-1].append(condition)
    return groups


def split_terms(text: str, subject: Subject) -> list[Term]:
    """Divide a filter text into its parts; a comparison of a field that is not there is a word."""
    terms: list[Term] = []
    at = _skip(text, 0)
    while at < len(text) and len(terms) <= _MOST_TERMS:
        term, at = _read_term(text, at, subject)
        terms.append(term)
        at = _skip(text, at)
    return terms


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()


def _read_term(text: str, at: int, subject: Subject) -> tuple[Term, int]:
    if match := _PHRASE.match(text, at):
        return Term("", "", match[1] or match[2], quoted=True, text=match[0]), match.end()
    match = _SIZE.match(text, at)
    if match is not None and "size_bytes" in subject.fields and has_unit(match["value"]):
        return Term("size_bytes", match["sign"], match["value"], text=match[0]), match.end()
    match = _COMPARISON.match(text, at)
    if match is not None and subject.find(match["key"]):
        bare, end = match["bare"], match.end()
        quoted = bare is None
        value = (match["double"] or match["single"] or "") if quoted else bare
        operator = match["sign"] or match["colon"]
        operator = {":!": "!=", ":": ":"}.get(operator, operator.removeprefix(":"))
        unit = _UNIT.match(text, end)
        if unit is not None and subject.find(match["key"]) == "size_bytes" and value[-1:].isdigit():
            value, end = value + unit[1], unit.end()
        return Term(match["key"], operator, value, quoted, text[at:end]), end
    run = _RUN.match(text, at)
    word = text[at:] if run is None else run[0]
    return Term("", "", word, text=word), at + len(word)


def _is_own_grammar(text: str, terms: Sequence[Term], subject: Subject) -> bool:
    """Tell whether an expression is one of the service's, and not of ours that looks like one."""
    bare = _QUOTED.sub("_", text)
    if _BRACKET.search(bare):
        return True
    ours = any(_is_ours(term, subject) for term in terms)
    return not ours and (len(terms) == 1 or bool(_JOINED.search(bare)))


def _is_ours(term: Term, subject: Subject) -> bool:
    if not term.key:
        return False
    name = subject.find(term.key)
    if term.key != name and not term.key.startswith("fields."):
        return True
    if name == "status":
        return term.value.lower() in {*STATUSES, *STATUS_NAMES}
    if name == "created_at":
        return is_day(term.value)
    if name == subject.name_field:
        return _is_pattern(term)
    return name == "size_bytes" and has_unit(term.value)


def _is_pattern(term: Term) -> bool:
    return not term.quoted and term.operator in ("", ":", "=") and "*" in term.value


def _condition_of(term: Term, subject: Subject, when: When) -> Condition | Problem:
    if term.key and not term.value and not term.quoted:
        return Problem(f"{term.text} what? Write a value behind it.")
    if _is_pattern(term) and subject.find(term.key) in ("", subject.name_field):
        return matches_pattern(subject, term.value)
    if term.key:
        return make_condition(subject, term.key, term.operator, term.value, when)
    if not term.quoted and subject.has_status and term.value.lower() in STATUSES:
        return has_status(term.value.lower())
    condition = has_word(subject, term.value)
    key = _COMPARISON.match(term.value)
    if key is None or term.quoted or not key["bare"] or not key["key"].isidentifier():
        return condition
    return condition.noted(f"there is no field “{key['key']}” here")


def _join(groups: Sequence[Sequence[Condition]], notes: Sequence[str]) -> Translation:
    if not groups:
        return Translation()
    groups = [[condition for condition in group if condition.expression] for group in groups]
    if not all(groups):
        return Translation(words=EVERY_NAME, notes=tuple(notes), matches=lambda _row: True)
    conditions = [condition for group in groups for condition in group]
    several = len(groups) > 1

    def joined(texts: Iterable[Iterable[str]], *, brackets: bool) -> str:
        parts = []
        for group in texts:
            inner = list(group)
            wrapped = [f"({part})" for part in inner] if len(inner) > 1 and brackets else inner
            part = " AND ".join(wrapped)
            # The service's OR binds tighter than its AND.
            is_compound = brackets or " AND " in part
            parts.append(f"({part})" if several and is_compound else part)
        return " OR ".join(parts)

    tests = [[condition.matches for condition in group] for group in groups]

    def matches(row: Any) -> bool:  # noqa: ANN401 - a row of either list
        return any(all(test(row) for test in group) for group in tests)

    return Translation(
        expression=joined(
            ([condition.expression for condition in group] for group in groups), brackets=True
        ),
        words=joined(
            ([condition.words for condition in group] for group in groups), brackets=False
        ),
        notes=tuple(dict.fromkeys(notes)),
        names=() if several else tuple(filter(None, (each.name for each in conditions))),
        only_asked=next((each.only_asked for each in conditions if each.only_asked), ""),
        is_cased=any(each.is_cased for each in conditions),
        matches=matches,
    )

"""Filter expressions, a subset of AIP-160, compiled to SQL.

OR binds tighter than AND, and NOT tightest, as AIP-160 has it; keywords are upper-case. `:` on
text means "contains", `=` means equal, except for fields that are `Text(partial=True)`, where both
mean "contains". `!=` and `:!` are the exact negations of `=` and `:`. A range `a..b` holds both
its ends. A comparison with an unknown field is neither true nor false, so that negating it
finds nothing either. Text compares by code point.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from xcoll_tui.emulator.wire import invalid, parse_integer, parse_time

# SQLite refuses expressions deeper than 1,000, and Python recursion deeper than that.
MOST_COMPARISONS = 250
MOST_NESTING = 50

Scalar = str | int | float


class Sql(NamedTuple):
    """A piece of SQL and the values of its question marks, in order."""

    text: str
    values: tuple[Scalar, ...] = ()


class Field(Protocol):
    """What a filter may compare: reads literals, and knows its SQL expression."""

    def compare(self, operator: str, literal: str) -> Sql:
        """Compile one comparison; operator is one of `:` `=` `<` `>` `<=` `>=`."""

    def within(self, low: str, high: str) -> Sql:
        """Compile a range that holds both ends."""


FindField = Callable[[str], Field | None]


@dataclass(frozen=True)
class Text:
    """A text column; the expression may be NULL, which is unlike every text.

    With `folded` it is in lower case, and so is what it is compared with.
    """

    expression: Sql
    partial: bool = False
    folded: bool = False

    def compare(self, operator: str, literal: str) -> Sql:
        """Compile a comparison by code point, or "contains"."""
        column, values = self.expression
        literal = literal.lower() if self.folded else literal
        if operator == ":" or (operator == "=" and self.partial):
            return Sql(f"coalesce(instr({column}, ?) > 0, 0)", (*values, literal))
        return Sql(f"coalesce({column} {operator} ?, 0)", (*values, literal))

    def within(self, low: str, high: str) -> Sql:
        """Compile a range by code point."""
        column, values = self.expression
        return Sql(f"coalesce({column} BETWEEN ? AND ?, 0)", (*values, low, high))


@dataclass(frozen=True)
class Ordered:
    """A column of numbers or times: its literals are read by `read`, None when they are none."""

    expression: str
    kind: str
    read: Callable[[str], int | float | None]

    def _value(self, literal: str) -> int | float:
        value = self.read(literal)
        if value is None:
            raise invalid(f"Invalid filter: {literal!r} is not a {self.kind}.")
        return value

    def compare(self, operator: str, literal: str) -> Sql:
        """Compile a comparison by size."""
        operator = "=" if operator == ":" else operator
        return Sql(f"{self.expression} {operator} ?", (self._value(literal),))

    def within(self, low: str, high: str) -> Sql:
        """Compile a range that holds both ends."""
        return Sql(f"{self.expression} BETWEEN ? AND ?", (self._value(low), self._value(high)))


@dataclass(frozen=True)
class Choice:
    """A column of enum names; only whole names compare, and only for equality."""

    expression: Sql
    names: frozenset[str]

    def compare(self, operator: str, literal: str) -> Sql:
        """Compile an equality."""
        if operator not in (":", "="):
            raise invalid(f"Invalid filter: {literal} has no order; use : or = or !=.")
        if literal not in self.names:
            raise invalid(
                f"Invalid filter: {literal!r} is not one of {', '.join(sorted(self.names))}."
            )
        return Sql(f"{self.expression.text} = ?", (*self.expression.values, literal))

    def within(self, low: str, high: str) -> Sql:
        """Refuse: names have no order."""
        raise invalid(f"Invalid filter: {low}..{high} is a range of names, which have no order.")


def number(expression: str) -> Ordered:
    """Describe a column of numbers."""
    return Ordered(expression, "number", _read_number)


def moment(expression: str) -> Ordered:
    """Describe a column of microseconds since 1970, compared with RFC 3339 times."""
    return Ordered(expression, "time (RFC 3339)", parse_time)


_DECIMAL = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,2})?\Z")


def _read_number(literal: str) -> int | float | None:
    whole = parse_integer(literal)
    if whole is not None and abs(whole) < 2**63:
        return whole
    return float(literal) if _DECIMAL.match(literal) else None


_MEMBER = re.compile(r"""[A-Za-z_](?:[^\s()'"<>=!:.]|\.(?=[^\s()'"<>=!:.]))*""")
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
# A bare value begins with no comparator: `name==x` is a slip, not a search for "=x".
_BARE = re.compile(r"""[^\s()'"<>=!:][^\s()]*""")
_OPERATOR = re.compile(r":\s*(!=|!|<=|>=|<|>|=)?|!=|<=|>=|<|>|=")
_KEYWORD = re.compile(r"(AND|OR|NOT)(?=[\s(]|\Z)")
_SPACE = re.compile(r"\s*")
_ESCAPE = re.compile(r"\\([\\'\"])")


class _Parser:
    def __init__(self, text: str, find_field: FindField) -> None:
        self.text = text
        self.find_field = find_field
        self.at = 0
        self.depth = 0
        self.comparisons = 0

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self._skip()
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def _take_keyword(self, word: str) -> bool:
        self._skip()
        match = _KEYWORD.match(self.text, self.at)
        if match is None or match[1] != word:
            return False
        self.at = match.end()
        return True

    def _take_sign(self, sign: str) -> bool:
        self._skip()
        if not self.text.startswith(sign, self.at):
            return False
        self.at += 1
        return True

    def _wrong(self, expected: str) -> Exception:
        self._skip()
        rest = self.text[self.at : self.at + 20]
        place = f"before {rest!r}" if rest else "at the end"
        return invalid(f"Invalid filter: expected {expected} {place} (position {self.at + 1}).")

    def parse(self) -> Sql:
        sql = self._conjunction()
        self._skip()
        if self.at < len(self.text):
            raise self._wrong("AND or OR")
        return sql

    def _conjunction(self) -> Sql:
        return self._chain("AND", self._disjunction)

    def _disjunction(self) -> Sql:
        return self._chain("OR", self._term)

    def _chain(self, word: str, part: Callable[[], Sql]) -> Sql:
        parts = [part()]
        while self._take_keyword(word):
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        text = f" {word} ".join(clause.text for clause in parts)
        return Sql(f"({text})", tuple(value for clause in parts for value in clause.values))

    def _term(self) -> Sql:
        self.depth += 1
        if self.depth > MOST_NESTING:
            raise invalid(f"Invalid filter: nested deeper than {MOST_NESTING}.")
        if self._take_keyword("NOT"):
            inner = self._term()
            sql = Sql(f"(NOT {inner.text})", inner.values)
        elif self._take_sign("("):
            sql = self._conjunction()
            if not self._take_sign(")"):
                raise self._wrong("a closing parenthesis")
        else:
            sql = self._comparison()
        self.depth -= 1
        return sql

    def _comparison(self) -> Sql:
        self.comparisons += 1
        if self.comparisons > MOST_COMPARISONS:
            raise invalid(f"Invalid filter: more than {MOST_COMPARISONS} comparisons.")
        self._skip()
        if _KEYWORD.match(self.text, self.at):
            raise self._wrong("a comparison")
        name = self._member()
        match = self._take(_OPERATOR)
        if match is None:
            raise self._wrong(f"one of : = != < > <= >= after {name}")
        operator = (match[1] or ":") if match[0].startswith(":") else match[0]
        negated = operator.startswith("!")
        if negated:
            operator = ":" if operator == "!" else "="
        literal, bare = self._literal(name)
        field = self.find_field(name)
        if field is None:
            return Sql("NULL")
        low, dots, high = literal.partition("..")
        if bare and dots and low and high and operator in (":", "="):
            sql = field.within(low, high)
        else:
            sql = field.compare(operator, literal)
        return Sql(f"(NOT {sql.text})", sql.values) if negated else Sql(f"({sql.text})", sql.values)

    def _member(self) -> str:
        match = self._take(_MEMBER)
        if match is None:
            raise self._wrong("the name of a field")
        name = match[0]
        if self.text.startswith('."', self.at) or self.text.startswith(".'", self.at):
            self.at += 1
            quoted = self._quoted()
            if quoted is None:
                raise self._wrong("a closing quote")
            return f"{name}.{quoted}"
        return name

    def _quoted(self) -> str | None:
        match = self._take(_QUOTED)
        if match is None:
            return None
        inner = match[1] if match[1] is not None else match[2]
        return _ESCAPE.sub(r"\1", inner)

    def _literal(self, name: str) -> tuple[str, bool]:
        """Read a value; the second tells whether it stood without quotes."""
        self._skip()
        if self.text[self.at : self.at + 1] in ("'", '"'):
            quoted = self._quoted()
            if quoted is None:
                raise self._wrong("a closing quote")
            if self.text[self.at : self.at + 1] not in ("", ")") and not (
                self.text[self.at].isspace()
            ):
                raise self._wrong("a space after the quoted value")
            return quoted, False
        match = self._take(_BARE)
        if match is None or _KEYWORD.fullmatch(match[0]):
            raise self._wrong(f"a value for {name}")
        return match[0], True


def compile_filter(text: str, find_field: FindField) -> Sql:
    """Compile an expression; raises a 400 refusal that says where it is wrong.

    find_field gets a name as written, such as `name` or `fields.isbn`, and answers None for a
    field that does not exist.
    """
    return _Parser(text, find_field).parse()

"""The text of a config.toml: what is right takes effect, and each mistake is a sentence. Pure."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from xcoll_tui.cli.parser import holds_key
from xcoll_tui.ui.actions import BY_ID
from xcoll_tui.ui.keymap import KeyRefused, read_keys, settle
from xcoll_tui.ui.preferences import (
    COLUMNS,
    CONFIG_FILE,
    FIELD_COLUMN,
    Glyphs,
    Preferences,
    QuitConfirm,
    RemovalConfirm,
)
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.themes import theme_names

_COLUMNS_LIMIT = 100
_MEMBERS = ("theme", "columns", "glyphs", "keys", "confirm")
_CONFIRMS: Mapping[str, type[StrEnum]] = {"remove": RemovalConfirm, "quit": QuitConfirm}
_PART = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_NAME = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"\s*\[\s*({_NAME})\s*\]\s*(?:#.*)?")
_ENTRY = re.compile(rf"\s*({_NAME})\s*=")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)\Z")

_Level = TypeVar("_Level", bound=StrEnum)


def preferences_of(text: str) -> Preferences:
    """Read the text of a file."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Preferences(problems=(_syntax_problem(text, str(error)),))
    except RecursionError:
        problem = f"{CONFIG_FILE} is nested too deeply. Nothing of the file is used."
        return Preferences(problems=(problem,))
    return _Reader(content, text).read()


def _syntax_problem(text: str, message: str) -> str:
    found = _AT_LINE.search(message)
    line = int(found[1]) if found else text.rstrip("\n").count("\n") + 1
    reason = clean(_AT_LINE.sub("", message).removesuffix(" (at end of document)"), 200)
    return f"{CONFIG_FILE} line {line}: this is not TOML ({reason}). Nothing of the file is used."


class _Reader:
    """Takes what is right of a file, and makes a sentence of the rest."""

    def __init__(self, content: Mapping[str, Any], text: str) -> None:
        self._content = content
        self._lines = _lines_of(text)
        self._problems: list[tuple[int, str]] = []

    def read(self) -> Preferences:
        """Read all members."""
        for name in self._content:
            if name not in _MEMBERS:
                self._complain((name,), f"{_shown(name)} is not a setting{_guess(name, _MEMBERS)}")
        theme, columns, keys = self._theme(), self._columns(), self._keys()
        confirm = self._table("confirm")
        for name in confirm:
            if name not in _CONFIRMS:
                self._complain(
                    ("confirm", name),
                    f"[confirm] has no entry {_shown(name)}{_guess(name, _CONFIRMS)}",
                )
        return Preferences(
            theme,
            keys,
            columns,
            self._confirm(confirm, "remove", RemovalConfirm.ASK),
            self._confirm(confirm, "quit", QuitConfirm.WRITING),
            self._glyphs(),
            # In the order of the file, as one mends it.
            tuple(problem for _, problem in sorted(self._problems, key=lambda pair: pair[0])),
        )

    def _complain(self, place: tuple[str, ...], clause: str) -> None:
        line = self._line(place)
        end = "" if clause.endswith(("?", ".")) else "."
        self._problems.append((line, f"{CONFIG_FILE} line {line}: {clause}{end}"))

    def _line(self, place: tuple[str, ...]) -> int:
        """Return the line of a member; of one within braces, that of what holds it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def _table(self, name: str) -> Mapping[str, Any]:
        table = self._content.get(name, {})
        if isinstance(table, dict):
            return table
        self._complain((name,), f"{name} is {_kind(table)}, and must be a table: [{name}]")
        return {}

    def _theme(self) -> str:
        theme = self._content.get("theme", "")
        if not isinstance(theme, str):
            self._complain(("theme",), f"theme is {_kind(theme)}, and must be text")
            return ""
        if theme and theme not in theme_names():
            self._complain(
                ("theme",), f"there is no theme {_shown(theme)}{_guess(theme, theme_names())}"
            )
            return ""
        return theme

    def _glyphs(self) -> Glyphs | None:
        if "glyphs" not in self._content:
            return None
        return self._one_of(("glyphs",), self._content["glyphs"], Glyphs)

    def _columns(self) -> tuple[str, ...]:
        columns = self._content.get("columns", [])
        if not isinstance(columns, list):
            self._complain(("columns",), f"columns is {_kind(columns)}, and must be a list")
            return ()
        odd = next((name for name in columns if not isinstance(name, str) or not name), None)
        if odd is not None:
            what = "an empty text" if odd == "" else _kind(odd)
            self._complain(("columns",), f"columns holds {what}, and must be a list of names")
            return ()
        if len(columns) > _COLUMNS_LIMIT:
            self._complain(("columns",), f"columns holds more than {_COLUMNS_LIMIT} names")
            return ()
        twice = next((name for name in columns if columns.count(name) > 1), None)
        if twice is not None:
            self._complain(("columns",), f"columns holds {_shown(twice)} twice")
        for name in dict.fromkeys(columns):
            if not _is_column(name):
                clause = f"there is no column {_shown(name)}{_guess(name, COLUMNS)}"
                self._complain(("columns",), clause)
        return tuple(name for name in dict.fromkeys(columns) if _is_column(name))

    def _confirm(self, confirm: Mapping[str, Any], name: str, default: _Level) -> _Level:
        return self._one_of(("confirm", name), confirm.get(name, default), type(default)) or default

    def _one_of(self, place: tuple[str, ...], value: object, kind: type[_Level]) -> _Level | None:
        try:
            return kind(str(value))
        except ValueError:
            values = " or ".join(f'"{value}"' for value in kind)
            shown = _shown(value) if isinstance(value, str) else _kind(value)
            self._complain(place, f"{place[-1]} is {shown}, and must be {values}")
            return None

    def _keys(self) -> dict[str, str]:
        wanted: dict[str, str] = {}
        places: dict[str, tuple[str, ...]] = {}
        for parts, value in _flat(self._table("keys")):
            place, action_id = ("keys", *parts), ".".join(parts)
            if action_id not in BY_ID:
                self._complain(
                    place, f"key {_shown(action_id)} is not an action{_guess(action_id, BY_ID)}"
                )
                continue
            names = _key_names(value)
            if names is None:
                self._complain(
                    place, f"{action_id} is {_kind(value)}, and must be a key, or a list of keys"
                )
                continue
            try:
                wanted[action_id] = read_keys(action_id, names)
            except KeyRefused as refusal:
                self._complain(place, f"{action_id} {clean(str(refusal), 120)}")
            places[action_id] = place
        # In the order of the file: what comes first has the key.
        ordered = dict(sorted(wanted.items(), key=lambda pair: self._line(places[pair[0]])))
        keymap, clashes = settle(ordered)
        for clash in clashes:
            self._complain(
                places[clash.refused],
                f"{clash.refused} has the key {clash.key}, which is that of {clash.kept}; it "
                f"keeps its default, {BY_ID[clash.refused].keys.replace(',', ' and ')}",
            )
        return keymap


def _flat(
    table: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield the values of a table: `write.attach` without quotes is a table in a table."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, (*above, name))
        else:
            yield (*above, name), value


def _lines_of(text: str) -> dict[tuple[str, ...], int]:
    """Return the lines on which the members of a file stand; the parser does not tell them."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _TABLE.fullmatch(line)
        entry = _ENTRY.match(line)
        if header is not None:
            table = _parts(header[1])
            lines.setdefault(table, number)
        elif entry is not None:
            parts = (*table, *_parts(entry[1]))
            for length in range(len(table) + 1, len(parts) + 1):
                lines.setdefault(parts[:length], number)
    return lines


def _parts(name: str) -> tuple[str, ...]:
    return tuple(
        part[1:-1] if part[0] in "\"'" else part for part in re.findall(_PART, name.strip())
    )


def _key_names(value: object) -> list[str] | None:
    if isinstance(value, str):
        return value.split(",") if len(value) > 1 else [value]  # "," is a key, too
    if not isinstance(value, list):
        return None
    names = [name for name in value if isinstance(name, str)]
    return names if len(names) == len(value) else None


def _kind(value: object) -> str:
    kinds: dict[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return kinds.get(type(value), "a date or a time")


def _is_column(name: str) -> bool:
    is_field = name.startswith(FIELD_COLUMN) and len(name) > len(FIELD_COLUMN)
    return is_field or name in COLUMNS


def _shown(name: str) -> str:
    # What stands there by mistake may be a key.
    return "[key]" if holds_key(name) else f'"{clean(name, 60)}"'


def _guess(name: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

    close = get_close_matches(name[:60], list(names), 1, 0.6)
    return f"; did you mean {close[0]}?" if close else ""

"""JSON out of a clipboard: one value or several, in the quotes of a shell or not. Pure."""

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from xcoll_tui.session.bulk.pasted_text import (
    FILE_ID,
    INVISIBLE,
    PasteBroken,
    place_of,
    rank_of,
)

_UNSEEN = rf"\s\x00-\x20\x7f-\x9f{INVISIBLE}"
# JSON has no comments, but what people keep in files, and paste from there, has.
_COMMENT = r"//[^\n\r]*|/\*(?s:.*?)\*/|#[^\n\r]*"
_GAP = re.compile(f"(?:[{_UNSEEN}]++|{_COMMENT})*")
# A blank, or one that a shell or a text of JSON writes with a backslash.
_SPACE = rf"(?:[{_UNSEEN}]|\\[nrt])*"
# Not a list of bare words in brackets: that is no JSON, and can be read all the same.
_BEGIN = re.compile(
    rf"\{{{_SPACE}(?:[\"'“”}}]|\\\"|\w+\s*:)|\[{_SPACE}(?:[\"\[{{\]]|\\\")",
)
_ESCAPED = re.compile(rf"(?:[{{\[]{_SPACE})+\\\"")
_WRAPPED = re.compile(rf"(\$?'|\")(?={_SPACE}(?:{_BEGIN.pattern}))")
_MEMBER = re.compile(r"\\?\"[^\"\n\\]{1,80}\\?\"\s*:\s*(?:\\?\"|[{\[\d]|true|false|null)")
# What JSON does not know, such as the blanks of a web page, and texts, in which it is left alone.
_BETWEEN = re.compile(rf"\"(?:[^\"\\]|\\.)*+\"|[{_UNSEEN}]|{_COMMENT}", re.DOTALL)
_ESCAPE = re.compile(r"\\([^u])", re.DOTALL)
_QUOTE_OF_SHELL = re.compile(r"'\\(')'")
_QUOTE_OF_CSV = re.compile('"(")')
_DOUBLED = re.compile(rf"(?:[{{\[]{_SPACE})+\"\"\w")
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}

_REASONS = {
    "Expecting ',' delimiter": "a comma is missing, or a bracket at the end",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting property name enclosed in double quotes": "a name in double quotes is missing",
    "Expecting value": "a value is missing, or text is missing its double quotes",
    "Unterminated string starting at": "a text begins here and its double quotes are never closed",
    "Invalid control character at": "a line ends, or a tab stands, within double quotes",
    "Invalid \\escape": "a backslash stands before a letter that needs none",
    "Invalid \\uXXXX escape": "a code behind a backslash is not whole",
}


class Json(NamedTuple):
    """The values of a text, and the names that stand more than once in one object."""

    values: list[object]
    repeated: tuple[str, ...]


class Record(NamedTuple):
    """The record of one file in an object: its ID, and texts by their names."""

    file_id: str
    values: Mapping[str, str]


def read_json(text: str) -> Json | None:
    """Return the values that a text holds; None where it does not begin like JSON.

    Raises PasteBroken where it does and is not.
    """
    start = _end_of_gap(text, 0)
    wrapped = _WRAPPED.match(text, start)
    if wrapped is not None:
        return _read_wrapped(text, wrapped.group(1), wrapped.end())
    if text[start : start + 1] not in ("{", "["):
        return None
    inner, shifts = _replace(_ESCAPE, text) if _ESCAPED.match(text, start) else (text, [])
    try:
        return _read(text, inner, 0, shifts)
    except PasteBroken:
        if _BEGIN.match(text, start) is None:
            return None
        raise


def refuse_part(text: str) -> None:
    """Raise PasteBroken where JSON stands in a text that does not begin with it."""
    member = _MEMBER.search(text)
    if member is not None:
        raise PasteBroken(
            "JSON",
            place_of(text, member.start()),
            "it is a part of it, or other text stands before it; paste it from its first bracket "
            "to its last",
        )


def records_in(value: object) -> Iterator[Record]:
    """Find the IDs in a value of JSON, and what stands beside each.

    They are texts in lists, members with the name of an ID, and names of objects. In an answer of
    the service's the ID is in `file_metadata`, and the values are in `fields`.
    """
    if isinstance(value, str):
        yield Record(value, {})
    elif isinstance(value, list):
        for item in value:
            yield from records_in(item)
    elif isinstance(value, dict):
        yield from _records_of(value)


def _records_of(value: dict[str, Any]) -> Iterator[Record]:
    fields = value.get("fields")
    metadata = value.get("file_metadata")
    named = sorted(
        (rank, name)
        for name, item in value.items()
        if isinstance(item, str) and (rank := rank_of(name)) is not None
    )
    name = named[0][1] if named else None
    if name is not None and not _is_of_a_page(value, name):
        beside = fields if isinstance(fields, dict) else {**value, name: None}
        yield Record(value[name], _texts(beside))
    elif isinstance(metadata, dict):
        beside = _texts(fields) if isinstance(fields, dict) else {}
        for record in _records_of(metadata):
            yield record._replace(values=beside)
    elif any(map(FILE_ID.fullmatch, value)):
        for key, item in value.items():
            yield from _records_under(key, item)
    else:
        for key, item in value.items():
            for part in item if isinstance(item, list) else [item]:
                if not isinstance(part, str):
                    yield from records_in(part)
                elif isinstance(item, list) and (rank_of(key) is not None or _is_like_id(part)):
                    yield Record(part, {})


def _records_under(key: str, item: object) -> list[Record]:
    """Return the IDs in a member, else its name where that is one."""
    inner = list(records_in(item)) if isinstance(item, dict | list) else []
    if inner or not FILE_ID.fullmatch(key):
        return inner
    return [Record(key, _texts(item) if isinstance(item, dict) else {})]


def _is_of_a_page(value: Mapping[str, Any], name: str) -> bool:
    """Tell whether an ID is that of a whole answer, which has a list of others in it."""
    lists = [item for item in value.values() if isinstance(item, list)]
    return not _is_like_id(value[name]) and any(isinstance(item[0], dict) for item in lists if item)


def _is_like_id(text: str) -> bool:
    return text.startswith("file_")


def _texts(members: Mapping[str, Any]) -> dict[str, str]:
    texts = {True: "true", False: "false"}
    return {
        name: texts[item] if isinstance(item, bool) else item
        for name, item in members.items()
        if isinstance(item, str | bool)
    }


def _read_wrapped(text: str, quote: str, start: int) -> Json:
    body = text[start : len(text.rstrip(f"; \t\r\n{quote[-1]}"))]
    escape = _QUOTE_OF_CSV if _DOUBLED.match(body) else _ESCAPE
    if quote == "'":
        escape = _QUOTE_OF_SHELL
    inner, shifts = _replace(escape, body)
    return _read(text, inner, start, shifts)


def _replace(pattern: re.Pattern[str], text: str) -> tuple[str, list[int]]:
    """Put what an escape means in its place; tell where what follows has moved to the left."""
    parts: list[str] = []
    shifts: list[int] = []
    done = length = 0
    for match in pattern.finditer(text):
        character = _LETTERS.get(match.group(1), match.group(1))
        parts += [text[done : match.start()], character]
        length += match.start() - done + len(character)
        shifts += [length] * (len(match.group()) - len(character))
        done = match.end()
    parts.append(text[done:])
    return "".join(parts), shifts


def _read(whole: str, text: str, start: int, shifts: list[int]) -> Json:
    try:
        try:
            return _values(text)
        except json.JSONDecodeError:
            plain = _BETWEEN.sub(_blank, text)
            if plain == text:
                raise
            return _values(plain)
    except json.JSONDecodeError as error:
        at, reason = _cause(text, error)
        offset = start + at + bisect_right(shifts, at)
        raise PasteBroken("JSON", place_of(whole, offset), reason) from None
    except RecursionError:
        place = place_of(whole, start)
        raise PasteBroken("JSON", place, "it is nested too deeply") from None


def _values(text: str) -> Json:
    values: list[object] = []
    repeated: dict[str, None] = {}

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) < len(pairs):
            counts = Counter(name for name, _ in pairs)
            repeated.update((name, None) for name, count in counts.items() if count > 1)
        return mapping

    decoder = json.JSONDecoder(object_pairs_hook=members, parse_int=str, parse_float=str)
    at = _end_of_gap(text, 0)
    while at < len(text):
        if text[at] not in '{["':
            raise json.JSONDecodeError("Extra data", text, at)
        value, at = decoder.raw_decode(text, at)
        values.append(value)
        at = _end_of_gap(text, at)
    return Json(values, tuple(repeated))


def _blank(match: re.Match[str]) -> str:
    piece = match.group()
    return piece if piece.startswith('"') or piece in "\t\n\r" else " " * len(piece)


def _cause(text: str, error: json.JSONDecodeError) -> tuple[int, str]:
    at = error.pos
    before = text[:at].rstrip()
    if before.endswith(",") and (at >= len(text) or text[at] in "]}"):
        return len(before) - 1, "nothing follows this comma"
    if _end_of_gap(text, at) >= len(text):
        return len(text.rstrip()), "it ends before its brackets are closed"
    if error.msg == "Extra data":
        if text[at] == ",":
            return at, "a comma stands between values that no brackets hold together"
        return at, "other text stands behind it"
    return at, _REASONS.get(error.msg, error.msg)


def _end_of_gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return at if gap is None else gap.end()

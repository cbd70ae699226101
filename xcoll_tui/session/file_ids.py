"""File IDs out of whatever a person pastes: pure."""

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass

_KNOWN = re.compile(r"file_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_SEPARATORS = re.compile(r"[\s,;]+")
_QUOTES = "\"'`“”‘’«»<>[](){}"
_NAMES = ("file_id", "fileId", "id")


@dataclass(frozen=True)
class PastedIds:
    """The IDs in the order they were given, each once."""

    file_ids: tuple[str, ...]
    repeated: tuple[str, ...]
    """Those that were given more than once."""
    malformed: tuple[str, ...]
    """Those that do not look like an ID of the service's (`file_` and a UUID); they may be ones."""


def read_file_ids(text: str) -> PastedIds:
    """Read IDs divided by newlines, commas, semicolons or spaces, quoted or not.

    JSON is read too: texts anywhere in it, or under `file_id` or `id` where it holds objects; and
    CSV with a header that names one of these.
    """
    words = _from_json(text)
    if words is None:
        words = _from_csv(text)
    if words is None:
        words = _SEPARATORS.split(text)
    given = [word for word in (word.strip().strip(_QUOTES).strip() for word in words) if word]
    counts = Counter(given)
    file_ids = tuple(counts)
    return PastedIds(
        file_ids,
        tuple(word for word, count in counts.items() if count > 1),
        tuple(word for word in file_ids if not _KNOWN.match(word)),
    )


def _from_json(text: str) -> list[str] | None:
    if text.lstrip()[:1] not in ("[", "{", '"'):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _texts(value)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict):
        for name in _NAMES:
            if isinstance(value.get(name), str):
                return [value[name]]
        # Only what may hold objects: the other members of an answer are no IDs.
        inner = [item for item in value.values() if isinstance(item, list | dict)]
        return [text for item in inner for text in _texts(item)]
    return []


def _from_csv(text: str) -> list[str] | None:
    header, _, rest = text.strip().partition("\n")
    for divider in (",", ";", "\t"):
        names = [name.strip().strip('"') for name in header.split(divider)]
        wanted = next((name for name in _NAMES if name in names), None)
        if wanted is not None and rest:
            column = names.index(wanted)
            rows = csv.reader(io.StringIO(rest), delimiter=divider)
            return [row[column] for row in rows if len(row) > column]
    return None

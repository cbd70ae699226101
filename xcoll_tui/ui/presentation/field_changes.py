"""The fields that differ between two versions of a document: pure, and without Textual."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple


class FieldChange(NamedTuple):
    """One field before and after; None where the document does not have it."""

    key: str
    old: str | None
    new: str | None


def as_texts(fields: Mapping[str, Any]) -> dict[str, str]:
    """Write fields as texts; what is no text as its JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in fields.items()
    }


def changes_between(old: Mapping[str, str], new: Mapping[str, str]) -> list[FieldChange]:
    """List what differs: in the new order, what is gone last."""
    keys = [*new, *(key for key in old if key not in new)]
    return [
        FieldChange(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)
    ]

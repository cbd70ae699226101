"""What setting one field of many documents overwrites, in a line: pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from textual.content import Content

from xcoll_tui.ui.presentation.field_changes import as_texts
from xcoll_tui.ui.presentation.fields_draft import show_value
from xcoll_tui.ui.presentation.text import clean

_VALUES = 5
"""So many values are named, those of the most documents."""
_VALUE = 40


def overwritten(
    key: str, value: str | None, documents: Iterable[Mapping[str, Any] | None]
) -> Content:
    """Say which values a field has by now, how often, and what they become.

    `documents` are their fields, None where those are not known; `value` is None where the field
    is taken out.
    """
    counts: Counter[str | None] = Counter()
    unknown = 0
    for fields in documents:
        if fields is None:
            unknown += 1
        elif key in fields:
            counts[as_texts({key: fields[key]})[key]] += 1
        else:
            counts[None] += 1
    same = counts.pop(value, 0)
    unset = counts.pop(None, 0)
    named = counts.most_common(_VALUES)
    parts = [_short(text) + Content(f" ×{count:,}") for text, count in named if text is not None]
    if others := len(counts) - len(named):
        total = sum(counts.values()) - sum(count for _, count in named)
        parts.append(Content(f"{others:,} other value{'s' if others > 1 else ''} ×{total:,}"))
    if unset:
        parts.append(Content(f"not set ×{unset:,}"))
    if unknown:
        parts.append(Content(f"not known ×{unknown:,}"))
    line = Content.from_markup("[b]$key[/b]: ", key=clean(key, 60))
    if parts:
        becomes = Content("not set") if value is None else _short(value).stylize("bold")
        line += Content(", ").join(parts) + Content(" → ") + becomes
    if same:
        already = "without it" if value is None else "so"
        line += Content(f"{' · ' if parts else ''}{same:,} {already} already")
    return line


def _short(value: str) -> Content:
    """Show a value, cut where it is long; what is cut can be seen to be."""
    if len(value) > _VALUE:
        return Content(clean(value[:_VALUE])) + Content("…")
    return show_value(value)

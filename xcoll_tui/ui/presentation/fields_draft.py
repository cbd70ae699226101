"""A draft of the fields of a document, and how it differs from what is there: pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.content import Content

from xcoll_tui.ui.presentation.escaping import escape, is_plain
from xcoll_tui.ui.presentation.field_changes import FieldChange, changes_between
from xcoll_tui.ui.presentation.text import clean

_SHOWN = 300
_BEFORE = 40
"""How much of what is alike is shown before a difference."""


@dataclass(frozen=True)
class FieldsDraft:
    """Fields to be saved: `fields` is all that the document is to have, `base` what it had.

    `replace` agrees to removing the document and attaching it again with the new fields.
    """

    fields: Mapping[str, str]
    base: Mapping[str, str]
    replace: bool = False

    def onto(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return fields with what this draft changes; what somebody else changed stays."""
        changed = dict(fields)
        for key, _, value in changes_between(self.base, self.fields):
            if value is None:
                changed.pop(key, None)
            else:
                changed[key] = value
        return changed


def show_value(value: str | None, start: int = 0) -> Content:
    """Show a value, escaped as the forms do it; in quiet words where there is none."""
    if value is None:
        return Content.from_markup("[$quiet]not set[/]")
    if not value:
        return Content.from_markup("[$quiet]empty[/]")
    part = value[start : start + _SHOWN]
    shown = part if is_plain(part) else escape(part)
    return Content(f"{'…' if start else ''}{clean(shown, 4 * _SHOWN)}{_rest(value, start)}")


def show_pair(first: str | None, second: str | None) -> tuple[Content, Content]:
    """Show two values so that their difference is in view, however far into them it is."""
    if first is None or second is None:
        return show_value(first), show_value(second)
    pairs = enumerate(zip(first, second, strict=False))
    same = next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))
    start = max(0, same - _BEFORE) if max(len(first), len(second)) > _SHOWN else 0
    return show_value(first, start), show_value(second, start)


def show_changes(changes: list[FieldChange]) -> Content:
    """Show what is added, changed and removed, each with the value it had."""
    width = max((len(clean(change.key, 24)) for change in changes), default=0)
    return Content("\n").join(_line_of(change, width) for change in changes)


def _rest(value: str, start: int) -> str:
    left = len(value) - start - _SHOWN
    return f"… ({left:,} more characters)" if left > 0 else ""


def _line_of(change: FieldChange, width: int) -> Content:
    key = clean(change.key, 24).ljust(width)
    if change.old is None:
        head = Content.from_markup("[$success]+ [b]$key[/b][/]  ", key=key)
        return head + show_value(change.new).stylize("$success")
    if change.new is None:
        head = Content.from_markup("[$error]− [b]$key[/b][/]  ", key=key)
        return head + show_value(change.old).stylize("$error")
    head = Content.from_markup("[$warning]~ [b]$key[/b][/]  ", key=key)
    arrow = Content.from_markup("\n$space[$warning]→[/] ", space=" " * (width + 2))
    old, new = show_pair(change.old, change.new)
    return head + old.stylize("$quiet") + arrow + new

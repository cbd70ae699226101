"""What a person wants the fields of a document to be, and how that differs: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from textual.content import Content

from xcoll_tui.ui.escaping import escape, is_plain
from xcoll_tui.ui.text import clean

_SHOWN = 300


@dataclass(frozen=True)
class FieldsDraft:
    """Fields to be saved: `fields` is all that the document shall have, `base` what it had.

    `replace` agrees to removing the document and attaching it again with the new fields.
    """

    fields: Mapping[str, str]
    base: Mapping[str, str]
    replace: bool = False


class FieldChange(NamedTuple):
    """One field before and after; None where the document does not have it."""

    key: str
    old: str | None
    new: str | None


def changes_between(old: Mapping[str, str], new: Mapping[str, str]) -> list[FieldChange]:
    """List what differs: in the new order, what is gone last."""
    keys = [*new, *(key for key in old if key not in new)]
    return [
        FieldChange(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)
    ]


def show_value(value: str | None) -> Content:
    """Show a value, escaped as the forms do it; in quiet words where there is none."""
    if value is None:
        return Content.from_markup("[$quiet]not set[/]")
    if not value:
        return Content.from_markup("[$quiet]empty[/]")
    return Content(clean(value if is_plain(value) else escape(value), _SHOWN))


def show_changes(changes: list[FieldChange]) -> Content:
    """Show what is added, changed and removed, each with the value it had."""
    width = max((len(clean(change.key, 24)) for change in changes), default=0)
    return Content("\n").join(_line_of(change, width) for change in changes)


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
    return head + show_value(change.old).stylize("$quiet") + arrow + show_value(change.new)

"""Entries of the undo log: a write, or a run of many, with what was before; and as lines.

The lines of an entry: what was begun (`begin`), what is about to be changed (`item`, with the
fields from before), what became of it (`end`), what was undone (`undone`), and what cannot be
(`dead`). Lines of other kinds are of a newer version, and are left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from xcoll_tui.session.json_file import number_of, text_of, texts_of
from xcoll_tui.session.writes.records import is_id

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NO_EFFECT = frozenset(
    {"already", "failed", "ignored", "changed", "conflict", "cancelled", "refused", "rejected"}
)
"""The verdicts after which there is nothing to undo. Any other, or none, may have had an effect."""

_BEGUN = (
    "id", "owner", "at", "operation", "collection_id", "collection_name",
    "count", "undoes", "note", "whole",
)  # fmt: skip
"""The members of an entry that its first line has, in this order."""

State = Literal["possible", "undone", "dead", "empty", "live elsewhere"]


class UndoItem(Struct):
    """One document, or the collection itself (`file_id` ""), as it was and as it is to be.

    `old` and `new` are whole fields, as they are sent; None for a document that is in no
    collection. `verdict` is "" until its write ended; `now` what the service held then.
    """

    file_id: str
    name: str = ""
    old: Mapping[str, Any] | None = None
    new: Mapping[str, Any] | None = None
    strategy: str = ""
    is_sent: bool = False
    verdict: str = ""
    now: Mapping[str, Any] | None = None
    is_undone: bool = False
    why_dead: str = ""

    @property
    def had_effect(self) -> bool:
        """Whether it was changed, or may have been."""
        return self.verdict not in NO_EFFECT

    @property
    def is_left(self) -> bool:
        """Whether there is something to undo, and a chance to."""
        return self.had_effect and not self.is_undone and not self.why_dead


class UndoEntry(Struct):
    """One write, or one run of many, with what is needed to undo it.

    `at` is in seconds since the epoch. `count` is of how many documents it is, None where that does
    not apply; `undoes` the ID of the entry that this one undoes. `whole` says that it is undone as
    a whole, without items: a collection that was made, by deleting it. `is_live` says that it is at
    work in another xcoll, which has the only right to it.
    """

    id: str
    owner: str
    at: float
    operation: str
    collection_id: str
    collection_name: str = ""
    count: int | None = None
    undoes: str | None = None
    note: str = ""
    whole: bool = False
    items: dict[str, UndoItem] = {}
    is_live: bool = False
    is_undone: bool = False
    why_dead: str = ""
    failure: str = ""

    @property
    def left(self) -> list[UndoItem]:
        """The items that are left to undo."""
        if self.is_undone or self.why_dead:
            return []
        return [item for item in self.items.values() if item.is_left]

    @property
    def state(self) -> State:
        """Whether it can be undone; "empty" where nothing was changed."""
        if self.is_live:
            return "live elsewhere"
        if self.is_undone or self.why_dead:
            return "undone" if self.is_undone else "dead"
        if self.whole or self.left:
            return "possible"
        changed = [item for item in self.items.values() if item.had_effect]
        if not changed:
            return "empty"
        return "dead" if any(item.why_dead and not item.is_undone for item in changed) else "undone"

    @property
    def reason(self) -> str:
        """Why an undo of it, or of an item of it, cannot succeed; "" where it may."""
        reasons = (item.why_dead for item in self.items.values() if not item.is_undone)
        return self.why_dead or next(filter(None, reasons), "")


def apply_line(entries: dict[str, UndoEntry], members: dict[str, Any]) -> str:
    """Add what a line says to the entries, and return the ID of its entry, "" for none."""
    kind = text_of(members, "kind")
    if kind == "log":
        return ""
    entry_id = text_of(members, "id")
    entry = entries.get(entry_id)
    if kind == "begin":
        entries.setdefault(entry_id, _entry_of(members))
    elif entry is None:
        # What was done to an entry that went says nothing. Fields without their entry are a loss.
        if kind == "item":
            raise ValueError("its entry is not there")
    elif kind == "item":
        item = _item_of(members)
        entry.items[item.file_id] = item
    elif kind in {"sent", "end"}:
        _apply_to_item(entry, members, kind)
    elif kind == "undone":
        mark(entry, _file_ids_of(members), undone=True)
    elif kind == "dead":
        mark(entry, _file_ids_of(members), why_dead=text_of(members, "why"))
    return entry_id


def _apply_to_item(entry: UndoEntry, members: dict[str, Any], kind: str) -> None:
    item = entry.items.get(text_of(members, "file_id"))
    if kind == "end":
        verdict, now = text_of(members, "verdict"), _fields_of(members, "now")
        if item is not None:
            item.verdict, item.now = verdict, now
            item.name = item.name or text_of({"name": "", **members}, "name")
    elif item is not None:
        item.is_sent = True


def mark(
    entry: UndoEntry,
    file_ids: Collection[str] | None,
    *,
    undone: bool = False,
    why_dead: str = "",
) -> None:
    """Take note that items, or None for the whole entry, were undone or cannot be."""
    targets: list[UndoEntry | UndoItem] = [entry]
    if file_ids is not None:
        targets = [entry.items[file_id] for file_id in file_ids if file_id in entry.items]
    for target in targets:
        if undone:
            target.is_undone = True
        else:
            target.why_dead = why_dead


def lines_of(entry: UndoEntry) -> list[dict[str, Any]]:
    """Return the lines that begin an entry, its items included; `kind` and `id` stand first."""
    begin = {name: getattr(entry, name) for name in _BEGUN}
    return [
        {"v": 1, "kind": "begin", **begin},
        *(item_line(entry.id, item) for item in entry.items.values()),
    ]


def item_line(entry_id: str, item: UndoItem) -> dict[str, Any]:
    """Return the line that says what is about to be changed."""
    return {
        "kind": "item",
        "id": entry_id,
        "file_id": item.file_id,
        "name": item.name,
        "old": None if item.old is None else dict(item.old),
        "new": None if item.new is None else dict(item.new),
        "strategy": item.strategy,
    }


def _entry_of(members: dict[str, Any]) -> UndoEntry:
    count, undoes = members.get("count"), members.get("undoes")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int)):
        raise ValueError("its count is not a number")
    if undoes is not None and not isinstance(undoes, str):
        raise ValueError("its undoes is not text")
    entry = UndoEntry(
        **texts_of(members, "id", "owner", "operation", "collection_id", "collection_name"),
        at=number_of(members, "at"),
        count=count,
        undoes=undoes,
        note=text_of({"note": "", **members}, "note"),
        whole=members.get("whole") is True,
    )
    if not is_id(entry.id) or not is_id(entry.owner):
        raise ValueError("xcoll does not create such an id or owner")
    return entry


def _item_of(members: dict[str, Any]) -> UndoItem:
    return UndoItem(
        **texts_of(members, "file_id", "name"),
        old=_fields_of(members, "old"),
        new=_fields_of(members, "new"),
        strategy=text_of({"strategy": "", **members}, "strategy"),
    )


def _fields_of(members: dict[str, Any], name: str) -> dict[str, Any] | None:
    value = members.get(name)
    if value is not None and not isinstance(value, dict):
        raise ValueError(f"its {name} are not fields")
    return value


def _file_ids_of(members: dict[str, Any]) -> list[str] | None:
    value = members.get("file_ids")
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(file_id, str) for file_id in value):
        raise ValueError("its file_ids are not a list of text")
    return value

"""Undo in words: the rows of the list, what undoing does, how it ended. Pure."""

from typing import NamedTuple

from xcoll_tui.session.bulk.undo import UndoPlan, UndoStack
from xcoll_tui.session.writes.outcome import Outcome, Verdict
from xcoll_tui.session.writes.undo_entry import UndoEntry
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.ages import DAY, format_elapsed
from xcoll_tui.ui.presentation.field_changes import as_texts, changes_between
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean

_VALUE = 60
_UNSEEN = frozenset({"", "unknown", "not shown"})
"""The verdicts of items of which nobody saw how they ended."""

_NOUNS = {
    "attach": "attaching",
    "upload": "upload",
    "remove": "removal",
    "edit": "edit",
    "replace": "edit",
    "change collection": "change",
    "recreate": "restore",
}


class UndoRow(NamedTuple):
    """One write, or a run of many, in the list; names may be text of the service's."""

    key: str
    title: str
    state: str
    tone: str
    when: str
    note: str
    """What undoing it does, or why it cannot be undone."""


def undo_rows(stack: UndoStack, now: float) -> list[UndoRow]:
    """List list what was written, newest first."""
    return [_row(stack, entry, now) for entry in stack.entries]


def _row(stack: UndoStack, entry: UndoEntry, now: float) -> UndoRow:
    plan = stack.plan(entry)
    where = entry.collection_name or entry.collection_id
    title = f"{entry.operation} {target_of(entry)}"
    if entry.count is not None or entry.operation not in {"change collection", "recreate"}:
        title += f" · {where}"
    if entry.undoes is not None:
        title = f"{'undo' if stack.is_undo(entry) else 'redo'}: {title}"
    if not plan.why_not:
        left = len(plan.items)
        is_partial = entry.count is not None and left < entry.count
        state = f"● {left:,} of {entry.count:,} left" if is_partial else "● possible"
        tone = "ready"
        note = f"{'They' if left > 1 else 'It'} {consequence_of(plan)}"
        if entry.failure:
            state, tone, note = "✗ not undone", "failed", f"Tried: {entry.failure}"
    elif entry.state == "undone":
        state, tone, note = "○ undone", "quiet", plan.why_not
    elif entry.state == "live elsewhere":
        state, tone, note = "◌ in another xcoll", "indexing", plan.why_not
    else:
        state, tone, note = "✗ not possible", "failed", plan.why_not
    session = "" if stack.is_own(entry) else ", earlier"
    when = f"{format_elapsed(now - entry.at)}{session}"
    return UndoRow(entry.id, title, state, tone, when, note)


def consequence_of(plan: UndoPlan) -> str:
    """Say what undoing does, as the rest of a sentence that its documents begin."""
    entry, many = plan.entry, len(plan.items) > 1
    where = entry.collection_name or entry.collection_id
    if plan.kind == "delete collection":
        return "was made of a backup, and is deleted again; xcoll asks first."
    if plan.kind == "update":
        return "is changed back to what it was before."
    was, they_are, its = ("were", "they are", "their") if many else ("was", "it is", "its")
    if any(item.verdict in _UNSEEN for item in plan.items):
        was = "may have been"
    if plan.kind == "attach":
        return (
            f"{was} removed from {where}; {they_are} attached again with {its} fields, and indexed "
            "again."
        )
    if plan.kind == "remove":
        done = "uploaded" if entry.operation == "upload" else "attached"
        return f"{was} {done} to {where}, and {'leave' if many else 'leaves'} it and its index."
    gets = "get" if many else "gets"
    sentence = f"{gets} {its} old fields back in {where}, unless someone changed them since."
    if plan.replaces:
        sentence += f" For that {they_are} removed, attached again, and indexed again."
    return sentence


def target_of(entry: UndoEntry) -> str:
    """Name what an entry is about: its document, how many there are, or its collection."""
    if entry.operation in {"change collection", "recreate"}:
        return entry.collection_name or entry.collection_id
    items = list(entry.items.values())
    if len(items) == 1 and (entry.count or 1) == 1:
        return items[0].name or items[0].file_id
    return format_many(entry.count or len(items), "document")


# How it ended


def with_versions(outcome: Outcome) -> str:
    """Tell an outcome; where other fields stand than were expected, with both versions."""
    wanted_fields, current_fields = outcome.wanted_fields, outcome.current_fields
    shows_both = "It has " in outcome.message
    if (
        outcome.verdict is not Verdict.CONFLICT
        or wanted_fields is None
        or current_fields is None
        or shows_both
    ):
        return outcome.message
    changes = changes_between(as_texts(wanted_fields), as_texts(current_fields))
    if not changes:
        return outcome.message
    both = "; ".join(
        f"{clean(key, _VALUE)} is {quoted(now)}, and was to be {quoted(wanted_value)}"
        for key, wanted_value, now in changes
    )
    return f"{outcome.message} {both}."


def quoted(value: str | None, limit: int = _VALUE) -> str:
    """Write the value of a field, in so many characters at most, into a line."""
    return "not set" if value is None else f"“{clean(value, limit)}”"


# At the start, and at the end


def earlier_words(entries: list[UndoEntry], now: float) -> str:
    """Say that something of earlier sessions can be undone, "" where nothing was lost lately."""
    lost = [entry for entry in entries if now - entry.at < DAY and _may_have_lost(entry)]
    if not lost:
        return ""
    key = key_for("write.undo_log")
    if len(lost) > 1:
        return f"{len(lost):,} writes of earlier sessions can be undone. {key} lists them."
    (entry,) = lost
    noun = _NOUNS.get(entry.operation, entry.operation)
    where = entry.collection_name or entry.collection_id
    name = clean(target_of(entry), _VALUE)
    return (
        f"The {noun} of {name} ({clean(where, _VALUE)}), of an earlier session, can be undone. "
        f"{key} lists it."
    )


def _may_have_lost(entry: UndoEntry) -> bool:
    return entry.operation == "remove" or any(item.verdict in _UNSEEN for item in entry.left)


def left_words(stack: UndoStack) -> str:
    """Say how many removals of this session can still be undone, "" where none can."""
    count = sum(
        len(entry.left)
        for entry in stack.entries
        if stack.is_own(entry)
        and entry.operation == "remove"
        and entry.state == "possible"
        and not stack.is_undo(entry)
    )
    if not count:
        return ""
    removals = "1 removal" if count == 1 else f"{count:,} removals"
    return f"{removals} can still be undone: start xcoll and press {key_for('write.undo_log')}."

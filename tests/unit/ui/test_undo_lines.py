"""Undo in words: what a start and an end say, and what undoing would do."""

import pytest

from xcoll_tui.session.bulk.undo import UndoPlan
from xcoll_tui.session.writes.undo_entry import UndoEntry, UndoItem
from xcoll_tui.ui.presentation.ages import DAY
from xcoll_tui.ui.presentation.undo_lines import consequence_of, earlier_words, left_words

NOW = 1_000_000.0


def entry(operation="remove", *, count=1, verdict="done", age=60.0, name="a.txt", **members):
    made = UndoEntry("a", "b", NOW - age, operation, "collection_1", "Here", count, **members)
    for number in range(count):
        item = UndoItem(f"file_{number}", name if count == 1 else "", old={"k": "v"})
        item.verdict = verdict
        made.items[item.file_id] = item
    return made


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([], ""),
        (
            [entry()],
            "The removal of a.txt (Here), of an earlier session, can be undone. U lists it.",
        ),
        (
            [entry(count=47)],
            "The removal of 47 documents (Here), of an earlier session, can be undone. U lists it.",
        ),
        (
            [entry(), entry("edit", verdict="")],
            "2 writes of earlier sessions can be undone. U lists them.",
        ),
        ([entry(age=DAY + 1)], ""),
        ([entry("edit"), entry("attach")], ""),
        (
            [entry("attach", verdict="unknown")],
            "The attaching of a.txt (Here), of an earlier session, can be undone. U lists it.",
        ),
    ],
)
def test_a_start_tells_of_what_may_be_lost_and_of_nothing_else(entries, words):
    assert earlier_words(entries, NOW) == words


class Stack:
    """The entries of the log, of which all but "other"'s are this session's."""

    def __init__(self, *entries):
        self.entries = entries

    def is_own(self, entry):
        return entry.owner != "other"

    def is_undo(self, entry):
        return entry.undoes is not None


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([], ""),
        ([entry()], "1 removal can still be undone: start xcoll and press U."),
        (
            [entry(count=2), entry(), entry("edit"), entry(undoes="x"), entry(is_undone=True)],
            "3 removals can still be undone: start xcoll and press U.",
        ),
    ],
)
def test_the_end_counts_the_removals_that_are_left(entries, words):
    stack = Stack(*entries, UndoEntry("c", "other", NOW, "remove", "collection_1"))
    assert left_words(stack) == words


@pytest.mark.parametrize(
    ("kind", "strategy", "count", "words"),
    [
        ("attach", "", 1, "was removed from Here; it is attached again with its fields"),
        ("attach", "", 2, "were removed from Here; they are attached again with their fields"),
        ("remove", "", 1, "was attached to Here, and leaves it and its index."),
        ("remove", "", 3, "were attached to Here, and leave it and its index."),
        (
            "edit",
            "patch",
            1,
            "gets its old fields back in Here, unless someone changed them since.",
        ),
        ("edit", "replace", 2, "For that they are removed, attached again, and indexed again."),
        ("update", "", 1, "is changed back to what it was before."),
    ],
)
def test_what_undoing_does_is_said(kind, strategy, count, words):
    written = entry(count=count)
    for item in written.items.values():
        item.strategy = strategy
    plan = UndoPlan(written, kind, tuple(written.items.values()))
    assert words in consequence_of(plan)

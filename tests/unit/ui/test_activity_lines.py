"""The activity as lines: what became of a write, and what can still be done about it."""

import pytest

from xcoll_tui.session.writes.activity import Activity
from xcoll_tui.session.writes.outcome import Operation, Outcome, Target, Verdict
from xcoll_tui.session.writes.undo_entry import UndoEntry, UndoItem
from xcoll_tui.ui.presentation.activity_lines import write_lines

TARGET = Target("collection_1", "file_1", "a.txt", "Here")


class Stack:
    """Says which entry is undone next."""

    newest = None


class Log:
    """A write's entry of the undo log."""

    def __init__(self, **item):
        self.entry = UndoEntry("a", "b", 0.0, "remove", "collection_1", "Here")
        self.entry.items["file_1"] = UndoItem("file_1", old={}, verdict="done", **item)


@pytest.fixture
def activity():
    return Activity(emit=lambda _change: None, clock=lambda: 0.0)


def write(activity, verdict=Verdict.DONE, log=None, operation=Operation.REMOVE, **outcome):
    entry = activity.begin(operation, TARGET, log=log)
    activity.end(entry, Outcome(operation, TARGET, verdict, "It is so.", **outcome))
    return entry


def lines(activity, stack=Stack):
    return write_lines(activity, stack, lambda: 0.0)


def test_what_can_still_be_done_is_told_as_it_is(activity):
    oldest, undone, dead, newest = Log(), Log(is_undone=True), Log(why_dead="It is gone."), Log()
    for log in (oldest, undone, dead, newest, None):
        write(activity, log=log)
    stack = Stack()
    stack.newest = newest.entry
    shown = lines(activity, stack)
    assert [line.left for line in shown] == ["", "z undoes it", "", "undone", "U undoes it"]
    assert shown[2].message == "It is so. It cannot be undone. It is gone."


@pytest.mark.parametrize("verdict", list(Verdict))
def test_each_verdict_has_its_own_words(activity, verdict):
    write(activity, verdict)
    (line,) = lines(activity)
    good = {Verdict.DONE, Verdict.ALREADY}
    assert (line.tone == "ready") == (verdict in good)
    assert ("done" in line.outcome) == (verdict is Verdict.DONE)
    failed = {Verdict.FAILED, Verdict.IGNORED, Verdict.CONFLICT}
    assert (line.tone == "failed") == (verdict in failed)


def test_both_versions_are_told_of_what_somebody_else_changed(activity):
    write(
        activity,
        Verdict.CONFLICT,
        wanted_fields={"a": "1", "b": "2"},
        current_fields={"a": "1", "b": 3, "c": ""},
    )
    (line,) = lines(activity)
    assert line.message == (
        "It is so. b is “3”, and was to be “2”; c is “”, and was to be not set."
    )

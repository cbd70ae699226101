"""The activity as lines: what can still be done about a write is told as it is."""

from xcoll_tui.session.activity import Activity
from xcoll_tui.session.journal import Journal
from xcoll_tui.session.outcome import Operation, Outcome, Target, Verdict
from xcoll_tui.ui.activity_lines import write_lines


async def test_only_the_newest_that_can_be_undone_says_that_z_undoes_it():
    activity = Activity(emit=lambda _change: None, clock=lambda: 0.0)
    journal = Journal(activity)

    def write(name):
        target = Target("collection_1", name, name, "Here")
        entry = activity.begin(Operation.REMOVE, target)
        activity.end(entry, Outcome(Operation.REMOVE, target, Verdict.DONE, "It is removed."))
        return entry

    def told():
        return [line.left for line in write_lines(activity, journal, lambda: 0.0)]

    async def succeed():
        return Outcome(
            Operation.ATTACH, Target("collection_1", "x", "x", "Here"), Verdict.DONE, "Attached."
        )

    assert told() == []
    for name in ("a", "b"):
        journal.record(write(name), succeed)
    write("c")  # cannot be undone
    assert told() == ["", "z undoes it", "after the newer ones"]
    await journal.undo()
    assert told() == ["", "undone", "z undoes it"]
    await journal.undo()
    assert told() == ["", "undone", "undone"]

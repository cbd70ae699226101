"""Undo: the newest first, with the data it needs; one that fails can be tried again."""

import pytest
from msgspec.structs import replace

from tests.unit.session.writing import FILE, NEW, OLD, Desk
from xcoll_tui.api.errors import Forbidden
from xcoll_tui.session.outcome import Operation, Outcome, Target, Verdict


async def test_undo_goes_back_one_write_at_a_time():
    desk = await Desk().open()
    assert await desk.session.undo() is None
    await desk.edit()
    await desk.writes.remove(FILE)
    file_id = desk.upload(9)
    await desk.writes.attach("collection_0", file_id, NEW)
    assert [each.undo for each in desk.session.activity.entries] == ["possible"] * 3

    undone = await desk.session.undo()
    assert (undone.operation, undone.verdict) == (Operation.REMOVE, Verdict.DONE)
    assert desk.service.fields(file_id) is None
    undone = await desk.session.undo()
    assert (undone.operation, undone.verdict) == (Operation.ATTACH, Verdict.DONE)
    assert desk.service.fields() == NEW
    undone = await desk.session.undo()
    assert (undone.operation, undone.verdict) == (Operation.EDIT, Verdict.DONE)
    assert desk.service.fields() == OLD

    assert await desk.session.undo() is None
    undos = [each.undo for each in desk.session.activity.entries]
    assert undos == ["done"] * 3 + ["impossible"] * 3


async def test_an_undo_that_fails_keeps_its_entry():
    desk = await Desk().open()
    await desk.writes.remove(FILE)
    desk.service.fail("add_document", Forbidden("Not allowed.", status=403))
    failed = await desk.session.undo()
    assert failed.verdict is Verdict.FAILED
    assert "Not allowed." in failed.said
    assert desk.session.journal.newest.undo == "possible"
    assert (await desk.session.undo()).ok
    assert desk.session.journal.newest is None


async def test_an_edit_is_not_undone_over_somebody_elses():
    desk = await Desk().open()
    await desk.edit()
    there = desk.service.documents["collection_0"]
    there[FILE] = replace(there[FILE], fields={"type": "theirs"})
    undone = await desk.session.undo()
    assert (undone.verdict, undone.theirs) == (Verdict.CHANGED, {"type": "theirs"})
    assert desk.service.fields() == {"type": "theirs"}


async def test_what_was_attached_and_edited_since_is_not_removed_by_undo():
    desk = await Desk().open()
    file_id = desk.upload(9)
    await desk.writes.attach("collection_0", file_id, NEW)
    there = desk.service.documents["collection_0"]
    there[file_id] = replace(there[file_id], fields={"much": "work"})
    undone = await desk.session.undo()
    assert undone.verdict is Verdict.CHANGED
    assert desk.service.fields(file_id) == {"much": "work"}


async def test_an_edit_that_needed_replacing_is_undone_by_replacing():
    desk = await Desk("ignore", "keep").open()
    await desk.edit(replace=True)
    undone = await desk.session.undo()
    assert (undone.verdict, undone.rung) == (Verdict.DONE, "replace")
    assert desk.service.fields() == OLD


async def test_what_was_saved_in_part_can_be_undone():
    desk = await Desk("merge", "keep").open()
    assert (await desk.edit()).verdict is Verdict.IGNORED
    assert desk.session.activity.entries[-1].undo == "possible"


@pytest.mark.parametrize("act", ["reindex", "already", "failed"])
async def test_what_changed_nothing_has_no_undo(act):
    desk = await Desk().open()
    if act == "reindex":
        await desk.writes.reindex(FILE)
    elif act == "already":
        await desk.edit(OLD)
    else:
        desk.service.fail("update_document", Forbidden("Not allowed.", status=403))
        await desk.edit()
    assert await desk.session.undo() is None


async def test_an_entry_can_be_undone_out_of_turn():
    desk = await Desk().open()
    first = await desk.writes.remove(FILE)
    await desk.writes.remove("file_00001")
    assert (await desk.session.undo(first.entry)).target.file_id == FILE
    assert desk.service.fields() == OLD
    assert desk.service.fields("file_00001") is None
    assert await desk.session.undo(first.entry) is None


async def test_many_are_undone_together_and_kept_until_all_are():
    desk = await Desk().open()
    target = Target("collection_0", None, "", "Collection 000")
    entry = desk.session.activity.begin(Operation.REMOVE, target)
    verdicts = [Verdict.DONE, Verdict.FAILED]

    async def undo():
        return [Outcome(Operation.ATTACH, target, each, "So.") for each in verdicts]

    desk.session.journal.record(entry, undo)
    assert len(await desk.session.undo()) == 2
    assert entry.undo == "possible"
    verdicts[1] = Verdict.ALREADY
    await desk.session.undo()
    assert entry.undo == "done"

"""Undo: the newest first, with the data it needs; one that fails can be tried again."""

import pytest
from msgspec.structs import replace

from tests.unit.session.fakes import make_collection, make_document
from tests.unit.session.writing import FILE, NEW, OLD, Desk, undo_of
from xcoll_tui.api.errors import Forbidden, NotFound
from xcoll_tui.session.backup.backups import RestoreElsewhere
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.place import Place
from xcoll_tui.session.writes.outcome import Operation, Verdict

STAMP = "2023-11-14T22:13:20Z"
"""When a desk's time begins."""


async def test_undo_goes_back_one_write_at_a_time():
    desk = await Desk().open()
    assert await desk.session.undo() is None
    await desk.edit()
    await desk.documents.remove(FILE)
    file_id = desk.upload(9)
    await desk.documents.attach("collection_0", file_id, NEW)
    assert [undo_of(each) for each in desk.session.activity.entries] == ["possible"] * 3

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
    undos = [undo_of(each) for each in desk.session.activity.entries]
    assert undos == ["undone"] * 3 + ["possible"] * 3
    assert (await desk.session.redo()).operation is Operation.EDIT
    assert desk.service.fields() == NEW


async def test_an_undo_that_fails_keeps_its_entry():
    desk = await Desk().open()
    await desk.documents.remove(FILE)
    desk.service.fail("add_document", Forbidden("Not allowed.", status=403))
    failed = await desk.session.undo()
    assert failed.verdict is Verdict.FAILED
    assert "Not allowed." in failed.message
    assert desk.session.undo_stack.newest.operation == "remove"
    assert (await desk.session.undo()).ok
    assert desk.session.undo_stack.newest is None


async def test_an_edit_is_not_undone_over_somebody_elses():
    desk = await Desk().open()
    await desk.edit()
    there = desk.service.documents["collection_0"]
    there[FILE] = replace(there[FILE], fields={"type": "theirs"})
    undone = await desk.session.undo()
    assert (undone.verdict, undone.current_fields) == (Verdict.CONFLICT, {"type": "theirs"})
    assert desk.service.fields() == {"type": "theirs"}


async def test_what_was_attached_and_edited_since_is_not_removed_by_undo():
    desk = await Desk().open()
    file_id = desk.upload(9)
    await desk.documents.attach("collection_0", file_id, NEW)
    there = desk.service.documents["collection_0"]
    there[file_id] = replace(there[file_id], fields={"much": "work"})
    undone = await desk.session.undo()
    assert undone.verdict is Verdict.CONFLICT
    assert desk.service.fields(file_id) == {"much": "work"}


async def test_an_edit_that_needed_replacing_is_undone_by_replacing():
    desk = await Desk("ignore", "keep").open()
    await desk.edit(replace=True)
    undone = await desk.session.undo()
    assert (undone.verdict, undone.strategy) == (Verdict.DONE, "replace")
    assert desk.service.fields() == OLD


async def test_what_was_saved_in_part_can_be_undone():
    desk = await Desk("merge", "keep").open()
    assert (await desk.edit()).verdict is Verdict.IGNORED
    assert undo_of(desk.session.activity.entries[-1]) == "possible"


@pytest.mark.parametrize("act", ["reindex", "already", "failed"])
async def test_what_changed_nothing_has_no_undo(act):
    desk = await Desk().open()
    if act == "reindex":
        await desk.documents.reindex(FILE)
    elif act == "already":
        await desk.edit(OLD)
    else:
        desk.service.fail("update_document", Forbidden("Not allowed.", status=403))
        await desk.edit()
    assert await desk.session.undo() is None


async def test_an_entry_can_be_undone_out_of_turn():
    desk = await Desk().open()
    first = await desk.documents.remove(FILE)
    await desk.documents.remove("file_00001")
    assert (await desk.session.undo(first.entry)).target.file_id == FILE
    assert desk.service.fields() == OLD
    assert desk.service.fields("file_00001") is None
    assert await desk.session.undo(first.entry) is None


@pytest.mark.parametrize("lag", [6.0, 9.0, 15.0])
@pytest.mark.parametrize("late", [0.0, 13.0])
async def test_what_reads_do_not_know_of_yet_is_undone_all_the_same(lag, late):
    desk = await Desk(documents=3, lag=lag, late=late).open()
    desk.session.state.learned.note_shown(0.0)  # so that a removal is given up after 2 s
    outcome = await desk.documents.remove(FILE)
    assert outcome.verdict is Verdict.UNSHOWN
    undone = await desk.session.undo()
    desk.now += 60
    desk.service.truth()
    assert undone.verdict in {Verdict.DONE, Verdict.UNSHOWN}
    assert desk.service.fields() == OLD


async def test_an_edit_that_does_not_show_yet_is_undone_all_the_same():
    desk = await Desk(lag=8.0).open()
    desk.session.state.learned.note_shown(0.0)
    assert (await desk.edit()).verdict is Verdict.IGNORED
    entry = desk.session.activity.entries[0].log.entry
    entry.items[FILE].verdict, entry.items[FILE].now = "", None  # as a kill leaves it
    undone = await desk.session.undo_stack.undo(entry)
    desk.now += 60
    assert undone.operation is Operation.EDIT
    assert desk.service.fields() == OLD


async def test_one_404_does_not_end_an_undo():
    desk = await Desk().open()
    await desk.documents.remove(FILE)
    desk.service.fail("add_document", NotFound("No.", status=404, message="no such file"))
    assert (await desk.session.undo()).ok
    assert desk.service.fields() == OLD


async def test_an_undo_that_a_service_merges_can_be_made_by_replacing():
    desk = await Desk("merge", "keep").open()
    added = {**OLD, "more": "x"}
    assert (await desk.edit(added)).ok
    entry = desk.session.undo_stack.newest
    assert (await desk.session.undo()).verdict is Verdict.IGNORED
    assert desk.session.undo_stack.newest is None, "it blocks no other"
    assert (await desk.session.undo_stack.undo(entry, replace=True)).ok
    assert desk.service.fields() == OLD


async def test_what_was_attached_before_by_somebody_else_is_no_ones_to_undo():
    desk = await Desk(reattach="keep", lag=4.0).open()
    file_id = desk.upload(9)
    files = desk.service.files
    files[file_id] = replace(files[file_id], last_indexed_at=STAMP)
    await desk.service.add_document("collection_0", file_id, fields=NEW)
    desk.now += 3
    outcome = await desk.documents.attach("collection_0", file_id, NEW)
    assert outcome.verdict is Verdict.ALREADY
    assert await desk.session.undo() is None


async def test_what_was_only_meant_to_be_attached_is_not_removed():
    desk = await Desk().open()
    file_ids = [desk.upload(9), desk.upload(10)]
    await desk.session.bulk.attach("collection_0", [Item(each) for each in file_ids]).wait()
    entry = desk.session.undo_stack.newest
    for item in entry.items.values():
        item.verdict, item.now = "", None  # as a kill leaves it
    entry.items[file_ids[0]].is_sent = False
    (outcome,) = await desk.session.undo()
    assert outcome.target.file_id == file_ids[1]
    assert desk.service.fields(file_ids[0]) is not None


async def test_a_file_that_is_a_document_elsewhere_says_nothing_of_a_last_document():
    desk = await Desk().open()
    desk.service.add(make_collection(1))
    await desk.session.collections.refresh()
    await desk.service.add_document("collection_1", FILE)
    await desk.documents.remove(FILE)
    await desk.session.undo()
    await desk.watched()
    assert desk.session.state.learned.files.value == "unknown"
    await desk.documents.remove("file_00001")
    await desk.session.undo()
    await desk.watched()
    assert desk.session.state.learned.files.value == "kept"


async def test_what_somebody_attached_again_is_told_at_once(tmp_path):
    desk = await Desk(state=tmp_path).open()
    await desk.documents.remove(FILE)
    desk.service.documents["collection_0"][FILE] = make_document(0, fields={"author": "theirs"})
    slept = desk.slept
    outcome = await desk.session.undo()
    assert not outcome.ok
    assert "other fields" in outcome.message
    assert desk.slept - slept < 1


async def test_what_somebody_wrote_over_an_edit_is_told_at_once(tmp_path):
    desk = await Desk(state=tmp_path).open()
    await desk.edit()
    held = desk.service.documents["collection_0"][FILE]
    desk.service.documents["collection_0"][FILE] = replace(held, fields={"author": "theirs"})
    slept = desk.slept
    outcome = await desk.session.undo()
    assert outcome.verdict is Verdict.CONFLICT
    assert desk.slept - slept < 1


async def test_what_one_session_deletes_no_other_makes_again(tmp_path):
    desk = await Desk(state=tmp_path).open()
    backup = await desk.session.backups.make("collection_0")
    other = desk.sit_down(tmp_path)
    async with desk.session.backups.deletions.under_way("collection_0"):
        for session in (desk.session, other):
            assert await session.backups.deletions.live() == {"collection_0"}
            with pytest.raises(RestoreElsewhere, match="being deleted just now"):
                await session.backups.begun(backup.path)
    assert await other.backups.deletions.live() == set()
    assert await other.backups.begun(backup.path) is None


async def test_a_deletion_whose_session_died_holds_nobody_up(tmp_path):
    desk = await Desk(state=tmp_path).open()
    other = desk.sit_down(tmp_path)
    deleting = desk.session.backups.deletions.under_way("collection_0")
    await deleting.__aenter__()
    assert await other.backups.deletions.live() == {"collection_0"}
    desk.session.state.owner.release()
    assert await other.backups.deletions.live() == set()


async def test_a_deletion_that_broke_off_is_told_once_and_where_it_belongs(tmp_path):
    desk = await Desk(state=tmp_path).open()
    other = desk.sit_down(tmp_path)
    place = Place.of("https://one.example", "team")
    deleting = desk.session.backups.deletions.under_way("collection_0", place, "Filings")
    await deleting.__aenter__()
    deletions = other.backups.deletions
    assert await deletions.take_broken_off(place) == [], "it is under way"
    desk.session.state.owner.release()
    assert await deletions.take_broken_off(Place.of("https://two.example")) == []
    (deletion,) = await deletions.take_broken_off(Place.of("https://one.example/v1"))
    assert (deletion.collection_id, deletion.name) == ("collection_0", "Filings")
    assert await deletions.take_broken_off(place) == []
    assert list((tmp_path / "deletions").glob("*.json")) == []

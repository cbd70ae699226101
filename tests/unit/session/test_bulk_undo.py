import asyncio

import pytest

from tests.unit.session.crowd import HERE, in_a_crowd
from tests.unit.session.writing import undo_of
from xcoll_tui.api.errors import InvalidArgument
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.writes.outcome import Operation, Verdict


def refused():
    return InvalidArgument("Refused: because.", status=400, code=3, message="because")


def fields_of(desk):
    return {key: dict(each.fields) for key, each in desk.there.items()}


@in_a_crowd(documents=10, files=60)
async def test_attaching_is_undone_for_what_was_attached_only(desk):
    before = fields_of(desk)
    run = desk.bulk.attach(HERE, [*desk.old(), *desk.new()])
    await run.wait()
    assert len(desk.there) == 70
    outcomes = await desk.session.undo()
    assert len(outcomes) == 60
    assert all(each.operation is Operation.REMOVE and each.ok for each in outcomes)
    assert fields_of(desk) == before
    assert undo_of(desk.session.activity.entries[0]) == "undone"
    assert await desk.session.undo() is None, "an undo is not undone"
    assert [each.operation for each in desk.bulk.runs] == [Operation.ATTACH, Operation.REMOVE]


@in_a_crowd(documents=80)
async def test_removing_is_undone_with_all_fields(desk):
    before = fields_of(desk)
    items = desk.old()
    del desk.there[items[5].file_id]
    before.pop(items[5].file_id)
    await desk.bulk.remove(HERE, items).wait()
    assert not desk.there
    outcomes = await desk.session.undo()
    assert len(outcomes) == 79
    assert fields_of(desk) == before


@pytest.mark.parametrize("value", ["seen", None])
def test_setting_a_field_is_undone(value):
    @in_a_crowd(documents=40)
    async def scenario(desk):
        before = fields_of(desk)
        await desk.bulk.set_field(HERE, desk.old(), "n", value).wait()
        assert fields_of(desk) != before
        await desk.session.undo()
        assert fields_of(desk) == before

    scenario()


@in_a_crowd(documents=12, patch="ignore", reattach="keep")
async def test_replacing_is_undone_by_replacing(desk):
    before = fields_of(desk)
    await desk.bulk.set_field(HERE, desk.old(), "note", "x", replace=True).wait()
    await desk.session.undo()
    assert fields_of(desk) == before


@in_a_crowd(files=30)
async def test_what_was_changed_since_is_not_taken_away(desk):
    await desk.bulk.attach(HERE, desk.new()).wait()
    kept = desk.uploaded[4].file_id
    await desk.bulk.set_field(HERE, [Item(kept)], "note", "mine").wait()
    entry = desk.session.activity.entries[0]
    outcomes = await desk.session.undo(entry.number)
    (changed,) = [each for each in outcomes if not each.ok]
    assert changed.verdict is Verdict.CONFLICT
    assert fields_of(desk) == {kept: {"type": "10-K", "note": "mine"}}
    assert undo_of(entry) == "possible"
    assert "changed meanwhile" in entry.log.entry.failure
    assert desk.session.undo_stack.newest is not entry.log.entry, "it blocks no other"


@in_a_crowd(documents=40)
async def test_an_undo_that_fails_in_part_keeps_its_entry_and_does_the_rest_later(desk):
    before = fields_of(desk)
    await desk.bulk.remove(HERE, desk.old()).wait()
    desk.fail(refused, names={"add_document"}, every=4)
    outcomes = await desk.session.undo()
    assert sum(not each.ok for each in outcomes) == 10
    entry = desk.session.activity.entries[0]
    assert undo_of(entry) == "possible"
    desk.fail(refused, names=())
    again = await desk.session.undo()
    assert len(again) == 10
    assert all(each.ok for each in again)
    assert undo_of(entry) == "undone"
    assert fields_of(desk) == before


@in_a_crowd(documents=40)
async def test_an_undo_asked_for_twice_runs_once(desk):
    before = fields_of(desk)
    await desk.bulk.remove(HERE, desk.old()).wait()
    first = asyncio.create_task(desk.session.undo())
    await desk.reach(lambda: len(desk.there) > 5)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await desk.session.undo() is None, "one is under way"
    await desk.bulk.runs[-1].wait()
    assert fields_of(desk) == before
    assert len(desk.service.named("add_document")) == 40


@in_a_crowd(documents=150)
async def test_what_was_called_off_is_undone_as_far_as_it_went(desk):
    before = fields_of(desk)
    run = desk.bulk.remove(HERE, desk.old())
    await desk.reach(lambda: run.done > 10)
    run.cancel()
    await run.wait()
    assert len(desk.there) == run.unsent > 0
    outcomes = await desk.session.undo()
    assert len(outcomes) == run.done
    assert fields_of(desk) == before


@in_a_crowd(documents=20)
async def test_a_run_that_changed_nothing_leaves_nothing_to_undo(desk):
    desk.fail(refused)
    run = desk.bulk.remove(HERE, desk.old())
    await run.wait()
    assert run.failed == 20
    assert undo_of(desk.session.activity.entries[0]) == "empty"
    assert await desk.session.undo() is None


@in_a_crowd(documents=6, deletes_files=True)
async def test_an_undo_stops_at_the_first_file_that_is_gone_and_the_others_come_first_then(desk):
    _, *others = desk.old()
    files = {item.file_id: desk.service.files[item.file_id] for item in others}
    await desk.bulk.remove(HERE, desk.old()).wait()
    desk.service.files |= files
    outcomes = await desk.session.undo()
    assert [each.file_lost for each in outcomes if each.verdict is Verdict.FAILED] == [True]
    assert not desk.there
    await desk.bulk.runs[-1].retry().wait()
    assert desk.there.keys() == files.keys()

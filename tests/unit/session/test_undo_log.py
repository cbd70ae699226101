import asyncio

import pytest

from xcoll_tui.session.place import Place
from xcoll_tui.session.writes.records import Owner, StateUnusable
from xcoll_tui.session.writes.undo_entry import NO_EFFECT, UndoItem
from xcoll_tui.session.writes.undo_log import UndoLog


def make(**options):
    return UndoLog(None, Place("here"), Owner(None), clock=lambda: 1.0, **options)


async def begun(log, *items, **options):
    entry = log.new("remove", "collection_1", "Reports", **options)
    await log.begin(entry)
    await log.add(entry.id, items)
    return entry


async def test_what_may_have_been_changed_is_left_to_undo():
    log = make()
    entry = await begun(log, *(UndoItem(name) for name in "abcd"), count=4)
    log.end(entry.id, "a", "done")
    log.end(entry.id, "b", "failed", {"k": "v"})
    log.end(entry.id, "c", "unknown")
    assert [item.file_id for item in entry.left] == ["a", "c", "d"]
    assert entry.state == "possible"
    assert entry.items["b"].now == {"k": "v"}


@pytest.mark.parametrize("verdict", sorted(NO_EFFECT))
async def test_where_nothing_was_changed_there_is_nothing_to_undo(verdict):
    log = make()
    entry = await begun(log, UndoItem("a"))
    log.end(entry.id, "a", verdict)
    assert (entry.state, entry.left) == ("empty", [])


async def test_an_entry_without_items_sent_nothing():
    log = make()
    assert (await begun(log, count=3)).state == "empty"


async def test_a_collection_is_undone_as_a_whole():
    log = make()
    entry = await begun(log, whole=True, count=38)
    assert (entry.state, entry.left) == ("possible", [])
    log.mark_undone(entry.id)
    assert entry.state == "undone"


async def test_an_undo_may_do_a_part():
    log = make()
    entry = await begun(log, UndoItem("a"), UndoItem("b"), UndoItem("c"))
    log.end(entry.id, "c", "failed")
    log.mark_undone(entry.id, ["a"])
    assert [item.file_id for item in entry.left] == ["b"]
    assert entry.state == "possible"
    log.mark_undone(entry.id, ["b", "never there"])
    assert entry.state == "undone"


async def test_what_cannot_be_undone_says_why():
    log = make()
    entry = await begun(log, UndoItem("a"), UndoItem("b"))
    log.mark_dead(entry.id, ["a"], "Its file is gone.")
    assert (entry.state, entry.reason) == ("possible", "Its file is gone.")
    log.mark_undone(entry.id, ["b"])
    assert (entry.state, entry.left) == ("dead", [])
    other = await begun(log, UndoItem("a"))
    log.mark_dead(other.id, None, "The collection is gone.")
    assert (other.state, other.reason, other.left) == ("dead", "The collection is gone.", [])


async def test_what_could_be_undone_in_the_end_was_not_dead():
    log = make()
    entry = await begun(log, UndoItem("a"))
    log.mark_dead(entry.id, ["a"], "Its file is gone.")
    log.mark_undone(entry.id, ["a"])
    assert (entry.state, entry.reason) == ("undone", "")


async def test_the_newest_is_last():
    times = iter([3.0, 1.0, 2.0, 2.0])
    log = UndoLog(None, Place("here"), Owner(None), clock=lambda: next(times))
    entries = [await begun(log) for _ in range(4)]
    third, first, second, same = entries
    assert log.entries == [first, second, same, third]
    assert log.get(first.id) is first
    assert log.get("none") is None


async def test_an_entry_is_undone_once_at_a_time():
    log = make()
    entry = await begun(log, UndoItem("a"))
    async with log.claim(entry) as first, log.claim(entry) as second:
        assert first is entry
        assert second is None
    async with log.claim(entry) as again:
        assert again is entry
    async with make().claim(entry) as unknown:
        assert unknown is None


async def test_an_error_within_a_claim_is_the_callers():
    log = make()
    entry = await begun(log, UndoItem("a"))
    with pytest.raises(OSError, match="theirs"):
        async with log.claim(entry):
            raise OSError(5, "theirs")
    async with log.claim(entry) as again:
        assert again is entry


async def test_without_a_state_folder_nothing_is_begun():
    problem = "The state folder /x cannot be used: it is full. Name another in XDG_STATE_HOME."
    log = make(problem=problem)
    with pytest.raises(StateUnusable) as refusal:
        await begun(log)
    assert str(refusal.value) == problem
    assert log.entries == []
    assert await log.load() == [problem]
    assert log.problems == [problem]


async def test_in_memory_nothing_is_waited_for():
    log = make()
    entry = await begun(log, UndoItem("a"))
    log.end(entry.id, "a", "done")
    await log.move(Place("here", "team"))
    await log.flush()
    assert await log.load() == []
    assert log.entries == [entry]
    assert asyncio.all_tasks() == {asyncio.current_task()}

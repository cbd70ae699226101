"""The undo log on disk: there before the request, whole after a crash, and shared."""

import asyncio
import json
import os
import stat
import threading

import pytest

from tests.contract.children import child
from xcoll_tui.session.place import Place
from xcoll_tui.session.writes.records import Owner, StateUnusable
from xcoll_tui.session.writes.undo_entry import UndoItem
from xcoll_tui.session.writes.undo_log import FOLDER, UndoLog

HERE = Place.of("https://a.example", "red")
NOW = 1_000_000_000.0
DAY = 24 * 60 * 60
ODD = {"lone \ud800": "\x00\udfff", "n": 5, "none": None, "deep": [{"a": [1.5, True]}], "ü": "“"}
posix = pytest.mark.skipif(os.name != "posix", reason="modes and signals are POSIX's")


class Clock:
    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now


def make(state, place=HERE, now=NOW, owner=None):
    return UndoLog(state, place, owner or Owner(state), clock=Clock(now))


def file_of(state, place=HERE):
    return state / FOLDER / f"{place.digest}.jsonl"


def lines_of(state, place=HERE):
    return [json.loads(line) for line in file_of(state, place).read_text("ascii").splitlines()]


async def begun(log, *items, operation="remove", **options):
    entry = log.new(operation, "collection_1", "Reports", **options)
    await log.begin(entry)
    await log.add(entry.id, items)
    return entry


async def read(state, place=HERE, now=NOW):
    log = make(state, place, now)
    await log.load()
    return log


async def left_by(state, *items, place=HERE, now=NOW, **options):
    """Leave an entry of a session that is over, and return its ID."""
    owner = Owner(state)
    log = make(state, place, now, owner)
    entry = await begun(log, *items, **options)
    await log.flush()
    owner.release()
    return entry.id


# What is kept


async def test_the_next_session_finds_all_of_it(tmp_path):
    owner = Owner(tmp_path)
    log = make(tmp_path, owner=owner)
    entry = log.new("attach", "collection_1", "“R”\n", count=3, undoes="ab", note="by hand")
    entry.items["a"] = UndoItem("a", "first", None, ODD, "attach")
    await log.begin(entry)
    await log.add(entry.id, [UndoItem("b", "second", ODD, None), UndoItem("c")])
    await log.add(entry.id, [])
    log.end(entry.id, "b", "done", ODD)
    log.mark_undone(entry.id, ["b"])
    log.mark_dead(entry.id, ["c"], "Its file is gone.")
    whole = await begun(log, whole=True, operation="recreate")
    log.mark_undone(whole.id)
    await log.flush()
    owner.release()
    later = await read(tmp_path)
    assert later.entries == [entry, whole]
    assert later.problems == []
    assert later.entries[0].items["b"].old == ODD
    assert [each.state for each in later.entries] == ["possible", "undone"]


async def test_fields_are_on_disk_before_add_returns(tmp_path):
    log = make(tmp_path)
    entry = await begun(log, UndoItem("a", "name", ODD, None, "remove"))
    header, begin, item = lines_of(tmp_path)
    assert (header["kind"], header["host"], header["team"]) == ("log", HERE.host, HERE.team)
    assert (begin["kind"], begin["id"], begin["v"]) == ("begin", entry.id, 1)
    assert (item["kind"], item["old"], item["new"]) == ("item", ODD, None)


async def test_a_megabyte_in_one_value(tmp_path):
    fields = {"text": "ü" * 1_000_000}
    entry_id = await left_by(tmp_path, UndoItem("a", old=fields))
    assert (await read(tmp_path)).get(entry_id).items["a"].old == fields


async def test_how_a_write_ended_is_written_without_being_asked(tmp_path, monkeypatch):
    monkeypatch.setattr("xcoll_tui.session.writes.undo_writer._SOON", 0)
    log = make(tmp_path)
    entry = await begun(log, UndoItem("a"))
    appended, loop = asyncio.Event(), asyncio.get_running_loop()
    file = log._files[entry.id]
    append = file.append

    def append_and_tell(*arguments, **options):
        append(*arguments, **options)
        loop.call_soon_threadsafe(appended.set)

    monkeypatch.setattr(file, "append", append_and_tell)
    log.end(entry.id, "a", "done", {"k": "v"})
    await appended.wait()
    assert lines_of(tmp_path)[-1] == {
        "kind": "end",
        "id": entry.id,
        "file_id": "a",
        "verdict": "done",
        "now": {"k": "v"},
    }


@posix
async def test_nobody_else_can_read_it(tmp_path):
    state = tmp_path / "state"
    previous = os.umask(0)
    try:
        await begun(make(state), UndoItem("a"))
    finally:
        os.umask(previous)
    assert stat.S_IMODE((state / FOLDER).stat().st_mode) == 0o700
    for path in (state / FOLDER).iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    file_of(state).chmod(0o644)
    await begun(make(state), UndoItem("a"))
    assert stat.S_IMODE(file_of(state).stat().st_mode) == 0o600


# Whose it is


async def test_other_places_are_left_alone(tmp_path):
    mine = await left_by(tmp_path)
    unknown_team = await left_by(tmp_path, place=Place(HERE.host))
    other_team = await left_by(tmp_path, place=Place(HERE.host, "blue"))
    other_host = await left_by(tmp_path, place=Place("b.example", "red"))
    assert {each.id for each in (await read(tmp_path)).entries} == {mine, unknown_team}
    everybody = await read(tmp_path, Place(HERE.host))
    assert {each.id for each in everybody.entries} == {mine, unknown_team, other_team}
    assert {each.id for each in (await read(tmp_path, Place("b.example"))).entries} == {other_host}


async def test_what_is_noted_stands_where_its_entry_stands(tmp_path):
    entry_id = await left_by(tmp_path, UndoItem("a"), place=Place(HERE.host))
    log = make(tmp_path, Place(HERE.host))
    own = await begun(log, UndoItem("a"))
    await log.move(HERE)
    await log.load()
    await log.add(own.id, [UndoItem("b")])
    log.mark_undone(entry_id, ["a"])
    later = await begun(log, UndoItem("c"))
    await log.flush()
    kinds = [line["kind"] for line in lines_of(tmp_path, Place(HERE.host))]
    assert kinds == ["log", "begin", "item", "begin", "item", "item", "undone"]
    assert {line.get("id") for line in lines_of(tmp_path)} == {None, later.id}


async def test_what_another_session_does_is_its_own(tmp_path):
    owner = Owner(tmp_path)
    one, two = make(tmp_path, owner=owner), make(tmp_path)
    entry = await begun(one, UndoItem("a"))
    await two.load()
    (seen,) = two.entries
    assert seen.state == "live elsewhere"
    assert entry.state == "possible"
    async with two.claim(seen) as claimed:
        assert claimed is None
    owner.release()
    await two.load()
    assert two.entries == [seen]
    assert seen.state == "possible"
    async with two.claim(seen) as claimed:
        assert claimed is seen


async def test_only_one_session_undoes_what_a_dead_one_left(tmp_path):
    entry_id = await left_by(tmp_path, UndoItem("a"), UndoItem("b"))
    one, two = await read(tmp_path), await read(tmp_path)
    async with one.claim(one.get(entry_id)) as claimed:
        async with two.claim(two.get(entry_id)) as refused:
            assert refused is None
        assert two.get(entry_id).state == "live elsewhere"
        one.mark_undone(claimed.id, ["a"])
    async with two.claim(two.get(entry_id)) as claimed:
        # What the other did is known, although it was read before.
        assert [item.file_id for item in claimed.left] == ["b"]


async def test_a_claim_of_what_is_gone_is_empty(tmp_path):
    entry_id = await left_by(tmp_path, UndoItem("a"))
    log = await read(tmp_path)
    entry = log.get(entry_id)
    file_of(tmp_path).write_bytes(b"")
    async with log.claim(entry) as claimed:
        assert claimed is None
    assert log.entries == []


async def test_reading_again_keeps_the_objects_and_what_is_newer_here(tmp_path):
    old_id = await left_by(tmp_path, UndoItem("a"))
    log = await read(tmp_path)
    old, own = log.get(old_id), await begun(log, UndoItem("b"))
    log.mark_undone(own.id, ["b"])
    other = await read(tmp_path)
    async with other.claim(other.get(old_id)) as claimed:
        other.mark_undone(claimed.id, ["a"])
    await log.load()
    assert log.get(old_id) is old
    assert log.get(own.id) is own
    assert (old.state, own.state) == ("undone", "undone")


async def test_where_liveness_is_not_known_nothing_is_done(tmp_path, monkeypatch):
    entry_id = await left_by(tmp_path, UndoItem("a"))
    log = await read(tmp_path)

    def fail(_owner, _owner_id):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(Owner, "is_live", fail)
    monkeypatch.setattr(Owner, "adopt", fail)
    (problem,) = await log.load()
    assert "No locks available" in problem
    assert log.get(entry_id).state == "live elsewhere"
    async with log.claim(log.get(entry_id)) as claimed:
        assert claimed is None


# Many at once


async def test_many_callers_share_one_trip_to_the_disk(tmp_path, monkeypatch):
    log = make(tmp_path)
    entry = await begun(log)
    fsyncs = []
    fsync = os.fsync

    def count(descriptor):
        fsyncs.append(descriptor)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", count)
    await asyncio.gather(*(log.add(entry.id, [UndoItem(str(number))]) for number in range(200)))
    assert 1 <= len(fsyncs) <= 2
    assert {line["file_id"] for line in lines_of(tmp_path)[2:]} == {*map(str, range(200))}


async def test_two_sessions_append_to_one_file(tmp_path):
    logs = [make(tmp_path), make(tmp_path), make(tmp_path)]
    entries = [await begun(log) for log in logs]

    async def add(log, entry):
        for number in range(30):
            await log.add(entry.id, [UndoItem(str(number), old={"text": "x" * 10_000})])

    await asyncio.gather(*map(add, logs, entries))
    later = await read(tmp_path)
    assert later.problems == []
    assert [len(each.items) for each in later.entries] == [30, 30, 30]


WRITE = """
import asyncio, sys
from pathlib import Path
from tests.contract.test_undo_log import HERE, begun, make
from xcoll_tui.session.writes.undo_entry import UndoItem

async def main():
    log = make(Path(sys.argv[1]))
    entry = await begun(log, count=1000)
    print(entry.id, flush=True)
    number = 0
    while True:
        await asyncio.gather(*(
            log.add(entry.id, [UndoItem(f"{number}-{part}", old={"text": "x" * 20_000})])
            for part in range(4)
        ))
        for part in range(4):
            log.end(entry.id, f"{number}-{part}", "done")
        number += 1
        print(number, flush=True)

asyncio.run(main())
"""


@posix
@pytest.mark.parametrize("lines", [0, 1, 5])
async def test_what_was_begun_is_there_after_a_kill(tmp_path, lines):
    with child(WRITE, tmp_path) as other:
        entry_id = other.read()
        for _ in range(lines):
            count = int(other.read())
        log = await read(tmp_path)
        assert log.get(entry_id).state == "live elsewhere"
        other.kill()
    await log.load()
    entry = log.get(entry_id)
    assert not entry.is_live
    assert entry.count == 1000
    if lines:
        assert {f"{n}-{part}" for n in range(count) for part in range(4)} <= {*entry.items}
        assert entry.state == "possible"
        assert all(item.old == {"text": "x" * 20_000} for item in entry.left)
    async with log.claim(entry) as claimed:
        assert claimed is entry


# What goes wrong


async def test_a_torn_last_line_costs_only_itself(tmp_path):
    entry_id = await left_by(tmp_path, UndoItem("a", old={"k": "v"}), UndoItem("b"))
    content = file_of(tmp_path).read_bytes()
    file_of(tmp_path).write_bytes(content[:-10])
    log = await read(tmp_path)
    assert [*log.get(entry_id).items] == ["a"]
    (problem,) = log.problems
    assert str(file_of(tmp_path)) in problem
    assert "was cut off" in problem
    await begun(log, UndoItem("c"))
    later = await read(tmp_path)
    assert [[*each.items] for each in later.entries] == [["a"], ["c"]]
    assert later.problems[0].startswith("1 line of ")
    assert "the first is line 4" in later.problems[0]


async def test_a_last_line_that_lacks_only_its_end_is_whole(tmp_path):
    entry_id = await left_by(tmp_path, UndoItem("a"))
    file_of(tmp_path).write_bytes(file_of(tmp_path).read_bytes().rstrip(b"\n"))
    log = await read(tmp_path)
    assert [*log.get(entry_id).items] == ["a"]
    await begun(log, UndoItem("c"))
    assert (await read(tmp_path)).problems == []


BROKEN = [
    b"\xff\xfe",
    b"[]",
    b"{}",
    b"[" * 100_000,
    b'{"kind":"begin","id":"aa","owner":"bb","at":"yesterday","operation":"remove"}',
    b'{"kind":"begin","id":"aa","owner":"bb","at":NaN,"operation":"remove"}',
    b'{"kind":"begin","id":"../x","owner":"bb","at":1,"operation":"","collection_id":"","collection_name":""}',
    b'{"kind":"begin","id":"aa","owner":["bb"],"at":1,"operation":"remove"}',
    b'{"kind":"item","id":"ENTRY","file_id":"b","name":"n","old":["k"]}',
    b'{"kind":"item","id":"ENTRY","file_id":7,"name":"n","old":{}}',
    b'{"kind":"item","id":"ffff","file_id":"b","name":"n","old":{}}',
    b'{"kind":"end","id":"ENTRY","file_id":"a","verdict":null}',
    b'{"kind":"undone","id":"ENTRY","file_ids":"a"}',
    b'{"kind":"dead","id":"ENTRY","file_ids":[1],"why":"x"}',
    b'{"kind":["undone"],"id":"ENTRY","file_ids":null}',
]


@pytest.mark.parametrize("line", BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_line_hides_no_other(tmp_path, line):
    entry_id = await left_by(tmp_path, UndoItem("a", old={"k": "v"}))
    with file_of(tmp_path).open("ab") as file:
        file.write(line.replace(b"ENTRY", entry_id.encode()) + b"\n")
    other_id = await left_by(tmp_path, UndoItem("z"))
    log = await read(tmp_path)
    assert [each.id for each in log.entries] == [entry_id, other_id]
    assert [*log.get(entry_id).items] == ["a"]
    assert [each.state for each in log.entries] == ["possible", "possible"]
    (problem,) = log.problems
    assert "the first is line 4" in problem


async def test_lines_of_a_newer_version_are_left_alone(tmp_path):
    entry_id = await left_by(tmp_path, UndoItem("a"))
    with file_of(tmp_path).open("a") as file:
        file.write(
            f'{{"kind":"signed","id":"{entry_id}","by":"me"}}\n\n{{"kind":"undone","id":"ee"}}\n'
        )
    log = await read(tmp_path)
    assert log.problems == []
    assert log.get(entry_id).state == "possible"


@posix
@pytest.mark.parametrize("what", ["folder", "pipe", "nothing of ours", "pipe of others"])
async def test_what_stands_in_the_place_of_a_log_is_told(tmp_path, what):
    path = file_of(tmp_path)
    path.parent.mkdir()
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "pipe of others":
        path = path.parent / "x.jsonl"
        os.mkfifo(path)
    else:
        (path.parent / "x.jsonl").write_text("hello\n")
        path = path.parent / "x.jsonl"
    log = await read(tmp_path)
    (problem,) = log.problems
    assert str(path) in problem
    if path == file_of(tmp_path):
        with pytest.raises(StateUnusable):
            await begun(log, UndoItem("a"))
        assert log.entries == []


@pytest.mark.parametrize("made", ["state", FOLDER])
async def test_a_file_in_the_place_of_the_folder_is_told(tmp_path, made):
    state = tmp_path / "state"
    if made == FOLDER:
        state.mkdir()
        (state / FOLDER).touch()
    else:
        state.touch()
    log = make(state)
    (problem,) = await log.load()
    assert str(state / FOLDER) in problem
    with pytest.raises(StateUnusable, match="XDG_STATE_HOME") as refusal:
        await begun(log)
    assert str(state) in str(refusal.value)
    assert log.entries == []


async def test_a_copy_of_a_log_is_told_and_not_read(tmp_path):
    entry_id = await left_by(tmp_path, UndoItem("a"))
    copy = file_of(tmp_path).with_name("x.jsonl")
    copy.write_bytes(file_of(tmp_path).read_bytes())
    log = await read(tmp_path)
    log.mark_undone(entry_id, ["a"])
    await log.load()
    assert log.get(entry_id).state == "undone"
    (problem,) = log.problems
    assert problem.startswith(f"{copy} cannot be read: it was renamed.")


def fail_fsync(_descriptor):
    raise OSError(28, "No space left on device")


async def test_a_full_disk_refuses_what_is_new_and_keeps_what_was(tmp_path, monkeypatch):
    log = make(tmp_path)
    entry = await begun(log, UndoItem("a"))
    before = file_of(tmp_path).read_bytes()
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fail_fsync)
        results = await asyncio.gather(
            *(log.add(entry.id, [UndoItem(str(number))]) for number in range(3)),
            return_exceptions=True,
        )
        assert [type(each) for each in results] == [StateUnusable] * 3
        assert len({id(each) for each in results}) == 3
        assert "No space left on device" in str(results[0])
        assert results[0].strerror == "No space left on device"
    assert file_of(tmp_path).read_bytes() == before
    assert [*entry.items] == ["a"]
    await log.add(entry.id, [UndoItem("b")])
    assert [*(await read(tmp_path)).entries[0].items] == ["a", "b"]


async def test_half_a_write_leaves_no_half_line(tmp_path, monkeypatch):
    log = make(tmp_path)
    entry = await begun(log, UndoItem("a"))
    before = file_of(tmp_path).read_bytes()
    write = os.write
    with monkeypatch.context() as full:

        def write_a_part(descriptor, content):
            if len(content) < 20:
                raise OSError(28, "No space left on device")
            return write(descriptor, content[:10])

        full.setattr(os, "write", write_a_part)
        with pytest.raises(StateUnusable):
            await log.add(entry.id, [UndoItem("b", old={"text": "x" * 1000})])
    assert file_of(tmp_path).read_bytes() == before


async def test_what_nobody_waits_for_is_written_when_there_is_room_again(tmp_path, monkeypatch):
    log = make(tmp_path)
    entry = await begun(log, UndoItem("a"), UndoItem("b"))
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fail_fsync)
        for _ in range(2):
            log.mark_undone(entry.id, ["a"])
            await log.flush()
    (problem,) = log.problems
    assert "No space left on device" in problem
    assert problem.endswith("was not saved.")
    log.end(entry.id, "b", "done")
    await log.flush()
    kinds = [line["kind"] for line in lines_of(tmp_path)]
    assert kinds == ["log", "begin", "item", "item", "undone", "undone", "end"]


async def test_what_json_has_not_is_refused_and_refuses_no_other(tmp_path):
    log = make(tmp_path)
    entry = await begun(log)
    nested = value = []
    for _ in range(100_000):
        value.append([])
        value = value[0]
    items = [UndoItem("a", old={"k": nested}), UndoItem("b", old={"k": "v"})]
    results = await asyncio.gather(
        *(log.add(entry.id, [item]) for item in items), return_exceptions=True
    )
    while nested:  # taking it apart as a whole would be as deep
        nested = nested.pop()
    assert "nested too deeply" in str(results[0])
    assert results[1] is None
    assert [*entry.items] == ["b"]


async def test_a_caller_that_gives_up_leaves_nothing_to_undo(tmp_path, monkeypatch):
    log = make(tmp_path)
    entry = await begun(log)
    entered, go_on = threading.Event(), threading.Event()
    fsync = os.fsync

    def wait(descriptor):
        entered.set()
        go_on.wait(30)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", wait)
    adding = asyncio.create_task(log.add(entry.id, [UndoItem("a", old={"k": "v"})]))
    await asyncio.to_thread(entered.wait, 30)
    adding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adding
    go_on.set()
    await log.flush()
    (read_entry,) = (await read(tmp_path)).entries
    assert read_entry.items["a"].verdict == "cancelled"
    assert read_entry.left == []


# What goes in time


async def test_after_ninety_days_entries_go_and_it_is_told(tmp_path):
    old = [await left_by(tmp_path, UndoItem("a"), now=NOW - 91 * DAY) for _ in range(2)]
    young = await left_by(tmp_path, UndoItem("a"), now=NOW - 89 * DAY)
    log = await read(tmp_path)
    assert [each.id for each in log.entries] == [young]
    assert log.problems == []
    (notice,) = log.notices
    assert notice.startswith("2 writes of more than 90 days ago were dropped")
    assert not any(entry_id in file_of(tmp_path).read_text() for entry_id in old)
    assert (await read(tmp_path)).notices == []


async def test_beyond_fifty_megabytes_the_oldest_go(tmp_path, monkeypatch):
    monkeypatch.setattr("xcoll_tui.session.writes.undo_folder.MEGABYTES_KEPT", 1)
    ids = [
        await left_by(tmp_path, UndoItem("a", old={"k": "x" * 400_000}), now=NOW + number)
        for number in range(4)
    ]
    log = await read(tmp_path)
    assert [each.id for each in log.entries] == ids[2:]
    (notice,) = log.notices
    assert notice.startswith("2 writes, the oldest, were dropped")
    assert file_of(tmp_path).stat().st_size < 1024 * 1024
    assert [each.id for each in (await read(tmp_path)).entries] == ids[2:]


async def test_what_another_session_needs_stays_whatever_its_age(tmp_path):
    owner = Owner(tmp_path)
    writing = make(tmp_path, now=NOW - 100 * DAY, owner=owner)
    live = await begun(writing, UndoItem("a"))
    gone = await left_by(tmp_path, UndoItem("a"), now=NOW - 100 * DAY)
    adopted = await left_by(tmp_path, UndoItem("a"), now=NOW - 100 * DAY)
    undoing = make(tmp_path, now=NOW - 100 * DAY)
    await undoing.load()
    async with undoing.claim(undoing.get(adopted)):
        log = await read(tmp_path)
        assert {each.id for each in log.entries} == {live.id, adopted}
        # Its lines go where everybody looks for them now.
        await writing.add(live.id, [UndoItem("b")])
        undoing.mark_undone(adopted)
    await writing.flush()
    await log.load()
    assert [*log.get(live.id).items] == ["a", "b"]
    assert gone not in file_of(tmp_path).read_text()


async def test_a_log_whose_entries_all_went_is_deleted(tmp_path):
    await left_by(tmp_path, UndoItem("a"), now=NOW - 91 * DAY)
    log = await read(tmp_path)
    assert (log.entries, log.problems) == ([], [])
    assert not file_of(tmp_path).exists()
    entry = await begun(log, UndoItem("b"))
    assert [each.id for each in (await read(tmp_path)).entries] == [entry.id]


async def test_a_log_that_cannot_be_made_smaller_is_read_all_the_same(tmp_path, monkeypatch):
    entry_id = await left_by(tmp_path, UndoItem("a"), now=NOW - 91 * DAY)
    before = file_of(tmp_path).read_bytes()
    await left_by(tmp_path, UndoItem("b"))
    monkeypatch.setattr(os, "fsync", fail_fsync)
    log = await read(tmp_path)
    assert "No space left on device" in log.problems[0]
    assert log.notices == []
    assert log.get(entry_id).state == "possible"
    assert file_of(tmp_path).read_bytes().startswith(before)


async def test_lines_that_cannot_be_read_go_with_the_next_old_entry(tmp_path):
    await left_by(tmp_path, UndoItem("a"), now=NOW - 91 * DAY)
    entry_id = await left_by(tmp_path, UndoItem("b"))
    with file_of(tmp_path).open("ab") as file:
        file.write(b"half a li\n")
    assert len((await read(tmp_path)).problems) == 1
    later = await read(tmp_path)
    assert later.problems == []
    assert [each.id for each in later.entries] == [entry_id]

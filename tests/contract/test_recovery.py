"""The records of replacements that broke off: private, whole, one session's, and found later."""

import json
import os
import stat
from dataclasses import replace

import pytest

from tests.contract.children import child
from xcoll_tui.session.place import Place
from xcoll_tui.session.writes.outcome import Target
from xcoll_tui.session.writes.records import Owner, StateUnusable
from xcoll_tui.session.writes.recovery import FOLDER, Recovery

TARGET = Target("collection_1", "file_1", "report", "Reports")
OLD = {"a": "b", "number": 5, "none": None, "deep": [{"x": [1.5, True]}]}
NEW = {"a": "ü\n“c”", "lone \ud800": "\x00"}
HERE = Place.of("https://a.example", "red")
posix = pytest.mark.skipif(os.name != "posix", reason="modes and signals are POSIX's")


class Folder:
    """A state folder, with what was put into it past any session."""

    def __init__(self, path):
        self.state = path / "state"
        self.folder = self.state / FOLDER

    def make(self, place=HERE):
        told = []
        owner = Owner(self.state)
        recovery = Recovery(self.state, place, emit=told.append, owner=owner)
        return recovery, owner, told

    async def read(self, place=HERE):
        recovery, _, _ = self.make(place)
        await recovery.load()
        return recovery

    async def leave(self, place=HERE, at=1.0):
        """Let a session that is over leave a record."""
        recovery, owner, _ = self.make(place)
        entry = await recovery.begin(TARGET, OLD, NEW, at)
        owner.release()
        return entry

    def write(self, record_id, content):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{record_id}.json").write_bytes(content)

    @property
    def names(self):
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


async def test_the_next_session_finds_what_broke_off(folder):
    recovery, owner, _ = folder.make()
    entry = await recovery.begin(TARGET, OLD, NEW, 12.5)
    assert recovery.entries == []
    owner.release()
    later, _, told = folder.make()
    await later.load()
    assert later.entries == [entry]
    assert not later.entries[0].is_live
    assert len(told) == 1
    assert (later.entries[0].old, later.entries[0].new) == (OLD, NEW)
    assert await later.forget(later.entries[0])
    assert later.entries == []
    assert len(told) == 2
    assert folder.names == []


async def test_how_far_it_is_is_on_disk_before_the_next_request(folder):
    recovery, owner, _ = folder.make()
    entry = await recovery.begin(TARGET, OLD, NEW, 1)
    assert entry.phase == "removing"
    for phase in ("removing", "removed", "attaching"):
        advanced = await recovery.advance(entry, phase)
        assert advanced == replace(entry, phase=phase)
        assert [each.phase for each in (await folder.read()).entries] == [phase]
    recovery.leave(entry)
    assert recovery.entries == [advanced]
    owner.release()
    assert (await folder.read()).entries == [advanced]


@posix
async def test_nobody_else_can_read_them(folder):
    await folder.leave()
    assert stat.S_IMODE(folder.folder.stat().st_mode) == 0o700
    (file,) = folder.folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_they_belong_to_a_team_on_a_host(folder):
    mine = await folder.leave(at=1)
    unknown_team = await folder.leave(Place(HERE.host), at=2)
    other_team = await folder.leave(Place(HERE.host, "blue"), at=3)
    other_host = await folder.leave(Place("b.example", "red"), at=4)
    assert (await folder.read()).entries == [mine, unknown_team]
    assert (await folder.read(Place(HERE.host))).entries == [mine, unknown_team, other_team]
    other, _, told = folder.make(Place("c.example"))
    await other.load()
    assert other.entries == []
    assert told == []
    other.move(Place.of("https://B.example/v1/", "red"))
    await other.load()
    assert other.entries == [other_host]


# Whose they are


async def test_what_another_session_is_at_is_told_and_left_alone(folder):
    recovery, owner, _ = folder.make()
    entry = await recovery.begin(TARGET, OLD, NEW, 1)
    other, _, told = folder.make()
    await other.load()
    assert [each.is_live for each in other.entries] == [True]
    async with other.claim(other.entries[0]) as claimed:
        assert claimed is None
    assert not await other.forget(other.entries[0])
    assert len(folder.names) == 1
    owner.release()
    count = len(told)
    await other.load()
    assert [each.is_live for each in other.entries] == [False]
    assert len(told) == count + 1
    async with other.claim(other.entries[0]) as claimed:
        assert claimed == entry


async def test_what_is_finished_elsewhere_goes_from_the_list(folder):
    recovery, _, _ = folder.make()
    entry = await recovery.begin(TARGET, OLD, NEW, 1)
    other, _, told = folder.make()
    await other.load()
    await recovery.forget(entry)
    await other.load()
    assert other.entries == []
    assert len(told) == 2


async def test_only_one_session_finishes_what_a_dead_one_left(folder):
    entry = await folder.leave()
    one, two = await folder.read(), await folder.read()
    async with one.claim(entry) as claimed:
        assert claimed == entry
        async with one.claim(entry) as again:
            assert again is None
        async with two.claim(entry) as refused:
            assert refused is None
        assert [each.is_live for each in two.entries] == [True]
        assert not await two.forget(entry)
        advanced = await one.advance(claimed, "attaching")
    async with two.claim(entry) as claimed:
        # It is read again: the other was at it meanwhile.
        assert claimed == advanced
        assert await two.forget(claimed)
    async with one.claim(entry) as gone:
        assert gone is None
    assert one.entries == two.entries == []


async def test_several_of_one_dead_session_are_finished_at_once(folder):
    recovery, owner, _ = folder.make()
    entries = [await recovery.begin(TARGET, OLD, NEW, at) for at in range(3)]
    owner.release()
    later = await folder.read()
    async with later.claim(entries[0]) as first, later.claim(entries[1]) as second:
        assert (first, second) == (entries[0], entries[1])
        assert await later.forget(first)
        assert await later.forget(second)
    assert later.entries == [entries[2]]


async def test_what_is_under_way_here_cannot_be_claimed(folder):
    recovery, _, _ = folder.make()
    entry = await recovery.begin(TARGET, OLD, NEW, 1)
    async with recovery.claim(entry) as claimed:
        assert claimed is None
    recovery.leave(entry)
    async with recovery.claim(entry) as claimed:
        assert claimed == entry


async def test_reading_again_keeps_what_is_under_way_here(folder):
    recovery, _, told = folder.make()
    entry = await recovery.begin(TARGET, OLD, NEW, 1)
    left = await recovery.begin(TARGET, OLD, NEW, 2)
    recovery.leave(left)
    (folder.folder / f"{entry.id}.json").unlink()
    count = len(told)
    await recovery.load()
    assert recovery.entries == [left]
    recovery.leave(entry)
    assert recovery.entries == [entry, left]
    assert len(told) == count + 1


async def test_a_record_that_was_deleted_by_hand_is_gone_when_it_is_claimed(folder):
    entry = await folder.leave()
    later = await folder.read()
    (folder.folder / f"{entry.id}.json").unlink()
    assert later.entries == [entry]
    assert await later.forget(entry)
    assert later.entries == []


async def test_an_error_within_a_claim_is_the_callers(folder):
    entry = await folder.leave()
    later = await folder.read()
    with pytest.raises(OSError, match="theirs"):
        async with later.claim(entry):
            raise OSError(5, "theirs")
    async with later.claim(entry) as claimed:
        assert claimed == entry


async def test_where_liveness_is_not_known_nothing_is_done(folder, monkeypatch):
    await folder.leave()

    def fail(_owner, _owner_id):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(Owner, "is_live", fail)
    monkeypatch.setattr(Owner, "adopt", fail)
    later = await folder.read()
    (entry,) = later.entries
    assert entry.is_live
    assert "No locks available" in later.problems[0]
    assert not await later.forget(entry)
    assert len(folder.names) == 1


REPLACE = """
import asyncio, sys
from pathlib import Path
from tests.contract.test_recovery import NEW, OLD, TARGET, Folder
recovery, _, _ = Folder(Path(sys.argv[1])).make()

async def main():
    entry = await recovery.begin(TARGET, OLD, NEW, 1)
    print(entry.id, flush=True)
    for phase in ("removing", "removed", "attaching"):
        await asyncio.to_thread(sys.stdin.readline)
        await recovery.advance(entry, phase)
        print(phase, flush=True)
    await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
"""


@posix
@pytest.mark.parametrize("phase", ["removing", "removed", "attaching"])
async def test_a_kill_between_any_two_steps_leaves_both_versions(tmp_path, folder, phase):
    with child(REPLACE, tmp_path) as other:
        entry_id, reached = other.read(), "removing"
        while reached != phase:
            other.go_on()
            reached = other.read()
        later = await folder.read()
        assert [each.is_live for each in later.entries] == [True]
        other.kill()
    await later.load()
    (entry,) = later.entries
    assert (entry.id, entry.phase, entry.is_live) == (entry_id, phase, False)
    assert (entry.old, entry.new) == (OLD, NEW)
    async with later.claim(entry) as claimed:
        assert await later.forget(claimed)
    assert folder.names == []


# What is there already


def old_form(**members):
    record = {
        "xcoll_unfinished": 1,
        "id": "0123456789abcdef",
        "place": "https://A.example/v1 work",
        "collection_id": "collection_1",
        "collection_name": "Reports",
        "file_id": "file_1",
        "name": "report",
        "old": {"a": "b"},
        "new": {"a": "c"},
        "at": 12,
    }
    return json.dumps({**record, **members}).encode()


async def test_records_of_the_first_version_are_read(folder):
    folder.write("0123456789abcdef", old_form())
    later, other = await folder.read(), await folder.read()
    assert later.problems == []
    (entry,) = later.entries
    assert (entry.old, entry.new, entry.at) == ({"a": "b"}, {"a": "c"}, 12.0)
    assert entry.phase == "removing"
    async with later.claim(entry) as claimed, other.claim(entry) as refused:
        assert claimed == entry
        assert refused is None
        assert await later.forget(claimed)
    assert folder.names == []


BROKEN = {
    "half": b'{"xcoll_unfinished": 1, "id"',
    "other": b"[]",
    "poor": b'{"xcoll_unfinished": 1, "id": "0123456789abcdef"}',
    "bytes": b"\xff\xfe",
    "nested": b'{"xcoll_unfinished": 1, "old": ' + b'{"a":' * 100_000,
    "time": old_form(at="yesterday"),
    "no time": old_form(at=None),
    "times": old_form(at=[1]),
    "constant": old_form(at=float("nan")),
    "list": old_form(old=["a"]),
    "null": old_form(new=None),
    "id": old_form(id="../../x"),
    "renamed": old_form(id="0123"),
    "name": old_form(name={"a": 1}),
    "place": old_form(place=7),
    "version": old_form(xcoll_unfinished=[1]),
    "phase": old_form(xcoll_unfinished=2, owner="ab", phase=["removed"]),
    "owner": old_form(xcoll_unfinished=2, owner="", phase="removed"),
    "newer": old_form(xcoll_unfinished=3),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
async def test_what_cannot_be_read_is_told_and_kept(folder, content):
    good = await folder.leave()
    folder.write("0123456789abcdef", content)
    recovery = await folder.read()
    await recovery.load()
    assert recovery.entries == [good]
    (problem,) = recovery.problems
    assert str(folder.folder / "0123456789abcdef.json") in problem
    assert problem.endswith("before deleting it.")
    assert len(folder.names) == 2


async def test_a_folder_that_cannot_be_read_is_no_empty_folder(folder):
    folder.state.mkdir()
    folder.folder.touch()
    recovery = await folder.read()
    (problem,) = recovery.problems
    assert str(folder.folder) in problem
    with pytest.raises(StateUnusable, match="XDG_STATE_HOME") as refusal:
        await recovery.begin(TARGET, OLD, NEW, 1)
    assert str(folder.folder) in str(refusal.value)
    assert recovery.entries == []


async def test_without_a_state_folder_nothing_is_begun():
    problem = "The state folder /x cannot be used: there is a file in its place."
    recovery = Recovery(None, HERE, emit=lambda _: None, problem=problem)
    with pytest.raises(StateUnusable) as refusal:
        await recovery.begin(TARGET, OLD, NEW, 1)
    assert str(refusal.value) == problem
    await recovery.load()
    assert recovery.problems == [problem]
    assert recovery.problem == problem


async def test_in_memory_all_is_as_on_disk():
    recovery = Recovery(None, HERE, emit=lambda _: None)
    entry = await recovery.begin(TARGET, OLD, NEW, 1)
    entry = await recovery.advance(entry, "removing")
    recovery.leave(entry)
    await recovery.load()
    assert recovery.entries == [entry]
    async with recovery.claim(entry) as claimed:
        assert claimed == entry
        assert await recovery.forget(claimed)
    assert recovery.entries == []
    async with recovery.claim(entry) as gone:
        assert gone is None


def fail(_descriptor):
    raise OSError(28, "No space left on device")


async def test_a_full_disk_leaves_no_half_file(folder, monkeypatch):
    monkeypatch.setattr(os, "fsync", fail)
    recovery, _, _ = folder.make()
    with pytest.raises(StateUnusable, match="No space left on device"):
        await recovery.begin(TARGET, OLD, NEW, 1)
    assert folder.names == []
    assert recovery.entries == []


async def test_a_disk_that_fills_up_leaves_the_step_before(folder, monkeypatch):
    recovery, _, _ = folder.make()
    entry = await recovery.begin(TARGET, OLD, NEW, 1)
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fail)
        with pytest.raises(StateUnusable):
            await recovery.advance(entry, "removing")
    assert (await folder.read()).entries == [entry]


async def test_what_cannot_be_deleted_is_told(folder, monkeypatch):
    entry = await folder.leave()
    recovery = await folder.read()

    def refuse(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "unlink", refuse)
    await recovery.forget(entry)
    (problem,) = recovery.problems
    assert problem.endswith("could not be deleted: Permission denied. Delete it.")


async def test_one_that_is_left_shows_at_once(folder):
    recovery, _, told = folder.make()
    entry = await recovery.begin(TARGET, OLD, NEW, 1)
    recovery.leave(entry)
    recovery.leave(entry)
    assert recovery.entries == [entry]
    assert len(told) == 1


async def test_values_too_deep_to_be_written_are_refused(folder):
    recovery, _, _ = folder.make()
    value = "a"
    for _ in range(100_000):
        value = [value]
    with pytest.raises(StateUnusable, match="nested too deeply"):
        await recovery.begin(TARGET, {"a": value}, NEW, 1)
    assert recovery.entries == []
    assert not folder.folder.exists()

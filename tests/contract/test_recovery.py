"""The files of replacements that broke off: private, whole, and found by the next sitting."""

import json
import os
import stat

import pytest

from xcoll_tui.session.outcome import Target
from xcoll_tui.session.recovery import FOLDER, Recovery

TARGET = Target("collection_1", "file_1", "report", "Reports")
OLD, NEW = {"a": "b"}, {"a": "ü\n“c”", "lone \ud800": "\x00"}


def make(tmp_path, place="here"):
    told = []
    return Recovery(tmp_path / "state", place, emit=told.append), told


async def test_the_next_sitting_finds_what_broke_off(tmp_path):
    recovery, _ = make(tmp_path)
    entry = await recovery.begin(TARGET, OLD, NEW, 12.5)
    assert recovery.entries == []
    later, told = make(tmp_path)
    await later.load()
    assert later.entries == [entry]
    assert len(told) == 1
    assert (later.entries[0].old, later.entries[0].new) == (OLD, NEW)
    await later.forget(later.entries[0])
    assert later.entries == []
    assert len(told) == 2
    assert list((tmp_path / "state" / FOLDER).iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
async def test_nobody_else_can_read_them(tmp_path):
    recovery, _ = make(tmp_path)
    await recovery.begin(TARGET, OLD, NEW, 1)
    folder = tmp_path / "state" / FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_another_services_are_left_alone(tmp_path):
    recovery, _ = make(tmp_path, "https://one")
    await recovery.begin(TARGET, OLD, NEW, 1)
    other, told = make(tmp_path, "https://two")
    await other.load()
    assert other.entries == []
    assert told == []


async def test_what_cannot_be_read_is_told_and_kept(tmp_path):
    folder = tmp_path / "state" / FOLDER
    folder.mkdir(parents=True)
    for name, content in {
        "half": b'{"xcoll_unfinished": 1, "id"',
        "other": b"[]",
        "poor": json.dumps({"xcoll_unfinished": 1, "id": "poor"}).encode(),
        "bytes": b"\xff\xfe",
    }.items():
        (folder / f"{name}.json").write_bytes(content)
    recovery, _ = make(tmp_path)
    await recovery.load()
    assert recovery.entries == []
    assert len(recovery.problems) == 4
    assert all(each.endswith("before deleting it.") for each in recovery.problems)
    assert len(list(folder.iterdir())) == 4


async def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    def fail(_end):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    recovery, _ = make(tmp_path)
    with pytest.raises(OSError, match="No space"):
        await recovery.begin(TARGET, OLD, NEW, 1)
    assert list((tmp_path / "state" / FOLDER).iterdir()) == []
    assert recovery.entries == []


async def test_one_that_is_left_shows_at_once(tmp_path):
    recovery, told = make(tmp_path)
    entry = await recovery.begin(TARGET, OLD, NEW, 1)
    recovery.leave(entry)
    recovery.leave(entry)
    assert recovery.entries == [entry]
    assert len(told) == 1

"""The files of what is known of a service: private, merged, and never in the way."""

import asyncio
import json
import os
import stat

import pytest

from xcoll_tui.session.learned import FOLDER, UNKNOWN, Fact, Learned
from xcoll_tui.session.place import Place

HERE = Place.of("https://a.example", "red")
NOW = 1_000_000_000.0


def make(state, place=HERE, now=NOW):
    return Learned(state, place, clock=lambda: now)


def file_of(state, place=HERE):
    return state / FOLDER / f"{place.digest}.json"


async def read(state, place=HERE, now=NOW):
    learned = make(state, place, now)
    await learned.load()
    return learned


async def test_the_next_session_knows_it(tmp_path):
    learned = make(tmp_path)
    learned.note_shown(1)
    learned.note_strategy("patch", "ignored")
    learned.note_files("deleted")
    await learned.close()
    later = await read(tmp_path)
    assert later.settling_time() == 3.5
    assert later.patch == Fact("ignored", NOW)
    assert later.reattach == UNKNOWN
    assert later.files == Fact("deleted", NOW)
    assert later.problems == []


async def test_it_is_written_without_being_asked(tmp_path, monkeypatch):
    monkeypatch.setattr("xcoll_tui.session.learned._SAVING_DELAY", 0)
    learned, written = make(tmp_path), asyncio.Event()
    flush = learned.flush

    async def flush_and_tell():
        await flush()
        written.set()

    monkeypatch.setattr(learned, "flush", flush_and_tell)
    learned.note_shown(1)
    await written.wait()
    assert (await read(tmp_path)).settling_time() == 3.5


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
async def test_nobody_else_can_read_it(tmp_path):
    learned = make(tmp_path)
    learned.note_shown(1)
    await learned.close()
    assert stat.S_IMODE(file_of(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(file_of(tmp_path).parent.stat().st_mode) == 0o700


async def test_two_sessions_lose_nothing_of_each_other(tmp_path):
    one, two = make(tmp_path), make(tmp_path, now=NOW + 1)
    one.note_shown(2)
    one.note_strategy("patch", "ignored")
    two.note_shown(1)
    two.note_strategy("patch", "applied")
    two.note_strategy("reattach", "ignored")
    await two.close()
    await one.close()
    later = await read(tmp_path, now=NOW + 1)
    assert later.settling_time() == 6.5
    assert later.patch == Fact("applied", NOW + 1)
    assert later.reattach.value == "ignored"
    assert one.patch.value == "applied"


async def test_another_team_learns_for_itself(tmp_path):
    learned = make(tmp_path)
    learned.note_files("deleted")
    await learned.close()
    assert (await read(tmp_path, Place(HERE.host, "blue"))).files == UNKNOWN


async def test_what_was_learned_before_the_team_was_known_goes_along(tmp_path):
    earlier = make(tmp_path)
    earlier.note_shown(2)
    await earlier.close()
    learned = make(tmp_path, Place(HERE.host))
    learned.note_strategy("patch", "applied")
    await learned.move(HERE)
    assert learned.settling_time() == 6.5
    await learned.close()
    later = await read(tmp_path)
    assert (later.settling_time(), later.patch.value) == (6.5, "applied")


def _nested():
    return b'{"xcoll_learned": 1, "settling": ' + b"[" * 100_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        _nested(),
        b'{"xcoll_learned": 2}',
        b'{"xcoll_learned": 1, "settling": {"1": 2}}',
        b'{"xcoll_learned": 1, "settling": [1]}',
        b'{"xcoll_learned": 1, "settling": [[1, "long"]]}',
        b'{"xcoll_learned": 1, "settling": [[1, NaN]]}',
        b'{"xcoll_learned": 1, "settling": [[1, 1e999]]}',
        b'{"xcoll_learned": 1, "settling": [[1, ' + b"9" * 400 + b"]]}",
        b'{"xcoll_learned": 1, "patch": "applied"}',
        b'{"xcoll_learned": 1, "patch": {"value": "kept", "at": 1}}',
        b'{"xcoll_learned": 1, "patch": {"value": ["applied"], "at": 1}}',
        b'{"xcoll_learned": 1, "files": {"value": "kept", "at": true}}',
        b'{"xcoll_learned": 1, "files": {"value": "kept"}}',
        b" " * 2_000_000,
    ],
    ids=range(17),
)
async def test_a_broken_file_costs_no_more_than_what_it_held(tmp_path, content):
    file_of(tmp_path).parent.mkdir()
    file_of(tmp_path).write_bytes(content)
    learned = await read(tmp_path)
    assert learned.settling_time() == 10
    (problem,) = learned.problems
    assert str(file_of(tmp_path)) in problem
    assert problem.endswith("learned again.")
    learned.note_shown(1)
    await learned.close()
    assert (await read(tmp_path)).settling_time() == 3.5


@pytest.mark.parametrize("what", ["folder", "pipe"])
async def test_what_stands_in_the_place_of_the_file_is_told(tmp_path, what):
    file_of(tmp_path).parent.mkdir()
    if what == "folder":
        file_of(tmp_path).mkdir()
    elif hasattr(os, "mkfifo"):
        os.mkfifo(file_of(tmp_path))
    else:
        pytest.skip("no pipes in folders here")
    assert len((await read(tmp_path)).problems) == 1


async def test_dates_of_a_clock_that_was_wrong_do_not_count(tmp_path):
    learned = make(tmp_path, now=NOW + 1e8)
    learned.note_shown(9)
    learned.note_strategy("patch", "ignored")
    await learned.close()
    later = await read(tmp_path)
    assert later.settling_time() == 10
    assert later.patch == UNKNOWN


async def test_a_folder_that_cannot_be_written_is_told_once(tmp_path):
    (tmp_path / FOLDER).write_text("a file")
    learned = await read(tmp_path)
    for _ in range(2):
        learned.note_shown(1)
        await learned.flush()
    await learned.close()
    assert learned.settling_time() == 3.5
    assert len([each for each in learned.problems if "cannot be written" in each]) == 1
    assert (tmp_path / FOLDER).read_text() == "a file"


async def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    learned = make(tmp_path)
    learned.note_shown(1)
    await learned.close()
    before = file_of(tmp_path).read_bytes()

    def fail(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    learned.note_shown(9)
    await learned.flush()
    assert "No space left on device" in learned.problems[0]
    assert file_of(tmp_path).read_bytes() == before
    assert [each.name for each in file_of(tmp_path).parent.iterdir()] == [file_of(tmp_path).name]


async def test_the_file_names_its_place(tmp_path):
    learned = make(tmp_path)
    learned.note_shown(1)
    await learned.close()
    assert Place.parse(json.loads(file_of(tmp_path).read_bytes())["place"]) == HERE

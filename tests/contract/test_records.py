"""Locks that die with their process, and records that only one may act on."""

import os
import stat
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from threading import Thread

import filelock
import pytest

from tests.contract.children import child
from xcoll_tui.session.json_file import text_of
from xcoll_tui.session.writes.records import (
    OWNERS,
    Owner,
    RecordFolder,
    StateUnusable,
    lock_file,
    locked,
    new_id,
)

HOLD = """
import sys
from pathlib import Path
from xcoll_tui.session.writes.records import Owner
owner = Owner(Path(sys.argv[1]))
owner.acquire()
print(owner.id, flush=True)
sys.stdin.readline()
owner.release()
print("released", flush=True)
sys.stdin.readline()
"""
ADOPT = """
import sys
from pathlib import Path
from xcoll_tui.session.writes.records import Owner
with Owner(Path(sys.argv[1])).adopt(sys.argv[2]) as adopted:
    print(adopted, flush=True)
    sys.stdin.readline()
"""
posix = pytest.mark.skipif(os.name != "posix", reason="modes and signals are POSIX's")


def lock_of(state, owner_id):
    return state / OWNERS / f"{owner_id}.lock"


def adopted(owner, owner_id):
    with owner.adopt(owner_id) as right:
        return right


# Owners


@posix
def test_a_session_lives_until_its_process_is_killed(tmp_path):
    owner = Owner(tmp_path)
    with child(HOLD, tmp_path) as other:
        other_id = other.read()
        assert owner.is_live(other_id)
        assert not adopted(owner, other_id)
        other.kill()
        assert not owner.is_live(other_id)
        assert adopted(owner, other_id)
        assert lock_of(tmp_path, other_id).exists()


def test_or_until_it_says_so(tmp_path):
    owner = Owner(tmp_path)
    with child(HOLD, tmp_path) as other:
        other_id = other.read()
        other.go_on()
        assert other.read() == "released"
        assert not owner.is_live(other_id)
        assert adopted(owner, other_id)


def test_only_one_process_takes_up_what_a_dead_one_left(tmp_path):
    owner, dead = Owner(tmp_path), new_id()
    with child(ADOPT, tmp_path, dead) as other:
        assert other.read() == "True"
        assert owner.is_live(dead)
        assert not adopted(owner, dead)
        with child(ADOPT, tmp_path, dead) as third:
            assert third.read() == "False"
        other.kill()
        assert adopted(owner, dead)


def test_two_sessions_of_one_process_are_two_owners(tmp_path):
    one, two = Owner(tmp_path), Owner(tmp_path)
    one.acquire()
    two.acquire()
    assert one.id != two.id
    assert two.is_live(one.id)
    assert one.is_live(two.id)
    assert not adopted(two, one.id)
    one.release()
    assert adopted(two, one.id)


def test_ones_own_records_are_at_hand(tmp_path):
    owner = Owner(tmp_path)
    for _ in range(2):
        assert not owner.is_live(owner.id)
        assert adopted(owner, owner.id)
        owner.acquire()


def test_a_session_may_act_on_several_records_of_a_dead_one_at_once(tmp_path):
    owner, other, dead = Owner(tmp_path), Owner(tmp_path), new_id()
    with owner.adopt(dead) as first, owner.adopt(dead) as second:
        assert (first, second) == (True, True)
        assert not owner.is_live(dead)
        assert other.is_live(dead)
        with owner.adopt(dead):
            pass
        assert not adopted(other, dead)
    assert adopted(other, dead)


def test_the_lock_is_left_whatever_happens_under_it(tmp_path):
    owner, other, dead = Owner(tmp_path), Owner(tmp_path), new_id()
    with pytest.raises(RuntimeError), owner.adopt(dead):
        raise RuntimeError
    assert adopted(other, dead)


def test_acquiring_and_releasing_may_be_repeated(tmp_path):
    owner, other = Owner(tmp_path), Owner(tmp_path)
    owner.release()
    for _ in range(2):
        owner.acquire()
        owner.acquire()
        assert other.is_live(owner.id)
        owner.release()
        owner.release()
        assert not other.is_live(owner.id)
        assert not lock_of(tmp_path, owner.id).exists()


def test_a_lock_whose_file_was_deleted_is_taken_again(tmp_path):
    owner, other = Owner(tmp_path), Owner(tmp_path)
    owner.acquire()
    lock_of(tmp_path, owner.id).unlink()
    owner.acquire()
    assert other.is_live(owner.id)
    owner.release()
    assert list((tmp_path / OWNERS).iterdir()) == []


def test_looking_at_a_lock_does_not_keep_its_owner_from_taking_it(tmp_path):
    owner, others = Owner(tmp_path), [Owner(tmp_path) for _ in range(3)]
    over = False

    def look(other):
        while not over:
            other.is_live(owner.id)

    threads = [Thread(target=look, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            owner.acquire()
            owner.release()
    finally:
        over = True
        for thread in threads:
            thread.join()


def test_lock_files_of_the_long_dead_are_cleared_away(tmp_path):
    live, owner = Owner(tmp_path), Owner(tmp_path)
    live.acquire()
    old, recent = lock_of(tmp_path, new_id()), lock_of(tmp_path, new_id())
    long_ago = time.time() - 2 * 24 * 60 * 60
    for path in (old, recent):
        path.touch()
    for path in (old, lock_of(tmp_path, live.id)):
        os.utime(path, (long_ago, long_ago))
    owner.acquire()
    assert not old.exists()
    assert recent.exists()
    assert owner.is_live(live.id)


@posix
def test_locks_are_private(tmp_path):
    owner = Owner(tmp_path / "state")
    previous = os.umask(0)
    try:
        owner.acquire()
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "state" / OWNERS).stat().st_mode) == 0o700
    assert stat.S_IMODE(lock_of(tmp_path / "state", owner.id).stat().st_mode) == 0o600


FORK = """
import os, subprocess, sys
from pathlib import Path
from xcoll_tui.session.writes.records import Owner
owner = Owner(Path(sys.argv[1]))
owner.acquire()
if sys.argv[2] == "fork":
    pid = os.fork()
    if not pid:
        os.read(int(sys.argv[3]), 1)
        os._exit(0)
else:
    subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=int(sys.argv[3]))
print(owner.id, flush=True)
os.kill(os.getpid(), 9)
"""


@posix
@pytest.mark.parametrize("how", ["fork", "exec"])
def test_no_child_inherits_a_lock(tmp_path, how):
    reader, writer = os.pipe()
    command = [sys.executable, "-c", FORK, tmp_path, how, str(reader)]
    with subprocess.Popen(
        command, pass_fds=(reader,), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            owner_id = process.stdout.readline().strip()
            assert process.wait() == -9
            # Its child waits for what comes down the pipe, so it lives.
            assert not Owner(tmp_path).is_live(owner_id)
            assert lock_of(tmp_path, owner_id).exists()
        finally:
            os.close(writer)
            os.close(reader)


@pytest.mark.parametrize("made", ["state", OWNERS])
def test_a_file_in_the_place_of_the_folder_is_told(tmp_path, made):
    state = tmp_path / "state"
    if made == OWNERS:
        state.mkdir()
        (state / OWNERS).touch()
    else:
        state.touch()
    owner = Owner(state)
    with pytest.raises(StateUnusable) as problem:
        owner.acquire()
    assert str(state / OWNERS) in str(problem.value)
    assert "XDG_STATE_HOME" in str(problem.value)
    assert problem.value.strerror in str(problem.value)
    assert not owner.is_live(new_id())
    with pytest.raises(OSError, match=r"."), owner.adopt(new_id()):
        pass


def test_a_file_system_that_cannot_lock_is_told(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def refuse(_descriptor, _operation):
        raise OSError(37, "No locks available")

    owner, other = Owner(tmp_path), Owner(tmp_path)
    other.acquire()
    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StateUnusable, match="No locks available"):
        owner.acquire()
    with pytest.raises(OSError, match="No locks available"):
        owner.is_live(other.id)
    with pytest.raises(OSError, match="No locks available"), owner.adopt(new_id()):
        pass


def test_without_a_folder_there_is_nothing_to_hold():
    owner = Owner(None)
    owner.acquire()
    assert not owner.is_live(new_id())
    assert not adopted(owner, new_id())
    assert adopted(owner, owner.id)
    owner.release()


@pytest.mark.parametrize("owner_id", ["", "..", "../../x", "A", "g", "a" * 65, "a/b", "a\n"])
def test_no_id_leads_out_of_the_folder(tmp_path, owner_id):
    with pytest.raises(ValueError, match="not an owner's ID"):
        Owner(tmp_path).is_live(owner_id)


def test_a_lock_is_waited_for(tmp_path):
    held = lock_file(tmp_path / "lock", 0)
    assert lock_file(tmp_path / "lock", 0) is None
    releasing = Thread(target=held.release)
    releasing.start()
    assert lock_file(tmp_path / "lock", 30) is not None
    releasing.join()


def test_a_lock_for_a_moment_is_waited_for(tmp_path):
    path = tmp_path / "lock"
    with locked(path, 0):
        with pytest.raises(BlockingIOError, match="another xcoll"), locked(path, 0.05):
            pass
        assert lock_file(path, 0) is None
    with locked(path, 0):
        pass
    held = lock_file(path, 0)
    with pytest.raises(BlockingIOError), locked(path, 0):
        pass
    held.release()


def test_a_lock_for_a_moment_outlives_no_error(tmp_path):
    with pytest.raises(RuntimeError), locked(tmp_path / "lock", 0):
        raise RuntimeError
    with locked(tmp_path / "lock", 0):
        pass


def test_a_lock_for_a_moment_is_taken_where_others_see_it(tmp_path, monkeypatch):
    path, deleted = tmp_path / "lock", []
    lock = filelock.lock_descriptor

    def delete_and_lock(descriptor, **options):
        if not deleted:
            path.unlink()
            deleted.append(path)
        return lock(descriptor, **options)

    monkeypatch.setattr(filelock, "lock_descriptor", delete_and_lock)
    with locked(path, 0), pytest.raises(BlockingIOError), locked(path, 0):
        pass
    assert deleted


# Records


@dataclass(frozen=True)
class Note:
    id: str
    owner: str
    text: str


def read_note(members):
    return Note(*(text_of(members, name) for name in ("id", "owner", "text")))


def folder_of(path):
    return RecordFolder(path / "notes", read_note, asdict, "a note")


def note(text="text", record_id=None):
    return Note(record_id or new_id(), new_id(), text)


def test_what_was_put_is_read(tmp_path):
    folder, record = folder_of(tmp_path), note("lone \ud800, “ü”\n\x00")
    assert folder.read_all() == ([], [])
    assert folder.read(record.id) is None
    folder.put(record)
    assert folder.read(record.id) == record
    assert folder_of(tmp_path).read_all() == ([record], [])
    other = note()
    folder.put(other)
    changed = Note(record.id, record.owner, "changed")
    folder.put(changed)
    records, problems = folder.read_all()
    assert {each.text for each in records} == {"changed", "text"}
    assert problems == []
    folder.delete(record.id)
    folder.delete(record.id)
    assert folder.read(record.id) is None
    assert folder.read_all() == ([other], [])


@posix
def test_records_are_private(tmp_path):
    folder, record = folder_of(tmp_path), note()
    folder.put(record)
    assert stat.S_IMODE((tmp_path / "notes").stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.path_of(record).stat().st_mode) == 0o600


GOOD = note()
BROKEN = {
    "half": b'{"id": "' + GOOD.id.encode(),
    "empty": b"",
    "list": b"[]",
    "bytes": b"\xff\xfe\x00",
    "nested": b'{"id": ' + b"[" * 200_000,
    "constant": b'{"id": NaN}',
    "number": b'{"id": 1e999}',
    "long": b'{"id": ' + b"9" * 10_000 + b"}",
    "type": b'{"id": ["a"], "owner": "a", "text": "a"}',
    "missing": b'{"id": "a"}',
    "owner": b'{"id": "abc0", "owner": "../../x", "text": "a"}',
    "renamed": b'{"id": "ffff", "owner": "a", "text": "a"}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_and_hides_no_other(tmp_path, content):
    folder = folder_of(tmp_path)
    folder.put(GOOD)
    broken = tmp_path / "notes" / "abc0.json"
    broken.write_bytes(content)
    records, (problem,) = folder.read_all()
    assert records == [GOOD]
    assert problem.startswith(f"{broken} cannot be read: ")
    assert problem.endswith("It holds a note; look at it before deleting it.")
    assert len(problem) < 500
    assert folder.read("abc0") is None
    assert broken.read_bytes() == content


@posix
@pytest.mark.parametrize("what", ["folder", "pipe", "loop", "dangling"])
def test_what_is_no_file_is_named_too(tmp_path, what):
    folder = folder_of(tmp_path)
    folder.put(GOOD)
    path = tmp_path / "notes" / "abc0.json"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(path if what == "loop" else tmp_path / "nothing")
    records, problems = folder.read_all()
    assert records == [GOOD]
    assert len(problems) == (0 if what == "dangling" else 1)


@pytest.mark.parametrize("made", ["notes", "state"])
def test_a_file_in_the_place_of_the_folder_is_no_empty_folder(tmp_path, made):
    state = tmp_path / "state"
    if made == "state":
        state.touch()
    else:
        state.mkdir()
        (state / "notes").touch()
    folder = folder_of(state)
    records, (problem,) = folder.read_all()
    assert records == []
    assert str(state / "notes") in problem
    with pytest.raises(StateUnusable, match="XDG_STATE_HOME") as refusal:
        folder.put(note())
    assert str(state / "notes") in str(refusal.value)


def test_a_folder_that_may_not_be_read_is_no_empty_folder(tmp_path, monkeypatch):
    folder = folder_of(tmp_path)
    folder.put(note())

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    monkeypatch.setattr(os, "scandir", refuse)
    problem = (
        f"The folder {tmp_path / 'notes'} cannot be read: Permission denied. It may hold a note"
    )
    assert folder.read_all() == ([], [f"{problem}; make it readable."])


def test_a_full_disk_leaves_the_record_as_it_was(tmp_path, monkeypatch):
    folder, record = folder_of(tmp_path), note()
    folder.put(record)

    def fail(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StateUnusable, match="No space left on device") as problem:
        folder.put(Note(record.id, record.owner, "changed"))
    assert problem.value.strerror == "No space left on device"
    assert problem.value.errno == 28
    assert [each.name for each in (tmp_path / "notes").iterdir()] == [f"{record.id}.json"]
    assert folder.read(record.id) == record


def test_what_json_cannot_hold_is_refused(tmp_path):
    folder = RecordFolder(tmp_path / "notes", read_note, lambda _: {"a": float("nan")}, "a note")
    with pytest.raises(StateUnusable, match="a value that JSON does not have"):
        folder.put(note())


def test_what_a_killed_writer_left_is_cleared_away_in_time(tmp_path):
    folder = folder_of(tmp_path)
    folder.put(GOOD)
    old, recent = (tmp_path / "notes" / f".{name}.json.new" for name in ("old", "recent"))
    for path in (old, recent):
        path.write_bytes(b"{")
    long_ago = time.time() - 2 * 24 * 60 * 60
    os.utime(old, (long_ago, long_ago))
    assert folder.read_all() == ([GOOD], [])
    assert not old.exists()
    assert recent.exists()


PUT = """
import sys
from dataclasses import asdict
from pathlib import Path
from tests.contract.test_records import Note, folder_of
folder = folder_of(Path(sys.argv[1]))
print("ready", flush=True)
number = 0
while True:
    number += 1
    folder.put(Note("ab", "cd", "x" * 100_000 + str(number)))
    if number == 3:
        print("putting", flush=True)
"""


@posix
def test_a_writer_that_is_killed_leaves_whole_records(tmp_path):
    with child(PUT, tmp_path) as writer:
        assert (writer.read(), writer.read()) == ("ready", "putting")
        writer.kill()
    (record,), problems = folder_of(tmp_path).read_all()
    assert problems == []
    assert record.text.startswith("x" * 100_000)
    assert int(record.text[100_000:]) >= 3

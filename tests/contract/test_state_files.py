"""Every file that xcoll keeps, as a crash, a disk, a person or a newer xcoll may have left it.

Whatever stands in it, the next session begins, says so in a sentence, writes what it has to write,
and what was there is there still: where it was, or under another name.
"""

import asyncio
import io
import os
import re
import shutil
import stat

import pytest

from tests.unit.session.writing import FILE, NEW, OLD, Desk
from xcoll_tui import log as logging
from xcoll_tui.api.models import Wait
from xcoll_tui.cli.config_file import read_preferences
from xcoll_tui.credentials import Profile
from xcoll_tui.credentials.profiles import ProfileRefused, Profiles
from xcoll_tui.session.backup.deletions import Deletion
from xcoll_tui.session.backup.format import BackupBroken
from xcoll_tui.session.layouts import Layout
from xcoll_tui.session.retrieval.questions import SavedQuestion
from xcoll_tui.session.screen_state import ScreenState
from xcoll_tui.session.writes.records import new_id

posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
# Where a file is whose name is not known beforehand.
FILES = {
    "screen": "screen.json",
    "layouts": "columns.json",
    "learned": "learned/*.json",
    "undo log": "undo/*.jsonl",
    "replacement": "unfinished/*.json",
    "restore": "restores/*.json",
    "deletion": "deletions/*.json",
    "questions": "questions/*/*.jsonl",
    "backup": "backups/*.jsonl",
    "profiles": "profiles.json",
    "config": "config.toml",
}
HUGE = 257 * 1024 * 1024
_VERSION = re.compile(rb'("(?:xcoll_\w+|v)":)\d+')


def emptied(path):
    path.write_bytes(b"")


def cut(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def no_text(path):
    path.write_bytes(b"\xff\xfe\x00" + path.read_bytes())


def listed(path):
    path.write_bytes(b"[1, 2]\n")


def nothing(path):
    path.write_bytes(b"null\n")


def newer(path):
    path.write_bytes(_VERSION.sub(rb"\g<1>99", path.read_bytes()))


def folder(path):
    path.unlink()
    path.mkdir()
    (path / "kept").write_text("here")


def deep(path):
    path.write_bytes(b"[" * 100_000)


def huge(path):
    os.truncate(path, HUGE)  # a hole, so it takes no room


def zeros(path):
    path.write_bytes(bytes(4096))


def unreadable(path):
    path.chmod(0)


DAMAGES = (emptied, cut, no_text, listed, nothing, newer, folder, deep, huge, zeros, unreadable)


async def write_all(state):
    """Let a session write each of its files."""
    desk = await Desk(state=state).open()
    session = desk.session
    await session.state.load()
    await session.state.layouts.load()
    await desk.documents.remove(FILE)
    await use(desk, session, state)
    await session.state.recovery.begin(
        session.rows.target("collection_0", FILE), OLD, NEW, desk.now
    )
    backup = await session.backups.make("collection_0")
    await session.state.restores.begin(backup.path, session.state.place, 1.0)
    place, owner = str(session.state.place), session.state.owner.id
    session.state.deletions._records.put(Deletion(new_id(), owner, "collection_9", place))
    await session.end()
    Profiles(lambda: state, lambda: state).save(Profile("work"))
    (state / "config.toml").write_text('theme = "nord"\n')


async def use(desk, session, state):
    """Write what a session writes by the way."""
    session.state.layouts.arrange("collection_0", Layout(("name",), "", descending=False))
    session.state.learned.note_strategy("patch", "applied")
    await session.retrieval.questions.save("collection_0", SavedQuestion("What?"))
    await desk.edit()
    screen = ScreenState(state)
    screen.note_theme("nord", "")
    screen.note_visit()
    screen.save()
    return [*screen.problems, *filter(None, [screen.loss])]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    state = tmp_path_factory.mktemp("written") / "state"
    asyncio.run(write_all(state))
    return state


@pytest.fixture
def state(written, tmp_path):
    shutil.copytree(written, tmp_path / "state")
    return tmp_path / "state"


def the_file(state, pattern):
    (path,) = [path for path in state.glob(pattern) if path.is_file()]
    return path


@posix
def test_all_files_are_their_owner_s(written):
    for path in [written, *written.rglob("*")]:
        if path.name != "config.toml":  # a person's own
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_nothing_half_written_is_left(written):
    assert [path for path in written.rglob(".*") if path.suffix in {".new", ".part"}] == []
    for pattern in FILES.values():
        assert the_file(written, pattern).stat().st_size


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", FILES)
async def test_what_cannot_be_read_is_told_and_kept(name, damage, state, monkeypatch):
    path = the_file(state, FILES[name])
    damage(path)
    kept = None if path.is_dir() or damage is huge else path.read_bytes()
    if damage is unreadable:  # root may read it all the same
        refuse_reading(monkeypatch, path)
    told = await play_on(state)
    if damage is unreadable:
        monkeypatch.undo()
    assert all(sentence.endswith(".") for sentence in told), told
    # A file that is empty, or of a newer version that only adds, may be right as it is.
    harmless = damage in {emptied, newer} or (name, damage) in {("config", cut), ("undo log", cut)}
    assert harmless or any(path.stem[:20] in sentence for sentence in told), told
    if (name, damage) != ("profiles", newer):  # it has no version
        assert_kept(state, path, kept, damage)


def assert_kept(state, path, kept, damage):
    files = [each for each in state.rglob("*") if each.is_file()]
    if damage is folder:
        assert any(each.name == "kept" for each in files), "the folder is gone"
    elif damage is huge:
        assert any(each.stat().st_size >= HUGE for each in files), "the file is gone"
    else:
        assert any(each.read_bytes().startswith(kept) for each in files), f"{path} is gone"


async def play_on(state):
    """Begin a session on these files and use them all; return what it told."""
    told = []
    desk = await Desk(state=state).open()
    session = desk.session
    await session.state.load()
    await session.state.layouts.load()
    for attempt in (
        lambda: use(desk, session, state),
        lambda: session.retrieval.questions.of("collection_0"),
        lambda: session.state.deletions.take_broken_off(session.state.place),
        lambda: desk.documents.remove("file_00001"),
        session.undo,
    ):
        try:
            result = await attempt()
            told += result if isinstance(result, list) and name_all(result) else []
        except OSError as problem:
            told.append(f"{problem}.")
    for backup in await session.backups.listed():
        if isinstance(backup, BackupBroken):
            told.append(str(backup))
            continue
        try:
            await session.backups.begun(backup.path)
        except BackupBroken as broken:
            told.append(str(broken))
    profiles = Profiles(lambda: state, lambda: state)
    for step in (profiles.listed, lambda: profiles.save(Profile("other"))):
        try:
            step()
        except ProfileRefused as refusal:
            told.append(str(refusal))
    told += read_preferences(state / "config.toml").problems
    told += session.state.problems + session.retrieval.questions.problems
    await session.end()
    told += session.state.problems
    return told


def name_all(result):
    return all(isinstance(each, str) for each in result)


def refuse_reading(monkeypatch, path):
    """Let nobody read a file, as its mode would for all but root."""
    real = os.open

    def opened(name, flags, *arguments, **options):
        reads = not flags & os.O_WRONLY
        if reads and os.path.abspath(os.fsdecode(name)) == str(path):  # noqa: PTH100
            raise PermissionError(13, "Permission denied", str(path))
        return real(name, flags, *arguments, **options)

    real_open = io.open

    def opened_as_file(name, mode="r", *arguments, **options):
        if isinstance(name, os.PathLike | str) and str(name) == str(path) and "r" in mode:
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(name, mode, *arguments, **options)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(io, "open", opened_as_file)


@posix
@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_a_log_that_cannot_be_written_stops_nothing(kind, tmp_path):
    path = tmp_path / "log"
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    with pytest.raises(OSError, match="It is a"):
        logging.Log(path).wait(Wait(1.0, "why", 1, "GET", "/v1/collections", rate_limited=False))

"""No test reaches out of its temporary folders, and one that tries fails."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guard import Judge, snapshot
from tests.isolation import HOME_VARIABLES, ROOT, environment, homes_folder, left_behind
from xcoll_tui.settings import config_folder, state_folder

PLANTED = """
import os, subprocess, sys
from contextlib import suppress
from pathlib import Path
import pytest

REAL = Path({home!r})
PROFILES = REAL / ".config" / "xcoll" / "profiles.json"

def test_harmless(tmp_path):
    (tmp_path / "file").write_text("x")
    Path.home().joinpath(".config").mkdir(parents=True)
    subprocess.run([sys.executable, "-c", ""], check=True)
    assert Path.home() != REAL

def test_writes():
    PROFILES.write_text("lost")

def test_reads_and_says_nothing():
    with suppress(OSError):
        PROFILES.read_text()

def test_makes_a_folder_somewhere():
    (REAL / "new").mkdir()

def test_starts_a_child_at_home():
    subprocess.run([sys.executable, "-c", ""], env={{**os.environ, "HOME": str(REAL)}})

def test_starts_a_child_that_looks_for_a_home():
    subprocess.run([sys.executable, "-c", ""], env={{"PATH": os.environ["PATH"]}})

def test_has_a_child_that_knows_the_way():
    subprocess.run(["touch", str(REAL / ".local" / "state" / "xcoll" / "new")])

@pytest.fixture
def untidy():
    yield
    PROFILES.unlink()

def test_tidies_up_too_much(untidy):
    pass
"""


def run_pytest(home, *arguments):
    """Run pytest with the tests' own conftest as somebody who lives in a folder."""
    plugins = ("tests.conftest", "no:cacheprovider", "no:randomly", "no:xdist")
    options = [word for plugin in plugins for word in ("-p", plugin)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-c", os.devnull, "-q", "-rA", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT)},
        cwd=home.parent,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def lived_in(tmp_path):
    """The home of somebody who uses xcoll."""
    (tmp_path / "home/.config/xcoll").mkdir(parents=True)
    (tmp_path / "home/.local/state/xcoll").mkdir(parents=True)
    (tmp_path / "home/.config/xcoll/profiles.json").write_text("canary")
    return tmp_path / "home"


def test_a_test_that_reaches_out_fails(lived_in, tmp_path):
    (tmp_path / "test_planted.py").write_text(PLANTED.format(home=str(lived_in)))
    result = run_pytest(lived_in, "--rootdir", ".", "test_planted.py")
    ended = {
        line.split("::")[1].split(" ")[0]: line.split(" ")[0]
        for line in result.stdout.splitlines()
        if line.startswith(("PASSED ", "FAILED ", "ERROR "))
    }
    assert ended == {
        "test_harmless": "PASSED",
        "test_writes": "FAILED",
        "test_reads_and_says_nothing": "FAILED",
        "test_makes_a_folder_somewhere": "FAILED",
        "test_starts_a_child_at_home": "FAILED",
        "test_starts_a_child_that_looks_for_a_home": "FAILED",
        "test_has_a_child_that_knows_the_way": "ERROR",
        "test_tidies_up_too_much": "ERROR",
    }, result.stdout + result.stderr
    # What can be stopped is stopped: only the child that knew the way did anything.
    assert (lived_in / ".config/xcoll/profiles.json").read_text() == "canary"
    assert not (lived_in / "new").exists()
    assert "state/xcoll/new was changed: by a child of this test" in result.stdout


JUDGE = Judge(
    private=["/home/ann/.config/xcoll", "/tmp/lives/here/.config/xcoll"],
    fixed=["/home/ann", "/tmp/lives/here", str(ROOT)],
    writable=["/tmp", "/home/ann/tmp", "/dev"],
)
READING, WRITING = os.O_RDONLY | os.O_CLOEXEC, os.O_WRONLY | os.O_CREAT


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("open", ("/home/ann/.bashrc", "r", READING)),
        ("open", ("/tmp/file", "w", WRITING)),
        ("open", (b"/tmp/file", None, WRITING)),
        ("open", (Path("/home/ann/tmp/file"), "w", WRITING)),
        ("open", (7, "w", WRITING)),
        ("open", ("/dev/null", "w", WRITING)),
        ("open", (f"{ROOT}/tests/__pycache__/x.pyc.123", "wb", WRITING)),
        ("open", (f"{ROOT}/.coverage.host.1.x", "wb", WRITING)),
        ("os.mkdir", ("/tmp/new", 0o777, -1)),
        ("os.rename", ("/tmp/a", "/tmp/b", -1, -1)),
        ("os.scandir", ("/home/ann",)),
        ("os.scandir", (None,)),
        ("sqlite3.connect", (":memory:",)),
        ("socket.connect", (None, ("127.0.0.1", 80))),
        ("socket.connect", (None, "/tmp/bus")),
        ("socket.bind", (None, "\0abstract")),
        ("subprocess.Popen", ("x", ["x"], None, {"HOME": "/tmp/a", "XDG_STATE_HOME": "here"})),
        ("subprocess.Popen", ("/sbin/ldconfig", ["ldconfig"], None, {"LC_ALL": "C"})),
        ("os.exec", ("x", ["x"], {b"HOME": b"/tmp/a"})),
        ("import", ("os", None, None, None, None)),
    ],
)
def test_what_is_a_tests_business_is_allowed(event, arguments):
    assert JUDGE.complaint(event, arguments) == ""


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("open", ("/home/ann/.config/xcoll/profiles.json", "r", READING)),
        ("open", ("/tmp/../home/ann/.config/xcoll/profiles.json", "r", READING)),
        ("open", ("/tmp/lives/here/.config/xcoll/profiles.json", "r", READING)),
        ("open", ("/tmp/lives/here/notes", "w", WRITING)),
        ("open", ("/home/ann/.bashrc", "a", WRITING)),
        ("open", (b"/tmpfile", None, WRITING)),
        ("open", (f"{ROOT}/README.md", "w", WRITING)),
        ("open", (f"{ROOT}/screenshots/help.svg", "w", WRITING)),
        ("os.mkdir", ("/home/ann/new", 0o777, -1)),
        ("os.remove", ("/home/ann/file", -1)),
        ("os.rename", ("/tmp/a", "/home/ann/b", -1, -1)),
        ("os.rename", ("/home/ann/b", "/tmp/a", -1, -1)),
        ("os.symlink", ("/tmp/a", "/home/ann/b", -1)),
        ("os.link", ("/tmp/a", "/home/ann/b", -1, -1)),
        ("os.truncate", ("/home/ann/b", 0)),
        ("os.chmod", ("/home/ann/b", 0o600, -1)),
        ("os.scandir", ("/home/ann/.config/xcoll",)),
        ("sqlite3.connect", ("/home/ann/data.db",)),
        ("socket.connect", (None, "/run/user/1000/bus")),
        ("socket.bind", (None, "/run/user/1000/socket")),
        ("subprocess.Popen", ("x", ["x"], None, {"HOME": "/home/ann"})),
        (
            "subprocess.Popen",
            ("x", ["x"], None, {"HOME": "/tmp/a", "XDG_DATA_HOME": "/home/ann/d"}),
        ),
        ("subprocess.Popen", ("x", ["x"], None, {})),
        ("os.posix_spawn", ("x", ["x"], {"PATH": "/bin"})),
        ("os.exec", ("x", ["x"], {b"HOME": b"/tmp/lives/here"})),
    ],
)
def test_what_is_none_of_its_business_is_refused(event, arguments):
    assert JUDGE.complaint(event, arguments)


def test_a_link_out_of_a_temporary_folder_is_followed(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside/link").symlink_to(tmp_path / "home")
    judge = Judge([], [], [str(tmp_path / "inside")])
    assert judge.complaint("open", (tmp_path / "inside/file", "w", WRITING)) == ""
    assert judge.complaint("open", (tmp_path / "home/file", "w", WRITING))


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the folder of a descriptor is unknown"
)
def test_a_path_is_that_of_its_open_folder(tmp_path):
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        assert JUDGE.complaint("os.remove", ("file", folder)) == ""
        judge = Judge([], [], ["/elsewhere"])
        assert f"{tmp_path}/file was to be changed" in judge.complaint(
            "os.remove", ("file", folder)
        )
    finally:
        os.close(folder)


def test_a_snapshot_shows_every_change(tmp_path):
    places = [str(tmp_path / "place"), str(tmp_path / "other")]
    seen = [snapshot(places)]
    for step in (
        lambda place: place.mkdir(),
        lambda place: (place / "file").write_text("a"),
        lambda place: (place / "file").chmod(0o600),
        lambda place: (place / "file").write_text("ab"),
        lambda place: (place / "link").symlink_to(tmp_path),
        lambda place: (place / "file").unlink(),
    ):
        step(tmp_path / "place")
        seen.append(snapshot(places))
        assert seen[-1] != seen[-2]
    assert snapshot(places) == seen[-1]


def test_every_home_of_this_test_is_its_own(monkeypatch):
    homes = homes_folder()
    for name in HOME_VARIABLES:
        assert Path(os.environ[name]).is_relative_to(homes), name
    assert config_folder().is_relative_to(homes)
    assert state_folder().is_relative_to(homes)
    assert list(Path.home().glob(".config/xcoll/*")) == []
    assert Path(os.environ["XDG_RUNTIME_DIR"]).stat().st_mode & 0o777 == 0o700
    left, _ = left_behind()
    assert not any(Path(place).is_relative_to(homes) for place in left)
    monkeypatch.delenv("HOME")
    assert Path("~").expanduser().is_relative_to(homes)
    assert Path("~root" if os.getuid() == 0 else "~").expanduser().is_relative_to(homes)


def test_a_socket_finds_room_in_the_folder_of_a_run():
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(Path(os.environ["XDG_RUNTIME_DIR"]) / "a-socket-of-some-name"))


@pytest.mark.parametrize("number", [1, 2])
def test_no_test_sees_what_another_left_at_home(number):
    assert not list(config_folder().iterdir())
    (config_folder() / f"file-{number}").touch()


def test_a_child_has_nothing_of_the_environment_but_what_it_needs(monkeypatch):
    for name in ("XAI_MANAGEMENT_KEY", "HTTPS_PROXY", "NO_COLOR", "LC_ALL", "TZ", "SSLKEYLOGFILE"):
        monkeypatch.setenv(name, "surprise")
    given = environment({"COLUMNS": "70"})
    assert "surprise" not in given.values()
    assert given["HOME"] == os.environ["HOME"]
    assert (given["TERM"], given["COLUMNS"]) == ("xterm-256color", "70")
    assert given["PYTHON_KEYRING_BACKEND"] == "keyring.backends.fail.Keyring"
    bus = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/tmp/bus"}
    assert "PYTHON_KEYRING_BACKEND" not in environment(bus)

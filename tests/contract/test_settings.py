import errno
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs
import pytest

from xcoll_tui.paths import (
    FolderUnusable,
    config_folder,
    config_path,
    folder_in_use,
    make_private_folder,
    state_folder,
    state_path,
)
from xcoll_tui.private_files import create_private, replace_private

KINDS = [(config_folder, "XDG_CONFIG_HOME"), (state_folder, "XDG_STATE_HOME")]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("folder", "variable"), KINDS)
def test_a_folder_is_made_where_the_environment_says_for_its_owner_only(
    folder, variable, tmp_path, monkeypatch
):
    monkeypatch.setenv(variable, str(tmp_path / "deep" / "home"))
    assert folder() == tmp_path / "deep" / "home" / "xcoll"
    assert [mode(folder()), mode(folder().parent), mode(tmp_path / "deep")] == [0o700] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="the places are Linux's own")
@pytest.mark.parametrize(("folder", "variable"), KINDS)
@pytest.mark.parametrize("value", ["", "relative/path"])
def test_without_a_usable_variable_it_is_in_the_home_folder(
    folder, variable, value, tmp_path, monkeypatch
):
    place = {config_folder: ".config", state_folder: ".local/state"}[folder]
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(variable, value)
    assert folder() == tmp_path / place / "xcoll"
    assert folder().is_dir()


@pytest.mark.skipif(sys.platform != "linux", reason="the places are Linux's own")
@pytest.mark.parametrize("value", [None, "/elsewhere/deep/", "//elsewhere", "relative", " /odd"])
@pytest.mark.parametrize("home", ["/home/a b/", "//home", "/"])
def test_it_is_where_platformdirs_says_also_where_that_is_not_asked(value, home, monkeypatch):
    folders = platformdirs.PlatformDirs("xcoll", appauthor=False)
    monkeypatch.setenv("HOME", home)
    for path, name, theirs in (
        (config_path, "XDG_CONFIG_HOME", lambda: folders.user_config_path),
        (state_path, "XDG_STATE_HOME", lambda: folders.user_state_path),
    ):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
        assert path() == theirs()


def test_a_folder_of_ours_that_others_could_enter_is_closed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "xcoll").mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    assert mode(state_folder()) == 0o700
    assert mode(tmp_path) == 0o755


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path):
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path)
    assert mode(tmp_path) == 0o755


@pytest.mark.parametrize(("folder", "variable"), KINDS)
def test_a_folder_that_cannot_be_made_is_a_sentence(folder, variable, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv(variable, str(tmp_path / "file"))
    with pytest.raises(FolderUnusable, match=f"cannot be used: .*{variable}"):
        folder()


def test_importing_it_is_cheap():
    script = "import sys, xcoll_tui.paths; sys.exit('platformdirs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


# Folders that are not as they should be


def refuse_chmod(monkeypatch, *, also_mkdir_modes=False):
    """Let no mode be changed, as on many a volume and network file system."""

    def refuse(*_, **__):
        raise PermissionError(1, "Operation not permitted")

    for name in ("chmod", "fchmod"):
        monkeypatch.setattr(os, name, refuse)
    if also_mkdir_modes:
        mkdir = os.mkdir
        monkeypatch.setattr(os, "mkdir", lambda path, _mode=0o777: mkdir(path, 0o777))


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize(("folder", "variable"), KINDS)
def test_a_folder_that_cannot_be_closed_is_used_and_said(
    folder, variable, there, tmp_path, monkeypatch
):
    monkeypatch.setenv(variable, str(tmp_path))
    if there:
        (tmp_path / "xcoll").mkdir(mode=0o755)
    refuse_chmod(monkeypatch, also_mkdir_modes=True)
    used = folder()
    replace_private(used / "file", b"content")
    assert (used / "file").read_bytes() == b"content"
    kind = "config" if folder is config_folder else "state"
    said = folder_in_use(kind)
    assert said[0] == used
    assert said[1].startswith(f"Others may look into the folder {used} (mode 0755)")


def test_a_folder_as_it_should_be_needs_no_word(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert folder_in_use("state") == (tmp_path / "xcoll", "")
    assert not (tmp_path / "xcoll").exists()  # looking makes none
    state_folder()
    assert folder_in_use("state") == (tmp_path / "xcoll", "")


def test_a_folder_that_could_not_be_made_is_told_without_making_it(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "below"))
    assert "it cannot be made. Make the folder above it writable" in folder_in_use("state")[1]


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "xcoll").mkdir()
    # Root may write everywhere but where the file system is mounted read-only.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(FolderUnusable, match="it cannot be written"):
        state_folder()
    assert folder_in_use("state")[0] is None


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o177, 0o777])
def test_no_umask_makes_a_folder_or_a_file_that_its_owner_cannot_use(umask, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "deep"))
    before = os.umask(umask)
    try:
        folder = state_folder()
        replace_private(folder / "file", b"")
        with create_private(folder / "other"):
            pass
    finally:
        os.umask(before)
    assert [mode(folder), mode(folder.parent)] == [0o700] * 2
    assert [mode(folder / "file"), mode(folder / "other")] == [0o600] * 2


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.ENOTSUP])
def test_a_file_system_that_brings_nothing_to_the_disk_by_itself_is_written(
    code, tmp_path, monkeypatch
):
    def refuse(_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    replace_private(tmp_path / "file", b"content")
    assert (tmp_path / "file").read_bytes() == b"content"


def test_a_disk_that_is_broken_is_an_error(tmp_path, monkeypatch):
    def refuse(_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        replace_private(tmp_path / "file", b"content")
    assert list(tmp_path.iterdir()) == []


IN_A_HOME = """
import os, sys
from xcoll_tui.paths import *
from xcoll_tui.credentials import Profiles, ProfileRefused
import platformdirs.unix, pwd
for name in [name for name in os.environ if name.startswith("XDG_")]:
    del os.environ[name]
if sys.argv[1] == "-":
    os.environ.pop("HOME", None)
else:
    os.environ["HOME"] = sys.argv[1]
if len(sys.argv) > 2:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
profiles = Profiles()
try:
    print([profile.name for profile in profiles.listed()], bool(profiles.problem))
except ProfileRefused as refusal:
    print(refusal)
for make in (config_folder, state_folder):
    try:
        print(make())
    except FolderUnusable as unusable:
        print(unusable)
"""


def in_a_home(home, *user):
    """Use the folders in a process of its own, which may be another user's; return what it says."""
    done = subprocess.run(
        [sys.executable, "-c", IN_A_HOME, str(home), *user],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture
def home():
    """A home that every user may look at."""
    with tempfile.TemporaryDirectory(prefix="xcoll-home-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


needs_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root changes users"
)


@needs_root
def test_without_a_home_nothing_is_kept_and_nothing_fails(home):
    nobody = "54321"  # of whom the system knows no home either
    said = in_a_home("-", nobody)
    assert said[0] == "[] False"
    for line, kind in zip(said[1:], ("config", "state"), strict=True):
        assert line == (
            f"There is no {kind} folder: the home folder is not known. Set HOME or "
            f"XDG_{kind.upper()}_HOME."
        )
    # A HOME that is empty is as good as none, and not the root folder.
    assert in_a_home("", nobody) == said
    assert in_a_home("not/absolute", nobody) == said
    assert "Permission denied" in in_a_home(home / "none", nobody)[1]


@needs_root
@pytest.mark.parametrize("closed", ["", ".config", ".config/xcoll"])
def test_in_the_home_of_another_user_there_are_no_profiles_and_it_is_said(closed, home):
    folder = home / ".config" / "xcoll"
    folder.mkdir(parents=True)
    (folder / "profiles.json").write_text('{"profiles": {"theirs": {}}}')
    (home / closed).chmod(0o700)
    said = in_a_home(home, "65534")
    assert said[0] == "[] True"
    assert all("Permission denied" in line or "cannot be written" in line for line in said[1:])
    # Closed by oneself, it may hold where the key is to go: nothing is guessed then.
    for place in (home, home / ".config", folder, folder / "profiles.json"):
        os.chown(place, 65_534, 65_534)
    (home / closed).chmod(0o000)
    assert "cannot be read: Permission denied. Correct it" in in_a_home(home, "65534")[0]
    (home / closed).chmod(0o700)
    assert in_a_home(home, "65534")[0] == "['theirs'] False"


@needs_root
def test_a_configuration_that_is_read_only_is_read(home):
    folder = home / ".config" / "xcoll"
    folder.mkdir(parents=True)
    (folder / "profiles.json").write_text('{"profiles": {"ours": {}}}')
    said = in_a_home(home, "65534")
    assert said[0] == "['ours'] False"
    assert "cannot be used: it cannot be written. Make it writable" in said[1]

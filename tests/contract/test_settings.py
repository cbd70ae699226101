import stat
import subprocess
import sys

import pytest

from xcoll_tui.settings import FolderUnusable, config_folder, make_private_folder, state_folder

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
    script = "import sys, xcoll_tui.settings; sys.exit('platformdirs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0

"""Every test, and every child of one, has a home of its own."""

import os
import socket
from pathlib import Path

import pytest

from tests.isolation import HOME_VARIABLES, environment, homes_folder, left_behind
from xcoll_tui.settings import config_folder, state_folder


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

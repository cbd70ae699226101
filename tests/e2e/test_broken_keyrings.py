"""The keyring library as it is really misconfigured; and what importing the keys' package loads."""

import os
import subprocess
import sys

import pytest

from xcoll_tui.credentials import Insecure, Unavailable, Vault

ELSEWHERE = "macOS" if sys.platform != "darwin" else "SecretService"


@pytest.fixture
def alone(tmp_path, use_bus):
    """A home without settings, and no session bus."""
    use_bus(
        {
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path),
            "XDG_DATA_HOME": str(tmp_path),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'none'}",
        }
    )
    return tmp_path


@pytest.fixture
def settings(alone, monkeypatch):
    """The file of the library's settings."""
    file = alone / "keyringrc.cfg"
    monkeypatch.setattr("keyring.core._config_path", lambda: file)
    return file


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "ValueError"),
        (".", "ValueError"),
        ("nope.Keyring", "ModuleNotFoundError"),
        ("keyring.Nope", "AttributeError"),
        ("os.getcwd", "AttributeError"),
        (f"keyring.backends.{ELSEWHERE}.Keyring", "RuntimeError"),
    ],
)
@pytest.mark.usefixtures("alone")
async def test_a_backend_that_cannot_be_loaded_is_named(name, error, monkeypatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    with pytest.raises(Unavailable, match=f"PYTHON_KEYRING_BACKEND names a keyring .*{error}"):
        await Vault().read("work")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"junk", "the file keyringrc.cfg cannot be read (MissingSectionHeaderError"),
        (b"[backend]\njunk", "the file keyringrc.cfg cannot be read (ParsingError"),
        (b"[backend]\n[backend]", "the file keyringrc.cfg cannot be read (DuplicateSectionError"),
        (b"[backend]\ndefault-keyring=nope.Keyring", "the keyring library failed (ModuleNotFound"),
        (b"\xff\xfejunk", "the keyring library failed (UnicodeDecodeError). If there is a file"),
    ],
)
async def test_settings_that_cannot_be_read_are_named(text, error, settings):
    settings.write_bytes(text)
    with pytest.raises(Unavailable) as problem:
        await Vault().read("work")
    assert error in str(problem.value)
    assert "junk" not in str(problem.value)


@pytest.mark.parametrize("name", ["null", "fail"])
@pytest.mark.usefixtures("alone")
async def test_a_keyring_that_was_switched_off_is_not_used(name, monkeypatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"keyring.backends.{name}.Keyring")
    with pytest.raises(Insecure if name == "null" else Unavailable):
        await Vault().read("work")


@pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="There is always one here.")
@pytest.mark.usefixtures("alone")
async def test_without_a_bus_there_is_no_keyring():
    with pytest.raises(Unavailable, match="There is no keyring on this computer"):
        await Vault().read("work")


def test_the_keyring_library_is_loaded_by_those_only_who_ask_for_a_key():
    script = (
        "import sys, asyncio, xcoll_tui.credentials as c\n"
        "heavy = {'keyring', 'textual', 'rich', 'httpx', 'msgspec', 'secretstorage'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "try: asyncio.run(c.Vault().backend())\n"
        "except c.KeyringProblem: pass\n"
        "assert 'keyring' in sys.modules\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr

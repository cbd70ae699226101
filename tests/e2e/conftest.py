"""What the end-to-end tests share: a Secret Service that is really one, and a bus that hangs."""

import contextlib
import gc
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.e2e.commands import Commands
from xcoll_tui.emulator.server import Server

if TYPE_CHECKING:
    from tests.secret_service import SecretService, SilentBus

BINARIES = ("dbus-daemon", "gnome-keyring-daemon")
REQUIRED = "XCOLL_REQUIRE_SECRET_SERVICE"

StartService = Callable[..., "SecretService"]
UseBus = Callable[[dict[str, str]], None]


@pytest.fixture
def start_service() -> Iterator[StartService]:
    """Start a Secret Service of the kind that a test asks for; SecretService tells which are."""
    _need_binaries()
    from tests.secret_service import SecretService  # noqa: PLC0415 - what it needs is on Linux only

    with contextlib.ExitStack() as ending:
        yield lambda **kind: ending.enter_context(SecretService(**kind))
    _join_abandoned()


@pytest.fixture
def service(start_service: StartService) -> "SecretService":
    """A Secret Service with an open collection."""
    return start_service()


@pytest.fixture
def silent_bus() -> Iterator["SilentBus"]:
    """A session bus that lets everybody in and answers nothing."""
    pytest.importorskip("jeepney", reason="The keyring library speaks D-Bus on Linux only.")
    from tests.secret_service import SilentBus  # noqa: PLC0415 - what it needs is on Linux only

    with SilentBus() as bus:
        yield bus
    _join_abandoned()


@pytest.fixture
def use_bus(monkeypatch: pytest.MonkeyPatch) -> UseBus:
    """Let this process use a bus: the keyring library looks around again, each time."""

    def use(env: dict[str, str]) -> None:
        import keyring  # noqa: PLC0415 - slow, and few tests need it

        for name in [name for name in os.environ if name.startswith("PYTHON_KEYRING")]:
            monkeypatch.delenv(name)
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(keyring.core, "_keyring_backend", None)
        uncached = keyring.backend.get_all_keyring.__wrapped__
        monkeypatch.setattr(keyring.backend, "get_all_keyring", uncached)

    return use


@pytest.fixture(scope="module")
def emulator() -> Iterator[Server]:
    """An emulator with small samples, the same for a module: for tests that only read."""
    with Server(seed="small", index_seconds=0) as server:
        yield server


@pytest.fixture
def commands_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Server], Commands]:
    """Run commands against a service of the test's own."""
    return lambda server: Commands(capsys, monkeypatch, server.url, server.key)


@pytest.fixture
def command(commands_for: Callable[[Server], Commands], emulator: Server) -> Commands:
    """Run a command against the emulator of the module."""
    return commands_for(emulator)


def _need_binaries() -> None:
    missing = [name for name in BINARIES if shutil.which(name) is None]
    if not missing:
        return
    sentence = f"No Secret Service can be started here without {' and '.join(missing)}."
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{sentence} {REQUIRED}=1 says that they must be there.", pytrace=False)
    pytest.skip(sentence)


def _join_abandoned() -> None:
    """Wait for the threads that hung on a bus which is gone now, and close what they left open."""
    for thread in threading.enumerate():
        if thread.name == "xcoll-keyring":
            thread.join(5)
            assert not thread.is_alive(), "a thread still hangs on a bus that is gone"
    gc.collect()

"""A real Secret Service for tests: gnome-keyring on a bus of its own, in folders of its own.

And a bus that is none: it lets everybody in, and then says nothing.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from jeepney import DBusAddress, HeaderFields, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import unwrap_msg

from tests.isolation import environment, short_folder

_NAME = "org.freedesktop.secrets"
_PROMPTER = "org.gnome.keyring.SystemPrompter"
_NO_COLLECTION = "/"
_SERVICE = DBusAddress(
    "/org/freedesktop/secrets", bus_name=_NAME, interface="org.freedesktop.Secret.Service"
)
_BUS = DBusAddress(
    "/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus"
)
# It starts no service by itself, so that no program of a desktop ever takes part.
_BUS_CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_START_SECONDS = 20.0
_END_SECONDS = 5.0


class SecretService:
    """Run a Secret Service while the context lasts.

    `unlocked`: it has a login collection, and that is open. Otherwise it has none, and prompts for
    the password of a new one. `prompted`: a prompt stands open for ever, as if nobody were there;
    otherwise it cannot be shown, which counts as dismissed. `env` is what a process needs to use
    the service, and `files` are the folders in which both may write.
    """

    def __init__(self, *, unlocked: bool = True, prompted: bool = True) -> None:
        self._unlocked, self._prompted = unlocked, prompted
        self._ending = contextlib.ExitStack()
        self._bus: subprocess.Popen[bytes] | None = None
        self._prompter: DBusConnection | None = None
        self.env: dict[str, str] = {}
        self.files: tuple[Path, ...] = ()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as ending:
            root = ending.enter_context(_folders())
            self.env = _environment(root, root / "bus")
            self.files = (root,)
            configuration = root / "bus.conf"
            configuration.write_text(_BUS_CONFIGURATION.format(socket=root / "bus"))
            self._bus = ending.enter_context(
                self._run("dbus-daemon", f"--config-file={configuration}", "--nofork")
            )
            _wait_until(lambda: _answers(root / "bus"), "the bus answers")
            if self._prompted:
                self._prompter = ending.enter_context(self.connection())
                _call(self._prompter, _BUS, "RequestName", "su", _PROMPTER, 0)
            ending.enter_context(
                self._run(
                    "gnome-keyring-daemon",
                    "--foreground",
                    "--components=secrets",
                    f"--control-directory={root / 'control'}",
                    *(("--unlock",) if self._unlocked else ()),
                    # With nothing on its stdin it makes no collection.
                    typed=b"a password" if self._unlocked else b"",
                )
            )
            self._wait_until_ready()
            self._ending = ending.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def lock(self) -> None:
        """Lock the login collection, as a desktop does when its owner goes away."""
        with self.connection() as bus:
            collection = _default_collection(bus)
            _call(bus, _SERVICE, "Lock", "ao", [collection])
            _wait_until(lambda: _is_locked(bus, collection), "the collection is locked")

    def wait_for_prompt(self) -> None:
        """Wait until somebody is asked for a password, which is never given."""
        assert self._prompter is not None
        _wait_for_call(self._prompter, "BeginPrompting")

    def kill_bus(self) -> None:
        """Kill the bus; whoever is connected to it loses the connection."""
        assert self._bus is not None
        _end(self._bus)

    @contextlib.contextmanager
    def connection(self) -> Iterator[DBusConnection]:
        """Connect to the bus."""
        with open_dbus_connection(self.env["DBUS_SESSION_BUS_ADDRESS"]) as bus:
            yield bus

    def items(self) -> list[dict[str, str]]:
        """Return the attributes of all that the login collection holds."""
        with self.connection() as bus:
            paths = _property(bus, _default_collection(bus), "Collection", "Items")
            return [dict(_property(bus, path, "Item", "Attributes")) for path in paths]

    @contextlib.contextmanager
    def _run(self, *command: str, typed: bytes = b"") -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(self.env),
            start_new_session=True,
        )
        try:
            assert process.stdin is not None
            with process.stdin:
                process.stdin.write(typed)
            yield process
        finally:
            _end(process)

    def _wait_until_ready(self) -> None:
        with self.connection() as bus:
            _wait_until(
                lambda: _call(bus, _BUS, "NameHasOwner", "s", _NAME), "the service is on the bus"
            )
            if self._unlocked:
                _wait_until(
                    lambda: _default_collection(bus) != _NO_COLLECTION, "there is a collection"
                )
                _wait_until(lambda: not _is_locked(bus, _default_collection(bus)), "it is unlocked")


class SilentBus:
    """Let every client of a session bus in, and answer no message while the context lasts.

    `env` is what a process needs to run into it; `met` tells that one has, and waits now.
    """

    def __init__(self) -> None:
        self._ending = contextlib.ExitStack()
        self._stopped = threading.Event()
        self._connections: list[socket.socket] = []
        self.env: dict[str, str] = {}
        self.files: tuple[Path, ...] = ()
        self.met = threading.Event()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as ending:
            root = ending.enter_context(_folders())
            self.env, self.files = _environment(root, root / "bus"), (root,)
            listener = ending.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(root / "bus"))
            listener.listen()
            listener.settimeout(0.05)
            thread = threading.Thread(target=self._serve, args=(listener,), daemon=True)
            thread.start()
            ending.callback(thread.join)
            ending.callback(self._stopped.set)
            self._ending = ending.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()
        for connection in self._connections:
            connection.close()

    def _serve(self, listener: socket.socket) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            self._connections.append(connection)
            connection.settimeout(_END_SECONDS)
            with contextlib.suppress(OSError):
                _let_in(connection)
                self.met.set()


def _let_in(connection: socket.socket) -> None:
    """Authenticate a client, up to the first message that it sends."""
    heard = b""
    while b"BEGIN\r\n" not in heard:
        said = connection.recv(1024)
        if not said:
            raise ConnectionResetError
        heard += said
        if said.lstrip(b"\0").startswith(b"AUTH"):
            connection.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")
        elif b"NEGOTIATE_UNIX_FD" in said:
            connection.sendall(b"AGREE_UNIX_FD\r\n")
    if heard.endswith(b"BEGIN\r\n"):
        connection.recv(1024)


@contextlib.contextmanager
def _folders() -> Iterator[Path]:
    """Make the folders of a session, with sockets in them."""
    root = short_folder()
    try:
        for name in ("home", "config", "state", "data", "cache", "run", "control"):
            (root / name).mkdir(mode=0o700)
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _environment(root: Path, bus: Path) -> dict[str, str]:
    return {
        "HOME": str(root / "home"),
        "XDG_CONFIG_HOME": str(root / "config"),
        "XDG_STATE_HOME": str(root / "state"),
        "XDG_DATA_HOME": str(root / "data"),
        "XDG_CACHE_HOME": str(root / "cache"),
        "XDG_RUNTIME_DIR": str(root / "run"),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}",
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and those that it started; they have nothing to tidy up."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait(_END_SECONDS)


def _wait_until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"never so: {what}")
        time.sleep(0.01)


def _answers(bus: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(bus)) == 0


def _call(bus: DBusConnection, at: DBusAddress, method: str, signature: str, *body: Any) -> Any:
    message = new_method_call(at, method, signature, body)
    answer = unwrap_msg(bus.send_and_get_reply(message, timeout=_START_SECONDS))
    return answer[0] if answer else None


def _wait_for_call(bus: DBusConnection, method: str) -> None:
    while bus.receive(timeout=_START_SECONDS).header.fields.get(HeaderFields.member) != method:
        pass


def _property(bus: DBusConnection, path: str, kind: str, name: str) -> Any:
    at = DBusAddress(path, bus_name=_NAME, interface=f"org.freedesktop.Secret.{kind}")
    message = Properties(at).get(name)
    return unwrap_msg(bus.send_and_get_reply(message, timeout=_START_SECONDS))[0][1]


def _default_collection(bus: DBusConnection) -> str:
    return _call(bus, _SERVICE, "ReadAlias", "s", "default")


def _is_locked(bus: DBusConnection, collection: str) -> bool:
    return _property(bus, collection, "Collection", "Locked")

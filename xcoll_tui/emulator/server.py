"""The emulator behind a real socket: for the command, and in a thread for tests."""

import asyncio
import secrets
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import Self, Unpack

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from xcoll_tui.emulator.app import ABORT, create_app
from xcoll_tui.emulator.faults import Fault, parse_fault
from xcoll_tui.emulator.policies import PolicyOptions
from xcoll_tui.emulator.seed import DOCUMENTS, Seed, fill_store
from xcoll_tui.emulator.store import Store

# What is under way when the server stops may still be answered for so long, in seconds.
GRACE = 0.5
# A list of IDs in a batchGet may be long; h11 allows 64 KiB unless told otherwise.
LONGEST_HEAD = 8 * 1024 * 1024


class _Protocol(H11Protocol):
    """HTTP/1.1 whose application may drop the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Wrap the application, so that each request's scope holds the way to drop it."""
        super().connection_made(transport)
        self.app = self._with_abort(self.app)

    def _with_abort(self, app: ASGIApp) -> ASGIApp:
        async def with_abort(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[ABORT] = self._abort
            await app(scope, receive, send)

        return with_abort

    def _abort(self, rude: bool) -> None:
        """Close the connection, rudely with a TCP reset."""
        if rude:
            end: socket.socket = self.transport.get_extra_info("socket")
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()


class _Uvicorn(uvicorn.Server):
    """uvicorn, told when to stop by an event instead of asking every 0.1 s."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on a signal, which uvicorn would raise again after the stop."""
        del sig, frame
        self.stop()

    def stop(self) -> None:
        """Stop; from any thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        self._loop = asyncio.get_running_loop()
        self._on_ready()
        if not self.should_exit:
            await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is under way for a moment, and drop the rest."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        tasks = set(self.server_state.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE)
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=GRACE)
        for connection in list(self.server_state.connections):
            connection.transport.abort()


class RemoteRefusedError(Exception):
    """An address that other machines reach, where that was not allowed; a sentence."""


def listen(host: str, port: int, *, allow_remote: bool = False) -> socket.socket:
    """Bind and listen; raises OSError, and RemoteRefusedError. The port is 0 for any that is free.

    Its key goes over the line as it is, and who has that reads and deletes everything.
    """
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = infos[0]
    if not allow_remote and not ip_address(str(address[0]).partition("%")[0]).is_loopback:
        raise RemoteRefusedError(
            f"{host or 'Every address'} may be reached from other machines, unencrypted; add"
            " --allow-remote if that is meant."
        )
    end = socket.socket(family, kind, protocol)
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        end.bind(address)
        end.listen(128)
    except OSError:
        end.close()
        raise
    end.setblocking(False)
    return end


def format_url(host: str, port: int) -> str:
    """Write the URL of an address."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def make_uvicorn(app: Starlette, on_ready: Callable[[], None]) -> "_Uvicorn":
    """Make the server of an application; on_ready is called when it accepts connections."""
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    return _Uvicorn(config, on_ready)


class Server:
    """An emulator in a daemon thread, for tests: `with Server(seed="small") as server: …`.

    url, both keys, store and app are there inside the `with`; faults may be changed at any time.
    latency is in seconds; faults may be SPECs. seed and data are as in the command; lag may also be
    the lags of several replicas that answer in turn, and late is known to nothing but tests: so
    many seconds after its answer a write takes effect, for all or by HTTP method.
    """

    def __init__(
        self,
        *,
        seed: Seed = "none",
        documents: int = DOCUMENTS,
        index_seconds: float = 0.0,
        latency: float = 0.0,
        rate: int | None = None,
        faults: Sequence[Fault | str] = (),
        lag: float | Sequence[float] = 0.0,
        late: float | Mapping[str, float] = 0.0,
        key: str | None = None,
        inference_key: str | None = None,
        data: Path | str | None = None,
        clock: Callable[[], float] | None = None,
        **policies: Unpack[PolicyOptions],
    ) -> None:
        self.key = key or f"emulator-{secrets.token_hex(8)}"
        self.inference_key = inference_key or self.key
        self.store = Store(data) if clock is None else Store(data, clock=clock)
        self.file_ids = list(fill_store(self.store, seed, documents=documents))
        self.app = create_app(
            self.store,
            key=self.key,
            inference_key=inference_key,
            lag=lag,
            late=late,
            index_seconds=index_seconds,
            latency=latency,
            rate=rate,
            faults=[parse_fault(fault) if isinstance(fault, str) else fault for fault in faults],
            **policies,
        )
        self.url = ""
        self._thread: threading.Thread | None = None
        self._server: _Uvicorn | None = None

    @property
    def faults(self) -> list[Fault]:
        """The faults that are on."""
        faults: list[Fault] = self.app.state.faults
        return faults

    def __enter__(self) -> Self:
        """Start, and wait until connections are accepted."""
        end = listen("127.0.0.1", 0)
        self.url = format_url(*end.getsockname()[:2])
        ready = threading.Event()
        self._server = server = make_uvicorn(self.app, ready.set)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[end])), name="emulator", daemon=True
        )
        self._thread.start()
        if not ready.wait(10):
            raise RuntimeError("The emulator did not start within 10 s.")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and close the store."""
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join(10)
        self.app.state.executor.shutdown()
        self.store.close()

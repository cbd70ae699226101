"""A process of ours that answers calls: on a core of its own, from a fork to our end.

Both talk through a pair of sockets, which no third process can reach.
"""

import asyncio
import os
import pickle
import signal
import socket
import struct
import sys
import traceback
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

if TYPE_CHECKING:
    from asyncio import Queue, StreamReader, StreamWriter, Task

Frame: TypeAlias = tuple[int, str, Any]
"""The number of a call, what of it this is (one of the six below), and that: for pickle."""
Answering: TypeAlias = "Callable[[Caller], Coroutine[Any, Any, object]]"
"""Answers a call over there; what it returns is the result."""

_CALL, _MORE, _LEAVE = "call", "more", "leave"
"""To the child: a new call; a message to it; that nobody waits for its result."""
_SAY, _RESULT, _FAILURE = "say", "result", "failure"
"""From the child: a message of a call; its result; why there is none."""
_LENGTH = struct.Struct("!I")

IS_SAFE = sys.platform == "linux"
"""Whether a process may fork, and go on to use what the system offers: on macOS it may not."""


class ChildGone(ConnectionError):  # noqa: N818 - what became of it
    """The child has ended, so nobody knows what became of a call."""

    def __init__(self) -> None:
        super().__init__("a process of xcoll has ended")


class ChildFailed(RuntimeError):  # noqa: N818 - as above
    """A call met with a defect over there; the text is its traceback, without local variables."""


class Child:
    """A child process, and the calls to it; they belong to one event loop.

    `prepare` is run over there at once: what it returns answers each call. The child ends with
    `aclose`, and with our process however that ends. Best made before there are threads. Raises
    OSError where no process can be had.
    """

    def __init__(self, prepare: Callable[[], Coroutine[Any, Any, Answering]]) -> None:
        self._socket, its_socket = socket.socketpair()
        try:
            with warnings.catch_warnings():
                # From Python 3.12 on of any thread; ours waits for signals, and holds no lock.
                warnings.simplefilter("ignore", DeprecationWarning)
                self._pid = os.fork()
        except OSError:
            self._socket.close()
            its_socket.close()
            raise
        if self._pid == 0:
            self._socket.close()
            _run(its_socket, prepare)
        its_socket.close()
        self._connecting: Task[StreamWriter] | None = None
        self._reading: Task[None] | None = None
        self._calls: dict[int, Queue[Frame]] = {}
        self._numbers = count()
        self._killed = False

    @asynccontextmanager
    async def call(self, content: object) -> "AsyncIterator[Call]":
        """Call the child with something that can be pickled; leaving the block ends the call."""
        number = next(self._numbers)
        writer = await self._connected()
        frames = self._calls[number] = asyncio.Queue()
        if writer.is_closing():
            frames.put_nowait((number, _FAILURE, None))
        else:
            _write(writer, (number, _CALL, content))
        try:
            yield Call(writer, number, frames)
        finally:
            del self._calls[number]
            _write(writer, (number, _LEAVE, None))

    async def aclose(self) -> None:
        """End the child at once; it holds nothing that has to be kept."""
        self.kill()
        if self._connecting is None:
            self._socket.close()
        else:
            with suppress(OSError):
                writer = await self._connecting
                writer.close()
                await writer.wait_closed()

    def kill(self) -> None:
        """End the child, also where there is no event loop any more."""
        if not self._killed:
            self._killed = True
            # Where SIGCHLD is ignored nobody can wait for it.
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)

    async def _connected(self) -> "StreamWriter":
        if self._connecting is None:
            if self._killed:
                raise ChildGone
            self._connecting = asyncio.create_task(self._connect())
        return await asyncio.shield(self._connecting)

    async def _connect(self) -> "StreamWriter":
        reader, writer = await asyncio.open_connection(sock=self._socket)
        self._reading = asyncio.create_task(self._read(reader, writer))
        return writer

    async def _read(self, reader: "StreamReader", writer: "StreamWriter") -> None:
        try:
            async for frame in _frames(reader):
                if (frames := self._calls.get(frame[0])) is not None:
                    frames.put_nowait(frame)
            self.kill()  # it is ending, and waited for
        finally:
            writer.close()
            for number, frames in self._calls.items():
                frames.put_nowait((number, _FAILURE, None))


class Call:
    """A call as the one sees it who has made it."""

    def __init__(self, writer: "StreamWriter", number: int, frames: "Queue[Frame]") -> None:
        self._writer = writer
        self._number = number
        self._frames = frames

    async def tell(self, message: object) -> None:
        """Send something more; what the child cannot hear any more is dropped."""
        _write(self._writer, (self._number, _MORE, message))
        await _drain(self._writer)

    async def result(self, on_message: Callable[[Any], Awaitable[None]]) -> Any:  # noqa: ANN401
        """Return the result, once each message before it was taken.

        Raises ChildGone and ChildFailed.
        """
        while True:
            _, kind, content = await self._frames.get()
            if kind == _SAY:
                await on_message(content)
            elif kind == _RESULT:
                return content
            elif content is None:
                raise ChildGone
            else:
                raise ChildFailed(content)

    def fail(self, words: str) -> None:
        """Let `result` raise ChildFailed."""
        self._frames.put_nowait((self._number, _FAILURE, words))


class Caller:
    """A call as the child sees it: `content` is what it was called with."""

    def __init__(self, writer: "StreamWriter", number: int, content: Any) -> None:  # noqa: ANN401
        self.content = content
        self.told: Queue[Any] = asyncio.Queue()
        """What the caller has sent since."""
        self._writer = writer
        self._number = number

    async def say(self, message: object) -> None:
        """Send something before the result."""
        _write(self._writer, (self._number, _SAY, message))
        await _drain(self._writer)

    async def answer(self, answering: Answering) -> None:
        """Send the result, or what went wrong instead."""
        try:
            _write(self._writer, (self._number, _RESULT, await answering(self)))
        except Exception as error:  # noqa: BLE001 - it is raised over there
            words = "".join(traceback.format_exception(error))
            _write(self._writer, (self._number, _FAILURE, words))


def _write(writer: "StreamWriter", frame: Frame) -> None:
    if not writer.is_closing():
        data = pickle.dumps(frame)
        writer.write(_LENGTH.pack(len(data)))
        writer.write(data)


async def _drain(writer: "StreamWriter") -> None:
    try:
        await writer.drain()
    except ConnectionError:
        return  # whoever waits for the result is told


async def _frames(reader: "StreamReader") -> AsyncIterator[Frame]:
    """Yield what comes from the other process, until that ends."""
    while True:
        try:
            (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
            data = await reader.readexactly(length)
        except (asyncio.IncompleteReadError, OSError):
            return
        yield pickle.loads(data)  # noqa: S301 - our own


# Over there


def _run(end: socket.socket, prepare: Callable[[], Coroutine[Any, Any, Answering]]) -> NoReturn:
    """Be the child until the parent ends; nothing of the parent's is put right or written."""
    try:
        _let_go(end.fileno())
        asyncio.run(_serve(end, prepare))
    finally:
        os._exit(1)


def _let_go(kept: int) -> None:
    """Have nothing to do with the terminal, its signals and its end, nor with what we had open."""
    os.setsid()
    with os.scandir("/proc/self/fd") as entries:
        descriptors = {int(entry.name) for entry in entries} - {kept}
    for descriptor in descriptors:
        with suppress(OSError):  # that of the folder itself is closed already
            os.close(descriptor)
    for _standard_stream in range(3):
        os.open(os.devnull, os.O_RDWR)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


async def _serve(end: socket.socket, prepare: Callable[[], Coroutine[Any, Any, Answering]]) -> None:
    reader, writer = await asyncio.open_connection(sock=end)
    preparing = asyncio.ensure_future(prepare())
    calls: dict[int, tuple[Caller, Task[None]]] = {}

    async def answer(caller: Caller) -> object:
        return await (await asyncio.shield(preparing))(caller)

    async for number, kind, content in _frames(reader):
        if kind == _CALL:
            caller = Caller(writer, number, content)
            calls[number] = caller, asyncio.create_task(caller.answer(answer))
        elif kind == _MORE:
            calls[number][0].told.put_nowait(content)
        else:
            calls.pop(number)[1].cancel()
    os._exit(0)  # a thread may be at work for nobody, and would be waited for

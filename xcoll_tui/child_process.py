"""A process of ours that answers calls: on a core of its own, from a fork to our end.

Both talk through a pair of sockets, which no third process can reach.
"""

import asyncio
import gc
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
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast

if TYPE_CHECKING:
    from asyncio import Queue, Task

Frame: TypeAlias = tuple[int, str, Any]
"""The number of a call, what of it this is (one of the six below), and that: for pickle."""
Answering: TypeAlias = "Callable[[Caller], Coroutine[Any, Any, object]]"
"""Answers a call over there; what it returns is the result."""

_CALL, _MORE, _LEAVE = "call", "more", "leave"
"""To the child: a new call; a message to it; that nobody waits for its result."""
_SAY, _RESULT, _FAILURE = "say", "result", "failure"
"""From the child: a message of a call; its result; why there is none."""
_LENGTH = struct.Struct("!I")
_RECEIVED = 256 * 1024
"""Bytes that are received at once at most."""

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
        self._connecting: Task[_Link] | None = None
        self._calls: dict[int, Call] = {}
        self._numbers = count()
        self._killed = False
        self.idle = asyncio.Event()
        """Set while no call is under way."""
        self.idle.set()

    @asynccontextmanager
    async def call(self, content: object) -> "AsyncIterator[Call]":
        """Call the child with something that can be pickled; leaving the block ends the call."""
        link = await self._linked()
        number = next(self._numbers)
        call = self._calls[number] = Call(link, number)
        self.idle.clear()
        if link.is_open:
            link.write((number, _CALL, content))
        else:
            call.take(_FAILURE, None)
        try:
            yield call
        finally:
            del self._calls[number]
            if not self._calls:
                self.idle.set()
            if not call.is_over:
                link.write((number, _LEAVE, None))

    async def ask(self, content: object) -> Any:  # noqa: ANN401 - as of `Call`
        """Return the result of a call that no more is said about; raises as `Call.result` does."""
        async with self.call(content) as call:
            return await call.result(_drop)

    async def aclose(self) -> None:
        """End the child at once; it holds nothing that has to be kept."""
        self.kill()
        if self._connecting is None:
            self._socket.close()
        else:
            await (await self._connecting).aclose()

    def kill(self) -> None:
        """End the child, also where there is no event loop any more."""
        if not self._killed:
            self._killed = True
            # Where SIGCHLD is ignored nobody can wait for it.
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)

    async def _linked(self) -> "_Link":
        if self._connecting is None:
            if self._killed:
                raise ChildGone
            self._connecting = asyncio.create_task(_link(self._socket, self._hear, self._gone))
        return await asyncio.shield(self._connecting)

    def _hear(self, frame: Frame) -> None:
        number, kind, content = frame
        if (call := self._calls.get(number)) is not None:
            call.take(kind, content)

    def _gone(self) -> None:
        self.kill()  # it is ending, and waited for
        for call in self._calls.values():
            call.take(_FAILURE, None)


async def _drop(_message: object) -> None: ...


class Call:
    """A call as the one sees it who has made it."""

    def __init__(self, link: "_Link", number: int) -> None:
        self._link = link
        self._number = number
        self._heard: Queue[tuple[str, Any]] = asyncio.Queue()
        self.is_over = False
        """Whether the child has nothing more to do for it."""

    def take(self, kind: str, content: object) -> None:
        """Take what the child has sent, or what became of it."""
        self.is_over = self.is_over or kind != _SAY
        self._heard.put_nowait((kind, content))

    async def tell(self, message: object) -> None:
        """Send something more; what the child cannot hear any more is dropped."""
        self._link.write((self._number, _MORE, message))
        await self._link.drain()

    async def result(self, on_message: Callable[[Any], Awaitable[None]]) -> Any:  # noqa: ANN401
        """Return the result, once each message before it was taken.

        Raises ChildGone and ChildFailed.
        """
        while True:
            kind, content = await self._heard.get()
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
        self._heard.put_nowait((_FAILURE, words))


class Caller:
    """A call as the child sees it: `content` is what it was called with."""

    def __init__(self, link: "_Link", number: int, content: Any) -> None:  # noqa: ANN401
        self.content = content
        self.told: Queue[Any] = asyncio.Queue()
        """What the caller has sent since."""
        self._link = link
        self._number = number

    async def say(self, message: object) -> None:
        """Send something before the result."""
        self._link.write((self._number, _SAY, message))
        await self._link.drain()

    async def answer(self, answering: Answering) -> None:
        """Send the result, or what went wrong instead."""
        try:
            self._link.write((self._number, _RESULT, await answering(self)))
        except Exception as error:  # noqa: BLE001 - it is raised over there
            words = "".join(traceback.format_exception(error))
            self._link.write((self._number, _FAILURE, words))


class _Link(asyncio.BufferedProtocol):
    """One end of the pair: frames go out, and those that come are handed on in order."""

    _transport: asyncio.Transport

    def __init__(self, on_frame: Callable[[Frame], object], on_end: Callable[[], object]) -> None:
        self.is_open = False
        self._on_frame = on_frame
        self._on_end = on_end
        self._received = bytearray(_RECEIVED)
        self._length = 0
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = asyncio.Event()

    def write(self, frame: Frame) -> None:
        """Send a frame; what nobody can hear any more is dropped."""
        if self.is_open:
            data = pickle.dumps(frame)
            # In one piece: the other end wakes once.
            self._transport.write(_LENGTH.pack(len(data)) + data)

    async def drain(self) -> None:
        """Wait until more can be sent, or nothing any more."""
        await self._writable.wait()

    async def aclose(self) -> None:
        """Close this end."""
        self._transport.abort()
        await self._ended.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where to put what comes: a new place each time would take longer than the rest."""
        del sizehint
        if len(self._received) - self._length < _RECEIVED // 2:
            self._received += bytes(len(self._received))
        return memoryview(self._received)[self._length :]

    def buffer_updated(self, nbytes: int) -> None:
        """Hand on the frames that are whole."""
        self._length += nbytes
        at = 0
        with memoryview(self._received)[: self._length] as received:
            while len(received) - at >= _LENGTH.size:
                begin = at + _LENGTH.size
                end = begin + _LENGTH.unpack_from(received, at)[0]
                if end > len(received):
                    break
                self._on_frame(pickle.loads(received[begin:end]))  # noqa: S301 - our own
                at = end
            rest = bytes(received[at:])
        self._received[: len(rest)] = rest
        self._length = len(rest)

    def pause_writing(self) -> None:
        """Let `drain` wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let `drain` go on."""
        self._writable.set()

    def connection_lost(self, error: Exception | None) -> None:
        """End: the other process has."""
        del error
        self.is_open = False
        self._writable.set()
        self._ended.set()
        self._on_end()


async def _link(
    end: socket.socket, on_frame: Callable[[Frame], object], on_end: Callable[[], object]
) -> _Link:
    loop = asyncio.get_running_loop()
    _, link = await loop.create_connection(lambda: _Link(on_frame, on_end), sock=end)
    return link


# Over there


def _run(end: socket.socket, prepare: Callable[[], Coroutine[Any, Any, Answering]]) -> NoReturn:
    """Be the child until the parent ends; nothing of the parent's is put right or written."""
    try:
        gc.enable()  # the start of a screen does without
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
    calls: dict[int, tuple[Caller, Task[None]]] = {}

    async def answer(caller: Caller) -> object:
        return await (await asyncio.shield(preparing))(caller)

    def hear(frame: Frame) -> None:
        number, kind, content = frame
        if kind == _CALL:
            caller = Caller(link, number, content)
            task = asyncio.create_task(caller.answer(answer))
            calls[number] = caller, task
            task.add_done_callback(lambda _: calls.pop(number, None))
        elif number in calls:
            caller, task = calls[number]
            if kind == _MORE:
                caller.told.put_nowait(content)
            else:
                task.cancel()

    # At the end threads may be at work for nobody, and would be waited for.
    link = await _link(end, hear, lambda: os._exit(0))
    preparing = asyncio.ensure_future(prepare())
    await asyncio.Event().wait()

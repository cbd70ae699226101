"""A service that means harm: it answers with any bytes at any pace, or drops the line."""

import asyncio
import json
import socket
import struct
from contextlib import suppress

from tests.contract.scripted import Scripted, reply


class Wire:
    """One connection, for one play; `right` is the whole answer that would be right, as JSON."""

    def __init__(self, service, reader, writer):
        self._service = service
        self.reader = reader
        self.writer = writer
        self.right = service.right

    async def hear(self):
        """Return the next request, all of it; None when the client has hung up."""
        request = await self._service._hear(self.reader)
        if request is not None:
            self._service.heard.append(request)
        return request

    async def hear_head(self):
        """Return when the head of a request has come; its body stays unread."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        self._service.heard.append(head)

    async def say(self, data):
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def drip(self, data, seconds):
        """Send bytes one by one, with a pause before each."""
        for byte in data:
            await asyncio.sleep(seconds)
            await self.say(bytes([byte]))

    async def gone(self):
        """Wait until the client hangs up."""
        with suppress(ConnectionError):
            while await self.reader.read(65536):
                pass

    def reset(self):
        """Drop the line with a TCP reset."""
        end = self.writer.get_extra_info("socket")
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Hostile(Scripted):
    """Let each connection be played by `play`, a coroutine that is given its `Wire`.

    Bytes in its place are the answer to each request, after which the line is closed.
    """

    def __init__(self, play, answer=None, *, tls=None):
        super().__init__()
        self.play = play
        self.right = json.dumps({} if answer is None else answer).encode()
        self._tls = tls

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader, writer):
        self.connections += 1
        self._serving.add(asyncio.current_task())
        wire = Wire(self, reader, writer)
        try:
            if isinstance(self.play, bytes):
                await answered(wire, self.play)
            else:
                await self.play(wire)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            pass  # the test is over; asyncio would print it
        finally:
            writer.close()


async def answered(wire, answer):
    """Hear a request, answer it with these bytes, and close."""
    if await wire.hear() is not None:
        await wire.say(answer)


def right(wire, **headers):
    """Return the whole answer that is right for the call."""
    return reply(200, wire.right, **headers)


def raw(head, body=b""):
    """Return an answer whose head is written by hand."""
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + head + b"\r\n" + body

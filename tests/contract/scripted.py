"""A service that plays a script over a raw socket: what it says is bytes, what it heard is kept."""

import asyncio
import inspect
import json
from dataclasses import dataclass
from http import HTTPStatus

KEY = "xai-token-0123456789-secret"


@dataclass(frozen=True)
class Heard:
    """One request as it stood on the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body) if self.body else None


def reply(status=200, body=None, *, content_type="application/json", **headers):
    """Return the bytes of a whole answer."""
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Novel"
    lines = [f"HTTP/1.1 {status} {phrase}", f"content-length: {len(content)}"]
    lines.append(f"content-type: {content_type}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def fault(status, code=13, message="No such luck.", **headers):
    """Return an error as the management host words it."""
    return reply(status, {"code": code, "message": message, "details": []}, **headers)


def cut(status=200):
    """Return an answer whose body ends early."""
    return f"HTTP/1.1 {status} X\r\ncontent-length: 500\r\n\r\n".encode() + b'{"documents":['


BREAK = object()  # hear the request, close the connection without a word
SILENCE = object()  # hear the request, and say nothing until the connection is closed


class Scripted:
    """Answer one step of the script a request; the last one again and again."""

    def __init__(self, *steps):
        self.steps = list(steps) or [reply()]
        self.heard = []
        self.hearing = asyncio.Event()
        self.gone = asyncio.Event()  # a client that was kept in silence has hung up
        self.connections = 0
        self._serving = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await asyncio.gather(*self._serving)

    @property
    def targets(self):
        return [f"{each.method} {each.target}" for each in self.heard]

    async def _serve(self, reader, writer):
        self.connections += 1
        self._serving.add(asyncio.current_task())
        try:
            while (request := await self._hear(reader)) is not None:
                self.heard.append(request)
                self.hearing.set()
                step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
                if callable(step):
                    step = step(request)
                if inspect.isawaitable(step):
                    step = await step
                if step is BREAK:
                    break
                if step is SILENCE:
                    await reader.read()
                    self.gone.set()
                    break
                writer.write(step)
                await writer.drain()
                if b"content-length: 500\r\n" in step:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            self.gone.set()
        finally:
            writer.close()

    async def _hear(self, reader):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Heard(method, target, headers, body)

"""HTTP on bare sockets: a server that records and answers as told, and a way to ask one question.

Neither end knows the client or the emulator, so neither can share a mistake with them.
"""

import contextlib
import http
import http.client
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

BOUNDARY = "----xcoll-examples"


@dataclass(frozen=True)
class Request:
    """One request as it stood on the wire; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, list[str]]:
        """The decoded values of each name, in the order in which they came."""
        values: dict[str, list[str]] = {}
        pairs = parse_qsl(
            self.target.partition("?")[2], keep_blank_values=True, strict_parsing=False
        )
        for name, value in pairs:
            values.setdefault(name, []).append(value)
        return values


@dataclass(frozen=True)
class Answer:
    """One answer as it stood on the wire; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Read the body as strict JSON: UTF-8, no member twice, no NaN."""
        return json.loads(
            self.body.decode("utf-8"),
            object_pairs_hook=_refuse_doubles,
            parse_constant=_refuse_constant,
        )


def _refuse_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError(f"A member stands there twice: {[name for name, _ in pairs]}")
    return members


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def ask(url: str, request: Request) -> Answer:
    """Send one request on a connection of its own, and read the whole answer.

    The target goes out as it is: nothing is encoded, normalised or followed.
    """
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    with contextlib.closing(connection):
        connection.putrequest(
            request.method, request.target, skip_host=True, skip_accept_encoding=True
        )
        for name, value in request.headers.items():
            connection.putheader(name, value)
        if request.body or request.method in {"POST", "PUT"}:
            connection.putheader("content-length", str(len(request.body)))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


def multipart(parts: Sequence[tuple[str, str | None, str | None, bytes]]) -> tuple[bytes, str]:
    """Build a multipart/form-data body from (name, file name, content type, data) parts.

    Returns the body and the content type that goes with it.
    """
    body = b""
    for name, filename, content_type, data in parts:
        body += f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"'.encode()
        if filename is not None:
            body += f'; filename="{filename}"'.encode()
        if content_type is not None:
            body += f"\r\ncontent-type: {content_type}".encode()
        body += b"\r\n\r\n" + data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"


class Recorder:
    """A server on a loopback port that gives every request the same answer, and keeps them all.

    `body` is sent as it is; with `cut`, more is promised than is sent before the connection closes.
    """

    def __init__(self, status: int, headers: dict[str, str], body: bytes, *, cut: bool = False):
        length = len(body) + (100 if cut else 0)
        phrase = http.HTTPStatus(status).phrase
        lines = [f"HTTP/1.1 {status} {phrase}", f"content-length: {length}", "connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._answer = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        self.requests: list[Request] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        """The address to reach it at, without a trailing slash."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # accept() does not notice that its socket was closed by another thread: a last visit does.
        self._stopping = True
        with contextlib.suppress(OSError):
            socket.create_connection(self._listener.getsockname(), timeout=5).close()
        self._thread.join(timeout=10)
        self._listener.close()

    _stopping = False

    def _serve(self) -> None:
        while not self._stopping:
            connection, _ = self._listener.accept()
            with connection, contextlib.suppress(ConnectionError, TimeoutError):
                connection.settimeout(10)
                for request in _read_requests(connection):
                    self.requests.append(request)
                    connection.sendall(self._answer)
                    connection.shutdown(socket.SHUT_WR)


def _read_requests(connection: socket.socket) -> Iterator[Request]:
    """Yield the one request of a connection, or none where it closes before sending any."""
    stream = connection.makefile("rb")
    line = stream.readline()
    if not line:
        return
    method, target, version = line.decode("ascii").split()
    assert version == "HTTP/1.1", version
    headers: dict[str, str] = {}
    while (header := stream.readline()) not in {b"\r\n", b""}:
        name, _, value = header.decode("latin-1").partition(":")
        assert name.lower() not in headers, f"the header {name} came twice"
        headers[name.lower()] = value.strip()
    assert "transfer-encoding" not in headers, "a JSON body comes with its length"
    body = stream.read(int(headers.get("content-length", "0")))
    yield Request(method, target, headers, body)

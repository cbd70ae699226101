"""`Transport`: one exchange of a client. The only module that speaks HTTP.

Importing it is cheap: httpx and TLS are loaded at the first request, in a thread, or by `open`.
"""

import asyncio
import os
import ssl
import threading
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from xcoll_tui import __version__
from xcoll_tui.api.broken_exchange import broken_off
from xcoll_tui.api.certificates import create_context
from xcoll_tui.api.compression import ACCEPTED, UnusableBodyError, read_body
from xcoll_tui.api.httpx_parts import as_httpx_proxy, leave_out_command_line
from xcoll_tui.api.keys import KeyMask, ManagementKey
from xcoll_tui.api.proxies import Proxy, choose_proxy
from xcoll_tui.api.responses import Answer, Exchange
from xcoll_tui.api.routes import Endpoint
from xcoll_tui.api.streamed_body import StreamedBody

if TYPE_CHECKING:
    import httpx

PARALLEL = 32
"""Connections that there may be at once."""
DEADLINES = 4.0
"""A whole exchange may last this many times the time-out: an answer that trickles in keeps each
single read in time for ever."""
_CONNECT_TIMEOUT = 10.0
_HEADERS = (
    (b"Accept", b"application/json"),
    (b"Accept-Encoding", ACCEPTED.encode()),
    (b"Connection", b"keep-alive"),
    (b"User-Agent", f"xcoll/{__version__}".encode()),
)
# Bytes a second of a body that is sent from a disk; a line that is slower is given up.
_SLOWEST = 10_000
_BODY_LIMIT = 64 * 1024 * 1024


class Transport:
    """Sends requests of a client from this process, each once and at once; see `Client`."""

    def __init__(
        self,
        key: ManagementKey,
        base_url: str,
        *,
        app: Callable[..., Awaitable[None]] | None,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        timeout: float | None,
    ) -> None:
        self._use(key)
        self.base_url = base_url
        self._app = app
        self._clock = clock
        self._monotonic = monotonic
        self._timeout = timeout
        self._connect_timeout = None if timeout is None else min(_CONNECT_TIMEOUT, timeout)
        self._http: httpx.AsyncBaseTransport | None = None
        self._proxy: Proxy | None = None
        self._closed = False
        self._opening = threading.Lock()

    def _use(self, key: ManagementKey) -> None:
        self._key = key
        self._mask = KeyMask(key)

    async def aclose(self) -> None:
        """Close all connections; later calls raise RuntimeError."""
        self._closed = True
        if self._http is not None:
            await self._http.aclose()

    def open(self) -> None:
        """Load HTTP and TLS now rather than at the first request; raises Misconfigured.

        Blocks for about a tenth of a second; may be called in any thread, and more than once.
        """
        self._opened()

    def _opened(self) -> "httpx.AsyncBaseTransport":
        with self._opening:
            if self._http is None:
                self._http = self._connect()
            return self._http

    def _connect(self) -> "httpx.AsyncBaseTransport":
        # No client of httpx: of what it does to a request on its way we want nothing. It keeps
        # cookies, follows redirects, reads the environment, and takes a quarter more time for it.
        leave_out_command_line()
        import httpx  # noqa: PLC0415  loading it takes longer than all else before the first frame

        if self._app is not None:
            return httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        proxy = self._proxy = choose_proxy(self.base_url, os.environ)
        # Reading the certificates takes 60 ms, and without encryption none is ever asked for.
        if self.base_url.startswith("https:"):
            context = create_context(os.environ)
        return httpx.AsyncHTTPTransport(
            verify=context,
            trust_env=False,  # what it says was read above
            limits=httpx.Limits(
                max_connections=PARALLEL,
                max_keepalive_connections=PARALLEL,
                keepalive_expiry=60.0,  # the default of 5 s connects again after each pause
            ),
            proxy=None if proxy is None else as_httpx_proxy(proxy, context),
        )

    def _timeouts(self, *, uploads: bool) -> dict[str, float | None]:
        """Return the seconds of each kind, as transports of httpx take them."""
        patience = None if self._timeout is None else self._timeout * DEADLINES
        return {
            "connect": self._connect_timeout,
            "read": patience if uploads else self._timeout,  # what was uploaded is first looked at
            "write": self._timeout,
            "pool": None,  # our own slots come first
        }

    def _request(
        self, endpoint: Endpoint, path: str, query: str, body: bytes | StreamedBody | None
    ) -> "httpx.Request":
        import httpx  # noqa: PLC0415  see `_connect`

        headers = [*_HEADERS]
        uploads = isinstance(body, StreamedBody)
        if isinstance(body, StreamedBody):
            headers.append((b"Content-Type", body.content_type.encode()))
            headers.append((b"Content-Length", b"%d" % body.length))
        elif body is not None:
            headers.append((b"Content-Type", b"application/json"))
        return self._authorize(
            httpx.Request(
                endpoint.method,
                f"{self.base_url}{path}{query}",
                headers=headers,
                content=body.stream() if isinstance(body, StreamedBody) else body,
                extensions={"timeout": self._timeouts(uploads=uploads)},
            )
        )

    def _authorize(self, request: "httpx.Request") -> "httpx.Request":
        request.headers.encoding = "latin-1"  # httpx would guess ASCII, and fail on "é"
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        return request

    def _hide(self, text: str) -> str:
        return self._mask.hide(text)

    async def send(
        self,
        endpoint: Endpoint,
        path: str,
        query: str = "",
        body: bytes | StreamedBody | None = None,
    ) -> Exchange:
        """Send one request once from this process, now; whatever happens to it is told.

        Raises Misconfigured.
        """
        http = self._http
        if http is None:
            http = await asyncio.to_thread(self._opened)
        import httpx  # noqa: PLC0415  see `_connect`, which comes first

        answer = Answer(endpoint, self._hide(path))
        deadline = None if self._timeout is None else self._timeout * DEADLINES
        if deadline is not None and isinstance(body, StreamedBody):
            deadline += body.length / _SLOWEST
        started, head_at = self._clock(), None
        try:
            async with asyncio.timeout(deadline):
                request = self._request(endpoint, path, query, body)
                reply = await http.handle_async_request(request)
                async with aclosing(reply):
                    head_at = self._monotonic()
                    answer = replace(answer, status=reply.status_code, headers=dict(reply.headers))
                    encodings = answer.headers.get("content-encoding", "")
                    whole = await read_body(reply.aiter_raw(), encodings, _BODY_LIMIT)
                answer = replace(answer, body=whole)
        except UnusableBodyError as problem:
            answer = replace(answer, trouble=str(problem), lasting=problem.lasting)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as problem:
            facts = self.base_url, self._proxy, self._connect_timeout
            answer = broken_off(answer, problem, *facts)
        duration = max(0.0, self._clock() - started)
        return Exchange(answer, started, duration, head_at, self._monotonic())

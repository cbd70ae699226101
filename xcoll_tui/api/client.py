"""`Client`: the calls of the xAI Collections API, sent. The only module that speaks HTTP.

Importing it is cheap: httpx and TLS are loaded at the first request, in a thread, or by `open`.
"""

import asyncio
import os
import random as _random
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from xcoll_tui import __version__
from xcoll_tui.api import retry
from xcoll_tui.api.certificates import advise_on_untrusted, create_context
from xcoll_tui.api.compression import ACCEPTED, UnusableBodyError, read_body
from xcoll_tui.api.endpoints import Endpoints
from xcoll_tui.api.errors import Misconfigured, RateLimited, ReadOnly, Unauthorized
from xcoll_tui.api.httpx_command import leave_out_command_line
from xcoll_tui.api.keys import (
    KeyMask,
    ManagementKey,
    accept_key,
    is_other_kind,
    tell_other_kind,
)
from xcoll_tui.api.models import RequestRecord, Wait
from xcoll_tui.api.proxies import Proxy, choose_proxy, refusal_of
from xcoll_tui.api.rate_limiter import Pauses, RateLimiter
from xcoll_tui.api.responses import (
    Answer,
    cause_of,
    error_from,
    is_gone,
    may_pass,
    reason_of,
)
from xcoll_tui.api.routes import Endpoint, Repeatable
from xcoll_tui.api.service_clock import ServiceClock, parse_http_date
from xcoll_tui.api.streamed_body import StreamedBody
from xcoll_tui.api.urls import accept_base_url, refuse_target

if TYPE_CHECKING:
    import httpx

_CONNECT_TIMEOUT = 10.0
_TIMEOUT = 30.0
# A whole exchange may last this many times the time-out: an answer that trickles in keeps each
# single read in time for ever.
_DEADLINES = 4.0
# Bytes a second of a body that is sent from a disk; a line that is slower is given up.
_SLOWEST = 10_000
_PARALLEL = 32
_LOCATION = "xcoll.location"
_BODY_LIMIT = 64 * 1024 * 1024


class Client(Endpoints):
    """An async client of one host with one management key.

    Use it as `async with Client(key) as client:`, or call `aclose` at the end. It belongs to one
    event loop; any number of calls may run side by side (32 at once are on the wire). Every call
    raises an `ApiError` when it fails. A cancelled call raises CancelledError and leaves the client
    usable; whether a cancelled write was carried out is not known.

    `base_url`: https, or http to a loopback address, which never goes through a proxy. `team_id` is
    sent with every call; left out, the service derives it from the key. `read_only` refuses every
    write before anything is sent. A 429 with a time pauses all calls (`RateLimiter`). `app` is an
    ASGI application that serves the calls inside the process. `on_request` is told of each HTTP
    exchange when it is over, `on_wait` of each pause before it begins, `on_unauthorized` of each
    call that ends because the key is not accepted; they are called on the loop and must not raise.
    `timeout` is in seconds, for connecting (10 at most) and for each silence while reading or
    writing; None waits for ever.

    Raises InvalidKey for a key that cannot be sent, and Refused for an address that must not be
    used; both are ValueErrors.
    """

    _for_inference = False
    _KEY = "management key"
    _URL = "base URL", "https://management-api.x.ai"

    def __init__(
        self,
        management_key: str | ManagementKey,
        base_url: str = "https://management-api.x.ai",
        team_id: str | None = None,
        read_only: bool = False,
        *,
        app: Callable[..., Awaitable[None]] | None = None,
        on_request: Callable[[RequestRecord], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
        on_unauthorized: Callable[[Unauthorized], object] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[], float] | _random.Random = _random.random,
        timeout: float | None = _TIMEOUT,
    ) -> None:
        self._key = accept_key(management_key, self._KEY)
        self._mask = KeyMask(self._key)
        self.base_url = accept_base_url(base_url, *self._URL)
        self.team_id = team_id
        self.read_only = read_only
        self._app = app
        self._on_request = on_request
        self._on_wait = on_wait
        self._on_unauthorized = on_unauthorized
        self._pauses = Pauses(sleep)
        self._clock = clock
        self._draw = random.random if isinstance(random, _random.Random) else random
        self._timeout = timeout
        self._connect_timeout = None if timeout is None else min(_CONNECT_TIMEOUT, timeout)
        self._http: httpx.AsyncClient | None = None
        self._proxy: Proxy | None = None
        self._closed = False
        self._opening = threading.Lock()
        self._slots = asyncio.Semaphore(_PARALLEL)
        self._limiter = RateLimiter(clock, self._pauses.sleep)
        self._service_clock = ServiceClock(monotonic)

    def __repr__(self) -> str:
        return (
            f"Client(base_url={self.base_url!r}, team_id={self.team_id!r}, "
            f"read_only={self.read_only!r})"
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections; later calls raise RuntimeError."""
        self._closed = True
        if self._http is not None:
            await self._http.aclose()

    def change_key(self, management_key: str | ManagementKey) -> None:
        """Send this key from the next request on; raises InvalidKey, and keeps the old one then."""
        self._key = accept_key(management_key, self._KEY)
        self._mask = KeyMask(self._key)

    def service_clock(self) -> float | None:
        """Return what time it is for the service, in seconds since the epoch.

        None before its first answer with a `Date`. Times that the service wrote are compared with
        this one, never with our own; it is exact to a second or so, see `ServiceClock`.
        """
        return self._service_clock.now()

    def open(self) -> None:
        """Load HTTP and TLS now rather than at the first request.

        Blocks for about a tenth of a second; may be called in any thread, and more than once.
        """
        self._opened()

    def _opened(self) -> "httpx.AsyncClient":
        with self._opening:
            if self._http is None:
                self._http = self._connect()
            return self._http

    def _connect(self) -> "httpx.AsyncClient":
        leave_out_command_line()
        import httpx  # noqa: PLC0415  loading it takes longer than all else before the first frame

        context, proxy = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), None
        transport = None
        if self._app is not None:
            transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
        else:
            proxy = self._proxy = choose_proxy(self.base_url, os.environ)
            # Reading the certificates takes 60 ms, and without encryption none is ever asked for.
            if self.base_url.startswith("https:"):
                context = create_context(os.environ)
        return httpx.AsyncClient(
            transport=transport,
            verify=context,
            proxy=None if proxy is None else _as_httpx(proxy, context),
            trust_env=False,  # what it says was read above
            auth=self._authorize,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": ACCEPTED,
                "User-Agent": f"xcoll/{__version__}",
            },
            timeout=self._timeouts(),
            limits=httpx.Limits(
                max_connections=_PARALLEL,
                max_keepalive_connections=_PARALLEL,
                keepalive_expiry=60.0,  # the default of 5 s connects again after each pause
            ),
            follow_redirects=False,
            event_hooks={"response": [_hide_location]},
        )

    def _timeouts(self, *, uploads: bool = False) -> "httpx.Timeout":
        import httpx  # noqa: PLC0415  see `_connect`

        patience = None if self._timeout is None else self._timeout * _DEADLINES
        return httpx.Timeout(
            self._timeout,
            connect=self._connect_timeout,
            read=patience if uploads else self._timeout,  # what was uploaded is first looked at
            pool=None,  # our own slots come first
        )

    def end_waits(self) -> None:
        """Try again at once whatever waits before it is tried again."""
        self._limiter.resume()
        self._pauses.end()

    def _authorize(self, request: "httpx.Request") -> "httpx.Request":
        request.headers.encoding = "latin-1"  # httpx would guess ASCII, and fail on "é"
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        return request

    def _hide(self, text: str) -> str:
        return self._mask.hide(text)

    async def _call(
        self,
        endpoint: Endpoint,
        *ids: str,
        query: str = "",
        body: bytes | StreamedBody | None = None,
    ) -> Answer:
        if self._closed:
            raise RuntimeError("The client is closed; make a new one.")
        path = endpoint.path_of(*ids)
        self._refuse_unsendable(endpoint, path, query)
        repeatable = endpoint.repeatable
        attempt, waited, unknown, limited = 0, 0.0, False, False
        pause, ended = None, self._pauses.ended
        while True:
            attempt += 1
            answer, turn = await self._exchange(endpoint, path, query, body)
            # A pause that a person ended brings no call nearer to being given up.
            waited += pause if pause is not None and ended == self._pauses.ended else 0.0
            retry_after = self._retry_after(answer)
            error = error_from(
                answer,
                tries=attempt,
                # A 429 may have come after the effect; what broke off since says nothing of that.
                unknown_before=unknown or (limited and answer.status is None),
                retry_after=retry_after,
                hide=self._hide,
            )
            limited = isinstance(error, RateLimited)
            if answer.status is not None and not limited:
                self._limiter.admit(turn)
            if error is None:
                return answer
            if unknown and is_gone(endpoint, error):
                return replace(answer, body=b"")  # what it says is not the answer to a success
            pause = None
            if (limited and repeatable is not Repeatable.NEVER) or (
                repeatable is Repeatable.ALWAYS and may_pass(answer, error)
            ):
                pause = retry.next_pause(
                    attempt=attempt,
                    waited=waited,
                    rate_limited=limited,
                    retry_after=retry_after,
                    draw=self._draw,
                    by_chance=self._limiter.refuses_by_chance,
                )
            shared = None
            if limited:
                asked = retry.share_pause(pause, retry_after)
                shared = self._limiter.record_429(turn, asked, told=retry_after is not None)
                pause = pause if pause is None or shared is None else shared
            if pause is None:
                if isinstance(error, Unauthorized):
                    self._note_unauthorized(error)
                raise error
            unknown, ended = error.outcome_unknown, self._pauses.ended
            record = Wait(
                pause,
                reason_of(error),
                attempt,
                endpoint.method,
                self._hide(path + query),
                rate_limited=shared is not None,
            )
            await self._wait(record)

    def _note_unauthorized(self, error: Unauthorized) -> None:
        if is_other_kind(self._key, for_inference=self._for_inference):
            error.advice = tell_other_kind(for_inference=self._for_inference)
        if self._on_unauthorized is not None:
            self._on_unauthorized(error)

    def _retry_after(self, answer: Answer) -> float | None:
        now = parse_http_date(answer.headers.get("date"))
        if now is None:
            now = self.service_clock()
        value = answer.headers.get("retry-after")
        return retry.parse_retry_after(value, self._clock() if now is None else now)

    def _refuse_unsendable(self, endpoint: Endpoint, path: str, query: str) -> None:
        method = endpoint.method
        if self.read_only and endpoint.writes:
            raise ReadOnly(
                f"Nothing was sent: {method} {path} is a write, and this client is read-only.",
                method=method,
                path=path,
            )
        refuse_target(method, path, query, self._key, self._KEY)

    async def _wait(self, wait: Wait) -> None:
        if self._on_wait is not None:
            self._on_wait(wait)
        if not wait.rate_limited:  # else everything waits for its turn, in `_exchange`
            await self._pauses.sleep(wait.seconds)

    async def _exchange(
        self, endpoint: Endpoint, path: str, query: str, body: bytes | StreamedBody | None
    ) -> tuple[Answer, int]:
        """Send one request once, when it may leave; whatever happens to it is told in the answer.

        The number is the request's turn in the pace.
        """
        http = self._http
        if http is None:
            http = await asyncio.to_thread(self._opened)
        import httpx  # noqa: PLC0415  see `_connect`, which comes first

        answer = Answer(endpoint, self._hide(path), trouble="it was cancelled")
        url = f"{self.base_url}{path}{query}"
        headers = None if body is None else {"Content-Type": "application/json"}
        content: bytes | AsyncIterator[bytes] | None
        deadline = None if self._timeout is None else self._timeout * _DEADLINES
        timeout = self._timeouts(uploads=isinstance(body, StreamedBody))
        if isinstance(body, StreamedBody):
            headers = {"Content-Type": body.content_type, "Content-Length": str(body.length)}
            content = body.stream()
            deadline = None if deadline is None else deadline + body.length / _SLOWEST
        else:
            content = body
        async with self._slots:
            turn = await self._limiter.acquire()
            started = self._clock()
            try:
                async with (
                    asyncio.timeout(deadline),
                    http.stream(
                        endpoint.method, url, content=content, headers=headers, timeout=timeout
                    ) as reply,
                ):
                    self._service_clock.note(reply.headers.get("date"))
                    headers_read = {**reply.headers, **reply.extensions.get(_LOCATION, {})}
                    answer = replace(answer, status=reply.status_code, headers=headers_read)
                    if reply.is_stream_consumed:  # the transport had it whole
                        whole = reply.content
                    else:
                        encodings = reply.headers.get("content-encoding", "")
                        whole = await read_body(reply.aiter_raw(), encodings, _BODY_LIMIT)
                    answer = replace(answer, body=whole, trouble="")
            except UnusableBodyError as problem:
                answer = replace(answer, trouble=str(problem), lasting=problem.lasting)
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as problem:
                answer = self._broken(answer, problem)
            finally:
                self._note(answer, query, started)
        if isinstance(body, StreamedBody) and body.failure is not None:
            raise body.failure  # inside the process what is raised there becomes an answer
        return answer, turn

    def _note(self, answer: Answer, query: str, started: float) -> None:
        if self._on_request is None:
            return
        self._on_request(
            RequestRecord(
                method=answer.method,
                path=answer.path + self._hide(query),
                status=answer.status,
                error=answer.trouble or None,
                duration=max(0.0, self._clock() - started),
                started_at=started,
                request_id=answer.request_id(self._hide),
            )
        )

    def _broken(self, answer: Answer, problem: Exception) -> Answer:
        """Return the answer with what broke the exchange off, as a clause."""
        import httpx  # noqa: PLC0415  see `_connect`

        unsent = (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
            httpx.LocalProtocolError,
            httpx.InvalidURL,
            UnicodeError,  # a name in xn-- that stands for nothing
        )
        cause = cause_of(problem)
        lasting = "CERTIFICATE_VERIFY_FAILED" in cause
        via = "" if self._proxy is None else f" through the proxy of {self._proxy.variable}"
        place = f"{self.base_url}{via}"
        match problem:
            case httpx.ConnectTimeout():
                trouble = f"no connection to {place} within {self._connect_timeout:g} s"
            case httpx.TimeoutException() | TimeoutError():
                trouble = f"no complete answer from {place} in time"
            case httpx.ConnectError() if lasting:
                advice = advise_on_untrusted(cause, os.environ)
                trouble = f"the certificate of {place} is not trusted ({cause}){advice}"
            case httpx.ProxyError() if self._proxy is not None:
                trouble, lasting = refusal_of(self._proxy, self.base_url, str(problem))
            case httpx.ConnectError():
                trouble = f"{self.base_url} cannot be reached{via} ({cause})"
            case UnicodeError() | httpx.InvalidURL() | httpx.UnsupportedProtocol():
                trouble, lasting = f"{self.base_url} is no address that can be reached", True
            case httpx.LocalProtocolError():
                trouble, lasting = "the request cannot be sent", True
            case _:
                trouble = f"the connection to {place} broke before the complete answer came"
        sent = not isinstance(problem, unsent)
        return replace(answer, trouble=trouble, sent=sent, lasting=lasting)


def _as_httpx(proxy: Proxy, context: ssl.SSLContext) -> "httpx.Proxy":
    import httpx  # noqa: PLC0415  see `_connect`

    with suppress(httpx.InvalidURL, ValueError):  # what it says may hold the password
        return httpx.Proxy(
            httpx.URL(scheme=proxy.scheme, host=proxy.host, port=proxy.port),
            ssl_context=context if proxy.scheme == "https" else None,
            auth=None if proxy.user is None else (proxy.user, proxy.password),
        )
    raise Misconfigured(f"Nothing was sent: the proxy that {proxy.variable} names cannot be used.")


async def _hide_location(reply: "httpx.Response") -> None:
    """Keep httpx from what a redirect names: what is no URL would break the exchange off."""
    location = reply.headers.pop("location", None)
    reply.extensions[_LOCATION] = {} if location is None else {"location": location}

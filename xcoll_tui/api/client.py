"""`Client`: the calls of the xAI Collections API, sent until they are answered, or given up."""

import asyncio
import random as _random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Self

from xcoll_tui.api import retry
from xcoll_tui.api.endpoints import Endpoints
from xcoll_tui.api.errors import Misconfigured, RateLimited, ReadOnly, Unauthorized
from xcoll_tui.api.http_process import TIMEOUT, HttpProcess, Request, Target
from xcoll_tui.api.keys import (
    ManagementKey,
    accept_key,
    is_other_kind,
    tell_other_kind,
)
from xcoll_tui.api.models import RequestRecord, Wait
from xcoll_tui.api.rate_limiter import Pauses, RateLimiter
from xcoll_tui.api.responses import (
    Answer,
    Exchange,
    error_from,
    is_gone,
    may_pass,
    reason_of,
)
from xcoll_tui.api.routes import Endpoint, Repeatable
from xcoll_tui.api.service_clock import ServiceClock, parse_http_date
from xcoll_tui.api.streamed_body import StreamedBody
from xcoll_tui.api.transport import DEADLINES, PARALLEL, Transport
from xcoll_tui.api.urls import accept_base_url, refuse_target
from xcoll_tui.child_process import ChildGone

_PATIENCE = 0.5
"""Seconds for another process to do what should take none."""
_OWN_AFTER = 0.2
"""Seconds after the first answer of another process until this one loads HTTP itself."""


class Client(Transport, Endpoints):
    """An async client of one host with one management key.

    Use it as `async with Client(key) as client:`, or call `aclose` at the end. It belongs to one
    event loop; any number of calls may run side by side (32 at once are on the wire). Every call
    raises an `ApiError` when it fails. A cancelled call raises CancelledError and leaves the client
    usable; whether a cancelled write was carried out is not known.

    `base_url`: https, or http to a loopback address, which never goes through a proxy. `team_id` is
    sent with every call; left out, the service derives it from the key. `read_only` refuses every
    write before anything is sent. A 429 with a time pauses all calls (`RateLimiter`). `app` is an
    ASGI application that serves the calls inside the process. `process` sends the first ones, until
    HTTP was loaded here, which begins when there is time. `on_request` is told of each HTTP
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
        process: HttpProcess | None = None,
        on_request: Callable[[RequestRecord], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
        on_unauthorized: Callable[[Unauthorized], object] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[], float] | _random.Random = _random.random,
        timeout: float | None = TIMEOUT,
    ) -> None:
        super().__init__(
            accept_key(management_key, self._KEY),
            accept_base_url(base_url, *self._URL),
            app=app,
            clock=clock,
            monotonic=monotonic,
            timeout=timeout,
        )
        self.team_id = team_id
        self.read_only = read_only
        self._process = None if process is None or process.is_over else process
        self._owner = 0 if self._process is None else self._process.new_owner()
        self._taking_over: asyncio.Task[None] | None = None
        self._on_request = on_request
        self._on_wait = on_wait
        self._on_unauthorized = on_unauthorized
        self._pauses = Pauses(sleep)
        self._draw = random.random if isinstance(random, _random.Random) else random
        self._slots = asyncio.Semaphore(PARALLEL)
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
        if self._taking_over is not None:
            self._taking_over.cancel()
        await super().aclose()
        process, self._process = self._process, None
        if process is not None:
            with suppress(ChildGone, TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await process.leave(self._owner)

    def change_key(self, management_key: str | ManagementKey) -> None:
        """Send this key from the next request on; raises InvalidKey, and keeps the old one then."""
        self._use(accept_key(management_key, self._KEY))

    def service_clock(self) -> float | None:
        """Return what time it is for the service, in seconds since the epoch.

        None before its first answer with a `Date`. Times that the service wrote are compared with
        this one, never with our own; it is exact to a second or so, see `ServiceClock`.
        """
        return self._service_clock.now()

    async def check_process(self) -> bool:
        """Tell whether the process that sends for this client is there; raises Misconfigured."""
        if self._process is None:
            return False
        try:
            problem = await self._process.check(self._target)
        except ChildGone:
            self._process = None
            return False
        if problem is not None:
            raise problem
        return True

    def end_waits(self) -> None:
        """Try again at once whatever waits before it is tried again."""
        self._limiter.resume()
        self._pauses.end()

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
        value = answer.headers.get("retry-after")
        if value is None:
            return None
        now = parse_http_date(answer.headers.get("date"))
        if now is None:
            now = self.service_clock()
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
        answer = Answer(endpoint, self._hide(path), trouble="it was cancelled")
        async with self._slots:
            turn = await self._limiter.acquire()
            started = self._clock()
            try:
                exchange = await self._send_somewhere(endpoint, path, query, body)
            except asyncio.CancelledError:
                self._note(Exchange(answer, started, self._clock() - started, None, 0.0), query)
                raise
        self._note(exchange, query)
        answer = exchange.answer
        if exchange.head_at is not None:
            self._service_clock.note(answer.headers.get("date"), exchange.head_at)
        if isinstance(body, StreamedBody) and body.failure is not None:
            raise body.failure  # inside the process what is raised there becomes an answer
        return answer, turn

    async def _send_somewhere(
        self, endpoint: Endpoint, path: str, query: str, body: bytes | StreamedBody | None
    ) -> Exchange:
        if self._process is None or isinstance(body, StreamedBody):
            return await self.send(endpoint, path, query, body)
        started = self._clock()
        limit = None if self._timeout is None else self._timeout * DEADLINES + _PATIENCE
        try:
            async with asyncio.timeout(limit):
                sent = await self._process.send(self._target, Request(endpoint, path, query, body))
        except (ChildGone, TimeoutError):  # or it was stopped
            self._process = None
            trouble = "the process of xcoll that sends for this one has ended"
            answer = Answer(endpoint, self._hide(path), trouble=trouble)
            return Exchange(answer, started, self._clock() - started, None, self._monotonic())
        if isinstance(sent, Misconfigured):
            raise sent
        if self._taking_over is None:
            self._taking_over = asyncio.create_task(self._take_over())
        return sent

    async def _take_over(self) -> None:
        """Load HTTP here behind the first rows, and let the other process go."""
        await asyncio.sleep(_OWN_AFTER)
        try:
            await asyncio.to_thread(self._opened)
        except Misconfigured:
            return  # a file of certificates has gone since: over there it was read
        process, self._process = self._process, None
        if process is not None:
            with suppress(ChildGone):
                await process.leave(self._owner)

    @property
    def _target(self) -> Target:
        return Target(self.base_url, self._key.reveal(), self._timeout, self._owner)

    def _note(self, exchange: Exchange, query: str) -> None:
        if self._on_request is None:
            return
        answer = exchange.answer
        self._on_request(
            RequestRecord(
                method=answer.method,
                path=answer.path + self._hide(query),
                status=answer.status,
                error=answer.trouble or None,
                duration=exchange.duration,
                started_at=exchange.started_at,
                request_id=answer.request_id(self._hide),
            )
        )

"""What the process of `http_process` does: it sends, and may have sent already."""

import asyncio
import time
from typing import TYPE_CHECKING

from xcoll_tui.api.client import Client
from xcoll_tui.api.endpoints import Endpoints
from xcoll_tui.api.errors import Misconfigured
from xcoll_tui.api.http_process import Request, Target
from xcoll_tui.api.httpx_parts import leave_out_command_line
from xcoll_tui.api.keys import accept_key
from xcoll_tui.api.urls import refuse_target

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from xcoll_tui.api.responses import Answer, Exchange
    from xcoll_tui.api.routes import Endpoint
    from xcoll_tui.api.streamed_body import StreamedBody
    from xcoll_tui.child_process import Caller

FRESH = 2.0
"""Seconds for which an answer may be used that came before it was asked for."""


class Sender:
    """A client for each target, and the exchanges that were asked for ahead."""

    def __init__(self) -> None:
        self._clients: dict[Target, Client] = {}
        self._ahead: dict[tuple[Target, Request], asyncio.Task[Exchange]] = {}

    def load(self) -> None:
        """Load HTTP, which nothing is sent without."""
        leave_out_command_line()
        import httpx  # noqa: F401, PLC0415 - see above

    async def answer(self, caller: "Caller") -> object:
        """Answer a call of `HttpProcess`."""
        method, *arguments = caller.content
        return await getattr(self, method)(*arguments)

    async def ask(
        self,
        questions: "Callable[[Endpoints], Awaitable[object]]",
        target: Target,
        team_id: str | None,
    ) -> None:
        """Send what a client will ask for, and return as soon as that is under way.

        The questions are calls of a service; they end with an exception each.
        """
        await questions(_Questions(self, target, team_id))

    def begin(self, target: Target, request: Request) -> None:
        """Send a request that nobody waits for yet."""
        task = asyncio.create_task(self._client(target).send(*request))
        self._ahead[target, request] = task

    async def check(self, target: Target) -> Misconfigured | None:
        """Load what the target needs; return why it cannot be used."""
        try:
            await asyncio.to_thread(self._client(target).open)
        except Misconfigured as problem:
            return problem
        return None

    async def send(self, target: Target, request: Request) -> "Exchange | Misconfigured":
        """Send a request once, unless that was done just now; else return why it cannot be sent."""
        task = self._ahead.pop((target, request), None)
        try:
            if task is not None and (exchange := await task).ended_at + FRESH > time.monotonic():
                return exchange
            return await self._client(target).send(*request)
        except Misconfigured as problem:
            return problem

    async def disconnect(self, owner: int) -> None:
        """Close the connections of an owner, who sends nothing more."""
        for target in [target for target in self._clients if target.owner == owner]:
            await self._clients.pop(target).aclose()

    def _client(self, target: Target) -> Client:
        client = self._clients.get(target)
        if client is None:
            client = Client(target.key, target.base_url, timeout=target.timeout)
            self._clients[target] = client
        return client


class _Questions(Endpoints):
    """Turns each call into a request that is sent; nobody gets to know what comes."""

    def __init__(self, sender: Sender, target: Target, team_id: str | None) -> None:
        self._sender = sender
        self._target = target
        self.team_id = team_id

    async def _call(
        self,
        endpoint: "Endpoint",
        *ids: str,
        query: str = "",
        body: "bytes | StreamedBody | None" = None,
    ) -> "Answer":
        del body
        path = endpoint.path_of(*ids)
        refuse_target(endpoint.method, path, query, accept_key(self._target.key))
        self._sender.begin(self._target, Request(endpoint, path, query))
        raise Sent

    def _hide(self, text: str) -> str:
        return text


class Sent(Exception):  # noqa: N818 - no error
    """Ends a call whose request is under way."""

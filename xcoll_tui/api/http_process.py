"""HTTP in a process of its own: the first rows need not wait for it to be loaded here.

Loading httpx and the certificates takes longer than the first frame; over there both go on while
that is painted, and what every session asks first may be answered before somebody asks for it.
Later on each request would only take a longer way: then clients send by themselves.
"""

from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from xcoll_tui.child_process import Child

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from xcoll_tui.api.errors import Misconfigured
    from xcoll_tui.api.responses import Exchange
    from xcoll_tui.api.routes import Endpoint
    from xcoll_tui.child_process import Answering

TIMEOUT = 30.0
"""Seconds for each silence while an answer is read, unless somebody says otherwise."""


class Target(NamedTuple):
    """Where requests go, with which key and time-out, and whose they are.

    What is the same shares connections.
    """

    base_url: str
    key: str
    timeout: float | None
    owner: int = 0

    def __repr__(self) -> str:
        return f"Target({self.base_url!r})"


class Request(NamedTuple):
    """A request, the body of which is held whole; `body` None is none."""

    endpoint: "Endpoint"
    path: str
    query: str
    body: bytes | None = None


class HttpProcess:
    """A child that sends requests, each once; for the rest see `Child`.

    It ends when the last of its clients has left. `prepare` makes a `Sender` over there, and
    returns its `answer`.
    """

    def __init__(self, prepare: "Callable[[], Coroutine[Any, Any, Answering]]") -> None:
        self.is_over = False
        """Whether it takes no more clients."""
        self._owners = count()
        self._clients: set[int] = set()
        self._child = Child(prepare)

    def new_owner(self) -> int:
        """Return the number of another client; the first one has what was asked ahead."""
        owner = next(self._owners)
        self._clients.add(owner)
        return owner

    async def check(self, target: Target) -> "Misconfigured | None":
        """Return why nothing can be sent to a target, None where there is no such reason.

        Raises ChildGone, and ChildFailed for a defect, as the others do.
        """
        problem: Misconfigured | None = await self._child.ask(("check", target))
        return problem

    async def send(self, target: Target, request: Request) -> "Exchange | Misconfigured":
        """Send a request once, and return what came of it. A cancellation breaks it off.

        What came ahead of it is returned, if it is not old by now.
        """
        exchange: Exchange | Misconfigured = await self._child.ask(("send", target, request))
        return exchange

    async def leave(self, owner: int) -> None:
        """Close the connections of a client, which sends nothing more, when nothing is under way.

        Whoever leaves last ends the process.
        """
        await self._child.idle.wait()
        self._clients.discard(owner)
        if self._clients:
            await self._child.ask(("disconnect", owner))
        else:
            self.is_over = True
            await self.aclose()

    async def aclose(self) -> None:
        """End it; what is under way is broken off."""
        await self._child.aclose()

    def kill(self) -> None:
        """End it, where there is no event loop any more."""
        self._child.kill()

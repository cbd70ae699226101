"""What every session asks first, asked before there is one: the collections, and about the key.

What a session is made of is imported while the answers are on their way.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Unpack

from xcoll_tui.api.models import CollectionsSortBy
from xcoll_tui.session.gather import begin
from xcoll_tui.session.lists.listing import End
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.lists.sources import options_of_collections

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from xcoll_tui.api.endpoints import Endpoints
    from xcoll_tui.api.models import CollectionPage, KeyInfo
    from xcoll_tui.api.paging import ListOptions
    from xcoll_tui.session.service import Service


_TURNS = 40
"""Turns of the loop in which a request is sent where connecting takes no time. An import in another
thread would get between them, and each turn wait for that."""
FIRST_COLLECTIONS = Query(CollectionsSortBy.NAME)
"""What the list of collections is asked for first."""
_FIRST_PAGE = options_of_collections(FIRST_COLLECTIONS, End.HEAD, None)


async def first_questions(service: Endpoints) -> None:
    """Ask what `AskedAhead.begin` asks, whatever comes of it."""
    await asyncio.gather(*_questions(service), return_exceptions=True)


def _questions(
    service: Service | Endpoints,
) -> tuple[Coroutine[Any, Any, CollectionPage], Coroutine[Any, Any, KeyInfo]]:
    return service.list_collections(**_FIRST_PAGE), service.validate_key()


class AskedAhead:
    """The first two questions to a service, the answers of which are waiting or on their way.

    Where nothing has begun, and for whatever else is asked, the service itself is asked. What it
    reports meanwhile goes through `report`, and is told in order when the session can hear it.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._page: asyncio.Task[CollectionPage] | None = None
        self._key: asyncio.Task[KeyInfo] | None = None
        self._held: list[Callable[[], object]] | None = None

    async def begin(self) -> None:
        """Ask, on the loop that the service belongs to; return when most of that is sent."""
        self._held = []
        page, key = _questions(self._service)
        self._page, self._key = begin(page), begin(key)
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def report(self, tell: Callable[[], object]) -> None:
        """Tell a session something: now, or once it can hear it."""
        if self._held is None:
            tell()
        else:
            self._held.append(tell)

    def release(self) -> None:
        """Tell what was held back, and hold nothing back any more."""
        held, self._held = self._held or (), None
        for tell in held:
            tell()

    async def list_collections(self, **options: Unpack[ListOptions]) -> CollectionPage:
        """Return a page of collections; the first one may be there already."""
        task, self._page = self._page, None
        if task is not None:
            if options == _FIRST_PAGE:
                return await task
            task.cancel()  # it would be old when somebody asks for it
        return await self._service.list_collections(**options)

    async def validate_key(self) -> KeyInfo:
        """Return what the service knows of the key; it may have told already."""
        task, self._key = self._key, None
        return await (self._service.validate_key() if task is None else task)

    async def end(self) -> None:
        """Wait for no answer any more."""
        tasks = [task for task in (self._page, self._key) if task is not None]
        self._page = self._key = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

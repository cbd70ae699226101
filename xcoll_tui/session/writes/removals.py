"""Documents that left: which of them were removed here, and how many the collection has then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xcoll_tui.session.lists.events import Departure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.writes.superseded import Superseded


class Removals:
    """Tells what was removed elsewhere from what was removed here, and sees to the count.

    `describe` reads a collection afresh and shows it.
    """

    def __init__(
        self,
        superseded: Superseded,
        describe: Callable[[str], Awaitable[None]],
        context: SessionContext,
    ) -> None:
        self._superseded = superseded
        self._describe = describe
        self._context = context
        self._due: set[str] = set()

    def judge(self, collection_id: str, file_id: str) -> Departure:
        """Return why a document left that a read does not find any more."""
        if self._superseded.is_removal(collection_id, file_id):
            return Departure.REMOVED
        if collection_id not in self._due:
            self._due.add(collection_id)
            self._context.watches.spawn(self._count(collection_id))
        return Departure.ELSEWHERE

    async def _count(self, collection_id: str) -> None:
        # Before it is asked: what goes from now on need not be in the answer.
        self._due.discard(collection_id)
        await self._describe(collection_id)

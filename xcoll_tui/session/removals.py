"""Documents that left: which of them were removed here, and how many the collection has then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xcoll_tui.session.indexing import GONE
from xcoll_tui.session.lists.sources import DocumentSource
from xcoll_tui.session.writes.row_updates import REMOVED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from xcoll_tui.session.changes import RowRemoved
    from xcoll_tui.session.tasks import Lasting
    from xcoll_tui.session.writes.settling import Superseded


class Removals:
    """Tells what was removed elsewhere from what was removed here, and sees to the count.

    `describe` reads a collection afresh and shows it.
    """

    def __init__(
        self,
        superseded: Superseded,
        describe: Callable[[str], Awaitable[None]],
        watches: Lasting,
    ) -> None:
        self._superseded = superseded
        self._describe = describe
        self._watches = watches
        self._due: set[str] = set()

    def judge(self, change: RowRemoved) -> RowRemoved:
        """Return a removal with the reason that it has."""
        source = change.feed.source
        if change.why != GONE or not isinstance(source, DocumentSource):
            return change
        if self._superseded.is_removal(source.collection_id, change.key):
            return replace(change, why=REMOVED)
        if source.collection_id not in self._due:
            self._due.add(source.collection_id)
            self._watches.spawn(self._count(source.collection_id))
        return change

    async def _count(self, collection_id: str) -> None:
        # Before it is asked: what goes from now on need not be in the answer.
        self._due.discard(collection_id)
        await self._describe(collection_id)

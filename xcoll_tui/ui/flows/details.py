"""Shows the details of a thing at once, as the list told of it, and then as it is read afresh."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import Document
from xcoll_tui.session.lists.listing import Gap
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.facts import Facts, collection_facts, document_facts
from xcoll_tui.ui.screens.details import DetailsScreen
from xcoll_tui.ui.work import restart_work

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import DetailsHost
    from xcoll_tui.ui.widgets.row_table import RowTable

_REST = 0.12
"""Seconds that a document is looked at before it is asked for: a key that is held passes many."""


class DocumentDetails:
    """The details of the documents in a table, one after the other."""

    def __init__(
        self,
        host: "DetailsHost",
        session: "Session",
        table: "RowTable[Document]",
        clock: Clock,
    ) -> None:
        self._host = host
        self._session = session
        self._table = table
        self._clock = clock
        self._screen: DetailsScreen
        self._index = 0

    def open(self, file_id: str) -> None:
        """Show a document; from there the ones before and after it can be reached."""
        if self._session.documents is None:
            return
        self._index = self._table.listing.index_of(file_id) or 0
        loaded = self._session.documents.listing.get(file_id)
        self._screen = DetailsScreen(
            file_id,
            None if loaded is None else self._facts(loaded),
            step=self.step,
            act=self._host.act_on_document,
            row_changed=self._row_changed,
            resumed=self._host.tell_held,
            can_write=not self._session.read_only,
        )
        self._host.app.push_screen(self._screen)
        restart_work(self._screen, "details", partial(self._read, file_id, 0.0))

    def step(self, by: int) -> None:
        """Show the document so many rows further on, and put the cursor on it."""
        at = self._table.listing.index_of(self._screen.key)
        if not self._show_at((self._index if at is None else at) + by):
            self._host.tell(
                f"No other document is loaded in this direction. {key_for('load.all')} loads all."
            )

    def _show_at(self, index: int) -> bool:
        listing = self._table.listing
        if not 0 <= index < len(listing):
            return False
        row = listing.row(index)
        if isinstance(row, Gap):
            return False
        self._index = index
        self._table.move_to(index)  # near the end of what is loaded this asks for more
        key = listing.key(row)
        self._screen.turn_to(key, self._facts(row))
        restart_work(self._screen, "details", partial(self._read, key, _REST))
        return True

    def _row_changed(self, *, gone: bool) -> None:
        """Follow what becomes of the document; where it has gone, show the one in its place."""
        feed = self._session.documents
        key = self._screen.key
        document = None if feed is None else feed.listing.get(key)
        if document is not None:
            self._screen.show(self._facts(document))
            if document.received is None:  # told by a list, so its JSON has to be read
                restart_work(self._screen, "details", partial(self._read, key, _REST))
        elif gone and not (self._show_at(self._index) or self._show_at(self._index - 1)):
            self._screen.finish()

    def _facts(self, document: Document) -> Facts:
        collection = self._session.collection
        definitions = collection.field_definitions if collection else []
        return document_facts(document, definitions, self._clock())

    async def _read(self, file_id: str, rest: float) -> None:
        await asyncio.sleep(rest)

        async def read() -> Facts:
            return self._facts(await self._session.read_document(file_id))

        await _fill(self._screen, file_id, read)


def show_collection(
    host: "DetailsHost", session: "Session", collection_id: str, clock: Clock
) -> None:
    """Show all that is known of a collection."""
    collection = session.collections.listing.get(collection_id)

    async def read() -> Facts:
        return collection_facts(await session.read_collection(collection_id), clock())

    facts = None if collection is None else collection_facts(collection, clock())
    screen = DetailsScreen(collection_id, facts)
    host.app.push_screen(screen)
    restart_work(screen, "details", partial(_fill, screen, collection_id, read))


async def _fill(screen: DetailsScreen, key: str, read: Callable[[], Awaitable[Facts]]) -> None:
    try:
        facts = await read()
    except ApiError as error:
        if screen.key == key:
            screen.fail(sentence_of(error))
    else:
        if screen.key == key:
            screen.show(facts, fresh=True)

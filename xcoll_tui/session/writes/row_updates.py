"""The rows as writes show them: the intent while one is under way, then how things are."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xcoll_tui.session.lists.events import Departure, RowChanged
from xcoll_tui.session.writes.outcome import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xcoll_tui.api.models import Collection, Document
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.lists.feed import Feed

_LIST_LAGS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between readings of a list in which an attached document does not stand yet."""


class RowUpdates:
    """The rows of a session, as far as writes touch them.

    `documents` gives the feed of a collection's documents, None where it is not loaded, `describe`
    makes a collection's newest version known, `find_collection` returns what is known of one.
    """

    def __init__(
        self,
        context: SessionContext,
        collections: Feed[Collection],
        documents: Callable[[str], Feed[Document] | None],
        *,
        find_collection: Callable[[str], Collection | None],
        describe: Callable[[Collection], None],
    ) -> None:
        self._collections = collections
        self._documents = documents
        self._find_collection = find_collection
        self._describe = describe
        self._context = context
        self._expected: dict[str, set[str]] = {}
        self._intents: dict[tuple[str, str | None], str] = {}
        self._writing: dict[str, int] = {}
        self._stale: set[str] = set()
        self._stale_collections = False
        self._refreshing: set[str | None] = set()

    # What is known

    def target(self, collection_id: str | None, file_id: str | None = None) -> Target:
        """Return what a write is aimed at, with the names as far as they are known.

        Without a `collection_id` it is in the opened one; raises LookupError where none is.
        """
        collection_id = collection_id or self._context.opened
        if collection_id is None:
            raise LookupError("No collection is open, so none of its documents can be changed.")
        collection = self._find_collection(collection_id)
        collection_name = "" if collection is None else collection.collection_name
        feed = None if file_id is None else self._documents(collection_id)
        row = None if feed is None or file_id is None else feed.listing.get(file_id)
        name = collection_name if file_id is None else "" if row is None else row.name
        return Target(collection_id, file_id, name, collection_name)

    def all_collections(self) -> list[str] | None:
        """Return the IDs of all collections, None while not all are loaded."""
        listing = self._collections.listing
        return list(listing.keys()) if listing.complete else None

    def defined_keys(self, collection_id: str) -> list[str]:
        """Return the keys of the fields that a collection defines, as far as it is known."""
        collection = self._find_collection(collection_id)
        return (
            []
            if collection is None
            else [definition.key for definition in collection.field_definitions]
        )

    def intent_of(self, file_id: str) -> str | None:
        """Return what is being done to a document of the opened collection, as "saving…"."""
        opened = self._context.opened
        return None if opened is None else self._intents.get((opened, file_id))

    def intent_of_collection(self, collection_id: str) -> str | None:
        """Return what is being done to a collection itself, as "deleting…"."""
        return self._intents.get((collection_id, None))

    def writing_in(self, collection_id: str) -> int:
        """Return how many writes to a collection or its documents are under way."""
        return self._writing.get(collection_id, 0)

    def is_listed(self, target: Target) -> bool:
        """Tell whether a document has a row."""
        feed = self._documents(target.collection_id)
        return feed is not None and (target.file_id or "") in feed.listing

    # While a write is under way

    @contextmanager
    def intent(self, target: Target, words: str) -> Iterator[None]:
        """Show an intent on the target's row."""
        collection_id, place = target.collection_id, target.place
        self._intents[place] = words
        self._repaint(target)
        self._writing[collection_id] = self._writing.get(collection_id, 0) + 1
        try:
            yield
        finally:
            self._intents.pop(place, None)
            self._repaint(target)
            self._writing[collection_id] -= 1
            if not self._writing[collection_id]:
                del self._writing[collection_id]
                self._freshen(collection_id)

    def change_intent(self, target: Target, words: str) -> None:
        """Show other words on the row of a write that is under way."""
        if self._intents.get(target.place) not in (None, words):
            self._intents[target.place] = words
            self._repaint(target)

    # How things are

    def show(self, collection_id: str, document: Document) -> None:
        """Put a document that was read in its row's place, if it has one."""
        feed = self._documents(collection_id)
        if feed is not None:
            feed.put(document)

    def gone(self, collection_id: str, file_id: str, departure: Departure) -> None:
        """Take a document's row away."""
        self._expected.get(collection_id, set()).discard(file_id)
        feed = self._documents(collection_id)
        if feed is not None:
            feed.remove(file_id, departure)

    def appeared(self, collection_id: str, document: Document, *, count: int = 1) -> None:
        """Take note of a document that was attached; its row comes with `reread`."""
        self.show(collection_id, document)
        if count:
            self.count(collection_id, count)
        self._expected.setdefault(collection_id, set()).add(document.file_id)
        self.reread(collection_id)

    def count(self, collection_id: str, step: int) -> None:
        """Correct the number of documents without asking for it."""
        collection = self._find_collection(collection_id)
        if collection is not None and collection.documents_count is not None:
            count = max(collection.documents_count + step, 0)
            self._describe(replace(collection, documents_count=count, received=None))

    def show_collection(self, collection: Collection) -> None:
        """Put a collection that was read in its place; one without a row gets it soon."""
        if collection.collection_id not in self._collections.listing:
            self._stale_collections = True
        self._describe(collection)

    def collection_gone(self, collection_id: str, departure: Departure) -> None:
        """Take a collection's row away."""
        self._collections.remove(collection_id, departure)

    def reread(self, collection_id: str) -> None:
        """Read the documents that are loaded again, once no write is under way among them."""
        self._stale.add(collection_id)

    # Within

    def _repaint(self, target: Target) -> None:
        if target.file_id is None:
            if target.collection_id in self._collections.listing:
                self._context.emit(RowChanged(None, target.collection_id))
            return
        feed = self._documents(target.collection_id)
        if feed is not None and target.file_id in feed.listing:
            self._context.emit(RowChanged(target.collection_id, target.file_id))

    def _freshen(self, collection_id: str) -> None:
        if collection_id in self._stale and collection_id not in self._refreshing:
            self._refreshing.add(collection_id)
            self._context.tasks.spawn(self._refresh_documents(collection_id))
        if self._stale_collections and None not in self._refreshing:
            self._refreshing.add(None)
            self._context.tasks.spawn(self._refresh_collections())

    async def _refresh_documents(self, collection_id: str) -> None:
        try:
            while collection_id in self._stale:
                self._stale.discard(collection_id)
                feed = self._documents(collection_id)
                if feed is not None and feed.loaded_at is not None:
                    await feed.refresh()
                    self._context.watches.spawn(self._read_until_listed(collection_id, feed))
        finally:
            self._refreshing.discard(collection_id)

    async def _read_until_listed(self, collection_id: str, feed: Feed[Document]) -> None:
        """Read a list again that lags behind the documents that were attached to it.

        Only where it is loaded whole can it be told that one is missing.
        """
        expected = self._expected.pop(collection_id, set())
        for pause in _LIST_LAGS:
            whole = feed.listing.complete and not feed.query.is_filtered
            if not whole or all(file_id in feed.listing for file_id in expected):
                return
            await self._context.sleep(pause)
            await feed.refresh()

    async def _refresh_collections(self) -> None:
        try:
            while self._stale_collections:
                self._stale_collections = False
                if self._collections.loaded_at is not None:
                    await self._collections.refresh()
        finally:
            self._refreshing.discard(None)

"""The sources of a feed's rows: the collections, or the documents of one collection."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.filters import COLLECTION_FIELDS, DOCUMENT_FIELDS
from xcoll_tui.api.models import (
    Collection,
    CollectionsSortBy,
    Document,
    DocumentsSortBy,
    DocumentStatus,
)
from xcoll_tui.api.paging import ListOptions
from xcoll_tui.session.lists.listing import End
from xcoll_tui.session.lists.progress import progress_of
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.service import CollectionLister, Service

T = TypeVar("T")
R = TypeVar("R", Collection, Document)

_PROCESSED = str(DocumentStatus.PROCESSED)

PAGE_SIZE = 100
"""The largest page that the service gives."""


class Page(Struct, Generic[T], frozen=True):
    """Rows in the order they came, and where the walk goes on; no token on the last."""

    rows: Sequence[T]
    token: str | None


class Source(Protocol[T]):
    """One list of the service."""

    name_field: str
    filter_fields: frozenset[str]

    @property
    def collection_id(self) -> str | None:
        """The collection whose documents these are; None where they are the collections."""

    def key(self, row: T) -> str:
        """Return what names a row for good."""

    def sort_value(self, sort_by: str) -> Callable[[T], object]:
        """Return how to tell what a row is sorted by; it gives None for what is not known."""

    def has_id(self, row: T) -> bool:
        """Tell whether the service named this row; else its key is only a makeshift."""

    def is_under_way(self, row: T) -> bool:
        """Tell whether the service is still at work on a row."""

    def unsettled(self, rows: Sequence[T]) -> Sequence[T]:
        """List the rows that may be under way or failed: of a hundred thousand, a few."""

    def failure_of(self, row: T) -> str | None:
        """Return why a row failed, "" for no reason that the service gives; None if it has not."""

    async def page(self, query: Query, end: End, token: str | None) -> Page[T]:
        """Return the page at a token of one end's walk, the first one without."""

    async def look(self, keys: Sequence[str]) -> list[T] | None:
        """Return rows by key, those that exist; None if this list has no such call."""

    async def total(self) -> int | None:
        """Return how many rows there are unfiltered, None if the service does not tell."""


def _if_readable(value: Callable[[R], object]) -> Callable[[R], object]:
    return lambda row: None if row.unreadable is not None else value(row)


# A column that is not here raises KeyError: a value that is none would close a gap too early.
_COLLECTION_VALUES: Mapping[str, Callable[[Collection], object]] = {
    CollectionsSortBy.NAME: _if_readable(lambda row: row.collection_name),
    CollectionsSortBy.AGE: _if_readable(lambda row: row.created_at),
}
_DOCUMENT_VALUES: Mapping[str, Callable[[Document], object]] = {
    DocumentsSortBy.NAME: _if_readable(lambda row: row.name),
    DocumentsSortBy.SIZE: _if_readable(lambda row: row.file_metadata.size_bytes),
    DocumentsSortBy.AGE: _if_readable(lambda row: row.file_metadata.created_at),
}


def options_of_collections(query: Query, end: End, token: str | None) -> ListOptions:
    """Return what the list of collections is asked for."""
    return {
        "limit": PAGE_SIZE,
        "order": query.order(end),
        "sort_by": query.sort_by,
        "pagination_token": token,
        "filter": query.expression(CollectionSource.name_field, CollectionSource.filter_fields),
    }


class CollectionSource:
    """The collections of the team.

    `correct` puts collections right that the service shows as they were before a write.
    """

    collection_id = None
    name_field = "collection_name"
    filter_fields = COLLECTION_FIELDS

    def __init__(
        self,
        service: CollectionLister,
        correct: Callable[[Sequence[Collection]], list[Collection]] = list,
    ) -> None:
        self._service = service
        self._correct = correct

    def key(self, row: Collection) -> str:
        """Return the collection_id."""
        return row.collection_id or f"? {row.collection_name} {row.created_at}"

    def has_id(self, row: Collection) -> bool:
        """Tell whether the collection came with its ID."""
        return bool(row.collection_id)

    def sort_value(self, sort_by: str) -> Callable[[Collection], object]:
        """Return how to tell the name or the time of creation."""
        return _COLLECTION_VALUES[sort_by]

    def is_under_way(self, row: Collection) -> bool:  # noqa: ARG002 - a Source's signature
        """Return False: nothing happens to a collection by itself."""
        return False

    def unsettled(self, rows: Sequence[Collection]) -> Sequence[Collection]:  # noqa: ARG002 - as above
        """Return none."""
        return ()

    def failure_of(self, row: Collection) -> None:  # noqa: ARG002 - a Source's signature
        """Return None: a collection is not indexed."""
        return

    async def page(self, query: Query, end: End, token: str | None) -> Page[Collection]:
        """Return one page of the list."""
        options = options_of_collections(query, end, token)
        page = await self._service.list_collections(**options)
        return Page(self._correct(page.collections), page.pagination_token)

    async def look(self, keys: Sequence[str]) -> None:  # noqa: ARG002 - a Source's signature
        """Return None: collections cannot be read several at once."""
        return

    async def total(self) -> None:
        """Return None: the service does not count collections."""
        return


class DocumentSource:
    """The documents of one collection; `read_collection` is asked for their number.

    `correct` puts documents right that the service shows as they were before a write.
    """

    name_field = "name"
    filter_fields = DOCUMENT_FIELDS

    def __init__(
        self,
        service: Service,
        collection_id: str,
        read_collection: Callable[[str], Awaitable[Collection]],
        correct: Callable[[str, Sequence[Document]], list[Document]] = lambda _, rows: list(rows),
    ) -> None:
        self._service = service
        self.collection_id = collection_id
        self._read_collection = read_collection
        self._correct = correct

    def key(self, row: Document) -> str:
        """Return the file_id."""
        # Not by `file_id`: this is asked of every row, several times.
        file = row.file_metadata
        return file.file_id or f"? {file.name} {file.created_at}"

    def has_id(self, row: Document) -> bool:
        """Tell whether the document came with its ID."""
        return bool(row.file_id)

    def sort_value(self, sort_by: str) -> Callable[[Document], object]:
        """Return how to tell the name, the size or the time of creation."""
        return _DOCUMENT_VALUES[sort_by]

    def is_under_way(self, row: Document) -> bool:
        """Tell whether the document is being indexed."""
        return bool(row.file_id) and progress_of(row).is_under_way

    def unsettled(self, rows: Sequence[Document]) -> list[Document]:
        """List the documents that are not plainly processed."""
        return [row for row in rows if row.status != _PROCESSED]

    def failure_of(self, row: Document) -> str | None:
        """Return why the document failed to be indexed, None if it has not."""
        if progress_of(row).state != "failed":
            return None
        return row.error_message or row.file_metadata.upload_error_message or ""

    async def page(self, query: Query, end: End, token: str | None) -> Page[Document]:
        """Return one page of the list."""
        page = await self._service.list_documents(
            self.collection_id,
            limit=PAGE_SIZE,
            order=query.order(end),
            sort_by=query.sort_by,
            pagination_token=token,
            filter=query.expression(self.name_field, self.filter_fields),
        )
        return Page(self._correct(self.collection_id, page.documents), page.pagination_token)

    async def look(self, keys: Sequence[str]) -> list[Document]:
        """Return the documents of these IDs that exist; raises NotFound where no collection is."""
        documents = await self._service.batch_get_documents(self.collection_id, keys)
        return self._correct(self.collection_id, documents)

    async def total(self) -> int | None:
        """Return the collection's documents_count, None where it cannot be read."""
        try:
            return (await self._read_collection(self.collection_id)).documents_count
        except ApiError:
            # A key may list documents and not read collections; what matters shows in the rows.
            return None

"""The calls that a session makes: what it needs of a client, and no more; and a walk over pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Unpack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from xcoll_tui.api.models import (
        ChunkConfiguration,
        Collection,
        CollectionPage,
        Document,
        DocumentPage,
        FieldDefinition,
        FieldDefinitionUpdate,
        KeyInfo,
    )
    from xcoll_tui.api.paging import ListOptions


class CollectionLister(Protocol):
    """The one call that the list of collections needs."""

    async def list_collections(self, **options: Unpack[ListOptions]) -> CollectionPage:
        """Return one page of collections."""


class Service(CollectionLister, Protocol):
    """The Collections API as far as a session uses it; failures are raised as ApiError.

    A cancelled call must leave the service usable. `read_only` tells that it refuses every write.
    `api.client.Client` is one.
    """

    read_only: bool

    def service_clock(self) -> float | None:
        """Return what time it is for the service, None while that is unknown.

        In seconds since the epoch, exact to a second or so. Times that the service wrote are
        compared with this one, never with our own clock.
        """

    def end_waits(self) -> None:
        """Try again at once whatever waits before it is tried again."""

    async def get_collection(self, collection_id: str) -> Collection:
        """Return one collection."""

    async def list_documents(
        self, collection_id: str, **options: Unpack[ListOptions]
    ) -> DocumentPage:
        """Return one page of the documents of a collection."""

    async def get_document(self, collection_id: str, file_id: str) -> Document:
        """Return one document."""

    async def batch_get_documents(
        self, collection_id: str, file_ids: Sequence[str]
    ) -> list[Document]:
        """Return documents by ID, in that order; unknown IDs are left out.

        Raises NotFound where the collection is gone.
        """

    async def validate_key(self) -> KeyInfo:
        """Return what the service knows of the key."""

    async def create_collection(
        self,
        collection_name: str,
        *,
        collection_description: str | None = None,
        model_name: str | None = None,
        chunk_configuration: ChunkConfiguration | None = None,
        metric_space: str | None = None,
        field_definitions: Sequence[FieldDefinition] | None = None,
    ) -> Collection:
        """Create a collection; must not be sent again where it may have been carried out."""

    async def update_collection(
        self,
        collection_id: str,
        *,
        collection_name: str | None = None,
        collection_description: str | None = None,
        chunk_configuration: ChunkConfiguration | None = None,
        field_definition_updates: Sequence[FieldDefinitionUpdate] | None = None,
    ) -> Collection:
        """Change what is given; what is None stays."""

    async def delete_collection(self, collection_id: str) -> None:
        """Delete a collection."""

    async def add_document(
        self, collection_id: str, file_id: str, *, fields: Mapping[str, Any] | None = None
    ) -> None:
        """Attach a file; what a file that is attached already becomes is the service's choice.

        Fields are sent as they are given, also those that are no texts (`Document.raw_fields`).
        """

    async def upload_document(
        self,
        collection_id: str,
        path: Path | str,
        *,
        name: str,
        content_type: str = "",
        fields: Mapping[str, Any] | None = None,
        on_progress: Callable[[int], object] | None = None,
    ) -> Document:
        """Upload a file as a document; must not be sent again where it may have been carried out.

        Raises FileRefused for a file that cannot be read to its end as it was.
        """

    async def update_document(
        self, collection_id: str, file_id: str, *, fields: Mapping[str, Any]
    ) -> Document | None:
        """Ask for other fields; an answer does not say that they were taken."""

    async def reindex_document(self, collection_id: str, file_id: str) -> None:
        """Index a document again."""

    async def remove_document(self, collection_id: str, file_id: str) -> None:
        """Remove a document from its collection."""


async def document_pages(
    list_page: Callable[..., Awaitable[DocumentPage]],
) -> AsyncIterator[DocumentPage]:
    """Yield pages up to the last, or to one whose token came before; raises ApiError.

    `list_page` takes a `pagination_token`.
    """
    token: str | None = None
    tokens = set[str | None]()
    while token not in tokens:
        tokens.add(token)
        page = await list_page(pagination_token=token)
        yield page
        token = page.pagination_token
        if token is None:
            return

"""The reading calls that a session makes: what it needs of a client, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xcoll_tui.api.models import Collection, CollectionPage, Document, DocumentPage, KeyInfo


class Service(Protocol):
    """The Collections API as far as a session reads it; failures are raised as ApiError.

    A cancelled call must leave the service usable. `api.client.Client` is one.
    """

    async def list_collections(
        self,
        *,
        limit: int | None = None,
        order: str | None = None,
        sort_by: str | None = None,
        pagination_token: str | None = None,
        filter: str | None = None,  # noqa: A002 - the API's own name
    ) -> CollectionPage:
        """Return one page of collections."""
        ...

    async def get_collection(self, collection_id: str) -> Collection:
        """Return one collection."""
        ...

    async def list_documents(
        self,
        collection_id: str,
        *,
        limit: int | None = None,
        order: str | None = None,
        sort_by: str | None = None,
        pagination_token: str | None = None,
        filter: str | None = None,  # noqa: A002 - the API's own name
    ) -> DocumentPage:
        """Return one page of the documents of a collection."""
        ...

    async def get_document(self, collection_id: str, file_id: str) -> Document:
        """Return one document."""
        ...

    async def batch_get_documents(
        self, collection_id: str, file_ids: Sequence[str]
    ) -> list[Document]:
        """Return documents by ID, in that order; unknown IDs may be left out, or raise NotFound."""
        ...

    async def validate_key(self) -> KeyInfo:
        """Return what the service knows of the key."""
        ...

"""The calls of the API: one method an endpoint, from arguments to structs.

How a request is sent is `xcoll_tui.api.client`'s business; this half knows paths, queries, bodies.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, Unpack

from msgspec.structs import replace

from xcoll_tui.api import routes, wire
from xcoll_tui.api.errors import ApiError, Conflict, NotFound
from xcoll_tui.api.models import (
    ChunkConfiguration,
    Collection,
    CollectionPage,
    Document,
    DocumentPage,
    FieldDefinition,
    FieldDefinitionUpdate,
    IndexConfiguration,
    KeyInfo,
    MetricSpace,
)
from xcoll_tui.api.paging import ListOptions, list_pairs, slices_of, walk_pages
from xcoll_tui.api.responses import Answer, doubt, unreadable
from xcoll_tui.api.routes import Endpoint
from xcoll_tui.api.streamed_body import StreamedBody
from xcoll_tui.api.urls import query_string

T = TypeVar("T")


class Endpoints(ABC):
    """The calls of the API, over a `_call` that sends one request until it is answered.

    An argument that is None is left out of the request; anything else is sent as it is, also an
    empty text or list. Structured arguments are mappings or our structs, enums may be the wire's
    text.
    """

    team_id: str | None

    @abstractmethod
    async def _call(
        self,
        endpoint: Endpoint,
        *ids: str,
        query: str = "",
        body: bytes | StreamedBody | None = None,
    ) -> Answer:
        """Send a request, again where that is safe, and return its whole 2xx answer.

        A DELETE that may have been carried out and is then answered 404 is returned as well.
        """

    @abstractmethod
    def _hide(self, text: str) -> str:
        """Return a text without the key."""

    # Collections

    async def create_collection(
        self,
        collection_name: str,
        *,
        collection_description: str | None = None,
        model_name: str | None = None,
        chunk_configuration: ChunkConfiguration | Mapping[str, Any] | None = None,
        metric_space: MetricSpace | str | None = None,
        field_definitions: Sequence[FieldDefinition | Mapping[str, Any]] | None = None,
    ) -> Collection:
        """Create a collection and return it; sent once, whatever the answer.

        After a 429, too, it may have been created: RateLimited says so in `outcome_unknown`.
        """
        index = None if model_name is None else IndexConfiguration(model_name=model_name)
        body = wire.encode_body(
            {
                "collection_name": collection_name,
                "collection_description": collection_description,
                "index_configuration": index,
                "chunk_configuration": chunk_configuration,
                "metric_space": metric_space,
                "field_definitions": field_definitions,
                "team_id": self.team_id,
            }
        )
        answer = await self._call(routes.CREATE_COLLECTION, body=body)
        return self._read(answer, wire.read_collection)

    async def list_collections(self, **options: Unpack[ListOptions]) -> CollectionPage:
        """Return one page of collections, at most 100."""
        answer = await self._call(routes.LIST_COLLECTIONS, query=self._list_query(options))
        return self._read(answer, wire.read_collection_page)

    def iter_collections(self, **options: Unpack[ListOptions]) -> AsyncIterator[CollectionPage]:
        """Yield the pages of collections from `pagination_token` on; see `iter_documents`."""
        return walk_pages(self.list_collections, options, routes.LIST_COLLECTIONS.path)

    async def get_collection(self, collection_id: str) -> Collection:
        """Return a collection, with its JSON as `received`."""
        query = self._team_query()
        answer = await self._call(routes.GET_COLLECTION, collection_id, query=query)
        return self._read(answer, wire.read_collection)

    async def update_collection(
        self,
        collection_id: str,
        *,
        collection_name: str | None = None,
        collection_description: str | None = None,
        chunk_configuration: ChunkConfiguration | Mapping[str, Any] | None = None,
        field_definition_updates: Sequence[FieldDefinitionUpdate | Mapping[str, Any]] | None = None,
    ) -> Collection:
        """Change what is given and return the collection; what is left out stays."""
        body = wire.encode_body(
            {
                "collection_name": collection_name,
                "collection_description": collection_description,
                "chunk_configuration": chunk_configuration,
                "field_definition_updates": field_definition_updates,
                "team_id": self.team_id,
            }
        )
        answer = await self._call(routes.UPDATE_COLLECTION, collection_id, body=body)
        return self._read(answer, wire.read_collection)

    async def delete_collection(self, collection_id: str) -> None:
        """Delete a collection; gone after a try of unknown outcome counts as deleted."""
        query = self._team_query()
        await self._finish(self._call(routes.DELETE_COLLECTION, collection_id, query=query))

    # Documents

    async def add_document(
        self, collection_id: str, file_id: str, *, fields: Mapping[str, Any] | None = None
    ) -> None:
        """Attach an uploaded file to a collection.

        Field values that are no texts are sent as they are, as in `Document.raw_fields`.

        If a try broke off and the next finds it attached (409), the document is read: with the
        fields given it is the one that was asked for; else Conflict is raised. Whatever else that
        reading meets is raised as it is, with an outcome that is not known.
        """
        encoded = None if fields is None else wire.encode_fields(fields)
        members = {"fields": encoded, "team_id": self.team_id}
        body = None if fields is None and self.team_id is None else wire.encode_body(members)
        try:
            await self._finish(self._call(routes.ADD_DOCUMENT, collection_id, file_id, body=body))
        except Conflict as conflict:
            if not conflict.outcome_unknown:
                raise
            try:
                document = await self.get_document(collection_id, file_id)
            except NotFound:
                raise conflict from None
            except ApiError as error:
                doubt(error, "The file may still be attached: check before trying again.")
                raise
            shown = document.raw_fields
            if any(shown.get(key) != value for key, value in (fields or {}).items()):
                raise

    async def list_documents(
        self, collection_id: str, **options: Unpack[ListOptions]
    ) -> DocumentPage:
        """Return one page of the documents of a collection, at most 100."""
        query = self._list_query(options)
        answer = await self._call(routes.LIST_DOCUMENTS, collection_id, query=query)
        return self._read(answer, wire.read_document_page)

    def iter_documents(
        self, collection_id: str, **options: Unpack[ListOptions]
    ) -> AsyncIterator[DocumentPage]:
        """Yield the pages of a collection's documents from `pagination_token` on.

        A service that hands out a token a second time would be walked for ever: after the page that
        brought it Unreadable is raised.
        """
        fetch = partial(self.list_documents, collection_id)
        return walk_pages(fetch, options, routes.LIST_DOCUMENTS.path_of(collection_id))

    async def get_document(self, collection_id: str, file_id: str) -> Document:
        """Return a document, with its JSON as `received`."""
        query = self._team_query()
        answer = await self._call(routes.GET_DOCUMENT, collection_id, file_id, query=query)
        return self._read(answer, wire.read_document)

    async def update_document(
        self, collection_id: str, file_id: str, *, fields: Mapping[str, Any]
    ) -> Document | None:
        """Ask for other fields; return the document if the answer holds it, else None.

        The service may ignore them and only re-index: it is saved when reading back shows it. It is
        never tried twice unless the service says 429.
        """
        body = wire.encode_body({"fields": wire.encode_fields(fields)})
        answer = await self._call(
            routes.UPDATE_DOCUMENT, collection_id, file_id, query=self._team_query(), body=body
        )
        members = self._read(answer, wire.read_acknowledgement)
        if not members.get("file_metadata"):
            return None
        return self._read(answer, wire.read_document)

    async def reindex_document(self, collection_id: str, file_id: str) -> None:
        """Index a document again; never tried twice unless the service says 429."""
        query = self._team_query()
        await self._finish(self._call(routes.UPDATE_DOCUMENT, collection_id, file_id, query=query))

    async def remove_document(self, collection_id: str, file_id: str) -> None:
        """Remove a document from its collection; the file stays.

        Gone after a try of unknown outcome counts as removed.
        """
        query = self._team_query()
        await self._finish(self._call(routes.REMOVE_DOCUMENT, collection_id, file_id, query=query))

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
        """Upload a file from the disk into a collection and return the document; sent once.

        It is read as it is sent, so memory stays flat; `on_progress` is told how many of its bytes
        have left. Raises FileRefused for a file that cannot be read, or that changed meanwhile:
        then the service has not got all of it, and keeps nothing. After any other failure the
        document may be there all the same: look for its name before sending again.
        """
        from xcoll_tui.api.upload import UploadBody  # noqa: PLC0415  few upload

        body = UploadBody(
            path,
            part="data",
            name=name,
            content_type=content_type,
            texts={
                "name": name,
                "content_type": content_type or None,
                "fields": None if fields is None else bytes(wire.encode_fields(fields)).decode(),
                "team_id": self.team_id,
            },
            on_progress=on_progress,
        )
        answer = await self._call(routes.UPLOAD_DOCUMENT, collection_id, body=body)
        return self._read(answer, wire.read_document)

    async def batch_get_documents(
        self, collection_id: str, file_ids: Iterable[str]
    ) -> list[Document]:
        """Return the documents of these IDs, each once, in the order asked for.

        IDs that the collection does not hold are left out, whether the service leaves them out or
        answers 404. Any number may be asked for: the requests hold at most 100, one after another.
        """
        wanted_ids = list(dict.fromkeys(file_ids))
        place = {file_id: position for position, file_id in enumerate(wanted_ids)}
        documents: dict[str, Document] = {}
        slices = list(slices_of(wanted_ids))  # all now: every ID is checked before any is sent
        for part in slices:
            for document in await self._batch_slice(collection_id, part):
                # A service may answer more than it was asked; an unreadable document may lack its
                # ID, and then nobody could tell which one it is.
                if document.file_id in place:
                    documents.setdefault(document.file_id, document)
        return sorted(documents.values(), key=lambda document: place[document.file_id])

    async def _batch_slice(self, collection_id: str, part: list[str]) -> list[Document]:
        query = query_string([*(("file_ids", i) for i in part), ("team_id", self.team_id)])
        try:
            answer = await self._call(routes.BATCH_GET_DOCUMENTS, collection_id, query=query)
        except NotFound:
            pass
        else:
            return self._read(answer, wire.read_document_page).documents
        # What becomes of unknown IDs is not documented. If one of them makes it a 404, the halves
        # find out which; a collection that is gone raises here, and once.
        await self.get_collection(collection_id)
        if len(part) == 1:
            try:
                return [await self.get_document(collection_id, part[0])]
            except NotFound:
                return []
        middle = len(part) // 2
        return [
            *await self._batch_slice(collection_id, part[:middle]),
            *await self._batch_slice(collection_id, part[middle:]),
        ]

    # The key

    async def validate_key(self) -> KeyInfo:
        """Return what the service knows of the key; this needs no permission."""
        info = self._read(await self._call(routes.VALIDATE_KEY), wire.read_key_info)
        # It is shown, and somebody may have pasted the key where its name is asked for.
        return replace(info, name=self._hide(info.name))

    # What the calls share

    def _read(self, answer: Answer, reader: Callable[[bytes], T]) -> T:
        """Return what `reader` makes of the body, or raise Unreadable."""
        try:
            return reader(answer.body)
        except wire.DecodeFailed as problem:
            clause = str(problem)
        raise unreadable(answer, clause, self._hide)

    async def _finish(self, call: Awaitable[Answer]) -> None:
        """Await a call that answers `{}`; a page of a proxy in its place is no success."""
        self._read(await call, wire.read_acknowledgement)

    def _team_query(self) -> str:
        return query_string([("team_id", self.team_id)])

    def _list_query(self, options: ListOptions) -> str:
        return query_string([*list_pairs(options), ("team_id", self.team_id)])

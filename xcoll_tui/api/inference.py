"""`InferenceClient`: search and files, which the inference host serves to a key of its own."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

from xcoll_tui.api import retrieval_wire, routes, wire
from xcoll_tui.api.client import Client
from xcoll_tui.api.endpoints import Endpoints
from xcoll_tui.api.paging import ListOptions, list_pairs
from xcoll_tui.api.retrieval_models import DeletedFile, FilePage, SearchResults, StoredFile
from xcoll_tui.api.upload import UploadBody
from xcoll_tui.api.urls import query_string

DEFAULT_URL = "https://api.x.ai"


class InferenceEndpoints(Endpoints):
    """The calls of the inference host; see `Endpoints`."""

    async def search_documents(
        self,
        query: str,
        collection_ids: Sequence[str],
        *,
        filter: str | None = None,  # noqa: A002  the API's word
        limit: int | None = None,
        instructions: str | None = None,
        retrieval_mode: str | Mapping[str, Any] | None = None,
    ) -> SearchResults:
        """Search collections; it changes nothing, so it may be sent again, and in read-only mode.

        `filter` names fields of documents by their bare keys. `limit` counts chunks (10).
        `retrieval_mode` is the name of one, or all that the service takes for it.
        """
        mode = {"type": retrieval_mode} if isinstance(retrieval_mode, str) else retrieval_mode
        body = wire.encode_body(
            {
                "query": query,
                "source": {"collection_ids": list(collection_ids)},
                "filter": filter,
                "limit": limit,
                "instructions": instructions,
                "retrieval_mode": mode,
            }
        )
        answer = await self._call(routes.SEARCH_DOCUMENTS, body=body)
        return self._read(answer, retrieval_wire.read_search_results)

    async def list_files(self, **options: Unpack[ListOptions]) -> FilePage:
        """Return one page of the team's files, at most 100; `order` is `asc` or `desc` (desc)."""
        answer = await self._call(routes.LIST_FILES, query=query_string(list_pairs(options)))
        return self._read(answer, retrieval_wire.read_file_page)

    async def get_file(self, file_id: str) -> StoredFile:
        """Return a file's facts; NotFound for one that is missing, deleted or expired."""
        answer = await self._call(routes.GET_FILE, file_id)
        return self._read(answer, retrieval_wire.read_file)

    async def delete_file(self, file_id: str) -> DeletedFile:
        """Delete a file, and with it the documents that it is.

        Gone after a try of unknown outcome counts as deleted.
        """
        answer = await self._call(routes.DELETE_FILE, file_id)
        return self._read(answer, retrieval_wire.read_deleted_file)

    async def upload_file(
        self,
        path: Path | str,
        *,
        name: str,
        content_type: str = "",
        on_progress: Callable[[int], object] | None = None,
    ) -> StoredFile:
        """Upload a file from the disk and return its facts; sent once. See `upload_document`.

        The service may forget its content type.
        """
        body = UploadBody(
            path,
            part="file",
            name=name,
            content_type=content_type,
            texts={},
            on_progress=on_progress,
        )
        answer = await self._call(routes.UPLOAD_FILE, body=body)
        return self._read(answer, retrieval_wire.read_file)


class InferenceClient(InferenceEndpoints, Client):
    """A client of the inference host, with an inference key; all else is as for `Client`."""

    _for_inference = True
    _KEY = "inference key"
    _URL = "inference URL", DEFAULT_URL

"""The inference host as a session uses it: opened with the first thing that is asked of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol, Unpack

from xcoll_tui.api.errors import NoInferenceKey, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from xcoll_tui.api.paging import ListOptions
    from xcoll_tui.api.retrieval_models import DeletedFile, FilePage, SearchResults, StoredFile


class InferenceService(Protocol):
    """Search and files; failures are raised as ApiError. `api.inference.InferenceClient` is one."""

    read_only: bool

    def end_waits(self) -> None:
        """Try again at once whatever waits before it is tried again."""

    async def aclose(self) -> None:
        """Close all connections."""

    async def search_documents(
        self,
        query: str,
        collection_ids: Sequence[str],
        *,
        filter: str | None = None,  # noqa: A002 - the API's own name
        limit: int | None = None,
        instructions: str | None = None,
        retrieval_mode: str | Mapping[str, Any] | None = None,
    ) -> SearchResults:
        """Search collections."""

    async def list_files(self, **options: Unpack[ListOptions]) -> FilePage:
        """Return one page of the team's files."""

    async def get_file(self, file_id: str) -> StoredFile:
        """Return a file's facts."""

    async def delete_file(self, file_id: str) -> DeletedFile:
        """Delete a file, and the documents that it is."""

    async def upload_file(
        self,
        path: Path | str,
        *,
        name: str,
        content_type: str = "",
        on_progress: Callable[[int], object] | None = None,
    ) -> StoredFile:
        """Upload a file; must not be sent again where it may have been carried out."""


class InferenceHost:
    """The inference host of a session.

    `open_service` finds the key and makes a client; it raises NoInferenceKey where there is none,
    and is asked again the next time then, since a person may have seen to it meanwhile.
    """

    def __init__(self, open_service: Callable[[], Awaitable[InferenceService]] | None) -> None:
        self._open = open_service
        self._service: InferenceService | None = None
        self._turn = asyncio.Lock()

    async def service(self) -> InferenceService:
        """Return the service; raises NoInferenceKey and InvalidKey."""
        async with self._turn:
            if self._service is None:
                if self._open is None:
                    raise NoInferenceKey("Nothing was sent: there is no way to the inference host.")
                self._service = await self._open()
            return self._service

    async def note(self, error: Exception) -> None:
        """Take note of a failure: after a key was refused another one is looked for."""
        if isinstance(error, Unauthorized):
            await self.close()

    def end_waits(self) -> None:
        """Try again at once whatever waits before it is tried again."""
        if self._service is not None:
            self._service.end_waits()

    async def close(self) -> None:
        """Close its connections; it opens again when something is asked of it."""
        service, self._service = self._service, None
        if service is not None:
            await service.aclose()

"""Reading documents back after writes: together, where many are asked for at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from xcoll_tui.api.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.service import Service

_AT_ONCE = 100
T = TypeVar("T")
_Answer = tuple["Document | None", bool]


@dataclass(eq=False)
class _Line:
    """Those who wait for documents of one collection, by file_id in order of arrival."""

    waiting: dict[str, list[asyncio.Future[_Answer]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    task: asyncio.Task[None] | None = None


class ReadBack:
    """Reads documents; those asked for while an answer is on its way go together in one request.

    No read is answered by a request that was sent before it was asked for.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lines: dict[str, _Line] = {}

    async def read(
        self, collection_id: str, file_id: str, *, confirm: bool = True
    ) -> Document | None:
        """Return a document, None when the service says that it is not there.

        A batch leaves out documents whose ID it could not read; with `confirm` one that is missing
        in a batch is asked for alone. Raises ApiError; a 404 without the service's words, as a
        proxy gives it, says nothing about a document and is raised as well.
        """
        line = self._lines.setdefault(collection_id, _Line())
        answered: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        line.waiting[file_id].append(answered)
        if line.task is None:
            line.task = asyncio.create_task(self._serve(collection_id, line))
        document, alone = await answered
        if document is None and confirm and not alone:
            return await self._read_one(collection_id, file_id)
        return document

    async def _serve(self, collection_id: str, line: _Line) -> None:
        taken: dict[str, list[asyncio.Future[_Answer]]] = {}
        try:
            while line.waiting:
                keys = list(line.waiting)[:_AT_ONCE]
                taken = {key: line.waiting.pop(key) for key in keys}
                await self._answer(collection_id, taken)
        finally:
            del self._lines[collection_id]
            # Only where this task was cancelled is anybody still waiting.
            for futures in (*taken.values(), *line.waiting.values()):
                for future in futures:
                    future.cancel()

    async def _answer(
        self, collection_id: str, taken: dict[str, list[asyncio.Future[_Answer]]]
    ) -> None:
        alone = len(taken) == 1
        try:
            if alone:
                (file_id,) = taken
                documents = {file_id: await self._read_one(collection_id, file_id)}
            else:
                documents = await self._read_many(collection_id, list(taken))
        except Exception as error:  # noqa: BLE001 - not swallowed: all who wait get it
            for future in _pending(taken.values()):
                future.set_exception(error)
            return
        for file_id, futures in taken.items():
            for future in _pending([futures]):
                future.set_result((documents.get(file_id), alone))

    async def _read_one(self, collection_id: str, file_id: str) -> Document | None:
        try:
            return await self._service.get_document(collection_id, file_id)
        except NotFound as error:
            _raise_without_words(error)
            return None

    async def _read_many(
        self, collection_id: str, file_ids: Sequence[str]
    ) -> dict[str, Document | None]:
        try:
            documents = await self._service.batch_get_documents(collection_id, file_ids)
        except NotFound as error:
            _raise_without_words(error)
            return {}  # the collection is gone, and they with it
        return {document.file_id: document for document in documents}


def _raise_without_words(error: NotFound) -> None:
    """Raise a 404 that a proxy may have given: it says nothing about what was asked for."""
    if error.code is None and not error.message:
        raise error


async def read_surely(read: Callable[..., Awaitable[T]], *ids: str) -> T:
    """Read what is shown; that it is not there counts when a second reading says so as well.

    One replica may be behind, or never have known it. Raises ApiError, as `read` does.
    """
    try:
        return await read(*ids)
    except NotFound:
        return await read(*ids)


def _pending(
    several: Iterable[list[asyncio.Future[_Answer]]],
) -> list[asyncio.Future[_Answer]]:
    return [future for futures in several for future in futures if not future.done()]

"""One file on its way into a collection: sent once, looked for by its name, judged.

An answer that was lost says nothing of what was done. So a name is looked for before anything is
sent, and again when no answer came: what is there now, and was not there when the upload was
planned, is the file. What does not show for the settling time is not known, and is not sent again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xcoll_tui.api.errors import (
    ApiError,
    FileRefused,
    InvalidArgument,
    RateLimited,
    ServerFault,
)
from xcoll_tui.api.filters import equals
from xcoll_tui.session.lists.sources import PAGE_SIZE
from xcoll_tui.session.service import document_pages
from xcoll_tui.session.upload.local_files import LONGEST, LONGEST_ROUND, MEGABYTE, same_name
from xcoll_tui.session.writes.judging import explain, was_refused
from xcoll_tui.session.writes.outcome import Operation, Outcome, Target, Verdict
from xcoll_tui.session.writes.runner import WriteOptions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from xcoll_tui.api.models import Document, DocumentPage
    from xcoll_tui.api.retrieval_models import StoredFile
    from xcoll_tui.session.inference import InferenceHost
    from xcoll_tui.session.upload.local_files import LocalFile
    from xcoll_tui.session.upload.plan import PlannedFile
    from xcoll_tui.session.writes.documents import DocumentWrites
    from xcoll_tui.session.writes.runner import WriteRunner

_TRIES = 8
"""How often a file is sent that the service asks to wait with, and does not show."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_CITY = "cf-ipcity"
_OCTETS = "application/octet-stream"


@dataclass(frozen=True)
class _Named:
    """The documents of a name that are new since the upload was planned, or why none were read."""

    documents: tuple[Document, ...] = ()
    error: ApiError | None = None


class Sender:
    """Sends the files of one run.

    `sent` is told how many bytes of a file have left, by its key.
    """

    def __init__(
        self,
        runner: WriteRunner,
        writes: DocumentWrites,
        host: InferenceHost,
        planned: Mapping[str, PlannedFile],
        sent: Callable[[str, int], object],
    ) -> None:
        self._runner = runner
        self._service = runner.service
        self._writes = writes
        self._host = host
        self._planned = planned
        self._sent = sent
        self._is_direct = True
        """Once the direct way proved closed, all files of the run go by the other one."""

    async def send(self, collection_id: str, key: str, options: WriteOptions) -> Outcome:
        """Upload a file of the plan and return what became of it."""
        planned = self._planned[key]
        target = replace(self._runner.rows.target(collection_id, key), name=planned.file.name)
        action = partial(self._send, target, planned, options)
        return await self._runner.run(Operation.UPLOAD, target, "uploading…", action, options)

    async def _send(self, target: Target, planned: PlannedFile, options: WriteOptions) -> Outcome:
        before = await self._look(target, planned)
        if before.error is not None:
            sentence = f"{target.shown} was not uploaded, because the collection could not be read"
            return _failed(target, f"{sentence} before.{explain(before.error)}", before.error)
        if before.documents:
            return await self._there_already(target, planned, before.documents[0], options)
        if not self._is_direct:
            return await self._send_round(target, planned, options)
        document: Document | None = None
        error: ApiError | None = None
        for attempt in range(_TRIES):
            document, error = await self._send_once(target, planned, options)
            if document is not None or error is None or was_refused(error):
                break
            if is_city_fault(error):
                return await self._turn_round(target, planned, options)
            settled = await self._look_until(target, planned, options)
            document = next(iter(settled.documents), None)
            if document is not None or not isinstance(error, RateLimited):
                break
            await self._runner.sleep(_pause_of(error, attempt))
        if document is None:
            return _unsent(target, error)
        return await self._see_through(target, planned, document, options)

    # One way, and the other

    async def _send_once(
        self, target: Target, planned: PlannedFile, options: WriteOptions
    ) -> tuple[Document | None, ApiError | None]:
        """Send it, and return its document, or why there is none."""
        document: Document | None = None
        limited: RateLimited | None = None

        async def request() -> None:
            nonlocal document, limited
            if await is_over(planned.file, LONGEST):  # here, as it may have waited for its turn
                limit = LONGEST // MEGABYTE
                raise FileRefused(
                    f"{target.shown} is over {limit} MB by now, so it was not uploaded."
                )
            try:
                document = await self._service.upload_document(
                    target.collection_id,
                    planned.file.path,
                    name=planned.file.name,
                    content_type=planned.file.content_type,
                    fields=planned.fields or None,
                    on_progress=partial(self._sent, planned.key),
                )
            except RateLimited as error:
                limited = error  # an upload is not given up for it, and nor are the others

        error = await self._runner.send(request, options)
        if document is None:
            self._sent(planned.key, 0)
        return document, error or limited

    async def _turn_round(
        self, target: Target, planned: PlannedFile, options: WriteOptions
    ) -> Outcome:
        """Take the other way from now on, this file too unless it is there."""
        # The words say that it got no further than the gateway; but it is a 500 all the same.
        self._is_direct = False
        seen = await self._look(target, planned)
        if seen.documents:
            return await self._see_through(target, planned, seen.documents[0], options)
        return await self._send_round(target, planned, options)

    async def _send_round(
        self, target: Target, planned: PlannedFile, options: WriteOptions
    ) -> Outcome:
        """Upload it as a file, and attach that."""
        closed = f"{target.shown} was not uploaded: the service takes no direct upload from here"
        if await is_over(planned.file, LONGEST_ROUND):
            limit = LONGEST_ROUND // MEGABYTE
            return _failed(target, f"{closed} ({_CITY}), and by the other way {limit} MB at most.")
        try:
            await self._host.service()
        except ApiError as missing:
            return _failed(target, f"{closed} ({_CITY}).{explain(missing)}", missing)
        stored, error = await self._upload_file(planned, options)
        if stored is None and error is not None and not was_refused(error):
            stored = await self._find_file(planned)
        if stored is None:
            return _unsent(target, error)
        outcome = await self._writes.attach(
            target.collection_id,
            stored.id,
            planned.fields or None,
            name=planned.file.name,
            options=options,
        )
        if not outcome.ok:
            sentence = f"{target.shown} is uploaded as {stored.id}, and not attached."
            message = f"{sentence} {outcome.message}"
            return replace(outcome, operation=Operation.UPLOAD, message=message)
        lost = ""
        document = outcome.document
        if document is not None and document.file_metadata.content_type == _OCTETS:
            lost = f" Its type, {planned.file.content_type}, was lost on the way."
        message = f"{target.shown} is uploaded, as a file that is attached.{lost}"
        outcome = replace(outcome, operation=Operation.UPLOAD, message=message)
        return await self._replace(outcome, planned, options)

    async def _upload_file(
        self, planned: PlannedFile, options: WriteOptions
    ) -> tuple[StoredFile | None, ApiError | None]:
        stored: StoredFile | None = None
        service = await self._host.service()

        async def request() -> None:
            nonlocal stored
            stored = await service.upload_file(
                planned.file.path,
                name=planned.file.name,
                content_type=planned.file.content_type,
                on_progress=partial(self._sent, planned.key),
            )

        error = await self._runner.send(request, options)
        return stored, error

    async def _find_file(self, planned: PlannedFile) -> StoredFile | None:
        """Look for a file whose upload was not answered: the newest of its name and size."""
        service = await self._host.service()
        asked_at = self._service.service_clock()
        try:
            page = await service.list_files(limit=PAGE_SIZE, order="desc", sort_by="created_at")
        except ApiError:
            return None
        alike = [
            stored
            for stored in page.data
            if stored.filename == planned.file.name
            and stored.bytes == planned.file.size
            and (asked_at is None or (stored.created_at or 0) > asked_at - 900)
        ]
        return alike[0] if len(alike) == 1 else None

    # What is there

    async def _look(self, target: Target, planned: PlannedFile) -> _Named:
        """Read which documents of the name are new since the upload was planned."""
        try:
            documents = await documents_named(
                self._service.list_documents, target.collection_id, planned.file.name
            )
        except ApiError as error:
            return _Named(error=error)
        fresh = [one for one in documents if one.file_id not in planned.beside]
        return _Named(tuple(fresh))

    async def _look_until(
        self, target: Target, planned: PlannedFile, options: WriteOptions
    ) -> _Named:
        """Look for it until it shows, or has not for the settling time."""

        async def look(_last: bool) -> _Named:
            return await self._look(target, planned)

        if options.settling is not None:
            options.settling()
        settled = await self._runner.settling.look(
            look, lambda seen: bool(seen.documents), learns=False
        )
        return settled.seen

    async def _there_already(
        self, target: Target, planned: PlannedFile, document: Document, options: WriteOptions
    ) -> Outcome:
        target = replace(target, file_id=document.file_id)
        sentence = f"{target.shown} is in the collection by now; nothing was sent."
        outcome = Outcome(Operation.UPLOAD, target, Verdict.ALREADY, sentence, document=document)
        self._sent(planned.key, planned.file.size)
        return await self._replace(outcome, planned, options)

    async def _see_through(
        self, target: Target, planned: PlannedFile, document: Document, options: WriteOptions
    ) -> Outcome:
        """Look until the document shows, and keep what undo needs of it."""
        runner = self._runner
        target = replace(target, file_id=document.file_id)
        if options.log is not None:
            try:
                await options.log.add(target, None, dict(planned.fields))
                options.log.mark_sent(target)
            except OSError:
                pass  # it only cannot be undone then; nothing is lost
        settled = await runner.settle(
            target, options, lambda look: look.document is not None, operation=Operation.UPLOAD
        )
        shown = settled.seen.document
        end = partial(Outcome, Operation.UPLOAD, target, wanted_fields=dict(planned.fields))
        if shown is None:
            sentence = f"The service took {target.shown}, and does not show it after"
            message = f"{sentence} {settled.words}. It may still come; nothing was sent again."
            return end(Verdict.UNSHOWN, message + explain(settled.seen.error), settled.seen.error)
        runner.rows.appeared(target.collection_id, shown)
        outcome = end(Verdict.DONE, f"{target.shown} is uploaded.", document=shown, reindexed=True)
        return await self._replace(outcome, planned, options)

    async def _replace(
        self, outcome: Outcome, planned: PlannedFile, options: WriteOptions
    ) -> Outcome:
        """Remove the documents that it comes in the place of, now that it is there."""
        failures: list[Outcome] = []
        for file_id in planned.replaces:
            # By itself, so that it can be undone by itself.
            removed = await self._writes.remove(
                file_id,
                collection_id=outcome.target.collection_id,
                options=WriteOptions(slot=options.slot),
            )
            failures += [] if removed.ok else [removed]
        if not planned.replaces:
            return outcome
        if failures:
            sentence = f"{outcome.message} What it replaces is still there: {failures[0].message}"
            return replace(
                outcome, verdict=Verdict.FAILED, message=sentence, error=failures[0].error
            )
        return replace(outcome, message=f"{outcome.message} What it replaces is removed.")


async def documents_named(
    list_documents: Callable[..., Awaitable[DocumentPage]], collection_id: str, name: str
) -> list[Document]:
    """Return the documents of exactly this name; the service may take it for a part of one.

    Raises ApiError. A name that no filter can hold is looked for without one.
    """
    found: dict[str, Document] = {}
    wanted = same_name(name)
    for expression in (equals("name", name), None):
        fetch = partial(list_documents, collection_id, limit=PAGE_SIZE, filter=expression)
        try:
            async for page in document_pages(fetch):
                alike = [row for row in page.documents if same_name(row.name) == wanted]
                found |= {row.file_id: row for row in alike}
        except InvalidArgument:
            if expression is None:
                raise
        else:
            break
    return list(found.values())


async def is_over(file: LocalFile, limit: int) -> bool:
    """Tell whether a file is larger by now; what cannot be read is told where it is opened."""
    try:
        return (await asyncio.to_thread(file.path.stat)).st_size > limit
    except OSError:
        return False


def is_city_fault(error: ApiError | None) -> bool:
    """Tell whether the service cannot take a direct upload from this place at all."""
    return isinstance(error, ServerFault) and _CITY in error.message


def _pause_of(error: RateLimited, attempt: int) -> float:
    asked = error.retry_after or 0.0
    return max(asked, min(_FIRST_PAUSE * 2.0**attempt, _LONGEST_PAUSE))


def _failed(target: Target, sentence: str, error: ApiError | None = None) -> Outcome:
    return Outcome(Operation.UPLOAD, target, Verdict.FAILED, sentence, error)


def _unsent(target: Target, error: ApiError | None) -> Outcome:
    """Judge an upload of which nothing shows."""
    if isinstance(error, FileRefused):
        return _failed(target, error.explanation, error)
    if error is None or was_refused(error) or isinstance(error, RateLimited):
        return _failed(target, f"{target.shown} was not uploaded.{explain(error)}", error)
    sentence = (
        f"Whether {target.shown} is uploaded is not known: its name does not show. Nothing was "
        "sent again; another upload looks for it first."
    )
    return Outcome(Operation.UPLOAD, target, Verdict.UNKNOWN, sentence + explain(error), error)

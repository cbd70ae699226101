"""The uploads of a session: planned, begun as runs, watched until they are indexed; and diffs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ReadOnly
from xcoll_tui.session.bulk.work import Item, Kind
from xcoll_tui.session.gather import gather
from xcoll_tui.session.lists.progress import progress_of
from xcoll_tui.session.lists.settled import IndexingWait, Waited
from xcoll_tui.session.lists.sources import PAGE_SIZE
from xcoll_tui.session.service import document_pages
from xcoll_tui.session.upload.comparison import FolderComparison, compare_folder, worth_hashing
from xcoll_tui.session.upload.digests import digests_of
from xcoll_tui.session.upload.local_files import Gathered, gather_files, same_name
from xcoll_tui.session.upload.plan import plan_uploads
from xcoll_tui.session.upload.sender import Sender, documents_named
from xcoll_tui.session.writes.outcome import Operation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from xcoll_tui.api.models import Collection, Document
    from xcoll_tui.session.bulk.bulk import Bulk
    from xcoll_tui.session.bulk.run import BulkRun
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.inference import InferenceHost
    from xcoll_tui.session.upload.plan import OnName, UploadPlan
    from xcoll_tui.session.writes.documents import DocumentWrites
    from xcoll_tui.session.writes.outcome import Outcome
    from xcoll_tui.session.writes.runner import WriteOptions, WriteRunner

    Fields = Mapping[str, str]

_ASKED_BY_NAME = 20
"""For so many files the collection is asked for their names; for more all of it is read."""
_READ_WHOLE = 1_000
"""So many documents are all read where a folder is uploaded: then it is known what it lacks."""


@dataclass
class UploadRun:
    """An upload that goes on, whoever looks.

    `run` is as all runs of many are: its events are `Progress(run)`, its items are named by
    `PlannedFile.key`, and so are its `outcomes`, whose targets have the IDs once there are any.
    """

    plan: UploadPlan
    run: BulkRun
    sent: dict[str, int] = field(default_factory=dict)

    @property
    def bytes_total(self) -> int:
        """The bytes of all files."""
        return self.plan.size

    @property
    def bytes_sent(self) -> int:
        """The bytes that have left; those of what failed count as gone through."""
        ended = self.run.outcomes
        return sum(
            planned.file.size if planned.key in ended else self.sent.get(planned.key, 0)
            for planned in self.plan.files
        )

    @property
    def file_ids(self) -> list[str]:
        """The IDs of the documents that were uploaded, as far as they are."""
        outcomes = self.run.outcomes.values()
        return [outcome.target.file_id or "" for outcome in outcomes if outcome.ok]


class Uploads:
    """Plan and make uploads, and compare folders.

    `read_collection` reads a collection afresh.
    """

    def __init__(
        self,
        context: SessionContext,
        runner: WriteRunner,
        writes: DocumentWrites,
        bulk: Bulk,
        host: InferenceHost,
        *,
        read_collection: Callable[[str], Awaitable[Collection]],
        settling_time: Callable[[], float],
    ) -> None:
        self._context = context
        self._service = context.service
        self._runner = runner
        self._writes = writes
        self._bulk = bulk
        self._host = host
        self._read_collection = read_collection
        self._settling_time = settling_time
        self.runs: list[UploadRun] = []

    def of(self, run: BulkRun) -> UploadRun | None:
        """Return the upload that a run is, None for a run of another kind."""
        return next((upload for upload in self.runs if upload.run is run), None)

    async def gather(self, paths: Sequence[str | Path], *, recursive: bool = False) -> Gathered:
        """Look at paths, patterns and folders, in a thread."""
        return await asyncio.to_thread(gather_files, list(paths), recursive=recursive)

    async def plan(
        self,
        collection_id: str,
        gathered: Gathered,
        *,
        on_name: OnName = "skip",
        fields: Fields | None = None,
        rows: Mapping[str, Fields] | None = None,
        on_progress: Callable[[int], object] = lambda _: None,
    ) -> UploadPlan:
        """Plan an upload against the collection as it is now; raises ApiError.

        `on_progress` is told how many files were hashed.
        """
        collection = await self._read_collection(collection_id)
        documents = await self._documents_beside(collection, gathered)
        return plan_uploads(
            collection_id,
            gathered,
            await _compare(gathered, documents, on_progress),
            collection.field_definitions,
            on_name=on_name,
            fields=fields,
            rows=rows,
        )

    def start(self, plan: UploadPlan) -> UploadRun:
        """Begin to upload, several files at once; it goes on when nobody waits for it.

        Raises ValueError for a plan with problems, or without a file, and ReadOnly.
        """
        if plan.problems:
            raise ValueError(f"{plan.problems[0]} Nothing was sent.")
        if not plan.files:
            raise ValueError("There is nothing to upload.")
        if self._service.read_only:
            raise ReadOnly("Nothing was sent: xcoll is read-only. Leave that mode to upload.")
        sent: dict[str, int] = {}

        def note(key: str, count: int) -> None:
            sent[key] = count
            for upload in self.runs:
                if upload.sent is sent:
                    upload.run.notice()

        planned = {one.key: one for one in plan.files}
        sender = Sender(self._runner, self._writes, self._host, planned, note)

        async def write(collection_id: str, item: Item, options: WriteOptions) -> Outcome:
            return await sender.send(collection_id, item.file_id, options)

        kind = Kind(Operation.UPLOAD, write)
        items = [Item(one.key, one.file.name, dict(one.fields)) for one in plan.files]
        run = self._bulk.begin(kind, plan.collection_id, items)
        upload = UploadRun(plan, run, sent)
        self.runs.append(upload)
        return upload

    def retry(self, upload: UploadRun) -> UploadRun:
        """Begin again with what failed; what is not known is looked for before it is sent."""
        run = upload.run.retry()
        keys = {item.file_id for item in run.items}
        files = tuple(planned for planned in upload.plan.files if planned.key in keys)
        again = UploadRun(replace(upload.plan, files=files), run, upload.sent)
        self.runs.append(again)
        return again

    async def watch(
        self,
        collection_id: str,
        file_ids: Sequence[str],
        *,
        on_done: Callable[[Document], None] = lambda _: None,
        on_progress: Callable[[int], None] = lambda _: None,
        limit: float | None = None,
    ) -> Waited:
        """Look at uploaded documents until each is ready or failed; raises ApiError.

        `on_done` is told of each, `on_progress` how many are under way. `limit` is in seconds.
        """
        # What is shown of a document that was just made cannot be of before.
        shown = await self._service.batch_get_documents(collection_id, list(file_ids))
        done = {row.file_id: row for row in shown if not progress_of(row).is_under_way}
        for row in done.values():
            on_done(row)
        left = [file_id for file_id in file_ids if file_id not in done]
        waiting = IndexingWait(
            self._service,
            collection_id,
            left,
            settling_time=self._settling_time(),
            clock=self._context.clock,
            sleep=self._context.sleep,
            on_done=on_done,
            on_progress=on_progress,
        )
        if left:
            await waiting.run(limit)
        waiting.waited.done |= done
        return waiting.waited

    async def compare(
        self,
        collection_id: str,
        gathered: Gathered,
        *,
        on_progress: Callable[[int], object] = lambda _: None,
    ) -> FolderComparison:
        """Compare files with a collection, by name, size and, where it helps, hash.

        `on_progress` is told how many files were hashed. Raises ApiError.
        """
        return await _compare(gathered, await self._all_documents(collection_id), on_progress)

    async def _documents_beside(self, collection: Collection, gathered: Gathered) -> list[Document]:
        """Return the documents of the files' names; all there are, where a folder is uploaded.

        Of a large collection only those of the names, if they are few.
        """
        names = {same_name(file.name) for file in gathered.files}
        if not names:
            return []
        collection_id = collection.collection_id
        count = collection.documents_count
        is_small = gathered.of_folder and count is not None and count <= _READ_WHOLE
        if len(names) > _ASKED_BY_NAME or is_small:
            documents = await self._all_documents(collection_id)
            if gathered.of_folder:
                return documents
            return [document for document in documents if same_name(document.name) in names]
        found = await gather(
            *(documents_named(self._service.list_documents, collection_id, name) for name in names)
        )
        return [document for documents in found for document in documents]

    async def _all_documents(self, collection_id: str) -> list[Document]:
        list_page = partial(self._service.list_documents, collection_id, limit=PAGE_SIZE)
        pages = document_pages(list_page)
        found = {row.file_id: row async for page in pages for row in page.documents}
        return list(found.values())


async def _compare(
    gathered: Gathered, documents: Sequence[Document], on_progress: Callable[[int], object]
) -> FolderComparison:
    digests = {}
    for number, file in enumerate(worth_hashing(gathered.files, documents), 1):
        digests[str(file.path)] = await asyncio.to_thread(digests_of, file)
        on_progress(number)
    return compare_folder(gathered.files, documents, digests, gathered.skipped)

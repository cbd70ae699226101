"""The list of the team's files: loaded page by page, where each is used, and deleting one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError, NotFound
from xcoll_tui.session.events import FilesChanged
from xcoll_tui.session.files.query import FilesQuery
from xcoll_tui.session.gather import gather
from xcoll_tui.session.writes.judging import explain, is_missing, was_not_sent, was_refused
from xcoll_tui.session.writes.outcome import Operation, Outcome, Target, Verdict
from xcoll_tui.session.writes.runner import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from xcoll_tui.api.models import Document
    from xcoll_tui.api.retrieval_models import StoredFile
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.inference import InferenceHost
    from xcoll_tui.session.lists.feed import Feed
    from xcoll_tui.session.writes.runner import WriteRunner

_PAGE_SIZE = 100
_AT_ONCE = 8


@dataclass(frozen=True)
class FileUse:
    """The collections that hold a file, of those of which that is known.

    `looked_at` are the collections that were asked, or are loaded to their end; nothing found tells
    nothing of any other.
    """

    collection_ids: tuple[str, ...]
    looked_at: frozenset[str]

    def is_orphan(self, collection_ids: Collection[str] | None) -> bool:
        """Tell whether it is in none of the team's collections, None where not all are known."""
        is_known = collection_ids is not None and self.looked_at.issuperset(collection_ids)
        return is_known and not self.collection_ids


@dataclass(frozen=True)
class _FileLook:
    """What reading a file showed: that it is there, that it is gone, or neither."""

    is_gone: bool = False
    error: ApiError | None = None


class TeamFiles:
    """The files of the team as far as they are loaded, in the order of `query`.

    `problem` is why the last page could not be read, None while nothing is wrong; `complete` tells
    that there are no more. Every change is told as FilesChanged. `loaded` are the feeds of the
    collections whose documents are loaded.
    """

    def __init__(
        self,
        context: SessionContext,
        runner: WriteRunner,
        host: InferenceHost,
        *,
        loaded: Callable[[], Mapping[str, Feed[Document]]],
    ) -> None:
        self.query = FilesQuery()
        self.rows: dict[str, StoredFile] = {}
        self.complete = False
        self.loading = False
        self.problem: ApiError | None = None
        self._context = context
        self._runner = runner
        self._host = host
        self._loaded = loaded
        self._token: str | None = None
        self._tokens: set[str] = set()
        self._generation = 0
        self._looked_up: dict[str, FileUse] = {}

    async def load(self, query: FilesQuery | None = None) -> None:
        """Load the first page, of another query if one is given; failures are the `problem`."""
        self.query = query or self.query
        self._generation += 1
        self._token, self._tokens = None, set()
        self.complete = False
        await self._load_page(first=True)

    async def load_more(self) -> None:
        """Load the next page, if there may be one and none is on its way."""
        if not (self.loading or self.complete):
            await self._load_page(first=False)

    async def _load_page(self, *, first: bool) -> None:
        generation, query = self._generation, self.query
        self.loading = True
        self._context.emit(FilesChanged())
        try:
            service = await self._host.service()
            page = await service.list_files(
                limit=_PAGE_SIZE,
                order=query.order,
                sort_by=query.sort_by,
                pagination_token=None if first else self._token,
                filter=query.filter,
            )
        except ApiError as error:
            if generation == self._generation:
                self.problem, self.loading = error, False
                await self._host.note(error)
                self._context.emit(FilesChanged())
            return
        except BaseException:
            if generation == self._generation:
                self.loading = False
            raise
        if generation != self._generation:
            return  # of a query that is shown no longer
        rows = {file.id: file for file in page.data if file.id}
        fresh = rows.keys() - self.rows.keys()
        self.rows = rows if first else {**self.rows, **rows}
        token = page.pagination_token
        # There is a token on every page: a short one is the last, and so is one without news.
        is_last = len(page.data) < _PAGE_SIZE or token is None or token in self._tokens
        self.complete = is_last or not (first or fresh)
        self._token = token
        self._tokens |= {token} if token else set()
        self.problem, self.loading = None, False
        self._context.emit(FilesChanged())

    # Where a file is used

    def use_of(self, file_id: str) -> FileUse:
        """Tell which collections that are loaded, or were asked, hold a file; asks nothing."""
        feeds = self._loaded()
        inside = [one for one, feed in feeds.items() if file_id in feed.listing]
        whole = [
            one
            for one, feed in feeds.items()
            if feed.listing.complete and not feed.query.is_filtered
        ]
        earlier = self._looked_up.get(file_id)
        if earlier is None:
            return FileUse(tuple(inside), frozenset((*inside, *whole)))
        # What is loaded to its end, and does not hold it, did not keep it since it was asked.
        inside += [one for one in earlier.collection_ids if one not in (*inside, *whole)]
        return FileUse(tuple(inside), earlier.looked_at.union(inside, whole))

    async def look_up(self, file_id: str, collection_ids: Sequence[str]) -> FileUse:
        """Ask collections whether they hold a file, a few at once; raises ApiError."""
        await self.look_up_all([file_id], collection_ids)
        return self._looked_up[file_id]

    async def look_up_all(
        self,
        file_ids: Sequence[str],
        collection_ids: Sequence[str],
        on_progress: Callable[[int], object] = lambda _count: None,
    ) -> None:
        """Ask collections which of many files they hold; `on_progress` is told how many are done.

        Raises ApiError; what was asked until then is remembered.
        """
        for at in range(0, len(file_ids), _PAGE_SIZE):
            part = file_ids[at : at + _PAGE_SIZE]
            inside: dict[str, list[str]] = {file_id: [] for file_id in part}
            for first in range(0, len(collection_ids), _AT_ONCE):
                asked = collection_ids[first : first + _AT_ONCE]
                answers = await gather(*(self._held_in(one, part) for one in asked))
                for collection_id, held in zip(asked, answers, strict=True):
                    for file_id in held:
                        inside[file_id].append(collection_id)
            looked_at = frozenset(collection_ids)
            self._looked_up.update(
                (file_id, FileUse(tuple(inside[file_id]), looked_at)) for file_id in part
            )
            on_progress(at + len(part))
            self._context.emit(FilesChanged())

    async def _held_in(self, collection_id: str, file_ids: Sequence[str]) -> set[str]:
        service = self._context.service
        try:
            documents = await service.batch_get_documents(collection_id, file_ids)
        except NotFound as error:
            if not is_missing(error):
                raise
        else:
            return {document.file_id for document in documents}.intersection(file_ids)
        # The collection is gone, or the service does not leave out what it does not know.
        return {one for one in file_ids if await self._is_in(collection_id, one)}

    async def _is_in(self, collection_id: str, file_id: str) -> bool:
        try:
            await self._context.service.get_document(collection_id, file_id)
        except NotFound as error:
            if is_missing(error):
                return False
            raise
        return True

    # Deleting one

    async def delete(self, file: StoredFile) -> Outcome:
        """Delete a file for good, and with it the documents that it is; there is no undo.

        Raises NoInferenceKey; everything else is in the outcome.
        """
        await self._host.service()
        target = Target("", file.id, file.filename, "")
        action = partial(self._delete, target)
        return await self._runner.run(Operation.DELETE_FILE, target, "deleting…", action, PLAIN)

    async def _delete(self, target: Target) -> Outcome:
        service = await self._host.service()
        file_id = target.file_id or ""
        error = await self._runner.send(partial(service.delete_file, file_id))
        end = partial(Outcome, Operation.DELETE_FILE, target)
        if error is not None and was_not_sent(error):
            return end(Verdict.FAILED, f"{target.shown} was not deleted.{explain(error)}", error)

        async def look(_last: bool) -> _FileLook:
            try:
                await service.get_file(file_id)
            except NotFound as missing:
                return _FileLook(is_gone=is_missing(missing))
            except ApiError as problem:
                return _FileLook(error=problem)
            return _FileLook()

        settled = await self._runner.settling.look(
            look,
            lambda seen: seen.is_gone,
            ends=lambda seen: seen.error is not None,
            within=0.0 if was_refused(error) and not is_missing(error) else None,
            learns=False,
        )
        if settled.seen.is_gone:
            self._forget(file_id)
            if is_missing(error):
                return end(Verdict.ALREADY, f"{target.shown} was gone already.", error)
            return end(Verdict.DONE, f"{target.shown} is deleted.")
        if was_refused(error):
            return end(Verdict.FAILED, f"{target.shown} was not deleted.{explain(error)}", error)
        error = error or settled.seen.error
        sentence = f"Whether {target.shown} is deleted is not known: it still shows after"
        if settled.seen.error is not None:
            sentence = f"Whether {target.shown} is deleted is not known: it could not be read after"
        verdict = Verdict.UNSHOWN if error is None else Verdict.UNKNOWN
        return end(verdict, f"{sentence} {settled.words}.{explain(error)}", error)

    def _forget(self, file_id: str) -> None:
        self.rows.pop(file_id, None)
        self._looked_up.pop(file_id, None)
        for collection_id, feed in self._loaded().items():
            if file_id in feed.listing:
                self._runner.rows.reread(collection_id)
        self._context.emit(FilesChanged())

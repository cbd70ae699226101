"""Reading back after writes: documents together, and each until its write is proved.

Reads lag behind writes by seconds, each by its own time, and the replicas of a service need not
agree. So the new state seen proves a write, at once; the old state, or nothing, proves nothing
until it has been seen for the settling time. How long that is, is learned from how long the writes
of this service took to show: see `learned`.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct, field

from xcoll_tui.api.errors import NotFound
from xcoll_tui.session.writes.judging import is_missing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.context import BackgroundTasks, SessionContext
    from xcoll_tui.session.learned import Learned
    from xcoll_tui.session.service import Service

LONGEST = 30.0
"""Seconds: how long a write may take to show before it counts as one that never will."""
_DELAYS = (0.1, 0.15, 0.25, 0.5, 0.5)
_STEADY_DELAY = 1.0
_GRID = 0.25
"""Seconds: longer delays end on multiples of it, so that many documents are read in one batch."""
_AT_ONCE = 100
T = TypeVar("T")
S = TypeVar("S")
_Answer = tuple["Document | None", bool]


class _Line(Struct, eq=False):
    """Those who wait for documents of one collection, by file_id in order of arrival."""

    waiting: dict[str, list[asyncio.Future[_Answer]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    task: asyncio.Task[None] | None = None


class ReadBack:
    """Reads documents; those asked for while an answer is on its way go together in one request.

    No read is answered by a request that was sent before it was asked for. `tasks` are where the
    requests go on, so that none outlives its session.
    """

    def __init__(self, service: Service, tasks: BackgroundTasks) -> None:
        self._service = service
        self._tasks = tasks
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
            line.task = self._tasks.spawn(self._serve(collection_id, line))
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
            if is_missing(error):
                return None
            raise

    async def _read_many(
        self, collection_id: str, file_ids: Sequence[str]
    ) -> dict[str, Document | None]:
        try:
            documents = await self._service.batch_get_documents(collection_id, file_ids)
        except NotFound as error:
            if is_missing(error):
                return {}  # the collection is gone, and they with it
            raise
        return {document.file_id: document for document in documents}


def _pending(
    several: Iterable[list[asyncio.Future[_Answer]]],
) -> list[asyncio.Future[_Answer]]:
    return [future for futures in several for future in futures if not future.done()]


async def read_surely(read: Callable[..., Awaitable[T]], *ids: str) -> T:
    """Read what is shown; that it is not there counts when a second reading says so as well.

    One replica may be behind, or never have known it. Raises ApiError, as `read` does.
    """
    try:
        return await read(*ids)
    except NotFound:
        return await read(*ids)


class Settled(Struct, Generic[S], frozen=True):
    """The last state that was seen: `proved`, or not within `seconds` of looking."""

    seen: S
    proved: bool
    seconds: float

    @property
    def words(self) -> str:
        """The time that was looked for, as a person says it."""
        return f"{self.seconds:.0f} s"


class Settling:
    """Looks at a write until it is proved, or has not been for the settling time.

    Time is counted in the pauses between the looks, so that
    neither a slow answer nor a clock that is set shortens it.
    """

    def __init__(self, context: SessionContext, learned: Learned) -> None:
        self._context = context
        self._learned = learned

    async def look(
        self,
        look: Callable[[bool], Awaitable[S]],
        proved: Callable[[S], bool],
        *,
        ends: Callable[[S], bool] = lambda _: False,
        waiting: Callable[[], object] | None = None,
        within: float | None = None,
        lasting: bool = False,
        slowest: float = _STEADY_DELAY,
        learns: bool = True,
    ) -> Settled[S]:
        """Look at once, then with growing pauses, until `proved` or `ends` says so of what is seen.

        `look` is told whether it may be the last one. `waiting` is called when the first look
        settled nothing. `within` overrides the settling time. `lasting`: one look that is `proved`
        may be of an old state, so all of a whole settling time must be. No pause is longer than
        `slowest`. `learns`: how long it took says something of the service.
        """
        limit = self._learned.settling_time() if within is None else within
        must_last = self._learned.settling_time() if lasting else 0.0
        seconds, since = 0.0, None
        seen = await look(limit <= 0)
        delays = _delays(slowest)
        while True:
            if not proved(seen):
                since = None
                if ends(seen) or seconds >= limit:
                    return Settled(seen, proved=False, seconds=seconds)
            else:
                since = seconds if since is None else since
                if seconds - since >= must_last:
                    break
            if seconds == 0 and waiting is not None:
                waiting()
            left = limit - seconds if since is None else since + must_last - seconds
            delay = min(self._on_grid(next(delays)), left)
            await self._context.sleep(delay)
            seconds += delay
            seen = await look(delay >= left)
        if learns and not lasting:
            self._learned.note_shown(seconds)
        return Settled(seen, proved=True, seconds=seconds)

    def _on_grid(self, delay: float) -> float:
        if delay < _GRID:
            return delay
        late = (self._context.clock() + delay) % _GRID
        return delay + (_GRID - late if late > 1e-6 else 0.0)


def _delays(slowest: float) -> Iterator[float]:
    yield from _DELAYS
    delay = _STEADY_DELAY
    while True:
        yield delay
        delay = min(delay * 1.5, slowest)

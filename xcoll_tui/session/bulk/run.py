"""One run of many writes: how far it is, what became of each, and how it ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from xcoll_tui.api.errors import (
    OutcomeUnknown,
    RateLimited,
    ServerFault,
    Unauthorized,
    Unreachable,
    wait_words,
)
from xcoll_tui.session.events import Progress
from xcoll_tui.session.pace import Pace
from xcoll_tui.session.writes.outcome import NotSent, Operation, Outcome, Target, Verdict
from xcoll_tui.session.writes.runner import WriteOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xcoll_tui.session.bulk.limiter import WriteLimiter
    from xcoll_tui.session.bulk.work import Item, Work
    from xcoll_tui.session.context import SessionContext

_BETWEEN = 0.1
_IN_A_ROW = 16

State = Literal["running", "cancelling", "over"]


class _Slot:
    """Room on the wire for the requests of one item; the first is sent only while the run runs."""

    def __init__(self, run: BulkRun, limiter: WriteLimiter) -> None:
        self._run = run
        self._limiter = limiter
        self._begun = False

    async def __aenter__(self) -> None:
        # A half-done write is never called off.
        await self._limiter.acquire(None if self._begun else self._run)
        if not self._begun and self._run.state != "running":
            self._limiter.release()
            raise NotSent
        self._begun = True

    async def __aexit__(self, _kind: object, error: object, _traceback: object) -> None:
        self._limiter.release()
        if isinstance(error, Unauthorized | RateLimited):
            self._run.stop_for(error)  # at once, not when this one has been looked at


class BulkRun:
    """Many writes, some at once, each read back; goes on whoever looks.

    `number` is that of its entry in the activity. `outcomes` are by file_id, in the order in which
    they ended; those that are ok keep no documents; `counts` are of their verdicts, and `corrected`
    the IDs of those that went on since, in that order. `indexing` are the documents that were asked
    to be indexed and are, `following` those that are looked at until their indexing has ended,
    `failed_again` counts those that it failed for. `under_way` were begun and have not ended.
    `stopped` is a sentence when the rest was not sent because it would have failed as well. Every
    change is told, at most ten times a second, and at the end.
    """

    def __init__(
        self,
        context: SessionContext,
        work: Work,
        limiter: WriteLimiter,
        *,
        again: Callable[[tuple[Item, ...], bool], BulkRun],
    ) -> None:
        self.number = 0
        self.operation = work.kind.operation
        self.collection_id = work.collection_id
        self.items = _once_each(work.items)
        self.outcomes: dict[str, Outcome] = {}
        self.state: State = "running"
        self.stopped: str | None = None
        self.done = 0
        self.unsent = 0
        self.failed = 0
        self.failed_again = 0
        self.counts: Counter[Verdict] = Counter()
        self.corrected: list[str] = []
        self.indexing: set[str] = set()
        self.following: set[str] = set()
        self.under_way: set[str] = set()
        self._work = work
        self._limiter = limiter
        self._again = again
        self._context = context
        self._news = asyncio.Event()
        self._pace = Pace(context.clock)
        self._began = self._ended = context.clock()
        self._failures_in_a_row = 0
        self._lost = 0
        self._task: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None

    # How it stands

    @property
    def total(self) -> int:
        """The number of documents; one that was named twice counts once."""
        return len(self.items)

    @property
    def left(self) -> int:
        """How many have not ended, those that are on their way included."""
        return self.total - len(self.outcomes)

    @property
    def rate(self) -> float:
        """How many ended a second: of late, and on the whole when it is over; 0 while not known."""
        if self.state == "over":
            seconds = self._ended - self._began
            return (self.done + self.failed) / seconds if seconds > 0 else 0.0
        return self._pace.rate or 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take at this rate; None while that would be a mere guess."""
        is_held_up = self.state != "running" or self.paused_until is not None
        return None if is_held_up else self._pace.seconds_left(self.left)

    @property
    def paused_until(self) -> float | None:
        """When the service wants to be asked again, a time of the session's clock; None for now."""
        return None if self.state == "over" else self._limiter.paused_until

    @property
    def failures(self) -> list[Outcome]:
        """What was sent and is not so, or not known to be, in the order of the items."""
        return [
            outcome
            for outcome in self._in_order()
            if not outcome.ok and outcome.verdict is not Verdict.CANCELLED
        ]

    @property
    def asked(self) -> int:
        """How many the service was asked to index, and are not seen to have ended."""
        return self.counts[Verdict.ASKED]

    @property
    def can_retry(self) -> bool:
        """Whether there is something for `retry` to do."""
        return self.state == "over" and bool(self._left_undone())

    @property
    def can_replace(self) -> bool:
        """Whether some kept their fields, and may be replaced: `retry(replace=True)`."""
        return self.can_retry and any(
            outcome.verdict is Verdict.IGNORED for outcome in self.outcomes.values()
        )

    # What can be done with it

    def cancel(self) -> None:
        """Send nothing more; what was sent is carried through and told."""
        if self.state == "running":
            self.state = "cancelling"
            self._limiter.give_up(self)
            self.notice()

    async def wait(self) -> None:
        """Wait until it is over; a cancelled caller leaves it running."""
        if self._task is not None:
            await asyncio.shield(self._task)

    def retry(self, *, replace: bool = False) -> BulkRun:
        """Start another run of what failed, with what was typed.

        That includes what is not known, for each is read before anything is sent, and what was not
        sent when the run stopped by itself; not what a person cancelled. `replace` is the agreement
        to remove documents and attach them again where a field cannot be changed otherwise.
        """
        if not self.can_retry:
            raise ValueError("Nothing to retry: everything succeeded, or is still under way.")
        return self._again(self._left_undone(), replace)

    # Within the session

    def start(self, number: int) -> None:
        """Begin, as the activity's entry of this number."""
        self.number = number
        self._task = self._context.tasks.spawn(self._go())

    def notice(self) -> None:
        """Take note that something about it changed, to be told soon."""
        self._news.set()

    async def _go(self) -> None:
        teller = asyncio.create_task(self._tell())
        try:
            todo = iter(self.items)
            async with asyncio.TaskGroup() as group:
                if self._work.kind.one_first:
                    await self._try_first(todo)
                for _ in range(min(self._work.kind.most, self.left)):
                    group.create_task(self._carry_out(todo, group))
        finally:
            teller.cancel()
            self.state = "over"
            self._ended = self._context.clock()
            self._work.over()
            self._context.emit(Progress(self))

    async def _try_first(self, todo: Iterator[Item]) -> None:
        """Write one after the other until one was seen through."""
        for item in todo:
            await self._write(item, asyncio.Event())
            if self.state != "running" or self.outcomes[item.file_id].verdict is Verdict.DONE:
                return

    async def _carry_out(self, todo: Iterator[Item], group: asyncio.TaskGroup) -> None:
        for item in todo:
            settling = asyncio.Event()
            group.create_task(self._write(item, settling))
            # A write that settles holds no room: it only waits for the service to show it.
            await settling.wait()

    async def _write(self, item: Item, settling: asyncio.Event) -> None:
        try:
            if self.state == "running":
                self.under_way.add(item.file_id)
                options = WriteOptions(
                    slot=_Slot(self, self._limiter),
                    quiet=True,
                    log=self._work.log,
                    settling=settling.set,
                    corrected=self._correct,
                    begun=self._note_indexing,
                    followed=self._note_followed,
                )
                outcome = await self._work.kind.write(self.collection_id, item, options)
            else:
                target = Target(
                    self.collection_id, item.file_id, item.name, self._work.collection_name
                )
                outcome = Outcome(self.operation, target, Verdict.CANCELLED, "It was not sent.")
            self._note(item, outcome)
        finally:
            self.under_way.discard(item.file_id)
            settling.set()
        # What is not sent waits for nothing, and thousands would hold the loop.
        await asyncio.sleep(0)

    def _note(self, item: Item, outcome: Outcome) -> None:
        outcome = self._kept(outcome, item.name)
        self.outcomes[item.file_id] = outcome
        self.counts[outcome.verdict] += 1
        if outcome.verdict is Verdict.CANCELLED:
            self.unsent += 1
        else:
            self.done += outcome.ok
            self.failed += not outcome.ok
            self.failed_again += _has_failed_again(outcome)
            if outcome.verdict is Verdict.ASKED:
                self.following.add(item.file_id)
            self._pace.note(self.done + self.failed)
            self._judge(outcome)
        self.notice()

    def _kept(self, outcome: Outcome, name: str) -> Outcome:
        if outcome.ok:
            # Thousands of documents need not be kept for "done".
            outcome = replace(
                outcome,
                document=None,
                wanted_fields=None,
                previous_fields=None,
                current_fields=None,
            )
        if not outcome.target.name and name:
            outcome = replace(outcome, target=replace(outcome.target, name=name))
        return outcome

    def _correct(self, outcome: Outcome) -> None:
        file_id = outcome.target.file_id or ""
        before = self.outcomes.get(file_id)
        if before is None:
            return
        self.indexing.discard(file_id)
        self.counts[before.verdict] -= 1
        self.counts[outcome.verdict] += 1
        self.done += outcome.ok - before.ok
        self.failed += before.ok - outcome.ok
        self.failed_again += _has_failed_again(outcome) - _has_failed_again(before)
        self.outcomes[file_id] = self._kept(outcome, before.target.name)
        self.corrected.append(file_id)
        self._tell_soon()

    def _note_indexing(self, target: Target) -> None:
        self.indexing.add(target.file_id or "")
        self.corrected.append(target.file_id or "")
        self._tell_soon()

    def _note_followed(self, target: Target) -> None:
        self.indexing.discard(target.file_id or "")
        self.following.discard(target.file_id or "")
        self._tell_soon()

    def _tell_soon(self) -> None:
        self.notice()
        if self.state == "over" and self._telling is None:
            self._telling = self._context.tasks.spawn(self._tell_late())

    async def _tell_late(self) -> None:
        await self._context.sleep(_BETWEEN)
        self._telling = None
        self._context.emit(Progress(self))

    def _judge(self, outcome: Outcome) -> None:
        """Stop when the rest would fail as well."""
        error = None if outcome.ok else outcome.error
        trouble = isinstance(error, Unreachable | OutcomeUnknown | ServerFault)
        self._failures_in_a_row = self._failures_in_a_row + 1 if trouble else 0
        self._lost += outcome.file_lost
        if self._lost and (self._work.kind.destroys or not self.done):
            self._stop(f"The file of {outcome.target.shown} is gone with its document")
        elif isinstance(error, Unauthorized | RateLimited):
            self.stop_for(error)
        elif self._failures_in_a_row >= _IN_A_ROW:
            self._stop(f"The service failed {_IN_A_ROW} times in a row")

    def stop_for(self, error: Unauthorized | RateLimited) -> None:
        """Send nothing more: the rest would fail with this as well."""
        if isinstance(error, Unauthorized):
            self._stop("The service no longer accepts the key")
        else:
            retry_after = error.retry_after
            wait = f"to wait {wait_words(retry_after)}" if retry_after else "to slow down"
            self._stop(f"The service still asks {wait}")

    def _stop(self, reason: str) -> None:
        if self.state == "running" and self.left > 0:
            self.cancel()
            self.stopped = f"{reason}, so the rest was not sent."

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            self._context.emit(Progress(self))
            await self._context.sleep(_BETWEEN)

    def _in_order(self) -> Iterator[Outcome]:
        for item in self.items:
            outcome = self.outcomes.get(item.file_id)
            if outcome is not None:
                yield outcome

    def _left_undone(self) -> tuple[Item, ...]:
        ended = (self.outcomes.get(item.file_id) for item in self.items)
        left = [
            (outcome.file_lost, item)
            for item, outcome in zip(self.items, ended, strict=True)
            if outcome is not None
            and not outcome.ok
            and (self.stopped is not None or outcome.verdict is not Verdict.CANCELLED)
        ]
        # One whose file is gone would end another run before the others had their turn.
        return tuple(item for lost in (False, True) for is_lost, item in left if is_lost == lost)


def _has_failed_again(outcome: Outcome) -> bool:
    """Tell whether a document was indexed again, and that failed."""
    indexed = outcome.operation is Operation.REINDEX and outcome.reindexed
    return indexed and outcome.verdict is Verdict.FAILED


def _once_each(items: Sequence[Item]) -> tuple[Item, ...]:
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(item.file_id, item)
    return tuple(first.values())

"""One run of many writes: how far it is, what became of each, and how it ends."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from xcoll_tui.api.errors import (
    OutcomeUnknown,
    RateLimited,
    ServerFault,
    Unauthorized,
    Unreachable,
)
from xcoll_tui.session.changes import Progress
from xcoll_tui.session.outcome import NotSent, Outcome, Target, Verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from typing import Any

    from xcoll_tui.session.changes import Change
    from xcoll_tui.session.lasting import Lasting
    from xcoll_tui.session.outcome import Operation
    from xcoll_tui.session.slots import Slots

_UNDER_WAY = 64
"""Documents at once: those on the wire, those being read before and after, a few waiting."""
_BETWEEN = 0.1
_SMOOTHED = 5.0
_IN_A_ROW = 16

State = Literal["running", "cancelling", "over"]


@dataclass(frozen=True)
class Item:
    """A document, or a file to attach, pinned to its ID.

    `fields` are those to attach with; for a field that is set, those that it is thought to have,
    which saves a request where it is so.
    """

    file_id: str
    name: str = ""
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Work:
    """What a run does: `write` one item, with a slot for its requests.

    `ended` is told each outcome as it was, `over` that there are no more.
    """

    operation: Operation
    collection_id: str
    collection_name: str
    items: Sequence[Item]
    write: Callable[[Item, AbstractAsyncContextManager[Any]], Awaitable[Outcome]]
    ended: Callable[[Outcome], object]
    over: Callable[[], object]


class _Slot:
    """Room on the wire for the requests of one item; the first is sent only while the run runs."""

    def __init__(self, run: BulkRun, slots: Slots) -> None:
        self._run = run
        self._slots = slots
        self._begun = False

    async def __aenter__(self) -> None:
        # A half-done write is never called off.
        await self._slots.take(None if self._begun else self._run)
        if not self._begun and self._run.state != "running":
            self._slots.give()
            raise NotSent
        self._begun = True

    async def __aexit__(self, *_: object) -> None:
        self._slots.give()


class BulkRun:
    """Many writes, some at once, each read back; goes on whoever looks.

    `number` is that of its entry in the activity. `outcomes` are by file_id, in the order in which
    they ended; those that are so keep no documents. `stopped` is a sentence when the rest was not
    sent because it would have failed as well. Every change is told, at most ten times a second, and
    at the end.
    """

    def __init__(
        self,
        work: Work,
        slots: Slots,
        *,
        again: Callable[[tuple[Item, ...], bool], BulkRun],
        emit: Callable[[Change], None],
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.number = 0
        self.operation = work.operation
        self.collection_id = work.collection_id
        self.items = _once_each(work.items)
        self.outcomes: dict[str, Outcome] = {}
        self.state: State = "running"
        self.stopped: str | None = None
        self.done = 0
        self.unsent = 0
        self.failed = 0
        self._work = work
        self._slots = slots
        self._again = again
        self._emit = emit
        self._clock = clock
        self._sleep = sleep
        self._news = asyncio.Event()
        self._ends: deque[float] = deque()
        self._began = self._ended = clock()
        self._failures_in_a_row = 0
        self._task: asyncio.Task[None] | None = None

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
        """How many ended a second: in the last five, and on the whole when it is over."""
        if self.state == "over":
            seconds = self._ended - self._began
            return (self.done + self.failed) / seconds if seconds > 0 else 0.0
        now = self._clock()
        while self._ends and self._ends[0] < now - _SMOOTHED:
            self._ends.popleft()
        seconds = min(now - self._began, _SMOOTHED)
        return len(self._ends) / seconds if seconds > 0 else 0.0

    @property
    def parallelism(self) -> int:
        """How many requests may be on the wire, those of other runs included."""
        return self._slots.limit

    @property
    def paused_until(self) -> float | None:
        """When the service wants to be asked again, a time of the session's clock; None for now."""
        return None if self.state == "over" else self._slots.paused_until

    @property
    def failures(self) -> list[Outcome]:
        """What was sent and is not so, or not known to be, in the order of the items."""
        return [
            outcome
            for outcome in self._in_order()
            if not outcome.ok and outcome.verdict is not Verdict.CANCELLED
        ]

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
            self._slots.give_up(self)
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
            raise ValueError("There is nothing to try again: all is done, or not over yet.")
        return self._again(self._left_undone(), replace)

    # Within the session

    def start(self, lasting: Lasting, number: int) -> None:
        """Begin, as the activity's entry of this number."""
        self.number = number
        self._task = lasting.spawn(self._go())

    def notice(self) -> None:
        """Take note that something about it changed, to be told soon."""
        self._news.set()

    async def _go(self) -> None:
        teller = asyncio.create_task(self._tell())
        try:
            todo = iter(self.items)
            async with asyncio.TaskGroup() as group:
                for _ in range(min(_UNDER_WAY, self.total)):
                    group.create_task(self._carry_out(todo))
        finally:
            teller.cancel()
            self.state = "over"
            self._ended = self._clock()
            self._work.over()
            self._emit(Progress(self))

    async def _carry_out(self, todo: Iterator[Item]) -> None:
        for item in todo:
            if self.state == "running":
                outcome = await self._work.write(item, _Slot(self, self._slots))
            else:
                target = Target(
                    self.collection_id, item.file_id, item.name, self._work.collection_name
                )
                outcome = Outcome(self.operation, target, Verdict.CANCELLED, "It was not sent.")
            self._note(item, outcome)
            # What is not sent waits for nothing, and thousands would hold the loop.
            await asyncio.sleep(0)

    def _note(self, item: Item, outcome: Outcome) -> None:
        self._work.ended(outcome)
        if outcome.ok:
            # Thousands of documents need not be kept for "done".
            outcome = replace(outcome, document=None, mine=None, theirs=None)
        if not outcome.target.name and item.name:
            outcome = replace(outcome, target=replace(outcome.target, name=item.name))
        self.outcomes[item.file_id] = outcome
        if outcome.verdict is Verdict.CANCELLED:
            self.unsent += 1
        else:
            self.done += outcome.ok
            self.failed += not outcome.ok
            self._ends.append(self._clock())
            self._judge(outcome)
        self.notice()

    def _judge(self, outcome: Outcome) -> None:
        """Stop when the rest would fail as well."""
        error = None if outcome.ok else outcome.error
        trouble = isinstance(error, Unreachable | OutcomeUnknown | ServerFault)
        self._failures_in_a_row = self._failures_in_a_row + 1 if trouble else 0
        if isinstance(error, Unauthorized):
            why = "The service does not accept the key any more"
        elif isinstance(error, RateLimited):
            why = "The service asks to slow down for longer than is waited here"
        elif self._failures_in_a_row >= _IN_A_ROW:
            why = f"The service failed {_IN_A_ROW} times in a row"
        else:
            return
        if self.state == "running" and self.left > 0:
            self.cancel()
            self.stopped = f"{why}, so the rest was not sent."

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            self._emit(Progress(self))
            await self._sleep(_BETWEEN)

    def _in_order(self) -> Iterator[Outcome]:
        for item in self.items:
            outcome = self.outcomes.get(item.file_id)
            if outcome is not None:
                yield outcome

    def _left_undone(self) -> tuple[Item, ...]:
        ended = (self.outcomes.get(item.file_id) for item in self.items)
        return tuple(
            item
            for item, outcome in zip(self.items, ended, strict=True)
            if outcome is not None
            and not outcome.ok
            and (self.stopped is not None or outcome.verdict is not Verdict.CANCELLED)
        )


def _once_each(items: Sequence[Item]) -> tuple[Item, ...]:
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(item.file_id, item)
    return tuple(first.values())

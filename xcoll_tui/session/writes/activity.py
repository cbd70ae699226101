"""The activity of this session: every write with its outcome, and the last requests."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from msgspec import Struct

from xcoll_tui.session.events import ActivityChanged, OutcomeCorrected

if TYPE_CHECKING:
    from collections.abc import Callable

    from xcoll_tui.api.models import RequestRecord
    from xcoll_tui.session.events import Event
    from xcoll_tui.session.writes.outcome import Operation, Outcome, Target
    from xcoll_tui.session.writes.write_log import WriteLog

_REQUESTS = 500


class Entry(Struct, eq=False):
    """One write, or one run of many.

    `at` is the clock's time of its start, `outcome` None while it is under way and for a run,
    `run` the run of many, `log` its entry of the undo log.
    """

    number: int
    at: float
    operation: Operation
    target: Target
    outcome: Outcome | None = None
    run: object | None = None
    log: WriteLog | None = None


class Activity:
    """The writes, the newest last, and the last 500 requests; changes are told by number."""

    def __init__(self, *, emit: Callable[[Event], None], clock: Callable[[], float]) -> None:
        self.entries: list[Entry] = []
        self.requests: deque[RequestRecord] = deque(maxlen=_REQUESTS)
        self._emit = emit
        self._clock = clock

    def begin(
        self,
        operation: Operation,
        target: Target,
        *,
        run: object | None = None,
        log: WriteLog | None = None,
    ) -> Entry:
        """Add an entry for what begins now."""
        entry = Entry(len(self.entries) + 1, self._clock(), operation, target, run=run, log=log)
        self.entries.append(entry)
        self.tell(entry)
        return entry

    def end(self, entry: Entry, outcome: Outcome) -> None:
        """Take note of what became of it."""
        entry.target, entry.outcome = outcome.target, outcome
        self.tell(entry)

    def correct(self, outcome: Outcome) -> None:
        """Take note that a write became something else than was told of it at first."""
        entry = None if outcome.entry is None else self.get(outcome.entry)
        if entry is not None:
            self.end(entry, outcome)
            self._emit(OutcomeCorrected(outcome))

    def get(self, number: int) -> Entry | None:
        """Return an entry by its number."""
        return self.entries[number - 1] if 0 < number <= len(self.entries) else None

    def tell(self, entry: Entry) -> None:
        """Tell that an entry changed."""
        self._emit(ActivityChanged(entry.number))

"""Jobs in turn, a part of a second each: all meet the same machine.

Here a core becomes up to twice as slow from one second to the next, and as quick again.
"""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.processes import children_of

_PATIENCE = 180
"""Seconds that a job may take."""


@dataclass(frozen=True)
class Job:
    """Something that stands still while a process and its children are stopped."""

    begin: Callable[[], int]
    """Begin, and return the ID of the process: of what serves, as a rule, or of all that works."""
    steps: tuple[Callable[[float], bool], ...]
    """Each waits for the end of a step, so many seconds at most; and tells whether it came."""


def in_turn(*jobs: Job, turn: float = 0.1) -> list[list[float]]:
    """Do all of them, each while the others stand still.

    Returns how many seconds each had until the end of each of its steps. A `turn` is in seconds:
    many of them should go into a job, and many round trips into one. Raises TimeoutError where one
    never ends.
    """
    underway = [_Underway(job) for job in jobs]
    try:
        while going := [each for each in underway if not each.is_done]:
            for each in going:
                each.go_on(turn)
    finally:
        for each in underway:
            each.let_go()
    return [each.reached for each in underway]


class _Underway:
    """A job, how long it went on so far, and when it reached the end of each step."""

    def __init__(self, job: Job) -> None:
        self.reached: list[float] = []
        self._job = job
        self._spent = 0.0
        self._process_id: int | None = None
        self._stopped: list[int] = []

    @property
    def is_done(self) -> bool:
        """Whether it reached the end of all steps."""
        return len(self.reached) == len(self._job.steps)

    def go_on(self, turn: float) -> None:
        """Let it work for a turn, or until it is done; then stop it."""
        started = time.perf_counter()
        if self._process_id is None:
            self._process_id = self._job.begin()
        self.let_go()
        for step in self._job.steps[len(self.reached) :]:
            if not step(max(started + turn - time.perf_counter(), 0)):
                break
            self.reached.append(self._spent + time.perf_counter() - started)
        self._spent += time.perf_counter() - started
        if self._spent > _PATIENCE:
            raise TimeoutError(f"a job reached {len(self.reached)} of {len(self._job.steps)} steps")
        _send(signal.SIGSTOP, self._process_id)  # so that it starts no other meanwhile
        children = _descendants(self._process_id)
        _send(signal.SIGSTOP, *children)
        self._stopped = [self._process_id, *children]

    def let_go(self) -> None:
        """Let it go on, whatever was stopped."""
        _send(signal.SIGCONT, *self._stopped)
        self._stopped = []


def _send(signal_number: int, *process_ids: int) -> None:
    for process_id in process_ids:
        with suppress(ProcessLookupError):  # it has ended
            os.kill(process_id, signal_number)


def _descendants(process_id: int) -> list[int]:
    """List the processes that one has started, and those that these have; they may lead groups."""
    found = [process_id]
    for each in found:
        with suppress(FileNotFoundError):  # it has ended
            found += children_of(each)
    return found[1:]

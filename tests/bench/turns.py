"""Two jobs in turn, a part of a second each: both meet the same machine.

Here a core becomes up to twice as slow from one second to the next, and as quick again.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """Something that stands still while a process is stopped: that of its service, as a rule."""

    process_id: int
    begin: Callable[[], object]
    ended: Callable[[float], bool]
    """Wait for its end, so many seconds at most; tell whether it came."""


def in_turn(*jobs: Job, turn: float = 0.1) -> list[float]:
    """Do all of them, each while the others stand still; return the seconds that each had.

    A `turn` is in seconds: many of them should go into a job, and many round trips into one.
    """
    spent = [0.0 for _ in jobs]
    going = dict(enumerate(jobs))
    for job in jobs:
        os.kill(job.process_id, signal.SIGSTOP)
    try:
        while going:
            for number, job in list(going.items()):
                os.kill(job.process_id, signal.SIGCONT)
                started = time.perf_counter()
                if not spent[number]:
                    job.begin()
                has_ended = job.ended(turn)
                spent[number] += time.perf_counter() - started
                if has_ended:
                    del going[number]
                else:
                    os.kill(job.process_id, signal.SIGSTOP)
    finally:
        for job in jobs:
            os.kill(job.process_id, signal.SIGCONT)
    return spent

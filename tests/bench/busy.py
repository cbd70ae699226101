"""Key press to repaint while thousands of documents are indexed anew, against the same at rest."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.figure import Figure, percentile
from tests.bench.probe import QUIET, Probe
from tests.bench.run import Run
from tests.bench.service import Service, serve

LATENCY = 20
PATIENCE = 120
GOALS = {50: 2.5, 95: 4.0}


def measure(run: Run) -> Iterator[Figure]:
    """Move in a program that indexes all rows anew, and in one at rest while that stands still."""
    rounds, steps = run.of((4, 10), (1, 8))
    presses = 2 * steps * rounds
    # So many that half of the run outlasts the presses.
    documents = run.of(4_000, 1_000)
    with ExitStack() as stack:
        cores = os.sched_getaffinity(0)
        stack.callback(os.sched_setaffinity, 0, cores)
        # The programs on a core of their own, as where the service is another machine.
        os.sched_setaffinity(0, {min(cores)})
        service = stack.enter_context(serve(documents, "--latency", str(LATENCY)))
        names, witness = _rows(service, steps)
        os.sched_setaffinity(0, {max(cores)})
        resting, program = (stack.enter_context(service.opened()) for _ in range(2))
        os.sched_setaffinity(0, {min(cores)})
        for each in (resting, program):
            service.load_all(each)
            each.press("g", "asterisk")
        before = _indexed_at(service, witness)
        _start(program, documents)
        idle: list[float] = []
        busy: list[float] = []
        for _ in range(rounds):
            with _stopped(program):
                rest = _move(resting, names)
            _pause(program, 0.2)  # what was answered meanwhile comes at once
            times = _move(program, names)
            if _indexed_at(service, witness) != before:
                break
            idle += rest
            busy += times
        # A run that stood still would leave the program at rest, and the witness as it was.
        deadline = time.perf_counter() + PATIENCE
        while _indexed_at(service, witness) == before:
            if time.perf_counter() > deadline:
                raise RuntimeError("the run stands still, so what was timed was a program at rest")
            _pause(program, 0.2)
    if len(busy) < presses // 2:
        raise RuntimeError(f"the run was over after {len(busy)} presses; it needs more documents")
    for percent, goal in GOALS.items():
        yield Figure(
            f"key in a bulk run p{percent}",
            percentile(busy, percent),
            percentile(idle, percent),
            "ms",
            "the same at rest",
            goal,
            tolerance=1.5,
        )


@contextmanager
def _stopped(program: Probe) -> Iterator[None]:
    os.kill(program.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(program.process.pid, signal.SIGCONT)


def _rows(service: Service, steps: int) -> tuple[list[str], str]:
    """Return the names of the first rows, and the ID of a witness: the last row that is ready.

    A list is loaded from both ends, and a run goes through it head first, then from its last row
    up: it comes to the witness when about half is done. What failed is never indexed.
    """
    head = json.loads(service.page())["documents"][: steps + 1]
    tail = json.loads(service.page("ORDERING_DESCENDING"))["documents"]
    ready = next(each for each in tail if each["status"] == "DOCUMENT_STATUS_PROCESSED")
    return [each["file_metadata"]["name"] for each in head], ready["file_metadata"]["file_id"]


def _indexed_at(service: Service, file_id: str) -> str:
    path = f"collections/{service.collection_id}/documents/{file_id}"
    return json.loads(service.get(path))["last_indexed_at"]


def _start(program: Probe, documents: int) -> None:
    """Index all that is marked anew, and hide the dialog: the run goes on."""
    program.send("i")
    program.wait_text(f"Re-index {documents:,} documents")
    program.settle()
    program.send("y")
    program.wait_text(f"Re-indexing {documents:,} documents", " left")
    program.send("escape")
    # What lay under the dialog is drawn again.
    program.wait_text("▌✓")
    _pause(program, 0.3)


def _move(program: Probe, names: list[str]) -> list[float]:
    """Go down from the first row and up again; return the milliseconds of each press."""
    down = [_time(program, "down", name) for name in names[1:]]
    return down + [_time(program, "up", name) for name in reversed(names[:-1])]


def _time(program: Probe, key: str, name: str) -> float:
    """Press a key; return the milliseconds until the cursor is on the marked row of that name.

    There is no silence to wait for while a run draws rows as well. What the program's loop and this
    process spent in the queue for a busy core is not counted: it comes by chance. What another
    thread of the program waits for the loop is.
    """
    processes = (program.process.pid, os.getpid())
    waited = [_queued(each) for each in processes]
    sent = program.send(key)
    shown = program.wait_text(f"▌✓ {name}", seconds=10)
    queued = max(_queued(each) - was for each, was in zip(processes, waited, strict=True))
    # Not in step with what the run draws ten times a second.
    _pause(program, QUIET + sent % 0.03)
    return (shown - sent - queued) * 1000


def _pause(program: Probe, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while (left := until - time.perf_counter()) > 0:
        program.read(left)


def _queued(process: int) -> float:
    """Return the seconds that the first thread of a process was ready to run and had no core."""
    told = Path(f"/proc/{process}/task/{process}/schedstat").read_text(encoding="ascii")
    return int(told.split()[1]) / 1e9

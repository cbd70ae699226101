"""Loading all rows of a large collection by pages of 100: the time it takes, and the memory."""

from collections.abc import Iterator
from statistics import median

from tests.bench.figure import Figure, middle
from tests.bench.run import Run
from tests.bench.service import serve
from tests.bench.turns import in_turn
from tests.bench.walk import LOOKS, walk, walking

_FILL_GOAL, _MEMORY_GOAL, _STALL_GOAL = 1.1, 1.05, 1.5


def measure(run: Run) -> Iterator[Figure]:
    """Fill the running program, and walk the same pages without it, in turn."""
    service = run.serve(run.many)
    pairs, grown, floors = [], [], []
    # A service each: the one stands still while the other is asked.
    with serve(run.many) as other:
        for _ in range(run.of(2, 1)):
            with walking(other, "bare, from both ends", looks=LOOKS) as floor:
                with service.opened() as program:
                    before = program.memory
                    reached = in_turn(service.loading(program), floor.job())
                    pairs.append([seconds for (seconds,) in reached])
                    program.settle(0.3, first=0.3)
                    grown.append(program.memory - before)
                floors += floor.end()
    kept, loaded = walk(service, "bare, kept", "list, all")
    yield Figure(
        "fill all rows",
        *middle(pairs),
        "s",
        "fetching the same pages from both ends",
        _FILL_GOAL,
    )
    # The best of the floor's: the longest of a thousand, so chance has a thousand tries.
    yield Figure(
        "longest stall of the loop, filling",
        loaded.stall,
        min(walked.stall for walked in floors),
        "ms",
        "a bare loop that does the same requests",
        _STALL_GOAL,
        tolerance=1.5,
    )
    yield Figure(
        "memory of all rows",
        median(grown) / 1e6,
        kept.grown / 1e6,
        "MB RSS",
        "the decoded documents in a list",
        _MEMORY_GOAL,
        tolerance=1.05,
    )

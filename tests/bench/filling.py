"""Loading all rows of a large collection by pages of 100: the time it takes, and the memory."""

from collections.abc import Iterator
from statistics import median

from tests.bench.figure import Figure, middle
from tests.bench.run import Run
from tests.bench.service import Service
from tests.bench.walk import walk

_FILL_GOAL, _MEMORY_GOAL, _STALL_GOAL = 1.1, 1.05, 1.5


def measure(run: Run) -> Iterator[Figure]:
    """Fill the running program, and walk the same pages without it, in turn."""
    service = run.serve(run.many)
    stalls = [walked.stall for walked in walk(service, *["list, all"] * run.of(2, 1))]
    taken, grown, floors = [], [], []
    for _ in range(run.of(3, 1)):
        floors += walk(service, "bare, from both ends")
        seconds, size = _fill(service)
        taken.append(seconds)
        grown.append(size)
    kept = walk(service, "bare, kept")[0].grown
    yield Figure(
        "fill all rows",
        *middle(zip(taken, (floor.seconds for floor in floors), strict=True)),
        "s",
        "fetching the same pages from both ends",
        _FILL_GOAL,
    )
    # The best of each: the longest of a thousand, so chance has a thousand tries.
    yield Figure(
        "longest stall of the loop, filling",
        min(stalls),
        min(floor.stall for floor in floors),
        "ms",
        "a bare loop that does the same requests",
        _STALL_GOAL,
        tolerance=1.5,
    )
    yield Figure(
        "memory of all rows",
        median(grown) / 1e6,
        kept / 1e6,
        "MB RSS",
        "the decoded documents in a list",
        _MEMORY_GOAL,
        tolerance=1.05,
    )


def _fill(service: Service) -> tuple[float, int]:
    with service.opened() as program:
        before = program.memory
        asked, done = service.load_all(program)
        return done - asked, program.memory - before

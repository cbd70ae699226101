"""Opening a collection of many documents, against a small one."""

from collections.abc import Iterator
from statistics import median

from tests.bench.figure import Figure
from tests.bench.run import Run

FEW = 1_000
_GOAL = 1.2


def measure(run: Run) -> Iterator[Figure]:
    """Open each in a fresh program, in turn, until the first document is on the screen."""
    services = [run.serve(run.many), run.serve(FEW)]
    firsts = [service.name_at("first") for service in services]
    times: list[list[float]] = [[], []]
    for number in range(run.of(5, 1)):
        for which in (0, 1) if number % 2 else (1, 0):
            service = services[which]
            with service.started() as program:
                asked = service.open_large(program)
                times[which].append((program.wait_text(firsts[which]) - asked) * 1000)
    many, few = map(median, times)
    yield Figure("open a large collection", many, few, "ms", f"opening one of {FEW:,}", _GOAL)

"""Opening a collection of 100,000 documents, against one of 100."""

from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

from tests.bench.figure import Figure
from tests.bench.service import serve

MANY, FEW = 100_000, 100
ROUNDS = 5
GOAL = 1.2


def measure() -> Iterator[Figure]:
    """Open each in a fresh program, in turn, until the first document is on the screen."""
    times: dict[int, list[float]] = {MANY: [], FEW: []}
    with ExitStack() as stack:
        services = [stack.enter_context(serve(documents)) for documents in (MANY, FEW)]
        places = [(each, each.place, each.name_at("first")) for each in services]
        for round_ in range(ROUNDS):
            for service, place, first in places if round_ % 2 else reversed(places):
                with service.started() as program:
                    asked = service.open_large(program, place)
                    shown = program.wait_text(first)
                    times[service.documents].append((shown - asked) * 1000)
    yield Figure(
        "open 100,000 documents",
        median(times[MANY]),
        median(times[FEW]),
        "ms",
        f"opening {FEW}",
        GOAL,
    )

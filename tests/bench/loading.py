"""Loading a list in a process without a screen, against fetching its pages one after another."""

from collections.abc import Iterator

from tests.bench.figure import Figure, middle
from tests.bench.run import Run
from tests.bench.service import Service, serve
from tests.bench.turns import in_turn
from tests.bench.walk import walking

DOCUMENTS = 10_000
_LATENCIES = {20: 1, 5: 3}
"""How often each is measured: on the slower one a millisecond more or less is nothing."""
_SERIAL_GOAL, _ALL_GOAL = 1.1, 0.6
_FLOOR = "fetching the same pages serially"


def measure(run: Run) -> Iterator[Figure]:
    """Walk from one end on a service nearby; load all from services that are some way off."""
    pairs = _pairs(run, 0, "list, serial", run.of(5, 1))
    yield Figure("walk from one end", *middle(pairs), "s", _FLOOR, _SERIAL_GOAL)
    for latency in list(_LATENCIES)[run.of(0, 1) :]:
        pairs = _pairs(run, latency, "list, all", run.of(_LATENCIES[latency], 1))
        where = f"{_FLOOR}, {latency} ms away"
        yield Figure(f"load all, {latency} ms away", *middle(pairs), "s", where, _ALL_GOAL)


def _pairs(run: Run, latency: int, way: str, rounds: int) -> list[list[float]]:
    service = run.serve(DOCUMENTS, latency=latency)
    with serve(DOCUMENTS, "--latency", str(latency)) as other:
        return [_in_turn(service, other, way) for _ in range(rounds)]


def _in_turn(service: Service, other: Service, way: str) -> list[float]:
    """Return the seconds of a way to walk, and of fetching the same pages serially elsewhere."""
    with walking(service, way) as own, walking(other, "bare, serial") as floor:
        seconds = in_turn(own[0], floor[0])
        for _, walked in (own, floor):
            walked()  # raises where that was not all of it
        return seconds

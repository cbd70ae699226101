"""Loading a list in a process without a screen, against fetching its pages one after another."""

from collections.abc import Iterator

from tests.bench.figure import Figure, middle
from tests.bench.run import Run
from tests.bench.service import Service, serve
from tests.bench.turns import in_turn
from tests.bench.walk import walking

DOCUMENTS = 10_000
_TURN, _SHORT_TURN = 0.1, 0.03
"""The short one is for a service nearby, which answers in a millisecond or a few."""
_LATENCIES = {20: 1, 5: 3}
"""How often each is measured: on the slower one a millisecond more or less is nothing."""
_SERIAL_GOAL, _ALL_GOAL = 1.1, 0.6
_FLOOR = "fetching the same pages serially"


def measure(run: Run) -> Iterator[Figure]:
    """Walk from one end on a service nearby; load all from services that are some way off."""
    pairs = _pairs(run, 0, "list, serial", run.of(7, 1), _SHORT_TURN)
    yield Figure("walk from one end", *middle(pairs), "s", _FLOOR, _SERIAL_GOAL)
    for latency in list(_LATENCIES)[run.of(0, 1) :]:
        pairs = _pairs(run, latency, "list, all", run.of(_LATENCIES[latency], 1))
        where = f"{_FLOOR}, {latency} ms away"
        yield Figure(f"load all, {latency} ms away", *middle(pairs), "s", where, _ALL_GOAL)


def _pairs(run: Run, latency: int, way: str, rounds: int, turn: float = _TURN) -> list[list[float]]:
    service = run.serve(DOCUMENTS, latency=latency)
    with serve(DOCUMENTS, "--latency", str(latency)) as other:
        return [_in_turn(service, other, way, turn) for _ in range(rounds)]


def _in_turn(service: Service, other: Service, way: str, turn: float) -> list[float]:
    """Return the seconds of a way to walk, and of fetching the same pages serially elsewhere."""
    with walking(service, way) as own, walking(other, "bare, serial") as floor:
        seconds = in_turn(own[0], floor[0], turn=turn)
        for _, walked in (own, floor):
            walked()  # raises where that was not all of it
        return seconds

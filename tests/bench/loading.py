"""Loading a list in a process without a screen, against fetching its pages one after another."""

from collections.abc import Iterator

from tests.bench.figure import Figure, middle
from tests.bench.run import Run
from tests.bench.service import serve
from tests.bench.turns import in_turn
from tests.bench.walk import walking

DOCUMENTS = 10_000
_TURN, _SHORT_TURN = 0.1, 0.03
"""The short one is for a service nearby, which answers in a millisecond or a few."""
_LATENCIES = {20: 1, 5: 9}
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


def _pairs(
    run: Run, latency: int, way: str, rounds: int, turn: float = _TURN
) -> list[tuple[float, float]]:
    """Return the seconds of a way to walk, each with those of the same pages serially elsewhere."""
    service = run.serve(DOCUMENTS, latency=latency)
    with (
        serve(DOCUMENTS, "--latency", str(latency)) as other,
        walking(service, *[way] * rounds) as own,
        walking(other, *["bare, serial"] * rounds) as floor,
    ):
        reached = [in_turn(own.job(), floor.job(), turn=turn) for _ in range(rounds)]
        for each in (own, floor):
            each.end()
    return [(mine[0], its[0]) for mine, its in reached]

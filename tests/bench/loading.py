"""Loading a list in a process without a screen, against fetching its pages one after another."""

from collections.abc import Iterator

from tests.bench.figure import Figure, middle
from tests.bench.run import Run
from tests.bench.walk import walk

DOCUMENTS = 10_000
_LATENCIES = {20: 1, 5: 3}
"""How often each is measured: on the slower one a millisecond more or less is nothing."""
_SERIAL_GOAL, _ALL_GOAL = 1.1, 0.6
_FLOOR = "fetching the same pages serially"


def measure(run: Run) -> Iterator[Figure]:
    """Walk from one end on a service nearby; load all from services that are some way off."""
    seconds, floor = _in_turn(run, 0, "list, serial", run.of(5, 2))
    yield Figure("walk from one end", seconds, floor, "s", _FLOOR, _SERIAL_GOAL)
    for latency in list(_LATENCIES)[run.of(0, 1) :]:
        seconds, floor = _in_turn(run, latency, "list, all", run.of(_LATENCIES[latency], 1))
        where = f"{_FLOOR}, {latency} ms away"
        yield Figure(f"load all, {latency} ms away", seconds, floor, "s", where, _ALL_GOAL)


def _in_turn(run: Run, latency: int, how: str, rounds: int) -> tuple[float, float]:
    """Return the seconds of a way to walk, and of the floor: of the pair in the middle."""
    service = run.serve(DOCUMENTS, latency=latency)
    seconds = [walked.seconds for walked in walk(service, *(how, "bare, serial") * rounds)]
    return middle(zip(seconds[::2], seconds[1::2], strict=True))

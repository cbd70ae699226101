"""`G` in a collection of 100,000 of which 100 are loaded: its requests, and its time."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure
from tests.bench.service import Service, serve

DOCUMENTS = 100_000
LATENCY = 50
"""Milliseconds that the emulator adds to each answer, as a real network does."""
ROUNDS = 3


def measure() -> Iterator[Figure]:
    """Go to the end of a list that is freshly opened, and ask for one page by itself, in turn."""
    requests, times, trips = [], [], []
    with (
        serve(DOCUMENTS, "--latency", str(LATENCY)) as service,
        tempfile.TemporaryDirectory() as folder,
    ):
        last = service.name_at("last")
        path = f"/v1/collections/{service.collection_id}/documents"
        for number in range(ROUNDS):
            trips.append(_round_trip(service, path))
            log = Path(folder) / f"{number}.log"
            with service.opened("--log", str(log)) as program:
                before = _requests(log, path)
                asked = program.send("G")
                times.append((program.wait_text(last) - asked) * 1000)
                program.settle(0.3)
                requests.append(_requests(log, path) - before)
    yield Figure("G, most requests", max(requests), 1, "requests", "one request", 1)
    trip = f"one round trip with {LATENCY} ms of latency"
    yield Figure("G to the last row shown", median(times), median(trips), "ms", trip)


def _requests(log: Path, path: str) -> int:
    # The list's own requests: batchGet follows what is being indexed, whatever is pressed.
    return sum(f"GET {path}?" in line for line in log.read_text(encoding="utf-8").splitlines())


def _round_trip(service: Service, path: str) -> float:
    started = time.perf_counter()
    service.get(path.removeprefix("/v1/"), order="ORDERING_DESCENDING", limit="100")
    return (time.perf_counter() - started) * 1000

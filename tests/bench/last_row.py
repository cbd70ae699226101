"""`G` in a collection of which one page of many is loaded: its requests, and its time."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench import connecting
from tests.bench.figure import Figure
from tests.bench.run import Run

_MORE = 60
"""Milliseconds that the last row may take beyond a round trip."""


def measure(run: Run) -> Iterator[Figure]:
    """Go to the end of a list that is freshly opened."""
    requests, times = [], []
    service = run.serve(connecting.DOCUMENTS, latency=connecting.LATENCY)
    last = service.name_at("last")
    with tempfile.TemporaryDirectory() as folder:
        for number in range(run.of(3, 1)):
            log = Path(folder, f"{number}.log")
            with service.opened("--log", str(log)) as program:
                before = service.pages_asked(log)
                asked = program.send("G")
                times.append((program.wait_text(last) - asked) * 1000)
                program.settle(0.3, first=0.3)
                requests.append(service.pages_asked(log) - before)
    yield Figure("G, most requests", max(requests), 1, "requests", "one request", 1.0)
    yield Figure(
        "G to the last row shown",
        median(times),
        connecting.LATENCY + _MORE,
        "ms",
        f"a round trip of {connecting.LATENCY} ms and {_MORE}",
        1.0,
    )

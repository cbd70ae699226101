"""Loading 100,000 rows by pages of 100: the time it takes, and the memory."""

import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from tests.bench.figure import Figure
from tests.bench.service import Service, serve
from tests.e2e.terminal import ROOT

DOCUMENTS = 100_000
ROUNDS = 2


def measure() -> Iterator[Figure]:
    """Fill the running program, and walk the same pages without it, in turn."""
    taken, walked, grown, held = [], [], [], []
    with serve(DOCUMENTS) as service:
        for _ in range(ROUNDS):
            walked.append(_walk(service, "discard")["seconds"])
            seconds, size = _fill(service)
            taken.append(seconds)
            grown.append(size)
        held.append(_walk(service, "keep")["bytes"])
    yield Figure(
        "fill 100,000 rows",
        median(taken),
        median(walked),
        "s",
        "fetching the same pages from both ends",
    )
    yield Figure(
        "memory of 100,000 rows",
        median(grown) / 1e6,
        median(held) / 1e6,
        "MB RSS",
        "the decoded documents in a list",
    )


def _fill(service: Service) -> tuple[float, int]:
    with service.opened() as program:
        before = program.memory
        asked, done = service.load_all(program)
        return done - asked, program.memory - before


def _walk(service: Service, how: str) -> dict[str, float]:
    result = subprocess.run(
        [sys.executable, "-m", "tests.bench.walk", how, service.url, service.key,
         service.collection_id],
        cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=180,
    )  # fmt: skip
    return json.loads(result.stdout)

"""Backing up a collection of 100,000 documents: the memory it takes at its peak, and the time.

Run as `python -m tests.bench.backup traced|timed|walk URL KEY COLLECTION_ID` it does one of them in
a process of its own, and prints one JSON object.
"""

import asyncio
import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.figure import Figure
from tests.bench.service import Service, serve
from tests.e2e.terminal import ROOT
from xcoll_tui.api.client import Client
from xcoll_tui.api.models import DocumentsSortBy, Ordering
from xcoll_tui.session.backup.make import back_up

DOCUMENTS = 100_000
FEW = 10_000
ROUNDS = 2
FLAT = 1.5


def measure() -> Iterator[Figure]:
    """Back up a collection and one ten times as large, and walk that one keeping nothing."""
    with serve(FEW) as service:
        small = _run(service, "traced")["bytes"]
    with serve(DOCUMENTS) as service:
        yield Figure(
            "back up 100,000, memory",
            _run(service, "traced")["bytes"] / 1e6,
            small / 1e6,
            "MB peak",
            "backing up 10,000",
            FLAT,
        )
        taken, walked = [], []
        for _ in range(ROUNDS):
            walked.append(_run(service, "walk")["seconds"])
            taken.append(_run(service, "timed")["seconds"])
    yield Figure(
        "back up 100,000, time",
        median(taken),
        median(walked),
        "s",
        "fetching the same pages one after another",
    )


def _run(service: Service, how: str) -> dict[str, float]:
    result = subprocess.run(
        [sys.executable, "-m", "tests.bench.backup", how, service.url, service.key,
         service.collection_id],
        cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=600,
    )  # fmt: skip
    told = json.loads(result.stdout)
    if told["documents"] != service.documents:
        raise RuntimeError(f"{how} met {told['documents']} of {service.documents} documents")
    return told


async def _walk(client: Client, collection_id: str) -> int:
    pages = client.iter_documents(
        collection_id, limit=100, order=Ordering.ASCENDING, sort_by=DocumentsSortBy.AGE
    )
    return sum([len(page.documents) async for page in pages])


async def _main(how: str, url: str, key: str, collection_id: str) -> dict[str, float]:
    async with Client(key, url) as client:
        await client.get_collection(collection_id)
        with TemporaryDirectory() as folder:
            if how == "traced":
                tracemalloc.start()
            started = time.perf_counter()
            if how == "walk":
                documents = await _walk(client, collection_id)
            else:
                made = await back_up(client, collection_id, Path(folder), base_url=url)
                documents = made.count
            seconds = time.perf_counter() - started
        peak = tracemalloc.get_traced_memory()[1] if how == "traced" else 0
        return {"seconds": seconds, "bytes": peak, "documents": documents}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_main(*sys.argv[1:]))) + "\n")

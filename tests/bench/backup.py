"""Backing up a collection: the memory it takes at its peak, and the time.

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
from tempfile import TemporaryDirectory

from tests.bench.figure import Figure, middle
from tests.bench.run import Run
from tests.bench.service import Service
from tests.e2e.terminal import ROOT
from xcoll_tui.api.client import Client
from xcoll_tui.api.models import DocumentsSortBy, Ordering
from xcoll_tui.session.backup.make import back_up

DOCUMENTS, FEW = 10_000, 1_000
MEMORY_GOAL, TIME_GOAL = 1.5, 1.6


def measure(run: Run) -> Iterator[Figure]:
    """Back up a collection and one ten times as large, and walk that one keeping nothing."""
    service = run.serve(DOCUMENTS)
    large, small = (_run(each, "traced")["bytes"] for each in (service, run.serve(FEW)))
    yield Figure(
        "back up, memory",
        large / 1e6,
        small / 1e6,
        "MB peak",
        "backing up a tenth",
        MEMORY_GOAL,
    )
    pairs = [
        [_run(service, how)["seconds"] for how in ("timed", "walk")] for _ in range(run.of(3, 1))
    ]
    floor_name = "fetching the same pages serially"
    yield Figure("back up, time", *middle(pairs), "s", floor_name, TIME_GOAL)


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

"""Attaching many files, each verified: how long it takes, and how it keeps to a rate limit."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure, worst
from tests.bench.run import Run
from tests.bench.service import Service, serve
from xcoll_tui.api.client import Client
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.events import Event, RequestMade
from xcoll_tui.session.session import Session

LATENCY = 20
PARALLEL = 8
PROBES = 25
GOAL = 1.5
RATES = {50: 200, 200: 500}
"""How many files are attached under which limit; few where many would take minutes."""
REFUSED_GOAL, RATE_GOAL = 0.1, 1.5
LAG = 2


def measure(run: Run) -> Iterator[Figure]:
    """Attach to new collections what another one holds, as the program does."""
    files = run.of(400, 100)
    with serve(files, "--latency", str(LATENCY)) as service:
        taken, trips = [], []
        for _ in range(run.of(2, 1)):
            trips.append(asyncio.run(_round_trip(service)))
            taken.append(asyncio.run(_attach(service, files))[0])
    # Both ends of the wire keep a core busy, so other work on the machine weighs on this more than
    # on the single round trips: the best of each is compared.
    ideal = files * min(trips) / PARALLEL
    trips_name = f"{files:,} round trips, {PARALLEL} at a time"
    yield Figure("attach many files", min(taken), ideal, "s", trips_name, GOAL)
    if not run.quick:
        yield from _measure_rates()
        with serve(files, "--latency", str(LATENCY), "--lag", str(LAG)) as service:
            seconds = asyncio.run(_attach(service, files))[0]
        floor = GOAL * ideal + 2 * LAG
        floor_name = f"{GOAL} × {trips_name}, and twice the lag"
        yield Figure(f"attach many files, {LAG} s of lag", seconds, floor, "s", floor_name, 1.0)


def _measure_rates() -> Iterator[Figure]:
    """Attach under a limit of requests a second: how often it is met, and what it takes."""
    refused, late = [], []
    for rate, files in RATES.items():
        with serve(files, "--latency", str(LATENCY), "--rate", str(rate)) as service:
            seconds, told = asyncio.run(_attach(service, files))
        asked = told.total()
        at = f"at {rate} a second"
        refused.append(
            Figure("429 under a limit", told[429], asked, "", f"all requests {at}", REFUSED_GOAL, 2)
        )
        late.append(
            Figure("files under a limit", seconds, asked / rate, "s", f"requests {at}", RATE_GOAL)
        )
    yield worst(refused)
    yield worst(late)


async def _file_ids(client: Client, service: Service, files: int) -> list[str]:
    pages = [page async for page in client.iter_documents(service.collection_id)]
    return [each.file_id for page in pages for each in page.documents][:files]


async def _round_trip(service: Service) -> float:
    """Return the median seconds of attaching one file after the other."""
    times = []
    async with Client(service.key, service.url) as client:
        collection = await client.create_collection("one by one")
        for file_id in await _file_ids(client, service, PROBES):
            began = time.perf_counter()
            await client.add_document(collection.collection_id, file_id)
            times.append(time.perf_counter() - began)
        await client.delete_collection(collection.collection_id)
    return median(times)


async def _attach(service: Service, files: int) -> tuple[float, Counter[int | None]]:
    """Attach files and check them; return the seconds, and how often which status came."""
    told: Counter[int | None] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        async with Client(
            service.key,
            service.url,
            on_request=lambda record: session.note_request(record),  # noqa: PLW0108 - made below
            on_wait=lambda wait: session.note_wait(wait),  # noqa: PLW0108
        ) as client:
            session = Session(client, state=Path(folder), place=service.url)
            try:
                return await _attach_with(client, session, service, files, told), told
            finally:
                await session.end()


async def _attach_with(
    client: Client,
    session: Session,
    service: Service,
    files: int,
    told: Counter[int | None],
) -> float:
    file_ids = await _file_ids(client, service, files)
    collection = await client.create_collection("many at once")
    collection_id = collection.collection_id
    following = asyncio.create_task(session.follower.run())
    await session.open_collection(collection_id)
    items = [Item(file_id, fields={"batch": "a"}) for file_id in file_ids]
    unsubscribe = session.subscribe(partial(_count, told))
    began = time.perf_counter()
    run = session.bulk.attach(collection_id, items)
    await run.wait()
    seconds = time.perf_counter() - began
    unsubscribe()
    if run.done != files:
        raise RuntimeError(run.failures[0].message if run.failures else str(run.stopped))
    await session._context.tasks.idle()
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    await client.delete_collection(collection_id)
    return seconds


def _count(told: Counter[int | None], change: Event) -> None:
    if isinstance(change, RequestMade):
        told[change.record.status] += 1

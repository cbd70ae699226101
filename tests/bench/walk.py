"""All pages of a collection in a process without a screen, by a bare client or as a list.

Run as `python -m tests.bench.walk URL KEY COLLECTION_ID LOOKS WAY...`; the last line that it prints
is a JSON list. The first page is fetched before anything is measured: when that is there, it prints
an empty line, and goes on when it reads one; at the end of each walk it prints another. LOOKS are
those for a stall, per second, 0 for none: a thousand take a tenth of a core.
"""

import asyncio
import gc
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from tests.bench.service import Service
from tests.bench.turns import Job
from tests.e2e.terminal import ROOT
from xcoll_tui.api.client import Client
from xcoll_tui.api.models import Document, DocumentsSortBy, Ordering
from xcoll_tui.session.session import Session

LOOKS = 1000
"""How often in a second it is looked how long the loop has stood still."""


@dataclass(frozen=True)
class Walked:
    """What a walk took: in seconds, in milliseconds of the longest stall, in resident bytes.

    The stall is 0 where nothing looked for it.
    """

    seconds: float
    stall: float
    grown: int
    documents: int


def walk(service: Service, *ways: str) -> list[Walked]:
    """Walk through the large collection, in each of these of `_WAYS`, in a process of its own."""
    with _started(service, LOOKS, *ways) as process:
        return _read(service, process.communicate("\n" * len(ways), timeout=180)[0], *ways)


class Walking:
    """Walks in a process that stands ready, one after another."""

    def __init__(self, service: Service, process: "subprocess.Popen[str]", *ways: str) -> None:
        self._service = service
        self._process = process
        self._ways = ways

    def job(self) -> Job:
        """Wait until the next walk is ready, and return it as a job: its service is stopped."""
        if not self._tells(180):
            raise TimeoutError("a walk never was ready")
        return Job(self._begin, (self._tells,))

    def end(self) -> list[Walked]:
        """Wait for the end of all; return what each took. Raises where one was not of all."""
        return _read(self._service, self._process.communicate(timeout=180)[0], *self._ways)

    def _begin(self) -> int:
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._service.process_id

    def _tells(self, seconds: float) -> bool:
        """Wait for an empty line, which is all that is written until the last walk's end."""
        told = self._process.stdout.fileno()
        return bool(select.select([told], [], [], seconds)[0]) and os.read(told, 1) == b"\n"


@contextmanager
def walking(service: Service, *ways: str, looks: int = 0) -> Iterator[Walking]:
    """Prepare walks through the large collection, in a process of their own."""
    with _started(service, looks, *ways) as process:
        yield Walking(service, process, *ways)


def _started(service: Service, looks: int, *ways: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.walk", service.url, service.key,
         service.collection_id, str(looks), *ways],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _read(service: Service, written: str, *ways: str) -> list[Walked]:
    walks = msgspec.json.decode(written.splitlines()[-1], type=list[Walked])
    for way, walked in zip(ways, walks, strict=True):
        if walked.documents < service.documents:
            raise RuntimeError(f"{way}: {walked.documents} of {service.documents} documents")
    return walks


class _Bare:
    """Pages by the client alone, from one end or from both, kept or thrown away."""

    def __init__(self, client: Client, collection_id: str, *, keeps: bool = False) -> None:
        self._client = client
        self._collection_id = collection_id
        self._keeps = keeps
        self._kept: list[Document] = []
        self._total = 0
        self._token: str | None = None
        self.documents = 0

    async def begin(self) -> None:
        """Fetch the first page."""
        collection = await self._client.get_collection(self._collection_id)
        self._total = collection.documents_count
        self._token = await self._fetch(Ordering.ASCENDING, None)

    async def serial(self) -> None:
        """Fetch the others one after another."""
        await self._go_on(Ordering.ASCENDING, self._token)

    async def from_both_ends(self) -> None:
        """Fetch the others from both ends at once until there are as many as there should be."""
        await asyncio.gather(
            self._go_on(Ordering.ASCENDING, self._token), self._go_on(Ordering.DESCENDING, None)
        )

    async def _go_on(self, order: Ordering, token: str | None) -> None:
        while self.documents < self._total:
            token = await self._fetch(order, token)

    async def _fetch(self, order: Ordering, token: str | None) -> str | None:
        page = await self._client.list_documents(
            self._collection_id,
            limit=100,
            order=order,
            sort_by=DocumentsSortBy.NAME,
            pagination_token=token,
        )
        self.documents += len(page.documents)
        if self._keeps:
            self._kept.extend(page.documents)
        return page.pagination_token


class _List:
    """The program's own list of documents."""

    def __init__(self, client: Client, collection_id: str) -> None:
        self._session = Session(client, place=client.base_url)
        self._collection_id = collection_id

    @property
    def documents(self) -> int:
        """How many are loaded."""
        return self._session.documents.listing.loaded

    async def begin(self) -> None:
        """Open the collection."""
        await self._session.open_collection(self._collection_id)

    async def serial(self) -> None:
        """Load one page after another."""
        feed = self._session.documents
        while not feed.listing.complete and feed.problem is None:
            await feed.load_more()

    async def from_both_ends(self) -> None:
        """Load all of it."""
        await self._session.documents.load_all()


_WAYS: dict[str, tuple[Callable[..., _Bare | _List], str]] = {
    "bare, serial": (_Bare, "serial"),
    "bare, from both ends": (_Bare, "from_both_ends"),
    "bare, kept": (lambda *of: _Bare(*of, keeps=True), "from_both_ends"),
    "list, serial": (_List, "serial"),
    "list, all": (_List, "from_both_ends"),
}


async def _walk(url: str, key: str, collection_id: str, looks: int, way: str) -> Walked:
    make, method = _WAYS[way]
    async with Client(key, url) as client:
        pages = make(client, collection_id)
        await pages.begin()
        # As the program does once it stands.
        gc.collect()
        gc.freeze()
        before = _resident()
        _tell()
        sys.stdin.readline()
        started = time.perf_counter()
        work = getattr(pages, method)
        stall = await _longest_stall(work, looks) if looks else await work() or 0.0
        seconds = time.perf_counter() - started
        _tell()
        gc.collect()
        return Walked(seconds, stall, _resident() - before, pages.documents)


def _tell() -> None:
    sys.stdout.write("\n")
    sys.stdout.flush()


async def _longest_stall(work: Callable[[], Awaitable[None]], looks: int) -> float:
    """Do the work; return for how many milliseconds at most it kept everything else waiting.

    In processor time of this thread: what it waits for a core, or for the machine under that, comes
    by chance and is many times as long.
    """
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        spent = time.thread_time()
        while True:
            await asyncio.sleep(1 / looks)
            spent, before = time.thread_time(), spent
            longest = max(longest, spent - before)

    beating = asyncio.create_task(beat())
    await work()
    await asyncio.sleep(2 / looks)  # a stall at the very end is one, too
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating
    return longest * 1000


def _resident() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    service, looks = sys.argv[1:4], int(sys.argv[4])
    walks = [asdict(asyncio.run(_walk(*service, looks, way))) for way in sys.argv[5:]]
    sys.stdout.write(json.dumps(walks) + "\n")

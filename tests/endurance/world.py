"""A service inside the program that breaks, lags, dies and comes back, in time of its own.

Nothing waits for a wall clock: time passes as fast as everything can run, threads are run at once,
and all that is drawn comes of one seed, so a run can be played again.
"""

import asyncio
import json
import random
import sqlite3
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from pathlib import Path

import httpx

from tests.unit.virtual import VirtualLoop
from xcoll_tui.api.client import Client
from xcoll_tui.emulator.app import Answer, create_app
from xcoll_tui.emulator.faults import GARBAGE
from xcoll_tui.emulator.routes import Call
from xcoll_tui.emulator.store import Store
from xcoll_tui.emulator.wire import MICROSECONDS, encode, error_body

EPOCH = 1_790_000_000.0
KEY = "endurance-key"
URL = "http://127.0.0.1:9"
READ_TIMEOUT = 20.0
_DOCUMENTS = (
    "SELECT c.collection_id, f.file_id, d.fields FROM documents d"
    " JOIN collections c ON c.id = d.collection JOIN files f ON f.id = d.file"
)
Place = tuple[str, str]
Fields = dict[str, object] | None


class AtOnce(ThreadPoolExecutor):
    """Runs what is for a thread in this one, so that the order is the same each time."""

    def submit(self, call, /, *arguments, **options):
        future: Future = Future()
        try:
            future.set_result(call(*arguments, **options))
        except Exception as error:  # noqa: BLE001 - it is told to who waits
            future.set_exception(error)
        return future


def run_in_virtual_time(work):
    """Run a coroutine to its end where neither sleeping nor a thread takes time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.get_loop().set_default_executor(AtOnce(1))
        return runner.run(work)


@dataclass
class Weather:
    """How bad it is: the share of the requests that go wrong, and how late answers are.

    `halves` is the share of the removals behind which the same file cannot be attached for a while:
    a replacement then breaks off halfway. Of the deletions that share fails for as long.
    """

    faults: float = 0.0
    latency: float = 0.05
    halves: float = 0.0


EFFECTS = ("refused", "reset", "reset after", "timeout", "timeout after", "cut", "garbage")
STATUSES = (429, 500, 502, 503)


@dataclass(frozen=True)
class Change:
    """What became of a document, and who did it: `ours` is the session."""

    at: float
    state: Fields
    ours: bool


@dataclass
class Posted:
    """The creates of one name that were sent: how many took effect, and how many were too many."""

    made: list[float] = field(default_factory=list)
    unknown: bool = False
    blind: int = 0


class World:
    """The service, its data file, and what is true there at any moment.

    `history` has the states of each document, by collection and file; `posted` the creates.
    """

    def __init__(self, folder: Path, draw: random.Random, *, quiet: bool = False) -> None:
        self.folder = folder
        self.draw = draw
        self.weather = Weather()
        self.patience = READ_TIMEOUT
        self.policies = _draw_policies(draw, quiet=quiet)
        self.history: dict[Place, list[Change]] = {}
        self.posted: dict[str, Posted] = {}
        self.requests = 0
        self.struck = 0
        self.died: list[float] = []
        """When the service died."""
        self.alive = True
        self._generation = 0
        self._began = 0.0
        self._barred: dict[str, float] = {}
        self.start()

    @property
    def lag(self) -> float:
        """How far reads may be behind, in seconds."""
        lag = self.policies["lag"]
        return max(lag) if isinstance(lag, tuple) else lag

    @property
    def late(self) -> float:
        """How long after its answer a write may take effect, in seconds."""
        return self.policies["late"]

    def clock(self) -> float:
        """Return the time of everything here."""
        try:
            return EPOCH + asyncio.get_running_loop().time() - 1_000_000.0
        except RuntimeError:
            return EPOCH

    # Living and dying

    def start(self) -> None:
        """Open the data file and answer from now on."""
        self.store = Store(self.folder / "service.sqlite", clock=self.clock)
        app = create_app(self.store, key=KEY, **self.policies)
        app.state.executor.shutdown()
        self._service = app.router.default
        self._late = self._service.routes._late
        self.alive = True
        self._generation += 1

    def die(self) -> None:
        """End without a word: what is under way is not answered, what was to come does not."""
        self.died.append(self.clock())
        self.alive = False
        self.store.close()

    def close(self) -> None:
        if self.alive:
            self.store.close()

    # Answering

    def client(self, **reports) -> Client:
        """Make a client of this service for the session."""
        return _WorldClient(self, **reports)

    async def handle(self, request: httpx.Request) -> httpx.Response:  # noqa: C901, PLR0912 - a script
        """Answer a request of the session, or let it go wrong."""
        self.requests += 1
        draw, weather = self.draw, self.weather
        generation = self._generation
        await asyncio.sleep(draw.random() * weather.latency)
        if not self.alive:
            raise httpx.ConnectError("Connection refused", request=request)
        if generation != self._generation:
            raise httpx.ReadError("Connection reset by peer", request=request)
        strikes = draw.random() < weather.faults
        self.struck += strikes
        effect = draw.choice((*EFFECTS, *STATUSES)) if strikes else None
        if self._is_barred(request):
            return self._fault(503, None)
        if effect == "refused":
            raise httpx.ConnectError("Connection refused", request=request)
        posted = self._note_create(request)
        if effect in {"timeout", "reset"}:
            await self._go_wrong(effect, request, posted)
        if isinstance(effect, int) and draw.random() < 0.5:
            return self._fault(effect, posted)
        answer = self.perform(request.method, request.url.raw_path, request.content)
        if posted is not None and answer.status == 200:
            posted.made.append(self.clock())
        generation = self._generation
        await asyncio.sleep(draw.random() * weather.latency)
        if generation != self._generation or not self.alive:
            await self._go_wrong("reset", request, posted)
        if effect is None:
            return self._reply(answer)
        if isinstance(effect, int):
            return self._fault(effect, posted)
        if posted is not None:
            posted.unknown = True
        if effect == "garbage":
            return self._reply(Answer(200, GARBAGE))
        if effect == "cut":
            return self._reply(replace(answer, body=answer.body[: len(answer.body) // 2]), cut=True)
        await self._go_wrong(effect, request, posted)
        raise AssertionError(effect)

    def _is_barred(self, request: httpx.Request) -> bool:
        """Tell whether this attaches what was removed a moment ago, and must not come back yet.

        A collection for which that is drawn cannot be deleted for so long.
        """
        method, path, now = request.method, request.url.path, self.clock()
        if method == "DELETE" and self.draw.random() < self.weather.halves:
            self._barred[path] = now + self.draw.uniform(30, 300)
        barred = "POST" if "/documents/" in path else "DELETE"
        return method == barred and self._barred.get(path, 0.0) > now

    async def _go_wrong(self, effect: str, request: httpx.Request, posted: Posted | None) -> None:
        if posted is not None:
            posted.unknown = True
        if effect.startswith("timeout"):
            await asyncio.sleep(self.patience)
            raise httpx.ReadTimeout("timed out", request=request)
        raise httpx.ReadError("Connection reset by peer", request=request)

    def _fault(self, status: int, posted: Posted | None) -> httpx.Response:
        headers = {}
        if status == 429:
            if self.draw.random() < 0.7:
                headers["Retry-After"] = str(self.draw.randint(0, 3))
        elif posted is not None:
            posted.unknown = True
        return self._reply(
            Answer(status, encode(error_body(status, "By chance.")), headers=headers)
        )

    def _reply(self, answer: Answer, *, cut: bool = False) -> httpx.Response:
        headers = {
            "content-type": answer.content_type,
            "date": formatdate(self.clock(), usegmt=True),
            "x-request-id": f"{self.requests}",
            **answer.headers,
        }
        body = _Cut(answer.body) if cut else httpx.ByteStream(answer.body)
        return httpx.Response(answer.status, headers=headers, stream=body)

    def perform(self, method: str, raw_path: bytes, body: bytes, *, ours: bool = True) -> Answer:
        """Carry a request out and take note of what it changed."""
        path, _, query = raw_path.partition(b"?")
        self.apply_due()
        call = Call(method, path, query, "application/json", body)
        if method == "GET":
            return self._service._answer(call, False)
        if ours:
            return self._noting(call, ours=True)
        # What others do is there at once: else it could not be told from what we do.
        self._late._seconds = 0.0
        try:
            return self._noting(call, ours=False)
        finally:
            self._late._seconds = self.late

    def apply_due(self) -> None:
        """Let those writes of ours take effect that are late, and whose time has come."""
        late = self._late
        while self.alive and late._waiting and late._waiting[0][0] <= self.store.now():
            first, *rest = sorted(late._waiting, key=lambda entry: entry[:2])
            late._waiting[:] = [first]
            self.note_all(late.apply_due, ours=True, at=first[0] / MICROSECONDS)
            late._waiting[:] = rest

    def _noting(self, call: Call, *, ours: bool) -> Answer:
        steps = call.raw_path.decode().split("/")
        if len(steps) == 6:
            place = steps[3], steps[5]
            answer = self._service._answer(call, False)
            self._note(place, self.fields(place), ours=ours)
            return answer
        answers: list[Answer] = []
        self.note_all(lambda: answers.append(self._service._answer(call, False)), ours=ours)
        return answers[0]

    # What is so

    def fields(self, place: Place) -> Fields:
        """Return the fields of a document as they are, None where there is none."""
        rows = self._query(f"{_DOCUMENTS} WHERE c.collection_id = ? AND f.file_id = ?", place)
        return json.loads(rows[0][2]) if rows else None

    def documents(self) -> dict[Place, Fields]:
        """Return all documents as they are."""
        return {(row[0], row[1]): json.loads(row[2]) for row in self._query(_DOCUMENTS)}

    def collections(self) -> dict[str, tuple[str, int]]:
        """Return name and number of documents of all collections."""
        rows = self._query("SELECT collection_id, name, documents_count FROM collections")
        return {row[0]: (row[1], row[2]) for row in rows}

    def files(self) -> list[str]:
        """Return the IDs of all files, in the order in which they came."""
        return [row[0] for row in self._query("SELECT file_id FROM files ORDER BY id")]

    def _query(self, query: str, values: tuple = ()) -> list:
        if self.alive:
            with self.store.reading() as connection:
                return connection.execute(query, values).fetchall()
        with closing(sqlite3.connect(self.folder / "service.sqlite")) as connection:
            return connection.execute(query, values).fetchall()

    def note_all(
        self, change: Callable[[], object], *, ours: bool, at: float | None = None
    ) -> None:
        """Take note of all that something changed."""
        change()
        states: dict[Place, Fields] = dict(self.documents())
        states |= {(id_, ""): {"name": name} for id_, (name, _) in self.collections().items()}
        for place in sorted(states.keys() | self.history.keys()):
            self._note(place, states.get(place), ours=ours, at=at)

    def _note(self, place: Place, state: Fields, *, ours: bool, at: float | None = None) -> None:
        changes = self.history.setdefault(place, [])
        if (changes[-1].state if changes else None) != state:
            changes.append(Change(self.clock() if at is None else at, state, ours))
            del changes[:-12]

    def states(self, place: Place, since: float) -> list[Fields]:
        """Return the states that a document was in from a moment on, the last one included."""
        changes = self.history.get(place, [])
        before = [change.state for change in changes if change.at < since]
        first = before[-1:] if before or len(changes) >= 12 else [None]
        return [*first, *(change.state for change in changes if change.at >= since)]

    def _note_create(self, request: httpx.Request) -> Posted | None:
        if request.method != "POST" or request.url.path != "/v1/collections":
            return None
        name = json.loads(request.content)["collection_name"]
        posted = self.posted.setdefault(name, Posted())
        posted.blind += posted.unknown
        return posted


class _Cut(httpx.AsyncByteStream):
    def __init__(self, half: bytes) -> None:
        self._half = half

    async def __aiter__(self):
        yield self._half
        raise httpx.RemoteProtocolError("peer closed connection")


class _Wire(httpx.AsyncBaseTransport):
    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return await self._world.handle(request)


class _WorldClient(Client):
    def __init__(self, world: World, **reports) -> None:
        def monotonic():
            return world.clock()

        super().__init__(
            KEY,
            URL,
            app=world.handle,
            clock=world.clock,
            monotonic=monotonic,
            random=random.Random(world.draw.random()),
            timeout=READ_TIMEOUT,
            **reports,
        )
        self._world = world

    def _connect(self):
        return _Wire(self._world)


def _draw_policies(draw: random.Random, *, quiet: bool) -> dict:
    policies = {
        "metadata_patch": draw.choice(("replace", "merge", "ignore")),
        "reattach": draw.choice(("conflict", "replace", "keep")),
        "remove": draw.choice(("keep", "keep", "delete-file")),
        "lag": draw.choice((0.0, 0.0, 0.7, 2.0, (0.0, 1.5), (0.0, 0.3, 3.0))),
        "late": draw.choice((0.0, 0.0, 0.0, 0.4, 1.0)),
        "index_seconds": draw.choice((0.0, 2.0, 8.0)),
    }
    return {**policies, "lag": 0.0, "late": 0.0} if quiet else policies


def same_ids(draw: random.Random) -> Callable[[], None]:
    """Let IDs come of the seed as well; the function returned ends that."""
    uuid4, urandom = uuid.uuid4, random._urandom
    source = random.Random(draw.random())
    uuid.uuid4 = lambda: uuid.UUID(int=source.getrandbits(128), version=4)
    random._urandom = source.randbytes

    def end() -> None:
        uuid.uuid4, random._urandom = uuid4, urandom

    return end

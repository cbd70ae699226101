"""What every test may use: an emulator on a real socket, and the program in front of it."""

import asyncio
import compileall
import gc
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from textual.pilot import Pilot

from tests.guard import guard_for
from tests.isolation import ROOT, own_home
from tests.tally import Tally
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import NoInferenceKey
from xcoll_tui.api.inference import InferenceClient
from xcoll_tui.emulator.seed import fill_store
from xcoll_tui.emulator.server import Server
from xcoll_tui.emulator.store import Store
from xcoll_tui.session.inference import InferenceHost
from xcoll_tui.session.session import Session
from xcoll_tui.ui.access import Connection
from xcoll_tui.ui.app import XcollApp

NOW = datetime(2026, 4, 15, 12, tzinfo=UTC).timestamp()
KEY = "xai-token-for-tests-r42q"
LONG = Path(__file__).parent / "long.txt"
SCREENSHOTS = Path(__file__).parent.parent / "screenshots"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-screenshots",
        action="store_true",
        help="write pictures, snapshots and the keys in the README instead of comparing them",
    )
    parser.addoption("--long", action="store_true", help="run what stands in tests/long.txt, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = set() if config.getoption("--long") else long_tests() - {*config.args}
    long = [item for item in items if item.nodeid in left_out]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item.nodeid not in left_out]


def long_tests() -> set[str]:
    """Return the IDs of the tests that are left out unless they are asked for."""
    lines = LONG.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if not line.startswith("#")}


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the test a home of its own, and the environment of nobody."""
    with own_home() as environment:
        for name in set(os.environ) - set(environment):
            monkeypatch.delenv(name)
        for name, value in environment.items() - os.environ.items():
            monkeypatch.setenv(name, value)
        yield


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        # Hundreds of programs are started, and where Python may write no bytecode by itself each
        # of them would compile all that it imports.
        for folder in ("xcoll_tui", "tests"):
            compileall.compile_dir(ROOT / folder, quiet=2)
    guard = guard_for(config)
    guard.start()
    config.pluginmanager.register(guard)
    config.pluginmanager.register(Tally(), "tally")
    # What has been imported stays, and looking through it for garbage takes a tenth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    # How long an example takes says how busy the machine is.
    settings.register_profile(
        "tests",
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        max_examples=1000 if config.getoption("--long") else 100,
    )
    settings.load_profile("tests")


@cache
def _samples() -> tuple[Store, list[str]]:
    """The small sample collections, and the files that are attached nowhere."""
    store = Store(clock=lambda: NOW)
    return store, list(fill_store(store, "small"))


@contextmanager
def serve_samples(**policy: Any) -> Iterator[Server]:
    """Serve the small sample collections on a real socket, with the clock standing still.

    They are made once and copied: making them takes longer than many a test.
    """
    samples, file_ids = _samples()
    with Server(**{"key": KEY, "clock": lambda: NOW, **policy}) as running:
        with samples.reading() as source, running.store.reading() as target:
            source.backup(target)
        running.file_ids = list(file_ids)
        yield running


@pytest.fixture
def server() -> Iterator[Server]:
    """The small sample collections, every document of which is indexed at once."""
    with serve_samples(index_seconds=0) as running:
        yield running


class OneService:
    """A way to one service with one key, for tests that are about something else."""

    keys = inference_keys = None
    credential_variable = "XAI_MANAGEMENT_API_KEY"
    why_read_only = "xcoll was started with --read-only, so nothing is written."
    kept_as = "tests"
    team_id = ""

    def __init__(self, connect: Callable[[], Connection], facts: tuple[str, ...], mode: str):
        self.connect = lambda on_loop: connect()  # noqa: ARG005 - nothing is asked ahead here
        self.facts = facts
        self.mode = mode


async def sleep_briefly(seconds: float) -> None:
    """Sleep a fiftieth: what is looked at until it has settled need not take ten seconds."""
    await asyncio.sleep(seconds / 50)


Browse = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


@pytest.fixture
def browse() -> Browse:
    """Run the program against a server of the API, in a terminal of any size."""

    @asynccontextmanager
    async def run(
        url: str,
        *,
        key: str = KEY,
        size: tuple[int, int] = (160, 45),
        clock: Callable[[], float] = lambda: NOW,
        sleep: Callable[[float], Awaitable[None]] = sleep_briefly,
        state: Path | None = None,
        read_only: bool = False,
        silence: float = 30,
        mode: str = "",
        inference_key: str | None = None,
        **options: object,
    ) -> AsyncIterator[Pilot[None]]:
        async def open_inference() -> InferenceClient:
            if inference_key is None:
                raise NoInferenceKey("Nothing was sent: search needs a key. Set XAI_API_KEY.")
            return InferenceClient(inference_key, url)

        def connect() -> Connection:
            host = InferenceHost(open_inference)
            client = Client(
                key,
                url,
                read_only=read_only,
                timeout=silence,
                on_request=lambda record: session.note_request(record),  # noqa: PLW0108 - made below
                on_wait=lambda wait: session.note_wait(wait),  # noqa: PLW0108
            )
            session = Session(
                client, clock=clock, sleep=sleep, state=state, place=url, inference=host
            )

            async def close() -> None:
                await session.end()
                await client.aclose()

            return Connection(session, close, kept_as=OneService.kept_as)

        facts = (f"key …{key[-4:]}", "127.0.0.1")
        app = XcollApp(OneService(connect, facts, mode), clock=clock, **options)
        app.animation_level = "none"
        async with app.run_test(size=size, notifications=True) as pilot:
            yield pilot

    return run


async def wait_until(pilot: Pilot[None], holds: Callable[[], object], seconds: float = 15) -> None:
    """Wait until something holds; fail with what is on the screen when it never does."""
    deadline = time.monotonic() + seconds
    patience = 0.005
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"never held; the screen is:\n{screen_text(pilot)}")
        await pilot.pause(patience)
        # Looking may mean drawing the whole screen: it would take the time from what is waited for.
        patience = min(0.05, patience * 1.5)
    await pilot.pause()


def screen_text(pilot: Pilot[None]) -> str:
    """Return what is on the screen as lines of text."""
    screen = pilot.app.screen
    lines = screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in lines)

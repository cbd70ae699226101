"""One run: actions drawn from a seed, the service's troubles beside them, and the checks."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import random
import shutil
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.endurance.checks import Checks, WrongError, require
from tests.endurance.hand import Hand
from tests.endurance.other import Other
from tests.endurance.world import URL, Weather, World, run_in_virtual_time, same_ids
from xcoll_tui.session.session import Session
from xcoll_tui.session.writes.outcome import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = 4
REST = 150
WARM = 1000
"""Actions after which nothing more is imported, and pools have their size."""
_MEMORY = 20.0


@dataclass
class Result:
    """What a run came to."""

    seed: int
    actions: int
    wrong: str = ""
    facts: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        facts = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        end = f"WRONG after {self.actions} actions: {self.wrong}" if self.wrong else "all is so"
        return f"seed {self.seed}: {self.actions} actions, {facts}: {end}"


class Player:
    """Plays a seed against a world in a folder."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.draw = random.Random(seed)
        self.folder = folder
        self.world = World(folder, random.Random(self.draw.random()))
        self.checks = Checks(self.world)
        self.hand = Hand(self.world, self.draw, self.checks)
        self.other = Other(self.world, random.Random(self.draw.random()))
        self.tasks: set[asyncio.Task] = set()
        self.done = 0
        self.session: Session | None = None
        self.warm: float | None = None
        """Megabytes when all that is loaded late was loaded."""
        self._with_other = True
        self._strays: list[str] = []

    async def play(self, actions: int) -> None:
        """Play so many actions, and check that all is as it must be."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self._strays.append(str(context)))
        self.other.furnish()
        await self._sit_down()
        await self.session.open_collection(next(iter(self.world.collections())))
        weather = self.draw
        for number in range(actions):
            self.done = number
            await self._step()
            if number % 40 == 0:
                self.world.weather = Weather(
                    weather.choice((0, 0, 0.03, 0.1, 0.3)),
                    weather.choice((0.02, 0.3, 1.5)),
                    weather.choice((0, 0.3)),
                )
                self._with_other = weather.random() < 0.7
            if number % REST == REST - 1:
                await self._rest()
            if number == WARM:
                gc.collect()
                self.warm = _resident()
        self.done = actions
        await self._rest()
        await self._get_up()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        require(not left, "tasks are left:", left[:3])
        require(not self._strays, "nobody looked at:", self._strays[:3])

    async def _step(self) -> None:
        draw = self.draw
        chance = draw.random()
        if chance < 0.004 and self.world.alive:
            self.world.die()
        elif not self.world.alive and chance < 0.3:
            self.world.start()
        elif 0.01 < chance < 0.013:
            await self._get_up()
            await self._sit_down()
        elif 0.02 < chance < 0.05 and self.tasks:
            draw.choice(sorted(self.tasks, key=lambda task: task.get_name())).cancel()
            self.checks.uncounted.update(self.world.collections())
        if self._with_other and self.world.alive and draw.random() < 0.25:
            self.other.act()
        (name,) = draw.choices(self.hand.names, self.hand.weights)
        task = asyncio.create_task(self.hand.act(name), name=f"{self.done:06} {name}")
        self.tasks.add(task)
        await asyncio.sleep(draw.choice((0, 0.01, 0.3, 2)) * draw.random())
        while len(self.tasks) > draw.randint(0, AT_ONCE):
            await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
            self._look_at_tasks()
        self._look_at_tasks()
        self.checks.check_awaited()
        if self.world.alive:
            self.checks.check_rows(self.session, self.hand.flying.__contains__)

    def _look_at_tasks(self) -> None:
        for task in [task for task in self.tasks if task.done()]:
            self.tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                if isinstance(error, WrongError):
                    raise WrongError(f"{task.get_name()}: {error}") from error
                raise WrongError(f"{task.get_name()} raised {error!r}") from error

    async def _rest(self) -> None:
        if not self.world.alive:
            self.world.start()
        self.world.weather = Weather()
        while self.tasks:
            await asyncio.wait(self.tasks)
            self._look_at_tasks()
        await asyncio.wait_for(self.session._context.tasks.idle(), 600)
        await asyncio.sleep(65)  # what was given up is looked for no more, and all has taken effect
        self.world.apply_due()
        await asyncio.wait_for(self.session._context.tasks.idle(), 600)
        self.hand.rest()
        await self.checks.check_rest(self.session)
        await self._check_count_of_a_removal()
        require(not self._strays, "nobody looked at:", self._strays[:3])

    async def _check_count_of_a_removal(self) -> None:
        """Remove a document where all is known: the count follows before it is asked for again."""
        session, shelf = self.session, self.session.opened
        feed, collection = session.documents, session.collection
        row = next(feed.listing.loaded_items(), None) if feed is not None else None
        if row is None or collection is None or shelf not in self.world.collections():
            return
        count, place = collection.documents_count, (shelf, row.file_id)
        with self.hand.wishing(place, lambda s: s is None, "remove", removes=True) as wish:
            outcome = await session.document_writes.remove(row.file_id)
            self.checks.judge(wish, outcome)
        shown = session.collection.documents_count, feed.total
        removed = outcome.verdict is Verdict.DONE
        require(not removed or shown == (count - 1,) * 2, "a count that stays:", count, *shown)

    async def _sit_down(self) -> None:
        client = self.world.client(
            on_request=lambda record: session.note_request(record),  # noqa: PLW0108
            on_wait=lambda wait: session.note_wait(wait),  # noqa: PLW0108
        )
        session = Session(client, clock=self.world.clock, state=self.folder / "state", place=URL)
        self.client, self.session, self.hand.session = client, session, session
        await session.start(self.hand.shelf())
        self._follower = asyncio.create_task(session.follower.run(), name="follower")

    async def _get_up(self) -> None:
        """End the session in the middle of everything, as a person does who has enough."""
        for task in self.tasks:
            task.cancel()
        self._follower.cancel()
        await asyncio.gather(*self.tasks, self._follower, return_exceptions=True)
        self._look_at_tasks()
        await self.session.end()
        await self.client.aclose()
        self.checks.sure.clear()
        self.checks.looked.clear()
        self.checks.uncounted.update(self.world.collections())


def play(
    seed: int,
    actions: int,
    *,
    before: Callable[[], None] = lambda: None,
    measure: bool = True,
) -> Result:
    """Play a seed in a folder of its own; `before` is called first, to plant something."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    threads, descriptors = threading.active_count(), _descriptors()
    end = same_ids(random.Random(seed))
    player: Player | None = None
    before()
    try:
        player = Player(seed, folder)
        run_in_virtual_time(player.play(actions))
        result = Result(seed, actions, facts=_facts(player))
    except (WrongError, RuntimeError, TimeoutError) as wrong:
        result = Result(seed, player.done, f"{type(wrong).__name__}: {wrong}", _facts(player))
    finally:
        end()
        if player is not None:
            player.world.close()
        shutil.rmtree(folder, ignore_errors=True)
    warm = None if player is None else player.warm
    del player
    grown = 0.0 if warm is None else _resident() - warm
    left = threading.active_count() - threads, _descriptors() - descriptors
    result.facts["grown"] = f"{grown:.1f} MB"
    if not result.wrong and any(each > 0 for each in left):
        result.wrong = f"{left[0]} threads and {left[1]} descriptors are left"
    if not result.wrong and measure and grown > _MEMORY:
        result.wrong = f"it has grown by {grown:.0f} MB"
    return result


def _facts(player: Player) -> dict[str, object]:
    world = player.world
    kind = ", ".join(f"{value}" for value in world.policies.values())
    return {"service": f"({kind})", "requests": world.requests, "faults": world.struck,
            "deaths": len(world.died)}  # fmt: skip


def _descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def _resident() -> float:
    """Return the megabytes that this process cannot give back."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)  # what is free is nobody's growth
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024

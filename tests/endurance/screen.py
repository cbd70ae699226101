"""The same through the screen: keys from the table of actions, text into forms, by chance.

Time is the wall's here, and what the session waits for is shortened; so a seed draws the same keys,
and what they meet may differ a little.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import tempfile
import time
from pathlib import Path

from textual import events

from tests.conftest import OneService, screen_text
from tests.endurance.checks import Checks, WrongError, require
from tests.endurance.other import Other
from tests.endurance.play import Result
from tests.endurance.world import URL, Weather, World
from tests.hostile.screen import assert_intact
from xcoll_tui.session.session import Session
from xcoll_tui.ui.access import Connection
from xcoll_tui.ui.actions import ACTIONS
from xcoll_tui.ui.app import XcollApp

FASTER = 50
PATIENCE = 60.0
# What ends the program, or leaves it for another one.
_LEFT_OUT = {"quit", "suspend", "app.suspend"}
_IN_DIALOGS = (
    "enter", "enter", "enter", "tab", "shift+tab", "down", "space", "y", "y", "y", "ctrl+s",
    "ctrl+s", "ctrl+s", "ctrl+n", "backspace", "escape", "a",
)  # fmt: skip
_TEXTS = ("10-K", "x", "name:1", "[b]", "file_1", "\u202e", "2", "kind=a")


def keys() -> list[str]:
    """Return the keys of the table of actions, the writing ones more often."""
    drawn = []
    for action in ACTIONS:
        if action.id in _LEFT_OUT or "quit" in action.call or "suspend" in action.call:
            continue
        drawn += [action.keys.split(",")[0]] * (3 if action.writes else 1)
    return drawn


class ScreenPlayer:
    """Presses keys against a world."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.draw = random.Random(seed)
        self.folder = folder
        self.world = World(folder, random.Random(self.draw.random()), quiet=True)
        self.world.patience = 0.4
        self.other = Other(self.world, random.Random(self.draw.random()))
        self.checks = Checks(self.world)
        self.checks.by_hand = True
        self.session: Session | None = None
        self.done = 0
        self.pressed: list[str] = []

    def connect(self) -> Connection:
        """Make the client and the session; the app calls it in a thread."""

        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds / FASTER)

        client = self.world.client(
            on_request=lambda record: session.note_request(record),  # noqa: PLW0108
            on_wait=lambda wait: session.note_wait(wait),  # noqa: PLW0108
            sleep=sleep,
        )
        self.session = session = Session(
            client, clock=self.world.clock, sleep=sleep, state=self.folder / "state", place=URL
        )

        async def close() -> None:
            await session.end()
            await client.aclose()

        return Connection(session, close, kept_as="endurance")

    async def play(self, actions: int) -> None:
        """Press so many keys, and check that all is as it must be."""
        self.other.furnish()
        app = XcollApp(OneService(self.connect, (), ""), clock=self.world.clock)
        app.animation_level = "none"
        async with app.run_test(size=(120, 36), notifications=True) as pilot:
            await self._until(pilot, lambda: self.session and self.session.collections.listing)
            choices = keys()
            for number in range(actions):
                self.done = number
                if number % 25 == 0:
                    share = self.draw.choice((0, 0, 0.05, 0.2))
                    self.world.weather = Weather(share, self.draw.choice((0.005, 0.05)))
                if self.draw.random() < 0.2:
                    self.other.act()
                await self._press(pilot, self._draw_key(pilot, choices))
                require(app.is_running, "the program ended")
                if number % 20 == 0:
                    assert_intact(pilot)
            self.done = actions
            await self._rest(pilot)
        await asyncio.sleep(0.5)  # Textual's own timers let go behind it
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        require(not left, "tasks are left:", left[:3])

    def _draw_key(self, pilot, choices: list[str]) -> str:
        if len(pilot.app.screen_stack) > 1 and self.draw.random() < 0.85:
            if self.draw.random() < 0.25:
                return self.draw.choice(_TEXTS)
            return self.draw.choice(_IN_DIALOGS)
        return self.draw.choice(choices)

    async def _press(self, pilot, key: str) -> None:
        self.pressed.append(key)
        focused = pilot.app.screen.focused
        if key in _TEXTS and focused is not None:
            ids = self.world.files()[-9:]
            focused.post_message(events.Paste(self.draw.choice((key, *ids))))
            await pilot.pause()
        else:
            await pilot.press(key)

    async def _rest(self, pilot) -> None:
        self.world.weather = Weather(0, 0.001)
        for _ in range(12):
            await pilot.press("escape")
        session = self.session
        await self._until(pilot, lambda: not (session.busy or session.bulk.running))
        for _ in range(12):
            await pilot.press("escape")
        await asyncio.wait_for(session._context.tasks.idle(), PATIENCE)
        await asyncio.sleep(65 / FASTER)
        await asyncio.wait_for(session._context.tasks.idle(), PATIENCE)
        await self.checks.check_rest(session)
        assert_intact(pilot)

    async def _until(self, pilot, holds) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise WrongError(f"it never came to rest; the screen is:\n{screen_text(pilot)}")
            await pilot.pause(0.02)


def play(seed: int, actions: int) -> Result:
    """Play a seed through the screen, in a folder of its own."""
    folder = Path(tempfile.mkdtemp())
    before = Path.cwd()
    os.chdir(folder)  # what is exported goes there
    player = ScreenPlayer(seed, folder)
    try:
        asyncio.run(player.play(actions))
        wrong = ""
    except (AssertionError, Exception) as error:  # noqa: BLE001 - whatever it is, it is told
        wrong = f"{type(error).__name__}: {error}; the last keys: {' '.join(player.pressed[-25:])}"
    finally:
        player.world.close()
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)
    facts = {"requests": player.world.requests, "faults": player.world.struck}
    return Result(seed, player.done, wrong, facts)

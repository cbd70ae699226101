"""The times at which a screen is painted: soon after what a person does, else sixty times a second.

What it overrides of Textual 8.2.8 (timer.py) is pinned by a test.
"""

import asyncio
from typing import TYPE_CHECKING

from textual.timer import Timer

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message_pump import MessagePump
    from textual.timer import TimerCallback


class FrameClock(Timer):
    """A timer that calls back, once it is resumed, `period` seconds after the last time.

    For an input it is `period` seconds after the last time for an input: what is drawn ten times a
    second, as the rows of a run are, holds up no key. Textual's timer (141) goes by a grid, so that
    the second frame after a pause comes up to two periods after the first. `inputs` tells how many
    inputs have acted so far.
    """

    def __init__(
        self,
        target: "MessagePump",
        period: float,
        paint: "TimerCallback",
        inputs: "Callable[[], int]",
    ) -> None:
        super().__init__(target, period, name="paint", callback=paint, pause=True)
        self._period = period
        self._inputs = inputs
        self._inputs_painted = inputs()
        self._painted_at = self._input_painted_at = float("-inf")
        self._asleep: asyncio.Future[None] | None = None

    def start(self) -> None:
        """Begin; nothing is called back before it is resumed."""
        self._start()

    def resume(self) -> None:
        """Call back when it is time: at once where an input has acted since."""
        super().resume()
        if self._asleep is not None and self._seconds_left() <= 0:
            _wake(self._asleep)

    async def _run(self) -> None:
        active: asyncio.Event = self._active
        while True:
            await active.wait()
            left = self._seconds_left()
            if left > 0:
                await self._sleep(left)
                continue  # it may have been paused, or an input has acted
            inputs = self._inputs()
            await self._tick(next_timer=0.0, count=0)
            self._note_painted(inputs)

    async def _sleep(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._asleep = asleep = loop.create_future()
        alarm = loop.call_later(seconds, _wake, asleep)
        try:
            await asleep
        finally:
            self._asleep = None
            alarm.cancel()

    def _seconds_left(self) -> float:
        has_input = self._inputs() != self._inputs_painted
        since = self._input_painted_at if has_input else self._painted_at
        return since + self._period - asyncio.get_running_loop().time()

    def _note_painted(self, inputs: int) -> None:
        self._painted_at = asyncio.get_running_loop().time()
        if inputs != self._inputs_painted:
            self._inputs_painted = inputs
            self._input_painted_at = self._painted_at


def _wake(asleep: "asyncio.Future[None]") -> None:
    if not asleep.done():
        asleep.set_result(None)

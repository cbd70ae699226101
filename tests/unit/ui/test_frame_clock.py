import asyncio
from contextlib import asynccontextmanager

import pytest
from textual._context import active_app

from tests.unit.virtual import now, run_virtual
from xcoll_tui.ui.frame_clock import FrameClock

PERIOD = 0.016


class Program:
    """What a timer belongs to, as far as it asks."""

    _exit = False
    features = frozenset()


class Painter:
    """A screen's side of the clock: it wants to be painted, and takes note of when it was."""

    def __init__(self, program):
        self.inputs = 0
        self.painted_at = []
        self.began = now()
        self.clock = FrameClock(program, PERIOD, self.paint, lambda: self.inputs)

    def paint(self):
        self.clock.pause()
        self.painted_at.append(pytest.approx(now() - self.began))

    async def want_at(self, seconds, *, inputs=0):
        """Let something change at that time, which inputs have done or not."""
        await asyncio.sleep(self.began + seconds - now())
        self.inputs += inputs
        self.clock.resume()


@asynccontextmanager
async def painter():
    program = Program()
    active_app.set(program)  # in the context of this loop only
    painter = Painter(program)
    painter.clock.start()
    await asyncio.sleep(0)
    yield painter
    painter.clock.stop()


def painted(*wanted):
    """Return when is painted what changes at these times, some of them by an input."""

    async def work():
        async with painter() as screen:
            for seconds, inputs in wanted:
                await screen.want_at(seconds, inputs=inputs)
            await asyncio.sleep(10 * PERIOD)
            return screen.painted_at

    return run_virtual(work())


def test_what_changes_after_a_pause_is_painted_at_once():
    assert painted((0, 0), (1, 0), (2, 0)) == [0, 1, 2]


def test_the_next_frame_comes_a_period_after_the_last_and_no_later():
    assert painted((1, 0), (1.001, 0), (1.002, 0)) == [1, 1 + PERIOD]
    assert painted((1, 0), (1.015, 0), (1.017, 0)) == [1, 1 + PERIOD, 1 + 2 * PERIOD]


def test_an_input_does_not_wait_for_the_frame_of_something_else():
    assert painted((1, 0), (1.005, 1)) == [1, 1.005]
    # Nor where that something waits to be painted already.
    assert painted((1, 0), (1.003, 0), (1.005, 1)) == [1, 1.005]


def test_inputs_have_no_more_frames_than_anything_else():
    assert painted((1, 1), (1.002, 1), (1.004, 1)) == [1, 1 + PERIOD]
    # What comes of an input later is nothing that it waits for.
    assert painted((1, 1), (1.002, 0)) == [1, 1 + PERIOD]


def test_nothing_is_painted_that_was_painted_otherwise_meanwhile():
    async def work():
        async with painter() as screen:
            await screen.want_at(0)
            await screen.want_at(0.001)
            screen.clock.pause()
            await screen.want_at(1)
            await asyncio.sleep(1)
            return screen.painted_at

    assert run_virtual(work()) == [0, 1]

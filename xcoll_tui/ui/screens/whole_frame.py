"""One frame for all that a key does.

What it overrides of Textual 8.2.8 (screen.py) is pinned by a test.
"""

import asyncio
from functools import partial
from typing import TypeVar

from textual.geometry import Size
from textual.screen import UPDATE_PERIOD, Screen
from textual.widget import Widget

from xcoll_tui.ui.frame_clock import FrameClock
from xcoll_tui.ui.input_queue import inputs_acted

T = TypeVar("T")

_ROUNDS = 12
"""Turns of the loop that a frame waits for at most: what goes on and on must be seen, too."""


class WholeFrameScreen(Screen[T]):
    """A screen that is painted when what a key has set going is done.

    A mark is told to the pane, for its title, and to the footer, for its keys. Painted as it comes,
    the row would be seen at once, and the title with the next frame, 17 ms later.
    """

    _painter: FrameClock | None = None

    @property
    def _update_timer(self) -> FrameClock:
        # 351: paints what is dirty by then, on a grid of times.
        if self._painter is None:
            inputs = partial(inputs_acted, self.app)
            self._painter = FrameClock(self, UPDATE_PERIOD, self._paint, inputs)
            self._painter.start()
            self._timers.add(self._painter)
        return self._painter

    def _screen_resized(self, size: Size) -> None:
        # 1450: lays out all and draws what is dirty, also for the size that it has, which is told
        # thrice between the first frame and the first rows.
        if size != self._compositor.size:
            super()._screen_resized(size)

    async def _paint(self) -> None:
        for _ in range(_ROUNDS):
            if not self._is_under_way():
                break
            await asyncio.sleep(0)
        self._on_timer_update()

    def _is_under_way(self) -> bool:
        """Tell whether a widget has to be told something, or has yet to tell that it changed."""
        return bool(self.app.message_queue_size or self.message_queue_size) or any(
            node.message_queue_size or node._repaint_required  # noqa: SLF001
            for node in self.walk_children(Widget)
        )

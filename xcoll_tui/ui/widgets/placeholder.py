"""What a table says where it has no rows."""

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget

SLOW = 0.15
"""Seconds after which it is said that rows are waited for."""


class Placeholder:
    """A text in place of rows; that they are waited for is said only if it takes longer.

    What comes sooner replaces what stands there, so that nothing flickers.
    """

    def __init__(self, table: "Widget") -> None:
        self.text = ""
        self.is_waiting = False
        """Whether rows are waited for: their cells are hinted at."""
        self._table = table
        self._slow: Timer | None = None

    def say(self, text: str) -> None:
        """Say something at once."""
        self._stop()
        self._show(text, is_waiting=False)

    def wait(self, text: str) -> None:
        """Say in a moment what is waited for."""
        if self.is_waiting:
            self._show(text, is_waiting=True)
        else:
            self._stop()
            show = partial(self._show, text, is_waiting=True)
            self._slow = self._table.set_timer(SLOW, show)

    def _stop(self) -> None:
        if self._slow is not None:
            self._slow.stop()
            self._slow = None

    def _show(self, text: str, *, is_waiting: bool) -> None:
        if (text, is_waiting) != (self.text, self.is_waiting):
            self.text, self.is_waiting = text, is_waiting
            self._table.refresh()

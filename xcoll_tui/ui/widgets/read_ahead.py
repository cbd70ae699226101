"""How far ahead of the view rows are asked for: a page, and more while it is scrolled."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from xcoll_tui.session.lists.listing import End
from xcoll_tui.ui.widgets.row_source import RowSource

PAGE = 100
"""The rows of a page: so many more than can be seen are there while nothing is scrolled."""
_NEAR_TAIL = 60
"""So near to the gap the next page below it is asked for: the last row of all takes one request."""
_WINDOW = 0.5
"""Seconds that are looked back on for how fast the view moves."""
_LEAST = 0.1
"""Seconds that a move is taken to last at least: keys may come in one go."""
_SOON = 0.4
"""What will be seen within so many seconds is asked for: several round trips."""
_JUMP = 2
"""So many screens at once are a jump, and say nothing of where the view will be next."""


class ReadAhead:
    """The speed at which a view moves over its rows, and what that makes worth asking for.

    At rest `ahead` rows below those that are seen are.
    """

    def __init__(self, ahead: int = PAGE, clock: Callable[[], float] = time.monotonic) -> None:
        self._ahead = ahead
        self._clock = clock
        self._moves: deque[tuple[float, int]] = deque()

    def _note(self, top: int, high: int) -> None:
        moves = self._moves
        if moves and moves[-1][1] == top:
            return
        if moves and abs(top - moves[-1][1]) > _JUMP * high:
            moves.clear()
        moves.append((self._clock(), top))

    def wanted(
        self, rows: RowSource[Any], top: int, high: int, *, has_focus: bool
    ) -> list[tuple[End, bool]]:
        """List where a page is wanted, and whether nobody sees yet that it is missing.

        Where nobody is, but only passes by, none is wanted that is not seen.
        """
        self._note(top, high)
        if rows.complete or not len(rows):
            return []
        soon, bottom, gap = self._soon, top + high, rows.gap_index
        below = soon + self._ahead if has_focus or top else soon
        stop = len(rows) if gap is None else gap
        wanted = []
        if top <= stop <= bottom + below:
            wanted.append((End.HEAD, stop >= bottom))
        if gap is not None and top - soon - _NEAR_TAIL <= gap < bottom:
            wanted.append((End.TAIL, gap < top))
        return wanted

    @property
    def _soon(self) -> int:
        """How many rows the view will move over within a moment; 0 at rest."""
        moves, now = self._moves, self._clock()
        # The last one stays: a next one tells by it how far the view has moved.
        while len(moves) > 1 and moves[0][0] < now - _WINDOW:
            moves.popleft()
        if len(moves) < 2:
            return 0
        (began, first), (ended, last) = moves[0], moves[-1]
        return round(abs(last - first) / max(ended - began, _LEAST) * _SOON)

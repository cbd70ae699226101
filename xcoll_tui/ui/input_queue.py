"""Keys and clicks, one after another: none acts before what the one before it did is done.

They come in bursts: typed ahead, over a slow link, pasted without brackets, sent by a program. Left
alone, Textual forwards each to what has the focus at once, and runs the bindings later, after the
letters behind them; and a second press reaches a dialog that has ended with the first.
"""

import asyncio
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.dom import DOMNode
    from textual.message import Message

ROUNDS = 3
"""Walks after which an event is done: what it was sent to, what that told, and what came of it."""

SETTLED = 0.05
"""Seconds after which one walk is enough: nobody types, or clicks, as quickly by hand."""

LOST = 2.0
"""Seconds after which a walk is taken for lost: what it went through was taken away meanwhile."""

_QUICK = (
    events.MouseMove,
    events.MouseScrollUp,
    events.MouseScrollDown,
    events.MouseScrollLeft,
    events.MouseScrollRight,
)


class InputQueue:
    """Lets events act in order. One is done when walks behind it have come up to the app.

    A walk goes the way of an event, from what has the focus up through its parents. Each of them
    takes what comes in its turn, so the walk never arrives before the event.
    """

    def __init__(self, app: "App[Any]", act: "Callable[[Message], Awaitable[None]]") -> None:
        self._app = app
        self._act = act
        self._waiting: deque[Message] = deque()
        self._walks = 0
        """Walks that the latest event still needs."""
        self._walking: object | None = None
        """The walk under way; another object for each."""
        self._outdated = False
        """Whether something acted behind the walk under way."""
        self._acted_at = 0.0
        self._screen: object = None
        """The screen that the latest event found."""
        self._typing_into: DOMNode | None = None
        self._lost: asyncio.TimerHandle | None = None

    async def take(self, event: "Message") -> None:
        """Let an event act in its turn; only in the app's own task."""
        last = self._waiting[-1] if self._waiting else None
        if isinstance(event, events.MouseMove) and isinstance(last, events.MouseMove):
            self._waiting.pop()  # the mouse was there, and is not any more
        if self._walking is None and monotonic() - self._acted_at > SETTLED:
            self._walks = 0
        self._waiting.append(event)
        await self._go_on()

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    async def _go_on(self) -> None:
        while self._waiting:
            if self._walking is None and self._walks:
                self._start_walk()
            if self._walking is not None and not self._goes_on_typing(self._waiting[0]):
                return
            await self._let_act(self._waiting.popleft())

    def _goes_on_typing(self, event: "Message") -> bool:
        """Tell whether this is a letter behind a letter: an input takes them in their order."""
        return (
            isinstance(event, events.Key)
            and event.is_printable
            and self._typing_into is not None
            and self._typing_into is self._app.focused
        )

    async def _let_act(self, event: "Message") -> None:
        if isinstance(event, _QUICK):
            await self._act(event)
            return
        focused = self._app.focused
        typed = isinstance(event, events.Key) and event.is_printable
        self._typing_into = focused if typed and _takes_text(focused) else None
        self._screen = self._app.screen
        self._acted_at = monotonic()
        self._walks = ROUNDS
        self._outdated = self._walking is not None
        await self._act(event)
        if self._walking is None:
            self._start_walk()

    # Walks

    def _start_walk(self) -> None:
        self._walking = walk = object()
        self._outdated = False
        self._lost = asyncio.get_running_loop().call_later(LOST, self._arrive_soon, walk)
        screen = self._app.screen
        if screen is not self._screen:
            # What is new has to stand before it can have the focus.
            self._screen = screen
            if screen.call_after_refresh(self._walk_on, screen, walk):
                return
        self._walk_on(None, walk)

    def _walk_on(self, left: "DOMNode | None", walk: object) -> None:
        node: DOMNode | None = (
            (self._app.focused or self._app.screen) if left is None else left.parent
        )
        while node is not None and node is not self._app:
            if node.call_later(self._walk_on, node, walk):
                return
            node = node.parent
        self._arrive_soon(walk)

    def _arrive_soon(self, walk: object) -> None:
        self._app.call_later(self._arrive, walk)

    async def _arrive(self, walk: object) -> None:
        if walk is not self._walking:
            return  # it was taken for lost
        self._walking = None
        if self._lost is not None:
            self._lost.cancel()
        if self._outdated:
            self._start_walk()
        else:
            self._walks -= 1
        await self._go_on()


def _takes_text(node: "DOMNode | None") -> bool:
    from textual.widgets import Input, TextArea  # noqa: PLC0415 - not for the first frame

    return isinstance(node, Input | TextArea)

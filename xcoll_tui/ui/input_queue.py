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
from textual.worker import WorkerState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.dom import DOMNode
    from textual.message import Message

ROUNDS = 3
"""Walks after which an event is done: what it was sent to, what that told, and what came of it."""

SETTLED = 0.05
"""Seconds after which one walk is enough: nobody types, or clicks, as quickly by hand."""

HELD = 2.0
"""Seconds for which events wait for a dialog that is being prepared; after that they act."""

_BEHIND = 0.02
"""Seconds that the walk of an event waits, if no other event does: the repaint goes first."""

LOST = 2.0
"""Seconds after which a walk is taken for lost: what it went through was taken away meanwhile."""

_QUICK = (
    events.MouseMove,
    events.MouseScrollUp,
    events.MouseScrollDown,
    events.MouseScrollLeft,
    events.MouseScrollRight,
)
_STEPS = {"up", "down", "left", "right", "pageup", "pagedown", "j", "k"}


class InputQueue:
    """Lets events act in order. One is done when walks behind it have come up to the app.

    A walk goes the way of an event, from what has the focus up through its parents. Each of them
    takes what comes in its turn, so the walk never arrives before the event.
    """

    def __init__(self, app: "App[Any]", act: "Callable[[Message], Awaitable[None]]") -> None:
        self._app = app
        self._act = act
        self._waiting: deque[Message] = deque()
        self.acted = 0
        """How many events have acted."""
        self._latest: Message | None = None
        """What acted last."""
        self._acted_at = 0.0
        self._screen: object = None
        """The screen that it found."""
        self._typing_into: DOMNode | None = None
        """What had the focus then, if it was a letter or a step."""
        self._walks = 0
        """Walks that it still needs."""
        self._walking: object | None = None
        """The walk under way; another object for each."""
        self._outdated = False
        """Whether something acted behind the walk under way."""
        self._timer: asyncio.TimerHandle | None = None
        """When the walk begins, or is taken for lost."""
        self._hold: asyncio.TimerHandle | None = None
        """Until when a dialog is waited for."""

    async def take(self, event: "Message") -> None:
        """Let an event act in its turn; only in the app's own task."""
        last = self._waiting[-1] if self._waiting else None
        if isinstance(event, events.MouseMove) and isinstance(last, events.MouseMove):
            self._waiting.pop()  # the mouse was there, and is not any more
        walked = self._walking is None and self._walks < ROUNDS
        if walked and monotonic() - self._acted_at > SETTLED:
            self._walks = 0
        self._waiting.append(event)
        await self._go_on()

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def hold(self) -> None:
        """Let what comes now wait for a dialog that is read for: it is meant for that."""
        if self._hold is None:
            self._hold = asyncio.get_running_loop().call_later(HELD, self.release)

    def release(self) -> None:
        """Let act what has waited; where a dialog has come, as soon as that stands."""
        if self._hold is None:
            return
        self._hold.cancel()
        self._hold = None
        if self._waiting and self._app.is_running:
            self._walks = max(self._walks, 1)
            self._app.call_later(self._go_on)

    async def _go_on(self) -> None:
        while self._waiting and self._hold is None:
            if not self._goes_with_latest(self._waiting[0]):
                if self._walking is None and self._walks:
                    self._start_walk()
                if self._walking is not None:
                    return
            await self._let_act(self._waiting.popleft())

    def _goes_with_latest(self, event: "Message") -> bool:
        """Tell whether what takes the latest event takes this one, too, in its order.

        So it is with a letter behind a letter, with the same step again, and with a button that is
        let go.
        """
        if isinstance(event, events.MouseUp):
            return isinstance(self._latest, events.MouseDown)
        if not isinstance(event, events.Key) or not isinstance(self._latest, events.Key):
            return False
        if self._typing_into is None or self._typing_into is not self._app.focused:
            return False
        if _takes_text(self._typing_into):
            return event.is_printable and self._latest.is_printable
        return event.key in _STEPS and event.key == self._latest.key

    async def _let_act(self, event: "Message") -> None:
        self.acted += 1
        if isinstance(event, _QUICK):
            await self._act(event)
            return
        typed = isinstance(event, events.Key) and (event.is_printable or event.key in _STEPS)
        self._typing_into = self._app.focused if typed else None
        self._latest = event
        self._screen = self._app.screen
        self._acted_at = monotonic()
        self._walks = ROUNDS
        self._outdated = self._walking is not None
        await self._act(event)
        if self._walking is None:
            self._set_timer(_BEHIND, self._start_walk)

    def _set_timer(self, seconds: float, call: "Callable[..., object]", *arguments: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, call, *arguments)

    # Walks

    def _start_walk(self) -> None:
        if self._walking is not None or not self._app.is_running:
            return
        self._walking = walk = object()
        self._outdated = False
        self._set_timer(LOST, self._arrive_soon, walk)
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
        if self._timer is not None:
            self._timer.cancel()
        if self._outdated:
            self._start_walk()
            return
        self._walks -= 1
        if self._waiting:
            if self._is_quiet():
                self._walks = 0
            await self._go_on()

    def _is_quiet(self) -> bool:
        """Tell whether the event has set nothing going: then it is done with its first walk."""
        app = self._app
        screen = app.screen
        return (
            screen is self._screen
            and not app.message_queue_size
            and not any(node.message_queue_size for node in screen.walk_children(with_self=True))
            and not any(worker.state is WorkerState.PENDING for worker in app.workers)
        )


def inputs_acted(app: "App[Any]") -> int:
    """Return how many events of a person have acted; 0 where a program does not queue them."""
    queue = getattr(app, "input_queue", None)
    return queue.acted if isinstance(queue, InputQueue) else 0


def _takes_text(node: "DOMNode | None") -> bool:
    from textual.widgets import Input, TextArea  # noqa: PLC0415 - not for the first frame

    return isinstance(node, Input | TextArea)

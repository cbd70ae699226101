"""An Esc that may have been the head of a code that a slow link tore: what it did can be undone."""

from collections.abc import Callable
from inspect import isawaitable
from typing import Any, NamedTuple

from textual.message_pump import MessagePump
from textual.screen import Screen


class _Step(NamedTuple):
    undo: Callable[[], object]
    commit: Callable[[], object] | None


class EscapeDoubt:
    """Remembers what the latest Esc did until it is known whether it was one."""

    def __init__(self) -> None:
        self._steps: list[_Step] | None = None

    @property
    def open(self) -> bool:
        """Whether the latest Esc may have been none."""
        return self._steps is not None

    def begin(self) -> None:
        """Doubt the Esc that comes next."""
        self._steps = []

    def add(
        self, undo: Callable[[], object], *, commit: Callable[[], object] | None = None
    ) -> None:
        """Remember how to undo what was done just now, and what is to be done once it is sure."""
        if self._steps is not None:
            self._steps.append(_Step(undo, commit))
        elif commit is not None:
            commit()

    async def settle(self, *, retracted: bool) -> None:
        """Undo what the Esc did if it was none, the last first; else do what was put off."""
        steps, self._steps = self._steps or [], None
        for step in reversed(steps) if retracted else steps:
            act = step.undo if retracted else step.commit
            done = None if act is None else act()
            # What closes a dialog is not waited for: the dialog is not done before its caller.
            if retracted and isawaitable(done):
                await done


def escape_doubt(pump: MessagePump) -> EscapeDoubt:
    """Return the doubt of the program; one that is never open where the program has none."""
    doubt = getattr(pump.app, "escape_doubt", None)
    return doubt if isinstance(doubt, EscapeDoubt) else EscapeDoubt()


def close_after_escape(screen: Screen[Any], close: Callable[[], object]) -> None:
    """Close a dialog; after an Esc that may have been none it only hides until that is known."""
    doubt = escape_doubt(screen)
    if not doubt.open:
        close()
        return
    focused, background = screen.focused, screen.styles.background
    # Not the messages in passing, which stay where they are.
    own = [child for child in screen.children if not child.has_class("-textual-system")]
    shown = [child for child in own if child.display]
    screen.styles.background = "transparent"
    for child in shown:
        child.display = False

    def show_again() -> None:
        screen.styles.background = background
        for child in shown:
            child.display = True
        screen.set_focus(focused)

    doubt.add(show_again, commit=close)

"""The input of what is to be found."""

from collections.abc import Callable

from textual import events

from xcoll_tui.ui.widgets.text_input import TextInput

_KEYS = ("enter", "escape", "down", "up", "tab", "shift+tab")


class FindLine(TextInput):
    """A line that gives the keys that walk, and those that end it, to ``press``."""

    def __init__(self, press: Callable[[str], None]) -> None:
        super().__init__(placeholder="Find…", compact=True)
        self._press = press

    async def _on_key(self, event: events.Key) -> None:
        if event.key in _KEYS:
            event.stop()
            event.prevent_default()
            self._press(event.key)

"""The input of a filter."""

from collections.abc import Callable

from textual import events

from xcoll_tui.ui.widgets.text_input import TextInput

_LEAVING = ("enter", "escape", "down", "tab", "shift+tab")


class FilterLine(TextInput):
    """A line that is left by the keys that end it."""

    def __init__(self, text: str, hint: str, leave: Callable[[str], None]) -> None:
        super().__init__(text, placeholder=hint, compact=True)
        self._leave = leave

    async def _on_key(self, event: events.Key) -> None:
        if event.key in _LEAVING:
            event.stop()
            event.prevent_default()
            self._leave(event.key)

"""The input of a filter: what is typed ahead of it or behind it goes where it was meant."""

from collections.abc import Callable

from textual import events

from xcoll_tui.ui.widgets.text_input import TextInput

_LEAVING = ("enter", "escape", "down", "tab", "shift+tab")


class FilterLine(TextInput):
    """A line that is left at once by the keys that end it.

    Keys come in bursts: pasted, over a slow line, from a quick typist. What follows the key that
    ends the filter is a command again, although it was aimed at this input.
    """

    def __init__(self, text: str, hint: str, leave: Callable[[str], None]) -> None:
        super().__init__(text, placeholder=hint, compact=True)
        self._leave = leave
        self._left = False

    def takes(self, key: str, character: str | None) -> bool:
        """Tell whether a key that was typed just before this input had the focus is for it."""
        printable = character is not None and character.isprintable()
        return not self._left and (printable or key in _LEAVING)

    def paste(self, text: str) -> None:
        """Take what is pasted, unless this line was left: then nobody would see it."""
        if not self._left:
            super().paste(text)

    async def _on_key(self, event: events.Key) -> None:
        if self._left:
            event.stop()
            event.prevent_default()
            self.app.post_message(events.Key(event.key, event.character))
        elif event.key in _LEAVING:
            event.stop()
            event.prevent_default()
            self._left = True
            self._leave(event.key)

"""The input of a filter."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from textual import events

from xcoll_tui.ui.widgets.text_input import TextInput


class FilterGuide(Protocol):
    """What knows the list that is filtered."""

    def explain(self, text: str, *, pasted: bool) -> str:
        """Say what a text asks for; it is called with each key, so it is quick."""

    def complete(self, text: str, cursor: int) -> tuple[int, Sequence[str]]:
        """Return where what is completed begins, and what may stand there."""

    def earlier(self) -> Sequence[str]:
        """List the filters used before, the newest first."""

    def closed(self) -> None:
        """Take note that nothing is being typed any more."""


class _Completing(NamedTuple):
    start: int
    choices: Sequence[str]
    number: int
    value: str
    """What the line holds with this choice, which tells that nothing was typed since."""


class SearchLine(TextInput):
    """A line that is left by the keys that end it."""

    LEAVING: tuple[str, ...] = ("enter", "escape", "down", "shift+tab")

    def __init__(self, text: str, hint: str, leave: Callable[[str], None]) -> None:
        super().__init__(text, placeholder=hint, compact=True)
        self._leave = leave

    async def _on_key(self, event: events.Key) -> None:
        if event.key in self.LEAVING:
            event.stop()
            event.prevent_default()
            self._leave(event.key)


class FilterLine(SearchLine):
    """A line in which Tab completes, and ↑ recalls."""

    def __init__(
        self, text: str, hint: str, leave: Callable[[str], None], guide: FilterGuide
    ) -> None:
        super().__init__(text, hint, leave)
        self._guide = guide
        self._completing: _Completing | None = None
        self._recalled: list[str] = []
        self._recall = 0
        self._pasted_whole = ""

    @property
    def is_pasted(self) -> bool:
        """Whether all that is in it was pasted, and not touched since."""
        return bool(self._pasted_whole) and self._pasted_whole == self.value

    @property
    def choices(self) -> Sequence[str]:
        """What Tab goes through."""
        completing = self._completing
        if completing is None or completing.value != self.value or len(completing.choices) == 1:
            return ()
        return completing.choices

    def paste(self, text: str) -> None:
        """Put a text from a clipboard in the place of what is selected."""
        start, end = sorted(self.selection)
        whole = (start, end) == (0, len(self.value))
        super().paste(text)
        self._pasted_whole = self.value if whole else ""

    async def _on_key(self, event: events.Key) -> None:
        if event.key in ("tab", "up"):
            event.stop()
            event.prevent_default()
            (self._complete if event.key == "tab" else self._go_back)()

    def _complete(self) -> None:
        now = self._completing
        if self.escaped or self.cursor_position != len(self.value):
            return
        if now is not None and now.value == self.value and len(now.choices) > 1:
            number = (now.number + 1) % len(now.choices)
            start, choices = now.start, now.choices
        else:
            start, choices = self._guide.complete(self.value, len(self.value))
            number = 0
        if choices:
            value = self.value[:start] + choices[number]
            self._completing = _Completing(start, choices, number, value)
            self.replace(choices[number], start, len(self.value))

    def _go_back(self) -> None:
        if not self._recalled or self.text != self._recalled[self._recall]:
            earlier = [text for text in self._guide.earlier() if text != self.text]
            self._recalled, self._recall = [self.text, *earlier], 0
        self._recall = (self._recall + 1) % len(self._recalled)
        self.replace(self._recalled[self._recall], 0, len(self.value))

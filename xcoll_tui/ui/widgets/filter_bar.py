"""The filter of a pane: one quiet line until it is used, an input while it is."""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from xcoll_tui.ui.text import clean

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widgets import Input

_PAUSE = 0.25
"""Seconds without a key after which what stands in the input is tried."""


class FilterBar(Widget):
    """Show the filter in force, and let it be typed.

    The input is made when it is first needed: it is the most expensive widget of the screen.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"filter--text", "filter--complaint"}
    HINT = "Filter…"

    class Typed(Message):
        """The filter was typed: ``final`` with Enter, else after a pause."""

        def __init__(self, bar: "FilterBar", text: str, *, final: bool) -> None:
            super().__init__()
            self.bar = bar
            self.text = text
            self.final = final

    class Left(Message):
        """The input was left without a word: the focus belongs to the rows again."""

        def __init__(self, bar: "FilterBar") -> None:
            super().__init__()
            self.bar = bar

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.complaint = ""
        self._input: Input | None = None
        self._pause: Timer | None = None

    @property
    def editing(self) -> bool:
        """Whether the input stands open."""
        return self._input is not None

    def show(self, text: str, complaint: str = "") -> None:
        """Show the filter in force, and what the service said of the last one tried."""
        if (text, complaint) == (self.text, self.complaint):
            return
        self.text, self.complaint = text, complaint
        self.set_class(bool(complaint), "-complaint")
        self.refresh(layout=True)

    def render(self) -> Content:
        """Draw the filter, and the complaint below it."""
        if self.text:
            line = Content.assemble(
                ("/ ", "bold"),
                (clean(self.text, 500), self.get_visual_style("filter--text", partial=True)),
            )
        else:
            line = Content(self.HINT)
        if not self.complaint:
            return line
        complaint = self.get_visual_style("filter--complaint", partial=True)
        return Content.assemble(line, "\n", (clean(self.complaint, 300), complaint))

    async def open(self) -> None:
        """Put the cursor into the input, with the filter in force to go on from."""
        if self._input is not None:
            self._input.focus()
            return
        from textual.widgets import Input  # noqa: PLC0415 - costs a third of the start-up

        self._input = Input(self.text, placeholder=self.HINT, compact=True, select_on_focus=False)
        await self.mount(self._input)
        self._input.focus()

    async def close(self) -> None:
        """Take the input away."""
        if self._pause is not None:
            self._pause.stop()
        if self._input is not None:
            line, self._input = self._input, None
            await line.remove()

    def _on_input_changed(self, event: "Input.Changed") -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        if event.value != self.text:
            text = event.value
            self._pause = self.set_timer(
                _PAUSE, lambda: self.post_message(self.Typed(self, text, final=False))
            )

    def _on_input_submitted(self, event: "Input.Submitted") -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        self.post_message(self.Typed(self, event.value, final=True))

    async def _on_key(self, event: events.Key) -> None:
        if self._input is None:
            return
        if event.key == "escape":
            event.stop()
            self.post_message(self.Typed(self, "", final=True))
        elif event.key in {"down", "tab", "shift+tab"}:
            event.stop()
            event.prevent_default()
            self.post_message(self.Left(self))

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        await self.open()

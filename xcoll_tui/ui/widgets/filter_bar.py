"""The filter of a pane: one quiet line until it is used, an input while it is."""

from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from xcoll_tui.ui.escape import escape_doubt
from xcoll_tui.ui.presentation.text import clean, fit_lines
from xcoll_tui.ui.widgets.lazy_components import LazyComponents

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widgets import Input

    from xcoll_tui.ui.widgets.filter_line import FilterGuide, FilterLine

_PAUSE = 0.25
"""Seconds without a key after which what stands in the input is tried."""
_CHOICES = 6
"""So many of what Tab goes through are told."""


class FilterBar(LazyComponents):
    """Show the filter in force, and let it be typed.

    The input is made when it is first needed: it is the most expensive widget of the screen.
    """

    HINT = "Filter…"

    class Typed(Message):
        """The filter was typed: ``final`` with Enter, else after a pause.

        ``pasted`` tells that nothing in it was typed by hand.
        """

        def __init__(self, text: str, *, final: bool, pasted: bool = False) -> None:
            super().__init__()
            self.text = text
            self.final = final
            self.pasted = pasted

    def __init__(self, rows: Widget, guide: "FilterGuide") -> None:
        super().__init__()
        self.text = ""
        self.complaint = ""
        self.words = ""
        """What the filter in force asks."""
        self._note = ""
        self._rows = rows
        self._guide = guide
        self._line: FilterLine | None = None
        self._pause: Timer | None = None

    @property
    def editing(self) -> bool:
        """Whether the input stands open."""
        return self._line is not None

    def show(self, text: str, complaint: str = "", words: str = "") -> None:
        """Show the filter in force, what it asks, and what is wrong with the last one tried."""
        if (text, complaint, words) == (self.text, self.complaint, self.words):
            return
        self.text, self.complaint, self.words = text, complaint, words
        if self._line is None:
            self._make_room()
        else:
            self._explain(self._line)

    def render(self) -> Content:
        """Draw the filter, and the complaint below it."""
        if self.text:
            line = Content.assemble(
                ("/ ", "bold"),
                (clean(self.text, 500), self.get_visual_style("filter--text", partial=True)),
            )
        else:
            line = Content(self.HINT)
        below = fit_lines(self._note or self.complaint or self.words, self.size.width, 2)
        if not below:
            return line
        is_complaint = bool(self.complaint) and not self._note
        style = self.get_visual_style("filter--complaint", partial=True) if is_complaint else ""
        return Content.assemble(line, "\n", (below, style))

    def _make_room(self) -> None:
        below = self._note or self.complaint or self.words
        is_long = cell_len(below) > max(20, self.size.width)
        layout = (bool(below), is_long) != (self.has_class("-complaint"), self.has_class("-long"))
        self.set_class(bool(below), "-complaint")
        self.set_class(is_long, "-long")
        self.refresh(layout=layout)

    def _show_note(self, note: str) -> None:
        if note != self._note:
            self._note = note
            self._make_room()

    async def open(self, text: str | None = None) -> None:
        """Put the cursor into the input, with the filter in force, or a text, to go on from."""
        if self._line is None:
            from xcoll_tui.ui.widgets.filter_line import FilterLine  # noqa: PLC0415 - see above

            text = self.text if text is None else text
            self._line = FilterLine(text, self.HINT, self._leave, self._guide)
            await self.mount(self._line)
            self._explain(self._line)
        self.screen.set_focus(self._line)

    def _leave(self, key: str) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        if self._pause is not None:
            self._pause.stop()
        self.screen.set_focus(self._rows)
        self._show_note("")
        line.remove()
        self._guide.closed()
        is_new = key == "down" and line.text != self.text
        if key == "enter" or is_new:
            self.post_message(self.Typed(line.text, final=True, pasted=line.is_pasted))
        elif key == "escape":
            self.post_message(self.Typed("", final=True))
            escape_doubt(self).add(partial(self._open_again, line.text, line.cursor_position))

    async def _open_again(self, text: str, cursor: int) -> None:
        await self.open(text)
        if self._line is not None:
            self._line.cursor_position = cursor

    def _on_input_changed(self, event: "Input.Changed") -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        if self._line is None:
            return
        text, pasted = self._line.text, self._line.is_pasted
        self._explain(self._line)
        if text != self.text:
            self._pause = self.set_timer(
                _PAUSE, lambda: self.post_message(self.Typed(text, final=False, pasted=pasted))
            )

    def _explain(self, line: "FilterLine") -> None:
        choices = line.choices[:_CHOICES]
        more = " …" if len(line.choices) > _CHOICES else ""
        completions = f"Tab: {'  '.join(choices)}{more}" if choices else ""
        words = completions or self._guide.explain(line.text, pasted=line.is_pasted)
        complaint = self.complaint if line.text == self.text else ""
        self._show_note(" ".join([*line.notes, *filter(None, [complaint or words])]))

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        await self.open()

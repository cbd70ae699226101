"""Inputs for keys and numbers, and switches and buttons that are readable without colour."""

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Checkbox, RadioButton

from xcoll_tui.session.bulk.pasted_text import trim_cell
from xcoll_tui.ui.widgets.text_input import LineInput

# Longer than any key that is accepted, so that it is refused and not cut.
_LONGEST_KEY = 4_096


class KeyInput(LineInput):
    """A masked line for a key: nothing of it is drawn, or leaves it by the clipboard.

    Of several lines that are pasted the first is taken, as `pass` keeps keys above notes.
    """

    class FirstLineTaken(Message):
        """Of what was pasted the lines after the first were left out."""

    def __init__(self, *, placeholder: str = "") -> None:
        super().__init__(
            placeholder=placeholder, password=True, max_length=_LONGEST_KEY, select_on_focus=False
        )

    def action_copy(self) -> None:
        """Copy nothing: the clipboard would be written to the terminal in the clear."""
        self.notify("The key cannot be copied.", severity="warning", markup=False)

    def action_cut(self) -> None:
        """Cut nothing, as for copying."""
        self.action_copy()

    def paste(self, text: str) -> None:
        """Put a key in, and tell when that was not all that was pasted."""
        lines = trim_cell(text).splitlines()
        if lines:
            super().paste(trim_cell(lines[0]))
        if len(lines) > 1:
            self.post_message(self.FirstLineTaken())


class NumberInput(LineInput):
    """A whole number that is not negative; None while it is empty."""

    def __init__(self, number: int | None = None, *, placeholder: str = "") -> None:
        super().__init__(
            "" if number is None else str(number),
            placeholder=placeholder,
            restrict=r"[0-9]*",
            max_length=12,
            select_on_focus=False,
        )

    @property
    def number(self) -> int | None:
        """The number."""
        return int(self.value) if self.value else None


class CheckMark(Checkbox):
    """A switch whose state is a mark and not a colour."""

    def render(self) -> Content:
        """Draw the box and the label."""
        return Content("[✓] " if self.value else "[ ] ") + self.label


class RadioMark(RadioButton):
    """One choice of several, whose state is a mark and not a colour."""

    def render(self) -> Content:
        """Draw the mark and the label."""
        return Content("(•) " if self.value else "( ) ") + self.label


class SafeButton(Button):
    """A button that takes a double click for one: the second may fall on what came of the first."""

    async def _on_click(self, event: events.Click) -> None:
        if event.chain > 1:
            event.prevent_default()
            event.stop()

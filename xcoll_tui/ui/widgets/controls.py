"""Inputs, switches and buttons that are safe with any text, and readable without colour."""

from textual import events
from textual.content import Content
from textual.widgets import Button, Checkbox, Input, RadioButton

from xcoll_tui.ui.escaping import escape, is_plain, unescape
from xcoll_tui.ui.text import clean

# Longer than any key that is accepted, so that it is refused and not cut.
_LONGEST_KEY = 4_096
_LONGEST_LINE = 10_000


class TextInput(Input):
    """A line of text that may hold anything: what cannot be shown is escaped while it is edited.

    Use `text`, never `value`: it is exact, and what has not been touched comes back as it was.
    """

    def __init__(
        self, text: str = "", *, placeholder: str = "", classes: str | None = None
    ) -> None:
        self.escaped = not is_plain(text)
        self._given = text
        self._given_shown = escape(text) if self.escaped else text
        super().__init__(
            self._given_shown, placeholder=placeholder, select_on_focus=False, classes=classes
        )

    @property
    def text(self) -> str:
        """The text that is meant."""
        if self.value == self._given_shown:
            return self._given
        return unescape(self.value) if self.escaped else self.value

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a part of what is shown; whatever is typed or pasted comes this way."""
        start, end = sorted((max(0, start), min(len(self.value), end)))
        if not self.escaped and not is_plain(self.value[:start] + text + self.value[end:]):
            before, after = escape(self.value[:start]), escape(self.value[end:])
            inserted = escape(text)
            self.escaped = True
            self.value = before + inserted + after
            self.cursor_position = len(before) + len(inserted)
            return
        # A single backslash is a person's who writes an escape; more at once were pasted.
        super().replace(escape(text) if self.escaped and len(text) > 1 else text, start, end)

    def _on_paste(self, event: events.Paste) -> None:
        # Textual keeps only the first line of what is pasted.
        event.prevent_default()
        event.stop()
        text = event.text.removesuffix("\n")
        if text:
            self.replace(text, *self.selection)


class KeyInput(Input):
    """A masked line for a key: nothing of it is drawn, or leaves it by the clipboard."""

    def __init__(self, *, placeholder: str = "") -> None:
        super().__init__(
            placeholder=placeholder, password=True, max_length=_LONGEST_KEY, select_on_focus=False
        )

    def action_copy(self) -> None:
        """Copy nothing: the clipboard would be written to the terminal in the clear."""
        self.notify("A key is not copied from here.", markup=False)

    def action_cut(self) -> None:
        """Cut nothing, as for copying."""
        self.action_copy()

    def _on_paste(self, event: events.Paste) -> None:
        # Textual keeps only the first line; a key that was broken over lines would be half a key.
        event.prevent_default()
        event.stop()
        if text := event.text.strip():
            self.replace(text, *self.selection)


class PlainInput(Input):
    """A line of text of which what is pasted cannot reach the terminal as codes."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if text := clean(event.text.strip(), _LONGEST_LINE):
            self.replace(text, *self.selection)


class NumberInput(Input):
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


class Check(Checkbox):
    """A switch whose state is a mark and not a colour."""

    def render(self) -> Content:
        """Draw the box and the label."""
        return Content("[✓] " if self.value else "[ ] ") + self.label


class Choose(RadioButton):
    """One choice of several, whose state is a mark and not a colour."""

    def render(self) -> Content:
        """Draw the mark and the label."""
        return Content("(•) " if self.value else "( ) ") + self.label


class Press(Button):
    """A button that takes a double click for one: the second may fall on what came of the first."""

    async def _on_click(self, event: events.Click) -> None:
        if event.chain > 1:
            event.prevent_default()
            event.stop()

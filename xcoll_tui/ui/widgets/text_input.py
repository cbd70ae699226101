"""A line of text that may hold anything, of any length, and be pasted into."""

from textual import events
from textual.widgets import Input

from xcoll_tui.session.bulk.pasted_text import trim_line
from xcoll_tui.ui.presentation.escaping import escape, explain_escapes, is_plain, unescape
from xcoll_tui.ui.presentation.folding import FOLDED, Folds

_LONG = 50_000
"""Characters that an input can show without being slow."""
_SHORT = 1_000
"""Characters that stay as they are, also where the input is full already."""


class Noted:
    """What is entered here is not always what it looks like."""

    @property
    def notes(self) -> list[str]:
        """Sentences on what differs, for those who look at it."""
        return []


class LineInput(Input):
    """A line that takes the whole of a paste, without the line ends and controls around it."""

    def action_paste(self) -> None:
        """Paste what was copied within the program."""
        self.paste(self.app.clipboard)

    def paste(self, text: str) -> None:
        """Put a text from a clipboard in the place of what is selected."""
        text = trim_line(text)
        if text:
            self.replace(text, *self.selection)

    def _on_paste(self, event: events.Paste) -> None:
        # Textual keeps only the first line of what is pasted.
        event.prevent_default()
        event.stop()
        self.paste(event.text)


class TextInput(LineInput, Noted):
    """A line of text that may hold anything: what cannot be shown is escaped while it is edited.

    Use `text`, never `value`: it is exact, and what has not been touched comes back as it was.
    """

    def __init__(
        self,
        text: str = "",
        *,
        placeholder: str = "",
        classes: str | None = None,
        compact: bool = False,
        id: str | None = None,  # noqa: A002 - as every widget calls it
    ) -> None:
        self._folds = Folds()
        self._given = text
        shown = self._folds.fold(text) if len(text) > _LONG else text
        self.escaped = not is_plain(shown)
        self._given_escaped = self.escaped
        self._given_shown = escape(shown) if self.escaped else shown
        self._pasted = ""
        super().__init__(
            self._given_shown,
            placeholder=placeholder,
            select_on_focus=False,
            classes=classes,
            compact=compact,
            id=id,
        )

    @property
    def shown(self) -> str:
        """The text that it began with, as it is shown."""
        return self._given_shown

    @property
    def text(self) -> str:
        """The text that is meant."""
        if self.value == self._given_shown:
            return self._given
        return self._folds.unfold(unescape(self.value) if self.escaped else self.value)

    @property
    def notes(self) -> list[str]:
        """Sentences on what in it is not what it looks like."""
        notes = []
        if self.escaped:
            notes.append(explain_escapes(unescape(self.value)))
        if self._folds.are_in(self.value):
            notes.append(FOLDED)
        if self._pasted and self._pasted == self.value:
            ends = [end for end, at in (("begins", 0), ("ends", -1)) if self.value[at] == " "]
            if ends:
                notes.append(f"What was pasted {' and '.join(ends)} with a space.")
        return notes

    def paste(self, text: str) -> None:
        """Put a text from a clipboard in the place of what is selected."""
        before = self.value
        super().paste(text)
        self._pasted = self.value if self.value != before else ""

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a part of what is shown; whatever is typed or pasted comes this way."""
        if self.value == self._given_shown:
            self.escaped = self._given_escaped  # it may have been emptied, and put back
        start, end = sorted((max(0, start), min(len(self.value), end)))
        start, end = self._folds.around(self.value, start, end)
        if len(text) > _SHORT and len(text) + len(self.value) > _LONG:
            text = self._folds.fold(text)
        if not self.escaped and not is_plain(self.value[:start] + text + self.value[end:]):
            before, after = escape(self.value[:start]), escape(self.value[end:])
            inserted = escape(text)
            self.escaped = True
            self.value = before + inserted + after
            self.cursor_position = len(before) + len(inserted)
            return
        # A single backslash is a person's who writes an escape; more at once were pasted.
        typed = text == "\\" or (len(text) == 1 and is_plain(text))
        super().replace(escape(text) if self.escaped and not typed else text, start, end)
        self.escaped = self.escaped and bool(self.value)

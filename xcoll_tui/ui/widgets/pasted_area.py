"""Lines of text from anywhere: what is pasted is kept exactly, and shown fit for the screen."""

import re

from textual import events
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, Location

from xcoll_tui.session.bulk.pasted_text import LINE_END
from xcoll_tui.ui.presentation.escaping import escape_lines, explain_escapes, is_visible, unescape
from xcoll_tui.ui.presentation.folding import FOLDED, Folds
from xcoll_tui.ui.widgets.text_input import Noted

_LONG = 100_000
"""Characters that an area can show without being slow."""
_LONG_LINE = 5_000
_SHORT = 1_000
"""Characters that stay as they are, also where the area is full already."""

_RETURN = re.compile(r"\r\n?")


class PastedArea(TextArea, Noted):
    """Edit lines; use `exact`, never `text`.

    A line end of any kind is one here, unless `quotes` mean something: within them it may belong
    to a value, and only the reader of the text can tell.
    """

    def __init__(
        self,
        text: str = "",
        *,
        quotes: bool = False,
        show_line_numbers: bool = False,
        id: str | None = None,  # noqa: A002 - as every widget calls it
        classes: str | None = None,
    ) -> None:
        self._quotes = quotes
        self._folds = Folds()
        self._escaped = False
        shown = self._shown(text)
        super().__init__(shown, show_line_numbers=show_line_numbers, id=id, classes=classes)

    @property
    def exact(self) -> str:
        """The text that is meant."""
        return self._folds.unfold(unescape(self.text) if self._escaped else self.text)

    @property
    def notes(self) -> list[str]:
        """Sentences on what in it is not what it looks like."""
        notes = []
        if self._escaped:
            notes.append(explain_escapes(_without_lines(unescape(self.text)).strip()))
        if self._folds.are_in(self.text):
            notes.append(FOLDED)
        return notes

    def load_text(self, text: str) -> None:
        """Take a text in the place of all that is here."""
        super().load_text(self._shown(text))

    def edit(self, edit: Edit) -> EditResult:
        """Edit what is shown; whatever is typed, pasted or removed comes this way."""
        top, bottom = self._whole(edit.top, edit.bottom)
        if (top, bottom) != (edit.top, edit.bottom):
            edit = Edit(edit.text, top, bottom, edit.maintain_selection_offset)
        return super().edit(edit)

    def action_paste(self) -> None:
        """Paste what was copied within the program."""
        self.paste(self.app.clipboard)

    def paste(self, text: str) -> None:
        """Put a text from a clipboard in the place of what is selected."""
        top, bottom = self._whole(*sorted(self.selection))
        text = self._folded(self._lines(text), len(self.text))
        if self._escaped or _is_visible(text):
            shown = escape_lines(text) if self._escaped else text
            self.replace(shown, top, bottom, maintain_selection_offset=False)
            return
        # From now on all is escaped, also what stands here already.
        before = self.get_text_range(self.document.start, top)
        after = self.get_text_range(bottom, self.document.end)
        self._escaped = True
        before = escape_lines(before) + escape_lines(text)
        whole = self.document.start, self.document.end
        self.replace(before + escape_lines(after), *whole, maintain_selection_offset=False)
        self.history.clear()
        self.move_cursor((before.count("\n"), len(before) - before.rfind("\n") - 1))

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.paste(event.text)

    def _shown(self, text: str) -> str:
        text = self._folded(self._lines(text), 0)
        self._escaped = not _is_visible(text)
        return escape_lines(text) if self._escaped else text

    def _lines(self, text: str) -> str:
        """Write the line ends of a text as new lines, and leave the mark of a file's start out."""
        quoted = self._quotes and '"' in text
        return (_RETURN if quoted else LINE_END).sub("\n", text.strip("\ufeff"))

    def _folded(self, text: str, beside: int) -> str:
        """Fold a text that would be slow to show beside so many characters."""
        if len(text) <= _SHORT:
            return text
        if len(text) + beside <= _LONG and max(map(len, text.split("\n"))) <= _LONG_LINE:
            return text
        body = text.rstrip("\n")
        return self._folds.fold(body) + text[len(body) :]

    def _whole(self, top: Location, bottom: Location) -> tuple[Location, Location]:
        """Widen a range to the whole of what is folded."""
        first, last = self.document.get_line(top[0]), self.document.get_line(bottom[0])
        if top[0] == bottom[0]:
            start, end = self._folds.around(first, top[1], bottom[1])
        else:
            start, _ = self._folds.around(first, top[1], len(first))
            _, end = self._folds.around(last, 0, bottom[1])
        return (top[0], start), (bottom[0], end)


def _is_visible(text: str) -> bool:
    return is_visible(_without_lines(text))


def _without_lines(text: str) -> str:
    return text.translate({10: None, 9: None})

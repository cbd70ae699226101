"""Two buttons that turn the pages of a form that would be slow as a whole."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from xcoll_tui.ui.widgets.controls import SafeButton


class Pager(Horizontal):
    """Show which of many things are on the page, and turn to the next ones; hidden while all are.

    Hundreds of inputs at once would make each key slow: all of them are laid out with each.
    """

    class Turned(Message):
        """Another page is asked for."""

        def __init__(self, page: int) -> None:
            super().__init__()
            self.page = page

    def __init__(self, noun: str, per_page: int | None) -> None:
        """Make pages of so many things; of all where that is None."""
        super().__init__(classes="form-pager")
        self.page = 0
        self.shown = range(0)
        """The numbers of the things on the page, counted from 0."""
        self._noun = noun
        self._per_page = per_page
        self._range_line = Static(classes="form-pager-said")
        self._previous = SafeButton(Content("‹ Previous"), classes="form-page")
        self._next = SafeButton(Content("Next ›"), classes="form-page")

    def compose(self) -> ComposeResult:
        """Yield what is said, and the buttons."""
        yield self._range_line
        yield self._previous
        yield self._next

    def page_of(self, index: int) -> int:
        """Return the page on which the thing with this number stands, both counted from 0."""
        return 0 if self._per_page is None else max(0, index // self._per_page)

    def show(self, page: int, count: int) -> range:
        """Show that this page of so many things is open; return the numbers of those on it."""
        last = self.page_of(count - 1)
        self.page = min(page, last)
        size = self._per_page or count
        start = self.page * size
        self.shown = range(start, min(count, start + size))
        self.display = last > 0
        text = f"{self._noun} {start + 1:,}–{self.shown.stop:,} of {count:,}"
        self._range_line.update(Content(text))
        self._previous.disabled = self.page == 0
        self._next.disabled = self.page == last
        return self.shown

    def _on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Turned(self.page + (1 if event.button is self._next else -1)))

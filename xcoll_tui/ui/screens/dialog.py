"""The base of all dialogs: their styles, loaded with the first of them, and ending only once."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from xcoll_tui.ui.escape import close_after_escape, escape_doubt

T = TypeVar("T")


def show_hints(*hints: tuple[str, str], note: str = "", room: int | None = None) -> Content:
    """Write keys and what they do for the lower edge of a dialog, each with its action.

    A click on one does what it says, as in the footer: what has no button has no other way by
    mouse. The note stands before them; it has to be fit for the screen. Where there is `room` for
    so many cells, the last hint is kept, and those before it are dropped that do not fit.
    """
    *parts, last = [
        Content.from_markup(f"[@click=screen.{action}]$hint[/]", hint=hint)
        for hint, action in hints
    ]
    before = [Content(note)] if note else []
    shown = Content(" · ").join([*before, *parts, last])
    while parts and room is not None and shown.cell_length > room:
        parts.pop()
        shown = Content(" · ").join([*before, *parts, last])
    return shown


def show_keys(keys: Sequence[str], scroll: VerticalScroll) -> Content:
    """Write keys for the lower edge; before them ↓, while the text above has no room for all of it.

    The bar beside it is one cell, and has no colour everywhere.
    """
    more = ["↓ More"] if scroll.scroll_offset.y < scroll.max_scroll_y else []
    return Content(" · ".join([*more, *keys]))


class Dialog(ModalScreen[T]):
    """A dialog over the panes; it returns a plain value or None, and knows no session."""

    CSS_PATH = Path(__file__).parent.parent / "dialogs.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (96, "-wide")]  # noqa: RUF012 - Textual's own

    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-tall")]  # noqa: RUF012 - same

    # Whatever is asked or shown, a wait of minutes can be cut short; in a line, R is text.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "app.end_waits", "Try again now what waits", id="waits.end", show=False),
        Binding("ctrl+z", "app.suspend_process", "Suspend", id="dialog.suspend", show=False),
    ]
    CLOSES_OUTSIDE = False
    """Whether a click beside it closes it: the mouse's way out where nothing can be lost."""

    TELLS = False
    """Whether what is said in passing is said here, too: where there is nothing to be answered."""

    _frame: Widget
    """What stands over the panes, with a title and keys in its edges."""

    _scroll: VerticalScroll
    """What scrolls by keys, where the frame does not hold it whole."""

    _ended = False

    def compose(self) -> ComposeResult:
        """Show the frame."""
        yield self._frame

    async def _on_click(self, event: events.Click) -> None:
        if self.CLOSES_OUTSIDE and event.widget is self:
            self.finish()

    def finish(self, result: T | None = None) -> None:
        """Close with a result; a second press of the same key or button closes nothing more."""
        if not self._ended and self.is_active:
            self._ended = True
            escape_doubt(self).add(self._begin_again)
            close_after_escape(self, lambda: self.dismiss(result))

    def _begin_again(self) -> None:
        self._ended = False

    def draw_again(self) -> None:
        """Show what there is now, once something is shown."""
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        """Show what there is."""

    def _scrolling(self) -> VerticalScroll:
        """Return what the keys scroll now."""
        return self._scroll

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self._scrolling().scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by screens, less a line."""
        scroll = self._scrolling()
        scroll.scroll_relative(y=pages * max(1, scroll.size.height - 1), animate=False)

    def action_close(self) -> None:
        """Close without a result; what goes on goes on."""
        self.finish()

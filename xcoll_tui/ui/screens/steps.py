"""A dialog that tells how far something long is, and stays until it has been read."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.dialog import Dialog, show_hints


class StepsScreen(Dialog[None]):
    """Say what is being done, and keep what was learned on the way.

    While it goes on, `c` asks for it to be broken off before the next step, as long as
    `can_cancel` says that there is one; Esc only hides it.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "hide", "Hide", id="steps.hide"),
        Binding("c", "cancel", "Cancel", id="steps.cancel"),
    ]

    def __init__(self, title: str, *, can_cancel: bool) -> None:
        super().__init__()
        self.cancelled = False
        self.can_cancel = can_cancel
        self.over = False
        self._title = title
        self._message_content = Content("")
        self._notes: list[str] = []
        self._text = Static(id="steps-said")
        self._frame = Vertical(self._text, id="steps")

    def compose(self) -> ComposeResult:
        """Frame one text."""
        yield self._frame

    def on_mount(self) -> None:
        """Say what was said before it stood."""
        self._frame.border_title = Content(clean(self._title, 200))
        self._draw()

    def say(self, sentence: str, *, over: bool = False, failed: bool = False) -> None:
        """Say what is done now, or how it ended."""
        glyph, tone = ("✗", "$error") if failed else ("●", "$success")
        lead = Content.from_markup(f"[{tone}]{glyph}[/] ") if over else Content("… ")
        self._message_content = lead + Content(clean(sentence, 1_000))
        self.over = over
        if self.is_mounted:
            self._draw()
        elif over and self._ended:
            self.app.notify(
                clean(sentence, 400), severity="error" if failed else "information", markup=False
            )

    def note(self, sentence: str) -> None:
        """Keep a sentence on the screen."""
        self._notes.append(clean(sentence, 1_000))
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        notes = [Content.from_markup("[$quiet]$note[/]", note=note) for note in self._notes]
        self._text.update(Content("\n").join([self._message_content, *notes]))
        hints = [("esc Close" if self.over else "esc Hide", "hide")]
        if self.can_cancel and not self.over:
            hints.insert(0, ("c Cancel", "cancel"))
        cancelling = Content("cancelling…")
        self._frame.border_subtitle = cancelling if self._is_cancelling else show_hints(*hints)

    @property
    def _is_cancelling(self) -> bool:
        return self.cancelled and not self.over

    def action_hide(self) -> None:
        """Go back to the rows; what is under way goes on."""
        self.finish()

    def action_cancel(self) -> None:
        """Ask for it to be broken off before the next step."""
        if self.can_cancel and not self.over:
            self.cancelled = True
            self._draw()

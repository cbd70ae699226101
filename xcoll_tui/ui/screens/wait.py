"""A dialog that says what is waited for; it closes by itself, or is left."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from xcoll_tui.ui.screens.dialog import Dialog


class WaitScreen(Dialog[None]):
    """Say what is waited for; Esc, or the button, goes on without it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Continue without", id="wait.leave"),
    ]

    def __init__(self, title: str, sentence: str, way_out: str) -> None:
        super().__init__()
        self._title = title
        self._sentence = sentence
        self._way_out = way_out

    def compose(self) -> ComposeResult:
        """Frame one text and the way out."""
        with Vertical(id="steps") as frame:
            frame.border_title = Content(self._title)
            frame.border_subtitle = Content(f"esc {self._way_out}")
            yield Static(Content(self._sentence), id="steps-said")
            with Horizontal(id="confirm-buttons"):
                yield Button(Content(self._way_out))

    def _on_button_pressed(self, _event: Button.Pressed) -> None:
        self.finish()

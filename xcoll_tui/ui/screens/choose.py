"""A dialog that shows what something is about, and offers a few ways on, each by its key."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from xcoll_tui.ui.screens.dialog import Dialog, show_keys
from xcoll_tui.ui.widgets.controls import SafeButton


class Way(NamedTuple):
    """One way on: the letter that takes it, which is also what is returned."""

    letter: str
    label: str
    danger: bool = False


class ChooseScreen(Dialog[str]):
    """Return the letter of the way that was chosen, None for none; Enter and Esc choose none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Cancel", id="choose.cancel"),
        Binding("left", "app.focus_previous", "Previous", id="choose.previous", show=False),
        Binding("right", "app.focus_next", "Next", id="choose.next", show=False),
        Binding("up", "scroll(-1)", "Up", id="choose.up", show=False),
        Binding("down", "scroll(1)", "Down", id="choose.down", show=False),
    ]

    def __init__(self, title: str, text: Content, ways: Sequence[Way]) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._ways = ways
        self._cancel = SafeButton(Content("Cancel" if ways else "Close"))
        self._buttons = [
            SafeButton(Content(way.label), variant="error" if way.danger else "default")
            for way in ways
        ]
        self._frame = Vertical(id="choose")
        self._scroll = VerticalScroll(id="choose-text", can_focus=False)

    def compose(self) -> ComposeResult:
        """Show the text, then the ways."""
        with self._frame as frame:
            frame.border_title = Content(self._title)
            with self._scroll:
                yield Static(self._text)
            with Horizontal(id="choose-buttons"):
                yield self._cancel
                yield from self._buttons

    def on_mount(self) -> None:
        """Focus what does no harm."""
        for cause in ("scroll_y", "virtual_size"):
            self.watch(self._scroll, cause, self._show_keys)
        self._cancel.focus()

    def on_resize(self) -> None:
        """Look again whether there is more than can be seen."""
        self.call_after_refresh(self._show_keys)

    def _show_keys(self) -> None:
        keys = [f"{way.letter} {way.label}" for way in self._ways]
        keys.append("esc Cancel" if self._ways else "esc Close")
        self._frame.border_subtitle = show_keys(keys, self._scroll)

    async def _on_key(self, event: events.Key) -> None:
        letters = {way.letter for way in self._ways}
        for letter in (event.key, event.key.lower()):  # with CapsLock, too
            if letter in letters:
                event.stop()
                self.finish(letter)
                return

    def _on_button_pressed(self, event: Button.Pressed) -> None:
        for button, way in zip(self._buttons, self._ways, strict=True):
            if event.button is button:
                self.finish(way.letter)
        self.finish()

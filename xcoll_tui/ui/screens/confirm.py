"""The dialog before something is destroyed: what is lost is named, and Cancel has the focus."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.presentation.typed_name import TypedName
from xcoll_tui.ui.screens.dialog import Dialog, show_keys
from xcoll_tui.ui.widgets.text_input import TextInput

_LOW = 16
"""A terminal of fewer rows has room for a few lines of what is said."""


@dataclass(frozen=True)
class Question:
    """A question before something happens; names in it may be text of the service's."""

    title: str
    target: str
    """What is destroyed, in bold."""
    target_id: str
    consequence: str
    """The rest of the sentence: what becomes of it."""
    verb: str
    """What the button says."""
    details: Sequence[str] = ()
    undo: str = ""
    warning: str = ""
    """What cannot be brought back, in red."""
    typed: str | None = None
    """What has to be typed before the button can be pressed; None where `y` is enough."""
    typed_id: str = ""
    """The ID of what `typed` is the name of, if it is one: that is taken as well."""
    destroys: bool = True
    """Whether something is lost that was there: then the dialog is red."""
    declined: str = ""
    """What is said in passing where it was left, so that nobody believes it done."""

    @property
    def to_type(self) -> Content:
        """The line that says what to type."""
        typed = self._typed_name
        if typed is None or typed.is_usual:
            shown = clean(self.typed or "", 200) if typed is None else typed.shown
            return Content.from_markup("Type [b]$typed[/] to continue:", typed=shown)
        return Content.from_markup(
            "Its name is unusual. Type [b]$end[/], the end of its ID, to continue:",
            end=typed.id_end,
        )

    @property
    def or_type(self) -> str:
        """What else is taken; empty where nothing is."""
        typed = self._typed_name
        if typed is None:
            return ""
        return "or its ID" if typed.is_usual else "or its whole ID, or its name as shown"

    def accepts(self, text: str) -> bool:
        """Tell whether what was typed is what has to be."""
        typed = self._typed_name
        if typed is not None:
            return typed.accepts(text)
        return text.strip() == (self.typed or "").strip()

    @property
    def _typed_name(self) -> TypedName | None:
        return TypedName(self.typed or "", self.typed_id) if self.typed_id else None


class ConfirmScreen(Dialog[bool]):
    """Ask once; Enter and Esc cancel, `y` or the button acts, and returns True.

    Where something has to be typed, the field has the focus, `y` is text, and Enter goes to the
    button once it matches.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Cancel", id="confirm.cancel"),
        Binding("left", "app.focus_previous", "Previous", id="confirm.previous", show=False),
        Binding("right", "app.focus_next", "Next", id="confirm.next", show=False),
        Binding("up", "scroll(-1)", "Up", id="confirm.up", show=False),
        Binding("down", "scroll(1)", "Down", id="confirm.down", show=False),
    ]

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question
        self._frame = Vertical(id="confirm")
        self._input = TextInput(id="confirm-typed", placeholder=question.or_type)
        self._scroll = VerticalScroll(id="confirm-said", can_focus=False)
        self._cancel = Button("Cancel", id="confirm-cancel")
        self._act = Button(
            Content(question.verb),
            variant="error" if question.destroys else "default",
            id="confirm-act",
            disabled=question.typed is not None,
        )

    def compose(self) -> ComposeResult:
        """Say what is lost, then ask."""
        question = self._question
        is_low = self.app.size.height < _LOW
        target_id = f"({clean(question.target_id, 60)})" if question.target_id else ""
        content = Content.from_markup(
            "[b]$target[/] [$quiet]$id[/]\n$consequence",
            target=clean(question.target, 200),
            id="" if is_low else target_id,
            consequence=clean(question.consequence, 600),
        )
        with self._frame as frame:
            frame.border_title = Content(question.title)
            frame.border_subtitle = self._keys()
            frame.set_class(question.typed is not None, "-typed")
            frame.set_class(question.destroys, "-destroys")
            warning = Static(Content(clean(question.warning, 600)), classes="warning")
            warning.display = bool(question.warning)
            with self._scroll:
                if is_low:
                    yield warning  # what cannot be brought back must not be scrolled away
                yield Static(content)
                if question.details:
                    lines = [f"  {clean(line, 200)}" for line in question.details]
                    yield Static(Content("\n".join(lines)), classes="quiet")
                if not is_low:
                    yield warning
                if question.undo:
                    yield Static(Content(question.undo), classes="quiet")
                if is_low and target_id:
                    yield Static(Content(target_id), classes="quiet")  # what is lost comes first
            if question.typed is not None:
                yield Static(question.to_type)
                yield self._input
            with Horizontal(id="confirm-buttons"):
                yield self._cancel
                yield self._act

    def _keys(self) -> Content:
        """Say which keys there are; what is typed has to fit before Enter does anything."""
        verb = self._question.verb
        keys = ["esc Cancel"]
        if self._question.typed is None:
            keys.insert(0, f"y {verb}")
        elif not self._act.disabled:
            # The first one goes to the button, so that what was typed in a run does not act.
            keys.insert(0, f"{'⏎' if self._act.has_focus else '⏎ twice:'} {verb}")
        return show_keys(keys, self._scroll)

    def _show_keys(self) -> None:
        self._frame.border_subtitle = self._keys()

    def _on_descendant_focus(self) -> None:
        self._show_keys()

    def on_mount(self) -> None:
        """Focus what does no harm."""
        for cause in ("scroll_y", "virtual_size"):
            self.watch(self._scroll, cause, self._show_keys)
        if self._question.typed is None:
            self._cancel.focus()
        else:
            self._input.focus()

    def on_resize(self) -> None:
        """Look again whether there is more than can be seen."""
        self.call_after_refresh(self._show_keys)

    def _on_input_changed(self, _event: Input.Changed) -> None:
        self._act.disabled = not self._question.accepts(self._input.text)
        self._show_keys()

    def _on_input_submitted(self) -> None:
        if not self._act.disabled:
            self._act.focus()

    async def _on_key(self, event: events.Key) -> None:
        if self._question.typed is None and event.key in {"y", "Y"}:
            event.stop()
            self.finish(True)

    def _on_button_pressed(self, event: Button.Pressed) -> None:
        self.finish(event.button is self._act)

"""The base of all forms: a body that scrolls, questions over it, and a write that may fail.

What has been entered stays until the caller says that it is saved: a question or a write under way
only covers the form, and a refusal uncovers it again.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from xcoll_tui.ui.escape import escape_doubt
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.dialog import Dialog
from xcoll_tui.ui.widgets.controls import SafeButton

if TYPE_CHECKING:
    from xcoll_tui.ui.widgets.form_row import FormRow

T = TypeVar("T")

FILLED_IN = "What you typed before was not saved; it is filled in again."
_STYLES = Path(__file__).parent.parent


class Choice(NamedTuple):
    """One way on from where the dialog stands."""

    label: str
    act: Callable[[], None]
    danger: bool = False
    """Whether it destroys something: then `y` does it, and Enter does not."""


class _Stage(NamedTuple):
    """The question that is asked now."""

    title: Content
    keys: str
    choices: Sequence[Choice]
    on_escape: Callable[[], object]
    on_save: Callable[[], None] | None = None
    covers: bool = True
    """Whether something else stands in the place of the form."""


class FormDialog(Dialog[T]):
    """A form that stays open, with all that was entered, until what it is for has been done.

    A form calls its `save` with a draft; its caller answers in its own time by `progress`, then
    `refuse` or `done` (or what else the form knows). After the form was closed these do nothing.
    """

    CSS_PATH = [_STYLES / "dialogs.tcss", _STYLES / "forms.tcss"]  # type: ignore[assignment]  # noqa: RUF012 - Textual takes one path or many, and shares the list
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (78, "-narrow"), (96, "-wide")]  # noqa: RUF012 - same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="form.close"),
        Binding("ctrl+s", "save", "Save", id="form.save"),
        Binding("up,left", "move(-1)", "Previous field", id="form.previous", show=False),
        Binding("down,right", "move(1)", "Next field", id="form.next", show=False),
        Binding("pageup", "page(-1)", "Page up", id="form.page_up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="form.page_down", show=False),
    ]
    SAVE = "Review…"
    """What the last button says; three dots where something is asked before it is done."""
    KEYS = "^s Review · esc Close"
    WITHOUT = "saving"
    """What closing leaves undone."""
    ENTER_SAVES = False
    """Whether Enter in a line goes on to saving: where there is no next field to go to."""

    def __init__(self, title: Content, *, note: str = "") -> None:
        super().__init__()
        self.was_discarded = False
        """Whether a person closed the form, and so gave up what was entered."""
        self._form_title = title
        self._note = note
        self._body = VerticalScroll(id="form-body", can_focus=False)
        self._aside_text = Static(id="form-aside-text")
        self._aside_extra = Vertical(id="form-aside-extra")
        self._aside = VerticalScroll(
            self._aside_text, self._aside_extra, id="form-aside", can_focus=False
        )
        self._message_line = Static(id="form-said")
        self._buttons = [SafeButton("", id=f"form-choice-{number}") for number in range(3)]
        self._frame = Vertical(id="form")
        self._stage = self._form_stage()
        self._left_at: Widget | None = None
        self._row_of: Mapping[str, FormRow] = {}
        """Where a field is filled in that a refusal may name."""
        self._result: T | None = None
        self._over = False

    # What a form says of itself

    @abstractmethod
    def compose_form(self) -> ComposeResult:
        """Yield what is filled in."""

    @abstractmethod
    def focus_form(self) -> None:
        """Go to the first thing to fill in."""

    @property
    @abstractmethod
    def changed(self) -> bool:
        """Whether something was entered that closing would lose."""

    @abstractmethod
    def submit(self) -> None:
        """Check what was entered, and go on to saving it."""

    def show_problem(self, field: str, sentence: str) -> bool:
        """Show a problem where the field named is filled in; False where that is nowhere."""
        row = self._row_of.get(field)
        if row is not None:
            row.refuse(sentence)
        return row is not None

    # What the caller says

    def progress(self, sentence: str) -> None:
        """Say what is under way; nothing can be entered meanwhile."""
        self.wait(sentence, "esc Close", self._warn)

    def refuse(self, field: str | None, sentence: str) -> None:
        """Go back to the form as it was left, and say there why it was not saved."""
        if not self._over:
            self.back()
            if field is None or not self.show_problem(field, sentence):
                self._say(sentence, "-problem")

    def done(self) -> None:
        """Close with what was saved; before anything was, as a form that was cancelled."""
        self.close_with(self._result)

    # Questions

    def ask(
        self,
        title: str,
        content: Content,
        choices: Sequence[Choice],
        *,
        extra: Sequence[Widget] = (),
    ) -> None:
        """Ask something in the place of the form; the first choice is what Esc does.

        The focus is on the last choice, which ctrl+s also takes; on the first where the last one
        is dangerous.
        """
        if self._over:
            return
        act = choices[-1]
        keys = f"y {act.label}" if act.danger else f"^s {act.label}"
        self._aside_text.update(content)
        self._aside_text.display = bool(content)
        self._aside_extra.remove_children()
        if extra:
            self._aside_extra.mount(*extra)
        self._aside_extra.display = bool(extra)
        self._aside.scroll_home(animate=False)
        self._say("")
        stage = _Stage(
            Content(title),
            f"{keys} · esc {choices[0].label}" if len(choices) > 1 else f"⏎ {act.label}",
            choices,
            choices[0].act,
            None if act.danger else act.act,
        )
        self._enter(stage)
        self._buttons[0 if act.danger else len(choices) - 1].focus()

    def wait(self, sentence: str, keys: str, on_escape: Callable[[], object]) -> None:
        """Let nothing be entered, and say what is waited for and how to get out of it."""
        if not self._over:
            self._enter(
                self._stage._replace(keys=keys, choices=(), on_escape=on_escape, on_save=None)
            )
            self._say(sentence, "-busy")

    @property
    def is_over(self) -> bool:
        """Whether this dialog is closed, or about to be."""
        return self._over

    @property
    def is_busy(self) -> bool:
        """Whether something is waited for."""
        return not self._over and not self._stage.choices

    @property
    def in_form(self) -> bool:
        """Whether the form can be filled in now."""
        return bool(self._stage.choices) and not self._stage.covers

    def back(self) -> None:
        """Show the form again, just as it was left."""
        if self._over:
            return
        self._say("")
        self._enter(self._form_stage())
        if self._left_at is not None and self._left_at.is_attached:
            self._left_at.focus()
        else:
            self.focus_form()
        self._left_at = None

    def saving(self, result: T) -> None:
        """Remember what is being saved; `done` closes with it."""
        self._result = result

    def close_with(self, result: T | None) -> None:
        """Close once, now or as soon as nothing stands over this dialog."""
        if not self._over:
            self._over, self._result = True, result
            escape_doubt(self).add(self._open_again)
            # What lies under a modal screen counts as current, but dismissing takes the top one.
            if self.is_active:
                self.finish(result)

    def _open_again(self) -> None:
        self._over = self.was_discarded = False

    # How it looks

    def compose(self) -> ComposeResult:
        """Frame the form, what is said, and the buttons."""
        with self._frame:
            with self._body:
                yield from self.compose_form()
            yield self._aside
            yield self._message_line
            with Horizontal(id="form-buttons"):
                yield from self._buttons

    def on_mount(self) -> None:
        """Start in the form."""
        self._say(self._note)
        self._enter(self._stage)
        self.call_after_refresh(self.focus_form)

    def _form_stage(self) -> _Stage:
        choices = (Choice("Cancel", self._close), Choice(self.SAVE, self.submit))
        return _Stage(self._form_title, self.KEYS, choices, self._close, self.submit, covers=False)

    def _enter(self, stage: _Stage) -> None:
        if self.in_form and self._left_at is None and self.focused is not None:
            self._left_at = self.focused if self._body in self.focused.ancestors else None
        self._stage = stage
        self._frame.border_title = stage.title
        self._frame.border_subtitle = Content(stage.keys)
        self._body.display = not stage.covers
        self._aside.display = stage.covers
        self._body.disabled = self._aside.disabled = not stage.choices
        for number, button in enumerate(self._buttons):
            button.display = number < len(stage.choices)
            if button.display:
                choice = stage.choices[number]
                button.label = Content(choice.label)
                button.variant = "error" if choice.danger else "default"
                button.refresh(layout=True)

    def _say(self, sentence: str, tone: str = "") -> None:
        glyph = {"-busy": "◌ ", "-problem": "✗ "}.get(tone, "")
        self._message_line.display = bool(sentence)
        self._message_line.update(Content(f"{glyph}{clean(sentence, 600)}"))
        for tone_class in ("-busy", "-problem"):
            self._message_line.set_class(tone_class == tone, tone_class)
        self._fit()

    def _fit(self) -> None:
        # The part that scrolls gives way: what is said, and the buttons, are always in view.
        height = self.app.size.height
        roomy = height >= 16
        self.set_class(not roomy, "-low")
        self.set_class(height >= 32, "-tall")
        lines = 0 if not self._message_line.display else 5 if roomy else 2
        self._message_line.styles.max_height = max(1, lines)
        rest = height - (8 if roomy else 3) - lines
        self._body.styles.max_height = self._aside.styles.max_height = max(2, rest)

    async def _on_resize(self, _event: events.Resize) -> None:
        # Textual calls the screen's own handler besides this one.
        self._fit()

    # Keys and mouse

    def _on_screen_resume(self, _event: events.ScreenResume) -> None:
        if self._over:
            self.finish(self._result)

    def _on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button in self._buttons:
            number = self._buttons.index(event.button)
            if number < len(self._stage.choices):
                self._stage.choices[number].act()

    def _on_input_submitted(self, _event: Input.Submitted) -> None:
        if self.ENTER_SAVES:
            self.action_save()
        else:
            self.focus_next()

    async def _on_key(self, event: events.Key) -> None:
        choices = self._stage.choices
        if event.key in {"y", "Y"} and choices and choices[-1].danger and self._stage.covers:
            event.stop()
            choices[-1].act()

    def action_leave(self) -> None:
        """Go back, or close; ask where that would lose something."""
        stage = self._stage
        stage.on_escape()
        if self._stage is not stage:
            escape_doubt(self).add(partial(self._enter_again, stage))

    def _enter_again(self, stage: _Stage) -> None:
        if not stage.choices:
            self._stage = stage
        elif not stage.covers:
            self.back()
        else:
            self._say("")
            self._enter(stage)
            self._buttons[0 if stage.on_save is None else len(stage.choices) - 1].focus()

    def action_save(self) -> None:
        """Do what the dialog is for."""
        if self._stage.on_save is not None:
            self._stage.on_save()

    def action_move(self, step: int) -> None:
        """Go to the next or the previous field; what only stands there to be read scrolls."""
        fixed = self._stage.covers and not self._aside_extra.display
        if fixed and self._aside.max_scroll_y > 0:
            self._aside.scroll_relative(y=step, animate=False)
        elif step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def _scrolling(self) -> VerticalScroll:
        return self._aside if self._stage.covers else self._body

    def _close(self) -> None:
        if not self.changed:
            self._discard()
            return
        self.ask(
            f"Close without {self.WITHOUT}?",
            Content("What you entered would be lost."),
            (
                Choice("Keep editing", self.back),
                Choice("Discard", self._discard, danger=True),
            ),
        )

    def _discard(self) -> None:
        self.was_discarded = True
        self.close_with(None)

    def _warn(self) -> None:
        self._say(
            "Still under way. Esc again closes this; the write continues, and you will be told "
            "the outcome. What you typed is not lost.",
            "-busy",
        )
        self._stage = self._stage._replace(on_escape=lambda: self.close_with(None))

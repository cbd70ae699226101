"""A row of a form: a label, what is edited, quiet help beneath, and a problem once there is one."""

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, Static

from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.widgets.controls import CheckMark
from xcoll_tui.ui.widgets.text_input import Noted


class FormRow(Vertical):
    """One thing to fill in; a problem goes away when what it is about is changed.

    `control` is what the label names and what gets the focus; `tools` stand behind it.
    """

    def __init__(
        self,
        label: str,
        control: Widget,
        *,
        help_text: str = "",
        tools: Sequence[Widget] = (),
    ) -> None:
        super().__init__(classes="form-row")
        self.control = control
        self.problem = ""
        self._help_text = help_text
        self._tools = tools
        self._notes: list[str] = []
        self._refused: object = None
        self._label = Static(Content(clean(label, 60)), classes="form-label")
        self._help = Static(classes="form-help")
        self._problem = Static(classes="form-problem")

    def compose(self) -> ComposeResult:
        """Stand in one line, or with the label above where that is too long."""
        with Horizontal(classes="form-line"):
            yield from self.compose_line()
        yield self._problem
        yield self._help

    def compose_line(self) -> ComposeResult:
        """Yield the label and what is edited."""
        yield self._label
        yield self.control
        yield from self._tools

    def on_mount(self) -> None:
        """Show the help."""
        self._notes = self._current_notes()
        if self.problem:
            self._refused = self._entered()  # it may have been found while this was not shown
        self._draw()

    def relabel(self, label: str) -> None:
        """Name again what is edited."""
        self._label.update(Content(clean(label, 60)))

    def explain(self, help_text: str) -> None:
        """Say something else beneath."""
        if help_text != self._help_text:
            self._help_text = help_text
            self._draw()

    def show_problem(self, sentence: str) -> None:
        """Say what is wrong, until something else is entered."""
        self.problem = sentence
        self._refused = self._entered()
        self._draw()

    def refuse(self, sentence: str) -> None:
        """Say what is wrong, and go there."""
        self.show_problem(sentence)
        self.focus_control()

    def update_notes(self) -> None:
        """Say of what is entered here where it is not what it looks like."""
        notes = self._current_notes()
        if notes != self._notes:
            self._notes = notes
            self._draw()

    def clear_problem(self) -> None:
        """Nothing is wrong any more."""
        if self.problem:
            self.problem = ""
            self._draw()

    def focus_control(self) -> None:
        """Go to what is edited, with all that is said of it in view."""
        self.control.focus()
        self.call_after_refresh(self.scroll_visible, animate=False)

    def _current_notes(self) -> list[str]:
        noted = (widget for widget in self.query("*") if isinstance(widget, Noted))
        return [note for widget in noted for note in widget.notes]

    def _entered(self) -> object:
        """Give all that is entered here, to tell whether a problem is still about it."""
        inputs = tuple(widget.value for widget in self.query(Input))
        checks = tuple(widget.value for widget in self.query(CheckMark))
        return (inputs, checks, *(widget.value for widget in self.query(Select)))

    def _draw(self) -> None:
        lines = [clean(self._help_text, 600)] if self._help_text else []
        lines += [clean(note, 400) for note in self._notes]
        self._help.display = bool(lines)
        self._help.update(Content("\n".join(lines)))
        self._problem.display = bool(self.problem)
        self._problem.update(Content(f"✗ {clean(self.problem, 400)}"))

    def _note_change(self) -> None:
        # What was typed before the problem was found may be told only after it.
        if self.problem and self._entered() != self._refused:
            self.clear_problem()

    def _on_input_changed(self, _event: Input.Changed) -> None:
        self.update_notes()
        self._note_change()

    def _on_select_changed(self, _event: "Select.Changed") -> None:
        self._note_change()

    def _on_checkbox_changed(self, _event: Checkbox.Changed) -> None:
        self._note_change()


def show_problems(rows: Iterable[FormRow], problems: Sequence[tuple[FormRow, str]]) -> bool:
    """Show what is wrong at each row, go to the first, and tell whether there was any."""
    for row in rows:
        row.clear_problem()
    for row, sentence in problems:
        row.show_problem(sentence)
    if problems:
        problems[0][0].focus_control()
    return bool(problems)

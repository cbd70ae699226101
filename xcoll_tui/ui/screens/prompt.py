"""A dialog for one line of text."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.content import Content

from xcoll_tui.ui.screens.form_dialog import FormDialog
from xcoll_tui.ui.widgets.form_row import FormRow
from xcoll_tui.ui.widgets.text_input import TextInput


class PromptScreen(FormDialog[str]):
    """Return the line, None where it was left; one with a problem cannot be saved."""

    ENTER_SAVES = True

    def __init__(
        self, title: str, label: str, text: str, verb: str, problem_of: Callable[[str], str]
    ) -> None:
        self.SAVE, self.KEYS = verb, f"^s {verb} · esc Close"
        super().__init__(Content(title))
        self._input = TextInput(text)
        self._row = FormRow(label, self._input)
        self._before = text
        self._problem_of = problem_of

    def compose_form(self) -> ComposeResult:
        """Show the line."""
        yield self._row

    def focus_form(self) -> None:
        """Go to the line."""
        self._row.focus_control()

    @property
    def changed(self) -> bool:
        """Whether the line is another than at first."""
        return self._input.text != self._before

    def submit(self) -> None:
        """Return the line, unless something is wrong with it."""
        problem = self._problem_of(self._input.text)
        if problem:
            self._row.refuse(problem)
        else:
            self.close_with(self._input.text)

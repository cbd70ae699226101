"""The dialog that asks for a key: masked, checked before it is kept."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.ui.access import Kept
from xcoll_tui.ui.presentation.key_words import MANAGEMENT_KEY, KeyWords
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.form_dialog import Choice, FormDialog
from xcoll_tui.ui.widgets.controls import KeyInput
from xcoll_tui.ui.widgets.form_row import FormRow


class LogInScreen(FormDialog[bool]):
    """Take a key, and hand it to `save`, which answers in its own time; True once one was taken.

    `problem` says why one is asked for, and `overruled_by` which variable goes before a keyring.
    """

    SAVE = "Check and store"
    KEYS = "^s Check and store · esc Close"
    ENTER_SAVES = True
    KEY = "key"

    def __init__(
        self,
        save: Callable[[str], None],
        destination: str,
        words: KeyWords = MANAGEMENT_KEY,
        *,
        problem: str = "",
        overruled_by: str = "",
    ) -> None:
        super().__init__(Content(words.title))
        self._save = save
        self._origin = words.origin
        self._destination = destination
        self._problem = problem
        self._overruled_by = overruled_by
        self._key_input = KeyInput(placeholder=words.placeholder)
        self._row = FormRow("Key", self._key_input)
        self._row_of = {self.KEY: self._row}

    def compose_form(self) -> ComposeResult:
        """Say where keys are made and what becomes of this one, and take it."""
        if self._problem:
            content = Content.from_markup(
                "[$error]✗[/] $problem", problem=clean(self._problem, 800)
            )
            yield Static(content, classes="form-head")
        lines = [
            self._origin,
            (
                f"It is sent to {clean(self._destination, 100)} and nowhere else, and stored "
                "in the keyring of this system once the service has accepted it."
            ),
        ]
        if self._overruled_by:
            lines.append(
                f"The one in {self._overruled_by} takes precedence when xcoll starts again; unset "
                "that to use this one."
            )
        yield Static(Content("\n".join(lines)), classes="form-head")
        yield self._row

    def focus_form(self) -> None:
        """Go to the key."""
        self._row.focus_control()

    @property
    def changed(self) -> bool:
        """Whether anything was typed."""
        return bool(self._key_input.value)

    def submit(self) -> None:
        """Hand the key over, if there is one."""
        self._row.clear_problem()
        if self._key_input.value.strip():
            self._save(self._key_input.value)
        else:
            self._row.refuse("Paste the key here.")

    def show_kept(self, kept: Kept) -> None:
        """Say what became of the key; the dialog closes when that was read."""
        self._key_input.value = ""
        self.saving(True)
        glyph = "[$success]●[/]" if kept.stored else "[$warning]![/]"
        first = Content.from_markup(f"{glyph} The service accepts the key.")
        rest = [Content(clean(sentence, 600)) for sentence in kept.sentences]
        go_on = Choice("Continue", self.done)
        self.ask("The key", Content("\n").join([first, *rest]), (go_on,))

    def on_key_input_first_line_taken(self) -> None:
        """Say that not all of what was pasted was taken."""
        self._row.explain("Only the first pasted line was taken as the key.")

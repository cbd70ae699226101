"""The dialog that asks what is exported, in which form, and to where."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import RadioSet

from xcoll_tui.ui.presentation.export_wish import FORM_LABELS, ExportWish, Scope, with_form
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.form_dialog import Choice, FormDialog
from xcoll_tui.ui.widgets.controls import RadioMark
from xcoll_tui.ui.widgets.form_row import FormRow
from xcoll_tui.ui.widgets.text_input import TextInput

if TYPE_CHECKING:
    from xcoll_tui.session.lists.export_format import FormatName

PATH = "path"
"""The field that a refusal is about."""


class ExportScreen(FormDialog[ExportWish]):
    """Choose the documents, the form and the file; `save` is called with that.

    `scopes` are the documents that can be chosen, with their words; `folder` is what a path begins
    in. What stands in `wish` is filled in.
    """

    SAVE = "Export"
    KEYS = "^s Export · esc Close"
    WITHOUT = "exporting"
    ENTER_SAVES = True

    def __init__(
        self,
        title: str,
        scopes: Mapping[Scope, str],
        wish: ExportWish,
        folder: str,
        save: Callable[[ExportWish], None],
        *,
        note: str = "",
    ) -> None:
        super().__init__(Content(clean(title, 200)), note=note)
        self._before = wish
        self._save = save
        self._scopes = {
            scope: RadioMark(Content(words), value=scope is wish.scope)
            for scope, words in scopes.items()
        }
        self._forms: dict[FormatName, RadioMark] = {
            form: RadioMark(label, value=form == wish.form) for form, label in FORM_LABELS.items()
        }
        self._path = TextInput(wish.path)
        self._form_choice = RadioSet(*self._forms.values())
        self._scope_row = FormRow("Documents", RadioSet(*self._scopes.values()))
        self._form_row = FormRow("Form", self._form_choice)
        self._path_row = FormRow("File", self._path, help_text=f"in {folder}, or a whole path")
        self._row_of = {PATH: self._path_row}

    def compose_form(self) -> ComposeResult:
        """Yield what, in which form, and to where."""
        yield self._scope_row
        yield self._form_row
        yield self._path_row

    def focus_form(self) -> None:
        """Go to the choice of the documents."""
        self._scope_row.focus_control()

    @property
    def changed(self) -> bool:
        """Whether another file was typed."""
        return self._path.text not in {
            with_form(self._before.path, form) for form in (*self._forms, self._before.form)
        }

    @property
    def wish(self) -> ExportWish:
        """What is entered now."""
        scope = next((scope for scope, mark in self._scopes.items() if mark.value), Scope.ALL)
        form: FormatName = next((form for form, mark in self._forms.items() if mark.value), "csv")
        return ExportWish(scope, form, self._path.text)

    def submit(self) -> None:
        """Hand over what is entered, if it names a file."""
        self._path_row.clear_problem()
        if not self._path.text.strip():
            self._path_row.refuse("Name a file.")
            return
        self._save(self.wish)

    def ask_to_replace(self, path: str, replace: Callable[[], None]) -> None:
        """Ask before another file is lost."""
        self.ask(
            "Replace this file?",
            Content.from_markup("There is a file [b]$path[/] already.", path=clean(path, 1_000)),
            (Choice("Back", self.back), Choice("Replace", replace, danger=True)),
        )

    def _on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        if event.radio_set is self._form_choice:
            path = with_form(self._path.text, self.wish.form)
            if path != self._path.text:
                self._path.value = path

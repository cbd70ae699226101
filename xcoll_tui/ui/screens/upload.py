"""Upload files of this machine: name them, say what goes with them, look at it, go."""

from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import TextArea

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.session.upload.field_table import TableBroken
from xcoll_tui.session.upload.plan import ON_NAME, OnName, UploadPlan
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.presentation.upload_lines import UploadWish, plan_content
from xcoll_tui.ui.screens.form_dialog import Choice, FormDialog
from xcoll_tui.ui.widgets.controls import CheckMark
from xcoll_tui.ui.widgets.fields_form import FieldsForm
from xcoll_tui.ui.widgets.form_row import FormRow
from xcoll_tui.ui.widgets.option_lists import DropDown
from xcoll_tui.ui.widgets.pasted_area import PastedArea
from xcoll_tui.ui.widgets.text_input import TextInput
from xcoll_tui.ui.work import restart_work

_WORDS = {
    "skip": "leave the new file out",
    "both": "keep both",
    "replace": "replace the one that is there",
}


class UploadScreen(FormDialog[UploadPlan]):
    """Take paths, and return the plan of the upload that was agreed to.

    ``plan`` looks at the files and at the collection, and tells how many files it has hashed; it
    may raise ApiError, and TableBroken for the table of fields. ``fate`` says what becomes of the
    files of so many replaced documents.
    """

    SAVE = "Review…"
    KEYS = "^s Review · esc Close"
    WITHOUT = "uploading"

    def __init__(
        self,
        collection_name: str,
        definitions: Sequence[FieldDefinition] | None,
        plan: Callable[[UploadWish, Callable[[int], object]], Awaitable[UploadPlan]],
        fate: Callable[[int], str],
    ) -> None:
        title = "Upload files to [b]$name[/]"
        super().__init__(Content.from_markup(title, name=clean(collection_name, 80)))
        self._collection_name = collection_name
        self._plan = plan
        self._fate = fate
        self._paths = PastedArea(quotes=True, id="attach-ids")
        self._paths_row = FormRow(
            "Files",
            self._paths,
            help_text="Paths, folders or patterns like ~/notes/*.md, a line each; drop them here. "
            "⏎ is a new line, ^s goes on.",
        )
        self._recursive = CheckMark("folders within folders, too")
        self._on_name = DropDown(
            [(_WORDS[choice], choice) for choice in ON_NAME],
            allow_blank=False,
            value=ON_NAME[0],
        )
        self._table = TextInput(placeholder="fields.csv")
        self._table_row = FormRow(
            "Table of fields",
            self._table,
            help_text="A CSV file with a column “name”: fields that differ from file to file.",
        )
        self._keys = {definition.key for definition in definitions or ()}
        self._form = FieldsForm(definitions, {})

    def compose_form(self) -> ComposeResult:
        """Ask for the files first, then for what goes with them."""
        yield self._paths_row
        yield FormRow("Of a folder", self._recursive)
        yield FormRow("If the name is there", self._on_name)
        yield self._form
        yield self._table_row

    def focus_form(self) -> None:
        """Start with the files."""
        self._paths.focus()

    @property
    def changed(self) -> bool:
        """Whether something was typed."""
        return bool(self._paths.exact.strip() or self._table.text) or self._form.changed

    def show_problem(self, field: str, sentence: str) -> bool:
        """Show it where the field is filled in."""
        return self._form.show_problem(field, sentence)

    def _on_text_area_changed(self, event: TextArea.Changed) -> None:
        if event.text_area is self._paths:
            self._paths_row.clear_problem()
            self._paths_row.update_notes()

    def submit(self) -> None:
        """Look at the files and at the collection, and show what would be sent."""
        if not self._paths.exact.strip():
            self._paths_row.show_problem("Name at least one file or folder.")
            self._paths_row.focus_control()
            return
        # What is required and left empty may stand in the table: the plan tells.
        if set(self._form.problems()) - self._keys and self._form.show_problems():
            return
        self._wait()
        restart_work(self, "plan", self._preview)

    def _wait(self, hashed: int = 0) -> None:
        sentence = "Looking at the files and at the collection…"
        if hashed:
            sentence = f"Comparing with the collection… {format_many(hashed, 'file')} hashed"
        self.wait(sentence, "esc Back", self._stop)

    def _stop(self) -> None:
        self.workers.cancel_group(self, "plan")
        self.back()

    async def _preview(self) -> None:
        wish = UploadWish(
            self._paths.exact,
            self._recursive.value,
            cast("OnName", self._on_name.value),
            self._form.values(),
            self._table.text.strip(),
        )
        try:
            plan = await self._plan(wish, self._wait)
        except ApiError as error:
            self.refuse(None, sentence_of(error))
            return
        except TableBroken as problem:
            self.back()
            self._table_row.show_problem(str(problem))
            self._table_row.focus_control()
            return
        self.back()
        if not plan.files and not plan.skipped:
            self._paths_row.show_problem("No file was found there.")
            self._paths_row.focus_control()
            return
        self._review(plan)

    def _review(self, plan: UploadPlan) -> None:
        files = format_many(len(plan.files), "file")
        choices = [Choice("Back", self.back)]
        title = "Nothing to upload"
        if plan.problems:
            title = "They cannot be uploaded so"
        elif plan.files:
            title = f"Upload {files}?"
            label = f"Upload {files}"
            danger = bool(plan.replaced)
            choices.append(Choice(label, lambda: self.close_with(plan), danger=danger))
        fate = self._fate(plan.replaced) if plan.replaced else ""
        self.ask(title, plan_content(plan, self._collection_name, fate), choices)

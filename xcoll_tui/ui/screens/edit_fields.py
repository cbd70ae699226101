"""The dialog that edits the fields of one document."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import Document, FieldDefinition, writable
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.field_changes import changes_between
from xcoll_tui.ui.presentation.fields_draft import FieldsDraft, show_changes
from xcoll_tui.ui.presentation.format import format_age, format_size, status_of
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.form_dialog import FILLED_IN, Choice, FormDialog
from xcoll_tui.ui.widgets.fields_form import FieldsForm
from xcoll_tui.ui.widgets.fields_merge import FieldsMerge

_ID_SHOWN = 16

CheckUnique = Callable[[str, str], Awaitable[str | None]]


class EditFieldsScreen(FormDialog[FieldsDraft]):
    """Edit the fields of a document; what changes is shown before it is saved.

    `save` is called with the draft once the person has agreed to its changes, and again when the
    changes of somebody else are settled, or replacing is agreed to. `check_unique` gives the name
    of another document that has the value of a unique field, or None. `entered` are fields that
    were typed before, and not saved.
    """

    KEYS = "^s Review · esc Close · ^n Add a field · ⏎ Next"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "add", "Add a field", id="form.add"),
    ]

    def __init__(
        self,
        document: Document,
        definitions: Sequence[FieldDefinition] | None,
        save: Callable[[FieldsDraft], None],
        *,
        now: float,
        check_unique: CheckUnique | None = None,
        entered: Mapping[str, str] | None = None,
    ) -> None:
        name = clean(document.name or document.file_id, 200)
        note = "" if entered is None else FILLED_IN
        super().__init__(Content(f"Edit fields · {name}"), note=note)
        self._document = document
        self._definitions = definitions or ()
        self._save = save
        self._now = now
        self._check_unique = check_unique
        # The keys, as they are shown, of fields that are no texts and are shown as some.
        odd_keys = {writable(key) for key in document.odd_fields or ()}
        self._fields = FieldsForm(definitions, document.fields, entered=entered, odd=odd_keys)
        self._sent = FieldsDraft(self._fields.base, self._fields.base)
        self._held: dict[str, str] | None = None

    def compose_form(self) -> ComposeResult:
        """Yield what is known of the file, and the fields."""
        file = self._document.file_metadata
        facts = (
            short_id(self._document.file_id),
            status_of(self._document).text,
            format_size(file.size_bytes),
            file.content_type or "–",
            f"created {format_age(file.created_at, self._now)}",
        )
        yield Static(Content(" · ".join(clean(fact, 80) for fact in facts)), classes="form-head")
        yield self._fields

    def focus_form(self) -> None:
        """Go to the first field."""
        self._fields.focus_first()

    @property
    def changed(self) -> bool:
        """Whether the fields are not what the document has."""
        return self._fields.changed

    def submit(self) -> None:
        """Check the fields, then show what changes."""
        self.back()
        if self._fields.show_problems():
            return
        changes = changes_between(self._fields.base, self._fields.values())
        if not changes:
            self.refuse(None, "Nothing has changed, so there is nothing to save.")
            return
        unique = {definition.key for definition in self._definitions if definition.unique}
        values = [(c.key, c.new) for c in changes if c.key in unique and c.new]
        if self._check_unique is not None and values:
            sentence = "Checking whether another document has the same value…"
            self.wait(sentence, "esc Back", self.back)
            self.run_worker(self._check(self._check_unique, values), group="unique", exclusive=True)
        else:
            self._review()

    def conflict(self, current_fields: Mapping[str, str]) -> None:
        """Say that the document was changed meanwhile, and let each field be chosen."""
        if self.is_over:
            return
        base, wanted_fields = self._sent.base, self._sent.fields
        merge = FieldsMerge(base, wanted_fields, current_fields)
        self.ask(
            "Changed meanwhile",
            Content("Someone else changed this document after you opened it. Nothing was written."),
            (
                Choice("Back to the form", self.back),
                Choice("Save", lambda: self._settle(merge, current_fields)),
            ),
            extra=(merge,),
        )

    def note_held(self, fields: Mapping[str, str]) -> None:
        """Take note of what the service holds after a save that failed.

        What is there of it in part is no change of somebody else's.
        """
        sent = self._sent
        if sent.base in (self._fields.base, self._held) and fields == {**sent.base, **sent.fields}:
            self._held = dict(fields)
        elif fields != self._held:
            self._held = None

    def offer_replace(self, sentence: str, fate: str) -> None:
        """Say that the service shows the old fields, and offer what is left to try.

        `fate` says what becomes of the file.
        """
        if self.is_over:
            return
        sent = self._sent
        content = (
            Content(clean(sentence, 600))
            + Content(
                "\n\nThe only way left is to remove it from the collection and attach it again "
                "with the "
                "new fields. It is then indexed again: no search finds it until that is done. "
                f"{fate}\n\n"
            )
            + show_changes(changes_between(sent.base, sent.fields))
        )
        replace = partial(self._send, sent.fields, base=sent.base, replace=True)
        self.ask(
            "Replace the document?",
            content,
            (
                Choice("Cancel", self.back),
                Choice("Replace", replace, danger=True),
            ),
        )

    def show_problem(self, field: str, sentence: str) -> bool:
        """Show a problem at the field with this key."""
        return self._fields.show_problem(field, sentence)

    def action_add(self) -> None:
        """Add a field."""
        if self.in_form:
            self._fields.add_row()

    async def _check(self, check: CheckUnique, values: Sequence[tuple[str, str]]) -> None:
        doubt = ""
        for key, value in values:
            try:
                holder = await check(key, value)
            except ApiError as error:
                doubt = (
                    f"Could not check whether {clean(key, 60)} is taken; the service checks "
                    f"when it saves. {sentence_of(error)}"
                )
                continue
            if not self.is_busy:
                return
            if holder is not None:
                sentence = f"{clean(holder, 100)} already has this value, and it must be unique."
                self.refuse(key, sentence)
                return
        if self.is_busy:
            self._review(doubt)

    def _review(self, doubt: str = "") -> None:
        fields = self._fields.values()
        content = show_changes(changes_between(self._fields.base, fields))
        if doubt:
            content += Content.from_markup("\n\n[$warning]$doubt[/]", doubt=doubt)
        base: Mapping[str, str] = self._fields.base
        if self._held is not None:
            # The same once more: then what it was before that is still to be kept.
            base = self._sent.base if fields == self._sent.fields else self._held
        save = partial(self._send, fields, base=base)
        self.ask("Save these changes?", content, (Choice("Back", self.back), Choice("Save", save)))

    def _settle(self, merge: FieldsMerge, current_fields: Mapping[str, str]) -> None:
        fields = merge.merged()
        if fields == current_fields:
            self.notify("You kept their values; nothing was written.", markup=False)
            self.close_with(None)
        else:
            self._send(fields, base=current_fields)

    def _send(
        self, fields: Mapping[str, str], *, base: Mapping[str, str], replace: bool = False
    ) -> None:
        draft = FieldsDraft(dict(fields), dict(base), replace=replace)
        self._sent = draft
        self.saving(draft)
        self.progress("Saving…")
        self._save(draft)


def short_id(file_id: str) -> str:
    """Write an ID so that it can be told from others, and not more."""
    return file_id if len(file_id) <= _ID_SHOWN else f"{file_id[:9]}…{file_id[-4:]}"

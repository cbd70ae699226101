"""The part of the collection form that defines the fields of its documents."""

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.widgets.controls import CheckMark, SafeButton
from xcoll_tui.ui.widgets.form_row import FormRow, show_problems
from xcoll_tui.ui.widgets.text_input import TextInput

NEVER_REQUIRED = "A field that is added to a collection that exists cannot be required."


class DefinitionsForm(Vertical):
    """Add, change and delete field definitions.

    In a collection that exists (`new` is false) a key stays as it is, and a field that is added
    cannot be required; deleting one also removes its values from the documents. `entered` are
    definitions that were typed before.
    """

    def __init__(
        self,
        base: Sequence[FieldDefinition],
        *,
        new: bool,
        documents_count: int | None = 0,
        entered: Sequence[FieldDefinition] | None = None,
    ) -> None:
        super().__init__()
        self._new = new
        self._count = documents_count
        typed = {
            definition.key: definition for definition in (base if entered is None else entered)
        }
        self._rows = [
            DefinitionRow(
                definition,
                added=False,
                documents_count=documents_count,
                entered=typed.pop(definition.key, None),
            )
            for definition in base
        ]
        self._rows += [
            DefinitionRow(FieldDefinition(), added=True, may_be_required=new, entered=definition)
            for definition in typed.values()
        ]
        self._list = Vertical(*self._rows, classes="form-rows")

    def compose(self) -> ComposeResult:
        """Yield a row for each, and the button for one more."""
        yield self._list
        if not self._new:
            yield Static(Content(NEVER_REQUIRED), classes="form-note")
        yield SafeButton(Content("+ Add a field"), classes="form-add")

    def value(self) -> tuple[FieldDefinition, ...]:
        """Return the definitions as they are entered, without those deleted."""
        return tuple(row.value() for row in self._rows if not row.deleted and row.key)

    @property
    def unfinished(self) -> bool:
        """Whether something stands in a row that has no key yet."""
        return any(row.description and not row.key for row in self._rows)

    def show_problems(self) -> bool:
        """Show what cannot be sent, go to the first of it, and tell whether there was any."""
        return show_problems(self._rows, list(self._problems()))

    def show_problem(self, key: str, sentence: str) -> bool:
        """Show a problem at the definition with this key; False where there is none."""
        for row in self._rows:
            if key and row.key == key:
                row.refuse(sentence)
                return True
        return False

    def add_row(self) -> None:
        """Add an empty definition and go to its key."""
        blank = FieldDefinition()
        row = DefinitionRow(blank, added=True, may_be_required=self._new, entered=blank)
        self._rows.append(row)
        self._list.mount(row)
        row.call_after_refresh(row.focus_control)

    def _problems(self) -> Iterable[tuple["DefinitionRow", str]]:
        seen: dict[str, DefinitionRow] = {}
        for row in self._rows:
            shown = clean(row.key, 60)
            if row.added and not row.key:
                if row.touched:
                    yield row, "Enter a name for the field, or remove it."
            elif row.key in seen:
                if seen[row.key].deleted:
                    sentence = "is marked for deletion above: put it back and change that one."
                    yield row, f"{shown} {sentence}"
                else:
                    yield row, f"{shown} is defined above already."
            seen.setdefault(row.key, row)

    def _on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.has_class("form-add"):
            event.stop()
            self.add_row()
            return
        row = next((row for row in self._rows if row in event.button.ancestors), None)
        if row is None:
            return
        event.stop()
        if row.added:
            self._rows.remove(row)
            row.remove()
            self.query_one(".form-add", SafeButton).focus()
        else:
            row.toggle()


class DefinitionRow(FormRow):
    """One definition: its key, three switches, and what it is for.

    `entered` is what it is to become, None where it is to be deleted.
    """

    def __init__(
        self,
        definition: FieldDefinition,
        *,
        added: bool,
        may_be_required: bool = True,
        documents_count: int | None = 0,
        entered: FieldDefinition | None = None,
    ) -> None:
        shown = definition if entered is None else entered
        self.added = added
        self.deleted = False
        self._definition = definition
        self._is_to_go = entered is None
        self._count = documents_count
        self._key_input = TextInput(shown.key, placeholder="name of the field", classes="form-key")
        self._required = CheckMark(
            Content("required"), shown.required, disabled=not may_be_required
        )
        self._unique = CheckMark(Content("unique"), shown.unique)
        self._inject = CheckMark(Content("in search text"), shown.inject_into_chunk)
        self._description_input = TextInput(
            shown.description, placeholder="what it is for", classes="form-description"
        )
        self._button = SafeButton(Content("✕"), classes="form-tool", tooltip=Content("Delete"))
        first = self._key_input if added else self._required
        super().__init__(definition.key, first)
        self.add_class("form-definition")

    def on_mount(self) -> None:
        """Show it as deleted where that was wanted before."""
        super().on_mount()
        if self._is_to_go and not self.deleted:
            self.toggle()

    def compose(self) -> ComposeResult:
        """Stand in two lines: the switches, and the description."""
        yield from super().compose()
        yield self._description_input

    def compose_line(self) -> ComposeResult:
        """Yield the key, the switches and the button that deletes."""
        yield self._key_input if self.added else self._label
        with Horizontal(classes="form-checks"):
            yield self._required
            yield self._unique
            yield self._inject
        yield self._button

    @property
    def key(self) -> str:
        """The key, without white space around it."""
        return self._key_input.text.strip() if self.added else self._definition.key

    @property
    def description(self) -> str:
        """What the field is for."""
        return self._description_input.text

    @property
    def touched(self) -> bool:
        """Whether anything was entered here."""
        return self.value() != self._definition

    def value(self) -> FieldDefinition:
        """Return the definition as it is entered."""
        return FieldDefinition(
            self.key,
            required=self._required.value,
            unique=self._unique.value,
            inject_into_chunk=self._inject.value,
            description=self.description,
        )

    def toggle(self) -> None:
        """Mark the definition as to be deleted, or put it back."""
        self.deleted = not self.deleted
        for widget in (self._required, self._unique, self._inject, self._description_input):
            widget.disabled = self.deleted
        self.set_class(self.deleted, "-removed")
        self._button.label = Content("↶" if self.deleted else "✕")
        self._button.tooltip = Content("Put it back" if self.deleted else "Delete")
        self.clear_problem()
        documents = format_many(self._count, "document")
        self.explain(
            f"Will be deleted with its values: the collection has {documents}."
            if self.deleted
            else ""
        )

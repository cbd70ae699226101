"""The dialog that sets or clears one field of many documents."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import RadioSet, Select, Static

from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.ui.presentation.fields_draft import show_value
from xcoll_tui.ui.presentation.format import format_count, format_many
from xcoll_tui.ui.presentation.overwritten import overwritten
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.form_dialog import Choice, FormDialog
from xcoll_tui.ui.widgets.controls import RadioMark
from xcoll_tui.ui.widgets.field_rows import traits_of
from xcoll_tui.ui.widgets.form_row import FormRow, show_problems
from xcoll_tui.ui.widgets.option_lists import DropDown
from xcoll_tui.ui.widgets.text_input import TextInput

# What stands for a key that is still to be typed: no field can have an empty key.
_ANOTHER = ""
_NAMES_SHOWN = 5


class FieldSetting(NamedTuple):
    """One field for many documents; None as the value takes it out."""

    key: str
    value: str | None


class SetFieldScreen(FormDialog[FieldSetting]):
    """Choose one field, never a unique one, and the value that many documents get.

    `names` are those of the documents, in any number; `hidden` of them are not in view. `keys` are
    those of other fields seen in the documents, offered after the defined ones. `documents` are
    their fields as they are loaded, None where they are not.
    """

    SAVE = "Review…"
    KEYS = "^s Review · esc Close"

    def __init__(
        self,
        names: Sequence[str],
        definitions: Sequence[FieldDefinition],
        *,
        keys: Sequence[str] = (),
        hidden: int = 0,
        documents: Sequence[Mapping[str, Any] | None] = (),
    ) -> None:
        self._count = len(names)
        super().__init__(Content("Set one field of many documents"))
        self._names = names[:_NAMES_SHOWN]
        self._hidden = hidden
        self._known_fields = documents
        self._definitions = {definition.key: definition for definition in definitions}
        offered = [key for key, definition in self._definitions.items() if not definition.unique]
        offered += [key for key in dict.fromkeys(keys) if key not in self._definitions]
        options = [(Content(clean(key, 60)), key) for key in offered if key]
        options.append((Content.from_markup("[i]another…[/]"), _ANOTHER))
        self._select = DropDown(options, allow_blank=False, value=options[0][1])
        self._key_input = TextInput(placeholder="name")
        self._set = RadioMark("Set", value=True)
        self._clear = RadioMark("Clear")
        self._choice = RadioSet(self._set, self._clear)
        self._value_input = TextInput()
        self._field_row = FormRow("Field", self._select)
        self._key_row = FormRow("Name", self._key_input)
        self._what_row = FormRow("Action", self._choice)
        self._value_row = FormRow("Value", self._value_input)
        self._rows = (self._field_row, self._key_row, self._what_row, self._value_row)

    def compose_form(self) -> ComposeResult:
        """Yield the field, what becomes of it, and its value."""
        yield Static(Content(f"{self._documents}{self._unseen}."), classes="form-head")
        yield from self._rows

    def on_mount(self) -> None:
        """Start with the first field that is defined."""
        super().on_mount()
        self._show_choice()

    def focus_form(self) -> None:
        """Go to the choice of the field."""
        self._select.focus()

    @property
    def changed(self) -> bool:
        """Whether anything was typed."""
        return bool(self._key_input.value or self._value_input.value)

    @property
    def key(self) -> str:
        """The key of the field."""
        chosen = self._select.value
        if isinstance(chosen, str) and chosen != _ANOTHER:
            return chosen
        return self._key_input.text.strip()

    def submit(self) -> None:
        """Check what was entered, then show what it does to how many."""
        self.back()
        problem = self._problem()
        if show_problems(self._rows, [] if problem is None else [problem]):
            return
        value = None if self._clear.value else self._value_input.text
        setting = FieldSetting(self.key, value)
        shown = [f"  {clean(name, 200)}" for name in self._names]
        if self._count > len(shown):
            shown.append(f"  and {format_count(self._count - len(shown))} more")
        key = clean(self.key, 60)
        content = (
            Content.from_markup("[b]$key[/b] is removed from", key=key)
            if value is None
            else Content.from_markup("[b]$key[/b] becomes ", key=key)
            + show_value(value).stylize("bold")
            + Content(" in")
        )
        lines = Content("\n".join(shown)).stylize("$quiet")
        content += Content(f" {self._documents}{self._unseen}:\n\n") + lines
        if self._known_fields:
            content += Content("\n\n") + overwritten(self.key, value, self._known_fields)
        self.ask(
            "Clear this field?" if value is None else "Set this field?",
            content,
            (
                Choice("Back", self.back),
                Choice(
                    "Clear" if value is None else "Set",
                    lambda: self.close_with(setting),
                    danger=value is None,
                ),
            ),
        )

    @property
    def _documents(self) -> str:
        return format_many(self._count, "document")

    @property
    def _unseen(self) -> str:
        return f", {format_count(self._hidden)} of them not shown" if self._hidden else ""

    def _problem(self) -> tuple[FormRow, str] | None:
        definition = self._definitions.get(self.key)
        if not self.key:
            return self._key_row, "Enter a name for the field."
        if definition is not None and definition.unique:
            return self._key_row, "This field is unique: no two documents can have the same value."
        required = definition is not None and definition.required
        if self._clear.value and required:
            return self._what_row, "This field is required: it can be set, and not cleared."
        if not self._clear.value and not self._value_input.text:
            return self._value_row, "Enter a value, or choose Clear."
        return None

    def _show_choice(self) -> None:
        another = self._select.value == _ANOTHER
        self._key_row.display = another
        definition = self._definitions.get(self.key)
        self._field_row.explain(traits_of(definition) if definition is not None else "")
        self._value_row.display = not self._clear.value

    def _on_select_changed(self, _event: Select.Changed) -> None:
        self._show_choice()

    def _on_radio_set_changed(self, _event: RadioSet.Changed) -> None:
        self._what_row.clear_problem()
        self._show_choice()

"""The rows of a form of fields, and what stands for one that was not shown yet."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.ui.widgets.controls import SafeButton
from xcoll_tui.ui.widgets.form_row import FormRow
from xcoll_tui.ui.widgets.text_input import TextInput

SEARCHED = "goes into the search text"


def traits_of(definition: FieldDefinition) -> str:
    """Say what a definition asks of a field, and what it is for."""
    traits = [
        trait
        for trait, holds in (
            ("required", definition.required),
            ("unique in this collection", definition.unique),
            (SEARCHED, definition.inject_into_chunk),
        )
        if holds
    ]
    words = " · ".join(traits)
    return " — ".join(part for part in (words, definition.description) if part)


@dataclass
class UnopenedField:
    """A field without a row, which is slow to make: `value` is what it was, None where it is new.

    `entered` is what it is to be, None where it is taken out.
    """

    key: str
    value: str | None
    entered: str | None
    definition: FieldDefinition | None = None
    note: str = ""
    supplied: tuple[int, int] = (0, 0)

    @property
    def text(self) -> str:
        """The value, empty where there is none."""
        return self.entered or ""

    @property
    def is_set(self) -> bool:
        """Whether the document is to have the field, one that is defined."""
        return bool(self.entered) or self.value == ""

    @property
    def new(self) -> bool:
        """Whether it is another field than the document had."""
        return self.definition is None and self.value is None

    @property
    def removed(self) -> bool:
        """Whether it is taken out."""
        return self.definition is None and self.entered is None

    @property
    def unfinished(self) -> bool:
        """Whether something stands in a field that is new."""
        return self.new and bool(self.key or self.text)

    @property
    def is_supplied(self) -> bool:
        """Whether each file has a value of its own."""
        return 0 < self.supplied[0] == self.supplied[1]

    def supply(self, count: int, total: int) -> None:
        """Take note that so many of all files have a value of their own."""
        self.supplied = count, total

    def open(self) -> "DefinedRow | OtherRow":
        """Make the row."""
        if self.definition is None:
            return OtherRow(self.key, self.value, self.entered, note=self.note)
        row = DefinedRow(self.definition, self.value, self.text, note=self.note)
        row.supply(*self.supplied)
        return row


class DefinedRow(FormRow):
    """A field that the collection defines."""

    def __init__(
        self, definition: FieldDefinition, value: str | None, entered: str, *, note: str = ""
    ) -> None:
        self.definition = definition
        self.key = definition.key
        self._input = _input_of(value or "", entered)
        self._shown = self._input.shown
        self._was_empty = value == ""
        self.is_supplied = False
        """Whether each file has a value of its own, so that none is needed here."""
        self._button = SafeButton(Content("✕"), classes="form-tool form-empty")
        self._button.can_focus = False  # keys empty the input itself
        label = f"{definition.key} *" if definition.required else definition.key
        self._traits = " · ".join(filter(None, [note, traits_of(definition)]))
        super().__init__(label, self._input, help_text=self._traits, tools=[self._button])

    def on_mount(self) -> None:
        """Show what the button does now."""
        super().on_mount()
        self._tell_button()

    @property
    def text(self) -> str:
        """The value."""
        return self._input.text

    @property
    def is_set(self) -> bool:
        """Whether the document is to have the field."""
        return bool(self.text) or self._was_empty

    def supply(self, count: int, total: int) -> None:
        """Take note that so many of all files have a value of their own."""
        self.is_supplied = 0 < count == total
        self._input.disabled = self.is_supplied
        if self.is_supplied:
            self.clear_problem()
        sentence = f"{count:,} of {total:,} are next to the IDs"
        if not self.is_supplied:
            sentence += "; this is for the others"
        self.explain(" · ".join(filter(None, [self._traits, sentence if count else ""])))

    def toggle(self) -> None:
        """Empty the field, or put back what it was."""
        self._input.value = "" if self.text else self._shown
        self._input.focus()

    def _tell_button(self) -> None:
        self._button.visible = bool(self.text or self._shown)
        self._button.label = Content("✕" if self.text else "↶")
        self._button.tooltip = Content("Empty it" if self.text else "Put it back")

    def _on_input_changed(self, _event: Input.Changed) -> None:
        # Textual calls the row's own handler besides this one.
        self._tell_button()


class OtherRow(FormRow):
    """A field under a key of its own; a new one, without a `value`, has its key to be typed."""

    def __init__(self, key: str, value: str | None, entered: str | None, *, note: str = "") -> None:
        self.new = value is None
        self.removed = False
        self._key = key
        self._note = note
        self._key_input = TextInput(key, placeholder="name", classes="form-key")
        self._input = _input_of(value or "", (value or "") if entered is None else entered)
        self._input.placeholder = "value" if self.new else ""
        self._button = SafeButton(Content("✕"), classes="form-tool", tooltip=Content("Remove"))
        super().__init__(
            key,
            self._key_input if self.new else self._input,
            help_text=note,
            tools=[] if self.new else [self._button],
        )
        if entered is None:
            self.toggle()

    def compose_line(self) -> ComposeResult:
        """Yield the key too where it is still to be typed."""
        if self.new:
            yield self._key_input
            yield self._input
            yield self._button
        else:
            yield from super().compose_line()

    @property
    def key(self) -> str:
        """The key, without white space around it."""
        return self._key_input.text.strip() if self.new else self._key

    @property
    def text(self) -> str:
        """The value."""
        return self._input.text

    @property
    def unfinished(self) -> bool:
        """Whether something stands in a row that is new."""
        return self.new and bool(self.key or self.text)

    def toggle(self) -> None:
        """Take the field out, or put it back."""
        self.removed = not self.removed
        self._input.disabled = self.removed
        self.set_class(self.removed, "-removed")
        self._button.label = Content("↶" if self.removed else "✕")
        self._button.tooltip = Content("Put it back" if self.removed else "Remove")
        self.clear_problem()
        self.explain("Will be removed." if self.removed else self._note)


def _input_of(value: str, entered: str) -> TextInput:
    """Return an input with what was entered; one that was emptied can put its value back."""
    if entered or not value:
        return TextInput(entered)
    control = TextInput(value)
    control.value = ""
    return control

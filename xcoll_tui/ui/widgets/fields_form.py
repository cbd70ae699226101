"""The form for the fields of a document: what the collection defines first, then the others."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.ui.text import clean
from xcoll_tui.ui.widgets.controls import Press, TextInput
from xcoll_tui.ui.widgets.form_row import FormRow

SEARCHED = "goes into the search text"
UNDEFINED = "not defined here; the service may refuse it"
NO_TEXT = "not a text; kept as it is unless you change it"


def traits_of(definition: FieldDefinition) -> str:
    """Say what a definition asks of a field, and what it is for."""
    traits = [
        said
        for said, holds in (
            ("required", definition.required),
            ("unique in this collection", definition.unique),
            (SEARCHED, definition.inject_into_chunk),
        )
        if holds
    ]
    said = " · ".join(traits)
    return " — ".join(part for part in (said, definition.description) if part)


class FieldsForm(Vertical):
    """Edit fields: every defined one, and others under any key.

    `definitions` is None while it is not known what is defined. `entered` are fields that were
    typed before, `fields` those that are so; `odd` are the keys of those that are no texts.

    A defined field left empty is not set, unless the document holds it empty already; another
    field may be empty, and is removed by its own button, which also puts it back. That of a defined
    one empties it, for those who have no key at hand.
    """

    def __init__(
        self,
        definitions: Sequence[FieldDefinition] | None,
        fields: Mapping[str, str],
        *,
        entered: Mapping[str, str] | None = None,
        odd: Collection[str] = (),
        form_id: str | None = None,
    ) -> None:
        super().__init__(id=form_id)
        self.base = dict(fields)
        typed = self.base if entered is None else entered
        self._undefined = "" if definitions is None else UNDEFINED
        self._defined = [
            _DefinedRow(
                definition,
                self.base.get(definition.key),
                typed.get(definition.key, ""),
                note=NO_TEXT if definition.key in odd else "",
            )
            for definition in definitions or ()
        ]
        keys = {row.key for row in self._defined}
        self._others = [
            _OtherRow(key, value, typed.get(key), note=self._note_of(key, odd))
            for key, value in self.base.items()
            if key not in keys
        ]
        self._others += [
            _OtherRow(key, value, value, new=True, note=self._undefined)
            for key, value in typed.items()
            if key not in self.base and key not in keys
        ]
        self._rest = Vertical(*self._others, classes="form-rows")

    def compose(self) -> ComposeResult:
        """Yield the rows, and the button for one more."""
        if self._defined:
            yield Static("Fields of the collection", classes="form-title")
            yield Vertical(*self._defined, classes="form-rows")
            yield Static("Other fields", classes="form-title")
        else:
            yield Static("Fields", classes="form-title")
        yield self._rest
        yield Press(Content("+ Add a field"), classes="form-add")

    def _note_of(self, key: str, odd: Collection[str]) -> str:
        return " · ".join(filter(None, [self._undefined, NO_TEXT if key in odd else ""]))

    def values(self) -> dict[str, str]:
        """Return the fields as they are entered, the defined ones first."""
        entered = {row.key: row.text for row in self._defined if row.is_set}
        for row in self._others:
            if row.key and not row.removed:
                entered.setdefault(row.key, row.text)
        return entered

    @property
    def changed(self) -> bool:
        """Whether anything has been entered that is not in the fields as they were."""
        return self.values() != self.base or any(row.unfinished for row in self._others)

    def problems(self) -> dict[str, str]:
        """Tell by key what cannot be sent; the key is empty for a field without one."""
        return {row.key: sentence for row, sentence in self._problems()}

    def show_problems(self) -> bool:
        """Show every problem at its field, go to the first, and tell whether there was one."""
        for row in (*self._defined, *self._others):
            row.clear_problem()
        found = list(self._problems())
        for row, sentence in found:
            row.show_problem(sentence)
        if found:
            found[0][0].focus_control()
        return bool(found)

    def show_problem(self, key: str, sentence: str) -> bool:
        """Show a problem at the field with this key and go there; False where there is none."""
        rows: list[_DefinedRow | _OtherRow] = [*self._defined, *self._others]
        for row in rows:
            if row.key == key:
                row.show_problem(sentence)
                row.focus_control()
                return True
        return False

    def add_row(self, key: str = "", value: str = "") -> None:
        """Add an empty row and go to its key."""
        row = _OtherRow(key, value, value, new=True, note=self._undefined)
        self._others.append(row)
        self._rest.mount(row)
        row.call_after_refresh(row.focus_control)

    def focus_first(self) -> None:
        """Go to the first field, or make one."""
        rows: list[FormRow] = [*self._defined, *self._others]
        if rows:
            rows[0].control.focus()
        else:
            self.add_row()

    def _problems(self) -> Iterable[tuple["_DefinedRow | _OtherRow", str]]:
        seen: set[str] = set()
        for row in self._defined:
            seen.add(row.key)
            if row.definition.required and not row.text:
                yield row, "This field is required: give it a value."
        for other in self._others:
            if other.removed or (other.new and not other.unfinished):
                continue
            if not other.key:
                yield other, "Give the field a name, or remove it."
            elif other.key in seen:
                said = f"There is a field {clean(other.key, 60)} already: change that one."
                yield other, said
            seen.add(other.key)

    def _on_button_pressed(self, event: Button.Pressed) -> None:
        row = event.button.parent and event.button.parent.parent
        if isinstance(row, _DefinedRow):
            event.stop()
            row.toggle()
        elif isinstance(row, _OtherRow):
            event.stop()
            if row.new:
                self._drop(row)
            else:
                row.toggle()
        elif event.button.has_class("form-add"):
            event.stop()
            self.add_row()

    def _drop(self, row: "_OtherRow") -> None:
        index = self._others.index(row)
        del self._others[index]
        row.remove()
        if self._others:
            self._others[min(index, len(self._others) - 1)].control.focus()
        else:
            self.query_one(".form-add", Press).focus()


class _DefinedRow(FormRow):
    """A field that the collection defines."""

    def __init__(
        self, definition: FieldDefinition, value: str | None, entered: str, *, note: str = ""
    ) -> None:
        self.definition = definition
        self.key = definition.key
        self._input = _input_of(value or "", entered)
        self._shown = self._input.shown
        self._was_empty = value == ""
        self._button = Press(Content("✕"), classes="form-tool form-empty")
        self._button.can_focus = False  # keys empty the input itself
        label = f"{definition.key} *" if definition.required else definition.key
        tools = [self._button]
        traits = " · ".join(filter(None, [note, traits_of(definition)]))
        super().__init__(label, self._input, help_text=traits, tools=tools)

    def on_mount(self) -> None:
        """Show what the button does now."""
        super().on_mount()
        self._tell_button()

    @property
    def text(self) -> str:
        return self._input.text

    @property
    def is_set(self) -> bool:
        return bool(self.text) or self._was_empty

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


class _OtherRow(FormRow):
    """A field under a key of its own; a new one has its key still to be typed."""

    def __init__(
        self, key: str, value: str, entered: str | None, *, new: bool = False, note: str = ""
    ) -> None:
        self.new = new
        self.removed = False
        self._key = key
        self._note = note
        self._taken_out = entered is None
        self._key_input = TextInput(key, placeholder="name", classes="form-key")
        self._input = _input_of(value, value if entered is None else entered)
        self._input.placeholder = "value" if new else ""
        self._button = Press(Content("✕"), classes="form-tool", tooltip=Content("Remove"))
        super().__init__(
            key,
            self._key_input if new else self._input,
            help_text=note,
            tools=[] if new else [self._button],
        )

    def on_mount(self) -> None:
        """Show it as removed where it was taken out before."""
        super().on_mount()
        if self._taken_out and not self.removed:
            self.toggle()

    def compose_line(self) -> ComposeResult:
        if self.new:
            yield self._key_input
            yield self._input
            yield self._button
        else:
            yield from super().compose_line()

    @property
    def key(self) -> str:
        return self._key_input.text.strip() if self.new else self._key

    @property
    def text(self) -> str:
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

"""The form for the fields of a document: what the collection defines first, then the others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Static

from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.widgets.controls import SafeButton
from xcoll_tui.ui.widgets.field_rows import DefinedRow, OtherRow, UnopenedField
from xcoll_tui.ui.widgets.pager import Pager

UNDEFINED = "not defined here; the service may reject it"
NO_TEXT = "not text; kept as it is unless you change it"

_ALL = 40
"""Fields that are shown at once; with hundreds of them each key would be slow."""
_PAGE = 15
"""Fields on a page where there are more: turning to one makes its rows."""


class FieldsForm(Vertical):
    """Edit fields: every defined one, and others under any key.

    `definitions` is None while it is not known what is defined. `entered` are fields that were
    typed before, `fields` those that are there; `odd` are the keys of those that are no texts.

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
    ) -> None:
        super().__init__()
        self.base = dict(fields)
        typed = self.base if entered is None else entered
        self._undefined = "" if definitions is None else UNDEFINED
        defined = [
            UnopenedField(
                definition.key,
                self.base.get(definition.key),
                typed.get(definition.key, ""),
                definition,
                note=NO_TEXT if definition.key in odd else "",
            )
            for definition in definitions or ()
        ]
        keys = {field.key for field in defined}
        other_fields = [
            UnopenedField(key, value, typed.get(key), note=self._note_of(key, odd))
            for key, value in self.base.items()
            if key not in keys
        ]
        other_fields += [
            UnopenedField(key, None, value, note=self._undefined)
            for key, value in typed.items()
            if key not in self.base and key not in keys
        ]
        self._defined: list[DefinedRow | UnopenedField] = [*defined]
        self._others: list[OtherRow | UnopenedField] = [*other_fields]
        count = len(self._rows)
        self._pager = Pager("Fields", _PAGE if count > _ALL else None)
        shown = self._pager.show(0, count)
        rows = [self._open(index) for index in shown]
        self._placed = set(rows)
        first = [row for row in rows if isinstance(row, DefinedRow)]
        self._first = Vertical(*first, classes="form-rows")
        self._rest = Vertical(*rows[len(first) :], classes="form-rows")
        self._title = Static("Fields of the collection", classes="form-title")

    def compose(self) -> ComposeResult:
        """Yield the rows of the first page, and the button for one more."""
        yield self._pager
        if self._defined:
            yield self._title
            yield self._first
            yield Static("Other fields", classes="form-title")
        else:
            yield Static("Fields", classes="form-title")
        yield self._rest
        yield SafeButton(Content("+ Add a field"), classes="form-add")

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
        rows = self._rows
        return {rows[index].key: sentence for index, sentence in self._problems()}

    def show_problems(self) -> bool:
        """Show every problem at its field, go to the first, and tell whether there was one."""
        for row in self._rows:
            if not isinstance(row, UnopenedField):
                row.clear_problem()
        problems = list(self._problems())
        for index, sentence in problems:
            self._open(index).show_problem(sentence)
        if problems:
            self._go_to(problems[0][0])
        return bool(problems)

    def show_problem(self, key: str, sentence: str) -> bool:
        """Show a problem at the field with this key and go there; False where there is none."""
        for index, row in enumerate(self._rows):
            if row.key == key:
                self._open(index).show_problem(sentence)
                self._go_to(index)
                return True
        return False

    def supply(self, counts: Mapping[str, int], total: int) -> None:
        """Take note that so many of all files have their own value of a defined field."""
        for row in self._defined:
            row.supply(counts.get(row.key, 0), total)

    def add_row(self) -> None:
        """Add an empty row and go to its key."""
        self._others.append(OtherRow("", None, "", note=self._undefined))
        self._go_to(len(self._rows) - 1)

    def focus_first(self) -> None:
        """Go to the first field, or make one."""
        if self._rows:
            self._open(0).control.focus()
        else:
            self.add_row()

    @property
    def _rows(self) -> list[DefinedRow | OtherRow | UnopenedField]:
        return [*self._defined, *self._others]

    def _open(self, index: int) -> DefinedRow | OtherRow:
        """Return the row with this number, which is made when it is first needed."""
        rows: list[Any] = self._defined
        if index >= len(rows):
            index, rows = index - len(rows), self._others
        if isinstance(rows[index], UnopenedField):
            rows[index] = rows[index].open()
        row: DefinedRow | OtherRow = rows[index]
        return row

    def _go_to(self, index: int) -> None:
        row = self._open(index)
        page = self._pager.page_of(index)
        if row not in self._placed or page != self._pager.page:
            self._turn(page)
        if row.control.is_attached:
            row.focus_control()
        else:
            row.call_after_refresh(row.focus_control)

    def _turn(self, page: int) -> None:
        """Show the rows of a page."""
        shown = self._pager.show(page, len(self._rows))
        rows = [self._open(index) for index in shown]
        for row in self._placed.difference(rows):
            row.display = False
        for row in rows:
            row.display = True
            if row not in self._placed:
                self._placed.add(row)
                (self._rest if isinstance(row, OtherRow) else self._first).mount(row)
        self._title.display = shown.start < len(self._defined)

    def _on_pager_turned(self, message: Pager.Turned) -> None:
        message.stop()
        self._turn(message.page)
        if self.screen.focused is None or self.screen.focused.disabled:
            self._go_to(self._pager.shown.start)

    def _problems(self) -> Iterable[tuple[int, str]]:
        seen: set[str] = set()
        for index, row in enumerate(self._defined):
            seen.add(row.key)
            required = row.definition is not None and row.definition.required
            if required and not row.text and not row.is_supplied:
                yield index, "This field is required: enter a value."
        for index, other_row in enumerate(self._others, len(self._defined)):
            if other_row.removed or (other_row.new and not other_row.unfinished):
                continue
            if not other_row.key:
                yield index, "Enter a name for the field, or remove it."
            elif other_row.key in seen:
                sentence = f"There already is a field {clean(other_row.key, 60)}: change that one."
                yield index, sentence
            seen.add(other_row.key)

    def _on_button_pressed(self, event: Button.Pressed) -> None:
        row = event.button.parent and event.button.parent.parent
        if isinstance(row, DefinedRow):
            event.stop()
            row.toggle()
        elif isinstance(row, OtherRow):
            event.stop()
            if row.new:
                self._drop(row)
            else:
                row.toggle()
        elif event.button.has_class("form-add"):
            event.stop()
            self.add_row()

    def _drop(self, row: OtherRow) -> None:
        index = self._others.index(row)
        del self._others[index]
        row.remove()
        if self._others:
            self._go_to(len(self._defined) + min(index, len(self._others) - 1))
        else:
            self.query_one(".form-add", SafeButton).focus()

"""The row of a form for a field that no two documents share: a line for each file."""

from collections import Counter
from collections.abc import Sequence

from textual.widgets import TextArea

from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.session.bulk.pasted_text import plain_name, trim_cell
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.widgets.field_rows import traits_of
from xcoll_tui.ui.widgets.form_row import FormRow
from xcoll_tui.ui.widgets.pasted_area import PastedArea


class UniqueColumn(FormRow):
    """Take a line for each file, in their order, unless a table gives the values."""

    def __init__(self, definition: FieldDefinition, text: str) -> None:
        self.area = PastedArea(text, classes="attach-column", show_line_numbers=True)
        self._plain_key = plain_name(definition.key)
        self._required = definition.required
        self._traits = traits_of(definition)
        self._table: Sequence[str] | None = None
        label = f"{definition.key} *" if definition.required else definition.key
        super().__init__(label, self.area, help_text=self._help_words(None))

    def take(self, values: Sequence[str] | None) -> None:
        """Take the values of a table, one for each file; None to go back to the lines."""
        if values != self._table:
            self._table = values
            self.area.display = values is None
            self.explain(self._help_words(values))

    def values(self, count: int) -> list[str]:
        """Return a value for each of so many files, as far as there are any."""
        if self._table is not None:
            return list(self._table)
        lines = [trim_cell(line) for line in self.area.exact.splitlines()]
        while len(lines) > count and not lines[-1]:
            lines.pop()
        if len(lines) == count + 1 and plain_name(lines[0]) == self._plain_key:
            del lines[0]  # the head of a column that came with its cells
        return lines if any(lines) else []

    def find_problem(self, count: int) -> str:
        """Tell what cannot be sent for so many files; nothing where all can."""
        values = self.values(count)
        if not values and not self._required:
            return ""
        if len(values) != count:
            lines = format_many(len(values), "line")
            return f"{lines} for {format_many(count, 'file')}: enter one for each file."
        if self._required and "" in values:
            number = values.index("") + 1
            if self._table is not None:
                return f"ID {number:,} has no value next to it, and the field is required."
            return f"Line {number:,} is empty, and the field is required."
        twice = next((value for value, n in Counter(values).items() if value and n > 1), None)
        if twice is not None:
            return f"“{clean(twice, 60)}” appears twice, and the field is unique."
        return ""

    def _help_words(self, values: Sequence[str] | None) -> str:
        if values is None:
            return f"{self._traits} · one line for each file, in their order"
        count = sum(map(bool, values))
        return f"{self._traits} · {count:,} of {len(values):,} are next to the IDs"

    def _entered(self) -> object:
        return self.area.text

    def _on_text_area_changed(self, _event: TextArea.Changed) -> None:
        self.update_notes()
        self._note_change()

"""Mine or theirs, field by field, where a document was changed while its form was open."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import RadioSet, Static

from xcoll_tui.ui.presentation.field_changes import changes_between
from xcoll_tui.ui.presentation.fields_draft import show_pair
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.widgets.controls import RadioMark


class FieldsMerge(Vertical):
    """Choose a value for each field that differs; what only they changed is theirs at first."""

    def __init__(
        self,
        base: Mapping[str, str],
        wanted_fields: Mapping[str, str],
        current_fields: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._wanted_fields, self._current_fields = dict(wanted_fields), dict(current_fields)
        self._own_marks: dict[str, RadioMark] = {}
        self._labels: dict[str, Content] = {}
        self._notes: dict[str, str] = {}
        for key, _, _ in changes_between(current_fields, wanted_fields):
            only_theirs = wanted_fields.get(key) == base.get(key)
            only_mine = current_fields.get(key) == base.get(key)
            self._notes[key] = (
                "changed by them only"
                if only_theirs
                else "changed by you only"
                if only_mine
                else "changed by both"
            )
            shown = show_pair(wanted_fields.get(key), current_fields.get(key))
            self._own_marks[key] = RadioMark(Content("Mine    ") + shown[0], value=not only_theirs)
            self._labels[key] = Content("Theirs  ") + shown[1]

    def compose(self) -> ComposeResult:
        """Yield one pair for each field."""
        for key, choose_mine in self._own_marks.items():
            title = "[b]$key[/b]  [$quiet]$note[/]"
            yield Static(
                Content.from_markup(title, key=clean(key, 60), note=self._notes[key]),
                classes="form-pair",
            )
            choose_theirs = RadioMark(self._labels[key], value=not choose_mine.value)
            yield RadioSet(choose_mine, choose_theirs)

    def merged(self) -> dict[str, str]:
        """Return the fields as they are chosen."""
        keys = [
            *self._wanted_fields,
            *(key for key in self._current_fields if key not in self._wanted_fields),
        ]
        chosen: dict[str, str] = {}
        for key in keys:
            choose_mine = self._own_marks.get(key)
            side = (
                self._wanted_fields
                if choose_mine is not None and choose_mine.value
                else self._current_fields
            )
            if key in side:
                chosen[key] = side[key]
        return chosen

    def on_mount(self) -> None:
        """Go to the first pair, once it stands: whoever asks cannot know when that is."""
        self.call_after_refresh(self.query(RadioSet).first().focus)

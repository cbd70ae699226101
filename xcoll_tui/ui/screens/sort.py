"""A dialog that offers what rows can be sorted by."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from xcoll_tui.ui.screens.pick import PickScreen


class SortScreen(PickScreen):
    """Return the name of the sort; the key that opened it goes on to the next one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "next", "Next", id="sort.choose_next", show=False),
    ]

    def action_next(self) -> None:
        """Go to the next choice, from the last one to the first."""
        self._table.move_to((self._table.cursor + 1) % len(self._rows))

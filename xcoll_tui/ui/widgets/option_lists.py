"""Lists of options that can be used before they are drawn, and clicked on after they changed.

Keys and clicks in one read reach a list that has just opened, or was made again by a letter.
"""

from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.widgets import OptionList, Select
from textual.widgets._select import SelectCurrent, SelectOverlay


class SteadyList(OptionList):
    """A list whose options may have changed since a click was aimed at one.

    Name it behind the class of Textual's that it makes steady, whose styles are found by the first.
    """

    async def _on_click(self, event: events.Click) -> None:
        # _option_list.py 728: indexes by what was drawn.
        option = event.style.meta.get("option")
        if option is not None and option >= self.option_count:
            event.prevent_default()

    def action_select(self) -> None:
        """Select what is highlighted. _option_list.py 1079: it may be there no more."""
        if self._is_highlighted:
            super().action_select()

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        # _option_list.py 1002: asks for the line of an option, which has none before there is room.
        if self.scrollable_content_region and self._is_highlighted:
            super()._move_page(direction)

    @property
    def _is_highlighted(self) -> bool:
        return self.highlighted is not None and self.highlighted < self.option_count


class _Overlay(SelectOverlay, SteadyList):
    """The options of a drop-down."""


class DropDown(Select[str]):
    """One of several values, in a list that drops down."""

    def compose(self) -> ComposeResult:
        """Compose what Textual does, with a list of ours. _select.py 619."""
        yield SelectCurrent(self.prompt)
        yield _Overlay(type_to_search=self._type_to_search).data_bind(compact=Select.compact)

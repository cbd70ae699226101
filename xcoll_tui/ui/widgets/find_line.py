"""The input of what is to be found."""

from collections.abc import Callable

from xcoll_tui.ui.widgets.filter_line import SearchLine


class FindLine(SearchLine):
    """A line that gives the keys that walk, and those that end it, to ``press``."""

    LEAVING = ("enter", "escape", "down", "up", "tab", "shift+tab")

    def __init__(self, press: Callable[[str], None]) -> None:
        super().__init__("", "Find…", press)

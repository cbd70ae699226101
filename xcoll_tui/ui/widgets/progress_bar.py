"""A bar that tells how much of a whole is done, by length and in numbers."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from xcoll_tui.ui.presentation.bars import bar_pieces
from xcoll_tui.ui.widgets.lazy_components import LazyComponents

SEPARATOR = " · "
"""What stands between the numbers."""
_LEFT = 2
"""The part of the bar that is not done."""
_MOST = 40
"""Cells that it has at most: a longer one shouts, and tells no more."""
_LEAST = 12
"""Cells that a bar has at least where the numbers stand behind it."""


class BarFacts(NamedTuple):
    """So much of a whole, and the numbers that are told with it."""

    total: int
    done: int
    failed: int
    numbers: Sequence[str]


class ProgressBar(LazyComponents):
    """Done, failed and left of a whole, by length and in numbers; the numbers are never cut.

    They stand behind the bar, or below it where there is no room for both.
    """

    def __init__(self) -> None:
        super().__init__()
        self._facts = BarFacts(0, 0, 0, ())

    def show(self, facts: BarFacts) -> None:
        """Show how far it is."""
        width = self.size.width
        before = len(self._lines(width))
        self._facts = facts
        self.refresh(layout=len(self._lines(width)) != before)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Take a line for the bar, and more for numbers that do not fit behind it."""
        return 1 + len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """Draw the bar, and the numbers behind or below it."""
        width, base = self.size.width, self.rich_style
        facts, lines = self._facts, self._lines(width)
        if y > len(lines):
            return Strip.blank(width, base)
        if y > 0:
            return Strip([Segment(lines[y - 1], base)]).adjust_cell_length(width, base)
        numbers = "" if lines or not facts.numbers else f"  {SEPARATOR.join(facts.numbers)}"
        room = max(0, min(_MOST, width - len(numbers)))
        left = max(0, facts.total - facts.done - facts.failed)
        paper = self.background_colors[1]
        inks = [
            (paper + self.get_component_styles(f"bar--{name}").color).rich_color
            for name in ("done", "failed", "left")
        ]
        segments = []
        for text, part, behind in bar_pieces((facts.done, facts.failed, left), room):
            # What is left is paper, not ink: so it is seen without colours, too.
            shown = text if part < _LEFT else " " * len(text)
            segments.append(Segment(shown, base + Style(color=inks[part], bgcolor=inks[behind])))
        segments.append(Segment(numbers, base))
        return Strip(segments).adjust_cell_length(width, base)

    def _lines(self, width: int) -> list[str]:
        """Return the lines below the bar; none where the numbers fit behind it."""
        numbers = self._facts.numbers
        if len(SEPARATOR.join(numbers)) + 2 + _LEAST <= width:
            return []
        lines = list(numbers[:1])
        for number in numbers[1:]:
            longer = f"{lines[-1]}{SEPARATOR}{number}"
            if len(longer) > width:
                lines.append(number)
            else:
                lines[-1] = longer
        return lines

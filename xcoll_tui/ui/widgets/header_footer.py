"""The header and the footer: one line each, drawn by themselves so that they cost nothing."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip

from xcoll_tui.ui.hints import Hint
from xcoll_tui.ui.presentation.text import clean, fit
from xcoll_tui.ui.widgets.bare_lines import BareLines

_FACT = 40
"""So many cells a fact of the header takes at most."""


class HeaderFacts(NamedTuple):
    """The facts in the header: where the person is, most important first."""

    facts: tuple[str, ...] = ()
    state: str = ""
    """What stands at the right: the age of what is shown, or what is waited for."""
    alert: bool = False
    mode: str = ""
    """What must never be overlooked, such as that nothing can be written."""


class _Line(BareLines):
    """One line of text, given as segments."""

    ALLOW_SELECT = False

    @abstractmethod
    def draw(self, width: int) -> list[Segment]:
        """Give the segments of the line."""

    def render_line(self, _y: int) -> Strip:
        """Draw the line."""
        width = self.size.width
        return Strip(self.draw(width)).adjust_cell_length(width, self.rich_style)


class Header(_Line):
    """Tell the program, the team, the key and the host, and how fresh the screen is.

    ``pressed`` is called when it is clicked: the mouse's way to every command.
    """

    def __init__(self, pressed: Callable[[], None]) -> None:
        super().__init__()
        self.place = HeaderFacts()
        self._pressed = pressed

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        self._pressed()

    def show(self, place: HeaderFacts) -> None:
        """Show another place."""
        if place != self.place:
            self.place = place
            self.refresh()

    def draw(self, width: int) -> list[Segment]:
        """Drop the facts that do not fit, the last ones first."""
        base = self.rich_style
        quiet = base + self.get_component_rich_style("header--quiet", partial=True)
        name = base + self.get_component_rich_style("header--name", partial=True)
        alert = base + self.get_component_rich_style("header--alert", partial=True)
        state_style = alert if self.place.alert else quiet
        lead, state = " xcoll ", f"{self.place.state} " if self.place.state else ""
        mode = f" {self.place.mode} " if self.place.mode else ""
        room = width - len(lead) - len(mode) - cell_len(state) - 3
        facts = [_shortened(fact) for fact in self.place.facts if fact]
        while facts and cell_len(" · ".join(facts)) > room:
            facts.pop()
        facts_text = f"  {' · '.join(facts)}" if facts else ""
        space = width - len(lead) - len(mode) - cell_len(facts_text) - cell_len(state)
        return [
            Segment(lead, name),
            Segment(mode, alert),
            Segment(facts_text, quiet),
            Segment(" " * max(0, space), base),
            Segment(state, state_style),
        ]


class Footer(_Line):
    """Show the keys that matter where the focus is; a click on one does what it says.

    A hint without a key is a fact.
    """

    def __init__(
        self, hints: Callable[[], Sequence[Hint]], perform: Callable[[str], Awaitable[None]]
    ) -> None:
        super().__init__()
        self._hints = hints
        self._perform = perform
        self._spans: list[tuple[int, int, str]] = []
        self._drawn: tuple[Hint, ...] = ()

    def update(self) -> None:
        """Draw what matters now, if that is something else."""
        if tuple(self._hints()) != self._drawn:
            self.refresh()

    def draw(self, width: int) -> list[Segment]:
        """Keep the last hint, the way to the others; drop the ones before it that do not fit."""
        base = self.rich_style
        key_style = base + self.get_component_rich_style("footer--key", partial=True)
        label_style = base + self.get_component_rich_style("footer--label", partial=True)
        self._drawn = tuple(self._hints())
        *hints, last = self._drawn
        while hints and sum(map(_hint_width, [*hints, last])) > width - 1:
            hints.pop()
        segments = [Segment(" ", base)]
        self._spans = []
        at = 1
        for hint in [*hints, last]:
            segments += _draw_hint(hint, base, key_style, label_style)
            self._spans.append((at, at + _hint_width(hint) - 2, hint.action))
            at += _hint_width(hint)
        return segments

    async def _on_click(self, event: events.Click) -> None:
        for start, stop, action in self._spans:
            if start <= event.x < stop:
                await self._perform(action)


def _shortened(fact: str) -> str:
    shown = clean(fact, 200)
    return fit(shown, _FACT).rstrip() if cell_len(shown) > _FACT else shown


def _hint_width(hint: Hint) -> int:
    return cell_len(hint.key) + (1 if hint.key else 0) + cell_len(hint.label) + 2


def _draw_hint(hint: Hint, base: Style, key_style: Style, label_style: Style) -> list[Segment]:
    if not hint.key:
        return [Segment(hint.label, key_style), Segment("  ", base)]
    return [
        Segment(hint.key, key_style),
        Segment(" ", base),
        Segment(hint.label, label_style),
        Segment("  ", base),
    ]

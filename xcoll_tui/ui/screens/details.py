"""A dialog that tells all that is known of one thing: facts, and the JSON as received."""

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.ui.clipboard import copy_text
from xcoll_tui.ui.presentation.facts import Fact, Facts
from xcoll_tui.ui.presentation.text import clean, clean_lines
from xcoll_tui.ui.screens.dialog import Dialog, show_hints


class DetailsScreen(Dialog[None]):
    """Show facts, or the JSON that they were read from."""

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,p", "close", "Close", id="details.close"),
        Binding("tab,J", "json", "Facts or JSON", id="details.json"),
        Binding("c,y", "copy", "Copy the ID", id="details.copy"),
        Binding("down,j", "scroll(1)", "Down", id="details.down"),
        Binding("up,k", "scroll(-1)", "Up", id="details.up"),
        Binding("pagedown,space", "page(1)", "Page down", id="details.page_down"),
        Binding("pageup", "page(-1)", "Page up", id="details.page_up"),
        Binding("g,home", "first", "Top", id="details.first"),
        Binding("G,end", "last", "Bottom", id="details.last"),
    ]

    def __init__(self, key: str, facts: Facts | None) -> None:
        super().__init__()
        self._key = key
        self._facts = facts
        self._json = False
        self._trouble = ""
        self._fresh = False
        self._body = Static(id="details-body")
        self._scroll = VerticalScroll(self._body, id="details-scroll", can_focus=True)
        self._frame = Vertical(self._scroll, id="details")

    def compose(self) -> ComposeResult:
        """Frame one scrolling text."""
        yield self._frame

    def on_mount(self) -> None:
        """Show what is known already."""
        self._scroll.focus()
        self._draw()

    def show(self, facts: Facts) -> None:
        """Show what has been read afresh."""
        self._facts, self._fresh, self._trouble = facts, True, ""
        if self.is_mounted:
            self._draw()

    def fail(self, sentence: str) -> None:
        """Tell that the reading failed; what the list said stays."""
        self._trouble = sentence
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        facts = self._facts
        self._frame.border_title = Content(clean(facts.title if facts else self._key, 200))
        self._frame.border_subtitle = show_hints(
            ("Tab Facts/JSON", "json"), ("c Copy ID", "copy"), ("esc Close", "close")
        )
        parts: list[Content] = []
        if self._trouble:
            parts.append(Content.from_markup("[$warning]✗ $sentence[/]\n", sentence=self._trouble))
        elif not self._fresh:
            parts.append(Content.from_markup("[$quiet]Reading afresh…[/]\n"))
        if facts is not None:
            parts.append(self._json_of(facts) if self._json else self._facts_of(facts))
        self._body.update(Content("\n").join(parts))

    def _facts_of(self, facts: Facts) -> Content:
        names = [fact.name for section in facts.sections for fact in section.facts]
        width = min(24, max((len(clean(name, 24)) for name in names), default=0))
        lines: list[Content] = []
        for section in facts.sections:
            lines.append(Content.from_markup("[b $accent]$title[/]", title=section.title))
            if not section.facts:
                lines.append(Content.from_markup("  [$quiet]$sentence[/]", sentence=section.empty))
            lines += [_line_of(fact, width) for fact in section.facts]
            lines.append(Content(""))
        return Content("\n").join(lines)

    def _json_of(self, facts: Facts) -> Content:
        if facts.received is None:
            return Content.from_markup("[$quiet]Nothing has been received yet.[/]")
        return Content(clean_lines(facts.received))

    def action_close(self) -> None:
        """Go back to the rows."""
        self.finish()

    def action_json(self) -> None:
        """Change between the facts and the JSON."""
        self._json = not self._json
        self._draw()
        self._scroll.scroll_home(animate=False)

    def action_copy(self) -> None:
        """Copy the ID."""
        copy_text(self.app, self._key, partial(self.notify, markup=False))

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self._scroll.scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by screens."""
        self._scroll.scroll_relative(y=pages * (self._scroll.size.height - 1), animate=False)

    def action_first(self) -> None:
        """Scroll to the top."""
        self._scroll.scroll_home(animate=False)

    def action_last(self) -> None:
        """Scroll to the bottom."""
        self._scroll.scroll_end(animate=False)


def _line_of(fact: Fact, width: int) -> Content:
    name = clean(fact.name, 24)
    value = Content(clean(fact.value, 5_000) or "–")
    if fact.tone:
        value = value.stylize(fact.tone)
    return Content.from_markup("  [$quiet]$name[/]  ", name=name.ljust(width)) + value

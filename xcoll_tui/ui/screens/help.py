"""Every key, on one page."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.ui.actions import BY_ID, Group
from xcoll_tui.ui.screens.dialog import Dialog
from xcoll_tui.ui.widgets.header_footer import Hint

_FILTERS = (
    ("AAPL 10-k", "names with both words in them, in any case"),
    ("*.pdf", "names that look like this"),
    ("failed · ready · indexing", "documents in this state"),
    ("ticker:AAPL · ticker=AAPL", "a field that has it in it, that is it"),
    (">5mb · size<=2MiB", "larger, smaller files"),
    ("created:today · created>2026-01-01", "in your time zone"),
    ("type:pdf", "files of a type"),
    ('"failed"', "the word itself, in the name"),
    ('name:"SEC" AND size_bytes:>5000000', "the service's own grammar: goes as it is"),
)


class HelpScreen(Dialog[None]):
    """Show the keys as they are mapped now, and what a filter can say."""

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "close", "Close", id="help.close"),
        Binding("down,j", "scroll(1)", "Down", id="help.down"),
        Binding("up,k", "scroll(-1)", "Up", id="help.up"),
        Binding("pagedown,space", "scroll(10)", "Page down", id="help.page_down"),
        Binding("pageup", "scroll(-10)", "Page up", id="help.page_up"),
    ]

    def __init__(self, hints: Mapping[str, Hint]) -> None:
        super().__init__()
        self._hints = hints
        self._scroll = VerticalScroll(
            Static(self._keys(Group.MOVE, Group.LOOK)),
            Static(self._keys(Group.CHANGE, Group.MARK, Group.PROGRAM)),
            Static(_filters(), id="help-filters"),
            id="help",
            can_focus=True,
        )

    def compose(self) -> ComposeResult:
        """Frame one scrolling text."""
        self._scroll.border_title = "Keys"
        self._scroll.border_subtitle = "esc Close"
        yield self._scroll

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self._scroll.focus()

    def _keys(self, *groups: Group) -> Content:
        lines: list[Content] = []
        for group in groups:
            lines.append(Content.from_markup("[b $accent]$title[/]", title=str(group)))
            for action_id, hint in self._hints.items():
                if BY_ID[action_id].group is group:
                    lines.append(_line("  ".join(hint.keys), hint.label, 10))
            lines.append(Content(""))
        return Content("\n").join(lines[:-1])

    def action_close(self) -> None:
        """Go back to the rows."""
        self.finish()

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self._scroll.scroll_relative(y=lines, animate=False)


def _filters() -> Content:
    lines = [Content.from_markup("[b $accent]Filters[/]")]
    return Content("\n").join([*lines, *(_line(text, meaning, 37) for text, meaning in _FILTERS)])


def _line(key: str, label: str, width: int) -> Content:
    return Content.from_markup("  [b]$key[/]  [$quiet]$label[/]", key=key.ljust(width), label=label)

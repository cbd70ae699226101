"""Every key, on one page."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.ui.actions import BY_ID, Group
from xcoll_tui.ui.hints import Hint
from xcoll_tui.ui.preferences import CONFIG_FILE
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.dialog import Dialog, show_hints
from xcoll_tui.ui.widgets.filter_line import SearchLine

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
    """Show the keys as they are mapped now, and what a filter can say; `/` searches in both.

    `problems` are sentences on what in config.toml is not used; they stand first.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "close", "Close", id="help.close"),
        Binding("slash", "search", "Search", id="help.search"),
        Binding("down,j", "scroll(1)", "Down", id="help.down"),
        Binding("up,k", "scroll(-1)", "Up", id="help.up"),
        Binding("pagedown,space", "scroll(10)", "Page down", id="help.page_down"),
        Binding("pageup", "scroll(-10)", "Page up", id="help.page_up"),
    ]

    def __init__(self, hints: Mapping[str, Hint], problems: Sequence[str] = ()) -> None:
        super().__init__()
        self._hints = hints
        self._problems = problems
        self._search = SearchLine("", "/ searches", self._leave_search)
        self._columns = (
            Static(id="help-problems"),
            Static(),
            Static(),
            Static(id="help-filters"),
        )
        self._scroll = VerticalScroll(*self._columns, id="help-keys", can_focus=True)
        self._frame = Vertical(self._search, self._scroll, id="help")

    def on_mount(self) -> None:
        """Let the keys scroll, with nothing lying over them."""
        self.app.clear_notifications()
        self._frame.border_title = "Keys"
        self._frame.border_subtitle = show_hints(("/ Search", "search"), ("esc Close", "close"))
        self._draw()
        self._scroll.focus()

    def _draw(self) -> None:
        searched = self._search.text.strip().casefold()
        contents = [
            _problems(self._problems, searched),
            self._keys(searched, Group.MOVE, Group.LOOK),
            self._keys(searched, Group.CHANGE, Group.MARK, Group.PROGRAM),
            _filters(searched),
        ]
        if not any(contents):
            contents[0] = Content.from_markup("[$quiet]No match. Esc shows all again.[/]")
        for column, content in zip(self._columns, contents, strict=True):
            column.display = bool(content)
            column.update(content)

    def _keys(self, searched: str, *groups: Group) -> Content:
        blocks: list[Content] = []
        for group in groups:
            lines = [
                _line("  ".join(hint.keys), hint.label, 10)
                for action_id, hint in self._hints.items()
                if BY_ID[action_id].group is group and _fits(searched, action_id, hint)
            ]
            if lines:
                title = Content.from_markup("[b $accent]$title[/]", title=str(group))
                blocks.append(Content("\n").join([title, *lines]))
        return Content("\n\n").join(blocks)

    def _on_input_changed(self) -> None:
        self._draw()
        self._scroll.scroll_home(animate=False)

    def _leave_search(self, key: str) -> None:
        if key == "escape":
            self._search.value = ""
        self._scroll.focus()

    def action_search(self) -> None:
        """Type what is searched for."""
        self._search.focus()

    def action_close(self) -> None:
        """Show all again, or else go back to the rows."""
        if self._search.text:
            self._search.value = ""
        else:
            self.finish()


def _fits(searched: str, action_id: str, hint: Hint) -> bool:
    action = BY_ID[action_id]
    words = f"{hint.label} {action.about} {action.group}".casefold()
    return searched in words or searched in (key.casefold() for key in hint.keys)


def _problems(problems: Sequence[str], searched: str) -> Content:
    lines = [clean(problem, 400) for problem in problems if searched in problem.casefold()]
    if not lines:
        return Content("")
    title = Content.from_markup("[b $warning]$title[/]", title=f"Not used of {CONFIG_FILE}")
    return Content("\n").join([title, *map(Content, lines)])


def _filters(searched: str) -> Content:
    lines = [
        _line(text, meaning, 37)
        for text, meaning in _FILTERS
        if searched in f"filters {text} {meaning}".casefold()
    ]
    title = Content.from_markup("[b $accent]Filters[/]")
    return Content("\n").join([title, *lines]) if lines else Content("")


def _line(key: str, label: str, width: int) -> Content:
    return Content.from_markup("  [b]$key[/]  [$quiet]$label[/]", key=key.ljust(width), label=label)

"""The list of all commands: Textual's, but ending once, and safe with clicks from the past."""

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.command import CommandInput, CommandList, CommandPalette
from textual.content import Content
from textual.widgets.option_list import Option

from xcoll_tui.ui.escape import close_after_escape
from xcoll_tui.ui.presentation.text import clean, fit
from xcoll_tui.ui.widgets.option_lists import SteadyList
from xcoll_tui.ui.widgets.text_input import LineInput

_LONGEST_SEARCH = 1_000
_SHOWN = 30
"""Cells of a search that are repeated where nothing fits."""


class _Commands(CommandList, SteadyList):
    """A list that is made again by every letter."""


class _Line(CommandInput, LineInput):
    """The line that a command is searched with: nothing pasted reaches the terminal as codes."""

    def paste(self, text: str) -> None:
        """Put in what can be shown of a text; commands are short."""
        super().paste(clean(text, _LONGEST_SEARCH))


class Palette(CommandPalette):
    """Offer every command, and run one."""

    DEFAULT_CSS = """
    Palette > Vertical, Palette:dark > Vertical {
        width: 70; max-width: 100%; height: auto; max-height: 80%; visibility: visible;
        background: $panel; border: round $accent; padding: 0 1;
    }
    Palette #--input, Palette #--input.--list-visible { height: 1; border: none; }
    Palette SearchIcon, Palette LoadingIndicator { display: none; }
    Palette CommandInput, Palette CommandInput:focus {
        height: 1; border: none; padding: 0 1; background: $boost;
    }
    Palette #--results { overlay: none; margin: 1 0 0 0; }
    Palette CommandList { border: none; scrollbar-size-vertical: 1; }
    Palette CommandList > .option-list--option { padding: 0 1; }
    Palette CommandList > .option-list--option-highlighted {
        background: $row-cursor; color: $foreground;
    }
    """

    _ended = False

    def compose(self) -> ComposeResult:
        """Compose what Textual does, with a list of ours."""
        for widget in super().compose():
            if type(widget) is CommandList:
                yield _Commands()
            elif type(widget) is CommandInput:
                yield _Line(placeholder=self._placeholder, select_on_focus=False)
            else:
                yield widget

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """Say at once that nothing fits. command.py 871: says it half a second later."""
        if search_value:
            sentence = f'No match for "{fit(search_value, _SHOWN).rstrip()}". Esc goes back.'
            found = self.query_one(CommandList)
            found.add_option(Option(Content(sentence), id=self._NO_MATCHES, disabled=True))
            self._list_visible = True

    def _action_escape(self) -> None:
        close_after_escape(self, super()._action_escape)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """End once. command.py 816, 1244: a second Enter, or click, would end what lies below."""
        if self._ended or not self.is_active:
            return AwaitComplete()
        self._ended = True
        return super().dismiss(result)

"""The list of all commands: Textual's, but ending once, and safe with clicks from the past."""

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.command import CommandInput, CommandList, CommandPalette

from xcoll_tui.ui.escape import close_after_escape
from xcoll_tui.ui.text import clean
from xcoll_tui.ui.widgets.text_input import LineInput

_LONGEST_SEARCH = 1_000


class _Commands(CommandList):
    """A list whose rows may have changed since a click was aimed at one."""

    async def _on_click(self, event: events.Click) -> None:
        # _option_list.py 728: indexes by what was drawn; the list is made again by every letter.
        option = event.style.meta.get("option")
        if option is not None and option >= self.option_count:
            event.prevent_default()

    def action_select(self) -> None:
        """Select what is highlighted. _option_list.py 1079: it may be there no more."""
        if self.highlighted is not None and self.highlighted < self.option_count:
            super().action_select()


class _Line(CommandInput, LineInput):
    """The line that a command is searched with: nothing pasted reaches the terminal as codes."""

    def paste(self, text: str) -> None:
        """Put in what can be shown of a text; commands are short."""
        super().paste(clean(text, _LONGEST_SEARCH))


class Palette(CommandPalette):
    """Offer every command, and run one."""

    DEFAULT_CSS = """
    Palette SearchIcon { color: $foreground; }
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

    def _action_escape(self) -> None:
        close_after_escape(self, super()._action_escape)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """End once. command.py 816, 1244: a second Enter, or click, would end what lies below."""
        if self._ended or not self.is_active:
            return AwaitComplete()
        self._ended = True
        return super().dismiss(result)

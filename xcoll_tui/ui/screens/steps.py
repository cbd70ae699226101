"""A dialog that tells how far something long is, and stays until it has been read."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.dialog import Dialog, show_hints
from xcoll_tui.ui.widgets.progress_bar import BarFacts, ProgressBar

RECREATE = "recreate"
"""What is returned where a collection is to be made again from its backup."""


class StepsScreen(Dialog[str]):
    """Say what is being done, and keep what was learned on the way.

    While it goes on, `x` asks for it to be broken off before the next step, as long as
    `can_cancel` says that there is one, and calls `on_cancel`; Esc only hides it. `path` is where a
    file was written, `file_noun` what that is: when all is over `c` copies the path, and where it
    `can_recreate`, `B` returns RECREATE.
    """

    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Hide", id="steps.hide"),
        Binding("x", "cancel", "Cancel", id="steps.cancel"),
        Binding("c,y", "copy", "Copy the path of the file", id="steps.copy"),
        Binding("B", "recreate", "Recreate from backup", id="steps.recreate"),
    ]

    def __init__(
        self,
        title: str,
        *,
        can_cancel: bool,
        on_cancel: Callable[[], object] = lambda: None,
        file_noun: str = "backup",
    ) -> None:
        super().__init__()
        self.cancelled = False
        self.can_cancel = can_cancel
        self.over = False
        self.path = ""
        self.can_recreate = False
        self._title = title
        self._on_cancel = on_cancel
        self._file_noun = file_noun
        self._message_content = Content("")
        self._notes: list[str] = []
        self._text = Static(id="steps-said")
        self._bar = ProgressBar()
        self._bar.display = False
        self._frame = Vertical(self._bar, self._text, id="steps")

    def on_mount(self) -> None:
        """Say what was said before it stood."""
        self._frame.border_title = Content(clean(self._title, 200))
        self._draw()

    def say(
        self,
        sentence: str,
        *,
        over: bool = False,
        failed: bool = False,
        cancelled: bool = False,
        bar: BarFacts | None = None,
    ) -> None:
        """Say what is done now and how far it is, as far as that is counted; or how it ended."""
        self._bar.display = bar is not None
        if bar is not None:
            self._bar.show(bar)
        glyph, tone = ("✗", "$error") if failed else ("●", "$success")
        if cancelled:
            glyph, tone = "○", "$quiet"
        lead = Content.from_markup(f"[{tone}]{glyph}[/] ") if over else Content("… ")
        self._message_content = lead + Content(clean(sentence, 1_000))
        self.over = over
        if self.is_attached and self.is_mounted:  # it stays mounted when it has gone
            self._draw()
        elif over and self._ended:
            self.app.notify(
                clean(sentence, 400), severity="error" if failed else "information", markup=False
            )

    def note(self, sentence: str) -> None:
        """Keep a sentence on the screen."""
        self._notes.append(clean(sentence, 1_000))
        self.draw_again()

    def _draw(self) -> None:
        notes = [Content.from_markup("[$quiet]$note[/]", note=note) for note in self._notes]
        self._text.update(Content("\n").join([self._message_content, *notes]))
        hints = [("esc Close" if self.over else "esc Hide", "close")]
        if self.can_cancel and not self.over:
            hints.insert(0, ("x Cancel", "cancel"))
        if self.over and self.path:
            hints.insert(0, (f"c Copy the {self._file_noun}'s path", "copy"))
        if self.over and self.can_recreate:
            hints.insert(0, ("B Recreate", "recreate"))
        cancelling = Content("cancelling…")
        self._frame.border_subtitle = cancelling if self._is_cancelling else show_hints(*hints)

    @property
    def _is_cancelling(self) -> bool:
        return self.cancelled and not self.over

    def action_cancel(self) -> None:
        """Ask for it to be broken off before the next step."""
        if self.can_cancel and not self.over:
            self.cancelled = True
            self._on_cancel()
            self._draw()

    def action_copy(self) -> None:
        """Copy where the file is."""
        if self.path:
            self.app.copy_to_clipboard(self.path)
            self.notify(
                f"The path of the {self._file_noun} was sent to the terminal.", markup=False
            )

    def action_recreate(self) -> None:
        """Close, and make the collection again from the backup."""
        if self.over and self.can_recreate:
            self.finish(RECREATE)

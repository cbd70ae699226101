"""A dialog that tells all that is known of one thing: facts, and the JSON as received."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.ui.clipboard import copy_text
from xcoll_tui.ui.presentation.fact_lines import fact_lines
from xcoll_tui.ui.presentation.facts import Facts
from xcoll_tui.ui.presentation.json_colours import colour_json
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.dialog import Dialog, show_hints

_NARROW = 30
"""So many cells of hints there are always, also before the frame has a width."""


class DetailsScreen(Dialog[None]):
    """Show facts, or the JSON that they were read from.

    ``step`` shows the thing so many rows further on, ``act`` does an action of the main screen to
    this one, ``row_changed`` is told that its row has changed, or has gone, ``resumed`` that no
    dialog stands before this one any more. Without ``act`` there is nothing to do here.
    """

    CLOSES_OUTSIDE = True
    TELLS = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,p", "close", "Close", id="details.close"),
        Binding("tab,J", "json", "Facts or JSON", id="details.json"),
        Binding("c,y", "copy", "Copy the ID", id="details.copy"),
        Binding("right_square_bracket", "next", "Next document", id="details.next"),
        Binding("left_square_bracket", "previous", "Previous document", id="details.previous"),
        Binding("e", "act('write.edit')", "Edit", id="details.edit"),
        Binding("d,delete", "act('write.remove')", "Remove", id="details.remove"),
        Binding("i", "act('write.reindex')", "Re-index", id="details.reindex"),
        Binding("a", "act('write.attach')", "Attach files by ID", id="details.attach"),
        Binding("down,j", "scroll(1)", "Down", id="details.down"),
        Binding("up,k", "scroll(-1)", "Up", id="details.up"),
        Binding("pagedown,space", "page(1)", "Page down", id="details.page_down"),
        Binding("pageup", "page(-1)", "Page up", id="details.page_up"),
        Binding("g,home", "first", "Top", id="details.first"),
        Binding("G,end", "last", "Bottom", id="details.last"),
    ]

    def __init__(
        self,
        key: str,
        facts: Facts | None,
        *,
        step: Callable[[int], None] | None = None,
        act: Callable[[str, str], None] | None = None,
        row_changed: Callable[..., None] | None = None,
        resumed: Callable[[], None] | None = None,
        can_write: bool = False,
    ) -> None:
        super().__init__()
        self.key = key
        self._facts = facts
        self._step = step
        self._act = act
        self._row_changed = row_changed
        self._resumed = resumed
        self._can_write = can_write
        self._json = False
        self._trouble = ""
        self._fresh = False
        self._body = Static(id="details-body")
        self._scroll = VerticalScroll(self._body, id="details-scroll", can_focus=True)
        self._frame = Vertical(self._scroll, id="details")

    def on_mount(self) -> None:
        """Show what is known already."""
        self._scroll.focus()
        self._draw()

    def on_screen_resume(self) -> None:
        """Say what had to wait until no dialog stood in front."""
        if self._resumed is not None:
            self._resumed()

    def show(self, facts: Facts, *, fresh: bool = False) -> None:
        """Show what is known by now; `fresh` where it was read for this."""
        if facts.received is None and self._facts is not None:
            facts = facts._replace(received=self._facts.received)
        self._facts = facts
        if fresh:
            self._fresh, self._trouble = True, ""
        self.draw_again()

    def turn_to(self, key: str, facts: Facts) -> None:
        """Show another thing; it is to be read afresh."""
        self.key, self._facts = key, facts
        self._fresh, self._trouble = False, ""
        self._draw()
        self._scroll.scroll_home(animate=False)

    def note_change(self, *, gone: bool) -> None:
        """Take note that the row of this thing changed, or went."""
        if self._row_changed is not None and not self._ended:
            self._row_changed(gone=gone)

    def fail(self, sentence: str) -> None:
        """Tell that the reading failed; what the list said stays."""
        self._trouble = sentence
        self.draw_again()

    def on_resize(self) -> None:
        """Break the lines of another width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        facts = self._facts
        self._frame.border_title = Content(clean(facts.title if facts else self.key, 200))
        hints = [("Tab Facts/JSON", "json"), ("c Copy ID", "copy")]
        if self._act is not None and self._can_write:
            writes = (("e Edit", "edit"), ("d Remove", "remove"), ("i Re-index", "reindex"))
            hints = [*((hint, f"act('write.{name}')") for hint, name in writes), *hints]
        if self._step is not None:
            hints[:0] = [("[ Previous", "previous"), ("] Next", "next")]
        hints.append(("esc Close", "close"))
        room = max(self._frame.size.width - 2, _NARROW)
        # The keys that write are those of the rows; how to get out is always seen.
        dispensable = [hint for hint in hints[-4::-1] if hint[1].startswith("act(")]
        for hint in (*dispensable, *hints[-2::-1]):
            if _width_of(hints) > room and hint in hints:
                hints.remove(hint)
        self._frame.border_subtitle = show_hints(*hints)
        parts: list[Content] = []
        if self._trouble:
            parts.append(Content.from_markup("[$warning]✗ $sentence[/]\n", sentence=self._trouble))
        elif not self._fresh:
            parts.append(Content.from_markup("[$quiet]Reading it again…[/]\n"))
        if facts is not None:
            width = self._scroll.scrollable_content_region.width
            shown = self._json_of(facts) if self._json else fact_lines(facts.sections, width)
            parts.append(shown)
        self._body.update(Content("\n").join(parts))

    def _json_of(self, facts: Facts) -> Content:
        if facts.received is None:
            return Content.from_markup("[$quiet]Nothing received yet.[/]")
        return colour_json(facts.received)

    def action_next(self) -> None:
        """Show the next document."""
        if self._step is not None:
            self._step(1)

    def action_previous(self) -> None:
        """Show the document before."""
        if self._step is not None:
            self._step(-1)

    def action_act(self, action_id: str) -> None:
        """Do an action of the main screen to what is shown."""
        if self._act is not None:
            self._act(action_id, self.key)

    def action_json(self) -> None:
        """Change between the facts and the JSON."""
        self._json = not self._json
        self._draw()
        self._scroll.scroll_home(animate=False)

    def action_copy(self) -> None:
        """Copy the ID."""
        copy_text(self.app, self.key, partial(self.notify, markup=False))

    def action_first(self) -> None:
        """Scroll to the top."""
        self._scroll.scroll_home(animate=False)

    def action_last(self) -> None:
        """Scroll to the bottom."""
        self._scroll.scroll_end(animate=False)


def _width_of(hints: Sequence[tuple[str, str]]) -> int:
    return sum(cell_len(hint) for hint, _ in hints) + 3 * (len(hints) - 1)

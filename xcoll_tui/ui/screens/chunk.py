"""A whole chunk, beside the facts of its document."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.retrieval.hits import Hit
from xcoll_tui.ui.clipboard import copy_text
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.fact_lines import fact_lines
from xcoll_tui.ui.presentation.facts import Section
from xcoll_tui.ui.presentation.search_lines import chunk_content, hit_section, name_of
from xcoll_tui.ui.screens.dialog import Dialog, show_hints
from xcoll_tui.ui.work import restart_work

_STYLES = Path(__file__).parent.parent
JUMP = "jump"
"""What is returned where the document's row is to be shown."""


class ChunkScreen(Dialog[str]):
    """Show hits one after the other; `read` gives the facts of a hit's document, or ApiError.

    `moved` is told which hit is shown.
    """

    CSS_PATH = [_STYLES / "dialogs.tcss", _STYLES / "search.tcss"]  # type: ignore[assignment]  # noqa: RUF012 - as in FormDialog
    CLOSES_OUTSIDE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Close", id="chunk.close"),
        Binding("right_square_bracket", "next", "Next chunk", id="chunk.next"),
        Binding("left_square_bracket", "previous", "Previous chunk", id="chunk.previous"),
        Binding("g", "jump", "Go to the document's row", id="chunk.jump"),
        Binding("c,y", "copy", "Copy the document's ID", id="chunk.copy"),
        Binding("down,j", "scroll(1)", "Down", id="chunk.down"),
        Binding("up,k", "scroll(-1)", "Up", id="chunk.up"),
        Binding("pagedown,space", "page(1)", "Page down", id="chunk.page_down"),
        Binding("pageup", "page(-1)", "Page up", id="chunk.page_up"),
    ]

    def __init__(
        self,
        hits: Sequence[Hit],
        at: int,
        words: Sequence[str],
        read: Callable[[Hit], Awaitable[Sequence[Section]]],
        moved: Callable[[int], None],
    ) -> None:
        super().__init__()
        self._hits = hits
        self._at = at
        self._words = words
        self._read = read
        self._moved = moved
        self._sections: Sequence[Section] = ()
        self._note = ""
        self._text = Static(id="chunk-text")
        self._facts = Static(id="chunk-facts")
        self._text_scroll = VerticalScroll(self._text, id="chunk-text-scroll")
        self._facts_scroll = VerticalScroll(self._facts, id="chunk-facts-scroll")
        self._frame = Vertical(
            Horizontal(self._text_scroll, self._facts_scroll, id="chunk-parts"), id="chunk"
        )

    def on_mount(self) -> None:
        """Show the first one."""
        self._text_scroll.focus()
        self._show()

    def on_resize(self) -> None:
        """Break the lines of another width."""
        self.call_after_refresh(self._draw_facts)

    @property
    def hit(self) -> Hit:
        """The one that is shown."""
        return self._hits[self._at]

    def _show(self) -> None:
        hit = self.hit
        self._sections, self._note = (), "Reading the document…"
        self._frame.border_title = Content(f"{self._at + 1}. {name_of(hit)}")
        hints = [("g Row", "jump"), ("Tab Text/facts", "focus_next"), ("c Copy ID", "copy")]
        if len(self._hits) > 1:
            hints[:0] = [("[ Previous", "previous"), ("] Next", "next")]
        self._frame.border_subtitle = show_hints(*hints, ("esc Close", "close"))
        content, before = chunk_content(hit.text, self._words)
        self._text.update(content)
        self._text_scroll.scroll_home(animate=False)
        self.call_after_refresh(self._reveal, before)
        self._facts_scroll.scroll_home(animate=False)
        self._draw_facts()
        restart_work(self, "facts", partial(self._read_facts, hit))

    def _reveal(self, before: Content) -> None:
        """Scroll to the first word of the question, where that is out of sight."""
        size = self._text_scroll.scrollable_content_region
        lines = len(before.wrap(size.width)) if size.width else 0
        if lines > size.height // 2:
            self._text_scroll.scroll_to(y=lines - size.height // 3, animate=False)

    async def _read_facts(self, hit: Hit) -> None:
        try:
            self._sections = await self._read(hit)
        except ApiError as error:
            self._note = sentence_of(error)
        else:
            self._note = "" if self._sections else "The document is not there any more."
        self._draw_facts()

    def _draw_facts(self) -> None:
        room = self._facts_scroll.scrollable_content_region.width
        sections = [hit_section(self.hit, len(self._hits)), *self._sections]
        parts = [fact_lines(sections, room)]
        if self._note:
            parts.append(Content.from_markup("[$quiet]$note[/]", note=self._note))
        self._facts.update(Content("\n").join(parts))

    def _scrolling(self) -> VerticalScroll:
        return self._facts_scroll if self._facts_scroll.has_focus else self._text_scroll

    def action_next(self) -> None:
        """Show the next chunk of the list."""
        self._step(1)

    def action_previous(self) -> None:
        """Show the chunk before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        at = self._at + by
        if 0 <= at < len(self._hits):
            self._at = at
            self._moved(at)
            self._show()

    def action_jump(self) -> None:
        """Close, and show the document's row."""
        self.finish(JUMP)

    def action_copy(self) -> None:
        """Copy the ID of the document."""
        copy_text(self.app, self.hit.file_id, partial(self.notify, markup=False))

    def action_focus_next(self) -> None:
        """Scroll the facts instead of the text, or the other way round."""
        self.focus_next()

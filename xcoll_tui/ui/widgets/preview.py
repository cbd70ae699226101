"""The preview: what is known of the document under the cursor, beside the rows, without a request.

Drawn line by line, like the rows: a Static would lay the whole screen out again for each document.
What it overrides of Textual 8.2.8 (widget.py) is pinned by a test.
"""

from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip

from xcoll_tui.ui.widgets.framed import alike_lines
from xcoll_tui.ui.widgets.lazy_components import LazyComponents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xcoll_tui.api.models import Document, FieldDefinition
    from xcoll_tui.ui.presentation.preview import Line

_TONES = {
    "title": "title",
    "name": "name",
    "$error": "failed",
    "$success": "ready",
    "$warning": "indexing",
}
_WHEEL = 3


class Preview(LazyComponents, can_focus=True):
    """Show a document as far as the rows tell of it; it scrolls by lines."""

    ALLOW_SELECT = False
    # Every rule costs each widget of the first frame something: these come with the preview.
    DEFAULT_CSS = """
    Preview {
        display: none; height: 100%; padding: 0 1; border: round $border-quiet;
        border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $quiet;
    }
    Preview:focus { border: round $accent; }
    Preview .preview--title { color: $accent; text-style: bold; }
    Preview .preview--name { color: $quiet; }
    Preview .preview--ready { color: $success; }
    Preview .preview--failed { color: $error; }
    Preview .preview--indexing { color: $warning; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_lines(1)", "Down", id="preview.down", show=False),
        Binding("up,k", "scroll_lines(-1)", "Up", id="preview.up", show=False),
        Binding("pagedown", "scroll_pages(1)", "Page down", id="preview.page_down", show=False),
        Binding("pageup", "scroll_pages(-1)", "Page up", id="preview.page_up", show=False),
        Binding("g,home", "first", "Top", id="preview.first", show=False),
        Binding("G,end", "last", "Bottom", id="preview.last", show=False),
        Binding("enter", "screen.properties", "Details", id="preview.open", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="preview")
        self.border_title = Content("Preview")
        self.top = 0
        self.lines: list[Line] = []
        self._shown: list[Line] = []
        self._document: Document | None = None
        self._definitions: Sequence[FieldDefinition] = ()
        self._now = 0.0
        self._laid_out: tuple[object, ...] = ()
        self._base = Style.null()
        self._styles: dict[str, Style] = {}
        self._range = ""

    def show(
        self, document: "Document | None", definitions: "Sequence[FieldDefinition]", now: float
    ) -> None:
        """Show a document from its beginning; one that is shown already keeps its place."""
        before, self._document = self._document, document
        if before is None or document is None or before.file_id != document.file_id:
            self.top = 0
        self._definitions, self._now = definitions, now
        self._lay_out()

    def _lay_out(self) -> None:
        document, width = self._document, self.size.width
        laid_out = (document, self._definitions, width)
        if laid_out == self._laid_out or (document is None and not self._laid_out):
            return
        self._laid_out = laid_out
        self.lines = []
        if document is not None:
            from xcoll_tui.ui.presentation.preview import lay_out, preview_of  # noqa: PLC0415 - not for the first rows

            self.lines = lay_out(preview_of(document, self._definitions, self._now), width)
        self._show_from(self.top)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines. 4271: draws each by itself, also where there is nothing to show."""
        self._base = self.rich_style  # of each ancestor it takes a part: not for every line
        draw = super().render_lines
        return draw(crop) if self.lines else alike_lines(draw, crop, self.outer_size.height)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the text."""
        width, base = self.size.width, self._base
        at = self.top + y
        spans = self.lines[at] if at < len(self.lines) else ()
        segments = [Segment(text, base + self._style(tone)) for text, tone in spans]
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, tone: str) -> Style:
        style = self._styles.get(tone)
        if style is None:
            name = _TONES.get(tone)
            style = (
                self.get_component_rich_style(f"preview--{name}", partial=True)
                if name
                else Style.null()
            )
            self._styles[tone] = style
        return style

    def forget_look(self) -> None:
        """Forget the colours of the theme before."""
        self._styles.clear()

    # Scrolling

    @property
    def _high(self) -> int:
        return max(1, self.size.height)

    def _show_from(self, top: int) -> None:
        self.top = max(0, min(top, len(self.lines) - self._high))
        self._repaint()
        count, stop = len(self.lines), self.top + self._high
        shown = f"{self.top + 1}–{min(stop, count)} of {count}" if count > self._high else ""
        if shown != self._range:
            self._range = shown
            self.border_subtitle = Content(shown)

    def _repaint(self) -> None:
        """Paint the lines that are not those that stand there: of another document, some."""
        before, self._shown = self._shown, self.lines[self.top : self.top + self._high]
        lines = zip_longest(self._shown, before)
        changed = [y for y, (line, was) in enumerate(lines) if line != was]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll by lines."""
        self._show_from(self.top + lines)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by screens."""
        self._show_from(self.top + pages * max(1, self._high - 1))

    def action_first(self) -> None:
        """Scroll to the top."""
        self._show_from(0)

    def action_last(self) -> None:
        """Scroll to the bottom."""
        self._show_from(len(self.lines))

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_scroll_lines(_WHEEL)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_scroll_lines(-_WHEEL)

    def _on_resize(self, _event: events.Resize) -> None:
        self._lay_out()
        self._show_from(self.top)

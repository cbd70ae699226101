"""Widgets that draw all of each line themselves: nothing stands around it.

What it overrides of Textual 8.2.8 (widget.py) is pinned by a test.
"""

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from xcoll_tui.ui.widgets.lazy_components import LazyComponents


class BareLines(LazyComponents):
    """A widget without a border or a padding, whose lines have all of their colours."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines. 4271: looks for what stands around each, and takes most of a frame for it."""
        width, base = self.size.width, Style(bgcolor=self.rich_style.bgcolor)
        strips = [self.render_line(y).adjust_cell_length(width, base) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            background = self.background_colors[1]
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

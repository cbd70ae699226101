"""A container in a frame, of which a title or a focus changes the upper and the lower edge alone.

What it overrides of Textual 8.2.8 (widget.py, screen.py) is pinned by a test.
"""

from collections.abc import Callable

from textual.containers import Vertical
from textual.geometry import Region, Size
from textual.strip import Strip


def alike_lines(draw: Callable[[Region], list[Strip]], crop: Region, height: int) -> list[Strip]:
    """Draw the lines of a crop of what is so high, where those between the edges are alike."""
    strips: list[Strip] = []
    middle: Strip | None = None
    last = height - 1
    for y in crop.line_range:
        if middle is not None and y != last:
            strips.append(middle)
            continue
        (strip,) = draw(Region(crop.x, y, crop.width, 1))
        strips.append(strip)
        middle = strip if 0 < y < last else None
    return strips


class Framed(Vertical):
    """A container that its children cover but for its frame."""

    _painted: tuple[object, ...] = ()
    """The size, and how the sides look, that were painted last."""
    _painted_lower: tuple[object, ...] = ()
    """How the lower edge looks that was painted last."""

    @property
    def ink(self) -> str:
        """The colour of its name: that of what has the focus, as on the edge around it."""
        return "$accent" if self.has_focus_within else "$foreground"

    def refresh_title(self) -> None:
        """Write what there is to tell into the upper edge."""
        raise NotImplementedError

    def _on_descendant_focus(self) -> None:
        self.refresh_title()

    def _on_descendant_blur(self) -> None:
        self.refresh_title()

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        # 4110: tells of it with a message, so that a frame would have the title of the old size.
        before, repaints = self._size, self._repaint_required
        is_updated = super()._size_updated(size, virtual_size, container_size, layout)
        if self._size != before:
            self.refresh_title()
            self._repaint_required = repaints  # it is about to be painted
        return is_updated

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines. 4271: draws each by itself; between the two edges they are alike."""
        return alike_lines(super().render_lines, crop, self.outer_size.height)

    def _set_dirty(self, *regions: Region) -> None:
        # 2683: paints all of it again, with every child, for a word in the title.
        styles, size = self.styles, self.outer_size
        look = (size, styles.border_left, styles.border_right, self.background_colors)
        lower = (styles.border_bottom, self._border_subtitle)
        if regions or look != self._painted:
            super()._set_dirty(*regions)
            if not regions:
                self._painted, self._painted_lower = look, lower
            return
        edges = [Region(0, 0, size.width, 1)]
        if lower != self._painted_lower:
            # Textual draws whatever stands between two lines, to paint the two.
            self._painted_lower = lower
            edges.append(Region(0, size.height - 1, size.width, 1))
        self._dirty_regions.update(edges)
        self._repaint_regions.update(edges)
        self._styles_cache.set_dirty(*edges)

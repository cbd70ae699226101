"""What a layout is compared with: what is drawn, not what the layout before it left.

Textual 8.2.8 (_compositor.py 384) takes the map of the last layout for what stands on the screen,
though a scroll has drawn another since (456). Where something was scrolled back to where that
layout had left it, and a toast came at once, nothing counted as changed: the old lines stayed.
"""

from textual._compositor import Compositor, CompositorMap, ReflowResult
from textual.geometry import Size
from textual.widget import Widget

_reflow, _reflow_visible = Compositor.reflow, Compositor.reflow_visible

_DRAWN = "_xcoll_drawn"
"""The attribute of a compositor with the map that it draws."""


def reflow(compositor: Compositor, parent: Widget, size: Size) -> ReflowResult:
    """Lay out, and mark as changed all that stands elsewhere than it is drawn."""
    drawn: CompositorMap = getattr(compositor, _DRAWN, {})
    compositor._full_map = {**compositor._full_map, **drawn}  # noqa: SLF001 - what is overridden
    result = _reflow(compositor, parent, size)
    setattr(compositor, _DRAWN, compositor._full_map)  # noqa: SLF001
    return result


def reflow_visible(compositor: Compositor, parent: Widget, size: Size) -> set[Widget]:
    """Scroll, and remember what is drawn then."""
    exposed = _reflow_visible(compositor, parent, size)
    setattr(compositor, _DRAWN, compositor._visible_map)  # noqa: SLF001
    return exposed


def compare_with_what_is_drawn() -> None:
    """Have every layout compare that way, from now on."""
    Compositor.reflow = reflow  # type: ignore[method-assign,assignment]
    Compositor.reflow_visible = reflow_visible  # type: ignore[method-assign,assignment]

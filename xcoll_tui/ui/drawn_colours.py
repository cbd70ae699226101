"""The two colours of a widget's frame, found once for all widgets that have them.

Textual 8.2.8 (_styles_cache.py 257) keeps them by the widget's own cache, too, and so keeps what
was drawn of the last 1,024 widgets: 110 KB of each dialog that is closed.
"""

from functools import lru_cache

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.style import Style

_inner_outer = StylesCache.get_inner_outer.__wrapped__


@lru_cache(1024)
def _shared_inner_outer(base_background: Color, background: Color) -> tuple[Style, Style]:
    return _inner_outer(None, base_background, background)


def keep_no_widgets() -> None:
    """Keep the colours of frames by their colours alone."""
    StylesCache.get_inner_outer = staticmethod(_shared_inner_outer)  # type: ignore[method-assign, assignment]

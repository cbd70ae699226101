"""The colours of a frame are kept by themselves, and nothing of the widget with them."""

import gc
import weakref

from textual._styles_cache import StylesCache
from textual.color import Color

from xcoll_tui.ui.drawn_colours import keep_no_widgets


def test_a_widget_that_is_gone_leaves_nothing_of_what_was_drawn():
    keep_no_widgets()
    cache, other = StylesCache(), StylesCache()
    colours = Color(1, 2, 3), Color(4, 5, 6, 0.5)
    assert cache.get_inner_outer(*colours) is other.get_inner_outer(*colours)
    inner, outer = cache.get_inner_outer(*colours)
    assert (inner.background, outer.background) == (colours[0] + colours[1], colours[0])
    gone = weakref.ref(cache)
    del cache
    gc.collect()
    assert gone() is None

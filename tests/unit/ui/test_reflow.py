"""A layout draws what was scrolled since the layout before it."""

from textual.app import App
from textual.containers import VerticalScroll
from textual.widgets import Static

from xcoll_tui.ui.reflow import compare_with_what_is_drawn


class Scrolling(App):
    def compose(self):
        with VerticalScroll():
            yield Static("\n".join(map(str, range(60))))


async def test_what_is_scrolled_back_while_something_is_laid_out_is_drawn():
    compare_with_what_is_drawn()
    app = Scrolling()
    async with app.run_test(size=(20, 10)):
        screen, pane = app.screen, app.query_one(VerticalScroll)
        compositor = screen._compositor

        def draw(y, lay_out):
            pane.scroll_y = y
            if y == 2:
                compositor.full_map  # noqa: B018 - whoever looks a widget up makes it anew
            lay_out(screen, screen.size)
            regions, compositor._dirty_regions = compositor._dirty_regions, set()
            return regions

        draw(2, compositor.reflow)
        draw(1, compositor.reflow_visible)
        assert max(region.height for region in draw(2, compositor.reflow)) == 10

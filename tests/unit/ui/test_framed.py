"""What a frame has painted again: no line between its edges for a word in one of them."""

import pytest
from textual.app import App
from textual.widget import Widget

from xcoll_tui.ui.widgets.framed import Framed


class Rows(Widget):
    drawn = 0

    def render_lines(self, crop):
        self.drawn += 1
        return super().render_lines(crop)


class Frame(Framed):
    DEFAULT_CSS = "Frame { border: round red; }"

    def compose(self):
        yield Rows()

    def refresh_title(self):
        self.border_title = "Rows"


class Framing(App):
    def compose(self):
        yield Frame()


async def painted(pilot, change):
    """Return the lines of the frame that a change marks, and how often the rows are drawn."""
    frame, rows = pilot.app.query_one(Frame), pilot.app.query_one(Rows)
    await pilot.pause()
    rows.drawn = 0
    change(frame)
    lines = {y for region in frame._repaint_regions for y in region.line_range}
    await pilot.pause()
    return lines, rows.drawn


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (lambda frame: setattr(frame, "border_title", "1,000 rows"), {0}),
        (lambda frame: setattr(frame, "border_subtitle", "esc Close"), {0, 9}),
        (lambda frame: frame.set_styles("border-bottom: round blue;"), {0, 9}),
    ],
)
async def test_only_an_edge_that_changed_is_painted(change, lines):
    async with Framing().run_test(size=(40, 10)) as pilot:
        marked, drawn = await painted(pilot, change)
        assert marked == lines
        assert bool(drawn) == (len(lines) > 1)
        # The other edge is known by now.
        marked, drawn = await painted(pilot, lambda frame: setattr(frame, "border_title", "2"))
        assert (marked, drawn) == ({0}, 0)

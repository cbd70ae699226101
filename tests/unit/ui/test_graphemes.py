"""Cutting what is drawn: no cut changes how wide the two parts are together."""

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from xcoll_tui.ui.graphemes import cut_between_graphemes, split_cells

TEXTS = [
    "plain",
    "1\ufe0f\u20e3 keycap",
    "\U0001f3f3\ufe0f\u200d\U0001f308 rainbow",
    "\u2764\ufe0f selector",
    "\u2139\ufe0f\u2194\ufe0f\u25b6\ufe0f three",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family",
    "\U0001f469\u200d\U0001f9b0 hair",
    "\U0001f44d\U0001f3fd skin",
    "\U0001f1e9\U0001f1ea flag",
    "e\u0301\u0301 accents",
    "\u6f22\u5b57 ideographs",
    "\ufe0f alone",
    "ends \u2764\ufe0f",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_two_parts_are_as_wide_as_the_whole(text):
    segment = Segment(f"\u2502 {text} \u2502")
    width = segment.cell_length
    for cut in range(width + 2):
        before, behind = split_cells(segment, cut)
        assert cell_len(before.text) == min(cut, width), (cut, before.text)
        assert cell_len(behind.text) == max(0, width - cut), (cut, behind.text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_row_behind_a_dialog_loses_no_cell(text):
    cut_between_graphemes()
    row = Strip([Segment("\u2502 "), Segment(f"{text} "), Segment("\u2502")])
    width = row.cell_length
    for cut in range(1, width):
        parts = row.divide([cut, width])
        assert [cell_len(part.text) for part in parts] == [cut, width - cut]

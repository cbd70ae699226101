"""Where a toast stands: never over the lines that a person looks at."""

import pytest

from xcoll_tui.ui.presentation.toast_place import place_toast


@pytest.mark.parametrize("height", [10, 24, 45])
@pytest.mark.parametrize("lines", [1, 2, 3, 9])
def test_a_toast_never_covers_the_row_of_the_cursor(height, lines):
    for first in range(1, height - 2):
        for clear in (range(first, first + 1), range(first, first + 2)):
            place = place_toast(height, 1, lines, clear)
            taken = min(lines, place.most_lines)
            top = 1 if place.above else height - 1 - taken
            assert not set(clear) & set(range(top, top + taken)), (clear, place)


def test_it_stands_at_the_lower_edge_where_it_can_and_whole_where_that_is_possible():
    assert place_toast(24, 1, 2, range(5, 6)) == (False, 17)
    assert place_toast(24, 1, 2, range(21, 22)) == (True, 20)
    assert place_toast(24, 1, 40, range(0)) == (False, 22)

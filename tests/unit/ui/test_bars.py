"""Bars: as long as they should be, and what there is of each part is seen."""

import pytest

from xcoll_tui.ui.presentation.bars import bar_pieces


def drawn(parts, width):
    pieces = bar_pieces(parts, width)
    assert sum(len(piece.text) for piece in pieces) == width
    return pieces


@pytest.mark.parametrize("width", [1, 7, 12, 40])
def test_a_bar_is_whole_and_grows_by_eighths(width):
    before = -1.0
    for done in range(101):
        pieces = drawn((done, 0, 100 - done), width)
        eighths = sum(
            8 * len(piece.text) if piece.text[0] == "█" else " ▏▎▍▌▋▊▉".index(piece.text)
            for piece in pieces
            if piece.part == 0
        )
        assert eighths >= before
        assert abs(eighths - width * 8 * done / 100) <= 1
        before = eighths
    assert [(piece.text, piece.part) for piece in pieces] == [("█" * width, 0)]


def test_a_few_failures_among_many_are_seen():
    for done in range(0, 9_999, 77):
        pieces = drawn((done, 1, 9_998 - done), 30)
        assert any(1 in (piece.part, piece.behind) for piece in pieces), done
    assert drawn((2, 1, 1), 4) == [("██", 0, 0), ("█", 1, 1), ("█", 2, 2)]


def test_two_parts_share_a_cell():
    assert drawn((1, 0, 1), 3) == [("█", 0, 0), ("▌", 0, 2), ("█", 2, 2)]

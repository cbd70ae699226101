from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.ui.presentation.escaping import is_plain
from xcoll_tui.ui.presentation.folding import Folds

LONG = "a [/] \\n \x1b[31m\u202e " * 10_000
LINES = "x\n" * 20_000


def test_a_mark_stands_for_its_text_and_tells_how_long_it_is():
    folds = Folds()
    mark, lines = folds.fold(LONG), folds.fold(LINES)
    assert f"{len(LONG):,} characters" in mark
    assert "20,000 lines" in lines
    assert folds.unfold(f"<{mark}|{lines}>") == f"<{LONG}|{LINES}>"
    assert folds.are_in(f"<{mark}")
    assert not folds.are_in(mark[:-1])


def test_a_mark_is_the_same_escaped_or_not():
    mark = Folds().fold(LONG)
    assert is_plain(mark)
    assert "\\" not in mark


def test_two_texts_that_begin_alike_have_two_marks():
    folds = Folds()
    one, other = folds.fold(LONG + "1"), folds.fold(LONG + "2")
    assert one != other
    assert folds.fold(LONG + "1") == one
    assert folds.unfold(other + one) == f"{LONG}2{LONG}1"


def test_a_mark_in_a_text_that_was_folded_stays_what_it_is():
    folds = Folds()
    mark = folds.fold(LONG)
    assert folds.unfold(folds.fold(LINES + mark)) == LINES + mark


@given(st.text(max_size=8), st.text(max_size=8), st.data())
def test_a_mark_is_replaced_as_a_whole_or_not_at_all(before, after, data):
    folds = Folds()
    mark = folds.fold(LONG)
    shown = before + mark + after
    first = data.draw(st.integers(0, len(shown)))
    last = data.draw(st.integers(first, len(shown)))
    start, end = folds.around(shown, first, last)
    inside = range(len(before) + 1, len(before) + len(mark))
    assert start not in inside
    assert end not in inside
    if first < last:
        assert start <= first
        assert last <= end
    else:
        assert start == end
    if first not in inside and last not in inside:
        assert (start, end) == (first, last)

"""Marks are keys: set one by one, up to a row, or all at once, and never shifted."""

from xcoll_tui.ui.widgets.marks import Marks
from xcoll_tui.ui.widgets.row_source import FixedRows


def rows(count):
    return FixedRows(str, [f"key-{number}" for number in range(count)])


def keys(*numbers):
    return {f"key-{number}" for number in numbers}


def test_a_range_goes_from_the_row_marked_last_in_either_direction():
    marks, listing = Marks(), rows(10)
    marks.toggle("key-4")
    marks.add_up_to("key-6", listing)
    assert marks == keys(4, 5, 6)
    marks.add_up_to("key-3", listing)
    assert marks == keys(3, 4, 5, 6)
    marks.toggle("key-5")
    assert marks == keys(3, 4, 6)
    marks.forget()
    marks.add_up_to("key-8", listing)
    assert marks == keys(8)


def test_all_is_unmarked_only_when_that_was_done_last():
    marks, listing = Marks(), rows(3)
    marks.add(["elsewhere"])
    marks.toggle_all(listing)
    assert marks == {"elsewhere", *keys(0, 1, 2)}
    assert len(marks) == 4
    marks.toggle("key-1")
    assert marks == {"elsewhere", *keys(0, 2)}
    marks.add(keys(1, 2))
    assert len(marks) == 4
    marks.toggle("key-1")
    marks.toggle_all(listing)
    assert len(marks) == 4
    marks.toggle_all(listing)
    assert not marks


def test_all_is_marked_again_where_more_has_come():
    marks, listing = Marks(), rows(3)
    marks.toggle_all(listing)
    listing.extend(["key-3"])
    marks.toggle_all(listing)
    assert marks == keys(0, 1, 2, 3)
    marks.toggle_all(listing)
    assert not marks

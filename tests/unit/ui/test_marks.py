"""Marks are keys: set one by one, up to a row, or all at once, and never shifted."""

import pytest

from xcoll_tui.session.lists import key_parts
from xcoll_tui.session.lists.listing import End, Listing
from xcoll_tui.session.lists.sorted_rows import SortedRows
from xcoll_tui.ui.widgets.marks import Marks
from xcoll_tui.ui.widgets.row_source import FixedRows


def rows(count):
    return FixedRows(str, [f"key-{number}" for number in range(count)])


def keys(*numbers):
    return {f"key-{number}" for number in numbers}


@pytest.fixture
def paged(monkeypatch):
    """A listing of ten rows in parts of three, head and tail, that is not complete."""
    monkeypatch.setattr(key_parts, "_PART", 3)
    listing = Listing(str)
    for number in range(5):
        listing.add_page(End.HEAD, [f"key-{number}"], f"head {number}")
        listing.add_page(End.TAIL, [f"key-{19 - number}"], f"tail {number}")
    return listing


LOADED = keys(*range(5), *range(15, 20))


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


def test_all_is_unmarked_only_where_all_is_marked():
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


def test_what_a_filter_hides_stays_marked():
    marks, listing = Marks(), rows(2)
    marks.toggle_all(rows(9))
    marks.toggle("key-7")
    hidden = keys(2, 3, 4, 5, 6, 8)
    assert not marks.toggle_all(listing, is_filtered=True)  # they are marked, as can be seen
    assert marks == hidden
    assert marks.toggle_all(listing, is_filtered=True)
    assert marks == hidden | keys(0, 1)
    assert not marks.toggle_all(rows(0), is_filtered=True)
    assert marks == hidden | keys(0, 1)
    marks.toggle("key-0")
    assert marks.toggle_all(listing, is_filtered=True)
    assert len(marks) == 8


def test_all_is_marked_again_where_more_has_come():
    marks, listing = Marks(), rows(3)
    marks.toggle_all(listing)
    listing.extend(["key-3"])
    assert marks == keys(0, 1, 2)
    marks.toggle_all(listing)
    assert marks == keys(0, 1, 2, 3)
    marks.toggle_all(listing)
    assert not marks


def test_marks_stay_as_they_are_whatever_becomes_of_the_list(paged):
    marks = Marks()
    marks.toggle_all(paged)
    assert marks == LOADED
    paged.add_page(End.HEAD, ["key-5"], "more")
    paged.remove("key-1")
    paged.remove("key-15")
    assert marks == LOADED
    assert len(marks) == 10
    refreshed = Listing(str)
    refreshed.add_page(End.HEAD, ["key-0", "key-30"], "again")
    refreshed.keep(End.TAIL, paged, [f"key-{number}" for number in range(19, 15, -1)])
    refreshed.remove("key-0")
    assert marks == LOADED
    marks.toggle_all(refreshed)
    assert marks == LOADED | keys(30)
    assert len(marks) == 11


def test_a_list_does_not_see_what_is_unmarked(paged):
    marks = Marks()
    marks.toggle_all(paged)
    marks.toggle("key-1")
    marks.toggle("key-16")
    assert marks == LOADED - keys(1, 16)
    assert sorted(marks) == sorted(LOADED - keys(1, 16))
    assert "key-1" in paged
    assert set(paged.keys()) == LOADED
    marks.toggle("key-1")
    assert len(marks) == 9
    marks.add_up_to("key-3", paged)
    assert marks == LOADED - keys(16)
    marks.toggle_all(paged)
    assert marks == LOADED
    marks.toggle_all(paged)
    assert not marks
    assert list(marks) == []


def test_all_is_marked_again_as_pages_come(paged):
    marks = Marks()
    marks.add(["elsewhere", "key-0"])
    marks.toggle_all(paged)
    marks.toggle("key-2")
    paged.add_page(End.HEAD, ["key-5", "key-6"], "more")
    paged.remove("key-3")
    marks.toggle_all(paged)
    assert marks == LOADED | keys(5, 6) | {"elsewhere"}
    assert sorted(marks) == sorted(LOADED | keys(5, 6) | {"elsewhere"})
    paged.add_page(End.HEAD, ["key-7"], None)
    marks.toggle_all(paged)
    assert len(marks) == 14
    marks.toggle_all(paged)
    assert not marks


def test_rows_in_an_order_of_their_own_lend_their_keys_as_well(paged):
    paged.add_page(End.HEAD, ["key-5"], None)
    ordered = SortedRows(paged, str, descending=True)
    marks = Marks()
    marks.toggle_all(ordered)
    paged.remove("key-5")
    ordered.remove("key-5")
    assert marks == LOADED | keys(5)
    assert ordered.index_of("key-5") is None
    marks.toggle("key-1")
    assert marks.toggle_all(ordered)
    assert len(marks) == 11
    assert not marks.toggle_all(ordered)  # that of a row that is gone goes, too
    assert not marks


def test_nothing_is_gone_through_to_mark_all(paged):
    class Unread(dict):
        def __iter__(self):
            raise AssertionError

    marks = Marks()
    parts = list(map(Unread, paged.keys_in_parts()))
    paged.keys_in_parts = lambda: parts
    marks.toggle_all(paged)
    marks.toggle("key-1")
    marks.toggle_all(paged)
    assert len(marks) == 10
    assert "key-1" in marks
    marks.toggle_all(paged)
    assert not marks

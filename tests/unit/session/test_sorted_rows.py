"""Rows in an order of our own: always that of a sort from scratch."""

from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.session.lists.listing import End, Listing
from xcoll_tui.session.lists.sorted_rows import SortedRows, order_of

VALUES = st.one_of(
    st.none(),
    st.sampled_from(["", "10", "9", "-1.5", "b", "B", "a", " 7 ", "1_0", "٣", "nan", "9" * 400]),
)


def listing_of(values):
    listing = Listing(lambda row: row[0])
    listing.add_page(End.HEAD, [(f"k{n}", value) for n, value in enumerate(values)], None)
    return listing


def keys(rows):
    return [rows.key(rows.row(index)) for index in range(len(rows))]


def assert_sorted(rows, *, descending):
    present = [row for row in rows.listing.loaded_items() if order_of(row[1]) is not None]
    missing = [row for row in rows.listing.loaded_items() if order_of(row[1]) is None]
    present.sort(key=lambda row: order_of(row[1]), reverse=descending)  # stays stable, reversed
    assert keys(rows) == [row[0] for row in [*present, *missing]]
    assert [rows.index_of(key) for key in keys(rows)] == [*range(len(rows))]
    assert rows.is_current


def test_numbers_by_size_before_texts_and_what_is_missing_last():
    rows = SortedRows(
        listing_of(["b", "10", None, "9", "A", "", "-1.5"]), lambda row: row[1], descending=False
    )
    assert [rows.row(index)[1] for index in range(7)] == ["-1.5", "9", "10", "A", "b", None, ""]
    assert rows.index_of("k9") is None
    assert rows.between("k3", "k4") == ["k3", "k1", "k4"]
    assert rows.between("k3", "gone") == []


@given(
    st.lists(VALUES, max_size=12),
    st.lists(st.tuples(st.integers(0, 13), st.booleans(), VALUES), max_size=12),
    st.booleans(),
)
def test_whatever_happens_it_is_as_sorted_from_scratch(values, changes, descending):
    listing = listing_of(values)
    rows = SortedRows(listing, lambda row: row[1], descending=descending)
    assert_sorted(rows, descending=descending)
    for number, removes, value in changes:
        key = f"k{number}"
        if removes:
            listing.remove(key)
            rows.remove(key)
        else:
            listing.replace((key, value))
            before = keys(rows)
            moved = rows.update(key)
            assert moved or keys(rows) == before
        assert_sorted(rows, descending=descending)


def test_another_row_or_a_gap_makes_it_outdated():
    listing = listing_of(["a", "b"])
    rows = SortedRows(listing, lambda row: row[1], descending=False)
    listing.add_page(End.HEAD, [("new", "c")], None)
    assert not rows.is_current

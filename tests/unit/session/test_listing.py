"""What a Listing promises, case by case."""

import random
import time

import pytest

from xcoll_tui.session.lists import key_parts
from xcoll_tui.session.lists.listing import End, Gap, Listing


def rows(*names):
    return [(name, name) for name in names]


def listing_of(total=None):
    return Listing(lambda row: row[0], total, sort_value=lambda row: row[1])


def test_the_tail_stands_below_the_gap_in_display_order():
    listing = listing_of(total=10)
    listing.add_page(End.HEAD, rows("a", "b"), "h1")
    assert len(listing) == 2, "what is missing lies below, not between"
    listing.add_page(End.TAIL, rows("z", "y"), "t1")
    listing.add_page(End.HEAD, rows("c"), "h2")
    listing.add_page(End.TAIL, rows("x"), "t2")
    shown = [listing.row(index) for index in range(len(listing))]
    assert shown == [*rows("a", "b", "c"), Gap(4), *rows("x", "y", "z")]
    assert (listing.token(End.HEAD), listing.token(End.TAIL)) == ("h2", "t2")


@pytest.mark.parametrize(("total", "count"), [(None, None), (2, None), (4, None), (5, 1)])
def test_a_total_that_cannot_be_right_leaves_the_gap_uncounted(total, count):
    listing = listing_of(total)
    listing.add_page(End.HEAD, rows("a", "b"), "h1")
    listing.add_page(End.TAIL, rows("z", "y"), "t1")
    assert listing.gap == Gap(count)


@pytest.mark.parametrize("token", [None, ""])
def test_a_page_without_a_token_is_the_last(token):
    listing = listing_of()
    listing.add_page(End.HEAD, rows("a", "b"), token)
    assert listing.complete
    assert listing.token(End.HEAD) is None


def test_an_empty_page_with_a_token_is_not_the_end():
    listing = listing_of()
    assert listing.add_page(End.HEAD, [], "h1") == 0
    assert not listing.complete
    assert listing.idle_pages(End.HEAD) == 1
    listing.add_page(End.HEAD, rows("a"), "h2")
    assert listing.idle_pages(End.HEAD) == 0


def test_two_rows_seen_the_other_way_round_close_the_gap():
    listing = listing_of()
    listing.add_page(End.HEAD, rows("a", "b", "c"), "h1")
    listing.add_page(End.TAIL, rows("e", "d", "c"), "t1")
    assert not listing.complete, "one row that both have seen may stand in the middle of its equals"
    listing.add_page(End.TAIL, rows("b"), "t2")
    assert listing.complete
    assert [row[0] for row in listing.loaded_items()] == ["a", "b", "c", "d", "e"]


def test_names_that_differ_only_in_case_close_nothing():
    listing = listing_of()
    listing.add_page(End.HEAD, rows("B", "b"), "h1")
    listing.add_page(End.TAIL, rows("b", "B"), "t1")
    assert not listing.complete


def test_a_service_that_ignores_the_order_closes_nothing():
    listing = listing_of()
    listing.add_page(End.HEAD, rows("a", "b", "c"), "h1")
    assert listing.add_page(End.TAIL, rows("a", "b", "c"), "t1") == 0
    assert not listing.complete
    assert listing.gap_index is None


def test_a_row_that_moved_is_no_meeting():
    listing = listing_of()
    listing.add_page(End.HEAD, [("1", "a"), ("2", "b"), ("3", "c")], "h1")
    listing.add_page(End.TAIL, [("3", "z"), ("2", "y"), ("1", "x")], "t1")
    assert not listing.complete
    listing.replace(("3", "c"))
    listing.add_page(End.TAIL, [("3", "c"), ("2", "b")], "t2")
    assert not listing.complete, "where a walk saw it first is no longer known"


def test_rows_whose_sort_value_is_unknown_are_no_meeting():
    listing = listing_of()
    listing.add_page(End.HEAD, [("1", None), ("2", "b")], "h1")
    listing.add_page(End.TAIL, [("2", "b"), ("1", None)], "t1")
    assert not listing.complete


def test_removed_rows_leave_the_total_too():
    listing = listing_of(total=3)
    listing.add_page(End.HEAD, rows("a", "b"), "h1")
    assert listing.remove("a")
    assert (listing.total, listing.loaded) == (2, 1)
    assert not listing.remove("a")
    assert listing.total == 2


def test_a_removed_row_that_comes_again_is_shown_again():
    listing = listing_of()
    listing.add_page(End.HEAD, rows("a", "b", "c"), "h1")
    listing.remove("a")
    listing.add_page(End.HEAD, rows("a", "d"), "h2")
    assert [listing.index_of(key) for key in "bcad"] == [0, 1, 2, 3]


def test_a_removal_moves_how_far_the_other_walk_has_come():
    listing = listing_of()
    listing.add_page(End.HEAD, rows("a", "b", "c", "d"), "h1")
    listing.add_page(End.TAIL, rows("c"), "t1")
    listing.remove("a")
    # In the order in which the head brought them: no walk of the tail has come that way.
    listing.add_page(End.TAIL, rows("d"), "t2")
    assert not listing.complete
    listing.add_page(End.TAIL, rows("b"), "t3")
    assert listing.complete


@pytest.mark.parametrize("part", [25, 21_845])
def test_rows_are_found_whatever_was_removed(monkeypatch, part):
    monkeypatch.setattr(key_parts, "_PART", part)
    draw = random.Random(7)
    listing = listing_of()
    brought = {End.HEAD: [], End.TAIL: []}
    for page in range(12):
        end = draw.choice(list(End))
        names = [f"{page:02}-{number:02}" for number in range(draw.randrange(1, 60))]
        brought[end] += names
        seen = draw.sample(brought[end], 3) if page % 3 == 0 and len(brought[end]) > 3 else []
        listing.add_page(end, rows(*dict.fromkeys([*names, *seen])), f"{page}")
        for name in draw.sample(names, len(names) // 4):
            assert listing.remove(name)
            brought[end].remove(name)
        shown = [*brought[End.HEAD], *reversed(brought[End.TAIL])]
        assert list(listing.keys()) == shown
        copies = listing.keys_in_parts()
        assert sum(map(len, copies)) == len(shown)
        assert {key for copied in copies for key in copied} == set(shown)
        gap = listing.gap_index
        assert [listing.index_of(name) for name in shown] == [
            index for index in range(len(listing)) if index != gap
        ]


def test_a_thousand_removals_from_a_hundred_thousand_rows_are_cheap():
    def spent(count):
        listing = Listing(str, count)
        listing.add_page(End.HEAD, range(count // 2), "h")
        listing.add_page(End.TAIL, range(count, count // 2, -1), "t")
        victims = range(0, count, count // 1000)
        started = time.process_time()
        for number in victims:
            listing.remove(str(number))
            for index in range(100, 140):  # a redraw of forty rows
                listing.row(index)
            assert listing.index_of(str(number + 1)) is not None
        return time.process_time() - started

    # A rebuild of the positions at each removal would be 12 ms each: 12 s in all.
    assert min(spent(100_000), spent(100_000)) < 1.0

"""A Listing against a simulated service: walked from both ends while the rows come, go and move."""

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.session.server import Row, Server
from xcoll_tui.session.lists.listing import End, Gap, Listing, RepeatedToken


def check(listing):
    rows = [listing.row(index) for index in range(len(listing))]
    shown = [row.id for row in rows if not isinstance(row, Gap)]
    assert len(shown) == len(set(shown)) == listing.loaded
    assert shown == list(listing.keys()) == [row.id for row in listing.loaded_items()]
    gaps = [index for index, row in enumerate(rows) if isinstance(row, Gap)]
    assert gaps == ([] if listing.gap_index is None else [listing.gap_index])
    assert (listing.gap is None) == (listing.gap_index is None)
    for index, row in enumerate(rows):
        if isinstance(row, Row):
            assert listing.index_of(row.id) == index
            assert listing.get(row.id) is row
            assert row.id in listing
    for outside in (-1, len(rows)):
        with pytest.raises(IndexError):
            listing.row(outside)


def read(listing, server, end, *, empty=False):
    items, token = server.page(end, listing.token(end), empty=empty)
    known = set(listing.keys())
    added = listing.add_page(end, items, token)
    assert added == len({row.id for row in items} - known)
    assert all(listing.get(row.id) is row for row in items)


def may_read(listing, end):
    return not listing.started(end) or listing.token(end) is not None


words = st.sampled_from(["a", "A", "b", "B", "ba", "bA", "Ba", "c"])
value_kinds = st.sampled_from([st.integers(0, 2), st.integers(0, 9), st.integers(0, 40), words])
actions = st.sampled_from(
    ["head"] * 4 + ["tail"] * 4 + ["empty_head", "empty_tail", "insert", "remove", "move"]
    + ["rewrite", "forget", "guess_total"]
)  # fmt: skip


class Sitting:
    """A listing, the service behind it, and which rows were there, and in place, all the time."""

    def __init__(self, data):
        self.data = data
        self.values = data.draw(value_kinds)
        count = data.draw(st.integers(0, 30))
        found = data.draw(st.lists(self.values, min_size=count, max_size=count))
        order = data.draw(st.permutations(range(len(found))))
        rows = [Row(f"file_{n:03}", value) for n, value in zip(order, found, strict=True)]
        self.server = Server(
            {row.id: row for row in rows},
            ties=data.draw(st.sampled_from(["reversed", "kept", "scrambled"])),
            page_size=data.draw(st.integers(1, 7)),
            token_at_the_end=data.draw(st.booleans()),
            follow_order=data.draw(st.sampled_from([True, True, True, False])),
            case_matters=self.values is not words or data.draw(st.booleans()),
            born=len(rows),
        )
        self.listing = Listing(lambda row: row.id, sort_value=lambda row: row.value)
        self.steady = set(self.server.rows)

    def some_row(self):
        return self.server.rows[self.data.draw(st.sampled_from(sorted(self.server.rows)))]

    def head(self, end=End.HEAD, *, empty=False):
        if may_read(self.listing, end):
            read(self.listing, self.server, end, empty=empty)

    def tail(self):
        self.head(End.TAIL)

    def empty_head(self):
        self.head(empty=True)

    def empty_tail(self):
        self.head(End.TAIL, empty=True)

    def insert(self):
        row = Row(f"file_{self.server.born:03}", self.data.draw(self.values))
        self.server.born += 1
        self.server.rows[row.id] = row

    def remove(self):
        if self.server.rows:
            row = self.some_row()
            del self.server.rows[row.id]
            self.steady.discard(row.id)

    def move(self):
        if self.server.rows:
            old = self.some_row()
            row = Row(old.id, self.data.draw(self.values), old.version + 1)
            self.server.rows[row.id] = row
            self.steady.discard(row.id)
            if self.data.draw(st.booleans(), "read by itself"):
                assert self.listing.replace(row) == (row.id in self.listing)

    def rewrite(self):
        if self.server.rows:
            old = self.some_row()
            row = Row(old.id, old.value, old.version + 1)
            self.server.rows[row.id] = row
            assert self.listing.replace(row) == (row.id in self.listing)

    def forget(self):
        for key in set(self.listing.keys()) - set(self.server.rows):
            assert self.listing.remove(key)
            assert not self.listing.remove(key)

    def guess_total(self):
        self.listing.total = self.data.draw(st.none() | st.integers(0, 60), "total")


@settings(max_examples=300)
@given(st.data())
def test_walks_from_both_ends_lose_nothing_and_double_nothing(data):
    sitting = Sitting(data)
    listing = sitting.listing
    for action in data.draw(st.lists(actions, max_size=25), "actions"):
        if listing.complete:
            break
        getattr(sitting, action)()
        check(listing)
    for _ in range(200):
        ends = [end for end in End if may_read(listing, end)]
        if listing.complete or not ends:
            break
        read(listing, sitting.server, data.draw(st.sampled_from(ends)))
        check(listing)
    assert listing.complete
    assert listing.gap is None
    assert sitting.steady <= set(listing.keys())


@settings(max_examples=60)
@given(count=st.integers(0, 400), page_size=st.integers(1, 50), data=st.data())
def test_walks_that_meet_do_not_read_the_list_twice(count, page_size, data):
    rows = {f"file_{n}": Row(f"file_{n}", n) for n in range(count)}
    server = Server(rows, page_size=page_size)
    listing = Listing(lambda row: row.id, sort_value=lambda row: row.value)
    pages = 0
    while not listing.complete:
        read(listing, server, data.draw(st.sampled_from(End)))
        pages += 1
    assert pages <= -(-count // page_size) + (3 if page_size > 1 else 4)
    assert [row.value for row in listing.loaded_items()] == list(range(count))


@given(st.lists(st.sampled_from(["one", "two", "three"]), min_size=4, max_size=8))
def test_a_token_that_comes_again_stops_the_walk(tokens):
    listing = Listing(lambda row: row.id)
    seen = set()
    for n, token in enumerate(tokens):
        page = [Row(f"file_{n}", n)]
        if token not in seen:
            assert listing.add_page(End.HEAD, page, token) == 1
            seen.add(token)
            continue
        with pytest.raises(RepeatedToken, match="repeated a pagination token") as caught:
            listing.add_page(End.HEAD, page, token)
        assert (caught.value.end, caught.value.added) == (End.HEAD, 1)
        break
    assert listing.token(End.HEAD) is None
    assert not listing.complete
    assert listing.loaded == n + 1


@settings(max_examples=60)
@given(st.integers(1, 60), st.integers(0, 60), st.data())
def test_rows_between_two_rows_skip_the_gap(head, tail, data):
    listing = Listing(lambda row: row.id, 500)
    listing.add_page(End.HEAD, [Row(f"h{n}", n) for n in range(head)], "more")
    if tail:
        listing.add_page(End.TAIL, [Row(f"t{n}", n) for n in range(tail)], "more")
    for key in data.draw(st.lists(st.sampled_from(list(listing.keys())), max_size=20)):
        listing.remove(key)
    check(listing)
    keys = list(listing.keys())
    if not keys:
        return
    a, b = (data.draw(st.integers(0, len(keys) - 1)) for _ in range(2))
    expected = list(islice(keys, min(a, b), max(a, b) + 1))
    assert listing.between(keys[a], keys[b]) == expected
    assert listing.between(keys[a], "elsewhere") == []

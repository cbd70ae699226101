"""How far ahead rows are asked for, by how fast the view moves."""

from types import SimpleNamespace

import pytest

from xcoll_tui.session.lists.listing import End
from xcoll_tui.ui.widgets.read_ahead import ReadAhead

HEAD, TAIL = End.HEAD, End.TAIL


class Rows(SimpleNamespace):
    def __len__(self):
        return self.count


def rows(count, gap=None, *, complete=False):
    return Rows(count=count, gap_index=gap, complete=complete)


def test_of_what_is_complete_or_empty_nothing_is_wanted():
    ahead = ReadAhead()
    assert not ahead.wanted(rows(100, complete=True), 90, 30, has_focus=True)
    assert not ahead.wanted(rows(0), 0, 30, has_focus=True)


@pytest.mark.parametrize(
    ("top", "count", "has_focus", "ends"),
    [
        (0, 100, True, [(HEAD, True)]),
        (0, 200, True, []),
        (69, 200, True, []),
        (70, 200, True, [(HEAD, True)]),
        (0, 100, False, []),
        (0, 20, False, [(HEAD, False)]),
        (0, 30, False, [(HEAD, True)]),
        (1, 100, False, [(HEAD, True)]),
    ],
)
def test_a_page_ahead_where_somebody_is(top, count, has_focus, ends):
    assert ReadAhead().wanted(rows(count), top, 30, has_focus=has_focus) == ends


@pytest.mark.parametrize(
    ("top", "ends"),
    [
        (0, [(HEAD, True)]),
        (75, [(HEAD, False), (TAIL, False)]),
        (101, [(TAIL, True)]),
        (160, [(TAIL, True)]),
        (161, []),
    ],
)
def test_both_ends_beside_the_gap(top, ends):
    assert ReadAhead().wanted(rows(201, 100), top, 30, has_focus=True) == ends


def test_what_is_scrolled_through_soon_is_wanted_until_it_rests():
    now = [0.0]
    ahead = ReadAhead(clock=lambda: now[0])

    def wants(top, count):
        return bool(ahead.wanted(rows(count), top, 30, has_focus=True))

    assert not wants(0, 200)
    for top in (30, 60, 90):
        now[0] += 0.1
        wants(top, 1_000)
    # 300 rows a second: 120 in the next moment, behind a page.
    assert wants(90, 340)
    assert not wants(90, 341)
    now[0] += 1.0
    assert wants(90, 220)
    assert not wants(90, 221)


def test_a_jump_is_no_speed():
    now = [0.0]
    ahead = ReadAhead(clock=lambda: now[0])
    ahead.wanted(rows(5_000), 0, 30, has_focus=True)
    now[0] += 0.1
    assert not ahead.wanted(rows(5_000), 4_000, 30, has_focus=True)


def test_keys_that_come_in_one_go_ask_for_no_more_than_within_a_tenth_of_a_second():
    ahead = ReadAhead(clock=lambda: 0.0)
    for top in (0, 30, 60):
        ahead.wanted(rows(5_000), top, 30, has_focus=True)
    assert ahead.wanted(rows(60 + 30 + 100 + 240), 60, 30, has_focus=True)
    assert not ahead.wanted(rows(60 + 30 + 100 + 241), 60, 30, has_focus=True)

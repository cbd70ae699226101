"""The pace of something long: steady, and silent while it would mean nothing."""

import math

import pytest

from xcoll_tui.session.pace import Pace


class Clock:
    """A clock that is set by hand."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_nothing_is_told_while_too_little_was_seen(clock):
    pace = Pace(clock)
    assert pace.rate is None
    pace.note(400)  # at once, by a clock that stands still
    assert (pace.rate, pace.seconds_left(100)) == (None, None)
    clock.now += 1.9
    assert (pace.rate, pace.seconds_left(100)) == (None, None)
    clock.now += 0.1
    assert pace.rate == pytest.approx(200)
    assert pace.seconds_left(100) == pytest.approx(0.5)


def test_few_say_nothing_of_when_the_rest_will_have_come(clock):
    pace = Pace(clock)
    clock.now += 5
    assert pace.seconds_left(100) is None
    pace.note(4)
    assert (pace.rate, pace.seconds_left(100)) == (pytest.approx(0.8), None)
    pace.note(5)
    assert pace.seconds_left(100) == pytest.approx(100)
    assert pace.seconds_left(0) is None
    assert pace.seconds_left(None) is None


def test_bursts_are_smoothed_and_what_is_long_ago_is_forgotten(clock):
    pace = Pace(clock)
    rates = []
    for second in range(1, 61):
        clock.now += 1
        if second % 2 == 0:
            pace.note(second * 50)
        if second > 10:
            rates.append(pace.rate)
    assert max(rates) - min(rates) <= 12
    for _ in range(30):
        clock.now += 1
        pace.note(3_000)
    assert pace.rate == 0
    assert pace.seconds_left(100) is None


def test_a_clock_that_is_set_back_makes_no_nonsense(clock):
    pace = Pace(clock)
    for second in range(10):
        clock.now += 1
        pace.note(second * 10)
    clock.now -= 3_600
    assert (pace.rate, pace.seconds_left(10)) == (None, None)
    pace.note(110)
    clock.now += 4
    pace.note(150)
    assert pace.rate == pytest.approx(10)
    assert math.isfinite(pace.seconds_left(10))


def test_thousands_a_second_are_few_samples(clock):
    pace = Pace(clock)
    for count in range(10_000):
        clock.now += 0.001
        pace.note(count)
    assert len(pace._samples) <= 60

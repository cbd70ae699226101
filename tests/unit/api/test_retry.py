from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api import retry


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("7.", 7.0),
        ("1e9", 1e9),
        (" 0.25 ", 0.25),
        ("0", None),
        ("0.0", None),
        ("-3", None),
        (formatdate(1_000_090, usegmt=True), 90.0),
        (formatdate(999_000, usegmt=True), None),
        (formatdate(1_000_000, usegmt=True), None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        *((odd, None) for odd in ("1_0", "+5", "١٠", "0x10", ".", "e9", "9" * 400)),
        *((short, 0.5) for short in (".5", "0.50", "00.5")),
        ("Wed, 99 Foo 2026 25:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry.parse_retry_after(value, now=1_000_000.0) == seconds


@given(st.text())
def test_no_retry_after_is_ever_fatal(value):
    seconds = retry.parse_retry_after(value, now=0.0)
    assert seconds is None or seconds > 0


def test_the_ceiling_doubles_up_to_its_limit():
    ceilings = [retry.back_off(attempt, lambda: 1.0) for attempt in range(1, 8)]
    assert ceilings == [0.5, 1, 2, 4, 8, 8, 8]


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_jitter_is_full(attempt, share):
    ceiling = retry.back_off(attempt, lambda: 1.0)
    assert retry.back_off(attempt, lambda: share) == pytest.approx(ceiling * share)


def pause(**changes):
    case = {
        "attempt": 1,
        "waited": 0.0,
        "rate_limited": False,
        "retry_after": None,
        "draw": lambda: 1.0,
    }
    return retry.next_pause(**{**case, **changes})


def test_429_waits_exactly_as_told():
    assert pause(rate_limited=True, retry_after=3.25) == 3.25
    assert pause(rate_limited=True, retry_after=0.25) == 0.25


def test_429_without_a_word_backs_off():
    assert pause(rate_limited=True, draw=lambda: 0.5) == 0.25
    assert pause(rate_limited=True, draw=lambda: 0.5, by_chance=True) == 0.025
    assert pause(draw=lambda: 0.5, by_chance=True) == 0.25
    assert pause(rate_limited=True, retry_after=1.0, by_chance=True) == 1.0


def test_a_5xx_waits_at_least_as_told():
    assert pause(retry_after=3.0) == 3.0
    assert pause(retry_after=0.1) == 0.5


def test_the_number_of_tries_is_bounded():
    assert pause(attempt=retry.FAULT_TRIES - 1) is not None
    assert pause(attempt=retry.FAULT_TRIES) is None
    limited = {"rate_limited": True, "retry_after": 0.25}
    assert pause(attempt=retry.RATE_LIMITED_TRIES - 1, **limited) is not None
    assert pause(attempt=retry.RATE_LIMITED_TRIES, **limited) is None


def test_a_call_waits_no_longer_than_the_limit_in_all():
    assert pause(rate_limited=True, retry_after=retry.LONGEST_WAIT) == retry.LONGEST_WAIT
    assert pause(rate_limited=True, retry_after=retry.LONGEST_WAIT + 1) is None
    assert pause(rate_limited=True, retry_after=1.0, waited=retry.LONGEST_WAIT) is None

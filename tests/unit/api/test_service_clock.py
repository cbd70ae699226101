import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api.service_clock import ServiceClock, parse_http_date


class Monotonic:
    def __init__(self):
        self.now = 500.0

    def __call__(self):
        return self.now


@pytest.fixture
def monotonic():
    return Monotonic()


@pytest.fixture
def clock(monotonic):
    return ServiceClock(monotonic)


@pytest.fixture
def far_east():
    """Let this computer be somewhere else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


def test_the_time_is_unknown_at_first(clock):
    assert clock.now() is None


def test_the_time_goes_on_from_the_last_date(clock, monotonic):
    clock.note(formatdate(1_800_000_000, usegmt=True))
    assert clock.now() == 1_800_000_000
    monotonic.now += 2.5
    assert clock.now() == 1_800_000_002.5
    clock.note(formatdate(1_800_000_001, usegmt=True))
    assert clock.now() == 1_800_000_001


@pytest.mark.parametrize(
    "date",
    [None, "", "soon", "1800000000", "Wed, 99 Foo 2026 25:00:00 GMT", formatdate(0, usegmt=True),
     "Mon, 01 Jan 1900 00:00:00 GMT"],
)  # fmt: skip
def test_nonsense_is_ignored(clock, date):
    clock.note(date)
    assert clock.now() is None
    clock.note(formatdate(1_800_000_000, usegmt=True))
    clock.note(date)
    assert clock.now() == 1_800_000_000


@pytest.mark.usefixtures("far_east")
@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 -0000",
        "Sun, 06 Nov 1994 09:49:37 +0100",
    ],
)
def test_all_forms_of_a_date_are_in_utc(text):
    assert parse_http_date(text) == 784_111_777


@given(st.text())
def test_no_text_is_fatal(text):
    found = parse_http_date(text)
    assert found is None or isinstance(found, float)

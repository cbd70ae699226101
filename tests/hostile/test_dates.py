"""Dates at the edge of the calendar, dates that are none, and dates to come: shown, and no end."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import NOW, screen_text, wait_until
from tests.contract.scripted import Scripted
from tests.hostile.shelf import Shelf, document
from tests.hostile.test_text import opened
from xcoll_tui.session.times import moment_of
from xcoll_tui.ui.presentation.format import format_age, format_moment
from xcoll_tui.ui.screens.details import DetailsScreen

OFFSETS = ("Z", "z", "+00:00", "-01:00", "+01:00", "+14:00", "-12:00", "+23:59", "-23:59", "")
EDGES = ("0001-01-01T00:00:01", "0001-12-31T23:59:59", "9999-12-31T23:59:59", "9999-01-01T00:00:00")
FRACTIONS = ("", ".1", ".123456", ".123456789", "." + "9" * 40, ".")
NEVER = [
    None,
    "",
    "  ",
    "0",
    "0000-00-00T00:00:00Z",
    *(f"0001-01-01T00:00:00{offset}" for offset in OFFSETS),
    "0001-01-01T00:00:00.000000Z",
    "1970-01-01T00:00:00Z",
    "1970-01-01T00:00:00.000000000Z",
]
ODD = [
    "soon",
    "1776323959",
    "-62135596800",
    "1e400",
    "2026-13-45T99:99:99Z",
    "2016-12-31T23:59:60Z",
    "2026-04-15T12:00:00+24:00",
    "99999-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "٢٠٢٦-04-15T12:00:00Z",
    "true",
    "x" * 5_000,
    "\x1b]0;pwned\x07",
    "[@click=app.quit]x[/]",
]
COMING = [
    (1, "now"),
    (59, "now"),
    (60, "in 1 min"),
    (3_600, "in 1 h"),
    (86_399, "in 23 h"),
    (86_400, "tomorrow"),
    (30 * 86_400, "in 30 d"),
    (90 * 86_400, "in 3 months"),
    (183 * 86_400, "in 6 months"),
    (365 * 86_400, "in 12 months"),
    (5 * 366 * 86_400, "in 5 years"),
    (36_525 * 86_400, "2126-04-16"),
]


def edges():
    """Every edge in every zone with every fraction."""
    return [f"{edge}{part}{zone}" for edge in EDGES for part in FRACTIONS for zone in OFFSETS]


def test_what_never_was_is_a_dash(record_property):
    record_property("inputs", len(NEVER))
    for timestamp in NEVER:
        assert format_age(timestamp, NOW) == "–", timestamp
        assert format_moment(timestamp, NOW) == "–", timestamp
        assert moment_of(timestamp) is None


def test_an_edge_is_a_date_or_as_it_came(record_property):
    record_property("inputs", len(edges()))
    for timestamp in edges():
        for shown in (format_age(timestamp, NOW), format_moment(timestamp, NOW)):
            assert shown == timestamp or shown[:4] in {"0001", "0002", "9998", "9999"}, timestamp


def test_what_is_no_date_stands_as_it_came(record_property):
    record_property("inputs", len(ODD))
    for text in ODD:
        assert format_age(text, NOW) == text
        assert format_moment(text, NOW) == text


@pytest.mark.parametrize(("seconds", "shown"), COMING)
def test_a_time_to_come_says_how_far_it_is(seconds, shown):
    moment = datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=seconds)
    assert format_age(moment.isoformat(), NOW) == shown
    assert format_age(moment.isoformat().replace("+00:00", "Z"), NOW) == shown


def test_a_time_without_a_zone_is_in_utc():
    assert moment_of("2026-04-15T12:00:00") == moment_of("2026-04-15T14:00:00+02:00") == NOW


def dated(number, timestamp):
    """A document with this in the place of each of its times."""
    file = {"created_at": timestamp, "expires_at": timestamp}
    return document(number, f"{number}.txt", last_indexed_at=timestamp, file_metadata=file)


async def test_every_one_of_them_is_drawn(browse, record_property):
    times = [*NEVER, *ODD, "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:01+14:00", 7, 1.5, True]
    record_property("inputs", len(times))
    rows = [dated(number, each) for number, each in enumerate(times)]
    shelf = Shelf(rows, {"created_at": "9999-12-31T23:59:59-01:00"})
    async with Scripted(shelf) as service, browse(service.url, size=(200, 60)) as pilot:
        documents = await opened(pilot)
        assert documents.table.listing.loaded == len(times)
        assert "1-01-01" not in screen_text(pilot).replace("0001-01-01", "")
        for number in (5, len(times) - 5, len(times) - 4):
            documents.table.move_to(number)
            await pilot.press("enter")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, DetailsScreen))
            await wait_until(pilot, lambda: "Expires" in screen_text(pilot))
            await pilot.press("escape")
        await pilot.press("1", "p")
        await wait_until(pilot, lambda: "9999-12-31T23:59:59-01:00" in screen_text(pilot))


async def test_an_expiry_is_not_over_before_its_time(browse):
    file = {"expires_at": "2026-10-15T12:00:00Z"}
    shelf = Shelf([document(0, "a.txt", file_metadata=file), document(1, "b.txt")])
    async with Scripted(shelf) as service, browse(service.url, size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("enter")
        await wait_until(pilot, lambda: "(in 6 months)" in screen_text(pilot))

from datetime import UTC, datetime

import pytest

from xcoll_tui.ui.presentation.ages import format_elapsed
from xcoll_tui.ui.presentation.format import (
    format_age,
    format_moment,
    format_size,
    format_type,
    parse_time,
)

NOW = datetime(2026, 4, 15, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (None, "–"),
        (-1, "–"),
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (118_784, "116 KiB"),
        (1_048_575, "1.0 MiB"),
        (1_258_291, "1.2 MiB"),
        (10 * 1024**5, "10 PiB"),
        (5_000 * 1024**5, "5,000 PiB"),
    ],
)
def test_sizes(size, shown):
    assert format_size(size) == shown


@pytest.mark.parametrize(
    ("timestamp", "shown"),
    [
        (None, "–"),
        ("", "–"),
        ("soon", "soon"),
        ("2026-04-15T12:00:05Z", "now"),
        ("2026-04-15T11:59:56.123456789Z", "3 s ago"),
        ("2026-04-15T11:48:00Z", "12 min ago"),
        ("2026-04-15T10:00:00.5Z", "1 h ago"),
        ("2026-04-14T11:00:00Z", "yesterday"),
        ("2026-04-10T12:00:00+00:00", "5 d ago"),
        ("2025-12-31T23:59:59Z", "2025-12-31"),
    ],
)
def test_ages(timestamp, shown):
    assert format_age(timestamp, NOW) == shown


def test_elapsed_goes_up_to_days():
    assert format_elapsed(3 * 86_400 + 5) == "3 d ago"


def test_a_moment_tells_both():
    assert format_moment("2026-04-15T10:00:00Z", NOW) == "2026-04-15 10:00:00 UTC (2 h ago)"
    assert format_moment("2020-04-15T10:00:00Z", NOW) == "2020-04-15 10:00:00 UTC"
    assert format_moment("not a time", NOW) == "not a time"
    assert format_moment(None, NOW) == "–"


def test_nanoseconds_are_read():
    assert parse_time("2026-04-15T10:00:00.123456789Z") == datetime(
        2026, 4, 15, 10, 0, 0, 123456, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("content_type", "shown"),
    [
        ("text/plain", "text"),
        ("application/pdf", "pdf"),
        ("text/html; charset=utf-8", "html"),
        ("application/x-yaml", "yaml"),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx",
        ),
        ("", "–"),
    ],
)
def test_types(content_type, shown):
    assert format_type(content_type) == shown

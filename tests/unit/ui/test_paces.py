"""A pace in words: rounded up, in units that are read at a glance, and silent where not known."""

import pytest

from xcoll_tui.ui.presentation.paces import format_left, format_rate, pace_words


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (None, ""),
        (0.0, ""),
        (0.04, ""),
        (0.25, "0.2/s"),
        (9.94, "9.9/s"),
        (53.4, "53/s"),
        (1e5, "100,000/s"),
    ],
)
def test_a_rate(rate, words):
    assert format_rate(rate) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.1, "1 s left"),
        (6.2, "7 s left"),
        (59.0, "59 s left"),
        (59.4, "1 min left"),
        (61.0, "2 min left"),
        (3_541.0, "1 h left"),
        (3_601.0, "1 h 1 min left"),
        (90_000.0, "25 h left"),
    ],
)
def test_what_is_left(seconds, words):
    assert format_left(seconds) == words


def test_only_what_is_known_is_listed():
    assert pace_words(None, None) == []
    assert pace_words(53.0, 7.0) == ["53/s", "7 s left"]
    assert pace_words(53.0, None) == ["53/s"]

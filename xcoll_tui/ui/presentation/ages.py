"""Ages as text: pure, and all that the first frame needs of time."""

from collections.abc import Callable

MINUTE, HOUR, DAY = 60, 3_600, 86_400

Clock = Callable[[], float]
"""Seconds since the epoch; a clock that stands still in tests."""


_LENGTHS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"))


def format_elapsed(seconds: float) -> str:
    """Write a number of seconds that have passed, in its largest whole unit."""
    for length, unit in _LENGTHS:
        if seconds >= length:
            return f"{int(seconds // length)} {unit} ago"
    return f"{int(seconds)} s ago" if seconds >= 1 else "now"


def format_minutes(seconds: float) -> str:
    """Write as above, but by minutes: seconds would write to the terminal while nothing happens."""
    return format_elapsed(seconds) if seconds >= MINUTE else "just now"

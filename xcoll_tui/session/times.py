"""The service's times, as they come: RFC 3339 text, and whatever else may stand in its place: pure.

Every time is read here and nowhere else, so that a date at the edge of the calendar, one without a
zone or no date at all is met in one way.
"""

import re
from datetime import UTC, datetime

SAME_SECOND = 1.0
"""The service's clock is read from a header that has whole seconds."""
_TIME = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ](?P<hour>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,](?P<fraction>[0-9]*))?"
    r" ?(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_NOTHING = re.compile(r"[0:.,TtZz+\s-]*")
# What a language or a protocol writes for a time that was never set.
_ZEROS = frozenset({datetime(1, 1, 1), datetime(1970, 1, 1)})  # noqa: DTZ001 - in any zone
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_time(timestamp: str | None) -> datetime | None:
    """Read a timestamp with a fraction of any length; None where it is none, or stands for never.

    One without a zone is in UTC. It may lie so near the edge of the calendar that it cannot be
    moved to another zone: see `in_utc`.
    """
    match = _TIME.fullmatch((timestamp or "").strip())
    if match is None or is_never(timestamp):
        return None
    zone = match["zone"] or "Z"
    zone = "+00:00" if zone in "Zz" else zone
    fraction = (match["fraction"] or "")[:6].ljust(6, "0")
    try:
        return datetime.fromisoformat(
            f"{match['day']}T{match['hour'] or '00:00:00'}.{fraction}{zone}"
        )
    except ValueError:
        return None


def is_never(timestamp: str | None) -> bool:
    """Tell whether a timestamp stands for no time: it is empty, or a zero time of any kind."""
    text = (timestamp or "").strip()
    if _NOTHING.fullmatch(text):
        return True
    match = _TIME.fullmatch(text)
    if match is None or set(match["fraction"] or "0") != {"0"}:
        return False
    try:
        return datetime.fromisoformat(f"{match['day']}T{match['hour'] or '00:00:00'}") in _ZEROS
    except ValueError:
        return False


def in_utc(moment: datetime) -> datetime | None:
    """Return a moment in UTC, None where the calendar ends before it."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def moment_of(timestamp: str | None) -> float | None:
    """Return a timestamp in seconds since the epoch, None where it is none."""
    moment = parse_time(timestamp)
    return None if moment is None else seconds_of(moment)


def seconds_of(moment: datetime) -> float:
    """Return a moment in seconds since the epoch, also where no calendar of the system's goes."""
    return (moment - _EPOCH).total_seconds()

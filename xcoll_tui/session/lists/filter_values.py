"""What a person writes in a filter, as the service takes it: sizes, days, statuses, cases: pure."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from xcoll_tui.api.keys import ANY_PREFIX
from xcoll_tui.api.models import DocumentStatus

_LONGEST_CASED = 32
"""Characters of a word that is asked for in other cases, too: nobody types a longer one."""
# As the rows show sizes: who reads 199 KiB there does not want it by size>200KB.
_FACTORS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_SIZE = re.compile(
    r"(?P<number>[0-9]{1,15}(?:\.[0-9]{1,6})?)\s*(?P<unit>(?P<power>[kmgt]?)(?:(?<=[kmgt])i)?b?)\Z",
    re.IGNORECASE,
)
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\Z")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})\Z")
_YEAR = re.compile(r"[0-9]{4}\Z")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}")

STATUSES = ("failed", "ready", "indexing")
"""The words that the rows show, which are conditions of their own."""
STATUS_NAMES = {
    status.removeprefix("DOCUMENT_STATUS_").lower(): str(status) for status in DocumentStatus
}
"""The service's statuses without what they all begin with."""
DAYS = ("today", "yesterday")
TYPES = {
    "pdf": ("application/pdf",),
    "txt": ("text/plain",),
    "text": ("text/plain",),
    "csv": ("text/csv",),
    "html": ("text/html",),
    "json": ("application/json",),
    "md": ("text/markdown",),
    "markdown": ("text/markdown",),
    "xml": ("application/xml", "text/xml"),
    "doc": ("application/msword",),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation",),
    "binary": ("application/octet-stream",),
}
"""The content types that a short word stands for; the column shows these words."""


def is_cased(text: str) -> bool:
    """Tell whether a text is asked for in other cases as well.

    Not a long one, and none that begins as a key does: a piece of it is hidden only as it stands.
    """
    return len(text) <= _LONGEST_CASED and not text.lower().startswith(ANY_PREFIX)


def cases_of(text: str) -> list[str]:
    """List a text as typed, lower, upper and Capitalised, those that differ."""
    cases = [text]
    if is_cased(text):
        cases += [text.lower(), text.upper(), text.capitalize()]
    return list(dict.fromkeys(cases))


def forms_of(text: str) -> list[str]:
    """List how a text may be written where case, and how accents are written, may matter.

    In all cases, each composed and decomposed; as typed comes first.
    """
    written = [
        form
        for case in cases_of(text)
        for form in (case, unicodedata.normalize("NFC", case), unicodedata.normalize("NFD", case))
    ]
    return list(dict.fromkeys(written))


def read_size(text: str) -> int | None:
    """Read a number of bytes with its unit, such as 5MB; None where it is none.

    A unit is that of the rows, however it is written: 5MB are 5 MiB.
    """
    match = _SIZE.match(text)
    if match is None:
        return None
    return round(float(match["number"]) * _FACTORS[match["power"].lower()])


def unit_words(text: str) -> str:
    """Write a size as the rows would, "" where it is a number of bytes."""
    match = _SIZE.match(text)
    if match is None or not match["power"]:
        return ""
    return f"{match['number']} {match['power'].upper()}iB"


def has_unit(text: str) -> bool:
    """Tell whether a text is a number with a unit of size."""
    match = _SIZE.match(text)
    return match is not None and bool(match["unit"])


class When(NamedTuple):
    """The moment at which a filter is typed, and the person's time zone."""

    now: float
    """In seconds since the epoch."""
    zone: tzinfo | None = None
    """None for that of the system."""


class Span(NamedTuple):
    """A stretch of time: from `start` to before `end`, or the moment `start` where they are one."""

    start: datetime
    end: datetime
    words: str
    """What it is, with the person's time zone."""


def is_day(text: str) -> bool:
    """Tell whether a text is a date without a time, or a word for one."""
    is_date = any(pattern.match(text) for pattern in (_DAY, _MONTH, _YEAR))
    return is_date or text.lower() in DAYS


def read_span(text: str, when: When) -> Span | None:
    """Read a day, month, year, moment, `today` or `yesterday`; None where it is none."""
    try:
        if _MOMENT.match(text):
            return _read_moment(text, when.zone)
        days = _read_days(text, when)
        if days is None:
            return None
        first, after, name = days
        start, end = _in_zone(first, when.zone), _in_zone(after, when.zone)
        words = f"{name} in {start.tzname()}"
        return Span(start.astimezone(UTC), end.astimezone(UTC), words)
    except (ValueError, OverflowError, OSError):
        return None


def _read_moment(text: str, zone: tzinfo | None) -> Span:
    moment = datetime.fromisoformat(text.upper())
    words = ""
    if moment.tzinfo is None:
        moment = _in_zone(moment, zone)
        words = f"in {moment.tzname()}"
    moment = moment.astimezone(UTC)
    return Span(moment, moment, words)


def _read_days(text: str, when: When) -> tuple[datetime, datetime, str] | None:
    """Return the first midnight, the one behind the last day, and what they are called."""
    if text.lower() in DAYS:
        today = datetime.fromtimestamp(when.now, UTC).astimezone(when.zone)
        first = datetime(today.year, today.month, today.day)  # noqa: DTZ001 - as on a calendar
        first -= timedelta(days=DAYS.index(text.lower()))
        return first, first + timedelta(days=1), f"{first.date()}"
    if match := _DAY.match(text):
        year, month, day = map(int, match.groups())
        first = datetime(year, month, day)  # noqa: DTZ001 - as on a calendar
        return first, first + timedelta(days=1), f"{first.date()}"
    if match := _MONTH.match(text):
        year, month = map(int, match.groups())
        after = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001 - as above
        return datetime(year, month, 1), after, text  # noqa: DTZ001 - as above
    if _YEAR.match(text):
        first = datetime(int(text), 1, 1)  # noqa: DTZ001 - as above
        return first, first.replace(year=first.year + 1), text
    return None


def _in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    # Day by day, not by one offset: clocks are changed twice a year.
    return moment.astimezone() if zone is None else moment.replace(tzinfo=zone)


def write_moment(moment: datetime) -> str:
    """Write a moment as the service's reference does."""
    return moment.replace(tzinfo=None, microsecond=0).isoformat() + "Z"

"""Sizes, ages, counts and statuses as text: pure."""

from typing import NamedTuple

from xcoll_tui.api.models import Document
from xcoll_tui.session.lists.progress import progress_of
from xcoll_tui.session.times import in_utc, is_never, parse_time, seconds_of
from xcoll_tui.ui.presentation.ages import DAY, HOUR, MINUTE, format_elapsed

NEVER = "–"

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")


UNKNOWN = "unknown"
"""What stands for a number that the service does not tell."""


def format_count(count: int | None) -> str:
    """Write a number with its thousands marked."""
    return UNKNOWN if count is None or count < 0 else f"{count:,}"


def format_many(count: int | None, noun: str) -> str:
    """Write a number of things, one of them in the singular."""
    if count is None or count < 0:
        return f"an {UNKNOWN} number of {noun}s"
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def format_size(size: int | None) -> str:
    """Write a number of bytes in binary units, with three figures at most."""
    if size is None or size < 0:
        return "–"
    if size < 1_024:
        return f"{size} B"
    value = float(size)
    for unit in _UNITS:
        value /= 1_024
        if value < 999.5 or unit == _UNITS[-1]:
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"


_AHEAD = MINUTE
"""Seconds that a time may lie ahead and still be "now": clocks differ."""
_MONTH, _YEAR = 30.44, 365.25


def format_age(timestamp: str | None, now: float) -> str:
    """Write how far off a timestamp is: in words while it is near, as a date when it is not.

    What is no date, or lies beyond the calendar, is given back as it came; never is a dash.
    """
    if is_never(timestamp):
        return NEVER
    moment = parse_time(timestamp)
    if moment is None:
        return timestamp or NEVER
    seconds = now - seconds_of(moment)
    words = _coming(-seconds) if seconds <= -_AHEAD else _passed(seconds)
    if words:
        return words
    utc = in_utc(moment)
    # Not by strftime: that leaves the zeros of early years out.
    return utc.date().isoformat() if utc else timestamp or NEVER


def _passed(seconds: float) -> str:
    if seconds < DAY:
        return format_elapsed(seconds)
    days = int(seconds // DAY)
    if days == 1:
        return "yesterday"
    return f"{days} d ago" if days < 30 else ""


def _coming(seconds: float) -> str:
    days = int(seconds // DAY)
    if days >= 100 * _YEAR:
        return ""
    if days >= 2 * _YEAR:
        return f"in {days / _YEAR:.0f} years"
    if days >= 60:
        return f"in {days / _MONTH:.0f} months"
    if days >= 2:
        return f"in {days} d"
    if days == 1:
        return "tomorrow"
    length, unit = (HOUR, "h") if seconds >= HOUR else (MINUTE, "min")
    return f"in {int(seconds // length)} {unit}"


def format_moment(timestamp: str | None, now: float) -> str:
    """Write a timestamp in full, in UTC, with how far off it is; as it came where that is not."""
    if is_never(timestamp):
        return NEVER
    moment = parse_time(timestamp)
    utc = None if moment is None else in_utc(moment)
    if utc is None:
        return timestamp or NEVER
    age = format_age(timestamp, now)
    written = f"{utc.replace(tzinfo=None, microsecond=0).isoformat(' ')} UTC"
    return written if age[:4].isdigit() else f"{written} ({age})"


_KINDS: tuple[tuple[str, str], ...] = (
    ("application/vnd.openxmlformats-officedocument.wordprocessingml", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml", "pptx"),
    ("application/msword", "doc"),
    ("application/octet-stream", "binary"),
    ("text/plain", "text"),
)


def format_type(content_type: str) -> str:
    """Write a content type as its subtype, the part or by a shorter word."""
    for prefix, kind in _KINDS:
        if content_type.startswith(prefix):
            return kind
    subtype = content_type.partition(";")[0].rpartition("/")[2]
    return subtype.removeprefix("x-") or "–"


class Status(NamedTuple):
    """A document's state as it is shown: never by colour alone."""

    glyph: str
    word: str
    tone: str
    """The name of the component class that colours it."""

    @property
    def text(self) -> str:
        """The glyph and the word."""
        return f"{self.glyph} {self.word}"


_PLAIN: dict[str, Status] = {
    "ready": Status("●", "ready", "ready"),
    "failed": Status("✗", "failed", "failed"),
    "unreadable": Status("?", "unreadable", "failed"),
    "unknown": Status("○", "unknown", "quiet"),
}


def status_of(document: Document) -> Status:
    """Tell a document's state as a glyph and a word, or its chunks done of all."""
    progress = progress_of(document)
    if progress.state != "indexing":
        return _PLAIN.get(progress.state, _PLAIN["unknown"])
    if not progress.of or progress.done is None:
        return Status("◌", "indexing", "indexing")
    done = progress.done
    glyph = "◔◑◕"[min(2, done * 3 // progress.of)]
    return Status(glyph, f"{done:,}/{progress.of:,}", "indexing")

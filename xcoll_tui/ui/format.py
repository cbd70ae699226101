"""Sizes, ages, counts and statuses as text: pure."""

from datetime import UTC, datetime
from typing import NamedTuple

from xcoll_tui.api.models import Document
from xcoll_tui.session.indexing import progress_of
from xcoll_tui.ui.ages import DAY, format_elapsed

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")


def format_count(count: int) -> str:
    """Write a number with its thousands marked."""
    return f"{count:,}"


def format_many(count: int, noun: str) -> str:
    """Write a number of things, one of them in the singular."""
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


def parse_time(timestamp: str | None) -> datetime | None:
    """Read an RFC 3339 timestamp of up to nanoseconds; None where it is none."""
    if not timestamp:
        return None
    head, dot, fraction = timestamp.partition(".")
    if dot:
        digits = len(fraction) - len(fraction.lstrip("0123456789"))
        timestamp = f"{head}.{fraction[:digits][:6]}{fraction[digits:]}"
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def format_age(timestamp: str | None, now: float) -> str:
    """Write how long ago a timestamp was: in words while it is near, as a date when it is not."""
    moment = parse_time(timestamp)
    if moment is None:
        return "–"
    seconds = now - moment.timestamp()
    if seconds < DAY:
        return format_elapsed(seconds)
    days = int(seconds // DAY)
    if days == 1:
        return "yesterday"
    return f"{days} d ago" if days < 30 else f"{moment:%Y-%m-%d}"


def format_moment(timestamp: str | None, now: float) -> str:
    """Write a timestamp in full, in UTC, with its age."""
    moment = parse_time(timestamp)
    if moment is None:
        return timestamp or "–"
    age = format_age(timestamp, now)
    written = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return written if age[:4].isdigit() else f"{written} ({age})"


_KINDS: tuple[tuple[str, str], ...] = (
    ("application/vnd.openxmlformats-officedocument.wordprocessingml", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml", "pptx"),
    ("application/msword", "doc"),
    ("application/octet-stream", "binary"),
)


def format_type(content_type: str) -> str:
    """Write a content type as its subtype, the part that tells documents apart."""
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
    if not progress.of:
        return Status("◌", "indexing", "indexing")
    done = progress.done or 0
    glyph = "◔◑◕"[min(2, done * 3 // progress.of)]
    return Status(glyph, f"{done:,}/{progress.of:,}", "indexing")

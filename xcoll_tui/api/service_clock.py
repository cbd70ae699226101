"""The service's clock, by the `Date` of its answers: our own may be wrong."""

from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime


class ServiceClock:
    """The service's clock, as of its last answer and carried on by a clock that never jumps.

    `Date` counts whole seconds and is written before the answer travels: the service's own time is
    what `now` returns or up to a second and the way here more, and two answers may differ by that.
    Where a computer sleeps, it is behind until the next answer.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._ahead: float | None = None

    def note(self, date: str | None, at: float | None = None) -> None:
        """Take note of the `Date` of an answer that came in at a time, or now.

        Nonsense is ignored.
        """
        time = parse_http_date(date)
        if time is not None and time > 0:
            self._ahead = time - (self._monotonic() if at is None else at)

    def now(self) -> float | None:
        """Return the service's time in seconds since the epoch, None while nothing told it."""
        return None if self._ahead is None else self._ahead + self._monotonic()


def parse_http_date(text: str | None) -> float | None:
    """Return an HTTP date in seconds since the epoch, None for what is none."""
    try:
        date = parsedate_to_datetime(text or "")
        # One without a zone is in UTC, as all dates of HTTP are, and not in ours.
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None

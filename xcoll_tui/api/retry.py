"""Retries: when a request is tried again, and after how long. Pure functions.

- 429: all but what is `Repeatable.NEVER`, after as long as Retry-After says (a random pause without
  it), up to `RATE_LIMITED_TRIES` tries.
- No whole answer, and 5xx: only what is `Repeatable.ALWAYS`, after a random pause ("full jitter":
  anywhere between nothing and a ceiling that doubles), up to `FAULT_TRIES` tries. A Retry-After in
  a 5xx is the least pause.
- What a 429 asks for, all requests of a client wait for (`share_pause`, and `rate_limiter`); what
  names no time may be chance, and then only the request itself waits (`refusals`).
- In all no call waits longer than `LONGEST_WAIT`: a pause that would pass it is not begun, and the
  failure is raised at once. What others ask for meanwhile is not counted.
"""

import math
import re
from collections.abc import Callable

from xcoll_tui.api.service_clock import parse_http_date

FAULT_TRIES = 4
RATE_LIMITED_TRIES = 10
LONGEST_WAIT = 120.0
_FIRST_CEILING = 0.5
_LAST_CEILING = 8.0
_OF_A_PAUSE = 0.1
"""The part of a pause that is enough where a 429 is chance, and the next try likely no 429."""

# Python takes more for a number: "1_0", and the digits of other scripts.
_NUMBER = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(e[0-9]+)?")


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds to wait, more than none; None if the header is absent or says nothing.

    `value` is a number of seconds (fractions allowed) or an HTTP date, `now` in seconds since the
    epoch by the clock of the service that sent it. To be asked to wait for nothing, or until a time
    that is over, says nothing: all the tries would go at once.
    """
    if value is None:
        return None
    text = value.strip()
    if _NUMBER.fullmatch(text):
        seconds = float(text)
    else:
        time = parse_http_date(text)
        if time is None:
            return None
        seconds = time - now
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def back_off(attempt: int, draw: Callable[[], float]) -> float:
    """Return a random pause in seconds after try `attempt` (from 1); `draw` yields 0 to 1."""
    ceiling = min(_LAST_CEILING, _FIRST_CEILING * 2.0 ** min(attempt - 1, 16))
    return ceiling * draw()


def next_pause(
    *,
    attempt: int,
    waited: float,
    rate_limited: bool,
    retry_after: float | None,
    draw: Callable[[], float],
    by_chance: bool = False,
) -> float | None:
    """Return the pause before the next try, or None if there will be none.

    Ask only for a request that may be tried again. `attempt` counts the tries that failed (from 1),
    `waited` is the sum of the pauses so far, `retry_after` is what Retry-After said. `by_chance`
    is whether the service is known to say 429 at any rate.
    """
    if attempt >= (RATE_LIMITED_TRIES if rate_limited else FAULT_TRIES):
        return None
    pause = retry_after
    if pause is None or not rate_limited:
        pause = back_off(attempt, draw)
        if by_chance and rate_limited:
            pause *= _OF_A_PAUSE
        pause = max(pause, retry_after or 0.0)
    return pause if waited + pause <= LONGEST_WAIT else None


def share_pause(pause: float | None, retry_after: float | None) -> float:
    """Return for how long all requests wait after a 429.

    `pause` is the answered request's own, None if it is not tried again. What asks for more than
    `LONGEST_WAIT` is not shared: it may mean one method only, and the others would hang for hours.
    """
    if pause is not None:
        return pause
    return retry_after if retry_after is not None and retry_after <= LONGEST_WAIT else 0.0

"""How fast something goes and how long it will still take, as text: pure."""

import math

from xcoll_tui.ui.presentation.ages import HOUR, MINUTE

_SLOW = 10
"""Below so many a second the tenths are told, too."""
_NOTHING = 0.05


def format_rate(rate: float | None) -> str:
    """Write how many a second, "" where nothing comes or nobody knows."""
    if rate is None or rate < _NOTHING:
        return ""
    return f"{rate:,.0f}/s" if rate >= _SLOW else f"{rate:.1f}/s"


def format_left(seconds: float | None) -> str:
    """Write how long it will still take, "" where nobody knows."""
    if seconds is None:
        return ""
    whole = max(1, math.ceil(seconds))
    if whole < MINUTE:
        return f"{whole} s left"
    minutes = math.ceil(seconds / MINUTE)
    if minutes * MINUTE < HOUR:
        return f"{minutes} min left"
    hours, minutes = divmod(minutes, HOUR // MINUTE)
    return f"{hours} h {minutes} min left" if minutes else f"{hours} h left"


def pace_words(rate: float | None, seconds: float | None) -> list[str]:
    """List what is known of a pace."""
    return [words for words in (format_rate(rate), format_left(seconds)) if words]

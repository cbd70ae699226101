"""What the header tells: whose and where the service is, and how fresh the screen is."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import wait_words
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.ages import MINUTE, format_elapsed
from xcoll_tui.ui.widgets.header_footer import HeaderFacts

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session

_LONG_WAIT = 10.0
"""Seconds of waiting that a person may want to cut short."""


def place_of(
    session: "Session | None",
    facts: tuple[str, ...],
    mode: str,
    now: float,
    run_key: Callable[[], str] = str,
    *,
    seen_at: float | None = None,
) -> HeaderFacts:
    """Tell where the person is; a wait goes before a run, and that before how old the rows are.

    `run_key` returns the key that brings a run back. `seen_at` is when the collections were read
    that an earlier session has seen, while they are shown.
    """
    seen = "" if seen_at is None else _format_read(now - seen_at)
    if session is None:
        return HeaderFacts(facts, f"{seen} · loading…" if seen else "", mode=mode)
    if session.key_info is not None and session.key_info.name:
        facts = (session.key_info.name, *facts)
    waiting = session.waiting
    if waiting is not None:
        seconds = waiting.until - now
        sentence = f"{waiting.reason} · next try in {wait_words(seconds)}"
        if seconds >= _LONG_WAIT:
            sentence += f" · {key_for('refresh')} tries now"
        return HeaderFacts(facts, sentence, alert=True, mode=mode)
    if running := session.running:
        from xcoll_tui.ui.presentation.run_lines import header_words  # noqa: PLC0415 - not for the first frame

        return HeaderFacts(facts, header_words(running, run_key()), mode=mode)
    feed = session.documents or session.collections
    if feed.loaded_at is not None:
        seen = ""
    if feed.loading or feed.refreshing:
        state = f"{seen} · loading…" if seen else "loading…"
    else:
        state = seen if feed.loaded_at is None else _format_read(now - feed.loaded_at)
    return HeaderFacts(facts, state, mode=mode)


def _format_read(age: float) -> str:
    # By minutes: seconds would write to the terminal while nothing happens.
    return f"read {format_elapsed(age)}" if age >= MINUTE else "just read"

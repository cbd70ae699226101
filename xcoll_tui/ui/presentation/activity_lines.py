"""The activity as lines: pure."""

from collections.abc import Sequence
from typing import NamedTuple

from xcoll_tui.session.bulk.run import BulkRun
from xcoll_tui.session.bulk.undo import UndoStack
from xcoll_tui.session.writes.activity import Activity, Entry
from xcoll_tui.session.writes.outcome import Verdict
from xcoll_tui.session.writes.undo_entry import UndoEntry
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.ages import Clock, format_elapsed
from xcoll_tui.ui.presentation.copies import curl
from xcoll_tui.ui.presentation.run_lines import ENDS, sum_up
from xcoll_tui.ui.presentation.undo_lines import with_versions


class ActivityLine(NamedTuple):
    """A write or a request, as a row."""

    key: str
    at: str
    title: str
    outcome: str
    tone: str
    left: str
    """What can still be done, or how long it took."""
    message: str
    copied: str
    """What `c` copies: an ID, or a request as curl with the key as a variable."""
    opens: bool = False
    """Whether there is a list behind it: a run of many."""


_OUTCOMES = {
    Verdict.DONE: ("● done", "ready"),
    Verdict.ALREADY: ("● so already", "ready"),
    **{verdict: (f"{glyph} {word}", tone) for verdict, (glyph, word, tone) in ENDS.items()},
}


def write_lines(activity: Activity, undo_stack: UndoStack, clock: Clock) -> Sequence[ActivityLine]:
    """List the writes, the newest first; `z` takes the newest of those that can be undone."""
    now, next_undone = clock(), undo_stack.newest
    return [_write_line(entry, now, next_undone) for entry in reversed(activity.entries)]


def _write_line(entry: Entry, now: float, next_undone: UndoEntry | None) -> ActivityLine:
    target = entry.target
    of_collection = target.file_id is None and entry.run is None
    where = f" · {target.collection_name}" if target.collection_name and not of_collection else ""
    outcome, tone, sentence = "… under way", "indexing", ""
    run = entry.run
    if isinstance(run, BulkRun):
        if run.state == "over":
            outcome = sum_up(run)
            tone = "failed" if run.failed else "ready"
        sentence = run.stopped or ""
    elif entry.outcome is not None:
        outcome, tone = _OUTCOMES[entry.outcome.verdict]
        sentence = with_versions(entry.outcome)
    name = target.name or target.file_id or target.collection_name or target.collection_id
    undo, why_not = _undo_words(entry, next_undone)
    return ActivityLine(
        str(entry.number),
        format_elapsed(now - entry.at),
        f"{entry.operation} {name}{where}",
        outcome,
        tone,
        undo,
        " ".join(part for part in (sentence, why_not) if part),
        target.file_id or target.collection_id,
        isinstance(run, BulkRun),
    )


def _undo_words(entry: Entry, next_undone: UndoEntry | None) -> tuple[str, str]:
    """Return what can still be done about a write, and why nothing can as a sentence."""
    logged = None if entry.log is None else entry.log.entry
    if logged is None:
        return "", ""
    if logged is next_undone:
        return f"{key_for('write.undo')} undoes it", ""
    if logged.state == "possible":
        return f"{key_for('write.undo_log')} undoes it", ""
    if logged.state == "undone":
        return "undone", ""
    reason = f"It cannot be undone. {logged.reason}" if logged.state == "dead" else ""
    return "", reason


def request_lines(
    activity: Activity, clock: Clock, base_url: str, variable: str
) -> Sequence[ActivityLine]:
    """List the last requests, the newest first; what is copied is curl, without the key."""
    now = clock()
    lines = []
    for number, record in enumerate(activity.requests):
        ok = record.status is not None and record.status < 400 and record.error is None
        outcome = str(record.status) if record.status is not None else "no answer"
        lines.append(
            ActivityLine(
                str(number),
                format_elapsed(now - record.started_at),
                f"{record.method} {record.path}",
                outcome,
                "ready" if ok else "failed",
                f"{record.duration * 1000:.0f} ms",
                record.error or "",
                curl(record.method, f"{base_url}{record.path}", variable),
            )
        )
    return lines[::-1]

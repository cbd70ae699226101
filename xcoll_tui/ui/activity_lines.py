"""The activity as lines: pure."""

import shlex
from collections.abc import Sequence

from xcoll_tui.session.activity import IMPOSSIBLE, POSSIBLE, UNDONE, Activity, Entry
from xcoll_tui.session.bulk_run import BulkRun
from xcoll_tui.session.journal import Journal
from xcoll_tui.session.outcome import Verdict
from xcoll_tui.ui.ages import Clock, format_elapsed
from xcoll_tui.ui.errors import without_requests
from xcoll_tui.ui.screens.activity import Line

_OUTCOMES = {
    Verdict.DONE: ("● done", "ready"),
    Verdict.ALREADY: ("● so already", "ready"),
    Verdict.FAILED: ("✗ failed", "failed"),
    Verdict.UNKNOWN: ("? not known", "indexing"),
    Verdict.IGNORED: ("✗ not applied", "failed"),
    Verdict.CHANGED: ("✗ changed meanwhile", "failed"),
    Verdict.CANCELLED: ("○ not sent", "quiet"),
}
_UNDO = {POSSIBLE: "after the newer ones", UNDONE: "undone", IMPOSSIBLE: ""}


def write_lines(activity: Activity, journal: Journal, clock: Clock) -> Sequence[Line]:
    """List the writes, the newest first; `z` takes the newest of those that can be undone."""
    now, next_undone = clock(), journal.newest
    return [
        _write_line(entry, now, is_next=entry is next_undone)
        for entry in reversed(activity.entries)
    ]


def _write_line(entry: Entry, now: float, *, is_next: bool) -> Line:
    target = entry.target
    of_collection = target.file_id is None and entry.run is None
    where = f" · {target.collection_name}" if target.collection_name and not of_collection else ""
    outcome, tone, said = "… under way", "indexing", ""
    run = entry.run
    if isinstance(run, BulkRun):
        if run.state == "over":
            outcome = f"{run.done:,} done" + (f", {run.failed:,} failed" if run.failed else "")
            tone = "failed" if run.failed else "ready"
        said = run.stopped or ""
    elif entry.outcome is not None:
        outcome, tone = _OUTCOMES[entry.outcome.verdict]
        said = without_requests(entry.outcome.said)
    name = target.name or target.file_id or target.collection_name or target.collection_id
    return Line(
        str(entry.number),
        format_elapsed(now - entry.at),
        f"{entry.operation} {name}{where}",
        outcome,
        tone,
        "z undoes it" if is_next else _UNDO.get(entry.undo, ""),
        " ".join(part for part in (said, entry.undo if entry.undo not in _UNDO else "") if part),
        target.file_id or target.collection_id,
    )


def request_lines(activity: Activity, clock: Clock, base_url: str) -> Sequence[Line]:
    """List the last requests, the newest first; what is copied is curl, without the key."""
    now = clock()
    lines = []
    for number, record in enumerate(activity.requests):
        ok = record.status is not None and record.status < 400 and record.error is None
        outcome = str(record.status) if record.status is not None else "no answer"
        url = shlex.quote(f"{base_url}{record.path}")
        method = "" if record.method == "GET" else f"-X {record.method} "
        lines.append(
            Line(
                str(number),
                format_elapsed(now - record.started_at),
                f"{record.method} {record.path}",
                outcome,
                "ready" if ok else "failed",
                f"{record.duration * 1000:.0f} ms",
                record.error or "",
                f'curl {method}-H "Authorization: Bearer $XAI_MANAGEMENT_API_KEY" {url}',
            )
        )
    return lines[::-1]

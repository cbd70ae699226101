"""A run of many writes as it is shown: pure."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from xcoll_tui.api.errors import wait_words
from xcoll_tui.session.bulk.run import BulkRun
from xcoll_tui.session.writes.outcome import Operation, Outcome, Verdict
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.paces import pace_words
from xcoll_tui.ui.presentation.undo_lines import with_versions

_DOING = {
    Operation.ATTACH: "Attaching",
    Operation.UPLOAD: "Uploading",
    Operation.REMOVE: "Removing",
    Operation.REINDEX: "Re-indexing",
    Operation.EDIT: "Setting a field of",
}
_UNDOING = {**_DOING, Operation.EDIT: "Putting back the fields of"}
_DONE = {
    Operation.ATTACH: ("attached", "already there"),
    Operation.UPLOAD: ("uploaded", "already there"),
    Operation.REMOVE: ("removed", "gone already"),
    Operation.REINDEX: ("ready", "ready"),
    Operation.EDIT: ("saved", "as it was"),
}
ENDS: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.ASKED: ("◌", "asked for", "indexing"),
    Verdict.FAILED: ("✗", "failed", "failed"),
    Verdict.UNSHOWN: ("?", "not shown yet", "indexing"),
    Verdict.UNKNOWN: ("?", "not known", "indexing"),
    Verdict.IGNORED: ("✗", "not applied", "failed"),
    Verdict.CONFLICT: ("✗", "changed meanwhile", "failed"),
    Verdict.CANCELLED: ("○", "not sent", "quiet"),
}
"""Glyph, word and tone of each end but those whose words go by the operation."""

_LONG_WAIT = 10.0
"""Seconds of waiting that a person may want to cut short."""
_UNSEEN = (Verdict.UNSHOWN, Verdict.UNKNOWN)
"""Neither done nor failed, as far as anybody can tell."""


SEPARATOR = " · "
"""What stands between the numbers of a tally."""


class RunRow(NamedTuple):
    """The outcome for one target, as a row."""

    key: str
    name: str
    glyph: str
    word: str
    tone: str
    message: str
    is_failure: bool = False
    """Whether it is not so, or not known to be."""


class RunView(NamedTuple):
    """A run as it stands; names and sentences may be text of the service's."""

    title: str
    total: int
    done: int
    failed: int
    tally: str
    """How many came to which end."""
    rate: float
    """Ended a second, lately."""
    note: str
    """What holds it up, or how it ended."""
    over: bool
    can_retry: bool
    ended: int
    """How many have ended; their rows stay where they are, and new ones come behind them."""
    rows_from: Callable[[int], Sequence[RunRow]]
    """Returns the rows of those that ended after so many."""
    corrected: int = 0
    """How often one that had ended became another."""
    rows_corrected: Callable[[int], Sequence[RunRow]] = lambda _start: ()
    """Returns the rows of those that did after so many times."""
    seconds_left: float | None = None
    """How long it will still take, None while that is not known."""
    failed_ids: Callable[[], Sequence[str]] = tuple
    """Returns the IDs of what failed, and of what nobody knows the end of."""
    noun: str = "ID"
    """What those are."""

    @property
    def numbers(self) -> list[str]:
        """What is told behind the bar."""
        numbers = self.tally.split(SEPARATOR)
        return numbers if self.over else [*numbers, *pace_words(self.rate, self.seconds_left)]


def view_of(run: BulkRun, name: str, now: float, *, undo: bool = False) -> RunView:
    """Show a run as it stands; `name` is its collection's, `undo` says that it undoes another."""
    note = run.stopped or ""
    if run.paused_until is not None:
        seconds = run.paused_until - now
        note = f"the service asks to wait {wait_words(seconds)}"
        note += f" · {key_for('refresh')} continues now" if seconds >= _LONG_WAIT else ""
    elif run.state == "cancelling" and not note:
        note = "cancelling: what was sent is carried through"
    elif run.failed_again and not note:
        note = f"{key_for('filter.failed')} shows those that failed again"
    return RunView(
        f"{_title(run, undo=undo)} · {name}",
        run.total,
        run.done - run.asked if run.operation is Operation.REINDEX else run.done,
        run.failed,
        SEPARATOR.join(_tally(run)),
        run.rate,
        note,
        run.state == "over",
        run.can_retry and not undo,
        len(run.outcomes),
        partial(_rows_from, run),
        len(run.corrected),
        partial(_rows_corrected, run),
        run.seconds_left,
        partial(_failed_ids, run),
    )


def _title(run: BulkRun, *, undo: bool) -> str:
    """Say what is being done, or what was done when it is over."""
    lead = "Undo: " if undo else ""
    if run.state == "over":
        done = "re-indexed: " if _is_indexed(run) else ""
        words = f"{done}{sum_up(run)}"
        return f"{lead}{words}" if lead else words[0].upper() + words[1:]
    doing = (_UNDOING if undo else _DOING).get(run.operation, run.operation.capitalize())
    return f"{lead}{doing} {format_many(run.total, 'document')}"


def header_words(runs: Sequence[BulkRun], key: str) -> str:
    """Tell how far the newest run is that is not over, for the header; `key` brings it back."""
    if not runs:
        return ""
    run = runs[-1]
    words = [f"⟳ {run.total - run.left:,}/{run.total:,}"]
    if run.state == "cancelling":
        words.append("cancelling")
    words += pace_words(run.rate, run.seconds_left)
    if len(runs) > 1:
        words.append(f"{len(runs)} runs")
    return SEPARATOR.join([*words, f"{key} shows it"])


def end_words(run: BulkRun, name: str) -> str:
    """Say in passing what became of a run on the collection of that name."""
    return f"{name}{' re-indexed' if _is_indexed(run) else ''}: {sum_up(run)}"


def _is_indexed(run: BulkRun) -> bool:
    """Tell whether documents were indexed again, and all of that has come to an end."""
    return run.operation is Operation.REINDEX and not run.asked


def sum_up(run: BulkRun) -> str:
    """Say in passing what became of a run, as a clause."""
    return ", ".join(_tally(run, passing=True))


def _tally(run: BulkRun, *, passing: bool = False) -> list[str]:
    """List how many came to which end; nothing is called done that is only asked for."""
    unseen = {verdict: run.counts[verdict] for verdict in _UNSEEN if run.counts[verdict]}
    failed = run.failed - sum(unseen.values())
    if run.operation is Operation.REINDEX:
        parts = _tally_of_indexing(run)
        failed -= run.failed_again
    else:
        word = _DONE.get(run.operation, ("done", ""))[0] if passing else "done"
        parts = [f"{run.done:,} {word}"]
    if failed or not (passing or run.operation is Operation.REINDEX):
        parts.append(f"{failed:,} failed")
    parts += [f"{count:,} {ENDS[verdict][1]}" for verdict, count in unseen.items()]
    if run.state != "over" and run.left:
        parts.append(f"{run.left:,} left")
    if run.unsent:
        parts.append(f"{run.unsent:,} not sent")
    return parts


def _tally_of_indexing(run: BulkRun) -> list[str]:
    again, asked = run.failed_again, run.asked
    ready = run.done - asked
    parts = [f"{run.done + again:,} asked for"]
    if run.state == "over" and not asked:
        parts.clear()  # all of them came to an end, and only that counts
    if run.indexing:
        parts.append(f"{len(run.indexing):,} indexing")
    if ready or not parts:
        parts.append(f"{ready:,} ready")
    if again:
        parts.append(f"{again:,} failed again")
    return parts


def _rows_from(run: BulkRun, start: int) -> Sequence[RunRow]:
    return [_row(run, outcome) for outcome in islice(run.outcomes.values(), start, None)]


def _failed_ids(run: BulkRun) -> Sequence[str]:
    return [outcome.target.file_id or "" for outcome in run.failures]


def _rows_corrected(run: BulkRun, start: int) -> Sequence[RunRow]:
    return [
        _row(run, run.outcomes[file_id])
        for file_id in dict.fromkeys(run.corrected[start:])
        if file_id in run.outcomes
    ]


def _row(run: BulkRun, outcome: Outcome) -> RunRow:
    file_id = outcome.target.file_id or ""
    name = outcome.target.name or file_id
    if outcome.verdict in {Verdict.DONE, Verdict.ALREADY}:
        words = _DONE.get(outcome.operation, ("done", "done"))
        return RunRow(file_id, name, "●", words[outcome.verdict is Verdict.ALREADY], "ready", "")
    glyph, word, tone = ENDS[outcome.verdict]
    sentence = with_versions(outcome)
    if outcome.verdict is Verdict.ASKED:
        word = "indexing" if file_id in run.indexing else word
        sentence = sentence if outcome.error is not None else ""
    elif outcome.verdict is Verdict.CANCELLED:
        sentence = ""
    elif outcome.operation is Operation.REINDEX and outcome.reindexed:
        word = "failed again" if outcome.verdict is Verdict.FAILED else word
    is_failure = not outcome.ok and outcome.verdict is not Verdict.CANCELLED
    return RunRow(file_id, name, glyph, word, tone, sentence, is_failure)

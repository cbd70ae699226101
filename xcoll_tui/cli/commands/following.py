"""Writes under way on the command line: each result as it comes, and what went out at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from xcoll_tui import signals
from xcoll_tui.cli.commands.results import Result, Results
from xcoll_tui.cli.parser import EXIT_FAILED
from xcoll_tui.session.events import Progress
from xcoll_tui.session.writes.outcome import Outcome, Verdict

if TYPE_CHECKING:
    from xcoll_tui.cli.commands.output import Output
    from xcoll_tui.session.bulk.run import BulkRun
    from xcoll_tui.session.events import Event
    from xcoll_tui.session.session import Session

R = TypeVar("R")

_TELLING = 0.8
"""Seconds before the end by force that are kept for telling what went out."""
_PATIENCE = 1.5
"""Seconds without a result before it is said what is waited for."""
_WAITING = "Waiting until the service shows what came of it: its reads may be behind its writes."
_WAITING_FOR_INDEX = "Waiting until their indexing has ended."
_UNSEEN = "It was under way when this was interrupted; its result is not known."


async def follow_run(
    session: "Session",
    run: "BulkRun",
    output: "Output",
    *,
    columns: Sequence[str] = ("file_id",),
    until_indexed: bool = False,
) -> int:
    """Write the results of a run as they come, and return the exit code.

    `columns` are those of `Results`. With `until_indexed` what was asked for is written when it was
    seen to have ended, or is looked at no more. Cancelled, it sends nothing more, and tells what
    went out.
    """
    results = Results(output, columns)
    following = Following(session, output, results, first=run, until_indexed=until_indexed)
    await following.see_through(run.wait(), run.total)
    results.end()
    if run.stopped is not None:
        output.warn(run.stopped)
    return EXIT_FAILED if following.failed else 0


async def carry_through(work: Awaitable[Outcome], output: "Output") -> Outcome:
    """Return the outcome of one write; cancelled, tell what came of it, as far as is seen."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task], timeout=_PATIENCE)
        if not task.done():
            output.note(_WAITING)
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_grace())
        output.warn(_sentence_of(task))
        raise


def _grace() -> float:
    """Return how many seconds what was sent has to end; on a busy machine some are gone already."""
    return max(0.0, signals.time_left() - _TELLING)


def _sentence_of(task: "asyncio.Future[R]") -> str:
    """Say what came of one write, as far as is seen."""
    if task.done() and not task.cancelled() and task.exception() is None:
        outcome = task.result()
        if isinstance(outcome, Outcome):
            return outcome.message
    return _UNSEEN


class Following:
    """The runs that some work starts, followed until all of their results are written.

    `first` is the first run, where it was started already. `counted` is what the progress shows in
    the place of documents: a noun, how many there are, and how many are done. `failed` counts what
    did not go well, and with `until_indexed` also what was asked for and not seen to end.
    """

    def __init__(
        self,
        session: "Session",
        output: "Output",
        results: Results,
        *,
        first: "BulkRun | None" = None,
        until_indexed: bool = False,
        counted: tuple[str, int, Callable[[], int]] | None = None,
    ) -> None:
        self.failed = 0
        self._session = session
        self._output = output
        self._results = results
        self._before = len(session.bulk.runs) - (first is not None)
        self._until_indexed = until_indexed
        self._counted = counted
        self._followed: list[_FollowedRun] = []

    async def see_through(self, work: Awaitable[R], total: int | None = None) -> R:
        """Await the work, and return what it does.

        Cancelled, it sends nothing more, and writes what went out.
        """
        task, news = asyncio.ensure_future(work), asyncio.Event()
        task.add_done_callback(lambda _: news.set())

        def note(event: "Event") -> None:
            if isinstance(event, Progress):
                news.set()

        unsubscribe = self._session.subscribe(note)
        noun, total, count = self._counted or ("documents", total, lambda: written)
        progress, written, waits = self._output.progress(noun, total), 0, False
        try:
            while True:
                news.clear()
                is_over = task.done()
                for followed in self._runs():
                    outcomes = followed.take_new()
                    self._write(outcomes)
                    written += len(outcomes)
                    is_over = is_over and followed.is_over
                progress.update(count())
                if is_over:
                    return task.result()
                if not waits and not await _comes_soon(news):
                    waits = True
                    self._output.note(_WAITING_FOR_INDEX if self._until_indexed else _WAITING)
                await news.wait()
        except asyncio.CancelledError:
            await self._break_off(task)
            raise
        except OSError:  # nobody reads the results any more
            await self._stop(task)
            raise
        finally:
            unsubscribe()
            self._output.end_progress()

    async def _break_off(self, task: "asyncio.Future[R]") -> None:
        """Send nothing more, and write what was sent; what does not end in time is not known."""
        await self._stop(task)
        self._output.end_progress()
        runs = self._runs()
        for followed in runs:
            run = followed.run
            self._write(followed.take_sent())
            self._results.write(
                Result.unseen(run.collection_id, item.file_id, item.name, _UNSEEN)
                for item in run.items
                if item.file_id in run.under_way
            )
        self._results.end()
        if runs:
            self._tell_counts([followed.run for followed in runs])
        else:
            self._output.warn(_sentence_of(task))

    async def _stop(self, task: "asyncio.Future[R]") -> None:
        for followed in self._runs():
            followed.run.cancel()
        await asyncio.wait([task], timeout=_grace())

    def _tell_counts(self, runs: "list[BulkRun]") -> None:
        done, failed = sum(run.done for run in runs), sum(run.failed for run in runs)
        unknown, total = sum(len(run.under_way) for run in runs), sum(run.total for run in runs)
        asked = sum(run.asked for run in runs)
        parts = [f"{done - asked:,} of {total:,} succeeded"]
        if asked:
            parts.append(f"{asked:,} were requested")
        if failed:
            parts.append(f"{failed:,} failed")
        if unknown:
            parts.append(f"{unknown:,} are not known")
        unsent = f"and {total - done - failed - unknown:,} were not sent"
        self._output.warn(f"Nothing more is sent: {', '.join([*parts, unsent])}.")

    def _runs(self) -> "list[_FollowedRun]":
        for run in self._session.bulk.runs[self._before + len(self._followed) :]:
            self._followed.append(_FollowedRun(run, until_indexed=self._until_indexed))
        return self._followed

    def _write(self, outcomes: list[Outcome]) -> None:
        self._results.write(Result.of(outcome) for outcome in outcomes)
        unseen = {Verdict.ASKED} if self._until_indexed else set()
        self.failed += sum(not outcome.ok or outcome.verdict in unseen for outcome in outcomes)


async def _comes_soon(news: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(news.wait(), _PATIENCE)
    except TimeoutError:
        return False
    return True


class _FollowedRun:
    """How far the results of a run were taken."""

    def __init__(self, run: "BulkRun", *, until_indexed: bool) -> None:
        self.run = run
        self._until_indexed = until_indexed
        self._taken = 0
        self._waiting: dict[str, None] = {}

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        taken = self._taken == len(self.run.outcomes)
        return self.run.state == "over" and taken and not self._waiting

    def take_new(self) -> list[Outcome]:
        """Return what has ended since."""
        run, ended = self.run, []
        if self.is_over:
            return []
        for file_id, outcome in islice(run.outcomes.items(), self._taken, None):
            self._taken += 1
            if self._until_indexed and file_id in run.following:
                self._waiting[file_id] = None
            else:
                ended.append(outcome)
        for file_id in [file_id for file_id in self._waiting if file_id not in run.following]:
            del self._waiting[file_id]
            ended.append(run.outcomes[file_id])
        return ended

    def take_sent(self) -> list[Outcome]:
        """Return the rest of what went out, however it stands."""
        ended = [self.run.outcomes[file_id] for file_id in self._waiting]
        ended += islice(self.run.outcomes.values(), self._taken, None)
        self._taken, self._waiting = len(self.run.outcomes), {}
        return [outcome for outcome in ended if outcome.verdict is not Verdict.CANCELLED]

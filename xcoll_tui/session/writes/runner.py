"""The runner of all writes: turns, the intent on the row, sending, looking, remembering."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakValueDictionary

from msgspec import Struct
from msgspec.structs import replace

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.lists.events import Departure
from xcoll_tui.session.writes.followups import Followups
from xcoll_tui.session.writes.judging import holds_fields, is_missing, was_refused
from xcoll_tui.session.writes.outcome import NotSent, Operation, Outcome, Verdict
from xcoll_tui.session.writes.read_back import LONGEST, ReadBack, Settled, Settling
from xcoll_tui.session.writes.write_log import WriteLog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from typing import Any

    from xcoll_tui.api.models import Collection, Document
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.learned import Learned
    from xcoll_tui.session.writes.activity import Activity
    from xcoll_tui.session.writes.followups import Correct
    from xcoll_tui.session.writes.outcome import Target
    from xcoll_tui.session.writes.row_updates import RowUpdates
    from xcoll_tui.session.writes.superseded import Superseded
    from xcoll_tui.session.writes.undo_log import UndoLog

S = TypeVar("S")

_LOOKING = {
    Operation.ATTACH: "attached? looking…",
    Operation.UPLOAD: "uploaded? looking…",
    Operation.REMOVE: "removed? looking…",
    Operation.CREATE: "created? looking…",
    Operation.DELETE: "deleted? looking…",
}


class WriteOptions(Struct, frozen=True):
    """In what circumstances a write is made.

    `slot` is held around each request that changes something, not around the looks that follow; it
    may raise NotSent on entering. `quiet`: it is a part of many, which have one entry in the
    activity and one undo together. `log` is the entry of the undo log that it belongs to, its own
    if None. `settling` is called when the write has been sent and does not show yet: whoever waits
    for its turn need not wait longer. `corrected` is told another outcome when the write shows
    after it was given up, `begun` that indexing was seen to begin, `followed` that what was asked
    for is looked at no more. `restores`: the file was a document here before, so a file that is not
    found went with it. `recent`: it takes back a write that reads may not know of yet, so what
    looks as it was before that write need not be so.
    """

    slot: AbstractAsyncContextManager[object] | None = None
    quiet: bool = False
    log: WriteLog | None = None
    settling: Callable[[], object] | None = None
    corrected: Callable[[Outcome], object] | None = None
    begun: Callable[[Target], object] | None = None
    followed: Callable[[Target], object] | None = None
    restores: bool = False
    recent: bool = False


PLAIN = WriteOptions()
"""A write by itself, which has its own turn, entry and undo."""


class ReadBackResult(Struct, frozen=True):
    """The result of reading back: a document, None for none, or the error that kept it from us."""

    document: Document | None = None
    error: ApiError | None = None

    @property
    def is_gone(self) -> bool:
        """Whether the service says that there is no such document."""
        return self.document is None and self.error is None

    def holds(self, fields: Mapping[str, Any]) -> bool:
        """Tell whether there is a document, and surely has these fields."""
        return self.document is not None and holds_fields(self.document, fields)


_ASKED = 50
"""Collections at most that are asked whether they have a file too."""


class UndoUnwritten(Exception):  # noqa: N818 - a fact about the disk; its text is a sentence
    """What would be needed for undo could not be written; nothing was sent."""


class WriteRunner:
    """The runner of writes: one at a time per document, each carried through to its end."""

    def __init__(
        self,
        context: SessionContext,
        rows: RowUpdates,
        activity: Activity,
        undo_log: UndoLog,
        *,
        superseded: Superseded,
        learned: Learned,
    ) -> None:
        self._context = context
        self.service = context.service
        self.rows = rows
        self.clock = context.clock
        self.sleep = context.sleep
        self.settling = Settling(context, learned)
        self.superseded = superseded
        self.learned = learned
        self.followups = Followups(context.watches)
        self.busy = 0
        self._read_back = ReadBack(context.service, context.watches)
        self._activity = activity
        self._undo_log = undo_log
        self._locks: WeakValueDictionary[tuple[str, str | None], asyncio.Lock] = (
            WeakValueDictionary()
        )
        self._log_of: dict[tuple[str, str | None], WriteLog] = {}
        self._sending: dict[tuple[str, str | None], Callable[[], object]] = {}
        self._removed: set[tuple[str, str | None]] = set()

    async def run(
        self,
        operation: Operation,
        target: Target,
        words: str,
        action: Callable[[], Awaitable[Outcome]],
        options: WriteOptions,
    ) -> Outcome:
        """Perform a write when it is this document's turn; `words` show meanwhile on its row.

        A caller that is cancelled leaves it running.
        """
        if self.service.read_only:
            sentence = f"Nothing was sent: xcoll is read-only. Leave read-only mode to {operation}"
            return Outcome(operation, target, Verdict.FAILED, f"{sentence} {target.shown}.")
        return await self._context.tasks.run(self._run(operation, target, words, action, options))

    async def _run(
        self,
        operation: Operation,
        target: Target,
        words: str,
        action: Callable[[], Awaitable[Outcome]],
        options: WriteOptions,
    ) -> Outcome:
        undo_log = None if options.quiet else self._undo_log
        log = options.log or WriteLog(undo_log, operation, target)
        entry = None if options.quiet else self._activity.begin(operation, target, log=log)
        place = target.place
        lock = self._locks.setdefault(place, asyncio.Lock())
        sentence = f"It was interrupted while it was under way; check {target.shown} again."
        outcome = Outcome(operation, target, Verdict.UNKNOWN, sentence)
        followup = None
        self.busy += 1
        try:
            async with lock:
                self.followups.end(place)
                self._log_of[place] = log
                try:
                    with self.rows.intent(target, words):
                        outcome = await action()
                finally:
                    del self._log_of[place]
                    followup = self.followups.take_planned(place)
        except NotSent:
            outcome = Outcome(operation, target, Verdict.CANCELLED, "It was not sent.")
        except UndoUnwritten as problem:
            sentence = f"Nothing was sent, and {target.shown} is as it was: {problem}"
            outcome = Outcome(operation, target, Verdict.FAILED, sentence)
        finally:
            self.busy -= 1
            log.end(outcome)
            if entry is not None:
                outcome = replace(outcome, entry=entry.number)
                self._activity.end(entry, outcome)
        if followup is not None:
            correct = partial(self._correct, log, options)
            self.followups.start(outcome, followup, correct, options.followed)
        return outcome

    def _correct(self, log: WriteLog, options: WriteOptions, outcome: Outcome) -> None:
        log.end(outcome)
        (options.corrected or self._activity.correct)(outcome)

    def note_collection_gone(self, collection_id: str, reason: str) -> None:
        """Take note that nothing that was written to a collection can be undone any more."""
        self._undo_log.mark_collection_gone(collection_id, reason)

    async def remember(
        self,
        target: Target,
        old: Mapping[str, Any] | None,
        new: Mapping[str, Any] | None,
        *,
        strategy: str = "",
    ) -> None:
        """Write to the undo log what a document holds, before a request that changes it.

        None stands for a document that is not there. Raises UndoUnwritten where what is there
        could not be written: then the request must not be sent.
        """
        log = self._log_of[target.place]
        # Whoever undoes it must tell what was sent from what was only meant.
        self._sending[target.place] = partial(log.mark_sent, target)
        try:
            await log.add(target, old, new, strategy=strategy)
        except OSError as problem:
            if old is not None:
                raise UndoUnwritten(str(problem)) from problem
            # Nothing is lost where nothing was: an attach only cannot be undone then.

    async def send(
        self,
        request: Callable[[], Awaitable[object]],
        options: WriteOptions = PLAIN,
        *,
        target: Target | None = None,
        before: Document | Collection | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> ApiError | None:
        """Send a request that changes something and return what went wrong, if anything did.

        With a target: it replaces what the document was before; a read may still show that.
        """
        try:
            async with options.slot or nullcontext():
                if target is not None and target.place in self._sending:
                    self._sending.pop(target.place)()
                await request()
        except ApiError as error:
            if target is not None and not was_refused(error):
                self.superseded.note(target, before, after)
            return error
        if target is not None:
            self.superseded.note(target, before, after)
        return None

    async def look(self, target: Target) -> ReadBackResult:
        """Read a document and show on its row how it is.

        A state that a write of ours replaced lately is not shown: it is old.
        """
        look = await self._read(target, confirm=False)
        if look.is_gone and self.rows.is_listed(target):
            # One replica that does not know it takes no row away.
            look = await self._read(target, confirm=False)
        self._show(target, look, Departure.ELSEWHERE)
        return look

    async def _read(self, target: Target, *, confirm: bool) -> ReadBackResult:
        try:
            return ReadBackResult(await self._read_back.read(*target.ids, confirm=confirm))
        except ApiError as error:
            return ReadBackResult(error=error)

    def _show(
        self, target: Target, look: ReadBackResult, departure: Departure, *, sure: bool = False
    ) -> None:
        behind = not sure and self.superseded.holds(target, look.document)
        if look.error is not None or behind:
            return
        self.superseded.show(target, look.document)
        if look.document is None:
            self.rows.gone(*target.ids, departure)
        else:
            self.rows.show(target.collection_id, look.document)

    async def settle(
        self,
        target: Target,
        options: WriteOptions,
        proved: Callable[[ReadBackResult], bool],
        *,
        operation: Operation = Operation.EDIT,
        departure: Departure = Departure.ELSEWHERE,
        within: float | None = None,
        learns: bool = True,
        lasting: bool = False,
        show: bool = True,
        error: ApiError | None = None,
    ) -> Settled[ReadBackResult]:
        """Look at a document until `proved` says that a write shows, or the time for it is over.

        With `lasting` what is wanted may be what was there before: then it must be seen for the
        whole settling time. What is seen last is shown on the row, unless `show` is False. With an
        `error` the write may have gone wrong: others like it wait until it is judged.
        """

        async def look(last: bool) -> ReadBackResult:
            # A batch leaves out what it does not find, and for the last look it must be sure.
            return await self._read(target, confirm=last)

        def wait() -> None:
            self.rows.change_intent(target, _LOOKING.get(operation, "saved? looking…"))
            if options.settling is not None and error is None:
                options.settling()

        settled = await self.settling.look(
            look,
            proved,
            ends=lambda seen: seen.error is not None,
            waiting=wait,
            within=within,
            lasting=lasting,
            learns=learns,
        )
        if not settled.proved and settled.seen.error is None:
            self.superseded.forget(target)  # it has lasted, so it is how things are
        if show:
            self._show(target, settled.seen, departure, sure=True)
        elif settled.seen.document is not None:
            self.superseded.show(target, settled.seen.document)
        return settled

    async def is_file_lost(self, target: Target, error: ApiError | None) -> bool:
        """Tell whether a file that was a document is gone; a 404 for the collection says nothing.

        That it went with its document is learned where the document was removed here.
        """
        if not is_missing(error):
            return False
        try:
            await self.service.get_collection(target.collection_id)
        except ApiError:
            return False
        if target.place in self._removed:
            self.learned.note_files("deleted")
        return True

    def note_removed(self, target: Target) -> None:
        """Take note that a document was seen gone: what becomes of its file now can be learned."""
        self._removed.add(target.place)

    def note_attached_again(self, target: Target) -> None:
        """Take note that a file outlived the document that was removed here.

        One that is a document elsewhere too says nothing of a file's last document.
        """
        if target.place not in self._removed:
            return
        self._removed.discard(target.place)
        if self.learned.files.value == "kept":
            self.learned.note_files("kept")
        else:
            self._context.watches.spawn(self._learn_kept(target))

    async def _learn_kept(self, target: Target) -> None:
        collection_ids = self.rows.all_collections()
        if collection_ids is None or len(collection_ids) > _ASKED:
            return
        for collection_id in collection_ids:
            if collection_id == target.collection_id:
                continue
            try:
                await self.service.get_document(collection_id, target.file_id or "")
            except ApiError as error:
                if is_missing(error):
                    continue
            return  # it is there as well, or that is not known
        self.learned.note_files("kept")

    def look_on(
        self,
        target: Target,
        look: Callable[[float], Awaitable[Settled[S]]],
        judge: Callable[[Settled[S]], Outcome],
        *,
        after: float,
    ) -> None:
        """Look on, in a followup, at a write that did not show for `after` seconds, till LONGEST.

        `look` is given the seconds that are left. When the write shows after all, its outcome
        becomes what `judge` makes of it.
        """

        async def watch(correct: Correct) -> None:
            settled = await look(max(LONGEST - after, 0.0))
            if settled.proved:
                self.learned.note_shown(after + settled.seconds)
                correct(judge(settled))

        self.followups.plan(target, watch)

    def keep_looking(
        self,
        target: Target,
        proved: Callable[[ReadBackResult], bool],
        outcome: Callable[[ReadBackResult], Outcome],
        *,
        never: Callable[[], object] = lambda: None,
        after: float,
    ) -> None:
        """Look on at a document; where its write never shows, `never` is called."""

        async def look(within: float) -> Settled[ReadBackResult]:
            settled = await self.settling.look(
                lambda last: self._read(target, confirm=last), proved, within=within, learns=False
            )
            if settled.proved:
                self._show(target, settled.seen, Departure.REMOVED)
            elif settled.seen.error is None:
                never()
            return settled

        self.look_on(target, look, lambda settled: outcome(settled.seen), after=after)

    async def watch(
        self,
        target: Target,
        proved: Callable[[ReadBackResult], bool],
        *,
        within: float,
        slowest: float,
        lasting: bool = False,
    ) -> Settled[ReadBackResult]:
        """Look at a document at leisure, show each look on its row, and learn nothing from it."""

        async def look(_last: bool) -> ReadBackResult:
            return await self.look(target)

        return await self.settling.look(
            look, proved, within=within, slowest=slowest, lasting=lasting, learns=False
        )

"""What all writes share: taking turns, showing the intent, sending, reading back, remembering."""

from __future__ import annotations

import asyncio
import re
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from xcoll_tui.api.errors import (
    ApiError,
    NotFound,
    RateLimited,
    ReadOnly,
    Refused,
    Rejected,
    Unreachable,
)
from xcoll_tui.session.activity import IMPOSSIBLE
from xcoll_tui.session.indexing import GONE
from xcoll_tui.session.outcome import NotSent, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.activity import Activity
    from xcoll_tui.session.journal import Journal, Undo
    from xcoll_tui.session.lasting import Lasting
    from xcoll_tui.session.outcome import Operation, Target
    from xcoll_tui.session.read_back import ReadBack
    from xcoll_tui.session.rows import Rows
    from xcoll_tui.session.service import Service


@dataclass(frozen=True)
class How:
    """In what circumstances a write is made.

    `slot` is held around each request that changes something. `quiet`: it is a part of many, which
    have one entry in the activity and one undo together. `undoes`: it undoes another.
    """

    slot: AbstractAsyncContextManager[object] | None = None
    quiet: bool = False
    undoes: bool = False


@dataclass(frozen=True)
class Look:
    """What reading back showed: a document, None for none, or the error that kept it from us."""

    document: Document | None = None
    error: ApiError | None = None

    @property
    def is_gone(self) -> bool:
        """Whether the service says that there is no such document."""
        return self.document is None and self.error is None


@dataclass(frozen=True)
class Done:
    """An outcome, and how it can be undone; a text says why it cannot."""

    outcome: Outcome
    undo: Undo | str = IMPOSSIBLE


class Stage:
    """Where writes are performed: one at a time per document, each carried through to its end."""

    def __init__(
        self,
        service: Service,
        read_back: ReadBack,
        rows: Rows,
        activity: Activity,
        journal: Journal,
        *,
        lasting: Lasting,
        clock: Callable[[], float],
    ) -> None:
        self.service = service
        self.rows = rows
        self.clock = clock
        self.busy = 0
        self._read_back = read_back
        self._activity = activity
        self._journal = journal
        self._lasting = lasting
        self._locks: WeakValueDictionary[tuple[str, str | None], asyncio.Lock] = (
            WeakValueDictionary()
        )

    async def perform(
        self,
        operation: Operation,
        target: Target,
        words: str,
        act: Callable[[], Awaitable[Done]],
        how: How,
    ) -> Outcome:
        """Perform a write when it is this document's turn; `words` show meanwhile on its row.

        A caller that is cancelled leaves it running.
        """
        if self.service.read_only:
            said = f"Nothing was sent: xcoll is read-only. Leave that mode to {operation}"
            return Outcome(operation, target, Verdict.FAILED, f"{said} {target.shown}.")
        return await self._lasting.run(self._perform(operation, target, words, act, how))

    async def _perform(
        self,
        operation: Operation,
        target: Target,
        words: str,
        act: Callable[[], Awaitable[Done]],
        how: How,
    ) -> Outcome:
        entry = None if how.quiet else self._activity.begin(operation, target)
        place = target.collection_id, target.file_id
        lock = self._locks.setdefault(place, asyncio.Lock())
        said = f"It was broken off while it was under way; look at {target.shown} again."
        done = Done(Outcome(operation, target, Verdict.UNKNOWN, said))
        self.busy += 1
        try:
            async with lock:
                with self.rows.intent(target, words):
                    done = await act()
        except NotSent:
            done = Done(Outcome(operation, target, Verdict.CANCELLED, "It was not sent."))
        finally:
            self.busy -= 1
            if entry is not None:
                done = replace(done, outcome=replace(done.outcome, entry=entry.number))
                if isinstance(done.undo, str):
                    entry.undo = done.undo
                self._activity.end(entry, done.outcome)
        if entry is not None and not isinstance(done.undo, str) and not how.undoes:
            self._journal.record(entry, done.undo)
        return done.outcome

    async def send(self, request: Callable[[], Awaitable[object]], how: How) -> ApiError | None:
        """Send a request that changes something and return what went wrong, if anything did."""
        try:
            async with how.slot or nullcontext():
                await request()
        except ApiError as error:
            return error
        return None

    async def look(self, target: Target, *, why: str = GONE, confirm: bool = True) -> Look:
        """Read a document and show on its row how it is; `why` is said of one that is gone."""
        collection_id, file_id = target.collection_id, target.file_id or ""
        try:
            document = await self._read_back.read(collection_id, file_id, confirm=confirm)
        except ApiError as error:
            return Look(error=error)
        if document is None:
            self.rows.gone(collection_id, file_id, why)
        else:
            self.rows.show(collection_id, document)
        return Look(document)


def was_not_sent(error: ApiError) -> bool:
    """Tell whether a write that failed certainly never reached the service."""
    return isinstance(error, Refused | ReadOnly | Unreachable) and not error.outcome_unknown


def was_refused(error: ApiError | None) -> bool:
    """Tell whether the service said no, or never heard of it: then nothing can have changed.

    A 429 is not trusted as far: it comes from whatever stands before the service.
    """
    if error is None or error.outcome_unknown or isinstance(error, RateLimited):
        return False
    return isinstance(error, Rejected) or was_not_sent(error)


def same_fields(shown: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Tell whether fields are those that were wanted: no other value, and no key left over.

    A wanted field that is empty may be absent, since a service may drop empty values; one that was
    to be absent may not be there empty.
    """
    return shown.keys() <= wanted.keys() and all(
        shown.get(key, "") == value for key, value in wanted.items()
    )


def holds_fields(document: Document, wanted: Mapping[str, str]) -> bool:
    """Tell whether a document surely has the wanted fields.

    Of one that could not be read in full, fields that are empty may be among what was dropped.
    """
    unsure = document.unreadable is not None and not document.fields
    return not unsure and same_fields(document.fields, wanted)


def named_field(error: ApiError | None, keys: Iterable[str], *, sure: bool = False) -> str | None:
    """Return the key that a refusal names, the first one in its text; None if it names none.

    A key in quotation marks, or after `fields.`, wins over a bare word; with `sure` nothing else
    counts.
    """
    if error is None or not error.message:
        return None
    known = [key for key in keys if key]
    patterns = [r"""(?:["'`“]|\bfields\.){}(?:["'`”]|\b)"""]
    if not sure:
        patterns.append(r"(?<!\w){}(?!\w)")
    for pattern in patterns:
        found = [
            (match.start(), -len(key), key)
            for key in known
            if (match := re.search(pattern.replace("{}", re.escape(key)), error.message))
        ]
        if found:
            return min(found)[2]
    return None


def told(error: ApiError | None) -> str:
    """Return a failure's own words as the end of a sentence's paragraph, "" without one."""
    return "" if error is None else f" {error}"


def is_missing(error: ApiError | None) -> bool:
    """Tell whether the service said that something is not there, in words of its own."""
    return isinstance(error, NotFound) and (error.code is not None or bool(error.message))

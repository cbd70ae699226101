"""Planted defects, patched in memory: each must be noticed.

`python -m tests.endurance --mutants` plays seeds with each until it is noticed, and prints after
how many actions that was.
"""

# ruff: noqa: T201 - it speaks through its output

from __future__ import annotations

import asyncio
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import msgspec

from tests.endurance.play import play
from xcoll_tui.api import routes
from xcoll_tui.session.backup.writer import BackupWriter
from xcoll_tui.session.bulk.run import BulkRun
from xcoll_tui.session.context import BackgroundTasks
from xcoll_tui.session.lists.feed import Feed
from xcoll_tui.session.lists.freshness import Freshness
from xcoll_tui.session.lists.listing import Listing
from xcoll_tui.session.session import Session
from xcoll_tui.session.writes import collection_outcomes, document_outcomes, documents
from xcoll_tui.session.writes import collections as collection_writes
from xcoll_tui.session.writes.field_edit_attempt import FieldEditAttempt
from xcoll_tui.session.writes.outcome import Verdict
from xcoll_tui.session.writes.recovery import Recovery
from xcoll_tui.session.writes.replacement import Replacement
from xcoll_tui.session.writes.row_updates import RowUpdates
from xcoll_tui.session.writes.runner import WriteRunner
from xcoll_tui.session.writes.superseded import Superseded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEEDS = (7, 22, 16, 3, 4, 13, 1)


@contextmanager
def replacing(owner: Any, name: str, make_other: Callable[[Any], Any]) -> Iterator[None]:
    """Put another function in the place of one, made of it."""
    with patch.object(owner, name, make_other(getattr(owner, name))):
        yield


def told_done(judge):
    """Let a judge call done whatever it does not."""

    def judged(*arguments, **options):
        outcome = judge(*arguments, **options)
        if isinstance(outcome, tuple):
            return Verdict.DONE, outcome[1]
        if outcome is None or outcome.ok:
            return outcome
        return msgspec.structs.replace(outcome, verdict=Verdict.DONE)

    return judged


def nothing(_original):
    return lambda *_arguments, **_options: None


async def _no_end(_tasks):
    await asyncio.sleep(0)


def _leaking(note):
    kept: list[bytearray] = []

    def note_request(self, record):
        kept.append(bytearray(20_000))
        note(self, record)

    return note_request


def _holding_files(note):
    held = []

    def note_request(self, record):
        held.append(open("/dev/null"))  # noqa: SIM115, PTH123 - that is the defect
        note(self, record)

    return note_request


def _twice(create):
    async def do(self, draft, target):
        outcome = await create(self, draft, target)
        return outcome if outcome.ok else await create(self, draft, target)

    return do


def _miscounting(note):
    def noted(self, item, outcome):
        note(self, item, outcome)
        self.done += outcome.verdict is Verdict.CANCELLED

    return noted


def _forgetting_fields(remember):
    def remembered(self, target, old, new, **options):
        old = {**old, "note": "never"} if isinstance(old, dict) else old
        return remember(self, target, old, new, **options)

    return remembered


def _shortened(add_page):
    def added(self, end, items, token):
        return add_page(self, end, list(items)[: -1 if token else None], token)

    return added


def _missing_one(add):
    def added(self, documents):
        return add(self, documents[1:]) + bool(documents)

    return added


def _always_forgotten(_close):
    async def closed(self, entry):
        await self._recovery.forget(entry)

    return closed


def _not_awaited(settle):
    async def settled(self, target, options, _proved, **given):
        return await settle(self, target, options, lambda _: True, **given)

    return settled


def _never_cleared(intent):
    @contextmanager
    def kept(self, target, words):
        with intent(self, target, words):
            yield
        self._intents[target.place] = words

    return kept


class _NoLocks(dict):
    def setdefault(self, _place, lock):
        return lock


def _without_locks(init):
    def made(self, *arguments, **options):
        init(self, *arguments, **options)
        self._locks = _NoLocks()

    return made


MUTANTS: dict[str, tuple[tuple[Any, str, Callable[[Any], Any]], ...]] = {
    "an edit that is called saved": ((FieldEditAttempt, "judge", told_done),),
    "an attach that is called done": ((documents, "attached", told_done),),
    "a removal that is called done": ((documents, "removed", told_done),),
    "a change of a collection that is called saved": ((collection_writes, "updated", told_done),),
    "a deletion that is called done": ((collection_writes, "deleted", told_done),),
    "what is not known is called failed": (
        (document_outcomes, "was_refused", lambda _: lambda error: error is not None),
        (collection_outcomes, "was_refused", lambda _: lambda error: error is not None),
        (documents, "is_settled_refusal", lambda _: lambda error: error is not None),
    ),
    "a write that is not read back": ((WriteRunner, "settle", _not_awaited),),
    "a create that is sent twice": (
        (
            routes,
            "CREATE_COLLECTION",
            lambda route: msgspec.structs.replace(route, repeatable=routes.Repeatable.ALWAYS),
        ),
    ),
    "wrong counts of a run": ((BulkRun, "_note", _miscounting),),
    "a count that is not corrected": ((RowUpdates, "count", nothing),),
    "rows that are not removed": ((RowUpdates, "gone", nothing),),
    "rows that are not renewed": ((Feed, "put", lambda _: lambda *_: True),),
    "a page that loses its last row": ((Listing, "add_page", _shortened),),
    "freshness switched off": ((Freshness, "newest", lambda _: lambda _self, rows, _: [*rows]),),
    "old states that are shown": (
        (Superseded, "correct", lambda _: lambda _self, _id, rows: [*rows]),
        (Superseded, "holds", lambda _: lambda *_: False),
    ),
    "an old state that proves a write": ((Superseded, "was_lately", lambda _: lambda *_: False),),
    "undo data that are not what was": ((WriteRunner, "remember", _forgetting_fields),),
    "a record that is dropped too early": ((Replacement, "_close", _always_forgotten),),
    "a record that is not listed": ((Recovery, "leave", nothing),),
    "a backup without a document": (
        (BackupWriter, "add", _missing_one),
        (BackupWriter, "check", nothing),
    ),
    "two writes to a document at once": ((WriteRunner, "__init__", _without_locks),),
    "an intent that stays": ((RowUpdates, "intent", _never_cleared),),
    "tasks that are not ended": ((BackgroundTasks, "end", lambda _: _no_end),),
    "memory that is kept": ((Session, "note_request", _leaking),),
    "files that stay open": ((Session, "note_request", _holding_files),),
}
"""Each a list of what is replaced: the owner, the name, and what makes the other of it."""


def notice(name: str, actions: int) -> tuple[int, str]:
    """Play with a mutant until it is noticed; return the actions played, and how it was."""
    played = 0
    for seed in SEEDS:
        with ExitStack() as stack:
            for owner, attribute, make_other in MUTANTS[name]:
                stack.enter_context(replacing(owner, attribute, make_other))
            result = play(seed, actions)
        played += result.actions
        if result.wrong:
            return played, result.wrong
    return played, ""


def main(actions: int) -> int:
    """Try all of them; return 1 if one was not noticed."""
    missed = 0
    for name in MUTANTS:
        played, wrong = notice(name, actions)
        missed += not wrong
        words = f"noticed after {played:,} actions" if wrong else f"NOT noticed in {played:,}"
        print(f"{name}: {words}. {wrong[:110]}", flush=True)
    print(f"{len(MUTANTS) - missed} of {len(MUTANTS)} noticed")
    return 1 if missed else 0

"""Undo and redo: names what it does, asks where something could be lost, and never runs twice."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from xcoll_tui.api.errors import ApiError, NotFound
from xcoll_tui.session.bulk.run import BulkRun
from xcoll_tui.session.bulk.undo import UndoPlan, UndoStack
from xcoll_tui.session.learned import Fact
from xcoll_tui.session.writes.judging import is_missing
from xcoll_tui.session.writes.outcome import Outcome, Verdict
from xcoll_tui.session.writes.undo_entry import UndoEntry
from xcoll_tui.ui.actions import key_for
from xcoll_tui.ui.presentation.ages import Clock, format_elapsed
from xcoll_tui.ui.presentation.file_fate import fate_when_restored, file_fate, is_deleted
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.presentation.undo_lines import (
    consequence_of,
    earlier_words,
    undo_rows,
    with_versions,
)
from xcoll_tui.ui.screens.confirm import Question
from xcoll_tui.ui.screens.edit_fields import short_id
from xcoll_tui.ui.screens.undo_log import UndoLogScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host

_NAMED = 5
_TYPED_ABOVE = 20
_LONG = 1.0
"""Seconds after which an undo under way is told of where another one is asked for."""

_TITLES = {
    "attach": "Attach again?",
    "remove": "Remove from collection?",
    "edit": "Put the old fields back?",
    "update": "Change it back?",
    "delete collection": "Delete collection?",
}


class UndoFlow:
    """The flows that take writes back, and do again what was taken back.

    `follow` shows a run of many, `delete` asks for and deletes a collection, and tells whether that
    is done. `inputs` counts the keys and clicks: what was typed before an undo was over was typed
    before anybody saw what it did, and does nothing.
    """

    def __init__(
        self,
        host: "Host",
        session: "Session",
        clock: Clock,
        *,
        follow: Callable[[BulkRun], Coroutine[Any, Any, None]],
        delete: Callable[[str], Awaitable[bool]],
        inputs: Callable[[], int],
    ) -> None:
        self._host = host
        self._session = session
        self._stack = session.undo_stack
        self._clock = clock
        self._follow = follow
        self._delete = delete
        self._inputs = inputs
        self._began: float | None = None
        self._inputs_before = -1

    async def undo(self) -> None:
        """Undo the newest write that can be undone."""
        await self._take(lambda: self._stack.newest, "There is nothing to undo.")

    async def redo(self) -> None:
        """Do again what was undone last."""
        await self._take(
            lambda: self._stack.newest_undone,
            "There is nothing to redo: nothing was undone, or something was written since.",
        )

    async def show(self) -> None:
        """List what was written, this session's and earlier ones', and undo what is picked."""
        await self._stack.refresh()
        screen = UndoLogScreen(lambda: undo_rows(self._stack, self._clock()))
        key = await ask(self._host, screen)
        picked = next((entry for entry in self._stack.entries if entry.id == key), None)
        if picked is not None and self._host.may("write.undo"):
            await self._take(lambda: picked, "", picked=True)

    def tell_earlier(self) -> None:
        """Say that something of an earlier session can be undone, if something may be lost."""
        sentence = earlier_words(self._stack.earlier, self._clock())
        if sentence:
            self._host.tell(sentence, seconds=12)

    # Within

    async def _take(
        self, choose: Callable[[], UndoEntry | None], nothing: str, *, picked: bool = False
    ) -> None:
        now = asyncio.get_running_loop().time
        if self._began is not None:
            if now() - self._began > _LONG:
                self._host.refuse(f"An undo is under way; {key_for('activity')} lists it.")
            return
        if self._inputs() == self._inputs_before:
            return
        entry = choose()
        if entry is None:
            key = key_for("write.undo_log")
            listed = f" {key} lists what was written." if self._stack.entries else ""
            self._host.refuse(f"{nothing}{listed}")
            return
        self._began = now()
        try:
            await self._undo(entry, picked=picked)
        finally:
            self._began, self._inputs_before = None, self._inputs()

    async def _undo(self, entry: UndoEntry, *, picked: bool) -> None:
        plan, is_redo = self._stack.plan(entry), self._stack.is_undo(entry)
        if plan.why_not:
            self._host.complain(f"It cannot be undone. {plan.why_not}")
            return
        if plan.kind == "delete collection":
            await self._undo_restore(entry)
            return
        if plan.asks or picked:
            files = self._session.state.learned.files
            question = undo_question(self._stack, plan, files, self._clock())
            if not await self._host.confirm(question):
                return
        outcome = await self._session.undo_stack.undo(entry, on_run=self._show_run)
        outcomes = outcome if isinstance(outcome, list) else [outcome] if outcome else []
        ignored = [seen for seen in outcomes if seen.verdict is Verdict.IGNORED]
        if ignored and await self._may_replace(ignored):
            outcome = await self._session.undo_stack.undo(
                entry, replace=True, on_run=self._show_run
            )
        if outcome is None:
            self._host.tell(
                "Nothing was undone: it was undone meanwhile, or another xcoll is working on it."
            )
        elif isinstance(outcome, Outcome):
            self._tell(outcome, is_redo=is_redo)

    async def _may_replace(self, ignored: Sequence[Outcome]) -> bool:
        """Offer what is left where a service keeps the fields: to remove and attach again."""
        files, count = self._session.state.learned.files, len(ignored)
        if is_deleted(files):
            return False
        target, many = ignored[0].target, format_many(count, "document")
        alone, pronoun = count == 1, "it" if count == 1 else "each"
        sentence = ignored[0].message if alone else "keep the fields that they have."
        question = Question(
            "Replace the document?" if alone else "Replace them?",
            target.name or target.file_id or "" if alone else many,
            short_id(target.file_id or "") if alone else "",
            f"{sentence} The only way left is to remove {pronoun} and attach {pronoun} again "
            f"with the old fields, to be indexed again. {file_fate(files, count)}",
            "Replace" if alone else f"Replace {many}",
            declined="Nothing was replaced.",
        )
        return await self._host.confirm(question)

    async def _undo_restore(self, entry: UndoEntry) -> None:
        """Delete the collection that a restore made; where it is gone, that is done."""
        with suppress(ApiError):  # what else goes wrong is told when it is deleted
            try:
                await self._session.read_collection(entry.collection_id)
            except NotFound as error:
                if is_missing(error):
                    self._stack.note_deleted(entry)
                    name = entry.collection_name or entry.collection_id
                    self._host.tell(f"{name} ({entry.collection_id}) is already deleted.")
                    return
                raise
        if await self._delete(entry.collection_id):
            self._stack.note_deleted(entry)

    def _show_run(self, run: BulkRun) -> None:
        self._host.run_worker(self._follow(run), group="write")

    def _tell(self, outcome: Outcome, *, is_redo: bool) -> None:
        word = "redone" if is_redo else "undone"
        sentence = with_versions(outcome)
        if outcome.ok:
            self._host.tell(f"{word.capitalize()}. {sentence}")
        else:
            self._host.complain(f"Not {word}. {sentence}")


def undo_question(stack: UndoStack, plan: UndoPlan, files: Fact, now: float) -> Question:
    """Ask whether to undo: what was done, where, to how many, and what becomes of the files."""
    entry, count = plan.entry, max(1, len(plan.items))
    names = [clean(item.name or item.file_id, 60) for item in plan.items]
    alone = plan.items[0] if len(plan.items) == 1 else None
    details = [] if alone is not None else names[:_NAMED]
    if len(names) > _NAMED:
        details.append(f"and {len(names) - _NAMED:,} more")
    if plan.earlier:
        details.append(f"Written {format_elapsed(now - entry.at)}, in an earlier session.")
    touches_file = plan.kind == "remove" or plan.replaces
    is_lost = is_deleted(files)
    fate = file_fate(files, count) if touches_file else fate_when_restored(files)
    word = "Redo" if stack.is_undo(entry) else "Undo"
    back = "write.undo" if word == "Redo" else "write.redo"
    way_back = f"{key_for(back)} reverses this."
    return Question(
        f"{word}: {_TITLES[plan.kind]}",
        format_many(count, "document") if alone is None else names[0],
        short_id(alone.file_id) if alone is not None and alone.file_id else "",
        f"{consequence_of(plan)} {'' if is_lost else fate}".rstrip(),
        word,
        details=tuple(details),
        warning=fate if is_lost else "",
        undo="" if touches_file and is_lost else way_back,
        typed=str(count) if plan.kind == "remove" and count > _TYPED_ABOVE else None,
        destroys=touches_file,
        declined=f"Nothing was {'redone' if word == 'Redo' else 'undone'}.",
    )

"""Writes on many documents: asks, starts the run, and follows it in a dialog."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from xcoll_tui.session.bulk_run import BulkRun, Item
from xcoll_tui.session.outcome import Operation, Outcome, Verdict
from xcoll_tui.ui.ages import Clock
from xcoll_tui.ui.errors import without_requests
from xcoll_tui.ui.format import format_many
from xcoll_tui.ui.screens.attach import AttachDraft, AttachScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen, Question
from xcoll_tui.ui.screens.run import RunRow, RunScreen, RunView
from xcoll_tui.ui.screens.set_field import SetFieldScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.screens.main import MainScreen

_NAMED = 5
_TYPED_ABOVE = 20
"""More documents than this are removed only when their number is typed."""

_DOING = {
    Operation.ATTACH: "Attaching",
    Operation.REMOVE: "Removing",
    Operation.REINDEX: "Re-indexing",
    Operation.EDIT: "Setting a field of",
}
_DONE = {
    Operation.ATTACH: ("attached", "already there"),
    Operation.REMOVE: ("removed", "gone already"),
    Operation.REINDEX: ("re-indexed", "re-indexed"),
    Operation.EDIT: ("saved", "as it was"),
}
_ENDS: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.FAILED: ("✗", "failed", "failed"),
    Verdict.UNKNOWN: ("?", "not known", "indexing"),
    Verdict.IGNORED: ("✗", "not applied", "failed"),
    Verdict.CHANGED: ("✗", "changed meanwhile", "failed"),
    Verdict.CANCELLED: ("○", "not sent", "quiet"),
}


class Marked(NamedTuple):
    """The documents that a write is aimed at, pinned to their IDs."""

    collection_id: str
    collection_name: str
    items: tuple[Item, ...]
    hidden: int
    """How many of them the filter hides."""


class Many:
    """The flows of writes on many documents."""

    def __init__(self, screen: "MainScreen", session: "Session", clock: Clock) -> None:
        self._screen = screen
        self._session = session
        self._clock = clock
        self._told: set[int] = set()

    def marked(self, file_ids: Sequence[str]) -> Marked | None:
        """Pin documents of the collection that is open; None where none is."""
        session = self._session
        feed, collection_id = session.documents, session.opened
        if feed is None or collection_id is None:
            return None
        items, hidden = [], 0
        for file_id in file_ids:
            row = feed.listing.get(file_id)
            hidden += row is None
            name = "" if row is None else row.name
            items.append(Item(file_id, name, None if row is None else dict(row.fields)))
        collection = session.collection
        name = collection.collection_name if collection is not None else collection_id
        return Marked(collection_id, name or collection_id, tuple(items), hidden)

    # Asking

    async def attach(
        self, draft: AttachDraft | None = None, refusals: Mapping[str, str] | None = None
    ) -> None:
        """Take file IDs and their fields, and attach them."""
        session = self._session
        collection_id, collection = session.opened, session.collection
        if collection_id is None:
            self._screen.tell("Open a collection first.")
            return

        async def check(file_ids: Sequence[str]) -> Mapping[str, str]:
            found = await session.find_documents(collection_id, file_ids)
            return {each.file_id: each.name or each.file_id for each in found}

        form = AttachScreen(
            collection.collection_name if collection is not None else collection_id,
            collection.field_definitions if collection is not None else (),
            check,
            samples=self._screen.samples,
            draft=draft,
            refusals=refusals,
        )
        draft = await ask(self._screen, form)
        if draft is None:
            return
        items = [Item(file_id, "", fields) for file_id, fields in draft.fields.items()]
        await self._follow(session.bulk.attach(collection_id, items), draft)

    async def remove(self, marked: Marked) -> None:
        """Ask, and remove documents from their collection."""
        count = f"{len(marked.items):,} documents"
        question = Question(
            "Remove from collection?",
            count,
            "",
            f"leave {marked.collection_name} and its index. The files themselves are kept.",
            f"Remove {count}",
            details=_named(marked),
            undo="Undo: z attaches them again with their fields; they are then indexed anew.",
            typed=str(len(marked.items)) if len(marked.items) > _TYPED_ABOVE else None,
        )
        if await ask(self._screen, ConfirmScreen(question)):
            self._screen.documents.table.clear_marks()
            await self._follow(self._session.bulk.remove(marked.collection_id, marked.items))

    async def reindex(self, marked: Marked) -> None:
        """Ask, and index documents anew."""
        count = f"{len(marked.items):,} documents"
        question = Question(
            "Index anew?",
            count,
            "",
            f"of {marked.collection_name} are indexed anew; until then they may not be found.",
            f"Re-index {count}",
            details=_named(marked),
            undo="This cannot be undone, and nothing is lost by it.",
        )
        if await ask(self._screen, ConfirmScreen(question)):
            await self._follow(self._session.bulk.reindex(marked.collection_id, marked.items))

    async def set_field(self, marked: Marked) -> None:
        """Choose one field and its value for all."""
        collection = self._session.collection
        seen = dict.fromkeys(key for item in marked.items for key in item.fields or {})
        form = SetFieldScreen(
            [item.name or item.file_id for item in marked.items],
            collection.field_definitions if collection is not None else (),
            keys=list(seen),
            hidden=marked.hidden,
        )
        setting = await ask(self._screen, form)
        if setting is None:
            return
        try:
            run = self._session.bulk.set_field(
                marked.collection_id, marked.items, setting.key, setting.value
            )
        except ValueError as refusal:
            self._screen.complain(str(refusal))
            return
        await self._follow(run)

    # Following

    async def show_runs(self) -> bool:
        """Show the run that is under way; False where there is none."""
        for run in reversed(self._session.bulk.runs):
            if run.state != "over":
                await self._follow(run)
                return True
        return False

    async def _follow(self, run: BulkRun, draft: AttachDraft | None = None) -> None:
        while True:
            screen = RunScreen(partial(self._view, run), run.cancel)
            chosen = await ask(self._screen, screen)
            if run.state == "over":
                self._told.add(run.number)  # it was seen
            if chosen == "retry" and run.can_retry:
                if draft is not None and any(each.field for each in run.failures):
                    await self.attach(*_again(draft, run))
                    return
                run = run.retry(replace=run.can_replace and await self._may_replace(run))
                continue
            await run.wait()  # the dialog may have been hidden; then this tells how it ended
            self._keep_failures_marked(run)
            if run.number not in self._told:
                self._told.add(run.number)
                self._tell_end(run)
            return

    def _tell_end(self, run: BulkRun) -> None:
        done = _DONE.get(run.operation, ("done", "done"))[0]
        said = f"{self._session.name_of(run.collection_id)}: {run.done:,} {done}"
        if run.unsent:
            said += f", {run.unsent:,} not sent"
        if run.failed:
            self._screen.complain(f"{said}, {run.failed:,} failed. @ tells which.")
        else:
            self._screen.tell(f"{said}.")

    async def _may_replace(self, run: BulkRun) -> bool:
        kept = sum(each.verdict is Verdict.IGNORED for each in run.failures)
        count = format_many(kept, "document")
        question = Question(
            "Replace them?",
            count,
            "",
            "kept the old fields, although the service took the new ones. What is left is to "
            "remove each and attach it again with the new fields; it is not found by a search "
            "until it is indexed anew. The files themselves are kept.",
            f"Replace {count}",
            undo="Undo: z puts the old fields back, in the same way.",
        )
        return await ask(self._screen, ConfirmScreen(question)) is True

    def _keep_failures_marked(self, run: BulkRun) -> None:
        feed = self._session.documents
        if feed is None or run.collection_id != self._session.opened:
            return
        failed = [each.target.file_id for each in run.failures]
        here = [each for each in failed if each is not None and each in feed.listing]
        if here:
            self._screen.documents.table.mark(here)

    def _view(self, run: BulkRun) -> RunView:
        doing = _DOING.get(run.operation, run.operation.capitalize())
        name = self._session.name_of(run.collection_id)
        count = format_many(run.total, "document")
        note = run.stopped or ""
        if run.paused_until is not None:
            seconds = max(0, round(run.paused_until - self._clock()))
            note = f"the service asks to wait {seconds} s"
        elif run.state == "cancelling":
            note = "cancelling: what was sent is carried through"
        elif run.state == "over" and run.unsent:
            note = note or f"{run.unsent:,} not sent"
        return RunView(
            f"{doing} {count} · {name}",
            run.total,
            run.done,
            run.failed,
            run.left,
            run.rate,
            note,
            run.state == "over",
            run.can_retry,
            len(run.outcomes),
            partial(_rows_from, run),
        )


def _rows_from(run: BulkRun, start: int) -> Sequence[RunRow]:
    return [_row(outcome) for outcome in islice(run.outcomes.values(), start, None)]


def _row(outcome: Outcome) -> RunRow:
    file_id = outcome.target.file_id or ""
    name = outcome.target.name or file_id
    if outcome.ok:
        words = _DONE.get(outcome.operation, ("done", "done"))
        word = words[outcome.verdict is Verdict.ALREADY]
        return RunRow(file_id, name, "●", word, "ready", "")
    glyph, word, tone = _ENDS[outcome.verdict]
    said = "" if outcome.verdict is Verdict.CANCELLED else without_requests(outcome.said)
    return RunRow(file_id, name, glyph, word, tone, said)


def _named(marked: Marked) -> list[str]:
    named = [item.name or item.file_id for item in marked.items[:_NAMED]]
    if len(marked.items) > _NAMED:
        named.append(f"and {len(marked.items) - _NAMED:,} more")
    if marked.hidden:
        named.append(f"{marked.hidden:,} of them are not among the rows shown")
    return named


def _again(draft: AttachDraft, run: BulkRun) -> tuple[AttachDraft, Mapping[str, str]]:
    """Return the draft for what failed, and why, field by field."""
    failed = [each.target.file_id for each in run.failures if each.target.file_id]
    given = list(draft.fields)
    columns = {}
    for key in draft.columns:
        lines = [draft.fields[each].get(key, "") for each in given if each in failed]
        columns[key] = "\n".join(lines)
    fields = {each: draft.fields[each] for each in given if each in failed}
    refusals = {each.field: each.said for each in run.failures if each.field}
    return AttachDraft(fields, "\n".join(fields), draft.shared, columns), refusals

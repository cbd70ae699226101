"""Replacements that broke off: shows what is known of each, and finishes or drops them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import Document
from xcoll_tui.session.writes.judging import is_missing, same_fields
from xcoll_tui.session.writes.recovery import Unfinished
from xcoll_tui.ui.presentation.ages import Clock, format_elapsed
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.field_changes import as_texts, changes_between
from xcoll_tui.ui.presentation.fields_draft import show_changes
from xcoll_tui.ui.presentation.format import format_many
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.presentation.undo_lines import quoted
from xcoll_tui.ui.screens.choose import Way
from xcoll_tui.ui.screens.confirm import Question
from xcoll_tui.ui.screens.edit_fields import short_id
from xcoll_tui.ui.screens.pick import ALL, Pickable, PickScreen
from xcoll_tui.ui.screens.steps import StepsScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.session.writes.outcome import Outcome
    from xcoll_tui.ui.flows.host import Host

_VALUE = 40
_TOLD = 5
_TYPED_ABOVE = 20
_NEW, _OLD, _DROP = "n", "o", "x"
_KEPT = "Nothing was deleted."
_LIVE = "Another xcoll is working on it; only that one can finish it."


@dataclass(frozen=True)
class _Shown:
    """A document as the service shows it now: itself, nothing, no collection, or an error."""

    document: Document | None = None
    collection_gone: bool = False
    error: ApiError | None = None


class FinishFlow:
    """The flow that settles what a replacement left halfway."""

    def __init__(self, host: "Host", session: "Session", clock: Clock) -> None:
        self._host = host
        self._session = session
        self._clock = clock

    async def finish(self) -> None:
        """List what broke off, with what the service shows of it, and settle what is picked."""
        await self._session.state.recovery.load()
        records = self._session.unfinished
        if not records:
            problems = self._session.state.problems
            self._host.refuse(
                problems[0] if problems else "Nothing to finish: no replacement was interrupted."
            )
            return
        free = [record for record in records if not record.is_live]
        screen = PickScreen(
            "Interrupted replacements",
            [self._row(record, None) for record in records],
            "Choose what to do",
            all_label="All at once" if len(free) > 1 else "",
        )
        shown: dict[str, _Shown] = {}

        async def look() -> None:
            shown.update(await self._look(records))
            screen.change([self._row(record, shown.get(record.id)) for record in records])

        looking = self._host.run_worker(look(), name="unfinished")
        picked = await ask(self._host, screen)
        if picked is None:
            looking.cancel()
            return
        if picked == ALL:
            looking.cancel()
            await self._settle_all(free)
            return
        if not looking.is_finished:
            await looking.wait()
        record = next(record for record in records if record.id == picked)
        await self._settle_one(record, shown.get(record.id, _Shown()))

    # What is known

    async def _look(self, records: Sequence[Unfinished]) -> dict[str, _Shown]:
        shown: dict[str, _Shown] = {}
        for collection_id in dict.fromkeys(record.collection_id for record in records):
            own = [record for record in records if record.collection_id == collection_id]
            try:
                documents = await self._session.find_documents(
                    collection_id, [record.file_id for record in own]
                )
            except ApiError as error:
                unread = _Shown(collection_gone=is_missing(error), error=error)
                shown.update(dict.fromkeys((record.id for record in own), unread))
                continue
            by_id = {document.file_id: document for document in documents}
            shown.update({record.id: _Shown(by_id.get(record.file_id)) for record in own})
        return shown

    def _row(self, record: Unfinished, shown: _Shown | None) -> Pickable:
        state = "in use by another xcoll" if record.is_live else _state(record, shown)
        collection_name = record.collection_name or record.collection_id
        facts = f"{state} · {collection_name} · {format_elapsed(self._clock() - record.at)}"
        note = _LIVE if record.is_live else _versions(record)
        return Pickable(record.id, record.name or record.file_id, facts, note)

    # One

    async def _settle_one(self, record: Unfinished, shown: _Shown) -> None:
        name = record.name or record.file_id
        if record.is_live:
            self._host.complain(f"{name}: {_LIVE}")
            return
        chosen = await self._host.choose(
            "An interrupted replacement", _text(record, shown), _ways(shown)
        )
        if chosen == _DROP:
            await self._drop(record, shown)
        elif chosen is not None:
            steps = StepsScreen(f"Finishing {name}", can_cancel=False)
            self._host.app.push_screen(steps)
            steps.say("Checking how the service shows it, then attaching it…")
            outcome = await self._session.finishing.finish(record, old=chosen == _OLD)
            steps.say(outcome.message, over=True, failed=not outcome.ok)

    async def _drop(self, record: Unfinished, shown: _Shown) -> None:
        question = Question(
            "Delete both versions?",
            record.name or record.file_id,
            short_id(record.file_id),
            "stays as it is, and the old and the new fields that are kept of it here are deleted.",
            "Delete them",
            warning="" if shown.document else "xcoll knows of no other copy of these fields.",
            declined=_KEPT,
        )
        if await self._host.confirm(question):
            done = await self._session.finishing.drop(record)
            name = clean(record.name or record.file_id, 60)
            self._host.tell(f"{name}: both versions deleted." if done else _LIVE)

    # All

    async def _settle_all(self, records: Sequence[Unfinished]) -> None:
        count = format_many(len(records), "replacement")
        text = Content(
            f"{count} interrupted, to be settled one after the other; if a file turns out "
            "to be gone with its document, the rest is not touched."
        )
        drop = Way(_DROP, "Drop all", danger=True)
        ways = (Way(_NEW, "New fields"), Way(_OLD, "Old fields"), drop)
        chosen = await self._host.choose(f"{count} at once", text, ways)
        if chosen == _DROP:
            await self._drop_all(records)
        elif chosen is not None:
            await self._finish_all(records, old=chosen == _OLD)

    async def _finish_all(self, records: Sequence[Unfinished], *, old: bool) -> None:
        steps = StepsScreen(
            f"Finishing {format_many(len(records), 'replacement')}", can_cancel=True
        )
        self._host.app.push_screen(steps)
        outcomes: list[Outcome] = []
        failed = 0
        for number, record in enumerate(records, 1):
            if steps.cancelled:
                break
            name = clean(record.name or record.file_id, 60)
            steps.say(f"{number:,} of {len(records):,}: {name}")
            outcome = await self._session.finishing.finish(record, old=old)
            outcomes.append(outcome)
            failed += not outcome.ok
            if not outcome.ok and failed <= _TOLD:
                steps.note(outcome.message)
            if outcome.file_lost:
                break
        done, left = len(outcomes) - failed, len(records) - len(outcomes)
        sentence = f"{done:,} finished"
        if failed:
            sentence += f", {failed:,} not"
        if left:
            sentence += f", {left:,} not touched"
        if outcomes and outcomes[-1].file_lost and left:
            sentence += ", because a file was gone with its document"
        steps.say(f"{sentence}.", over=True, failed=bool(failed))

    async def _drop_all(self, records: Sequence[Unfinished]) -> None:
        count = format_many(len(records), "document")
        question = Question(
            "Delete both versions of all?",
            count,
            "",
            "stay as they are, and the old and the new fields that are kept of them are deleted.",
            "Delete them",
            warning=(
                "Fields of documents that are in no collection now are kept nowhere else "
                "that xcoll knows of."
            ),
            typed=str(len(records)) if len(records) > _TYPED_ABOVE else None,
            declined=_KEPT,
        )
        if await self._host.confirm(question):
            done = sum([await self._session.finishing.drop(record) for record in records])
            self._host.tell(f"{format_many(done, 'replacement')} dropped.")


def _state(record: Unfinished, shown: _Shown | None) -> str:
    """Say in few words what the service shows of a document now; no more than that."""
    if shown is None:
        return "looking…"
    if shown.document is not None:
        return f"shown with {_which(shown.document, record)} fields"
    if shown.collection_gone:
        return "its collection is gone"
    return "not shown now" if shown.error is None else "could not be read"


def _shown_words(record: Unfinished, shown: _Shown) -> str:
    """Say the same as a sentence."""
    if shown.document is not None:
        versions = _which(shown.document, record)
        return f"The service shows it in the collection now, with {versions} fields."
    if shown.collection_gone:
        return "Its collection is gone."
    if shown.error is not None:
        return f"How it is now could not be read. {sentence_of(shown.error)}"
    return "The service does not show it in the collection now."


def _which(document: Document, record: Unfinished) -> str:
    if same_fields(document.raw_fields, record.new):
        return "the new"
    return "the old" if same_fields(document.raw_fields, record.old) else "other"


def _versions(record: Unfinished) -> str:
    old, new = as_texts(record.old), as_texts(record.new)
    parts = [
        f"{clean(key, _VALUE)}: {quoted(before, _VALUE)} → {quoted(after, _VALUE)}"
        for key, before, after in changes_between(old, new)
    ]
    return " · ".join(parts)


def _text(record: Unfinished, shown: _Shown) -> Content:
    head = Content.from_markup(
        "[b]$name[/] [$quiet]($id)[/]\nof $where\n\n$now\n\n"
        "[$quiet]The old fields and the new:[/]\n",
        name=clean(record.name or record.file_id, 200),
        id=short_id(record.file_id),
        where=clean(record.collection_name or record.collection_id, 200),
        now=clean(_shown_words(record, shown), 400),
    )
    changes = show_changes(changes_between(as_texts(record.old), as_texts(record.new)))
    ask = "Attach it with the new fields, or with the old ones?"
    if shown.collection_gone:
        ask = "There is nothing to attach it to."
    elif shown.document is not None:
        ask = "Give it the new fields, or the old ones?"
    return head + changes + Content(f"\n\n{ask} Dropping it deletes both versions here.")


def _ways(shown: _Shown) -> Sequence[Way]:
    drop = Way(_DROP, "Drop it", danger=True)
    if shown.collection_gone:
        return (drop,)
    return (Way(_NEW, "New fields"), Way(_OLD, "Old fields"), drop)

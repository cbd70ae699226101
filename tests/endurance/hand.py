"""The hand: what a person may do next, drawn by chance, each with what it was to make so."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from tests.endurance.checks import Checks, Wish, held_by, require
from tests.endurance.world import Posted
from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.models import CollectionsSortBy, DocumentsSortBy, FieldDefinition
from xcoll_tui.session.backup.backups import RestoreElsewhere
from xcoll_tui.session.backup.format import BackupBroken, read_backup
from xcoll_tui.session.backup.make import BackupFailed
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.lists.listing import End
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.writes.outcome import CollectionDraft, Operation, Outcome, Verdict

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

    from tests.endurance.world import Fields, Place, World
    from xcoll_tui.session.bulk.run import BulkRun
    from xcoll_tui.session.session import Session

TEXTS = ("", "report", "fields.type:10-K", "size_bytes:>10", "name:1", "status:bad AND", "zzz")
KINDS_OF = ("10-K", "10-Q", "8-K")


class Hand:
    """The actions on one session; `weights` are how often each is drawn."""

    def __init__(self, world: World, draw: random.Random, checks: Checks) -> None:
        self.world = world
        self.draw = draw
        self.checks = checks
        self.session: Session | None = None
        self.backups: list = []
        self.flying: dict[Place, list[Wish]] = {}
        self._number = 0
        self._landed: dict[Place, float] = {}
        names = [name.removeprefix("do_") for name in dir(self) if name.startswith("do_")]
        self.names = sorted(names)
        self.weights = [WEIGHTS.get(name, 2) for name in self.names]

    async def act(self, name: str) -> None:
        """Do one of them, whatever comes of it."""
        try:
            await getattr(self, f"do_{name}")()
        except (ApiError, RestoreElsewhere, BackupBroken, BackupFailed, OSError):
            return  # told to the person, as a sentence

    def number(self) -> int:
        self._number += 1
        return self._number

    # What there is to act on

    def shelf(self) -> str | None:
        """Draw a collection, mostly one that is there."""
        there = sorted(self.world.collections()) if self.world.alive else []
        rows = [row.collection_id for row in self.session.collections.listing.loaded_items()]
        choice = self.draw.choice((rows, rows, there))
        return self.draw.choice(choice) if choice else None

    def rows(self, most: int = 1) -> list:
        feed = self.session.documents
        rows = [] if feed is None else list(feed.listing.loaded_items())
        free = [r for r in rows if (self.session.opened, r.file_id) not in self.flying]
        rows = free if self.draw.random() < 0.9 else rows
        return self.draw.sample(rows, min(len(rows), self.draw.randint(1, most)))

    def fields(self) -> dict[str, str]:
        fields = {"type": self.draw.choice(KINDS_OF), "n": str(self.number())}
        if self.draw.random() < 0.1:
            fields["isbn"] = str(self.draw.randint(1, 9))
        return fields

    # Wishes

    @contextmanager
    def wishing(
        self, place: Place, holds: Callable[[Fields], bool], words: str, *, removes: bool = False
    ):
        wish = Wish(place, holds, words, self.world.clock(), removes=removes)
        others = self.flying.setdefault(place, [])
        others.append(wish)
        late = self.world.late + 0.5
        wish.alone = wish.began - self._landed.get(place, 0.0) > late  # else it may be another's
        if len(others) > 1:
            for each in others:
                each.alone = False
        if removes:
            kept = self.checks.removals.setdefault(place, [])
            kept.append(wish)
            del kept[:-40]
        try:
            yield wish
        except asyncio.CancelledError:
            raise  # the write goes on: what it does is wished for until there is a rest
        except BaseException:
            self._land(wish)
            raise
        else:
            self._land(wish)

    def _land(self, wish: Wish) -> None:
        wish.ended = self._landed[wish.place] = self.world.clock()
        others = self.flying.get(wish.place, [])
        if wish in others:
            others.remove(wish)
        if not others:
            self.flying.pop(wish.place, None)

    def rest(self) -> None:
        """Take note that nothing is under way any more."""
        for wish in [wish for wishes in self.flying.values() for wish in wishes]:
            self._land(wish)
        long_ago = self.world.clock() - 100
        self._landed = {place: at for place, at in self._landed.items() if at > long_ago}

    async def run(
        self,
        start: Callable[[], BulkRun],
        shelf: str,
        ids: Iterable[str],
        holds: Callable[[str], Callable[[Fields], bool]],
        words: str,
        *,
        removes: bool = False,
    ) -> BulkRun:
        """Begin a run and hold each of its outcomes to what it was to make so."""
        wishes = {}
        with ExitStack() as stack:
            for file_id in ids:
                wishing = self.wishing((shelf, file_id), holds(file_id), words, removes=removes)
                wishes[file_id] = stack.enter_context(wishing)
            run = start()
            if self.draw.random() < 0.15:
                await asyncio.sleep(self.draw.random())
                run.cancel()
            await run.wait()
            for file_id, outcome in run.outcomes.items():
                self.checks.judge(wishes[file_id], outcome)
        return run

    # Looking

    async def do_open(self) -> None:
        if (shelf := self.shelf()) is not None:
            await self.session.open_collection(shelf)

    async def do_scroll(self) -> None:
        if self.session.documents is not None:
            await self.session.documents.load_more(self.draw.choice(list(End)))

    async def do_end(self) -> None:
        if self.session.documents is not None:
            await self.session.documents.load_end()

    async def do_load_all(self) -> None:
        if self.session.documents is not None:
            await self.session.documents.load_all()

    async def do_query(self) -> None:
        feed, draw = self.session.documents, self.draw
        if feed is None:
            return
        query = Query(
            draw.choice(list(DocumentsSortBy)),
            draw.random() < 0.5,
            draw.choice(TEXTS) if draw.random() < 0.4 else "",
            failed_only=draw.random() < 0.1,
        )
        await feed.change_query(query)

    async def do_query_collections(self) -> None:
        sort_by = self.draw.choice(list(CollectionsSortBy))
        text = self.draw.choice(("", "", "ew", "a"))
        await self.session.collections.change_query(Query(sort_by, text=text))
        await self.session.collections.load_all()

    async def do_reload(self) -> None:
        await self.session.read_again()

    async def do_look(self) -> None:
        for row in self.rows():
            place, began = (self.session.opened, row.file_id), self.world.clock()
            self.session.follower.watch([row.file_id])
            await self.session.read_document(row.file_id)
            looked = self.checks.looked
            looked[place] = began - self.world.lag - self.world.late - 0.1
            while len(looked) > 30:
                del looked[next(iter(looked))]

    async def do_end_waits(self) -> None:
        self.session.end_waits()

    # Writing

    async def do_attach(self) -> None:
        shelf = self.shelf()
        files = self.world.files() if self.world.alive else []
        if shelf is None or not files:
            return
        file_id = self.draw.choice(files[-60:])
        if self.draw.random() < 0.05:
            file_id = "file_00000000-0000-4000-8000-000000000000"
        fields = self.fields()
        with self.wishing((shelf, file_id), lambda s: s is not None, "attach") as wish:
            outcome = await self.session.document_writes.attach(shelf, file_id, fields)
            if outcome.verdict is Verdict.DONE:
                wish.holds = lambda state: state == fields
            self.checks.judge(wish, outcome)

    async def do_edit(self) -> None:
        for row in self.rows():
            shelf, fields = self.session.opened, self.fields()
            place = (shelf, row.file_id)
            with self.wishing(place, lambda s, fields=fields: s == fields, "edit") as wish:
                outcome = await self.session.document_writes.edit_fields(
                    row.file_id,
                    fields,
                    base=dict(row.fields),
                    replace=self.draw.random() < 0.5,
                    overwrite=self.draw.random() < 0.2,
                    collection_id=shelf,
                )
                self.checks.judge(wish, outcome)

    async def do_remove(self) -> None:
        for row in self.rows():
            place = (self.session.opened, row.file_id)
            with self.wishing(place, lambda s: s is None, "remove", removes=True) as wish:
                self.checks.judge(wish, await self.session.document_writes.remove(row.file_id))

    async def do_reindex(self) -> None:
        for row in self.rows():
            outcome = await self.session.document_writes.reindex(row.file_id)
            require(outcome.message.endswith("."), "no sentence:", outcome.message)

    async def do_remove_many(self) -> None:
        shelf, rows = self.session.opened, self.rows(12)
        items = [Item(row.file_id, row.name) for row in rows]
        if not items:
            return
        ids = [row.file_id for row in rows]
        await self.run(
            lambda: self.session.bulk.remove(shelf, items),
            shelf,
            ids,
            lambda _: lambda state: state is None,
            "remove of many",
            removes=True,
        )

    async def do_attach_many(self) -> None:
        shelf = self.shelf()
        files = self.world.files()[-60:] if self.world.alive else []
        if shelf is None or not files:
            return
        ids = self.draw.sample(files, min(len(files), 10))
        items = [Item(file_id, fields=self.fields()) for file_id in ids]
        run = await self.run(
            lambda: self.session.bulk.attach(shelf, items),
            shelf,
            ids,
            lambda _: lambda state: state is not None,
            "attach of many",
        )
        if run.can_retry and self.draw.random() < 0.5:
            left = [o.target.file_id for o in run.outcomes.values()]
            await self.run(
                run.retry, shelf, left, lambda _: lambda s: s is not None, "attach again"
            )

    async def do_set_many(self) -> None:
        shelf, rows = self.session.opened, self.rows(10)
        if not rows:
            return
        value = str(self.number())
        items = [Item(row.file_id, row.name, dict(row.fields)) for row in rows]
        await self.run(
            lambda: self.session.bulk.set_field(
                shelf, items, "n", value, replace=self.draw.random() < 0.5
            ),
            shelf,
            [row.file_id for row in rows],
            lambda _: lambda state: state is not None and state.get("n") == value,
            "set of many",
        )

    async def do_reindex_many(self) -> None:
        shelf, rows = self.session.opened, self.rows(6)
        if rows:
            await self.session.bulk.reindex(shelf, [Item(row.file_id) for row in rows]).wait()

    async def do_cancel_run(self) -> None:
        for run in self.session.bulk.running[:1]:
            run.cancel()

    # Collections

    async def do_create(self) -> None:
        name = f"new {self.number()}"
        draft = CollectionDraft(name, "made here", field_definitions=(FieldDefinition(key="type"),))
        outcome = await self.session.collection_writes.create(draft)
        there = [id_ for id_, (shown, _) in self.world.collections().items() if shown == name]
        if outcome.verdict is Verdict.DONE:
            states = self.world.history.get((outcome.target.collection_id, ""), [])
            require(any(c.state == {"name": name} for c in states), "never made:", name, outcome)
        elif outcome.verdict is Verdict.FAILED:
            require(not there or self.world.late, "called failed, and was made:", name, outcome)

    async def do_rename(self) -> None:
        shelf = self.shelf()
        base = None if shelf is None else self.session.collections.listing.get(shelf)
        if base is None:
            return
        name = f"renamed {self.number()}"
        draft = CollectionDraft(
            name, base.collection_description or "", field_definitions=tuple(base.field_definitions)
        )
        with self.wishing((shelf, ""), lambda s: s == {"name": name}, "rename") as wish:
            outcome = await self.session.collection_writes.update(shelf, draft, base=base)
            self.checks.judge(wish, outcome)

    async def do_backup(self) -> None:
        if (shelf := self.shelf()) is None:
            return
        began = self.world.clock() - self.world.lag - self.world.late - 0.1
        backup = await self.session.backups.make(shelf)
        saved = {doc.file_id: doc.fields for doc in read_backup(backup.path).documents()}
        self.check_backup(shelf, saved, began)
        self.backups.append(backup.path)
        del self.backups[:-4]

    def check_backup(self, shelf: str, saved: dict, began: float) -> None:
        """Hold a backup to the states that its documents were in while it was made."""
        places = [p for p in self.world.history if p[0] == shelf and p[1]]
        for place in places:
            states = self.world.states(place, began)
            require(
                saved.get(place[1]) in states, "the backup has", saved.get(place[1]), place, states
            )

    async def do_delete(self) -> None:
        shelf = self.shelf()
        if shelf is None or len(self.session.collections.listing) < 4:
            return
        await self.session.backups.make(shelf)
        with self.wishing((shelf, ""), lambda s: s is None, "delete", removes=True) as wish:
            self.checks.judge(wish, await self.session.collection_writes.delete(shelf))

    async def do_restore(self) -> None:
        if not self.backups:
            return
        path = self.draw.choice(self.backups)
        saved = {doc.file_id: doc.fields for doc in read_backup(path).documents()}
        name = read_backup(path).backup.collection.collection_name
        posted = self.world.posted.setdefault(name, Posted())
        self.checks.restored.add(name)
        made = len(posted.made)
        posted.unknown = False
        begun = await self.session.backups.begun(path)
        if begun is not None and begun.collections:
            collection_id = begun.collections[0].collection_id
            done = await self.session.backups.recreate(
                path, begun=begun.restore, collection_id=collection_id
            )
        else:
            restore = None if begun is None else begun.restore
            done = await self.session.backups.recreate(path, begun=restore)
        if done.complete:
            for file_id, fields in saved.items():
                states = self.world.states((done.collection_id, file_id), 0.0)
                require(fields in states, "restored, and is not:", file_id, fields, states)
        require(len(posted.made) - made <= 1, "restored into two collections:", name)

    # Going back

    async def do_undo(self) -> None:
        await self._undo(self.session.undo_stack.newest, self.session.undo)

    async def do_redo(self) -> None:
        await self._undo(self.session.undo_stack.newest_undone, self.session.redo)

    async def do_undo_earlier(self) -> None:
        entries = self.session.undo_stack.entries[:20]
        if entries:
            entry = self.draw.choice(entries)
            await self._undo(entry, lambda: self.session.undo_stack.undo(entry))

    async def _undo(self, entry, undo) -> None:
        if entry is None:
            return
        plan = self.session.undo_stack.plan(entry)
        if plan.why_not or plan.kind == "delete collection":
            await undo()
            return
        shelf = entry.collection_id
        wishes = {}
        with ExitStack() as stack:
            for item in plan.items:
                holds = self._undone(plan, entry, item)
                wishing = self.wishing((shelf, item.file_id), holds, "undo", removes=plan.removes)
                wishes[item.file_id] = stack.enter_context(wishing)
            outcomes = await undo()
            outcomes = [outcomes] if isinstance(outcomes, Outcome) else outcomes or []
            for outcome in outcomes:
                self.checks.judge(wishes[outcome.target.file_id or ""], outcome)

    def _undone(self, plan, entry, item) -> Callable[[Fields], bool]:
        if plan.kind == "update":
            name = item.old["collection_name"]
            return lambda state: state is not None and state["name"] == name
        self._check_remembered(entry, item)
        operation = Operation.REMOVE if plan.kind == "remove" else Operation.EDIT
        return held_by(operation, None if item.old is None else dict(item.old))

    def _check_remembered(self, entry, item) -> None:
        """What undo would bring back was so when the write began."""
        place = (entry.collection_id, item.file_id)
        if not item.is_sent:
            return
        states = self.world.states(place, entry.at - self.world.lag - self.world.late - 1)
        full = len(self.world.history.get(place, [])) >= 12
        old = None if item.old is None else dict(item.old)
        require(full or old in states, "undo has what never was:", place, old, states)

    async def do_finish(self) -> None:
        for entry in self.session.unfinished[:1]:
            old = self.draw.random() < 0.5
            place = (entry.collection_id, entry.file_id)
            wanted = dict(entry.old if old else entry.new)
            with self.wishing(place, lambda s, wanted=wanted: s == wanted, "finish") as wish:
                self.checks.judge(wish, await self.session.finishing.finish(entry, old=old))


WEIGHTS = {
    "open": 10, "scroll": 6, "end": 3, "load_all": 3, "query": 5, "query_collections": 2,
    "reload": 4, "look": 9, "end_waits": 1, "attach": 12, "edit": 16, "remove": 9, "reindex": 4,
    "remove_many": 2, "attach_many": 3, "set_many": 3, "reindex_many": 1, "cancel_run": 1,
    "create": 3, "rename": 3, "backup": 1, "delete": 1, "restore": 1, "undo": 10, "redo": 3,
    "undo_earlier": 3, "finish": 3,
}  # fmt: skip

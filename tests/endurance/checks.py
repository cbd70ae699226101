"""What must be so: of an outcome when it is told, of the rows at any time, and of all at rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.writes.outcome import Operation, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.endurance.world import Fields, Place, World
    from xcoll_tui.session.session import Session

SURE = {Verdict.DONE, Verdict.ALREADY}
OPEN = {Verdict.UNKNOWN, Verdict.UNSHOWN, Verdict.IGNORED, Verdict.CONFLICT}


class WrongError(AssertionError):
    """Something is not as it was said, or not as it must be."""


@dataclass(eq=False)
class Wish:
    """What a write was to make so: `holds` tells it of a state; `alone`: no other was at work."""

    place: Place
    holds: Callable[[Fields], bool]
    words: str
    began: float
    alone: bool = True
    removes: bool = False
    ended: float | None = None


def require(holds: object, *words: object) -> None:
    """Raise WrongError with these words unless something holds."""
    if not holds:
        raise WrongError(" ".join(map(str, words)))


class Checks:
    """The checks of one run; `sure` are the places whose last write of ours was seen through."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_hand = False
        """Whether nobody knows what was wished: keys were pressed."""
        self.sure: dict[Place, float] = {}
        self.awaited: list[tuple[float, Wish, str]] = []
        self.restored: set[str] = set()
        self.looked: dict[Place, float] = {}
        """Since when a row must be, by places: it was looked at, and no older answer counts."""
        self.uncounted: set[str] = set()
        self._rested = 0.0
        self.removals: dict[Place, list[Wish]] = {}

    def judge(self, wish: Wish, outcome: Outcome) -> None:
        """Hold an outcome against what was so while it was at work."""
        world, verdict = self.world, outcome.verdict
        states = world.states(wish.place, wish.began)
        told = f"{wish.words} {wish.place}: {verdict}, “{outcome.message}”"
        require(outcome.message.endswith("."), "no sentence:", outcome.message)
        if verdict is Verdict.DONE and not any(map(wish.holds, states)):
            # What the service took may take effect later, where it does so.
            later = bool(world.late) and outcome.error is None
            require(later, "called done, and never was:", told, states)
            self.awaited.append((world.clock() + world.late + 0.1, wish, told))
        elif verdict is Verdict.ALREADY:
            earlier = world.states(wish.place, wish.began - world.lag - world.late - 0.1)
            require(any(map(wish.holds, earlier)), "called so already:", told, earlier)
        elif (
            verdict in {Verdict.FAILED, Verdict.CANCELLED}
            and wish.alone
            and self._stands(wish.place)
        ):
            changes = [c for c in world.history.get(wish.place, []) if c.at >= wish.began]
            made = changes and changes[-1].ours and wish.holds(changes[-1].state)
            was = wish.holds(world.states(wish.place, wish.began)[0])
            require(not made or was, "called failed, and is so:", told, states)
        if verdict not in {*SURE, Verdict.CANCELLED, Verdict.CONFLICT}:
            self.uncounted.add(wish.place[0])
        if wish.place[1]:
            self.sure.pop(wish.place, None)
            if verdict in SURE and wish.alone:
                self.sure[wish.place] = world.clock()
                while len(self.sure) > 60:
                    del self.sure[next(iter(self.sure))]

    def _stands(self, place: Place) -> bool:
        """Tell whether the collection of a document is there still."""
        shelf = self.world.history.get((place[0], ""), [])
        return not place[1] or bool(shelf and shelf[-1].state is not None)

    def check_awaited(self) -> None:
        """Hold what was called done to what it has become, when its time has come."""
        world, now = self.world, self.world.clock()
        world.apply_due()
        for due, wish, told in self.awaited[:]:
            if due < now:
                self.awaited.remove((due, wish, told))
                states = world.states(wish.place, wish.began)
                # What a service took and had yet to do is lost with it, or with the collection.
                lost = any(wish.began <= at <= due for at in world.died)
                lost = lost or not self._stands(wish.place)
                came = lost or any(map(wish.holds, states))
                require(came, "called done, and never came to be:", told, states)

    def check_rows(self, session: Session, under_way: Callable[[Place], bool]) -> None:
        """Hold the rows of the opened collection to what our writes were seen to make of them."""
        feed, opened = session.documents, session.opened
        if feed is None or opened is None:
            return
        for place, since in self.looked.items():
            row = feed.listing.get(place[1]) if place[0] == opened else None
            if row is not None and not under_way(place):
                states = self.world.states(place, since)
                old = dict(row.fields) not in states
                require(not old, "a row older than was looked:", place, row.fields, states)
        for place, at in list(self.sure.items()):
            if place[0] != opened or under_way(place) or not self._stands(place):
                continue
            changes = self.world.history.get(place, [])
            if not changes or not changes[-1].ours or changes[-1].at > at:
                continue  # somebody else was at it since
            state, row = changes[-1].state, feed.listing.get(place[1])
            age = self.world.clock() - at
            if age > 20 or (self.world.late and age < self.world.late + self.world.lag + 0.1):
                continue  # reads of later may be of another time; or it has to take effect yet
            if state is None:
                require(row is None, "a row of what we removed:", place)
            elif row is not None:
                require(dict(row.fields) == state, "a row of old:", place, row.fields, state)

    async def check_rest(self, session: Session) -> None:
        """Hold all to the service, when nothing goes wrong and nothing is under way."""
        self.check_awaited()
        self._forget()
        self._check_pending(session)
        self._check_lost(session)
        self._check_count(session)
        await self._check_collections(session)
        await self._check_documents(session)
        for name, posted in () if self.by_hand else self.world.posted.items():
            require(not posted.blind, "sent again, and may have been carried out: create", name)
            require(len(posted.made) <= 1 or name in self.restored, "created twice:", name)

    def _forget(self) -> None:
        """Forget what is of no use any more, so that what grows is the session's."""
        long_ago = self.world.clock() - 700
        shelves = self.world.collections()
        for place, changes in list(self.world.history.items()):
            if place[0] not in shelves and (not changes or changes[-1].at < long_ago):
                del self.world.history[place]
                self.removals.pop(place, None)

    def _check_pending(self, session: Session) -> None:
        require(session.busy == 0, "busy:", session.busy)
        require(not session.bulk.running, "runs:", session.bulk.running)
        require(not session.rows._intents, "intents:", session.rows._intents)
        require(not session.rows._writing, "writing:", session.rows._writing)
        require(session.waiting is None, "waiting:", session.waiting)
        require(not session.state.problems, "problems:", session.state.problems)
        runs = [run for run in session.bulk.runs if run.left or run.under_way]
        require(not runs, "runs that have not ended:", runs)
        for run in session.bulk.runs[-5:]:
            count = sum(run.counts.values())
            require(count == run.total == len(run.outcomes), "counts of a run:", run.counts)
            ok = sum(outcome.ok for outcome in run.outcomes.values())
            require(run.done == ok, "done of a run:", run.done, ok)
        open_entries = [e for e in session.activity.entries if e.outcome is None and e.run is None]
        require(not open_entries, "no outcome:", open_entries[:2])

    def _check_count(self, session: Session) -> None:
        """Hold the number of documents to what we did to it, before it is asked for again."""
        shelf, since, self._rested = session.opened, self._rested, self.world.clock()
        uncounted, self.uncounted = self.uncounted, set()
        others = [
            place
            for place, changes in self.world.history.items()
            if place[0] == shelf and any(c.at >= since and not c.ours for c in changes)
        ]
        exact = not (self.world.lag or self.world.late or others or shelf in uncounted)
        truth = self.world.collections().get(shelf or "")
        if exact and truth is not None and since and session.collection is not None:
            count = session.collection.documents_count
            require(count == truth[1], "a count that is not corrected:", count, truth)

    def _check_lost(self, session: Session) -> None:
        """What a replacement of ours took out is offered with its fields, or is back."""
        offered = {(entry.collection_id, entry.file_id) for entry in session.unfinished}
        shelves = self.world.collections()
        for place, changes in self.world.history.items():
            if place[0] not in shelves or not place[1] or not changes:
                continue
            last = changes[-1]
            if last.state is None and last.ours and not self._is_wished(place, last.at):
                require(place in offered, "it is out, and nothing says so:", place, changes)

    def _is_wished(self, place: Place, at: float) -> bool:
        return self.by_hand or any(
            wish.began <= at and (wish.ended is None or at <= wish.ended + self.world.late + 1)
            for wish in self.removals.get(place, [])
        )

    async def _check_collections(self, session: Session) -> None:
        feed, truth = session.collections, self.world.collections()
        await feed.change_query(Query(feed.query.sort_by))
        await feed.refresh()
        await feed.load_all()
        require(feed.problem is None, "problem:", feed.problem)
        shown = {
            row.collection_id: (row.collection_name, row.documents_count)
            for row in feed.listing.loaded_items()
        }
        require(feed.listing.complete, "not all collections are loaded")
        require(shown == truth, "collections:", _difference(shown, truth))

    async def _check_documents(self, session: Session) -> None:
        feed, opened = session.documents, session.opened
        if feed is None or opened not in self.world.collections():
            return
        await feed.change_query(Query(feed.query.sort_by, feed.query.descending))
        await session.read_again()
        await feed.load_all()
        require(feed.problem is None, "problem:", feed.problem)
        truth = {p[1]: f for p, f in self.world.documents().items() if p[0] == opened}
        rows = list(feed.listing.loaded_items())
        shown = {row.file_id: dict(row.fields) for row in rows}
        require(len(shown) == len(rows), "a row twice")
        require(feed.listing.complete, "not all documents are loaded")
        require(shown == truth, "documents:", _difference(shown, truth))
        require(feed.total == len(truth), "total:", feed.total, len(truth))
        counted = session.collection.documents_count
        require(counted == len(truth), "count of the collection:", counted, len(truth))
        names = [row.name for row in rows]
        if feed.query.sort_by == "DOCUMENTS_SORT_BY_NAME":
            require(names == sorted(names, reverse=feed.query.descending), "order:", names[:9])


def _difference(shown: dict, truth: dict) -> str:
    return (
        f"shown {[(k, v) for k, v in shown.items() if truth.get(k) != v][:3]},"
        f" true {[(k, v) for k, v in truth.items() if shown.get(k) != v][:3]}"
    )


def held_by(operation: Operation, fields: Fields) -> Callable[[Fields], bool]:
    """Return the test of what an operation makes so."""
    if operation is Operation.REMOVE:
        return lambda state: state is None
    return lambda state: state == fields

"""When a write is proved: the new state at once, the old one after the settling time.

Reads lag behind writes by seconds, each by its own time, and the replicas of a service need not
agree. So the new state seen proves a write; the old state, or nothing, proves nothing until it has
been seen for the settling time. How long that is, is learned from how long the writes of this
service took to show: see `learned`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar, cast

from xcoll_tui.api.models import Collection
from xcoll_tui.session.writes.collection_diff import describe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
    from typing import Any

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.writes.outcome import Target

    _Place = tuple[str, str]
    Row = Document | Collection

LONGEST = 30.0
"""Seconds: how long a write may take to show before it counts as one that never will."""
_DELAYS = (0.1, 0.15, 0.25, 0.5, 0.5)
_STEADY_DELAY = 1.0
_GRID = 0.25
"""Seconds: longer delays end on multiples of it, so that many documents are read in one batch."""

_REMEMBERED: Final = 8

S = TypeVar("S")
R = TypeVar("R", bound="Document | Collection")


class LearnedTimes(Protocol):
    """The knowledge of how long the writes of a service take to show; `learned.Learned` is one."""

    def settling_time(self, now: float) -> float:
        """Return the seconds for which an old state must be seen to count."""
        ...

    def note_shown(self, seconds: float) -> None:
        """Take note that a write was shown so many seconds after it was taken."""
        ...


@dataclass(frozen=True)
class Settled(Generic[S]):
    """The last state that was seen: `proved`, or not within `seconds` of looking."""

    seen: S
    proved: bool
    seconds: float

    @property
    def words(self) -> str:
        """The time that was looked for, as a person says it."""
        return f"{self.seconds:.0f} s"


class Settling:
    """Looks at a write until it is proved, or has not been for the settling time.

    `sleep` and `clock` are the session's. Time is counted in the pauses between the looks, so that
    neither a slow answer nor a clock that is set shortens it.
    """

    def __init__(
        self,
        learned: LearnedTimes,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._learned = learned
        self._clock = clock
        self._sleep = sleep

    @property
    def time(self) -> float:
        """Seconds for which an old state must be seen to count."""
        return self._learned.settling_time(self._clock())

    async def look(
        self,
        look: Callable[[bool], Awaitable[S]],
        proved: Callable[[S], bool],
        *,
        ends: Callable[[S], bool] = lambda _: False,
        waiting: Callable[[], object] | None = None,
        within: float | None = None,
        lasting: bool = False,
        slowest: float = _STEADY_DELAY,
        learns: bool = True,
    ) -> Settled[S]:
        """Look at once, then with growing pauses, until `proved` or `ends` says so of what is seen.

        `look` is told whether it may be the last one. `waiting` is called when the first look
        settled nothing. `within` overrides the settling time. `lasting`: one look that is `proved`
        may be of an old state, so all of a whole settling time must be. No pause is longer than
        `slowest`. `learns`: how long it took says something of the service.
        """
        limit = self.time if within is None else within
        must_last = self.time if lasting else 0.0
        seconds, since = 0.0, None
        seen = await look(limit <= 0)
        delays = _delays(slowest)
        while True:
            if not proved(seen):
                since = None
                if ends(seen) or seconds >= limit:
                    return Settled(seen, proved=False, seconds=seconds)
            else:
                since = seconds if since is None else since
                if seconds - since >= must_last:
                    break
            if seconds == 0 and waiting is not None:
                waiting()
            left = limit - seconds if since is None else since + must_last - seconds
            delay = min(self._on_grid(next(delays)), left)
            await self._sleep(delay)
            seconds += delay
            seen = await look(delay >= left)
        if learns and not lasting:
            self._learned.note_shown(seconds)
        return Settled(seen, proved=True, seconds=seconds)

    async def pause(self, seconds: float) -> None:
        """Wait before something is tried again."""
        await self._sleep(seconds)

    def _on_grid(self, delay: float) -> float:
        if delay < _GRID:
            return delay
        late = (self._clock() + delay) % _GRID
        return delay + (_GRID - late if late > 1e-6 else 0.0)


def _delays(slowest: float) -> Iterator[float]:
    yield from _DELAYS
    delay = _STEADY_DELAY
    while True:
        yield delay
        delay = min(delay * 1.5, slowest)


class Superseded:
    """The states of rows before writes of ours: a read that shows one is behind, and no news.

    The state of a document is its fields, that of a collection what can be changed of it, None
    that it was not there. It is remembered for LONGEST seconds: so long it may still be read.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._states: dict[_Place, deque[tuple[float, Mapping[str, Any] | None]]] = {}
        self._current: dict[_Place, Row | None] = {}
        self._removals: dict[_Place, float] = {}
        self._many = 1000

    def is_removal(self, collection_id: str, file_id: str) -> bool:
        """Tell whether the last write to a document was to remove it, and that not long ago."""
        at = self._removals.get((collection_id, file_id))
        return at is not None and self._clock() - at <= 2 * LONGEST

    def note(self, target: Target, before: Row | None, after: Mapping[str, Any] | None) -> None:
        """Take note that a write replaces one state of a row by another."""
        place = target.collection_id, target.file_id or ""
        old = _state_of(before)
        now = self._clock()
        states = self._states.setdefault(place, deque(maxlen=_REMEMBERED))
        others = [(at, state) for at, state in states if state not in (old, after)]
        states.clear()
        states.extend([*others, (now, old)])
        self._removals.pop(place, None)
        if after is None:
            self._removals[place] = now
        self._forget_old(now)

    def holds(self, target: Target, seen: Row | None) -> bool:
        """Tell whether what was seen is a state that was replaced lately."""
        return self._is_behind((target.collection_id, target.file_id or ""), seen)

    def show(self, target: Target, seen: Row | None) -> None:
        """Take note of how a row was shown to be now."""
        place = target.collection_id, target.file_id or ""
        if place in self._states:
            self._current[place] = seen

    def forget(self, target: Target) -> None:
        """Forget what a row was: what is seen of it now is how it is."""
        place = target.collection_id, target.file_id or ""
        self._states.pop(place, None)
        self._current.pop(place, None)

    def correct(self, collection_id: str, documents: Sequence[Document]) -> list[Document]:
        """Return documents as they were read, but those that are behind as they are by now."""
        return self._correct(documents, lambda document: (collection_id, document.file_id))

    def correct_collections(self, collections: Sequence[Collection]) -> list[Collection]:
        """Return collections as they were read, but those that are behind as they are by now."""
        return self._correct(collections, lambda collection: (collection.collection_id, ""))

    def _correct(self, rows: Sequence[R], place_of: Callable[[R], _Place]) -> list[R]:
        if not self._states:
            return list(rows)
        corrected = []
        for row in rows:
            place = place_of(row)
            if place in self._current and self._is_behind(place, row):
                current = self._current[place]
                if current is not None:
                    corrected.append(cast("R", current))
            else:
                corrected.append(row)
        return corrected

    def _is_behind(self, place: _Place, seen: Row | None) -> bool:
        states = self._states.get(place)
        if states is None:
            return False
        state, now = _state_of(seen), self._clock()
        return any(state == old and now - at <= LONGEST for at, old in states)

    def _forget_old(self, now: float) -> None:
        if len(self._states) < self._many:
            return
        for place in [p for p, states in self._states.items() if now - states[-1][0] > LONGEST]:
            del self._states[place]
            self._current.pop(place, None)
            self._removals.pop(place, None)
        self._many = max(1000, 2 * len(self._states))


def _state_of(row: Row | None) -> Mapping[str, Any] | None:
    if row is None:
        return None
    return describe(row) if isinstance(row, Collection) else dict(row.raw_fields)

"""The states that writes of ours have replaced, which a read may still show for a while."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, TypeVar, cast

from xcoll_tui.api.models import Collection
from xcoll_tui.session.writes.collection_diff import describe
from xcoll_tui.session.writes.judging import same_fields
from xcoll_tui.session.writes.read_back import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from xcoll_tui.api.models import Document
    from xcoll_tui.session.writes.outcome import Target
    from xcoll_tui.session.writes.undo_entry import UndoEntry

    _Place = tuple[str, str]
    Row = Document | Collection

_REMEMBERED: Final = 8

R = TypeVar("R", bound="Document | Collection")


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
        place = target.ids
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

    def recall(self, entries: Iterable[UndoEntry]) -> None:
        """Take note of the states that documents were in before writes of earlier sessions."""
        now = self._clock()
        for entry in entries:
            if not 0 <= now - entry.at <= LONGEST:
                continue
            for item in entry.items.values():
                place = entry.collection_id, item.file_id
                if item.file_id and item.had_effect and place not in self._states:
                    self._states[place] = deque([(entry.at, item.old)], maxlen=_REMEMBERED)

    def holds(self, target: Target, seen: Row | None) -> bool:
        """Tell whether what was seen is a state that was replaced lately."""
        return self._is_behind(target.ids, seen)

    def was_lately(self, target: Target, state: Mapping[str, Any] | None) -> bool:
        """Tell whether a row was in this state before a write of ours, and not long ago.

        Ask before it is written again: then one read that shows it need not be of this write.
        """
        if state is None:
            return False
        now = self._clock()
        return any(
            old is not None and same_fields(old, state) and now - at <= LONGEST
            for at, old in self._states.get(target.ids, ())
        )

    def show(self, target: Target, seen: Row | None) -> None:
        """Take note of how a row was shown to be now."""
        place = target.ids
        if place in self._states:
            self._current[place] = seen

    def forget(self, target: Target) -> None:
        """Forget what a row was: what is seen of it now is how it is."""
        place = target.ids
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

"""A list that is loaded page by page from both of its ends: pure, and as quick at 100,000 rows."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from itertools import chain, islice, repeat
from typing import Generic, NamedTuple, TypeVar

from xcoll_tui.session.lists.key_parts import KeyParts

T = TypeVar("T")

_RUN = 16
"""So many rows share the number of the place where they begin: one each would take 3 MB of 100,000
rows, and this many are gone through within 2 µs."""


class End(Enum):
    """The two ends a list is loaded from; the tail is the same query in the opposite order."""

    HEAD = "head"
    TAIL = "tail"

    __hash__ = object.__hash__  # Enum's own is written in Python; a page asks for it 28 times

    @property
    def other(self) -> "End":
        """Return the opposite end."""
        return End.TAIL if self is End.HEAD else End.HEAD


class Gap(NamedTuple):
    """The rows between the ends that are not loaded; None says that nobody knows how many."""

    missing: int | None


class RepeatedToken(Exception):  # noqa: N818 - a fact about the walk; its page was taken all the same
    """The service sent a pagination token again: going on would walk in a circle.

    `added` is the number of new rows that the page brought before the walk was stopped.
    """

    def __init__(self, end: End, added: int) -> None:
        super().__init__(
            f"The service repeated a pagination token, so loading stopped at the {end.value} of "
            "the list. Refresh to try again."
        )
        self.end = end
        self.added = added


class _Side(Generic[T]):
    """The rows that one walk has brought, in order of arrival.

    Rows arrive in runs, and a key leads to the place at which its run began, counted with the rows
    removed since; where that stands now is this place less the removed ones of earlier runs. So
    nothing is renumbered at a removal.
    """

    __slots__ = (
        "crossed", "idle", "items", "key", "mark", "removed", "run", "runs", "started", "token",
        "tokens", "unseen",
    )  # fmt: skip

    def __init__(self, key: Callable[[T], str]) -> None:
        self.key = key
        self.items: list[T] = []
        self.runs = KeyParts()
        self.run = 0  # the one that goes on
        self.removed: list[int] = []  # the runs of the removed rows
        self.token: str | None = None
        self.tokens: set[str] = set()
        self.started = False
        self.crossed: set[str] = set()  # rows of the other side that this walk has seen as well
        # Of the rows here that the other walk has seen, the innermost: the number of rows up to it,
        # and its sort value.
        self.mark: tuple[int, object] | None = None
        self.idle = 0
        self.unseen: set[str] = set()  # rows of an earlier walk that this one has still to pass

    def position(self, key: str) -> int:
        run = self.runs[key]
        position = run - bisect_left(self.removed, run)
        while self.key(self.items[position]) != key:
            position += 1
        return position

    def append(self, key: str, item: T) -> None:
        place = len(self.items) + len(self.removed)
        if place - self.run >= _RUN:
            self.run = place
        self.runs.add((key,), (self.run,))
        self.items.append(item)

    def extend(self, keys: list[str], items: list[T]) -> None:
        place = len(self.items) + len(self.removed)
        runs = range(place, place + len(keys), _RUN)
        # The same number for all of a run: one each would take memory, whatever it is.
        self.runs.add(keys, chain.from_iterable(repeat(run, _RUN) for run in runs))
        if runs:
            self.run = runs[-1]
        self.items.extend(items)

    def are_new(self, keys: list[str]) -> bool:
        return len(set(keys)) == len(keys) and self.runs.holds_none(keys)

    def remove(self, key: str) -> None:
        position = self.position(key)
        del self.items[position]
        self.unseen.discard(key)
        insort(self.removed, self.runs.pop(key))
        if self.mark is not None and position < self.mark[0]:
            self.mark = (self.mark[0] - 1, self.mark[1])


def values_differ(first: object, second: object) -> bool:
    """Tell whether two values that the service sorts by surely differ."""
    # How the service compares text is not known: names that differ only in case may be a tie.
    if isinstance(first, str) and isinstance(second, str):
        return first.casefold() != second.casefold()
    return first != second


class Listing(Generic[T]):
    """Rows by key, in display order: the head, a gap while something is missing, the tail.

    `key` names a row; `sort_value` tells what the service sorts it by, None where that cannot be
    told. Rows the service sends again are updated where they stand, never shown twice.

    The gap closes when either walk reaches its end, or when the walks have surely met: one of them
    came upon two rows of the other, of different sort values, in the opposite order. Then each
    row lies within one of the walks, also where the service does not exactly reverse the order of
    equal values, where the total is wrong, and where rows come, go and move meanwhile. Nothing
    less closes it, so without `sort_value` only an end does. (A service whose tokens count rows
    instead of naming one skips a row when another is removed before it; no client can see that.)
    """

    def __init__(
        self,
        key: Callable[[T], str],
        total: int | None = None,
        *,
        sort_value: Callable[[T], object] | None = None,
    ) -> None:
        self.key = key
        self.total = total
        self.sort_value = sort_value
        self.complete = False
        self.rewritten = 0
        """How often a row was put in the place of another version of it."""
        self._head: _Side[T] = _Side(key)
        self._tail: _Side[T] = _Side(key)
        self._sides = {End.HEAD: self._head, End.TAIL: self._tail}
        self._moved: set[str] = set()  # rows whose sort value changed since a walk saw them

    # Reading

    def __len__(self) -> int:
        return len(self._head.items) + (self.gap_index is not None) + len(self._tail.items)

    def __contains__(self, key: str) -> bool:
        return key in self._head.runs or key in self._tail.runs

    @property
    def loaded(self) -> int:
        """The number of rows that are here."""
        return len(self._head.items) + len(self._tail.items)

    @property
    def gap_index(self) -> int | None:
        """The index of the gap's row, None when there is no gap to show."""
        # Before anything of the tail is here, what is missing lies below the last row.
        return None if self.complete or not self._tail.items else len(self._head.items)

    @property
    def gap(self) -> Gap | None:
        """The gap between the ends; its count is as good as `total`."""
        if self.gap_index is None:
            return None
        missing = self.total - self.loaded if self.total is not None else 0
        return Gap(missing if missing > 0 else None)

    def token(self, end: End) -> str | None:
        """Return where the walk from an end goes on; None when it has not begun or cannot."""
        return self._sides[end].token

    def started(self, end: End) -> bool:
        """Tell whether a page of this end has come."""
        return self._sides[end].started

    def place(self, end: End) -> tuple[bool, str | None]:
        """Return where the walk from an end stands: whether it has begun, and its token."""
        return self._sides[end].started, self._sides[end].token

    def has_had(self, end: End, token: str) -> bool:
        """Tell whether the walk from an end has had this token: going on at it is a circle."""
        return token in self._sides[end].tokens

    def count(self, end: End) -> int:
        """Return the number of rows loaded from an end."""
        return len(self._sides[end].items)

    def idle_pages(self, end: End) -> int:
        """Return how many pages in a row brought nothing that this walk had not seen."""
        return self._sides[end].idle

    @property
    def touched(self) -> bool:
        """Whether a walk has come upon rows of the other end."""
        return bool(self._head.crossed or self._tail.crossed)

    def row(self, index: int) -> T | Gap:
        """Return what stands at a display index; raises IndexError outside."""
        head = self._head.items
        if 0 <= index < len(head):
            return head[index]
        back = len(self) - 1 - index
        if index >= 0 and back >= 0:
            tail = self._tail.items
            if back < len(tail):
                return tail[back]
            gap = self.gap
            if gap is not None:
                return gap
        raise IndexError(index)

    def get(self, key: str) -> T | None:
        """Return the row of a key, None when it is not loaded."""
        side = self._side_of(key)
        return None if side is None else side.items[side.position(key)]

    def index_of(self, key: str) -> int | None:
        """Return the display index of a key, None when it is not loaded."""
        side = self._side_of(key)
        if side is None:
            return None
        position = side.position(key)
        return position if side is self._head else len(self) - 1 - position

    def loaded_items(self) -> Iterator[T]:
        """Yield the rows in display order, without the gap."""
        return chain(self._head.items, reversed(self._tail.items))

    def keys(self) -> Iterator[str]:
        """Yield the keys in display order."""
        return map(self.key, self.loaded_items())

    def keys_in_parts(self) -> list[Mapping[str, int]]:
        """Return the keys there are now, head and tail, at once, where `keys` is slow."""
        return [part for side in self._sides.values() for part in side.runs.lend()]

    def between(self, key_a: str, key_b: str) -> list[str]:
        """Return the keys from one row to another, both included, in display order.

        The two may stand in either order; an empty list when one of them is not loaded.
        """
        a, b = self.index_of(key_a), self.index_of(key_b)
        if a is None or b is None:
            return []
        rows = (self.row(index) for index in range(min(a, b), max(a, b) + 1))
        return [self.key(row) for row in rows if not isinstance(row, Gap)]

    def arrivals(self, end: End) -> list[T]:
        """Return the rows of one end in order of arrival, the outermost first."""
        return self._sides[end].items.copy()

    def arrival(self, end: End, key: str) -> int | None:
        """Return where a row stands among the arrivals of one end, None when not there."""
        side = self._sides[end]
        return side.position(key) if key in side.runs else None

    def surely_differ(self, first: T, second: T) -> bool:
        """Tell whether the service surely sorts these rows by different values."""
        if self.sort_value is None:
            return False
        a, b = self.sort_value(first), self.sort_value(second)
        return a is not None and b is not None and values_differ(a, b)

    def stands(self, item: T) -> bool:
        """Tell whether this row is loaded and has surely not moved since a walk saw it."""
        key = self.key(item)
        loaded = self.get(key)
        return loaded is not None and key not in self._moved and self._same(loaded, item)

    # Changing

    def add_page(self, end: End, items: Iterable[T], token: str | None) -> int:
        """Take the next page of a walk and return the number of rows that are new.

        `token` is the page's pagination token: without one the walk has reached its end. Raises
        RepeatedToken, with the page taken, when this walk has had that token before.
        """
        side, across = self._sides[end], self._sides[end.other]
        side.started = True
        before = len(side.items)
        items = list(items)
        keys = list(map(self.key, items))
        if not side.unseen and side.are_new(keys) and across.runs.holds_none(keys):
            # As most pages are: all of it at once.
            fresh = not side.crossed.issuperset(keys)
            side.extend(keys, items)
        else:
            fresh = self._merge(side, across, keys, items)
        added = len(side.items) - before
        side.idle = 0 if fresh else side.idle + 1
        side.token = token or None
        if side.token is None:
            self.complete = True
            for key in list(side.unseen):
                self.remove(key)
        elif side.token in side.tokens and not self.complete:
            side.token = None
            raise RepeatedToken(end, added)
        else:
            side.tokens.add(side.token)
        return added

    def _merge(self, side: _Side[T], across: _Side[T], keys: list[str], items: list[T]) -> bool:
        """Take a page of which some may be here; tell whether there is one new to this walk."""
        fresh = False
        for key, item in zip(keys, items, strict=True):
            if key in side.runs:
                self._put(side, key, item)
                fresh = fresh or key in side.unseen
                side.unseen.discard(key)
                continue
            fresh = fresh or key not in side.crossed
            if key in across.runs:
                unmoved = self._put(across, key, item)
                side.crossed.add(key)
                if unmoved and self._meets(across, key, item):
                    self.complete = True
            else:
                side.append(key, item)
                if side.unseen:
                    self._moved.add(key)  # it belongs among those that were passed
        return fresh

    def keep(
        self, end: End, old: "Listing[T]", rows: Iterable[T], *, walk_again: bool = False
    ) -> int:
        """Go on at one end where an earlier listing was: append rows of it, and take its token.

        To `walk_again` through them is to keep the token that there is: they are brought again.

        Returns how many were not here yet; without any, the token stays. Unlike in `add_page`, a
        missing token says nothing but that this walk cannot go on.
        """
        side, across, before = self._sides[end], self._sides[end.other], old._sides[end]  # noqa: SLF001 - another Listing
        size = len(side.items)
        for row in rows:
            key = self.key(row)
            if key in across.runs:
                side.crossed.add(key)
            elif key not in side.runs:
                side.append(key, row)
        count = len(side.items) - size
        if count:
            moved = old._moved  # noqa: SLF001 - another Listing
            self._moved.update(key for key in moved if key in side.runs)
            side.crossed |= before.crossed
            side.started = True
            if walk_again and side.token is not None:
                side.unseen = set(islice(side.runs, size, None))
            else:
                side.token = before.token
                side.tokens.add(before.token or "")
        return count

    def adopt(self, end: End, old: "Listing[T]") -> None:
        """Append what one end's walk had seen of the other end in an earlier listing.

        Needed where the walk goes on and the other end's rows are left: it will not bring them
        again. Where among its rows it had seen them is not known, so they prove no meeting.
        """
        side, before, left = self._sides[end], old._sides[end], old._sides[end.other]  # noqa: SLF001 - another Listing
        for key in sorted(before.crossed):
            if key in left.runs and key not in self:
                side.append(key, left.items[left.position(key)])
                self._moved.add(key)

    def replace(self, item: T) -> bool:
        """Put a newer version of a row where the row stands; False when it is not loaded."""
        key = self.key(item)
        side = self._side_of(key)
        if side is not None:
            self._put(side, key, item)
        return side is not None

    def remove(self, key: str) -> bool:
        """Take a row away, and one off the total; False when it is not loaded."""
        side = self._side_of(key)
        if side is None:
            return False
        side.remove(key)
        self._moved.discard(key)
        if self.total is not None:
            self.total = max(self.total - 1, 0)
        return True

    def _side_of(self, key: str) -> _Side[T] | None:
        if key in self._head.runs:
            return self._head
        return self._tail if key in self._tail.runs else None

    def _put(self, side: _Side[T], key: str, item: T) -> bool:
        position = side.position(key)
        before = side.items[position]
        if before != item:
            self.rewritten += 1
        if not self._same(before, item):
            self._moved.add(key)
        side.items[position] = item
        return key not in self._moved

    def _same(self, first: T, second: T) -> bool:
        return self.sort_value is None or self.sort_value(first) == self.sort_value(second)

    def _meets(self, across: _Side[T], key: str, item: T) -> bool:
        value = None if self.sort_value is None else self.sort_value(item)
        if value is None:
            return False
        position = across.position(key)
        if across.mark is None or position >= across.mark[0]:
            across.mark = (position + 1, value)
            return False
        return values_differ(across.mark[1], value)

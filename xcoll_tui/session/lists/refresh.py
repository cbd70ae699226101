"""Reading a list again without losing the place in it: what is fresh, and what stays behind it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from xcoll_tui.session.gather import gather
from xcoll_tui.session.lists.freshness import Freshness
from xcoll_tui.session.lists.listing import End, Listing, RepeatedToken
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.lists.sources import PAGE_SIZE, Page, Source

T = TypeVar("T")

PAGES = 20
"""The most pages that a refresh reads again at one end …"""
MORE_PAGES = 5
"""… and how many more to come to a row that was known, behind which the old ones may stay."""


class Walk(Struct, Generic[T]):
    """The pages that one end gave when it was read again."""

    pages: list[Page[T]] = []
    last: T | None = None
    rows: int = 0

    @property
    def token(self) -> str | None:
        """Where this walk would go on."""
        return self.pages[-1].token or None if self.pages else None

    @property
    def goes_on(self) -> bool:
        """Whether there is a next page, and not one that was read already."""
        return bool(self.token) and all(page.token != self.token for page in self.pages[:-1])

    def backwards(self) -> Iterator[T]:
        """Yield the rows, the last one first."""
        return (row for page in reversed(self.pages) for row in reversed(page.rows))

    def take(self, page: Page[T]) -> None:
        """Append a page."""
        self.pages.append(page)
        self.rows += len(page.rows)
        if page.rows:
            self.last = page.rows[-1]


class Reread(Struct, Generic[T]):
    """The result of reading a list again.

    `looked` are rows behind the walks that were read by themselves, `gone` the keys of those that
    were not there any more; `total` as the service counts, if it does.
    """

    walks: dict[End, Walk[T]] = {}
    looked: list[T] = []
    gone: list[str] = []
    total: int | None = None

    def rows(self) -> Iterator[T]:
        """Yield the rows of the walks."""
        return (row for walk in self.walks.values() for page in walk.pages for row in page.rows)


async def read_again(
    source: Source[T], query: Query, old: Listing[T], visible: Sequence[str]
) -> Reread[T]:
    """Read again what is loaded, both ends at once, and the count; then look behind the walks.

    Raises the ApiError of whatever fails first.
    """
    again: Reread[T] = Reread()

    async def walk(end: End, wanted: float) -> None:
        again.walks[end] = await _walk(source, query, end, wanted, old)

    async def count() -> None:
        again.total = await source.total()

    await gather(count(), *[walk(end, rows) for end, rows in _ends_to_walk(old).items()])
    await _look_behind(source, old, visible, again)
    return again


async def _look_behind(
    source: Source[T], old: Listing[T], visible: Sequence[str], again: Reread[T]
) -> None:
    if any(not walk.token for walk in again.walks.values()):
        return  # read to the end: what was not there is gone
    seen = set(map(source.key, again.rows()))
    behind = [
        key
        for key in visible
        if key not in seen and (row := old.get(key)) is not None and source.has_id(row)
    ]
    # Twice, because what an answer leaves out is not documented to be gone.
    for _ in range(2):
        if not behind:
            break
        rows = await source.look(behind)
        if rows is None:
            return
        again.looked += rows
        keys_seen = set(map(source.key, rows))
        behind = [key for key in behind if key not in keys_seen]
    again.gone = behind


def _ends_to_walk(listing: Listing[T]) -> dict[End, float]:
    """Return how many rows to read again at which end.

    What is complete is read to its end where that is near, else from both ends, so that rows added
    at either are found.
    """
    if listing.complete:
        if listing.loaded < PAGES * PAGE_SIZE:
            return {End.HEAD: float("inf")}
        return {end: listing.count(end) or PAGES * PAGE_SIZE for end in End}
    return {end: listing.count(end) for end in End if listing.started(end)}


async def _walk(
    source: Source[T], query: Query, end: End, wanted: float, old: Listing[T]
) -> Walk[T]:
    """Read one end again, as far as `wanted` rows or PAGES pages.

    Goes up to MORE_PAGES further to where the old rows join on.
    """
    walk: Walk[T] = Walk()
    more = 0
    while True:
        walk.take(await source.page(query, end, walk.token))
        if not walk.goes_on:
            return walk
        if walk.rows < wanted and len(walk.pages) < PAGES:
            continue
        if more == MORE_PAGES or _joins(old, end, walk):
            return walk
        more += 1


def _joins(old: Listing[T], end: End, walk: Walk[T]) -> bool:
    """Tell whether old rows fit on behind this walk, or none are left that would have to."""
    if _joint(old, end, walk) is not None:
        return True
    if old.complete and old.count(end) == 0:
        return False
    standing = next((row for row in walk.backwards() if old.stands(row)), None)
    if standing is None:
        return False
    place = old.arrival(end, old.key(standing))
    return place is None or place == old.count(end) - 1


def _joint(old: Listing[T], end: End, walk: Walk[T]) -> T | None:
    """Return the walk's last row if it stands among those of the same end.

    Only among those, having come in the same order, is it sure which ones lie behind it. At an end
    of which nothing is loaded any row that stands will do.
    """
    last = walk.last
    if last is None or not old.stands(last):
        return None
    same = old.count(end) == 0 or old.arrival(end, old.key(last)) is not None
    return last if same else None


def take_in(
    old: Listing[T],
    again: Reread[T],
    freshness: Freshness[T],
    since: int,
    expired: Collection[End] = (),
) -> tuple[Listing[T], dict[End, str], list[T]]:
    """Return the list as it was read again at `since`, but with what was written meanwhile.

    Also returned: why an end was stopped, as for `renew`, and the rows that were read.
    """
    for walk in again.walks.values():
        walk.pages = [Page(freshness.newest(page.rows, since), page.token) for page in walk.pages]
    listing, stopped = renew(old, again.walks, expired)
    looked = freshness.newest(again.looked, since)
    for row in looked:
        listing.replace(row)
    for name in again.gone:
        if not freshness.is_older(name, since):
            listing.remove(name)
    rows = [row for row in [*again.rows(), *looked] if old.key(row) in listing]
    return listing, stopped, rows


def renew(
    old: Listing[T], walks: Mapping[End, Walk[T]], expired: Collection[End] = ()
) -> tuple[Listing[T], dict[End, str]]:
    """Return the list as the walks found it, with the old rows that lie behind them.

    Old rows stay, with the old token, only behind a walk whose last row stands where it stood:
    there the old walk fits on without a hole. Where its token has `expired` the new walk goes on
    through them instead. Also returned: a sentence for each end that a repeated token stopped.
    """
    new = Listing(old.key, old.total, sort_value=old.sort_value)
    stopped: dict[End, str] = {}
    for end, walk in walks.items():
        for page in walk.pages:
            try:
                new.add_page(end, page.rows, page.token)
            except RepeatedToken as repeated:
                stopped[end] = str(repeated)
    if new.complete:
        return new, {}
    # What was complete and has grown beyond what is read at once goes on from there.
    if not old.complete or End.TAIL in walks:
        for end in _join(old, new, walks, expired):
            stopped.pop(end, None)
    return new, stopped


def _join(
    old: Listing[T], new: Listing[T], walks: Mapping[End, Walk[T]], expired: Collection[End]
) -> list[End]:
    """Append to the new listing what of the old one lies behind the walks; return where."""
    joint_of = {end: _joint(old, end, walk) for end, walk in walks.items()}
    joints = {end: joint for end, joint in joint_of.items() if joint is not None}
    joined = []
    for end in End:
        if end in walks and end not in joints:
            continue
        if new.keep(end, old, _rows_behind(old, end, joints), walk_again=end in expired):
            joined.append(end)
            if end.other in walks and end.other not in joints:
                new.adopt(end, old)
    if old.complete and joints.keys() == walks.keys():
        new.complete = True  # nothing is missing between them
    return joined


def _rows_behind(old: Listing[T], end: End, joints: Mapping[End, T]) -> list[T]:
    """Return the old rows of one end that no walk has passed.

    A row that a walk has passed and not brought is gone. Where the other end's walk has come as far
    as this end's rows, it has passed those of another value than its last one: equal ones need not
    come in exactly the reversed order.
    """
    rows = old.arrivals(end)
    own, other_joint = joints.get(end), joints.get(end.other)
    passed = None if own is None else old.arrival(end, old.key(own))
    limit = None if other_joint is None else old.arrival(end, old.key(other_joint))
    start = 0 if passed is None else passed + 1
    if other_joint is None or limit is None:
        return rows[start:]
    split = max(start, limit)
    return rows[start:split] + [
        row for row in rows[split:] if not old.surely_differ(row, other_joint)
    ]

"""A listing kept filled from the service: loading, refreshing, sorting and filtering."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from xcoll_tui.api.errors import ApiError, InvalidArgument
from xcoll_tui.session.gather import gather
from xcoll_tui.session.lists.events import (
    Departure,
    FeedChanged,
    ListEvent,
    RowChanged,
    RowRemoved,
    RowsAppended,
    RowsReset,
)
from xcoll_tui.session.lists.failures import Failures
from xcoll_tui.session.lists.freshness import Freshness
from xcoll_tui.session.lists.listing import End, Listing
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.lists.refresh import Reread, read_again, take_in
from xcoll_tui.session.lists.row_states import RowStates
from xcoll_tui.session.lists.sources import Page, Source
from xcoll_tui.session.lists.view import View
from xcoll_tui.session.lists.whole_list import WholeList

T = TypeVar("T")
R = TypeVar("R")

_PAGES_A_CALL = 10
"""How many pages `load_more` goes through in search of a new row."""


class Feed(Generic[T]):
    """The rows of one list of the service, and how to get more of them.

    The reading methods do not raise an ApiError: it becomes `problem`, and the rows stay as they
    were. Each may be cancelled at any time, and called at any time: what is under way already is
    awaited, not asked twice. An answer for rows that are no longer shown is dropped, and no answer
    overwrites a row that was read or written after it was asked.

    `problem` is the last read that failed, until one succeeds. `asked` is the query under way, or
    refused; `refused` the service's complaint about its filter. `loaded_at` is the clock's time of
    the last success. Every change is told to `emit`. `judge` tells by its key why a row left.
    """

    def __init__(
        self,
        source: Source[T],
        query: Query,
        *,
        emit: Callable[[ListEvent], None],
        clock: Callable[[], float] = time.time,
        total: int | None = None,
        judge: Callable[[str], Departure] = lambda _: Departure.ELSEWHERE,
    ) -> None:
        self.source = source
        self.query = query
        self.asked: Query | None = None
        self.refused: InvalidArgument | None = None
        self.problem: ApiError | None = None
        self.loaded_at: float | None = None
        self._emit = emit
        self._clock = clock
        self._total = total
        self._judge = judge
        self._view = View()
        self._whole: WholeList[T] | None = None
        self._changing: Counter[End] = Counter()
        self._refreshes = self._refreshing = self._changes = 0
        self._freshness: Freshness[T] = Freshness(source.key)
        self._states = RowStates(source)
        self.listing = self._empty(query)

    # What it says about itself

    @property
    def collection_id(self) -> str | None:
        """The collection whose documents these are; None where they are the collections."""
        return self.source.collection_id

    @property
    def loading(self) -> frozenset[End]:
        """The ends at which something is under way, a first page included."""
        return frozenset(end for end in End if self._view.busy[end] or self._changing[end])

    @property
    def refreshing(self) -> bool:
        """Whether the rows are being read again."""
        return self._refreshing > 0

    @property
    def stopped(self) -> str | None:
        """Why loading cannot go on at an end, as a sentence; None while it can, or need not."""
        return None if self.listing.complete else next(iter(self._view.stopped.values()), None)

    @property
    def under_way(self) -> set[str]:
        """The keys of the loaded rows that the service is still at work on."""
        return self._states.under_way

    @property
    def arrivals(self) -> int:
        """How many rows were ever added to those under way."""
        return self._states.arrivals

    @property
    def failures(self) -> Failures:
        """The loaded rows that failed."""
        return self._states.failures

    @property
    def total(self) -> int | None:
        """How many rows there are without a filter, None if unknown; an estimate while loading."""
        whole = self._find_whole()
        return self._total if whole is None else whole.listing.loaded

    @total.setter
    def total(self, total: int | None) -> None:
        if total != self._total:
            self._total = total
            if not self.query.is_filtered:
                self.listing.total = total
            self._emit(FeedChanged(self.collection_id))

    @property
    def filtered_here(self) -> bool:
        """Whether the rows were chosen here, among all that there are, not by the service."""
        return self._whole is not None

    # Reading

    async def load(self) -> None:
        """Read the first page; its rows replace all others when it comes."""
        view = self._view
        async with view.turns[End.HEAD]:
            if self._view is view:
                since = self._freshness.now
                page = await self._ask(view, End.HEAD, self.source.page(self.query, End.HEAD, None))
                if page is not None and self._view is view:
                    self._show(self.query, page, since)

    async def load_more(self, end: End = End.HEAD) -> None:
        """Read the next page at one end, and further ones as long as they bring no row."""
        if not self.listing.started(End.HEAD):
            await self.load()
            return
        view = self._view
        pages = view.pages[end]
        async with view.turns[end]:
            for _ in range(_PAGES_A_CALL):
                if self._view is not view or view.pages[end] != pages:
                    return
                if not view.can_load(self.listing, end) or await self._load_page(view, end) != 0:
                    return
                pages = view.pages[end]

    async def load_end(self) -> None:
        """Read the last page, as the first one of the opposite order; one request at most.

        None when everything, or some of the tail, is loaded already.
        """
        if not self.listing.started(End.HEAD):
            await self.load()
        view = self._view
        async with view.turns[End.TAIL]:
            listing = self.listing
            if self._view is not view or listing.complete or listing.started(End.TAIL):
                return
            if listing.started(End.HEAD):
                await self._load_page(view, End.TAIL)

    async def load_all(self) -> None:
        """Read until all is loaded, or something fails; from both ends where there is much.

        Cancelling keeps what has come.
        """
        if not self.listing.started(End.HEAD):
            await self.load()
        view, going = self._view, True

        async def load_from(end: End) -> None:
            nonlocal going
            self._count(view.busy, end, 1)
            try:
                while going and self._view is view and end in view.useful_ends(self.listing):
                    pages = view.pages[end]
                    async with view.turns[end]:
                        if self._view is view and view.pages[end] == pages and going:
                            page = self._load_page(view, end, goes_on=True)
                            going = await self._freshness.reading(page) is not None
            finally:
                self._count(view.busy, end, -1)

        try:
            while going and self._view is view and (ends := view.useful_ends(self.listing)):
                await gather(*[load_from(end) for end in ends])
        finally:
            view.drop_ahead()

    async def refresh(self, visible: Sequence[str] = ()) -> None:
        """Read again what is loaded, and put it in place in one go.

        Each end is read again as far as it was loaded, within limits; old rows behind that stay,
        and those among `visible` are looked at one by one.
        """
        view = self._view
        if not self.listing.started(End.HEAD):
            await self.load()
            return
        self._refreshes += 1
        refresh_number = self._refreshes
        since = self._freshness.now
        loaded = self._whole or self
        self._refresh_began(1)
        try:
            question = read_again(self.source, loaded.query, loaded.listing, visible)
            again = await self._freshness.reading(question)
        except ApiError as error:
            if self._view is view and self._refreshes == refresh_number:
                self._fail(error)
            return
        finally:
            self._refresh_began(-1)
        if self._view is view and self._refreshes == refresh_number:
            await (self._renew if self._whole is None else self._renew_whole)(view, again, since)
            self.total = self._total if again.total is None else again.total

    async def change_query(self, query: Query) -> bool:
        """Sort or filter otherwise; the rows stay until the first page of the new ones has come.

        Where all rows are loaded, and what is meant can be told here, nothing is asked.

        Returns whether they came. A filter that the service refuses leaves all as it was, with
        `refused` set. Asking for the query that is shown takes back what was asked.
        """
        self._changes += 1
        change_number = self._changes
        self.refused = None
        self.asked = None
        if query == self.query and self.listing.started(End.HEAD):
            self._emit(FeedChanged(self.collection_id))
            return False
        self.asked = query
        whole = self._find_whole()
        if whole is not None and whole.serves(query):
            return await self._filter_here(query, whole, change_number)
        since = self._freshness.now
        self._count(self._changing, End.HEAD, 1)
        page: Page[T] | None = None
        try:
            page = await self._freshness.reading(self.source.page(query, End.HEAD, None))
        except ApiError as error:
            if change_number == self._changes:
                if isinstance(error, InvalidArgument) and query.is_filtered:
                    self.refused = error
                else:
                    self._fail(error)
        finally:
            if change_number == self._changes and self.refused is None:
                self.asked = None
            self._count(self._changing, End.HEAD, -1)
        if page is None or change_number != self._changes:
            return False
        self._show(query, page, since)
        return True

    # One row

    def put(self, row: T) -> bool:
        """Put a newer version of a row in its place; False when it is not loaded."""
        key = self.source.key(row)
        self._freshness.write(key, row)
        if self._whole is not None:
            self._whole.put(row)
        old = self.listing.get(key)
        if old is None:
            return False
        if old != row:
            self.listing.replace(row)
            self._states.note([row])
            self._emit(RowChanged(self.collection_id, key))
        return True

    def remove(self, key: str, departure: Departure) -> bool:
        """Take a row away; `departure` is told along with it. False when it is not loaded."""
        self._freshness.write(key, None)
        row = self.listing.get(key)
        if self._whole is not None:
            self._whole.remove(key)
        if not self.listing.remove(key):
            return False
        self._states.forget(key)
        if self._total is not None:
            self._total = max(self._total - 1, 0)
        if departure is Departure.ELSEWHERE:
            departure = self._judge(key)
        self._emit(RowRemoved(self.collection_id, key, departure, row))
        return True

    def report(self, error: ApiError | None, *, instead_of: ApiError | None = None) -> None:
        """Set or clear the problem for a read made elsewhere; says nothing when it is no news.

        Clearing concerns only the problem given as `instead_of`.
        """
        if error is None:
            if instead_of is not None and self.problem is instead_of:
                self.problem = None
                self._emit(FeedChanged(self.collection_id))
        elif self.problem is None:
            self._fail(error)

    # Within

    def _empty(self, query: Query) -> Listing[T]:
        return Listing(
            self.source.key,
            None if query.is_filtered else self._total,
            sort_value=self.source.sort_value(query.sort_by),
        )

    async def _ask(self, view: View, end: End, question: Awaitable[R]) -> R | None:
        self._count(view.busy, end, 1)
        try:
            return await self._freshness.reading(question)
        except ApiError as error:
            if self._view is view:
                view.note_refusal(self.listing, end, error)
                self._fail(error)
            return None
        finally:
            self._count(view.busy, end, -1)

    async def _load_page(self, view: View, end: End, *, goes_on: bool = False) -> int | None:
        """Return the number of new rows, 0 also for an answer that came too late; None: failed.

        Where it `goes_on`, the next page is asked for before this one is taken in.
        """
        place = self.listing.place(end)
        ahead = view.take_ahead(end, place[1])
        since = self._freshness.now if ahead is None else ahead.since
        question = ahead.answer if ahead else self.source.page(self.query, end, place[1])
        page = await self._ask(view, end, question)
        if page is None:
            return None
        if goes_on and self._view is view and view.surely_goes_on(self.listing, end, page):
            await view.ask_ahead(self.source, self.query, self._freshness, end, page.token)
        if self._view is not view or self.listing.place(end) != place:
            return 0
        rows = self._freshness.newest(page.rows, since)
        added = view.add_page(self.listing, end, rows, page.token)
        self._states.note(rows, all_new=added == len(rows))
        news = self.problem is not None or end in view.stopped
        self._succeed()
        self._emit(RowsAppended(self.collection_id, end, added))
        if news:
            self._emit(FeedChanged(self.collection_id))
        return added

    def _show(self, query: Query, page: Page[T], since: int) -> None:
        rows = self._freshness.newest(page.rows, since)
        self._view, self._whole = View(), None
        self.query = query
        self.listing = self._empty(query)
        self.listing.add_page(End.HEAD, rows, page.token)
        self._states = RowStates(self.source, self.arrivals)
        self._states.note(rows)
        self._succeed()
        self._tell_reset()

    async def _renew(self, view: View, again: Reread[T], since: int) -> None:
        expired, view.expired = view.expired, set()
        listing, stopped, rows = take_in(self.listing, again, self._freshness, since, expired)
        # An end that was stopped for want of another token still is.
        stopped_before = {
            end: reason for end, reason in view.stopped.items() if listing.token(end) is None
        }
        view.stopped = stopped_before | stopped
        view.pages.update(End)
        self.listing = listing
        self.under_way.difference_update(map(self.source.key, rows))  # to be looked at soon
        self._states.keep(listing.__contains__)
        self._states.note(rows)
        self._succeed()
        self._tell_reset()

    def _tell_reset(self) -> None:
        self._emit(RowsReset(self.collection_id))
        self._emit(FeedChanged(self.collection_id))

    def _find_whole(self) -> WholeList[T] | None:
        if self.query.is_filtered or not self.listing.complete:
            return self._whole
        return WholeList(self.source, self.query, self.listing, self._states)

    async def _filter_here(self, query: Query, whole: WholeList[T], change_number: int) -> bool:
        picked = await whole.pick(query, self._freshness)
        if change_number != self._changes:
            return False
        now = self._find_whole()
        if now is None or now.listing is not whole.listing:
            return await self.change_query(query)  # it was read again meanwhile
        self.asked = None
        self._show_picked(query, whole, picked)
        return True

    def _show_picked(self, query: Query, whole: WholeList[T], picked: Listing[T]) -> None:
        self._view, self._whole = View(), whole if query.is_filtered else None
        self.query, self.listing = query, picked
        self._states = whole.states.among(picked.__contains__, self.arrivals)
        self._tell_reset()

    async def _renew_whole(self, view: View, again: Reread[T], since: int) -> None:
        whole = self._whole
        if whole is None:
            return
        listing, _, rows = take_in(whole.listing, again, self._freshness, since)
        whole.renew(listing, rows)
        if not listing.complete:
            await self.load()  # it has grown beyond what is read again at once
            return
        picked = await whole.pick(self.query, self._freshness)
        if self._view is view:
            self._succeed()
            self._show_picked(self.query, whole, picked)

    def _count(self, counts: Counter[End], end: End, step: int) -> None:
        if counts[end] and counts[end] + step:
            counts[end] += step  # there is something under way, and there still is
            return
        before = self.loading
        counts[end] += step
        if self.loading != before:
            self._emit(FeedChanged(self.collection_id))

    def _refresh_began(self, step: int) -> None:
        before = self.refreshing
        self._refreshing += step
        if self.refreshing != before:
            self._emit(FeedChanged(self.collection_id))

    def _fail(self, error: ApiError) -> None:
        self.problem = error
        self._emit(FeedChanged(self.collection_id))

    def _succeed(self) -> None:
        self.problem = None
        self.loaded_at = self._clock()

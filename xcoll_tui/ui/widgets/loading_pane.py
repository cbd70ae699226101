"""A pane whose rows are loaded further: by a page, to the last one, or all of them."""

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from xcoll_tui.session.lists.listing import End
from xcoll_tui.ui.escape import escape_doubt
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.widgets.framed import Framed
from xcoll_tui.ui.widgets.row_table import RowTable
from xcoll_tui.ui.work import restart_work, start_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from xcoll_tui.session.lists.feed import Feed
    from xcoll_tui.session.lists.listing import Listing
    from xcoll_tui.ui.widgets.load_all import LoadAll

T = TypeVar("T")


class LoadingPane(Framed, Generic[T]):
    """The rows of a feed, of which there is more to come."""

    def __init__(self, table: RowTable[T], clock: Clock, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.table = table
        self.feed: Feed[T] | None = None
        self._clock = clock
        self._load_all: LoadAll | None = None
        self._loading_more: set[tuple[Listing[T], End]] = set()
        self.may_read_ahead: Callable[[], bool] = lambda: True
        """Whether what is not seen yet may be asked for."""

    @abstractmethod
    def rows_came(self, *, home: bool = False, added: bool = False) -> None:
        """Show the rows of the feed as they are now; ``added``: those before, and further ones."""

    @property
    def loading_all(self) -> "LoadAll | None":
        """The loading of all that there is, None where that does not go on."""
        loading = self._load_all
        return None if loading is None or loading.feed is not self.feed else loading

    def load_all(self) -> None:
        """Load all that there is."""
        from xcoll_tui.ui.widgets.load_all import LoadAll  # noqa: PLC0415 - not for the first frame

        if self.feed is not None and not self.feed.listing.complete:
            loading = self._load_all = LoadAll(self.feed, self._clock)
            restart_work(self, "all", partial(self._go_on_loading, loading))
            self.refresh_title()

    async def _go_on_loading(self, loading: "LoadAll") -> None:
        try:
            await loading.feed.load_all()
        finally:
            if self._load_all is loading:
                self._load_all = None
                self.refresh_title()

    def stop_loading(self) -> bool:
        """Stop loading all, and keep what has come; False where that does not go on."""
        loading = self.loading_all
        if loading is None:
            return False
        escape_doubt(self).add(self.load_all)
        self.notify(loading.stopped, markup=False)
        self._load_all = None
        self.workers.cancel_group(self, "all")
        self.refresh_title()
        return True

    def load_more(self, end: End = End.HEAD) -> None:
        """Load the next page at an end; pages asked for twice come once."""
        feed = self.feed
        if feed is None or feed.problem is not None or feed.stopped:
            return
        place = feed.listing, end
        if place not in self._loading_more:
            self._loading_more.add(place)
            start_work(self, "more", partial(self._load_more, feed, place))

    async def _load_more(self, feed: "Feed[T]", place: "tuple[Listing[T], End]") -> None:
        try:
            await feed.load_more(place[1])
        finally:
            self._loading_more.discard(place)

    async def _go_to_end(self, feed: "Feed[T]") -> None:
        await feed.load_end()
        if self.feed is feed:
            self.rows_came()
            self.table.move_to(len(feed.listing) - 1)

    def _on_row_table_rows_wanted(self, message: RowTable.RowsWanted) -> None:
        message.stop()
        for end, ahead in self.table.ends_wanted():
            if not ahead or self.may_read_ahead():
                self.load_more(end)

    def _on_row_table_last_wanted(self, message: RowTable.LastWanted) -> None:
        message.stop()
        if self.feed is not None:
            restart_work(self, "end", partial(self._go_to_end, self.feed))

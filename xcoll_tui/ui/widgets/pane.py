"""A pane: a framed table of one feed, its filter, its title and its troubles."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.session.lists.listing import Gap
from xcoll_tui.ui.escape import escape_doubt
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.presentation.errors import complaint_of
from xcoll_tui.ui.presentation.loaded import (
    cannot_sort,
    format_empty,
    format_failed,
    format_loaded,
    format_states,
    is_awaited,
)
from xcoll_tui.ui.presentation.pane_titles import lay_out_title
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.presentation.troubles import reason_on, trouble_on
from xcoll_tui.ui.widgets.columns import Column
from xcoll_tui.ui.widgets.filter_bar import FilterBar
from xcoll_tui.ui.widgets.filter_place import FilterPlace
from xcoll_tui.ui.widgets.loading_pane import LoadingPane
from xcoll_tui.ui.widgets.local_sort import LocalSort
from xcoll_tui.ui.widgets.pane_filter import PaneFilter
from xcoll_tui.ui.widgets.row_table import RowTable
from xcoll_tui.ui.work import restart_work

if TYPE_CHECKING:
    from xcoll_tui.session.lists.feed import Feed
    from xcoll_tui.session.lists.filter_conditions import Subject
    from xcoll_tui.session.lists.query import Query
    from xcoll_tui.ui.widgets.find_bar import FindBar

T = TypeVar("T")

_BANNER, _BANNER_LOW = 4, 2
"""Lines of what is wrong, where there are rows below it."""
_MEASURED = 200
"""Column widths settle within so many rows; pages after that do not move them."""


class Pane(LoadingPane[T]):
    """Show one feed: rows, how many of how many, sort, filter, marks, and what went wrong."""

    NAME_COMFORT = 12
    """Facts are left out of the title rather than so much of its name."""
    seen_at: float | None = None
    """When the rows were read, where they are not the feed's but those of an earlier session."""

    def __init__(
        self,
        number: int,
        name: str,
        table: RowTable[T],
        clock: Clock,
        *,
        empty: str,
        id: str,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(table, clock, id)
        self.number = number
        self.heading = name
        self.filter = PaneFilter(clock, self.subject, self.show_pending)
        self.filter_bar = FilterBar(table, self.filter)
        self._place = FilterPlace(table)
        self._markable = table.markable
        self.find_bar: FindBar | None = None
        self._title: tuple[tuple[str, str], ...] = ()
        self._asked: Query | None = None
        self.sorts: dict[str, str] = {}
        """What the service can sort by beside what has a column, and what that is called."""
        self.local: LocalSort[T] = LocalSort()
        self._measured: object = None
        self._banner = Static(markup=False, classes="banner")
        self._is_told_beside = False
        self._empty = empty

    def compose(self) -> ComposeResult:
        """Put the filter above the rows."""
        self.border_title = Content(f"{self.number} {self.heading}")
        yield self.filter_bar
        yield self.table

    def subject(self) -> "Subject":
        """Return the list as filters know it."""
        raise NotImplementedError

    # What the feed says

    def follow(self, feed: "Feed[T] | None") -> None:
        """Show another feed from now on."""
        self.feed = feed
        self._asked = None
        self.table.placeholder.say("")
        self.filter.follow(feed)
        if self.find_bar is not None:
            self.find_bar.close()
        self.rows_came(home=True)

    def rows_came(self, *, home: bool = False, added: bool = False) -> None:
        """Show the rows of the feed as they are now; ``added``: those before, and further ones."""
        if self.feed is None:
            return
        listing, wider = self.feed.listing, False
        if listing is not self._measured or listing.loaded <= _MEASURED:
            self._measured = listing
            first = self.first_rows()
            self.filter.sample = first or self.filter.sample
            wider = self.measure(first)
        rows = self.local.rows(listing, self._value_of(self.local.key))
        self.table.sorted_by = self._sorted_by(self.feed.query)
        if added and not wider:
            self.table.grow(rows)
        else:
            self.table.show(rows, home=home)
        if not listing.loaded and not listing.complete:
            self.load_more()  # a page may be empty and not the last
        self.state_changed()

    def row_changed(self, key: str) -> None:
        """Show a row as it is now; where it stands elsewhere for that, all of them."""
        rows = self.local.update(key)
        if rows is None:
            self.table.row_changed(key)
        else:
            self.table.show(rows)

    def row_removed(self, key: str) -> None:
        """Take note that a row left, before the rows are shown without it."""
        self.local.remove(key)

    def first_rows(self) -> list[T]:
        """List the rows that decide how the columns look."""
        listing = self.table.listing if self.feed is None else self.feed.listing
        rows = map(listing.row, range(min(len(listing), _MEASURED)))
        return [row for row in rows if not isinstance(row, Gap)]

    def measure(self, rows: Sequence[T]) -> bool:
        """Let the columns settle on what the first rows hold; tell whether any grew."""
        return self.table.layout_of.measure(rows)

    def state_changed(self) -> None:
        """Show what is loading, what was refused, what went wrong."""
        feed = self.feed
        if feed is None:
            return
        self._show_filter(feed)
        self.show_pending()
        self._banner.set_class(not self.table.listing.loaded, "-alone")
        self._show_banner()
        placeholder = self.table.placeholder
        if len(feed.listing):
            placeholder.say("")
        elif is_awaited(feed):
            placeholder.wait("Loading…")
        else:
            explain = partial(self.filter.explain_empty, feed.query)
            placeholder.say(format_empty(feed, explain, self._empty))
        self.refresh_title()

    def _show_filter(self, feed: "Feed[T]") -> None:
        if self.filter.complaint:
            self.filter_bar.show(self.filter.refused, self.filter.complaint)
        elif feed.refused is not None and feed.asked is not None:
            self.filter_bar.show(feed.asked.text, complaint_of(feed.refused))
        else:
            self.filter_bar.show(feed.query.text, words=self.filter.explain_query(feed.query))

    def show_pending(self) -> None:
        """Dim rows that are old, or not what the filter asks for; those can not be marked."""
        pending = self.filter.is_pending
        self.table.markable = self._markable and not pending
        stale = pending or self.seen_at is not None or bool(self.feed and self.feed.problem)
        if stale != self.table.stale:
            self.table.stale = stale
            self.table.repaint()
        if self.filter.complaint and self.feed is not None:
            self._show_filter(self.feed)

    def _show_banner(self) -> None:
        most = None if self._banner.has_class("-alone") else _BANNER_LOW
        if most and not self.screen.has_class("-low"):
            most = _BANNER
        trouble = ""
        if self.feed is not None and not self._is_told_beside:
            trouble = trouble_on(self.feed, self._clock(), self.size.width - 2, most, self.seen_at)
        self.show_above(self._banner, trouble)

    def show_above(self, banner: Static, sentence: str) -> None:
        """Show a sentence above the rows, or nothing for ""."""
        banner.display = bool(sentence)
        if not sentence:
            return
        banner.update(Content(sentence))
        # Not before it is shown: each widget of the first frame costs a millisecond.
        if self.is_attached and not banner.is_attached:
            # What went wrong stands above whatever else is told.
            place = {"after": self.filter_bar} if banner is self._banner else {"before": self.table}
            self.mount(banner, **place)

    def leave_trouble_to(self, other: "Pane[Any] | None") -> None:
        """Say nothing of what is wrong where another pane, which can be seen, says just that."""
        reason = "" if other is None else reason_on(other.feed)
        is_told_beside = bool(reason) and reason == reason_on(self.feed)
        if is_told_beside != self._is_told_beside:
            self._is_told_beside = is_told_beside
            self._show_banner()

    # What the person asks of the feed

    def _ask(self, query: "Query", *, remember: bool = False) -> None:
        self._asked = query
        self.filter.forget()
        restart_work(self, "query", partial(self._change_query, query, remember=remember))

    async def _change_query(self, query: "Query", *, remember: bool) -> None:
        feed = self.feed
        if feed is None:
            return
        before, key = feed.query, self.table.cursor_key
        await feed.change_query(query)
        if self._asked is query:
            self._asked = None
        if remember and self.feed is feed and feed.query == query:
            self.filter.remember(query.text)
        if self.feed is feed and feed.query != before:
            self._place.go_to(self._place.leave(key, before, feed.query), self.rows_came)

    async def open_filter(self) -> None:
        """Let the filter be typed, going on from the one asked for last."""
        await self.filter_bar.open(None if self._asked is None else self._asked.text)

    async def find(self) -> None:
        """Let what is loaded be searched, from where the cursor is."""
        from xcoll_tui.ui.widgets.find_bar import FindBar  # noqa: PLC0415 - not for the first frame

        if self.find_bar is None:
            self.find_bar = FindBar(self.table)
            await self.mount(self.find_bar)
        await self.find_bar.open()

    @property
    def finding(self) -> bool:
        """Whether what is loaded is being searched."""
        return self.find_bar is not None and self.find_bar.editing

    @property
    def sorting(self) -> tuple[str, bool]:
        """What the rows are sorted by, or will be in a moment, and whether descending."""
        query = self._asked or (self.feed.query if self.feed else None)
        return ("", False) if query is None else self._sorted_by(query)

    def _sorted_by(self, query: "Query") -> tuple[str, bool]:
        if self.local.is_done:
            return self.local.key, self.local.descending
        return query.sort_by, query.descending

    def sort_by(self, name: str, *, descending: bool = False) -> None:
        """Sort by what the service calls so, or here by the column with this key."""
        feed = self.feed
        if feed is None:
            return
        was_local = self.local.is_done
        is_local = self._value_of(name) is not None
        self.local.set(name if is_local else "", descending=descending)
        if is_local or was_local:
            self.rows_came(home=True)
        if not is_local:
            query = self._asked or feed.query
            self._ask(query.sorted(name, descending=descending))

    def can_sort_here(self, column: Column[Any]) -> bool:
        """Tell whether all rows are here, so that they can be sorted by a column here."""
        return column.value is not None and self.feed is not None and self.feed.listing.complete

    def reverse(self) -> None:
        """Reverse the order."""
        name, descending = self.sorting
        self.sort_by(name, descending=not descending)

    def _value_of(self, key: str) -> "Callable[[T], object] | None":
        return next((column.value for column in self.all_columns if column.key == key), None)

    def toggle_failed_only(self) -> None:
        """Show the failed rows only, or all again."""
        if self.feed is not None:
            query = self._asked or self.feed.query
            self._ask(query.failed(not query.failed_only))

    @property
    def is_filtered(self) -> bool:
        """Whether there is a filter to clear."""
        feed = self.feed
        return feed is not None and (feed.query.is_filtered or self.filter.is_pending)

    def step_back(self) -> bool:
        """Stop loading all, clear the filter, or else the marks; False when there is none."""
        feed = self.feed
        if self.stop_loading():
            return True
        if feed is not None and self.is_filtered:
            escape_doubt(self).add(partial(self._ask, feed.query))
            self._ask(feed.query.filtered("").failed(False))
        elif self.table.marks:
            escape_doubt(self).add(partial(self.table.mark, tuple(self.table.marks)))
            self.table.clear_marks()
        else:
            return False
        return True

    def refresh_rows(self) -> None:
        """Read again what is shown, and keep the place."""
        if self.feed is not None:
            visible = [self.feed.listing.key(row) for row in self.table.visible_rows()]
            restart_work(self, "refresh", partial(self.feed.refresh, visible))

    def _on_row_table_header_pressed(self, message: RowTable.HeaderPressed) -> None:
        message.stop()
        if self.feed is None:
            return
        column, (name, descending) = message.column, self.sorting
        if column.sort_by is None and not self.can_sort_here(column):
            self.notify(cannot_sort(column.label), severity="warning", markup=False)
            return
        wanted = column.sort_by or column.key
        self.sort_by(wanted, descending=wanted == name and not descending)

    def _on_row_table_marks_changed(self) -> None:
        self.refresh_title()

    def _on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        message.stop()
        feed = self.feed
        if feed is None:
            return
        translation = self.filter.translate(message.text, pasted=message.pasted)
        is_whole = translation is None or not (translation.as_it_is or translation.problem)
        if not message.final and not is_whole:
            return  # half an expression would only be refused
        if translation is not None and translation.problem:
            self.filter.refuse(message.text, translation.problem)
            return
        query = feed.query.filtered(message.text, translation)
        # Also when it is the one shown: that takes back what was asked since.
        self._ask(query, remember=message.final)

    # The title

    def _on_resize(self) -> None:
        self._show_banner()

    def refresh_title(self) -> None:
        """Write what is loaded of what is there, the sort and the marks into the frame."""
        room = self.size.width - 4
        if room <= 0:
            return
        number, facts, sort = f"{self.number} ", self._facts(), self._sort()
        parts = lay_out_title(
            number, self.heading, facts, room, self.NAME_COMFORT, sort=sort, ink=self.ink
        )
        if parts != self._title:
            self._title = parts
            self.border_title = Content.assemble(*parts)

    def _facts(self) -> list[str]:
        feed = self.feed
        if feed is None:
            return [""]
        only_failed = feed.query.failed_only and not feed.query.text and feed.loaded_at is not None
        facts = [format_failed(feed) if only_failed else format_loaded(feed)]
        if self.loading_all is not None:
            facts += self.loading_all.facts()
        if feed.query.failed_only:
            facts.append("failed only")
        if self.table.marks:
            facts.append(f"{len(self.table.marks):,} marked")
        if feed.refreshing:
            facts.append("refreshing")
        facts.append(self._sort())
        facts += format_states(feed)
        return [fact for fact in facts if fact]

    def _sort(self) -> str:
        if self.table.sorted_by is None:
            return ""
        name, descending = self.table.sorted_by
        arrow = "▼" if descending else "▲"
        if self.local.is_done:
            labels = (column.label for column in self.all_columns if column.key == name)
            return f"{clean(next(labels, name), 40)} {arrow} (sorted here)"
        labels = (column.label for column in self.all_columns if column.sort_by == name)
        label = next(labels, self.sorts.get(name, ""))
        return f"{label.lower()} {arrow}" if label else ""

    @property
    def all_columns(self) -> Sequence[Column[T]]:
        """The columns that the table shows, and those that it could show."""
        return self.table.layout_of.columns

"""The list of the team's files, filtered and sorted: what picking and looking have in common."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.api.retrieval_models import FilesSortBy, StoredFile
from xcoll_tui.session.files.query import FilesQuery
from xcoll_tui.ui.escape import escape_doubt
from xcoll_tui.ui.presentation.files_view import SORTS, FileSource, FilesView
from xcoll_tui.ui.presentation.pane_titles import lay_out_title
from xcoll_tui.ui.screens.table_dialog import TableDialog
from xcoll_tui.ui.widgets.file_table import FileTable
from xcoll_tui.ui.widgets.filter_line import SearchLine
from xcoll_tui.ui.work import restart_work

T = TypeVar("T")

_COMFORT = 20


class FileListScreen(TableDialog[T, StoredFile]):
    """Show the files of a source as it has them at the start, and at each `draw_again`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="files.close"),
        Binding("slash", "filter", "Filter", id="files.filter"),
        Binding("s", "sort", "Sort by the next column", id="files.sort"),
        Binding("S", "reverse", "Reverse the sort order", id="files.reverse"),
        Binding("L", "load_all", "Load all", id="files.load_all"),
    ]
    NUMBER = ""
    """What stands before the title."""
    TITLE = "Files of the team"

    def __init__(self, source: FileSource, table: FileTable, query: FilesQuery) -> None:
        super().__init__()
        self._source = source
        self._query = query
        self._is_new = True
        """Whether the rows of another query are on their way."""
        self._shown: tuple[int, int] | None = None
        self._filter = SearchLine(
            query.text, "/ filters by name, or as size_bytes > 1000", self._leave_filter
        )
        self._message = Static(id="files-message")
        self._table: FileTable = table
        self._frame = Vertical(self._filter, self._message, self._table, id="files")

    def on_mount(self) -> None:
        """Read the first page."""
        self._table.focus()
        self._reload()
        self.draw_again()
        self._restore_place()

    def on_resize(self) -> None:
        """Lay out the edges of another width."""
        self.call_after_refresh(self._draw_edges)

    # What is shown

    def _restore_place(self) -> None:
        """Put the cursor where it was when this was shown before."""

    def _draw(self) -> None:
        view, table = self._source.view(), self._table
        if view.loading and not view.files:
            table.placeholder.wait("Loading…")
        else:
            table.placeholder.say("" if view.problem else self._empty_words(view))
        table.stale = bool(view.problem)
        # A page or a use that came; of many thousands only what is seen is drawn again for a use.
        shown = (id(view.files), len(view.files))
        complete = self._is_partial or view.complete or view.loading or bool(view.problem)
        if self._is_new or self._shown != shown or self._is_partial:
            self._shown = shown
            rows = self._rows_of(view)
            table.show_files(rows, view.query, complete=complete, home=self._is_new)
        else:
            table.draw_again(complete=complete)
        self._is_new = self._is_new and view.loading
        self._message.update(message := self._message_of(view))
        self._message.display = bool(message)
        self._draw_edges()

    @property
    def _is_partial(self) -> bool:
        """Whether only some of the files are shown: then nothing more is loaded for the rest."""
        return False

    def _rows_of(self, view: FilesView) -> Iterable[StoredFile]:
        return view.files.values()

    def _empty_words(self, view: FilesView) -> str:
        return "No file matches.\n/ changes the filter." if view.query.text else "No files yet."

    def _message_of(self, view: FilesView) -> Content:
        if view.problem:
            return Content.from_markup("[$error]✗ $problem[/]", problem=view.problem)
        return Content("")

    def _facts_of(self, view: FilesView) -> list[str]:
        """List what the title tells, what matters most first."""
        return [view.loaded, view.order]

    def _hints(self) -> Content:
        raise NotImplementedError

    def _draw_edges(self) -> None:
        view = self._source.view()
        room = max(20, self._frame.size.width - 4)
        parts = lay_out_title(self.NUMBER, self.TITLE, self._facts_of(view), room, _COMFORT)
        self._frame.border_title = Content.assemble(*parts)
        self._frame.border_subtitle = self._hints()

    # Loading

    def _reload(self) -> None:
        self._is_new = True
        restart_work(self, "load", partial(self._source.load, self._query))

    def _load(self, query: FilesQuery) -> None:
        self._query = query
        self._reload()

    def _on_row_table_rows_wanted(self) -> None:
        self.run_worker(self._source.load_more(), group="more")

    def _on_row_table_last_wanted(self) -> None:
        self._table.move_to(len(self._table.listing) - 1)

    async def _load_all(self) -> None:
        while True:
            before = len(self._source.view().files)
            await self._source.load_more()
            view = self._source.view()
            if view.complete or view.problem or len(view.files) == before:
                return

    def action_load_all(self) -> None:
        """Load all files that there are."""
        restart_work(self, "more", self._load_all)

    # Filter and sort

    def _leave_filter(self, key: str) -> None:
        if key == "escape":
            escape_doubt(self).add(partial(self._type_again, self._filter.text, self._query))
            self._filter.value = ""
        self._table.focus()
        self._load(self._query.filtered(self._filter.text))

    def _type_again(self, text: str, query: FilesQuery) -> None:
        self._filter.value = text
        self._filter.focus()
        self._load(query)

    def action_filter(self) -> None:
        """Type a filter."""
        self._filter.focus()

    def action_sort(self) -> None:
        """Sort by the next of what the service can sort by."""
        sorts = list(SORTS)
        at = (sorts.index(self._query.sort_by) + 1) % len(sorts)
        self._load(self._query.sorted_by(sorts[at]))

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._load(self._query.sorted_by(self._query.sort_by))

    def _on_row_table_header_pressed(self, message: FileTable.HeaderPressed) -> None:
        if message.column.sort_by is not None:
            self._load(self._query.sorted_by(FilesSortBy(message.column.sort_by)))

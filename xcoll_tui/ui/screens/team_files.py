"""The files of the team, to pick those that are to be attached."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from xcoll_tui.api.retrieval_models import StoredFile
from xcoll_tui.session.files.files import FileUse
from xcoll_tui.ui.presentation.file_lines import age_words, size_words, type_words, use_words
from xcoll_tui.ui.presentation.text import clean
from xcoll_tui.ui.screens.dialog import Dialog, show_hints
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.filter_line import SearchLine
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable
from xcoll_tui.ui.work import restart_work

_MEASURED = 100


class FilesView(NamedTuple):
    """The list as it stands."""

    files: Mapping[str, StoredFile]
    complete: bool
    loading: bool
    problem: str
    """Why the last page could not be read, "" while nothing is wrong."""


class TeamFilesScreen(Dialog[tuple[str, ...]]):
    """Return the IDs of the files that were picked, None for none.

    `view` is asked for the list at the start and at `refresh_files`; `load` reads it for a filter,
    the newest first, and `load_more` the next page. `use_of` tells where a file is used.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="files.close"),
        Binding("space", "mark", "Mark", id="files.mark"),
        Binding("slash", "filter", "Filter", id="files.filter"),
    ]

    def __init__(
        self,
        collection_id: str,
        view: Callable[[], FilesView],
        load: Callable[[str], Coroutine[Any, Any, None]],
        load_more: Callable[[], Awaitable[None]],
        *,
        use_of: Callable[[str], FileUse],
        now: float,
    ) -> None:
        super().__init__()
        self._view = view
        self._load = load
        self._load_more = load_more
        self._is_new = True
        """Whether the rows of another filter are on their way."""
        self._filter = SearchLine(
            "", "/ filters by name, or as size_bytes > 1000", self._leave_filter
        )
        self._message = Static(id="files-message")
        self._table: RowTable[StoredFile] = RowTable(
            (
                Column[StoredFile]("name", "Name", lambda file: Cell(file.filename), 16, 60),
                Column[StoredFile](
                    "use",
                    "Used",
                    lambda file: Cell(use_words(use_of(file.id), collection_id), "quiet"),
                    8,
                    18,
                ),
                Column[StoredFile](
                    "size", "Size", lambda file: Cell(size_words(file)), 4, 9, right=True
                ),
                Column[StoredFile]("type", "Type", lambda file: Cell(type_words(file)), 4, 10),
                Column[StoredFile](
                    "age", "Created", lambda file: Cell(age_words(file.created_at, now)), 8, 12
                ),
                Column[StoredFile]("expiry", "Expires", lambda file: _expiry(file, now), 8, 12),
            ),
            markable=True,
        )
        self._frame = Vertical(self._filter, self._message, self._table, id="run")

    def compose(self) -> ComposeResult:
        """Put the filter above the list."""
        yield self._frame

    def on_mount(self) -> None:
        """Read the first page."""
        self._frame.border_title = Content("Files of the team, the newest first")
        self._frame.border_subtitle = show_hints(
            ("⏎ Take", "take"),
            ("space Mark", "mark"),
            ("/ Filter", "filter"),
            ("esc Close", "close"),
        )
        self._table.focus()
        self._reload()

    def _reload(self) -> None:
        self._is_new = True
        restart_work(self, "load", partial(self._load, self._filter.text))

    def refresh_files(self) -> None:
        """Show the list as it is now."""
        if not self.is_mounted:
            return
        view, table = self._view(), self._table
        self._message.display = bool(view.problem)
        self._message.update(Content.from_markup("[$error]✗ $problem[/]", problem=view.problem))
        rows = FixedRows[StoredFile](lambda file: file.id, view.files.values())
        rows.complete = view.complete or view.loading or bool(view.problem)
        if view.loading and not view.files:
            table.placeholder.wait("Loading…")
        else:
            table.placeholder.say("" if view.problem else "There is no such file.")
        table.layout_of.measure(rows.row(at) for at in range(min(_MEASURED, len(rows))))
        table.show(rows, home=self._is_new)
        self._is_new = self._is_new and view.loading

    def _on_row_table_rows_wanted(self) -> None:
        self.run_worker(self._load_more(), group="more")

    def _on_row_table_last_wanted(self) -> None:
        self._table.move_to(len(self._table.listing) - 1)

    def _on_row_table_opened(self) -> None:
        self.action_take()

    def _leave_filter(self, key: str) -> None:
        if key == "escape":
            self._filter.value = ""
        self._table.focus()
        self._reload()

    def action_take(self) -> None:
        """Take the files that are marked, or the one under the cursor."""
        table = self._table
        picked = tuple(table.marks) or ((table.cursor_key,) if table.cursor_key else ())
        self.finish(picked or None)

    def action_mark(self) -> None:
        """Mark the file under the cursor, or unmark it."""
        self._table.toggle_mark()

    def action_filter(self) -> None:
        """Type a filter."""
        self._filter.focus()

    def action_close(self) -> None:
        """Take nothing."""
        self.finish()

    def _on_row_table_marks_changed(self) -> None:
        count = len(self._table.marks)
        marked = f" · {count:,} marked" if count else ""
        self._frame.border_title = Content(f"Files of the team, the newest first{clean(marked)}")


def _expiry(file: StoredFile, now: float) -> Cell:
    return Cell("never" if file.expires_at is None else age_words(file.expires_at, now), "quiet")

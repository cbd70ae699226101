"""The table of the team's files."""

from collections.abc import Callable, Iterable

from textual import events

from xcoll_tui.api.retrieval_models import FilesSortBy, StoredFile
from xcoll_tui.session.files.query import FilesQuery
from xcoll_tui.ui.presentation.file_lines import age_words, expiry_words, size_words, type_words
from xcoll_tui.ui.widgets.columns import Cell, Column
from xcoll_tui.ui.widgets.row_source import FixedRows
from xcoll_tui.ui.widgets.row_table import RowTable

_WIDE = 100
"""Columns from which on all columns fit beside longer names of collections."""
_AHEAD = 60
"""So many files beyond those that are seen: a page comes with the first move."""


class FileTable(RowTable[StoredFile]):
    """Show files as rows; `use` is the cell that tells where one is used, under `use_label`."""

    def __init__(
        self,
        use_label: str,
        use: Callable[[StoredFile], Cell],
        now: float,
        *,
        markable: bool = False,
    ) -> None:
        super().__init__((), markable=markable, ahead=_AHEAD)
        self._use_label = use_label
        self._use = use
        self._now = now
        self._arrange(0)
        self._measured = 0
        self._files = FixedRows[StoredFile](lambda file: file.id)

    def _on_resize(self, event: events.Resize) -> None:
        self._arrange(event.size.width)
        super()._on_resize(event)

    def _arrange(self, width: int) -> None:
        """Let the names of collections be as long as there is room beside size and age."""
        now, longest = self._now, 28 if width >= _WIDE else 16
        age = lambda file: Cell(age_words(file.created_at, now))  # noqa: E731 - a cell
        expiry = lambda file: Cell(expiry_words(file.expires_at, now), "quiet")  # noqa: E731 - same
        self.layout_of.columns = (
            Column[StoredFile](
                "name", "Name", _name, 16, 60, middle=True, sort_by=FilesSortBy.NAME
            ),
            Column[StoredFile]("use", self._use_label, self._use, 9, longest),
            Column[StoredFile]("size", "Size", _size, 4, 9, right=True, sort_by=FilesSortBy.SIZE),
            Column[StoredFile]("age", "Created", age, 8, 12, sort_by=FilesSortBy.AGE),
            Column[StoredFile]("expiry", "Expires", expiry, 8, 12),
            Column[StoredFile]("type", "Type", _type, 4, 10),
        )
        self.layout_of.measure(self.visible_rows())

    def show_files(
        self, files: Iterable[StoredFile], query: FilesQuery, *, complete: bool, home: bool
    ) -> None:
        """Show files in their order; `home` puts the cursor at the top, on rows of another list."""
        rows = FixedRows[StoredFile](lambda file: file.id, files)
        rows.complete = complete
        self.sorted_by = (query.sort_by, query.descending)
        if home or len(rows) < self._measured:
            self._measured = 0
        # Only what came since: there may be many thousands.
        self.layout_of.measure(rows.row(at) for at in range(self._measured, len(rows)))
        self._measured = len(rows)
        self._files = rows
        self.show(rows, home=home)

    def draw_again(self, *, complete: bool) -> None:
        """Show the same files again: what is known of them has changed, or whether there are more.

        `complete` says that no more are to be asked for.
        """
        self._files.complete = complete
        self.layout_of.measure(self.visible_rows())
        self.repaint()


def _name(file: StoredFile) -> Cell:
    return Cell(file.filename or file.id)


def _size(file: StoredFile) -> Cell:
    return Cell(size_words(file))


def _type(file: StoredFile) -> Cell:
    return Cell(type_words(file))

"""The files of the team, to pick those that are to be attached."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from xcoll_tui.session.files.query import FilesQuery
from xcoll_tui.ui.presentation.file_lines import use_words
from xcoll_tui.ui.presentation.files_view import FileSource, FilesView
from xcoll_tui.ui.screens.dialog import show_hints
from xcoll_tui.ui.screens.file_list import FileListScreen
from xcoll_tui.ui.widgets.columns import Cell
from xcoll_tui.ui.widgets.file_table import FileTable


class TeamFilesScreen(FileListScreen[tuple[str, ...]]):
    """Return the IDs of the files that were picked for a collection, None for none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="files.mark"),
    ]

    def __init__(self, collection_id: str, source: FileSource, now: float) -> None:
        table = FileTable(
            "Used",
            lambda file: Cell(use_words(source.use_of(file.id), collection_id), "quiet"),
            now,
            markable=True,
        )
        super().__init__(source, table, FilesQuery())

    def _facts_of(self, view: FilesView) -> list[str]:
        count = len(self._table.marks)
        return [*([f"{count:,} marked"] if count else []), *super()._facts_of(view)]

    def _hints(self) -> Content:
        hints = (("⏎ Take", "open"), ("space Mark", "mark"), ("/ Filter", "filter"))
        room = max(30, self._frame.size.width - 2)
        return show_hints(*hints, ("s Sort", "sort"), ("esc Close", "close"), room=room)

    def action_open(self) -> None:
        """Take the files that are marked, or the one under the cursor."""
        table = self._table
        picked = tuple(table.marks) or ((table.cursor_key,) if table.cursor_key else ())
        self.finish(picked or None)

    def action_mark(self) -> None:
        """Mark the file under the cursor, or unmark it."""
        self._table.toggle_mark()

    def _on_row_table_marks_changed(self) -> None:
        self._draw_edges()

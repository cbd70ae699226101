"""The files of the team as a pane of their own: where each is used, which are orphans."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from xcoll_tui.api.errors import ApiError
from xcoll_tui.api.retrieval_models import StoredFile
from xcoll_tui.session.files.query import FilesQuery
from xcoll_tui.ui.clipboard import copy_text
from xcoll_tui.ui.escape import escape_doubt
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.file_lines import is_known, orphans_words, used_in_words
from xcoll_tui.ui.presentation.files_view import FileDesk, FilesView
from xcoll_tui.ui.presentation.search_state import Jump
from xcoll_tui.ui.screens.dialog import show_hints
from xcoll_tui.ui.screens.file import FileScreen
from xcoll_tui.ui.screens.file_list import FileListScreen
from xcoll_tui.ui.widgets.columns import Cell
from xcoll_tui.ui.widgets.file_table import FileTable
from xcoll_tui.ui.work import ask, restart_work


class FilesScreen(FileListScreen[Jump | int]):
    """Look at files, find their uses, delete one; returns where to go, None where it is closed.

    That is a document, or the number of a pane. `cursor_key` is where the cursor begins.
    """

    TELLS = True
    NUMBER = "3 "
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="files.back"),
        Binding("q,3", "close", "Close", id="files.leave", show=False),
        Binding("1", "pane(1)", "Collections", id="files.collections", show=False),
        Binding("2", "pane(2)", "Documents", id="files.documents", show=False),
        Binding("w", "look_up", "Where it is used", id="files.look_up"),
        Binding("W", "look_up_all", "Where all are used", id="files.look_up_all"),
        Binding("o", "orphans", "Orphans only", id="files.orphans"),
        Binding("d,delete", "delete", "Delete the file", id="files.delete"),
        Binding("c,y", "copy", "Copy the ID", id="files.copy"),
        Binding("R,ctrl+r", "refresh", "Read the list again", id="files.refresh"),
    ]

    def __init__(
        self, desk: FileDesk, query: FilesQuery, now: float, *, cursor_key: str | None = None
    ) -> None:
        super().__init__(desk, FileTable("Used in", self._use, now), query)
        self._desk = desk
        self._now = now
        self._cursor_key = cursor_key
        self._orphans_only = False
        self._looking = ""
        self._looked_up: Sequence[str] = ()
        self._problem = ""

    @property
    def asked(self) -> FilesQuery:
        """What the list was asked for last."""
        return self._query

    @property
    def cursor_key(self) -> str | None:
        """The ID of the file under the cursor."""
        return self._table.cursor_key

    def _restore_place(self) -> None:
        if self._cursor_key is not None:
            at = self._table.listing.index_of(self._cursor_key)
            if at is not None:
                self._is_new = False
                self._table.move_to(at)

    # What is shown

    def _use(self, file: StoredFile) -> Cell:
        desk = self._desk
        if file.id in desk.deleting:
            return Cell("deleting…", "indexing")
        use = desk.use_of(file.id)
        words = used_in_words(use, desk.team_ids, desk.name_of)
        return Cell(words, "" if use.collection_ids else "quiet")

    @property
    def _is_partial(self) -> bool:
        return self._orphans_only

    def _rows_of(self, view: FilesView) -> Iterable[StoredFile]:
        if not self._orphans_only:
            return view.files.values()
        use_of, team_ids = self._desk.use_of, self._desk.team_ids
        return [file for file in view.files.values() if use_of(file.id).is_orphan(team_ids)]

    def _unknown(self, view: FilesView) -> list[str]:
        use_of, team_ids = self._desk.use_of, self._desk.team_ids
        return [
            file_id
            for file_id in view.files
            if not (use := use_of(file_id)).collection_ids and not is_known(use, team_ids)
        ]

    def _empty_words(self, view: FilesView) -> str:
        return "No orphan is known." if self._orphans_only else super()._empty_words(view)

    def _message_of(self, view: FilesView) -> Content:
        lines = []
        if self._problem:
            lines.append(Content.from_markup("[$error]✗ $problem[/]", problem=self._problem))
        if view.problem:
            lines.append(super()._message_of(view))
        if self._looking:
            lines.append(Content.from_markup("[$warning]◌ $words[/]", words=self._looking))
        elif self._orphans_only:
            found = len(self._table.listing)
            words = orphans_words(found, len(self._unknown(view)), len(view.files), "W")
            lines.append(Content.from_markup("[$quiet]$words[/]", words=words))
        return Content("\n").join(lines)

    def _facts_of(self, view: FilesView) -> list[str]:
        only = ["orphans only"] if self._orphans_only else []
        return [view.loaded, *only, view.order]

    def _hints(self) -> Content:
        hints = [("⏎ Open", "open"), ("w Where used", "look_up"), ("o Orphans", "orphans")]
        if self._orphans_only:
            hints[-1] = ("o All files", "orphans")
            hints.insert(2, ("W Look up all", "look_up_all"))
        if not self._desk.why_read_only:
            hints.append(("d Delete", "delete"))
        hints += [("/ Filter", "filter"), ("c Copy ID", "copy"), ("s Sort", "sort")]
        hints += [("W Look up all", "look_up_all"), ("L Load all", "load_all")]
        room = max(30, self._frame.size.width - 2)
        return show_hints(*dict.fromkeys(hints), ("esc Back", "back"), room=room)

    # Where files are used

    def action_look_up(self) -> None:
        """Ask the collections whether they hold the file under the cursor."""
        if self.cursor_key is not None:
            self._begin_looking([self.cursor_key])

    def action_look_up_all(self) -> None:
        """Ask the collections for all files that are loaded of which that is not known."""
        view = self._source.view()
        if file_ids := self._unknown(view):
            self._begin_looking(file_ids)
        elif view.files:
            self.notify("Where these files are used is known; w asks again.", markup=False)

    def _begin_looking(self, file_ids: Sequence[str]) -> None:
        self._problem = ""
        self._looked_up = file_ids
        self._note_looked_up(len(file_ids), 0)
        restart_work(self, "look up", partial(self._look_up, file_ids))

    def _note_looked_up(self, count: int, done: int) -> None:
        collections = len(self._desk.listed_ids())
        progress = f" {done:,} of {count:,} files" if count > 1 else ""
        self._looking = f"Asking {collections:,} collections…{progress} · esc stops"
        self.draw_again()

    async def _look_up(self, file_ids: Sequence[str]) -> None:
        try:
            await self._desk.look_up(file_ids, partial(self._note_looked_up, len(file_ids)))
        except ApiError as error:
            self._problem = f"Where files are used could not be read: {sentence_of(error)}"
        self._looking = ""
        self.draw_again()

    def action_orphans(self) -> None:
        """Show only the files that no collection of the team holds, or all again."""
        self._orphans_only = not self._orphans_only
        if self._orphans_only and self._desk.team_ids is None:
            self._orphans_only = False
            self.notify(
                "Not all collections of the team are loaded, so no file is known to be an orphan. "
                "In the collections, without a filter, L loads all.",
                severity="warning",
                markup=False,
            )
        self._shown = None
        self.draw_again()

    # One file

    def action_open(self) -> None:
        """Show the facts of the file under the cursor, and where it is used."""
        if self._table.row is not None:
            self.run_worker(self._open(self._table.row), group="open", exclusive=True)

    async def _open(self, file: StoredFile) -> None:
        jump = await ask(self, FileScreen(file, self._desk, self._now))
        if jump is not None:
            self.finish(jump)

    def action_delete(self) -> None:
        """Ask whether the file under the cursor is to be deleted."""
        if self._table.row is not None:
            self._desk.delete(self._table.row)

    def action_copy(self) -> None:
        """Copy the ID of the file under the cursor."""
        if self.cursor_key is not None:
            copy_text(self.app, self.cursor_key, partial(self.notify, markup=False))

    # Where to go from here

    def action_refresh(self) -> None:
        """Read the list again; what waits before it is tried again is tried at once."""
        self.run_worker(self.run_action("app.end_waits"))
        self._reload()

    def action_pane(self, number: int) -> None:
        """Go to another pane."""
        self.finish(number)

    def _filter_by(self, text: str) -> None:
        self._filter.value = text
        self._load(self._query.filtered(text))

    def action_back(self) -> None:
        """Undo the narrowest thing first: what is asked, the orphans, the filter; then close."""
        doubt = escape_doubt(self)
        if self._looking:
            doubt.add(partial(self._begin_looking, self._looked_up))
            self.workers.cancel_group(self, "look up")
            self._looking = ""
            self.draw_again()
        elif self._orphans_only:
            doubt.add(self.action_orphans)
            self.action_orphans()
        elif self._query.text:
            doubt.add(partial(self._filter_by, self._query.text))
            self._filter_by("")
        else:
            self.finish()

"""The main screen as far as it opens collections: the one wanted, or where the cursor rests."""

from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.ui.preferences import Preferences
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.screens.pane_screen import PaneScreen
from xcoll_tui.ui.work import restart_work

if TYPE_CHECKING:
    from textual.timer import Timer

_REST = 0.12
"""Seconds that the cursor rests on a collection before its documents are asked for."""


class OpeningScreen(PaneScreen):
    """Two panes, the second of which shows the documents of a collection of the first."""

    def __init__(self, clock: Clock, preferences: Preferences) -> None:
        super().__init__(clock, preferences)
        self._wanted: str | None = None
        """The collection to open as the rows come; None for the one under the cursor."""
        self._rest: Timer | None = None

    def choose_collection(self) -> None:
        """Open the collection that was asked for, or else the one under the cursor."""
        collection_id, self._wanted = self._wanted, None
        if collection_id is None:
            self._open_resting()  # the cursor has not moved: no rest is waited for
            return
        # Asked for by its ID: it is open already, and may not be among the first hundred.
        self.point_at(collection_id)

    def _open_where_cursor_rests(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST, self._open_resting)

    def _open_resting(self) -> None:
        self._rest = None
        key = self.collections.table.cursor_key
        if key is not None:
            self._open_collection(key)

    def _open_collection(self, collection_id: str) -> None:
        session = self.session
        if session is None:
            return
        if session.opened == collection_id and session.documents is not None:
            return
        restart_work(self, "open", partial(session.open_collection, collection_id))

    def go_to_collection(self, collection_id: str) -> None:
        """Open a collection, with the focus on its documents."""
        self.point_at(collection_id)
        self._open_collection(collection_id)
        self._focus_pane(self.documents)

    async def go_to_document(self, collection_id: str, file_id: str, name: str) -> bool:
        """Put the cursor on a document of a collection; False where it is not among the rows."""
        if self.session is not None and self.session.opened != collection_id:
            await self.session.open_collection(collection_id)
        self._focus_pane(self.documents)
        return await self.documents.go_to(file_id, name)

"""The main screen as far as it opens collections: the one wanted, or where the cursor rests."""

from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.ui.preferences import Preferences
from xcoll_tui.ui.presentation.ages import Clock
from xcoll_tui.ui.screens.pane_screen import PaneScreen
from xcoll_tui.ui.work import restart_work

if TYPE_CHECKING:
    from textual.timer import Timer

    from xcoll_tui.session.seen_collections import SeenCollections

_REST = 0.12
"""Seconds that the cursor rests on a collection before its documents are asked for."""


class OpeningScreen(PaneScreen):
    """Two panes, the second of which shows the documents of a collection of the first."""

    def __init__(self, clock: Clock, preferences: Preferences) -> None:
        super().__init__(clock, preferences)
        self._wanted: str | None = None
        """The collection to open as the rows come; None for the one under the cursor."""
        self._has_chosen = False
        """Whether a person went to another one before that, among those that were seen last."""
        self._left_at: str | None = None
        """The row that the cursor was on as another collection was opened by its ID."""
        self._rest: Timer | None = None

    # Before the rows have come

    def show_seen(self, seen: "SeenCollections", collection_id: str | None) -> None:
        """Show what an earlier session has seen, the cursor on what is going to be opened."""
        self._wanted = collection_id
        self.collections.show_seen(seen, collection_id)
        self.tell_place()

    def forget_seen(self) -> None:
        """Show it no longer."""
        self.collections.forget_seen()
        self.tell_place()

    def tell_place(self) -> None:
        """Tell in the header where the person is, and how fresh it is."""
        raise NotImplementedError

    def _want(self, collection_id: str | None) -> str | None:
        """Take note of what is to be opened; what a person has chosen goes before it."""
        self._wanted = None if self._has_chosen else collection_id
        return self._wanted

    def _note_choice(self) -> None:
        table = self.collections.table
        if self.collections.seen_at is not None and table.cursor_key != self._wanted:
            self._wanted, self._has_chosen = None, True

    # Opening

    def choose_collection(self) -> None:
        """Open the collection that was asked for, or else the one under the cursor."""
        collection_id, self._wanted = self._wanted, None
        if collection_id is not None:
            # Asked for by its ID: it is open already. It may not be among the first hundred, or
            # not be there at all: then it stays open until the cursor is elsewhere.
            self.point_at(collection_id)
            self._left_at = self.collections.table.cursor_key
        elif self.collections.table.cursor_key != self._left_at:
            self._open_resting()  # nobody has moved the cursor: no rest is waited for

    def _open_where_cursor_rests(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        if self.session is not None:
            self._rest = self.set_timer(_REST, self._open_resting)

    def _open_resting(self) -> None:
        self._rest = self._left_at = None
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

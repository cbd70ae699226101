"""What was seen last of the collections: shown as old while the service is asked, and kept."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import Forbidden, Unauthorized
from xcoll_tui.session.events import KeyValidated
from xcoll_tui.session.key_check import team_of
from xcoll_tui.session.lists.events import ListEvent, RowsReset
from xcoll_tui.session.seen_collections import SeenCollections, read_seen, seen_of, write_seen
from xcoll_tui.ui.work import start_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from xcoll_tui.session.events import Event
    from xcoll_tui.session.screen_state import ScreenState
    from xcoll_tui.ui.access import Access, Connection
    from xcoll_tui.ui.presentation.ages import Clock
    from xcoll_tui.ui.screens.main import MainScreen

KEPT_AFTER = 2.0
"""Seconds after the first rows: by then their documents have come, and nobody waits for a disk."""


class LastSeen:
    """The collections from one session to the next, by profile and host, beside the screen state.

    They are painted as old, and nothing is done to them. They go as the service answers, also where
    it refuses the key, or tells that it is another team's: two keys may have had one profile.
    """

    def __init__(self, state: "ScreenState", clock: "Clock") -> None:
        self._state = state
        self._clock = clock
        self._kept: tuple[str, SeenCollections] | None = None

    def show(self, main: "MainScreen", access: "Access", collection_id: str | None) -> None:
        """Show what was kept, the cursor on what is going to be opened; reads a small file."""
        folder, place = self._state.folder, access.kept_as
        seen = read_seen(folder, place, now=self._clock()) if folder and place else None
        if seen is not None and seen.rows and seen.may_be_of(access.team_id):
            main.show_seen(seen, collection_id)

    def follow(self, main: "MainScreen", access: "Access", connection: "Connection") -> None:
        """Forget what is shown where it is not to be seen, and keep what takes its place."""
        session = connection.session

        def on_change(change: "Event") -> None:
            if not main.is_running:
                return  # the session outlives it a little
            if isinstance(change, KeyValidated):
                seen, team = main.collections.seen, access.team_id or team_of(change.info)
                if seen is not None and not seen.may_be_of(team):
                    main.forget_seen()
            elif not isinstance(change, ListEvent) or change.collection_id is not None:
                return
            elif isinstance(change, RowsReset):
                unsubscribe()
                # A terminal may be killed; else they are kept once more when it is left.
                keep = partial(self.keep, connection)
                main.set_timer(KEPT_AFTER, partial(start_work, main, "seen", keep))
            elif isinstance(session.collections.problem, Unauthorized | Forbidden):
                main.forget_seen()

        unsubscribe: Callable[[], None] = session.subscribe(on_change)

    async def keep(self, connection: "Connection") -> None:
        """Write what the session shows of the collections, where that is something else."""
        folder, place, session = self._state.folder, connection.kept_as, connection.session
        if folder is None or not self._state.keeps or not place:
            return
        seen = seen_of(session.collections, session.state.place.team)
        if seen is not None and self._kept != (place, seen):
            self._kept = place, seen
            await asyncio.to_thread(write_seen, folder, place, seen)

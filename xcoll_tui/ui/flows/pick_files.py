"""Picking files of the team for a collection."""

from typing import TYPE_CHECKING

from xcoll_tui.session.events import Event, FilesChanged
from xcoll_tui.session.files.query import FilesQuery
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.screens.team_files import FilesView, TeamFilesScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import HasApp


async def pick_files(
    node: "HasApp", session: "Session", collection_id: str, now: float
) -> tuple[str, ...]:
    """Return the IDs of the files that a person picked for a collection."""
    files = session.files

    def view() -> FilesView:
        problem = "" if files.problem is None else sentence_of(files.problem)
        return FilesView(files.rows, files.complete, files.loading, problem)

    async def load(text: str) -> None:
        await files.load(FilesQuery(text=text))

    screen = TeamFilesScreen(
        collection_id, view, load, files.load_more, use_of=files.use_of, now=now
    )

    def note(event: Event) -> None:
        if isinstance(event, FilesChanged):
            screen.refresh_files()

    unsubscribe = session.subscribe(note)
    try:
        return await ask(node, screen) or ()
    finally:
        unsubscribe()

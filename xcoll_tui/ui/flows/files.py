"""The files of the team: picked for a collection, looked at, deleted."""

from collections.abc import Callable, Collection, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xcoll_tui.api.errors import ApiError
from xcoll_tui.session.events import Event, FilesChanged
from xcoll_tui.session.files.query import FilesQuery
from xcoll_tui.ui.actions import Need, key_for
from xcoll_tui.ui.flows.inference_key import InferenceKeyFlow
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.presentation.file_lines import loss_words
from xcoll_tui.ui.presentation.files_view import FilesView
from xcoll_tui.ui.screens.confirm import Question
from xcoll_tui.ui.screens.file import FileScreen
from xcoll_tui.ui.screens.file_list import FileListScreen
from xcoll_tui.ui.screens.files import FilesScreen
from xcoll_tui.ui.screens.team_files import TeamFilesScreen
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xcoll_tui.api.retrieval_models import StoredFile
    from xcoll_tui.session.files.files import FileUse
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.flows.host import Host
    from xcoll_tui.ui.presentation.ages import Clock


class FilesFlow:
    """The ways to the files of the team; the list is there again with its filter and its place."""

    def __init__(self, host: "Host", session: "Session", clock: "Clock") -> None:
        self._host = host
        self._session = session
        self._clock = clock
        self._key = InferenceKeyFlow(host, session)
        self._desk = _Desk(host, session, self._key)
        self._query = FilesQuery()
        self._cursor_key: str | None = None

    async def pick(self, collection_id: str) -> tuple[str, ...]:
        """Return the IDs of the files that a person picked for a collection."""
        if not await self._key.begin():
            return ()
        screen = TeamFilesScreen(collection_id, self._desk, self._clock())
        with self._followed():
            return await ask(self._host, screen) or ()

    async def show(self) -> None:
        """Show the files, and go where a person wants to go from there."""
        if not await self._key.begin():
            return
        screen = FilesScreen(self._desk, self._query, self._clock(), cursor_key=self._cursor_key)
        with self._followed():
            result = await ask(self._host, screen)
        self._query, self._cursor_key = screen.asked, screen.cursor_key
        if isinstance(result, int):
            self._host.action_pane(result)
        elif result is not None and not await self._host.go_to_document(*result):
            self._host.complain(
                f"{result.name or result.file_id} is not among the rows: the list may be behind, "
                f"or the document has gone. {key_for('refresh')} reads the list again."
            )

    @contextmanager
    def _followed(self) -> "Iterator[None]":
        """Let the screens of files in front show what changes."""

        def note(event: Event) -> None:
            if isinstance(event, FilesChanged):
                self._desk.refresh()

        unsubscribe = self._session.subscribe(note)
        try:
            yield
        finally:
            unsubscribe()


class _Desk:
    """What the screens ask of a session, and what they have done there."""

    def __init__(self, host: "Host", session: "Session", key: InferenceKeyFlow) -> None:
        self._host = host
        self._session = session
        self._files = session.files
        self._key = key
        self._asked: set[str] = set()
        self.deleting: set[str] = set()

    def refresh(self) -> None:
        """Let the screens of files show what has changed."""
        for screen in self._host.app.screen_stack:
            if isinstance(screen, FileListScreen | FileScreen):
                screen.draw_again()

    # The list

    def view(self) -> FilesView:
        """Return the list as it stands."""
        files = self._files
        problem = "" if files.problem is None else sentence_of(files.problem)
        return FilesView(files.rows, files.complete, files.loading, problem, files.query)

    async def load(self, query: FilesQuery) -> None:
        """Read the first page of a query."""
        await self._files.load(query)
        problem = self._files.problem
        if problem is not None and await self._key.mends(problem):
            await self._files.load(query)

    async def load_more(self) -> None:
        """Read the next page."""
        await self._files.load_more()

    # Where files are used

    def use_of(self, file_id: str) -> "FileUse":
        """Tell where a file is used as far as that is known; asks nothing."""
        return self._files.use_of(file_id)

    def name_of(self, collection_id: str) -> str:
        """Return a collection's name as far as known, else its ID."""
        return self._session.name_of(collection_id)

    @property
    def team_ids(self) -> Collection[str] | None:
        """The IDs of all collections of the team, None where not all of them are loaded."""
        feed = self._session.collections
        is_whole = feed.listing.complete and not feed.query.is_filtered
        return frozenset(feed.listing.keys()) if is_whole else None

    def listed_ids(self) -> Sequence[str]:
        """Return the IDs of the collections that are loaded."""
        return tuple(self._session.collections.listing.keys())

    async def look_up(self, file_ids: Sequence[str], on_progress: Callable[[int], object]) -> None:
        """Ask the collections that are loaded which files they hold; raises ApiError."""
        await self._files.look_up_all(file_ids, self.listed_ids(), on_progress)

    # Deleting one

    @property
    def why_read_only(self) -> str:
        """Why nothing may be deleted, "" where it may."""
        read_only = self._host.why_read_only or Need.WRITING.value
        return read_only if self._session.read_only else ""

    def delete(self, file: "StoredFile") -> None:
        """Ask whether a file is to be deleted, and do it; what came of it is told."""
        if self._session.read_only:
            self._host.refuse(self.why_read_only)
        elif file.id not in self._asked | self.deleting:
            self._asked.add(file.id)
            # Of the main screen: a write must not end with the screen that it was asked on.
            self._host.run_worker(self._delete(file), group="write")

    async def _delete(self, file: "StoredFile") -> None:
        front = self._host.app.screen
        try:
            problem = ""
            try:
                await self.look_up([file.id], lambda _done: None)
            except ApiError as error:
                problem = sentence_of(error)
            if self._host.app.screen is not front:
                return  # it was left while the collections were asked
            consequence, names = loss_words(
                self.use_of(file.id), self.team_ids, self.name_of, problem
            )
            question = Question(
                "Delete this file of the team?",
                file.filename or file.id,
                file.id,
                consequence,
                "Delete",
                details=names,
                warning="There is no undo: neither file nor documents can be brought back.",
            )
            if not await self._host.confirm(question):
                return
        finally:
            self._asked.discard(file.id)
        self.deleting.add(file.id)
        self.refresh()
        try:
            outcome = await self._files.delete(file)
        except ApiError as error:
            self._host.complain(f"{file.filename or file.id} was not deleted. {sentence_of(error)}")
            return
        finally:
            self.deleting.discard(file.id)
            self.refresh()
        if outcome.ok:
            self._host.tell(outcome.message)
        else:
            self._host.complain(outcome.message)

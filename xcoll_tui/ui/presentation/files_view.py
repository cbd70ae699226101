"""The team's files as a screen sees them, and what it may ask about them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from xcoll_tui.api.retrieval_models import FilesSortBy, StoredFile
from xcoll_tui.session.files.files import FileUse
from xcoll_tui.session.files.query import FilesQuery

SORTS = {FilesSortBy.AGE: "Created", FilesSortBy.NAME: "Name", FilesSortBy.SIZE: "Size"}
"""What the service can sort files by, and the column that it is."""


class FilesView(NamedTuple):
    """The list as it stands."""

    files: Mapping[str, StoredFile]
    complete: bool
    loading: bool
    problem: str
    """Why the last page could not be read, "" while nothing is wrong."""
    query: FilesQuery

    @property
    def loaded(self) -> str:
        """How many are loaded, and whether there may be more."""
        if self.loading and not self.files:
            return "…"
        more = "" if self.complete else "+"
        # After a failure they are those of the list before.
        is_match = self.query.text.strip() and not self.problem
        return f"{len(self.files):,}{more}{' match' if is_match else ''}"

    @property
    def order(self) -> str:
        """What the list is sorted by."""
        label = SORTS.get(self.query.sort_by, "")
        return f"{label.lower()} {'▼' if self.query.descending else '▲'}"


class FileSource(Protocol):
    """The list of files, read page by page; failures are in the view."""

    def view(self) -> FilesView:
        """Return the list as it stands."""

    def use_of(self, file_id: str) -> FileUse:
        """Tell where a file is used as far as that is known; asks nothing."""

    async def load(self, query: FilesQuery) -> None:
        """Read the first page of a query."""

    async def load_more(self) -> None:
        """Read the next page."""


class FileDesk(FileSource, Protocol):
    """What can be done with files beside reading their list."""

    @property
    def why_read_only(self) -> str:
        """Why nothing may be deleted, "" where it may."""

    @property
    def team_ids(self) -> Collection[str] | None:
        """The IDs of all collections of the team, None where not all of them are loaded."""

    @property
    def deleting(self) -> Collection[str]:
        """The IDs of the files that are being deleted."""

    def name_of(self, collection_id: str) -> str:
        """Return a collection's name as far as known, else its ID."""

    def listed_ids(self) -> Sequence[str]:
        """Return the IDs of the collections that are loaded, which are the ones to be asked."""

    async def look_up(self, file_ids: Sequence[str], on_progress: Callable[[int], object]) -> None:
        """Ask the collections that are loaded which files they hold; raises ApiError."""

    def delete(self, file: StoredFile) -> None:
        """Ask whether a file is to be deleted, and do it; what came of it is told."""

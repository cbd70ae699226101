"""The parts of a session that a look at the lists does not need: made with their first use.

They are imported then, too: the way to the first rows is short.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property, partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import OrderedDict
    from collections.abc import Sequence

    from xcoll_tui.api.models import Collection, Document
    from xcoll_tui.session.backup.backups import Backups
    from xcoll_tui.session.bulk.bulk import Bulk
    from xcoll_tui.session.bulk.run import BulkRun
    from xcoll_tui.session.bulk.undo import UndoStack
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.files.files import TeamFiles
    from xcoll_tui.session.inference import InferenceHost
    from xcoll_tui.session.lists.feed import Feed
    from xcoll_tui.session.local_state import LocalState
    from xcoll_tui.session.retrieval.retrieval import Retrieval
    from xcoll_tui.session.upload.uploads import Uploads
    from xcoll_tui.session.writes.activity import Activity
    from xcoll_tui.session.writes.collections import CollectionWrites
    from xcoll_tui.session.writes.documents import DocumentWrites
    from xcoll_tui.session.writes.field_editor import FieldEditor
    from xcoll_tui.session.writes.finishing import Finishing
    from xcoll_tui.session.writes.row_updates import RowUpdates
    from xcoll_tui.session.writes.runner import WriteRunner
    from xcoll_tui.session.writes.superseded import Superseded


class OnDemand(ABC):
    """What a session has beside its lists; `inference` is the host of search and files."""

    inference: InferenceHost
    state: LocalState
    rows: RowUpdates
    activity: Activity
    documents: Feed[Document] | None
    _context: SessionContext
    _remembered: OrderedDict[str, Feed[Document]]
    _superseded: Superseded

    # Writing

    @property
    def busy(self) -> int:
        """The number of writes that are under way."""
        return self._runner.busy if self._has("_runner") else 0

    @property
    def running(self) -> Sequence[BulkRun]:
        """The runs of many writes that are not over."""
        return self.bulk.running if self._has("bulk") else ()

    @cached_property
    def _runner(self) -> WriteRunner:
        from xcoll_tui.session.writes.runner import WriteRunner  # noqa: PLC0415 - see the head

        return WriteRunner(
            self._context,
            self.rows,
            self.activity,
            self.state.undo_log,
            superseded=self._superseded,
            learned=self.state.learned,
        )

    @cached_property
    def field_editor(self) -> FieldEditor:
        """The ways to change the fields of a document."""
        from xcoll_tui.session.writes.field_editor import FieldEditor  # noqa: PLC0415 - see the head

        return FieldEditor(self._runner, self.state.recovery)

    @cached_property
    def finishing(self) -> Finishing:
        """What takes up a replacement that broke off."""
        from xcoll_tui.session.writes.finishing import Finishing  # noqa: PLC0415 - see the head

        return Finishing(self._runner, self.state.recovery, self.field_editor)

    @cached_property
    def document_writes(self) -> DocumentWrites:
        """The way to change the documents of a collection, one by one."""
        from xcoll_tui.session.writes.documents import DocumentWrites  # noqa: PLC0415 - see the head

        return DocumentWrites(self._runner, self.field_editor)

    @cached_property
    def collection_writes(self) -> CollectionWrites:
        """The way to change collections."""
        from xcoll_tui.session.writes.collections import CollectionWrites  # noqa: PLC0415 - see the head

        return CollectionWrites(self._runner)

    @cached_property
    def bulk(self) -> Bulk:
        """The way to change many documents at once."""
        from xcoll_tui.session.bulk.bulk import Bulk  # noqa: PLC0415 - see the head

        return Bulk(
            self._context,
            self.document_writes,
            self.activity,
            self.state.undo_log,
            find_collection=self._find_collection,
        )

    @cached_property
    def undo_stack(self) -> UndoStack:
        """What can be undone, and how."""
        from xcoll_tui.session.bulk.undo import UndoStack  # noqa: PLC0415 - see the head

        return UndoStack(
            self._context,
            self.state.undo_log,
            self.document_writes,
            self.collection_writes,
            self.bulk,
        )

    @cached_property
    def backups(self) -> Backups:
        """Collections on disk, and back."""
        from xcoll_tui.session.backup.backups import Backups  # noqa: PLC0415 - see the head

        return Backups(
            self._context,
            self.collection_writes,
            self.bulk,
            self.state,
            created=partial(self.state.note_restored, self.name_of),
        )

    # Search and files

    @cached_property
    def retrieval(self) -> Retrieval:
        """Search, and the questions that are kept for collections."""
        from xcoll_tui.session.retrieval.retrieval import Retrieval  # noqa: PLC0415 - few search

        return Retrieval(
            self._context,
            self.inference,
            folder=self.state.folder,
            place=lambda: self.state.place,
            name_of_file=self._name_of_file,
        )

    @cached_property
    def uploads(self) -> Uploads:
        """Files of this machine on their way into a collection, and folders compared with one."""
        from xcoll_tui.session.upload.uploads import Uploads  # noqa: PLC0415 - few upload

        return Uploads(
            self._context,
            self._runner,
            self.document_writes,
            self.bulk,
            self.inference,
            read_collection=self.read_collection,
            settling_time=self.state.learned.settling_time,
        )

    @cached_property
    def files(self) -> TeamFiles:
        """The team's files, whether or not a collection holds them."""
        from xcoll_tui.session.files.files import TeamFiles  # noqa: PLC0415 - few look at them

        loaded = lambda: self._remembered  # noqa: E731 - it changes
        return TeamFiles(self._context, self._runner, self.inference, loaded=loaded)

    def known_name(self, file_id: str) -> str:
        """Return the name of a file as far as loaded lists tell; "" where none has it."""
        rows = (feed.listing.get(file_id) for feed in self._remembered.values())
        name = next((row.name for row in rows if row is not None and row.name), "")
        if name or not self._has("files"):  # a list that was never asked for is not made here
            return name
        stored = self.files.rows.get(file_id)
        return "" if stored is None else stored.filename

    @abstractmethod
    async def read_collection(self, collection_id: str) -> Collection:
        """Read a collection afresh."""

    @abstractmethod
    def name_of(self, collection_id: str) -> str:
        """Return a collection's name as far as known, else its ID."""

    @abstractmethod
    def _find_collection(self, collection_id: str) -> Collection | None: ...

    def _has(self, part: str) -> bool:
        """Tell whether a part was made already."""
        return part in self.__dict__

    def _name_of_file(self, file_id: str) -> str | None:
        document = None if self.documents is None else self.documents.listing.get(file_id)
        return None if document is None else document.name

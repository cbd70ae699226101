"""The parts of a session that few need: made, and imported, with their first use."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import OrderedDict

    from xcoll_tui.api.models import Collection, Document
    from xcoll_tui.session.bulk.bulk import Bulk
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.files.files import TeamFiles
    from xcoll_tui.session.inference import InferenceHost
    from xcoll_tui.session.lists.feed import Feed
    from xcoll_tui.session.local_state import LocalState
    from xcoll_tui.session.retrieval.retrieval import Retrieval
    from xcoll_tui.session.upload.uploads import Uploads
    from xcoll_tui.session.writes.documents import DocumentWrites
    from xcoll_tui.session.writes.runner import WriteRunner


class OnDemand(ABC):
    """What a session has beside its lists and writes; `inference` is the host of it."""

    inference: InferenceHost
    state: LocalState
    documents: Feed[Document] | None
    bulk: Bulk
    document_writes: DocumentWrites
    _context: SessionContext
    _remembered: OrderedDict[str, Feed[Document]]
    _runner: WriteRunner

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
        if name or "files" not in self.__dict__:  # a list that was never asked for is not made here
            return name
        stored = self.files.rows.get(file_id)
        return "" if stored is None else stored.filename

    @abstractmethod
    async def read_collection(self, collection_id: str) -> Collection:
        """Read a collection afresh."""

    def _name_of_file(self, file_id: str) -> str | None:
        document = None if self.documents is None else self.documents.listing.get(file_id)
        return None if document is None else document.name

"""The parts of a session that few need: made, and imported, with their first use."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xcoll_tui.api.models import Document
    from xcoll_tui.session.context import SessionContext
    from xcoll_tui.session.inference import InferenceHost
    from xcoll_tui.session.lists.feed import Feed
    from xcoll_tui.session.local_state import LocalState
    from xcoll_tui.session.retrieval.retrieval import Retrieval


class OnDemand:
    """What a session has beside its lists and writes; `inference` is the host of it."""

    inference: InferenceHost
    state: LocalState
    documents: Feed[Document] | None
    _context: SessionContext

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

    def _name_of_file(self, file_id: str) -> str | None:
        document = None if self.documents is None else self.documents.listing.get(file_id)
        return None if document is None else document.name

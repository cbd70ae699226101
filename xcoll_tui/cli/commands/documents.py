"""The collection and the documents that a writing command is about, looked at before it writes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xcoll_tui.cli.commands.collection import find_collection
from xcoll_tui.cli.commands.selection import document_filter
from xcoll_tui.session.bulk.work import Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xcoll_tui.api.models import Collection, Document
    from xcoll_tui.cli.commands.opened import OpenedSession
    from xcoll_tui.session.lists.query import Query

_PAGE_SIZE = 100


async def read_target(opened: "OpenedSession", text: str) -> "Collection":
    """Find a collection and read it afresh; the session knows it then, and so does the undo log.

    Raises CommandFailed and ApiError.
    """
    found = await find_collection(opened.client, text)
    return await opened.session.read_collection(found.collection_id)


async def matching(opened: "OpenedSession", collection_id: str, query: "Query") -> list[Item]:
    """Return all documents that match, each once, pinned to their IDs."""
    items: dict[str, Item] = {}
    pages = opened.client.iter_documents(
        collection_id, limit=_PAGE_SIZE, filter=document_filter(query)
    )
    async for page in pages:
        for document in page.documents:
            if document.file_id:
                items.setdefault(document.file_id, item_of(document))
    return list(items.values())


@dataclass(frozen=True)
class Present:
    """Which of some documents are in the collection, by their IDs."""

    documents: "dict[str, Document]"

    def items(self, file_ids: "Iterable[str]") -> list[Item]:
        """Return what to write to: also what is not there, which the write tells."""
        return [
            item_of(self.documents[file_id]) if file_id in self.documents else Item(file_id)
            for file_id in file_ids
        ]


async def look(opened: "OpenedSession", collection_id: str, file_ids: "Sequence[str]") -> Present:
    """Read those of some documents that are there."""
    documents = await opened.session.find_documents(collection_id, file_ids)
    return Present({document.file_id: document for document in documents})


def item_of(document: "Document") -> Item:
    """Return a document as a run takes it; its fields are only what they are thought to be."""
    return Item(document.file_id, document.name, dict(document.fields))

"""A collection whose paging a test may spoil: what a backup may meet."""

import asyncio

from msgspec.structs import replace

from xcoll_tui.api.models import (
    Collection,
    Document,
    DocumentPage,
    FieldDefinition,
    FileMetadata,
)
from xcoll_tui.session.writes.outcome import Operation, Outcome, Target, Verdict


def make_document(number, *, name=None, fields=None, **members):
    file = FileMetadata(file_id=f"file_{number:05}", name=name or f"report {number:05}.txt")
    return Document(file_metadata=file, fields=fields or {"number": str(number)}, **members)


def make_collection(count=0, **members):
    members.setdefault("collection_id", "collection_1")
    members.setdefault("collection_name", "SEC Filings")
    members.setdefault("field_definitions", [FieldDefinition(key="number", required=True)])
    return Collection(documents_count=count, **members)


class Shelf:
    """Serves pages; `pages_of` makes those of an order, `token_of` names the page at a place."""

    def __init__(self, documents=(), *, count=None, page_size=100):
        self.documents = list(documents)
        self.collection = make_collection(len(self.documents) if count is None else count)
        self.page_size = page_size
        self.asked = []
        self.token_of = str
        self.before_page = None  # an async function of the number of the request
        self.after_pages = None  # what the collection becomes once a page was served

    def pages_of(self, order):
        rows = self.documents if order == "ORDERING_ASCENDING" else self.documents[::-1]
        size = self.page_size
        return [rows[i : i + size] for i in range(0, len(rows), size)] or [[]]

    async def get_collection(self, collection_id):
        await asyncio.sleep(0)
        if self.asked and self.after_pages is not None:
            return self.after_pages
        return replace(self.collection, collection_id=collection_id)

    async def list_documents(self, collection_id, *, limit, order, sort_by, pagination_token=None):
        assert (collection_id, limit) == (self.collection.collection_id, 100)
        assert sort_by == "DOCUMENTS_SORT_BY_AGE"
        self.asked.append((order, pagination_token))
        await asyncio.sleep(0)
        if self.before_page is not None:
            await self.before_page(len(self.asked))
        place = 0 if pagination_token is None else int(pagination_token.partition("#")[0])
        pages = self.pages_of(order)
        token = self.token_of(place + 1) if place + 1 < len(pages) else None
        return DocumentPage(pages[place], token)


def outcome_of(document, verdict=Verdict.DONE, *, collection_id="collection_2", error=None):
    target = Target(collection_id, document.file_id, document.name, "SEC Filings")
    return Outcome(Operation.ATTACH, target, verdict, f"It is {verdict}.", error=error)

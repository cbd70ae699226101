"""One collection with documents in it, served as the API serves them, whatever their text is."""

import asyncio
import threading
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote, urlsplit

from tests.contract.scripted import Scripted, fault, reply

COLLECTION_ID = "collection_5f0c6b7e-1111-4222-8333-944455556666"
TIME = "2026-04-15T10:00:00.000000Z"


def file_id(number):
    return f"file_00000000-0000-4000-8000-{number:012}"


def document(number, name, fields=None, **members):
    """A document as the service words it; ``members`` replace its own, by name."""
    metadata = {
        "file_id": file_id(number),
        "name": name,
        "size_bytes": "1024",
        "content_type": "text/plain",
        "created_at": TIME,
        "expires_at": None,
        "hash": "00" * 32,
        **members.pop("file_metadata", {}),
    }
    return {
        "file_metadata": metadata,
        "fields": fields or {},
        "status": "DOCUMENT_STATUS_PROCESSED",
        "last_indexed_at": TIME,
        **members,
    }


def collection(**members):
    """A collection as the service words it."""
    return {
        "collection_id": COLLECTION_ID,
        "collection_name": "Shelf",
        "created_at": TIME,
        "documents_count": 1,
        "total_file_size": "1024",
        "field_definitions": [],
        **members,
    }


class Shelf:
    """Answer reads; a script's step for a ``Scripted`` service.

    ``override`` may answer a request first, and leave it to the shelf by returning None.
    """

    def __init__(self, documents, collection=None, *, key_name="", page=100):
        self.documents = list(documents)
        self.collection = collection or {}
        self.key_name = key_name
        self.page = page
        self.override = lambda _request: None

    def __call__(self, request):
        answer = self.override(request)
        return self._answer(request) if answer is None else answer

    def _answer(self, request):  # noqa: PLR0911 - one return an endpoint
        url = urlsplit(request.target)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        steps = [unquote(step) for step in url.path.strip("/").split("/")]
        told = {"documents_count": len(self.documents), **self.collection}
        match steps:
            case ["auth", "management-keys", "validation"]:
                return reply(body={"apiKeyId": "1", "name": self.key_name})
            case ["v1", "collections"]:
                return reply(body={"collections": [collection(**told)]})
            case ["v1", "collections", _]:
                return reply(body=collection(**told))
            case ["v1", "collections", _, "documents"]:
                return self._page(query)
            case ["v1", "collections", _, "documents:batchGet"]:
                found = self._find(parse_qs(url.query)["file_ids"])
                return reply(body={"documents": found})
            case ["v1", "collections", _, "documents", wanted] if found := self._find([wanted]):
                return reply(body=found[0])
        return fault(404, 5, "Not Found")

    def _find(self, wanted):
        return [each for each in self.documents if _id_of(each) in wanted]

    def _page(self, query):
        documents = self.documents
        if query.get("order") == "ORDERING_DESCENDING":
            documents = documents[::-1]
        start = int(query.get("pagination_token", 0))
        page = {"documents": documents[start : start + self.page]}
        if start + self.page < len(documents):
            page["pagination_token"] = str(start + self.page)
        return reply(body=page)


def _id_of(document):
    if not isinstance(document, dict):
        return None
    return (document.get("file_metadata") or {}).get("file_id")


@contextmanager
def served(shelf):
    """Serve a shelf from a thread, for a program in another process; yields the service."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    service = Scripted(shelf)

    def run(step):
        asyncio.run_coroutine_threadsafe(step, loop).result(10)

    run(service.__aenter__())
    try:
        yield service
    finally:
        run(service.__aexit__())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()

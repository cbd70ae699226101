"""Every call of the two clients, with the answer that is right for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hostile.shelf import COLLECTION_ID, TIME, collection, document, file_id

UPLOAD = "upload.txt"
FILE_ID = file_id(7)
FILE = {
    "id": FILE_ID,
    "bytes": 1024,
    "created_at": 1_776_323_959,
    "expires_at": None,
    "filename": "notes.txt",
    "object": "file",
    "purpose": "",
}
COLLECTION = collection(
    collection_description="Of books",
    index_configuration={"model_name": "grok-embedding-small"},
    chunk_configuration={
        "bytes_configuration": {"max_chunk_size_bytes": 4000, "chunk_overlap_bytes": 800},
        "strip_whitespace": True,
    },
    field_definitions=[
        {"key": "author", "required": False, "unique": False, "description": "Who wrote it"}
    ],
)
DOCUMENT = document(7, "notes.txt", {"author": "Zoe"}, chunk_count=3, chunks_processed_count="3")
MATCH = {
    "file_id": FILE_ID,
    "chunk_id": f"{FILE_ID}_0",
    "chunk_content": "The first line.",
    "score": 0.0163,
    "collection_ids": [COLLECTION_ID],
    "fields": {"title": "notes.txt"},
    "page_number": 0,
}
KEY_INFO = {
    "apiKeyId": "1",
    "teamId": "t",
    "scope": "SCOPE_TEAM",
    "name": "laptop",
    "createTime": TIME,
    "acls": ["team-token:endpoint:AddFileToCollection"],
    "ipRanges": None,
}


@dataclass(frozen=True)
class Call:
    """One call: how it is made, the right answer, whether it writes, and which host it is of."""

    name: str
    ask: Any
    answer: Any
    writes: bool = False
    inference: bool = False
    again: bool = True
    """Whether it may be sent again when no answer came."""


async def walk(pages):
    """Return all pages of a walk."""
    return [page async for page in pages]


def calls(folder: Path) -> dict[str, Call]:
    """Return all calls by name; what is uploaded is `UPLOAD` in this folder."""
    upload = folder / UPLOAD
    of, at = COLLECTION_ID, FILE_ID
    listed = [
        Call("list_collections", lambda c: c.list_collections(), {"collections": [COLLECTION]}),
        Call("iter_collections", lambda c: walk(c.iter_collections()), {"collections": []}),
        Call("get_collection", lambda c: c.get_collection(of), COLLECTION),
        Call("list_documents", lambda c: c.list_documents(of), {"documents": [DOCUMENT]}),
        Call("iter_documents", lambda c: walk(c.iter_documents(of)), {"documents": []}),
        Call("get_document", lambda c: c.get_document(of, at), DOCUMENT),
        Call(
            "batch_get_documents",
            lambda c: c.batch_get_documents(of, [at]),
            {"documents": [DOCUMENT]},
        ),
        Call("validate_key", lambda c: c.validate_key(), KEY_INFO),
        Call(
            "create_collection", lambda c: c.create_collection("n"), COLLECTION, True, again=False
        ),
        Call(
            "update_collection",
            lambda c: c.update_collection(of, collection_name="n"),
            COLLECTION,
            True,
        ),
        Call("delete_collection", lambda c: c.delete_collection(of), {}, True),
        Call("add_document", lambda c: c.add_document(of, at, fields={"author": "Zoe"}), {}, True),
        Call(
            "update_document",
            lambda c: c.update_document(of, at, fields={"author": "Zoe"}),
            DOCUMENT,
            True,
            again=False,
        ),
        Call("reindex_document", lambda c: c.reindex_document(of, at), {}, True, again=False),
        Call("remove_document", lambda c: c.remove_document(of, at), {}, True),
        Call(
            "upload_document",
            lambda c: c.upload_document(of, upload, name="n.txt", fields={"author": "Zoe"}),
            DOCUMENT,
            True,
            again=False,
        ),
        Call(
            "search_documents",
            lambda c: c.search_documents("q", [of]),
            {"matches": [MATCH]},
            inference=True,
        ),
        Call(
            "list_files",
            lambda c: c.list_files(),
            {"data": [FILE], "pagination_token": "next"},
            inference=True,
        ),
        Call("get_file", lambda c: c.get_file(at), FILE, inference=True),
        Call(
            "delete_file",
            lambda c: c.delete_file(at),
            {"id": at, "deleted": True, "object": "file"},
            True,
            True,
        ),
        Call("upload_file", lambda c: c.upload_file(upload, name="n.txt"), FILE, True, True, False),
    ]
    return {call.name: call for call in listed}


NAMES = list(calls(Path()))
WRITES = frozenset(name for name, call in calls(Path()).items() if call.writes)

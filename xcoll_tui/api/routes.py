"""The endpoints of the API: method and path, whether one writes, and whether it may be repeated."""

import re
from enum import Enum

from msgspec import Struct

from xcoll_tui.api.urls import id_segment

_NAME = re.compile(r"\{(\w+)\}")


class Repeatable(Enum):
    """When a request may be sent again although the first may have been carried out."""

    ALWAYS = "carried out twice, it does no more than once"
    WHEN_REFUSED = "after a 429 only: it starts work again each time"
    NEVER = "not even after a 429, which may come after the effect: it makes one thing more"


class Endpoint(Struct, frozen=True):
    """What can be asked, and what asking it may do.

    `path` has the names of IDs in braces. A POST may only read: what counts is `writes`.
    `inference` tells that it is the inference host's, with a key of its own; `right` is what a key
    needs for it, where that is known; `uploads` that its body holds a file.
    """

    method: str
    path: str
    writes: bool = False
    repeatable: Repeatable = Repeatable.ALWAYS
    inference: bool = False
    right: str = ""
    uploads: bool = False

    def path_of(self, *ids: str) -> str:
        """Return the path with these IDs, in order; raises Refused for one that cannot be in it."""
        names = _NAME.findall(self.path)
        segments = {name: id_segment(raw_id, name) for name, raw_id in zip(names, ids, strict=True)}
        return self.path.format_map(segments)


_COLLECTION = "/v1/collections/{collection_id}"
_DOCUMENT = f"{_COLLECTION}/documents/{{file_id}}"

LIST_COLLECTIONS = Endpoint("GET", "/v1/collections")
GET_COLLECTION = Endpoint("GET", _COLLECTION)
CREATE_COLLECTION = Endpoint("POST", "/v1/collections", writes=True, repeatable=Repeatable.NEVER)
UPDATE_COLLECTION = Endpoint("PUT", _COLLECTION, writes=True)
DELETE_COLLECTION = Endpoint("DELETE", _COLLECTION, writes=True)

LIST_DOCUMENTS = Endpoint("GET", f"{_COLLECTION}/documents")
GET_DOCUMENT = Endpoint("GET", _DOCUMENT)
BATCH_GET_DOCUMENTS = Endpoint("GET", f"{_COLLECTION}/documents:batchGet")
# A file is one document of a collection at most.
ADD_DOCUMENT = Endpoint("POST", _DOCUMENT, writes=True)
# Other fields, or none: then it is indexed again.
UPDATE_DOCUMENT = Endpoint("PATCH", _DOCUMENT, writes=True, repeatable=Repeatable.WHEN_REFUSED)
REMOVE_DOCUMENT = Endpoint("DELETE", _DOCUMENT, writes=True)
# A file and its document in one: sent twice, it makes two.
UPLOAD_DOCUMENT = Endpoint(
    "POST",
    f"{_COLLECTION}/documents",
    writes=True,
    repeatable=Repeatable.NEVER,
    right="AddFileToCollection",
    uploads=True,
)

VALIDATE_KEY = Endpoint("GET", "/auth/management-keys/validation")

# The inference host's.
_FILES = "/v1/files"
_FILE = f"{_FILES}/{{file_id}}"

SEARCH_DOCUMENTS = Endpoint(
    "POST", "/v1/documents/search", inference=True, right="api-key:endpoint:documents"
)
LIST_FILES = Endpoint("GET", _FILES, inference=True)
GET_FILE = Endpoint("GET", _FILE, inference=True)
DELETE_FILE = Endpoint("DELETE", _FILE, writes=True, inference=True)
UPLOAD_FILE = Endpoint(
    "POST", _FILES, writes=True, repeatable=Repeatable.NEVER, inference=True, uploads=True
)

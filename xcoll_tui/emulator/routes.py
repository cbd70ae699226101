"""The table of routes, by method and path; paths are split before they are decoded."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from urllib.parse import unquote

from xcoll_tui.emulator import wire
from xcoll_tui.emulator.collection import Collections
from xcoll_tui.emulator.document import Documents
from xcoll_tui.emulator.file import Files
from xcoll_tui.emulator.form import read_direct_upload, read_file_upload
from xcoll_tui.emulator.late import LateWrites
from xcoll_tui.emulator.policies import Policies
from xcoll_tui.emulator.query import Query
from xcoll_tui.emulator.replicas import Replicas
from xcoll_tui.emulator.search import Search
from xcoll_tui.emulator.store import Store
from xcoll_tui.emulator.wire import Json, RefusedError

Payload = Json | tuple[bytes, str]


_DEFAULTS = Policies()


@dataclass(frozen=True)
class Call:
    """A request, complete and authorised."""

    method: str
    raw_path: bytes
    query_string: bytes
    content_type: str
    body: bytes

    @cached_property
    def query(self) -> Query:
        """The query string."""
        return Query(self.query_string)

    @property
    def json(self) -> Json:
        """The body as a JSON object."""
        return wire.parse_body(self.body)


Handler = Callable[..., Any]

# Their order counts: the first that fits is taken. `{}` is any segment, decoded by then.
_COLLECTION = ("v1", "collections", "{}")
_DOCUMENTS = (*_COLLECTION, "documents")
_DOCUMENT = (*_DOCUMENTS, "{}")

# What answers with an ID that is new cannot take effect later than its answer.
_MAY_BE_LATE = {
    *((_COLLECTION, method) for method in ("PUT", "DELETE")),
    *((_DOCUMENT, method) for method in ("POST", "PATCH", "DELETE")),
}


class Routes:
    """The table of routes over a store.

    lag is how many seconds reads are behind writes; of several, the first read is behind by the
    first, and so on in turn. late is how many seconds after its answer a write takes effect, for
    all or by HTTP method.
    """

    def __init__(
        self,
        store: Store,
        *,
        key: str,
        policies: Policies = _DEFAULTS,
        index_seconds: float = 0.0,
        lag: float | Sequence[float] = 0.0,
        late: float | Mapping[str, float] = 0.0,
    ) -> None:
        replicas = Replicas(store, lag)
        collections, files = Collections(store, replicas), Files(store)
        documents = Documents(store, replicas, policies, index_seconds=index_seconds)
        self._late = LateWrites(store, late)
        search = Search(store)
        started = wire.format_time(store.now())
        self._table: dict[tuple[str, ...], dict[str, Handler]] = {
            ("auth", "management-keys", "validation"): {
                "GET": lambda _call: _show_key(key, started)
            },
            ("v1", "collections"): {
                "GET": lambda call: collections.list(call.query),
                "POST": lambda call: collections.create(call.json),
            },
            _COLLECTION: {
                "GET": lambda _call, collection: collections.get(collection),
                "PUT": lambda call, collection: collections.update(collection, call.json),
                "DELETE": lambda _call, collection: collections.delete(collection),
            },
            _DOCUMENTS: {
                "GET": lambda call, collection: documents.list(collection, call.query),
                "POST": lambda call, collection: documents.upload(
                    collection, *read_direct_upload(call.content_type, call.body)
                ),
            },
            (*_COLLECTION, "documents:batchGet"): {
                "GET": lambda call, collection: documents.batch_get(collection, call.query)
            },
            _DOCUMENT: {
                "GET": lambda _call, collection, file: documents.get(collection, file),
                "POST": lambda call, collection, file: documents.attach(
                    collection, file, call.json
                ),
                "PATCH": lambda call, collection, file: documents.patch(
                    collection, file, call.json
                ),
                "DELETE": lambda _call, collection, file: documents.remove(collection, file),
            },
            ("v1", "files"): {
                "GET": lambda call: files.list(call.query),
                "POST": lambda call: files.upload(read_file_upload(call.content_type, call.body)),
            },
            ("v1", "files", "{}"): {
                "GET": lambda _call, file: files.get(file),
                "DELETE": lambda _call, file: files.delete(file),
            },
            ("v1", "files", "{}", "content"): {
                "GET": lambda call, file: files.content(file, call.query)
            },
            ("v1", "documents", "search"): {"POST": lambda call: search.search(call.json)},
        }

    def answer(self, call: Call) -> Payload:
        """Answer a call; raises RefusedError for everything that is not 200."""
        self._late.apply_due()
        segments = [unquote(segment) for segment in call.raw_path.decode("latin-1").split("/")[1:]]
        for pattern, methods in self._table.items():
            if len(pattern) != len(segments):
                continue
            pairs = list(zip(pattern, segments, strict=True))
            if any(want not in ("{}", segment) for want, segment in pairs):
                continue
            handler = methods.get(call.method)
            if handler is None:
                raise RefusedError(
                    405,
                    f"Method {call.method} is not allowed here; use {', '.join(methods)}.",
                    {"Allow": ", ".join(methods)},
                )
            ids = (segment for want, segment in pairs if want == "{}")
            perform = partial(handler, call, *ids)
            late = (pattern, call.method) in _MAY_BE_LATE
            payload: Payload = self._late.perform(call.method, perform) if late else perform()
            return payload
        raise RefusedError(404, "There is no such route.")


def _show_key(key: str, started: str) -> Json:
    """Show a key as the validation endpoint does, which alone writes camelCase."""

    def made_up(noun: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{noun} of {key}"))

    return {
        "redactedApiKey": f"{key[:2]}...{key[-4:]}" if len(key) > 8 else "...",
        "apiKeyId": made_up("key"),
        "name": "Emulator",
        "teamId": made_up("team"),
        "scope": "SCOPE_TEAM",
        "scopeId": made_up("team"),
        "ownerUserId": made_up("owner"),
        "createTime": started,
        "modifyTime": started,
        "acls": ["team-token:endpoint:AddFileToCollection"],
        "ipRanges": None,
    }

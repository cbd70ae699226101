"""Models of the service's data, in its own words: structs with the wire's member names.

Reading is lenient (see `xcoll_tui.api.wire`): absent, null and empty are one, 64-bit numbers come
as strings, unknown members are ignored and unknown enum names kept. So a reader may rely on this:
names and IDs are never None (unset is ""), lists and maps are never None; what the protocol marks
optional is None when unset. Counts and sizes are None where the service tells none that can be one:
unset, null, negative, of no 64 bits. Times stay text, as they came.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import force_setattr

# Members of ours have wire names that no protobuf field can have, so that no answer can set them.
_RECEIVED = "(received)"
UNREADABLE = "(unreadable)"
_ODD_FIELDS = "(odd_fields)"


MOST = 2**64
"""No number of the protocol is as large; what is would be too large to be shown, or counted on."""


def writable(text: str) -> str:
    """Return a text in which half characters (lone surrogates) are replaced by `?`."""
    return text.encode("utf-8", "replace").decode()


class Ordering(StrEnum):
    """The direction of a list; the service's default is descending."""

    ASCENDING = "ORDERING_ASCENDING"
    DESCENDING = "ORDERING_DESCENDING"


class CollectionsSortBy(StrEnum):
    """The value that a list of collections is sorted by; the service's default is the name."""

    NAME = "COLLECTIONS_SORT_BY_NAME"
    AGE = "COLLECTIONS_SORT_BY_AGE"


class DocumentsSortBy(StrEnum):
    """The value that a list of documents is sorted by; the service's default is the name."""

    NAME = "DOCUMENTS_SORT_BY_NAME"
    SIZE = "DOCUMENTS_SORT_BY_SIZE"
    AGE = "DOCUMENTS_SORT_BY_AGE"


class DocumentStatus(StrEnum):
    """The state of indexing, in the order of the protocol's numbers.

    `Document.status` is plain text, compared with these. All but PROCESSED and FAILED are under
    way.
    """

    UNKNOWN = "DOCUMENT_STATUS_UNKNOWN"
    PROCESSING = "DOCUMENT_STATUS_PROCESSING"
    PROCESSED = "DOCUMENT_STATUS_PROCESSED"
    FAILED = "DOCUMENT_STATUS_FAILED"
    CHUNKED = "DOCUMENT_STATUS_CHUNKED"
    EMBEDDING = "DOCUMENT_STATUS_EMBEDDING"
    WRITING = "DOCUMENT_STATUS_WRITING"


class MetricSpace(StrEnum):
    """The measure of nearness in a collection; chosen at creation."""

    UNKNOWN = "HNSW_METRIC_UNKNOWN"
    COSINE = "HNSW_METRIC_COSINE"
    EUCLIDEAN = "HNSW_METRIC_EUCLIDEAN"
    INNER_PRODUCT = "HNSW_METRIC_INNER_PRODUCT"


class FieldDefinitionOperation(StrEnum):
    """The operation of an update on a field definition; DELETE also removes the field's values."""

    ADD = "FIELD_DEFINITION_ADD"
    DELETE = "FIELD_DEFINITION_DELETE"


# gc=False: the structs hold only strings, numbers and each other, so they cannot form cycles; the
# collector need not visit 100,000 of them.
class Wire(msgspec.Struct, frozen=True, gc=False):
    """A struct whose members are the wire's."""


class IndexConfiguration(Wire, frozen=True, gc=False):
    """The embedding model of a collection; it cannot be changed."""

    model_name: str = ""


class CharsConfiguration(Wire, frozen=True, gc=False):
    """Chunks counted in characters."""

    max_chunk_size_chars: int = 0
    chunk_overlap_chars: int = 0


class TokensConfiguration(Wire, frozen=True, gc=False):
    """Chunks counted in tokens of the named encoding."""

    max_chunk_size_tokens: int = 0
    chunk_overlap_tokens: int = 0
    encoding_name: str = ""


class BytesConfiguration(Wire, frozen=True, gc=False):
    """Chunks counted in bytes; the service's default is 4000 with an overlap of 800."""

    max_chunk_size_bytes: int = 0
    chunk_overlap_bytes: int = 0


class MarkdownTokensConfiguration(TokensConfiguration, frozen=True, gc=False):
    """As `TokensConfiguration`, along the structure of Markdown."""


class MarkdownCharsConfiguration(CharsConfiguration, frozen=True, gc=False):
    """As `CharsConfiguration`, along the structure of Markdown."""


class CodeTokensConfiguration(TokensConfiguration, frozen=True, gc=False):
    """As `TokensConfiguration`, along the structure of code."""


class CodeCharsConfiguration(CharsConfiguration, frozen=True, gc=False):
    """As `CharsConfiguration`, along the structure of code."""


class TableConfiguration(Wire, frozen=True, gc=False):
    """Chunks of whole table rows, counted in tokens of the named encoding."""

    max_chunk_size_tokens: int = 0
    encoding_name: str = ""


class AstConfiguration(TableConfiguration, frozen=True, gc=False):
    """Deprecated by the service; as `TableConfiguration`."""


class ChunkConfiguration(Wire, frozen=True, gc=False):
    """The way in which documents are cut into chunks: at most one strategy, and two switches.

    A switch that is None is left out of a request. The service's own default for stripping white
    space is true, so False must not be sent unless it is meant.
    """

    chars_configuration: CharsConfiguration | None = None
    tokens_configuration: TokensConfiguration | None = None
    bytes_configuration: BytesConfiguration | None = None
    markdown_tokens_configuration: MarkdownTokensConfiguration | None = None
    markdown_chars_configuration: MarkdownCharsConfiguration | None = None
    code_tokens_configuration: CodeTokensConfiguration | None = None
    code_chars_configuration: CodeCharsConfiguration | None = None
    table_configuration: TableConfiguration | None = None
    ast_configuration: AstConfiguration | None = None
    strip_whitespace: bool | None = None
    inject_name_into_chunks: bool | None = None

    @property
    def strategy(self) -> tuple[str, Wire] | None:
        """The strategy that is set, as its wire name and struct; None if there is none we know."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Wire):
                return name, value
        return None


class FieldDefinition(Wire, frozen=True, gc=False):
    """A field that documents of a collection may or must carry."""

    key: str = ""
    required: bool = False
    unique: bool = False
    inject_into_chunk: bool = False
    description: str = ""


class FieldDefinitionUpdate(Wire, frozen=True, gc=False):
    """One change to the field definitions of a collection; ADD replaces by key."""

    field_definition: FieldDefinition
    operation: str = FieldDefinitionOperation.ADD


class Collection(Wire, frozen=True, gc=False):
    """A collection.

    `received` is its JSON text as the service sent it, on single reads only. `unreadable` is None,
    or a sentence saying what of the answer could not be read: the members named there are at their
    defaults, the others hold.
    """

    collection_id: str = ""
    collection_name: str = ""
    collection_description: str | None = None
    created_at: str | None = None
    documents_count: int | None = None
    total_file_size: int | None = None
    index_configuration: IndexConfiguration | None = None
    chunk_configuration: ChunkConfiguration | None = None
    field_definitions: list[FieldDefinition] = []
    disable_rag_lookup: bool = False
    collection_type: str = ""
    received: str | None = msgspec.field(default=None, name=_RECEIVED)
    unreadable: str | None = msgspec.field(default=None, name=UNREADABLE)

    def __post_init__(self) -> None:
        if self.collection_description == "":
            force_setattr(self, "collection_description", None)
        if self.created_at == "":
            force_setattr(self, "created_at", None)
        if self.documents_count is not None and not 0 <= self.documents_count < MOST:
            force_setattr(self, "documents_count", None)
        if self.total_file_size is not None and not 0 <= self.total_file_size < MOST:
            force_setattr(self, "total_file_size", None)
        if self.collection_id == "" and self.unreadable is None:
            force_setattr(self, "unreadable", "It came without a collection_id.")


class CollectionPage(Wire, frozen=True, gc=False):
    """One page of collections; `pagination_token` is None on the last."""

    collections: list[Collection] = []
    pagination_token: str | None = None

    def __post_init__(self) -> None:
        if self.pagination_token == "":
            force_setattr(self, "pagination_token", None)


class FileMetadata(Wire, frozen=True, gc=False):
    """The file behind a document; `hash` is SHA-256 in hex, `size_bytes` a number of bytes."""

    file_id: str = ""
    name: str = ""
    size_bytes: int | None = None
    content_type: str = ""
    created_at: str | None = None
    expires_at: str | None = None
    hash: str = ""
    upload_status: str | None = None
    upload_error_message: str | None = None
    processing_status: str | None = None
    file_path: str | None = None

    def __post_init__(self) -> None:
        # Member by member and not in a loop: this runs for every document of every page.
        if self.size_bytes is not None and not 0 <= self.size_bytes < MOST:
            force_setattr(self, "size_bytes", None)
        if self.created_at == "":
            force_setattr(self, "created_at", None)
        if self.expires_at == "":
            force_setattr(self, "expires_at", None)
        if self.upload_status == "":
            force_setattr(self, "upload_status", None)
        if self.upload_error_message == "":
            force_setattr(self, "upload_error_message", None)
        if self.processing_status == "":
            force_setattr(self, "processing_status", None)
        if self.file_path == "":
            force_setattr(self, "file_path", None)


class Document(Wire, frozen=True, gc=False):
    """A file as it stands in a collection, with the fields it has there.

    `status` is text, compared with `DocumentStatus`; names that we do not know are kept. `received`
    is its JSON text as the service sent it, on single reads only. `unreadable` is None, or a
    sentence saying what of the answer could not be read: the members named there are at their
    defaults, the others hold, and `file_id` is the raw one wherever one was found.

    `fields` are texts that can be shown and written out. Where one is not what the service holds (a
    number, null, half a character …), `odd_fields` has it as it was received, by the key that was
    received; it is None for nearly all documents. To give a document the fields that it has, send
    `raw_fields`.
    """

    file_metadata: FileMetadata = FileMetadata()
    fields: dict[str, str] = {}
    status: str = ""
    error_message: str | None = None
    last_indexed_at: str | None = None
    chunk_count: int | None = None
    chunks_processed_count: int | None = None
    received: str | None = msgspec.field(default=None, name=_RECEIVED)
    unreadable: str | None = msgspec.field(default=None, name=UNREADABLE)
    odd_fields: dict[str, Any] | None = msgspec.field(default=None, name=_ODD_FIELDS)

    def __post_init__(self) -> None:
        if self.error_message == "":
            force_setattr(self, "error_message", None)
        if self.last_indexed_at == "":
            force_setattr(self, "last_indexed_at", None)
        if self.chunk_count is not None and not 0 <= self.chunk_count < MOST:
            force_setattr(self, "chunk_count", None)
        if self.chunks_processed_count is not None and not 0 <= self.chunks_processed_count < MOST:
            force_setattr(self, "chunks_processed_count", None)
        if self.file_metadata.file_id == "" and self.unreadable is None:
            force_setattr(self, "unreadable", "It came without a file_id.")

    @property
    def file_id(self) -> str:
        """The ID of the file, which is the document's ID in its collection."""
        return self.file_metadata.file_id

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.file_metadata.name

    @property
    def raw_fields(self) -> Mapping[str, Any]:
        """The fields as the service holds them: JSON values, and keys that may not be writable."""
        if self.odd_fields is None:
            return self.fields
        replaced = {writable(key) for key in self.odd_fields} - self.odd_fields.keys()
        shown = {key: value for key, value in self.fields.items() if key not in replaced}
        return {**shown, **self.odd_fields}


class DocumentPage(Wire, frozen=True, gc=False):
    """One page of documents; `pagination_token` is None on the last."""

    documents: list[Document] = []
    pagination_token: str | None = None

    def __post_init__(self) -> None:
        if self.pagination_token == "":
            force_setattr(self, "pagination_token", None)


class KeyInfo(Wire, frozen=True, rename="camel"):
    """The facts that the service has of a management key; the key itself is never part of it.

    This endpoint alone answers in camelCase. `acls` are the permissions; no full list is published,
    so a 403 decides, not they. `ip_ranges` is passed on as it came.
    """

    api_key_id: str = ""
    team_id: str = ""
    scope: str = ""
    scope_id: str = ""
    owner_user_id: str = ""
    create_time: str | None = None
    modify_time: str | None = None
    name: str = ""
    acls: list[str] = []
    redacted_api_key: str = ""
    ip_ranges: Any = None

    def __post_init__(self) -> None:
        if self.create_time == "":
            force_setattr(self, "create_time", None)
        if self.modify_time == "":
            force_setattr(self, "modify_time", None)


class RequestRecord(msgspec.Struct, frozen=True):
    """One HTTP exchange that is over, for a log or an activity list.

    `path` holds the query and never the key. `status` is None when no answer came; `error` is None
    when the exchange was complete, whatever its status. `started_at` is in seconds since the epoch.
    `request_id` is the service's own name for the exchange, None if it gave none.
    """

    method: str
    path: str
    status: int | None
    error: str | None
    duration: float
    started_at: float
    request_id: str | None = None


class Wait(msgspec.Struct, frozen=True):
    """A pause before a request is tried again; `attempt` counts the tries that failed (from 1).

    `reason` is a clause without a full stop, such as "the service asks to slow down (429)".
    `rate_limited` is set where all other requests wait for the same reason.
    """

    seconds: float
    reason: str
    attempt: int
    method: str
    path: str
    rate_limited: bool = False

"""The outcome of a write: a verdict, a sentence for a person, and all that was at stake."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

# Not only for types: a draft is read from the undo log by them.
from msgspec import Struct

from xcoll_tui.api.models import ChunkConfiguration, FieldDefinition  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xcoll_tui.api.errors import ApiError
    from xcoll_tui.api.models import Collection, Document


class Operation(StrEnum):
    """The kind of a write; the values are words for a person."""

    ATTACH = "attach"
    UPLOAD = "upload"
    EDIT = "edit"
    REMOVE = "remove"
    REINDEX = "re-index"
    CREATE = "create collection"
    UPDATE = "change collection"
    DELETE = "delete collection"
    DELETE_FILE = "delete file"
    REPLACE = "replace"
    RECREATE = "recreate"


class Verdict(StrEnum):
    """The knowledge of a write that is over.

    DONE: reading back shows it. ASKED: the service was asked to index, and what came of it shows
    later. ALREADY: there was nothing to do, as the service shows. FAILED: what was wanted is not
    so. UNSHOWN: the service took it, and showed the old state for the whole settling time: neither
    done nor failed. UNKNOWN: neither the write nor the reading back told. IGNORED: the service took
    new fields and did not show them, whatever was tried that needs no agreement. CONFLICT: somebody
    changed it meanwhile, and nothing was written. CANCELLED: nothing was sent.
    """

    DONE = "done"
    ASKED = "asked for"
    ALREADY = "already"
    FAILED = "failed"
    UNSHOWN = "not shown"
    UNKNOWN = "unknown"
    IGNORED = "ignored"
    CONFLICT = "changed"
    CANCELLED = "cancelled"


Strategy = Literal["patch", "reattach", "replace"]
UNSENT = "path:"
"""What stands before the path of a file in the place of the ID that it has not got yet."""


class Target(Struct, frozen=True):
    """The target of a write, pinned to its IDs; `file_id` is None for a collection itself."""

    collection_id: str
    file_id: str | None
    name: str
    collection_name: str

    @property
    def place(self) -> tuple[str, str | None]:
        """The IDs as a key; documents that cannot be read may have "" for an ID."""
        return self.collection_id, self.file_id

    @property
    def ids(self) -> tuple[str, str]:
        """The IDs as the requests for a document have them."""
        return self.collection_id, self.file_id or ""

    @property
    def shown(self) -> str:
        """The name in quotation marks, or the ID where there is no name."""
        return f"“{self.name}”" if self.name.strip() else (self.file_id or self.collection_id)


class Outcome(Struct, frozen=True):
    """The outcome of one write.

    `message` is one or more full sentences in plain text. `error` is what went wrong on the way,
    also when it is DONE all the same. `strategy` is how fields were changed in the end; `reindexed`
    tells that the document is, or may be, indexed again. `field` is the key of the field that a
    refusal names. `wanted_fields` are those that were wanted, `previous_fields` those that the
    service held before, `current_fields` those that it holds instead. `document` and `collection`
    are the last that was read; for a removed document what it was. `entry` is the number of the
    activity's entry, None for a part of many. `file_lost` tells that the file turned out to be gone
    with its document.
    """

    operation: Operation
    target: Target
    verdict: Verdict
    message: str
    error: ApiError | None = None
    strategy: Strategy | None = None
    reindexed: bool = False
    field: str | None = None
    wanted_fields: Mapping[str, str] | None = None
    previous_fields: Mapping[str, str] | None = None
    current_fields: Mapping[str, str] | None = None
    document: Document | None = None
    collection: Collection | None = None
    entry: int | None = None
    file_lost: bool = False

    @property
    def ok(self) -> bool:
        """Whether the write succeeded, or is under way as it was asked for."""
        return self.verdict in {Verdict.DONE, Verdict.ASKED, Verdict.ALREADY}


class NotSent(Exception):  # noqa: N818 - a decision, not an error
    """Raised by a write's `slot` on entering: the request is not to be sent any more."""


class CollectionDraft(Struct, frozen=True):
    """A collection as a person wants it; None leaves a choice to the service, or as it is.

    `model_name` and `metric_space` count at creation only.
    """

    collection_name: str
    collection_description: str = ""
    chunk_configuration: ChunkConfiguration | None = None
    model_name: str | None = None
    metric_space: str | None = None
    field_definitions: tuple[FieldDefinition, ...] = ()

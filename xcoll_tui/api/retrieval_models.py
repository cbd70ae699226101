"""Models of what the inference host answers: what a search found, and files. As `api.models`."""

import math
from enum import StrEnum

import msgspec
from msgspec.structs import force_setattr

from xcoll_tui.api.models import MOST, UNREADABLE, Wire


class FilesSortBy(StrEnum):
    """The value that a list of files is sorted by."""

    AGE = "created_at"
    NAME = "filename"
    SIZE = "size"


class Match(Wire, frozen=True, gc=False):
    """A chunk that a search found.

    `chunk_content` is as it came, see `session.retrieval.chunks`. `score` is not bounded by 1; None
    where none was told, or no number. `page_number` None or 0: the document has no pages. `fields`
    are texts; live they hold `title` and `chroma:uri`, too. `unreadable` is as on a `Document`.
    """

    file_id: str = ""
    chunk_id: str = ""
    chunk_content: str = ""
    score: float | None = None
    collection_ids: list[str] = msgspec.field(default_factory=list)
    fields: dict[str, str] = msgspec.field(default_factory=dict)
    page_number: int | None = None
    unreadable: str | None = msgspec.field(default=None, name=UNREADABLE)

    def __post_init__(self) -> None:
        # JSON has neither word for it, so what prints these as JSON could not be read.
        if self.score is not None and not math.isfinite(self.score):
            force_setattr(self, "score", None)
        if self.page_number is not None and not 0 <= self.page_number < MOST:
            force_setattr(self, "page_number", None)


class SearchResults(Wire, frozen=True, gc=False):
    """What a search found, the best first as the service has it."""

    matches: list[Match] = msgspec.field(default_factory=list)


class StoredFile(Wire, frozen=True, gc=False):
    """A file of the team, whether or not a collection holds it; times are Unix seconds."""

    id: str = ""
    filename: str = ""
    bytes: int | None = None
    created_at: int | None = None
    expires_at: int | None = None
    purpose: str = ""
    content_type: str = ""
    upload_status: str = ""
    unreadable: str | None = msgspec.field(default=None, name=UNREADABLE)

    def __post_init__(self) -> None:
        if self.bytes is not None and not 0 <= self.bytes < MOST:
            force_setattr(self, "bytes", None)
        if self.created_at is not None and not -MOST < self.created_at < MOST:
            force_setattr(self, "created_at", None)
        # Proto-JSON may write "none" as a zero.
        if self.expires_at is not None and not 0 < self.expires_at < MOST:
            force_setattr(self, "expires_at", None)
        if self.id == "" and self.unreadable is None:
            force_setattr(self, "unreadable", "It came without an ID.")


class FilePage(Wire, frozen=True, gc=False):
    """One page of files; the service always hands out a token, so a short page is the last one."""

    data: list[StoredFile] = msgspec.field(default_factory=list)
    pagination_token: str | None = None


class DeletedFile(Wire, frozen=True, gc=False):
    """The answer to the deletion of a file."""

    id: str = ""
    deleted: bool = False

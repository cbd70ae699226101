"""The progress of indexing a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from xcoll_tui.api.models import DocumentStatus

if TYPE_CHECKING:
    from xcoll_tui.api.models import Document

_KNOWN = frozenset(DocumentStatus)


class Progress(Struct, frozen=True):
    """The progress of indexing a document; `done` and `of` are chunks, None while nobody knows."""

    state: Literal["ready", "indexing", "failed", "unreadable", "unknown"]
    done: int | None = None
    of: int | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it may still change by itself: all but processed and failed do."""
        return self.state in {"indexing", "unknown"}


def progress_of(document: Document) -> Progress:
    """Tell how far a document is.

    `status` can lag: with all of its chunks processed a document is ready, whatever that says. A
    status of a name that is not known counts as unknown, and an unset one as under way.
    """
    if document.unreadable is not None:
        return Progress("unreadable")
    done, of = document.chunks_processed_count, document.chunk_count
    if document.status == DocumentStatus.FAILED:
        return Progress("failed", done, of)
    if document.status == DocumentStatus.PROCESSED or (of and done is not None and done >= of):
        return Progress("ready", done, of)
    is_known = not document.status or document.status in _KNOWN
    return Progress("indexing" if is_known else "unknown", done, of)

"""Events, as frozen facts. They name what changed; how it is now stands in the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from xcoll_tui.session.lists.events import ListEvent

if TYPE_CHECKING:
    from xcoll_tui.api.errors import Unauthorized
    from xcoll_tui.api.models import KeyInfo, RequestRecord, Wait
    from xcoll_tui.session.writes.outcome import Outcome


class CollectionOpened(Struct, frozen=True):
    """Another collection is the one whose documents are shown; they may still be on their way."""

    collection_id: str


class CollectionChanged(Struct, frozen=True):
    """More, or something newer, is known of the opened collection."""

    collection_id: str


class KeyValidated(Struct, frozen=True):
    """The service told what it knows of the key."""

    info: KeyInfo


class KeyRefused(Struct, frozen=True):
    """The service does not accept the key, or accepts it no longer; `error` says so."""

    error: Unauthorized


class Waiting(Struct, frozen=True):
    """A request waits before it is tried again; `until` is a time of the session's clock."""

    wait: Wait
    until: float

    @property
    def reason(self) -> str:
        """Why it waits, as a clause."""
        return self.wait.reason


class WaitEnded(Struct, frozen=True):
    """The request that waited was tried again."""


class RequestMade(Struct, frozen=True):
    """An HTTP exchange is over."""

    record: RequestRecord


class ActivityChanged(Struct, frozen=True):
    """A write began, ended, or was undone; its entry of the activity has this number."""

    number: int


class OutcomeCorrected(Struct, frozen=True):
    """A write that was told as not shown, or asked for, became something else by now."""

    outcome: Outcome


class UndoChanged(Struct, frozen=True):
    """There is more, or less, in the undo log, or another state of an entry."""


class UnfinishedChanged(Struct, frozen=True):
    """There is more, or less, in the list of replacements that broke off halfway."""


class FilesChanged(Struct, frozen=True):
    """There are more files, or others, in the list of the team's files, or it says something."""


class Progress(Struct, frozen=True):
    """A run of many writes (`bulk.BulkRun`) went on, or is over."""

    run: Any


WriteEvent = Progress | ActivityChanged | OutcomeCorrected | UndoChanged | UnfinishedChanged
Event = (
    ListEvent
    | CollectionOpened
    | CollectionChanged
    | KeyValidated
    | KeyRefused
    | Waiting
    | WaitEnded
    | RequestMade
    | FilesChanged
    | WriteEvent
)

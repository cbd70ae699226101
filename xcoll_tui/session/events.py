"""Events, as frozen facts. They name what changed; how it is now stands in the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xcoll_tui.session.lists.events import ListEvent

if TYPE_CHECKING:
    from xcoll_tui.api.errors import Unauthorized
    from xcoll_tui.api.models import KeyInfo, RequestRecord, Wait
    from xcoll_tui.session.writes.outcome import Outcome


@dataclass(frozen=True, slots=True)
class CollectionOpened:
    """Another collection is the one whose documents are shown; they may still be on their way."""

    collection_id: str


@dataclass(frozen=True, slots=True)
class CollectionChanged:
    """More, or something newer, is known of the opened collection."""

    collection_id: str


@dataclass(frozen=True, slots=True)
class KeyValidated:
    """The service told what it knows of the key."""

    info: KeyInfo


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """The service does not accept the key, or accepts it no longer; `error` says so."""

    error: Unauthorized


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request waits before it is tried again; `until` is a time of the session's clock."""

    wait: Wait
    until: float

    @property
    def reason(self) -> str:
        """Why it waits, as a clause."""
        return self.wait.reason


@dataclass(frozen=True, slots=True)
class WaitEnded:
    """The request that waited was tried again."""


@dataclass(frozen=True, slots=True)
class RequestMade:
    """An HTTP exchange is over."""

    record: RequestRecord


@dataclass(frozen=True, slots=True)
class ActivityChanged:
    """A write began, ended, or was undone; its entry of the activity has this number."""

    number: int


@dataclass(frozen=True, slots=True)
class OutcomeCorrected:
    """A write that was told as not shown, or asked for, became something else by now."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class UndoChanged:
    """There is more, or less, in the undo log, or another state of an entry."""


@dataclass(frozen=True, slots=True)
class UnfinishedChanged:
    """There is more, or less, in the list of replacements that broke off halfway."""


@dataclass(frozen=True, slots=True)
class FilesChanged:
    """There are more files, or others, in the list of the team's files, or it says something."""


@dataclass(frozen=True, slots=True)
class Progress:
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

"""Events of a list, as frozen facts.

`collection_id` names the list: the documents of this collection, or the collections where it is
None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from xcoll_tui.session.lists.listing import End


class Departure(StrEnum):
    """The reason why a row left: a clause that goes on after its name."""

    ELSEWHERE = "was removed elsewhere"
    REMOVED = "was removed"
    DELETED = "was deleted"


class RowsReset(Struct, frozen=True):
    """The list has other rows: first loaded, sorted, filtered or refreshed."""

    collection_id: str | None


class RowsAppended(Struct, frozen=True):
    """A page came at one end; `count` may be 0, and the gap may have closed."""

    collection_id: str | None
    end: End
    count: int


class RowChanged(Struct, frozen=True):
    """One row is different, where it was."""

    collection_id: str | None
    key: str


@dataclass(frozen=True, slots=True)
class RowRemoved:
    """One row left."""

    collection_id: str | None
    key: str
    departure: Departure
    row: Any = field(default=None, compare=False, repr=False)
    """The row as it was known last."""


class FeedChanged(Struct, frozen=True):
    """What the list says about itself changed: loading, problem, total, the query asked for."""

    collection_id: str | None


ListEvent = RowsReset | RowsAppended | RowChanged | RowRemoved | FeedChanged

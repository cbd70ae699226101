"""The work of a run of many writes: its items, and how each is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from typing import Any

    from xcoll_tui.session.writes.outcome import Operation, Outcome
    from xcoll_tui.session.writes.runner import WriteOptions
    from xcoll_tui.session.writes.write_log import WriteLog

UNDER_WAY = 64
"""Documents at once: those on the wire, those being read before and after, a few waiting."""
_REPLACED_AT_ONCE = 4
"""So many documents at most are out of their collection at the same time: if the files go with
them, no more are lost."""


@dataclass(frozen=True)
class Item:
    """A document, or a file to attach, pinned to its ID.

    `fields` are those to attach with; for a field that is set, those that it is thought to have,
    which saves a request where it has them. `unreadable`: a person agreed to removing it though its
    fields could not be read.
    """

    file_id: str
    name: str = ""
    fields: Mapping[str, Any] | None = None
    unreadable: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of writes: `write` makes one in a collection, in the circumstances it is given.

    `one_first`: the second is begun only when one was seen through, for whether its files outlive
    their documents. `destroys`: it removes and attaches again, so a file that goes with its
    document is lost by the write itself, and nothing more is sent after the first such loss; else
    only when the first few are. `replacing` is the kind that does so.
    """

    operation: Operation
    write: Callable[[str, Item, WriteOptions], Awaitable[Outcome]]
    one_first: bool = False
    destroys: bool = False
    replacing: Callable[[], Kind] | None = None

    @property
    def most(self) -> int:
        """How many are begun at once at most, those that settle aside."""
        return _REPLACED_AT_ONCE if self.destroys else UNDER_WAY


@dataclass(frozen=True)
class Work:
    """The work of a run.

    `log` is its entry of the undo log, `over` is told that there is no more.
    """

    kind: Kind
    collection_id: str
    collection_name: str
    items: Sequence[Item]
    log: WriteLog
    over: Callable[[], object]

"""What a run of many writes is made of: its items, and how each is written."""

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
class Work:
    """The work of a run: `write` one item, in the circumstances that it is given.

    `log` is its entry of the undo log, `over` is told that there are no more. `one_first`: the
    second is begun only when one was seen through. `destroys`: a file that goes with its document
    is lost by the write itself, so nothing more is sent after the first such loss; else only when
    the first few are. At most `most` are begun at once, those that settle aside.
    """

    operation: Operation
    collection_id: str
    collection_name: str
    items: Sequence[Item]
    write: Callable[[Item, WriteOptions], Awaitable[Outcome]]
    log: WriteLog
    over: Callable[[], object]
    one_first: bool = False
    destroys: bool = False
    most: int = UNDER_WAY

"""Workers whose place a newer intent takes: opening, sorting, filtering, refreshing."""

from collections.abc import Callable, Coroutine
from typing import Any, cast

from textual.dom import DOMNode


def work_anew(node: DOMNode, group: str, call: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run this in place of what still runs in the group; never for a write.

    It is given as a function because a worker that is replaced before it starts would leave a
    coroutine behind that nobody awaits.
    """
    # Textual's type wants the coroutine's send and yield types to be None, which none's are.
    node.run_worker(cast("Any", call), group=group, exclusive=True)

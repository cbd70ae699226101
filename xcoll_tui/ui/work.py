"""Working in the background, and asking from there."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.dom import DOMNode
from textual.screen import Screen

if TYPE_CHECKING:
    from xcoll_tui.ui.flows.host import HasApp

T = TypeVar("T")


async def ask(node: "HasApp", dialog: Screen[T]) -> T | None:
    """Show a dialog and wait for what it returns, None where it was left; only in a worker."""
    node.app.clear_notifications()  # they would lie over what has to be read
    return cast("T | None", await node.app.push_screen_wait(cast("Any", dialog)))


def restart_work(node: DOMNode, group: str, call: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run this in place of what still runs in the group; never for a write."""
    start_work(node, group, call, exclusive=True)


def start_work(
    node: DOMNode,
    group: str,
    call: Callable[[], Coroutine[Any, Any, None]],
    *,
    exclusive: bool = False,
) -> None:
    """Run this in the background.

    It is given as a function because a worker that is replaced, or whose screen ends, before it
    starts would leave a coroutine behind that nobody awaits.
    """
    # Textual's type wants the coroutine's send and yield types to be None, which none's are.
    node.run_worker(cast("Any", call), group=group, exclusive=exclusive)

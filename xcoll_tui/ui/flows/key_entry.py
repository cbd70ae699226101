"""Taking a key from a person, of either kind: checked by the service first, then kept.

The key goes from the dialog straight down to whoever checks and keeps it; what comes back are
sentences.
"""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from xcoll_tui.api.errors import ApiError
from xcoll_tui.credentials import CredentialError
from xcoll_tui.ui.presentation.errors import sentence_of
from xcoll_tui.ui.work import ask

if TYPE_CHECKING:
    from xcoll_tui.ui.access import KeyEntry
    from xcoll_tui.ui.flows.host import HasApp
    from xcoll_tui.ui.presentation.key_words import KeyWords
    from xcoll_tui.ui.screens.log_in import LogInScreen

T = TypeVar("T")

_PATIENCE = 0.4
"""Seconds that a keyring may take before the person is told what is waited for."""


async def find_key(node: "HasApp", finding: Coroutine[Any, Any, T], ways_out: str) -> T:
    """Return what is found, while a keyring may have to be unlocked.

    Raises CredentialError, with `ways_out` in it, where the person did not wait for that.
    """
    task = asyncio.ensure_future(finding)
    try:
        await asyncio.wait({task}, timeout=_PATIENCE)
        if not task.done():
            from xcoll_tui.ui.screens.wait import WaitScreen  # noqa: PLC0415 - few have to wait

            wait = WaitScreen(
                "The key",
                "Waiting for the keyring to be unlocked… Its prompt may be in another window.",
                "Continue without",
            )
            task.add_done_callback(lambda _: wait.finish())
            await ask(node, wait)
        if not task.done():
            raise CredentialError(f"xcoll did not wait for the keyring. {ways_out}")
        return task.result()
    finally:
        task.cancel()


async def enter_key(node: "HasApp", keys: "KeyEntry", words: "KeyWords", problem: str = "") -> bool:
    """Ask for a key until the service takes one; False where the person leaves it.

    `problem` says why one is asked for.
    """
    from xcoll_tui.ui.screens.log_in import LogInScreen  # noqa: PLC0415 - most have a key

    def save(text: str) -> None:
        form.run_worker(_take(form, keys, words, text))

    form = LogInScreen(
        save, keys.destination, words, problem=problem, overruled_by=keys.overruled_by
    )
    return await ask(node, form) is True


async def _take(form: "LogInScreen", keys: "KeyEntry", words: "KeyWords", text: str) -> None:
    checking = asyncio.ensure_future(keys.check(text))
    form.wait(f"Asking {keys.destination}…", "esc Cancel", checking.cancel)
    try:
        await _unless_cancelled(checking)
    except ApiError as error:
        form.refuse(form.KEY, f"{sentence_of(error)} {words.advice_on(error)}".strip())
        return
    if checking.cancelled():
        form.back()
        return
    keeping = asyncio.ensure_future(keys.keep())
    form.wait(
        "The key is accepted. Waiting for the keyring to store it; its prompt may be in "
        "another window…",
        "esc Continue without",
        keeping.cancel,
    )
    kept = await _unless_cancelled(keeping)
    if kept is None:
        kept = keys.use(
            "xcoll did not wait for the keyring; if you answer its prompt later, it may still "
            f"keep the key. {keys.ways_out}"
        )
    form.show_kept(kept)


async def _unless_cancelled(task: "asyncio.Future[T]") -> T | None:
    """Await a task that may be cancelled by itself; None then."""
    try:
        return await task
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if task.cancelled() and not (current is not None and current.cancelling()):
            return None
        task.cancel()
        raise

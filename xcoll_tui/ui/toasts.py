"""What is said in passing on the main screen: never twice, and never over a dialog."""

from functools import partial
from typing import TYPE_CHECKING

from textual.notifications import Notification
from textual.screen import Screen

from xcoll_tui.ui.presentation.text import clean

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

_LONG = 12.0
"""Seconds in which a failure can be read."""
_SAID = 600
_HELD = 4
"""So many are kept for later, the newest ones: more would cover what the dialog has left."""


class Toasts:
    """The messages of a screen in passing; while another stands before it, they wait."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._held: list[partial[None]] = []

    def tell(self, message: str, *, seconds: float | None = None) -> None:
        """Say something, fit for the screen whatever is in it."""
        self._show(clean(message, 400), "information", seconds)

    def refuse(self, message: str) -> None:
        """Say why a key does nothing here."""
        self._show(clean(message, 400), "warning", None)

    def complain(self, message: str) -> None:
        """Say what failed, long enough to be read."""
        self._show(clean(message, _SAID), "error", _LONG)

    def tell_held(self) -> None:
        """Say what had to wait."""
        toasts, self._held = self._held, []
        for toast in toasts:
            toast()

    def withdraw(self, message: str) -> None:
        """Take back what was said, and does not hold any more."""
        message = clean(message, 400)
        self._held = [toast for toast in self._held if toast.args != (message,)]
        for notification in self._shown():
            if notification.message == message:
                self._screen.app._unnotify(notification)  # noqa: SLF001 - Textual's own way clears all of them

    def _show(self, message: str, severity: "SeverityLevel", timeout: float | None) -> None:
        toast = partial(
            self._screen.notify, message, severity=severity, timeout=timeout, markup=False
        )
        if not self._screen.is_active and not getattr(self._screen.app.screen, "TELLS", False):
            if all(waiting.args != toast.args for waiting in self._held):
                # It would lie over what has to be read and pressed.
                self._held = [*self._held[1 - _HELD :], toast]
            return
        shown = self._shown()
        if shown and shown[-1].message == message:
            return  # a key that is held repeats
        self.withdraw(message)  # it stood behind another
        toast()

    def _shown(self) -> list[Notification]:
        return list(self._screen.app._notifications)  # noqa: SLF001 - it has no public list of them

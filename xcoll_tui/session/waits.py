"""The wait before something is tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xcoll_tui.session.events import WaitEnded, Waiting

if TYPE_CHECKING:
    from xcoll_tui.api.models import RequestRecord, Wait
    from xcoll_tui.session.context import SessionContext


class Waits:
    """The wait that began last, until its request is tried again or its time is over."""

    def __init__(self, context: SessionContext) -> None:
        self._context = context
        self._waiting: Waiting | None = None

    @property
    def current(self) -> Waiting | None:
        """The wait before a request is tried again, None when there is none."""
        if self._waiting is not None and self._waiting.until <= self._context.clock():
            self._waiting = None
        return self._waiting

    def note(self, wait: Wait) -> None:
        """Take note that a request waits."""
        self._waiting = Waiting(wait, self._context.clock() + wait.seconds)
        self._context.emit(self._waiting)

    def note_request(self, record: RequestRecord) -> None:
        """Take note of an exchange; it may be the one that waited."""
        waiting = self._waiting
        if waiting is not None and (record.method, record.path) == (
            waiting.wait.method,
            waiting.wait.path,
        ):
            self.end()

    def end(self) -> None:
        """Take note that nothing is waited for any more."""
        if self._waiting is not None:
            self._waiting = None
            self._context.emit(WaitEnded())

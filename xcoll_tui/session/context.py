"""What the parts of a session share, so that none is given five things by hand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from xcoll_tui.session.events import Event
from xcoll_tui.session.service import Service
from xcoll_tui.session.tasks import BackgroundTasks


@dataclass(frozen=True, slots=True)
class SessionContext:
    """The service, time, whom to tell, and where work goes on when its caller is gone.

    `tasks` are carried through, as writes are; `watches` only look, and lose nothing by their end.
    """

    service: Service
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    emit: Callable[[Event], None]
    tasks: BackgroundTasks = field(default_factory=BackgroundTasks)
    watches: BackgroundTasks = field(default_factory=BackgroundTasks)

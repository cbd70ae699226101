"""A client and the session on it, wired to each other and to the log."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.api.client import Client
from xcoll_tui.paths import FolderUnusable, state_folder
from xcoll_tui.session.inference import InferenceHost
from xcoll_tui.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from xcoll_tui.api.errors import Unauthorized
    from xcoll_tui.api.models import RequestRecord, Wait
    from xcoll_tui.log import Log
    from xcoll_tui.session.inference import InferenceService


def open_session(
    make_client: "Callable[..., Client]",
    log: "Log | None",
    *,
    state: Path | None,
    base_url: str,
    state_problem: str = "",
    team_id: str = "",
    open_inference: "Callable[..., Awaitable[InferenceService]] | None" = None,
) -> tuple[Client, Session]:
    """Make a client, load what it needs, and put a session on it; blocks for a tenth of a second.

    `make_client` is given what its client reports to, and so is `open_inference`, which opens the
    other host when something is first asked of it. Belongs into a thread: loading HTTP takes
    longer than the first frame.
    """

    def on_request(record: "RequestRecord") -> None:
        session.note_request(record)
        if log is not None:
            log.request(record)

    def on_wait(wait: "Wait") -> None:
        session.note_wait(wait)
        if log is not None:
            log.wait(wait)

    def on_unauthorized(error: "Unauthorized") -> None:
        session.note_unauthorized(error)

    client = make_client(on_request=on_request, on_wait=on_wait, on_unauthorized=on_unauthorized)
    client.open()
    host = None
    if open_inference is not None:
        host = InferenceHost(partial(open_inference, on_request=on_request, on_wait=on_wait))
    session = Session(
        client,
        state=state,
        state_problem=state_problem,
        place=base_url,
        team_id=team_id,
        inference=host,
    )
    return client, session


def own_state_folder() -> tuple[Path | None, str]:
    """Return the state folder; where there can be none, None and a sentence that says why."""
    try:
        return state_folder(), ""
    except FolderUnusable as problem:
        return None, str(problem)

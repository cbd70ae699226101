"""A client and the session on it, wired to each other and to the log."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xcoll_tui.paths import FolderUnusable, state_folder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from xcoll_tui.api.client import Client
    from xcoll_tui.api.errors import Unauthorized
    from xcoll_tui.api.models import RequestRecord, Wait
    from xcoll_tui.log import Log
    from xcoll_tui.session.inference import InferenceService
    from xcoll_tui.session.session import Session
    from xcoll_tui.ui.access import OnLoop


def open_session(
    make_client: "Callable[..., Client]",
    log: "Log | None",
    *,
    state: Path | None,
    base_url: str,
    state_problem: str = "",
    team_id: str = "",
    open_inference: "Callable[..., Awaitable[InferenceService]] | None" = None,
    on_loop: "OnLoop | None" = None,
) -> "tuple[Client, Session]":
    """Make a client, load what it needs, and put a session on it; blocks for a tenth of a second.

    `make_client` is given what its client reports to, and so is `open_inference`, which opens the
    other host when something is first asked of it. Belongs into a thread: loading HTTP takes
    longer than the first frame. `on_loop` has the loop do some work: then the collections are
    asked for while the session is still being imported.
    """

    def on_request(record: "RequestRecord") -> None:
        ahead.report(lambda: session.note_request(record))
        if log is not None:
            log.request(record)

    def on_wait(wait: "Wait") -> None:
        ahead.report(lambda: session.note_wait(wait))
        if log is not None:
            log.wait(wait)

    def on_unauthorized(error: "Unauthorized") -> None:
        ahead.report(lambda: session.note_unauthorized(error))

    client = make_client(on_request=on_request, on_wait=on_wait, on_unauthorized=on_unauthorized)
    if on_loop is None or not on_loop(client.check_process()):
        client.open()
    from xcoll_tui.session.asked_ahead import AskedAhead  # noqa: PLC0415 - HTTP first, see above

    ahead = AskedAhead(client)
    if on_loop is not None:
        on_loop(ahead.begin())
    from xcoll_tui.session.inference import InferenceHost  # noqa: PLC0415
    from xcoll_tui.session.session import Session  # noqa: PLC0415

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
        ahead=ahead,
    )
    return client, session


def own_state_folder() -> tuple[Path | None, str]:
    """Return the state folder; where there can be none, None and a sentence that says why."""
    try:
        return state_folder(), ""
    except FolderUnusable as problem:
        return None, str(problem)

"""HTTP of the screen, begun before the screen is imported."""

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from xcoll_tui.api.http_process import TIMEOUT, HttpProcess, Target

if TYPE_CHECKING:
    from xcoll_tui.child_process import Answering
    from xcoll_tui.cli.access import ProfileAccess


def begin_http(access: "ProfileAccess") -> HttpProcess | None:
    """Have HTTP loaded in a process of its own; where the key is there, the first questions asked.

    None where no such process can be had: then this one sends. To be called before there are
    threads.
    """
    target = None
    if access.key is not None:
        target = Target(access.base_url, access.key.secret.reveal(), TIMEOUT)
    with suppress(OSError):  # there are too many processes already
        return HttpProcess(partial(_prepare, target, access.profile.team_id))
    return None


async def _prepare(target: Target | None, team_id: str | None) -> "Answering":
    from xcoll_tui.api.http_sender import Sender  # noqa: PLC0415 - in that process alone

    sender = Sender()
    if target is None:
        sender.load()
    else:
        from xcoll_tui.session.asked_ahead import first_questions  # noqa: PLC0415 - as above

        await sender.ask(first_questions, target, team_id)
    return sender.answer

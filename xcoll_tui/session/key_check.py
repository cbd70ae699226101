"""The check of a key: whether the service takes it, asked before it is kept."""

from xcoll_tui.api.errors import RateLimited, Rejected, Unauthorized, Unreadable
from xcoll_tui.api.models import KeyInfo
from xcoll_tui.session.service import Service


async def check_key(service: Service) -> KeyInfo | None:
    """Ask the service about its key with one cheap request; None where it tells nothing of it.

    A host that has no such endpoint, as the inference host, is asked for one collection instead.
    Raises Unauthorized for a key that is refused, Forbidden for one that may not even list, and
    any other ApiError where it could not be found out.
    """
    try:
        return await service.validate_key()
    except (Unauthorized, RateLimited):
        raise
    except (Rejected, Unreadable):
        pass
    await service.list_collections(limit=1)
    return None


def team_of(info: KeyInfo | None) -> str:
    """Return what tells two teams apart, "" where nothing is known."""
    return "" if info is None else info.scope_id or info.team_id

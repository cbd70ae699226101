"""The body of a request that is made while it is sent, so that none of it is held in memory."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

from xcoll_tui.api.errors import ApiError


class StreamedBody(ABC):
    """A body of a length that is known before any of it is.

    `failure` is why it could not be made to its end, None while nothing is wrong; `stream` raises
    it as well.
    """

    content_type: str
    length: int
    failure: ApiError | None = None

    @abstractmethod
    def stream(self) -> AsyncIterator[bytes]:
        """Yield it from its beginning."""

"""What screens tell the app."""

from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.screen import Screen

if TYPE_CHECKING:
    from xcoll_tui.api.errors import Unauthorized


class KeyRefused(Message):
    """The service does not accept the key of the session on a screen."""

    def __init__(self, screen: Screen[Any], error: "Unauthorized") -> None:
        super().__init__()
        self.screen = screen
        self.error = error

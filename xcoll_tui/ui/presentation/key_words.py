"""What is said where a key of either kind is asked for: pure."""

from typing import NamedTuple

from xcoll_tui.api.errors import ApiError, Unauthorized
from xcoll_tui.ui.presentation.errors import where_on


class KeyWords(NamedTuple):
    """The words for one kind of key."""

    title: str
    placeholder: str
    origin: str
    """Where one is made, and what it must be able to do."""
    created: str
    """Where to look, for who has entered one that the service refuses."""

    def advice_on(self, error: ApiError) -> str:
        """Tell what else can be done about a refusal, "" for nothing."""
        if isinstance(error, Unauthorized):
            # That a key is for the other host is told with where to make the right one.
            return "" if "xAI Console" in error.advice else self.created
        return where_on(error)


MANAGEMENT_KEY = KeyWords(
    "Enter a management key",
    "xai-token-…",
    "Create one in the xAI Console → Management Keys; it needs the permissions of the group "
    "Collections Endpoint.",
    "Keys are created in the xAI Console, under Management Keys.",
)
INFERENCE_KEY = KeyWords(
    "Enter an inference key",
    "xai-…",
    "Search and files need one, all else works without. Create one in the xAI Console → API Keys.",
    "Inference keys are created in the xAI Console, under API Keys.",
)

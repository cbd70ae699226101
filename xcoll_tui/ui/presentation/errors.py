"""Errors of the API layer on the screen.

Its sentences say what failed, why, and what to do; here they are made fit for the screen, and
completed by what only the screen knows: where keys are made.
"""

from xcoll_tui.api.errors import ApiError, Forbidden, InvalidArgument, Unauthorized
from xcoll_tui.ui.presentation.text import clean


def sentence_of(error: Exception) -> str:
    """Tell why something failed as far as known, and what to do next, fit for the screen."""
    if isinstance(error, ApiError):
        return clean(error.explanation, 400)
    return clean(str(error))


def where_on(error: ApiError) -> str:
    """Tell where else something can be done about it; empty where nowhere."""
    if isinstance(error, Forbidden) and error.lacks_permission:
        return "The permission group is Collections Endpoint."
    if isinstance(error, Unauthorized):
        return "Keys are created in the xAI Console, under Management Keys."
    return ""


def complaint_of(error: InvalidArgument) -> str:
    """Give the service's own words, for the place where they apply; ours where it has none."""
    return clean(error.message or error.explanation, 300)

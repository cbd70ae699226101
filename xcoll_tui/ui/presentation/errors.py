"""The one place that turns an error of the API layer into words for a person.

The API layer's sentences say what failed, why, and what to do; here they are made fit for the
screen, and completed by what only the screen knows: its keys, and where keys are made.
"""

import re

from xcoll_tui.api.errors import ApiError, Forbidden, InvalidArgument, Unauthorized
from xcoll_tui.ui.presentation.text import clean

_REQUEST = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE) /\S* failed(?: \d+ times)?: (https?:|.)")


def without_requests(said: str) -> str:
    """Leave the methods and paths out of sentences: on the screen it is plain what was asked."""
    # A sentence may begin with an address, which is written as it is.
    return _REQUEST.sub(
        lambda match: match[1] if match[1].endswith(":") else match[1].upper(), said
    )


def sentence_of(error: ApiError) -> str:
    """Tell why something failed as far as known, and what to do next, fit for the screen."""
    return clean(without_requests(str(error)), 400)


def where_on(error: ApiError) -> str:
    """Tell where else something can be done about it; empty where nowhere."""
    if isinstance(error, Forbidden) and error.lacks_permission:
        return "The permission group is Collections Endpoint."
    if isinstance(error, Unauthorized):
        return "Keys are made in the xAI Console, under Management Keys."
    return ""


def complaint_of(error: InvalidArgument) -> str:
    """Give the service's own words, for the place where they apply; ours where it has none."""
    return clean(error.message or str(error), 300)

"""Errors of the API layer in words for a person."""

import pytest

from xcoll_tui.api.errors import Forbidden, NotFound, Unauthorized, Unreachable
from xcoll_tui.ui.presentation.errors import sentence_of, where_on, without_requests


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("GET /v1/x failed: the service failed (HTTP 500).", "The service failed (HTTP 500)."),
        ("PUT /v1/x failed 3 times: no answer. Try again.", "No answer. Try again."),
        (
            "GET /v1/x failed 3 times: http://127.0.0.1:9 cannot be reached (refused).",
            "http://127.0.0.1:9 cannot be reached (refused).",
        ),
        (
            "GET /v1/x failed: https://x.example cannot be reached.",
            "https://x.example cannot be reached.",
        ),
        ("It may have happened. GET /v1/x failed: not found.", "It may have happened. Not found."),
        ("Nothing was sent.", "Nothing was sent."),
    ],
)
def test_a_sentence_goes_without_its_request(said, told):
    assert without_requests(said) == told
    assert sentence_of(Unreachable(said)) == told


def test_only_what_can_be_done_elsewhere_is_told():
    assert "Collections Endpoint" in where_on(Forbidden("no"))
    assert "xAI Console" in where_on(Unauthorized("no"))
    assert where_on(NotFound("no")) == ""
    shut_out = Forbidden("no")
    shut_out.lacks_permission = False
    assert where_on(shut_out) == ""

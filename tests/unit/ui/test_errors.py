"""Errors of the API layer in words for a person."""

import pytest

from xcoll_tui.api.errors import (
    ApiError,
    Forbidden,
    NotFound,
    Refused,
    ServerFault,
    Unauthorized,
    Unreachable,
)
from xcoll_tui.ui.presentation.errors import sentence_of, where_on

REQUEST = {"method": "GET", "path": "/v1/x"}


@pytest.mark.parametrize(
    ("error", "whole", "explanation"),
    [
        (
            ServerFault("the service failed", reason="HTTP 500", **REQUEST),
            "GET /v1/x failed: the service failed (HTTP 500).",
            "The service failed (HTTP 500).",
        ),
        (
            Unreachable("no answer", "Try again.", tries=3, **REQUEST),
            "GET /v1/x failed 3 times: no answer. Try again.",
            "No answer. Try again.",
        ),
        (
            Unreachable("http://127.0.0.1:9 cannot be reached (refused)", **REQUEST),
            "GET /v1/x failed: http://127.0.0.1:9 cannot be reached (refused).",
            "http://127.0.0.1:9 cannot be reached (refused).",
        ),
        (
            ServerFault("the service failed", "Wait.", request_id="r-1", **REQUEST),
            "GET /v1/x failed: the service failed. Wait. Request ID r-1.",
            "The service failed. Wait. Request ID r-1.",
        ),
        (
            NotFound("nothing is there", "Look again.", request_id="r-1", **REQUEST),
            "GET /v1/x failed: nothing is there. Look again.",
            "Nothing is there. Look again.",
        ),
        (Refused("Nothing was sent.", **REQUEST), "Nothing was sent.", "Nothing was sent."),
        (ApiError("Something broke."), "Something broke.", "Something broke."),
    ],
)
def test_an_error_names_its_request_and_on_the_screen_goes_without_it(error, whole, explanation):
    assert str(error) == whole
    assert error.explanation == explanation == sentence_of(error)


def test_words_of_the_service_that_look_like_ours_stay():
    error = NotFound("it is gone", reason="HTTP 404: GET /v1/y failed: no", **REQUEST)
    assert sentence_of(error) == "It is gone (HTTP 404: GET /v1/y failed: no)."


def test_only_what_can_be_done_elsewhere_is_told():
    assert "Collections Endpoint" in where_on(Forbidden("no"))
    assert "xAI Console" in where_on(Unauthorized("no"))
    assert where_on(NotFound("no")) == ""
    shut_out = Forbidden("no")
    shut_out.lacks_permission = False
    assert where_on(shut_out) == ""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api import errors
from xcoll_tui.api.responses import Answer, error_from, reason_of, unreadable
from xcoll_tui.api.routes import SEARCH_DOCUMENTS, Endpoint, Repeatable

JSON = {"content-type": "application/json"}


def hide(text):
    return text.replace("xai-token-secret", "[key]")


def asked(method, creates=False):
    repeatable = Repeatable.NEVER if creates else Repeatable.ALWAYS
    return Endpoint(method, "/v1/c", writes=method != "GET", repeatable=repeatable)


def judged(
    status=None,
    body=b"",
    *,
    method="GET",
    headers=JSON,
    tries=1,
    unknown=False,
    creates=False,
    **more,
):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer(asked(method, creates), "/v1/collections/c", status, headers, content, **more)
    return error_from(
        answer,
        tries=tries,
        unknown_before=unknown,
        retry_after=3.0,
        hide=hide,
    )


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_whole_2xx_is_no_error(status):
    assert judged(status, {}) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, errors.Rejected),
        (400, errors.InvalidArgument),
        (401, errors.Unauthorized),
        (402, errors.Rejected),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.Rejected),
        (409, errors.Conflict),
        (412, errors.Rejected),
        (422, errors.InvalidArgument),
        (428, errors.Rejected),
        (429, errors.RateLimited),
        (500, errors.ServerFault),
        (503, errors.ServerFault),
        (599, errors.ServerFault),
    ],
)
@pytest.mark.parametrize("code", [3, 5, 16, None])
def test_the_status_decides_the_class(status, kind, code):
    error = judged(status, {"code": code, "message": "No such luck.", "details": []})
    assert type(error) is kind
    assert (error.status, error.code, error.message) == (status, code, "No such luck.")
    assert (error.method, error.path) == ("GET", "/v1/collections/c")
    assert f"HTTP {status}: No such luck)" in str(error)
    assert str(error).startswith("GET /v1/collections/c failed: ")
    assert str(error).endswith(".")


@pytest.mark.parametrize(
    "words",
    [
        "Collections are not available for teams with Zero Data Retention enabled.",
        "zero-data-retention teams cannot use this endpoint",
    ],
)
def test_a_team_with_zero_data_retention_has_no_collections(words):
    for body in ({"code": 7, "message": words}, {"code": "denied", "error": words}):
        error = judged(403, body)
        assert type(error) is errors.Forbidden
        assert not error.lacks_permission
        assert "not available to a team with Zero Data Retention (HTTP 403: " in str(error)
        assert "permission" not in str(error)


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (402, "", errors.Rejected),
        (402, "Payment required", errors.Rejected),
        (
            403,
            "Your team doesn't have any credits yet. You can purchase credits.",
            errors.Forbidden,
        ),
        (403, "insufficient credits", errors.Forbidden),
        (403, "Your team has used all available credits.", errors.Forbidden),
        (403, "Your team reached its monthly spending limit.", errors.Forbidden),
    ],
)
def test_a_team_without_credits_is_told_so(status, words, kind):
    error = judged(status, {"code": "denied", "error": words})
    assert type(error) is kind
    assert "the team has no credits (HTTP" in str(error)
    assert str(error).endswith("Buy credits in the xAI Console, then try again.")
    assert not getattr(error, "lacks_permission", False)


@pytest.mark.parametrize("words", ["Not allowed.", "The key may not read credits.", ""])
def test_any_other_403_is_about_the_key(words):
    error = judged(403, {"code": 7, "message": words})
    assert error.lacks_permission
    assert "the key lacks the permission" in str(error)


@pytest.mark.parametrize("body", [b"<html><title>404 Not Found</title></html>", b"", b"{}"])
def test_a_404_without_the_services_words_is_about_the_address(body):
    error = judged(404, body, headers={"content-type": "text/html"})
    assert type(error) is errors.NotFound
    assert (error.code, error.message) == (None, "")
    assert "there is nothing at this address (HTTP 404" in str(error)
    assert str(error).endswith("Check the base URL.")
    elsewhere = Answer(SEARCH_DOCUMENTS, "/v1/documents/search", 404, body=body)
    error = error_from(elsewhere, tries=1, unknown_before=False, retry_after=None, hide=str)
    assert str(error).endswith("Check the inference URL.")


def test_a_404_in_the_services_words_is_about_the_thing():
    for body in ({"code": 5, "message": ""}, {"error": "No such collection."}):
        assert "deleted elsewhere" in str(judged(404, body))


def test_a_404_that_was_cut_tells_nothing_of_the_address():
    assert "at this address" not in str(judged(404, b"", trouble="the connection broke"))


def test_529_is_an_overloaded_service():
    error = judged(529, {"message": "m"})
    assert type(error) is errors.ServerFault
    assert "failed: the service is overloaded (HTTP 529: m). Try again later." in str(error)
    assert reason_of(error) == "the service is overloaded (529)"


NAMED = {**JSON, "x-request-id": "0a1b-2c3d"}


@pytest.mark.parametrize(
    ("status", "body", "more", "shown"),
    [
        (500, {"message": "m"}, {}, True),
        (200, {"error": "m"}, {}, True),
        (200, b"{", {"trouble": "the connection broke"}, True),
        (400, {"message": "m"}, {}, False),
        (404, b"<html>", {}, False),
        (500, {"message": "rpc error: code = NotFound desc = m"}, {}, False),
        (200, b"{", {"trouble": "the connection broke", "method": "POST"}, False),
    ],
)
def test_the_name_of_a_request_is_kept_and_shown_where_it_helps(status, body, more, shown):
    error = judged(status, body, headers=NAMED, **more)
    assert error.request_id == "0a1b-2c3d"
    assert str(error).endswith(" Request ID 0a1b-2c3d.") is shown
    assert ("0a1b" in str(error)) is shown


def test_the_name_of_a_request_stands_behind_a_body_that_is_none_of_the_apis():
    answer = Answer(asked("GET"), "/v1/c", 200, NAMED, b"[]")
    error = unreadable(answer, "it is not a JSON object", hide)
    assert error.request_id == "0a1b-2c3d"
    assert str(error).endswith("proxies on the way. Request ID 0a1b-2c3d.")


@pytest.mark.parametrize("status", [None, 500])
def test_a_request_without_a_name_has_none(status):
    for headers in ({}, {"x-request-id": " "}):
        error = judged(status, {}, headers=headers)
        assert error.request_id is None
        assert "Request ID" not in str(error)


def test_the_name_of_a_request_is_as_little_trusted_as_the_rest():
    named = {"x-request-id": "xai-token-secret\x1b[31m" + "x" * 999}
    error = judged(500, {}, headers=named)
    assert error.request_id.startswith("[key]")
    assert error.request_id.isprintable()
    assert len(error.request_id) < 110


def test_what_429_asked_for_is_kept():
    assert judged(429, {}).retry_after == 3.0


WRONG_KEY = {
    "code": "Client specified an invalid argument",
    "error": "Incorrect API key provided: xa***et. You can obtain an API key from the console.",
}


def test_a_wrong_key_on_the_inference_host_is_unauthorized_though_it_is_a_400():
    error = judged(400, WRONG_KEY)
    assert type(error) is errors.Unauthorized
    assert error.status == 400
    assert error.code == "Client specified an invalid argument"
    assert error.message == WRONG_KEY["error"]


@pytest.mark.parametrize(
    "body",
    [
        {"code": 3, "message": "invalid filter: API key:x"},
        {"code": "Client specified an invalid argument", "error": "Empty query."},
        {"code": "x", "error": "The field 'api key' is too long: 'API key rotation'"},
    ],
)
def test_other_400s_are_about_the_request(body):
    assert type(judged(400, body)) is errors.InvalidArgument


def test_a_wrong_key_may_come_without_a_code_and_as_a_401():
    words = {"error": WRONG_KEY["error"]}
    assert type(judged(400, words)) is errors.Unauthorized
    for body in (words, WRONG_KEY, {"code": 16, "message": "Invalid bearer token."}):
        error = judged(401, body)
        assert type(error) is errors.Unauthorized
        assert "management key" in str(error)


UNKNOWN_FIELD = "Unknown field 'keywords'. This field is not defined."
PASSED_ON = f"gRPC UploadDocument failed: rpc error: code = InvalidArgument desc = {UNKNOWN_FIELD}"
BODIES = {
    "management host": (JSON, {"code": 13, "message": PASSED_ON, "details": []}),
    "inference host": (JSON, {"code": "Internal error", "error": PASSED_ON}),
    "nested": (JSON, {"error": {"code": 500, "message": PASSED_ON}}),
    "a body within a body": (JSON, {"error": json.dumps({"code": 3, "message": PASSED_ON})}),
    "plain text": ({"content-type": "text/plain; charset=utf-8"}, PASSED_ON.encode()),
    "no type": ({}, PASSED_ON.encode()),
    "a web page": (
        {"content-type": "text/html"},
        f"<html><body><pre>{PASSED_ON.replace(chr(39), '&#39;')}</pre></body>".encode(),
    ),
}


@pytest.mark.parametrize(("headers", "body"), BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_5xx_that_passes_a_refusal_on_is_one(status, headers, body):
    error = judged(status, body, headers=headers, method="POST")
    assert type(error) is errors.InvalidArgument
    assert (error.status, error.message) == (status, UNKNOWN_FIELD)
    assert not error.outcome_unknown
    assert str(error) == (
        "POST /v1/collections/c failed: the service does not accept a value "
        f"(HTTP {status}: {UNKNOWN_FIELD[:-1]}). Change it and try again."
    )


def test_a_refusal_behind_a_long_preface_is_found_and_a_long_one_is_shortened():
    words = "x" * 2000 + " rpc error: code = NotFound desc = " + "no such file " * 100
    error = judged(500, {"message": words})
    assert type(error) is errors.NotFound
    assert error.message.startswith("no such file no")
    assert len(error.message) < 600


def test_a_refusal_in_a_5xx_after_a_lost_answer_may_have_been_carried_out():
    error = judged(500, {"message": PASSED_ON}, method="POST", unknown=True)
    assert type(error) is errors.InvalidArgument
    assert error.outcome_unknown


@pytest.mark.parametrize(
    "body",
    [
        {"code": 3, "message": "Unknown field 'keywords'"},
        {"code": 5, "message": ""},
        {"code": 13, "message": "rpc error: code = Internal desc = header key contains NotFound"},
        {"code": 3, "message": "rpc error: code = Unavailable desc = no connection"},
    ],
)
def test_any_other_5xx_is_a_fault(body):
    error = judged(500, body, method="POST")
    assert type(error) is errors.ServerFault
    assert (error.message, error.outcome_unknown) == (body["message"], True)


def test_a_resource_exhausted_in_a_5xx_is_a_limit():
    error = judged(500, {"message": "rpc error: code = ResourceExhausted desc = Slow down."})
    assert type(error) is errors.RateLimited
    assert (error.status, error.retry_after, error.message) == (500, 3.0, "Slow down.")


def test_plain_text_of_a_422_is_the_message():
    error = judged(422, b"Failed to parse:\n missing field", headers={"content-type": "text/plain"})
    assert type(error) is errors.InvalidArgument
    assert error.message == "Failed to parse: missing field"
    assert error.code is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "an empty body"),
        (b"  \n", "an empty body"),
        (b"<!DOCTYPE html><title>Bad\n gateway</title>", "a web page titled “Bad gateway”"),
        (b"<html><body>", "a web page"),
        (b'{"code":5,"mess', "not JSON"),
        (b'"just text"', "not a JSON object"),
        (b"\xff\xfe\x00", "not JSON"),
    ],
)
@pytest.mark.parametrize("status", [404, 502])
def test_bodies_of_others_become_part_of_the_sentence(body, words, status):
    error = judged(status, body, headers={})
    assert words in str(error)
    assert error.message == ""
    assert error.code is None


def test_openai_like_errors_are_read_too():
    error = judged(403, {"error": {"code": "denied", "message": "No."}})
    assert (error.code, error.message) == ("denied", "No.")


def test_a_redirect_is_named_and_not_followed():
    error = judged(307, b"", headers={"location": "https://elsewhere.example/v1"})
    assert type(error) is errors.Rejected
    assert "redirects to https://elsewhere.example/v1, which xcoll does not follow" in str(error)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (400, JSON, {"code": "xai-token-secret", "message": "xai-token-secret?"}),
        (400, JSON, {"code": "a", "error": "x" * 490 + "xai-token-secret"}),
        (422, {"content-type": "text/plain"}, b"xai-token-secret"),
        (500, {}, b"<html><title>xai-token-secret</title>"),
        (302, {"location": "https://h/?key=xai-token-secret"}, b""),
    ],
)
def test_a_service_that_echoes_the_key_does_not_get_it_into_the_error(status, headers, body):
    error = judged(status, body, headers=headers)
    shown = f"{error!r} {error} {error.code} {error.message} {vars(error)}"
    assert "secret" not in shown
    assert "xai-token" not in shown


def test_nor_into_the_repr_of_an_answer():
    answer = Answer(asked("GET"), "/", 200, {"x": "xai-token-secret"}, b"xai-token-secret")
    assert "secret" not in repr(answer)


def test_messages_are_one_printable_line_and_not_endless():
    error = judged(400, {"message": "a\x1b[31m\n\u202eb" + "c" * 9_999})
    assert error.message.isprintable()
    assert len(error.message) < 600


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_write_that_broke_off_after_sending_has_an_unknown_outcome(method):
    error = judged(method=method, trouble="the connection broke")
    assert type(error) is errors.OutcomeUnknown
    assert error.outcome_unknown
    assert error.status is None
    assert "check before" in str(error)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_write_that_was_not_sent_did_not_happen(method):
    error = judged(method=method, trouble="refused", sent=False)
    assert type(error) is errors.Unreachable
    assert not error.outcome_unknown


def test_a_write_not_sent_after_one_that_broke_off_is_still_unknown():
    error = judged(method="DELETE", trouble="refused", sent=False, unknown=True, tries=4)
    assert type(error) is errors.OutcomeUnknown
    assert "failed 4 times" in str(error)


def test_a_read_that_broke_off_is_unreachable_or_unreadable():
    assert type(judged(trouble="no answer")) is errors.Unreachable
    cut = judged(200, b'{"docu', trouble="the connection broke")
    assert type(cut) is errors.Unreadable
    assert cut.status == 200


def test_an_error_that_is_cut_keeps_its_class():
    assert type(judged(503, b"{", trouble="broke")) is errors.ServerFault
    assert type(judged(404, b"{", trouble="broke")) is errors.NotFound


@pytest.mark.parametrize(
    ("method", "status", "before", "unknown"),
    [
        ("GET", 500, False, False),
        ("POST", 500, False, True),
        ("POST", 400, False, False),
        ("PUT", 400, True, True),
        ("POST", 429, False, False),
        ("DELETE", 429, True, True),
        # Where to see what was done, or might have been; the others are to be sent again elsewhere.
        *((method, 303, False, True) for method in ("POST", "PUT", "PATCH", "DELETE")),
        ("POST", 302, False, True),
        ("POST", 307, False, False),
        ("POST", 308, False, False),
        ("GET", 303, False, False),
    ],
)
def test_whether_a_refused_write_may_have_happened(method, status, before, unknown):
    error = judged(status, {"message": "m"}, method=method, unknown=before)
    assert error.outcome_unknown is unknown
    assert ("check before" in str(error)) is unknown


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 405, 409, 412, 422, 429, 500, 503])
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_whatever_follows_a_lost_answer_leaves_a_write_unsure(method, status):
    error = judged(status, {"code": 9, "message": "m"}, method=method, unknown=True)
    assert error.outcome_unknown
    assert "may have been carried out" in str(error)
    assert not judged(status, {}, method="GET", unknown=True).outcome_unknown


@pytest.mark.parametrize(
    ("status", "body", "unknown"),
    [
        (429, {"code": 8, "message": "Slow down."}, True),
        (429, b"", True),
        (500, {"message": "rpc error: code = ResourceExhausted desc = Slow down."}, True),
        (400, {"code": 3, "message": "m"}, False),
        (409, {"code": 6, "message": "m"}, False),
    ],
)
def test_a_create_may_have_been_carried_out_before_a_429(status, body, unknown):
    error = judged(status, body, method="POST", creates=True)
    assert error.outcome_unknown is unknown
    assert ("check before" in str(error)) is unknown


@pytest.mark.parametrize(
    "body",
    [
        {"documents": [{"fields": {"code": "5", "error": "x", "message": "m"}}]},
        {"file_metadata": {"file_id": "f"}, "error_message": "Not supported.", "code": 3},
        {"collection_id": "c", "code": 5},
        {"collections": [], "code": 0, "message": "fine"},
        {"code": "", "message": "", "error": "", "errors": []},
        {"error": None, "code": None},
        {"error": {}, "code": False},
        {"code": 200, "message": "OK"},
        {"code": "OK"},
        {"message": "removed"},
        ["error"],
        "code",
    ],
)
def test_what_only_looks_like_an_error_is_none(body):
    assert judged(200, body) is None


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":13,"message":"m","x":"\\ud800"}',
        b'{"code":13,"message":"m \xff"}',
        b' {"message":"m","code":"13"}',
        {"error": {"code": 13, "message": "m"}},
        {"errors": [{"code": 13, "message": "m"}]},
    ],
)
def test_an_error_in_a_2xx_is_found_in_any_form(body):
    error = judged(200, body)
    assert type(error) is errors.ServerFault
    assert error.status == 200
    assert error.message.startswith("m")
    assert "the service failed (HTTP 200: m" in str(error)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_2xx_that_is_none_of_the_apis(method):
    answer = Answer(asked(method), "/v1/c", 200, {}, b"<html><title>Log in</title>")
    error = unreadable(answer, "it is not JSON", hide)
    assert type(error) is errors.Unreadable
    assert error.status == 200
    assert "“Log in”" in str(error)
    assert error.outcome_unknown is (method == "POST")


@given(st.integers(200, 599), st.binary(max_size=200), st.sampled_from(["GET", "POST", "DELETE"]))
def test_every_answer_is_a_sentence_or_nothing(status, body, method):
    error = judged(status, body, method=method, headers={"content-type": "text/plain"})
    if status >= 300 or error is not None:
        assert error.status == status
        assert str(error).isprintable()
        assert str(error).endswith(".")


def test_the_tree():
    rejected = {each for each in vars(errors).values() if isinstance(each, type)} - {
        errors.ApiError
    }
    assert all(issubclass(each, errors.ApiError) for each in rejected)
    names = {each.__name__ for each in errors.Rejected.__subclasses__()}
    assert names == {
        "InvalidArgument", "Unauthorized", "Forbidden", "NotFound", "Conflict", "RateLimited"
    }  # fmt: skip
    drawing = errors.__doc__
    assert all(each.__name__ in drawing for each in rejected)


def test_errors_survive_a_copy():
    error = judged(404, {"code": 5, "message": "gone"})
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), vars(copy)) == (str(error), vars(error))

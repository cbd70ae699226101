import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api import errors
from xcoll_tui.api.error_kinds import find_rpc_error, is_error_code, kind_of_code

REFUSALS = [
    ("InvalidArgument", errors.InvalidArgument),
    ("FailedPrecondition", errors.InvalidArgument),
    ("OutOfRange", errors.InvalidArgument),
    ("NotFound", errors.NotFound),
    ("AlreadyExists", errors.Conflict),
    ("PermissionDenied", errors.Forbidden),
    ("Unauthenticated", errors.Unauthorized),
    ("ResourceExhausted", errors.RateLimited),
    ("Unimplemented", errors.Rejected),
    ("INVALID_ARGUMENT", errors.InvalidArgument),
    ("3", errors.InvalidArgument),
    ("16", errors.Unauthorized),
]
FAULTS = [
    "OK", "Canceled", "CANCELLED", "Unknown", "DeadlineExceeded", "Aborted", "Internal",
    "Unavailable", "DataLoss", "DATA_LOSS", "Code", "Novel", "0", "13", "17", "99999",
]  # fmt: skip


@pytest.mark.parametrize(("code", "kind"), REFUSALS)
@pytest.mark.parametrize("before", ["", "gRPC UploadDocument failed: ", "a\nb; "])
def test_a_refusal_that_a_text_passes_on(code, kind, before):
    text = f"{before}rpc error: code = {code} desc = Unknown field 'x'.\nSay so."
    assert find_rpc_error(text) == (kind, "Unknown field 'x'.\nSay so.")


@pytest.mark.parametrize("code", FAULTS)
def test_any_other_error_that_a_text_passes_on_is_a_fault(code):
    found = find_rpc_error(f"rpc error: code = {code} desc = NotFound, perhaps")
    assert found == (errors.ServerFault, "NotFound, perhaps")


@pytest.mark.parametrize(
    "text",
    ["", "No such luck.", "code = NotFound desc = x", "rpc error: NotFound", "rpc error: code ="],
)
def test_a_text_of_another_form_passes_nothing_on(text):
    assert find_rpc_error(text) is None


@pytest.mark.parametrize(
    ("codes", "kind", "description"),
    [
        (["Unknown", "InvalidArgument"], errors.InvalidArgument, "why"),
        (["Internal", "Unknown", "NotFound"], errors.NotFound, "why"),
        (["NotFound", "NotFound"], errors.NotFound, "why"),
        (["NotFound", "Internal"], errors.NotFound, "rpc error: code = Internal desc = why"),
        (["OutOfRange", "InvalidArgument"], errors.InvalidArgument, "why"),
    ],
)
def test_of_errors_within_errors_the_first_that_says_something_decides(codes, kind, description):
    text = "".join(f"rpc error: code = {code} desc = " for code in codes) + "why"
    assert find_rpc_error(text) == (kind, description)


@pytest.mark.parametrize(
    "codes", [["Unavailable", "NotFound"], ["Internal", "Aborted"], ["Unknown"]]
)
def test_a_fault_around_a_refusal_stays_one(codes):
    text = "".join(f"rpc error: code = {code} desc = " for code in codes) + "why"
    assert find_rpc_error(text).kind is errors.ServerFault


@given(st.text(), st.text(), st.text())
def test_no_text_is_fatal(before, code, after):
    found = find_rpc_error(f"{before}rpc error: code = {code} desc = {after}")
    assert found is None or issubclass(found.kind, errors.ApiError)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (5, errors.NotFound),
        ("5", errors.NotFound),
        ("NOT_FOUND", errors.NotFound),
        ("NotFound", errors.NotFound),
        (6, errors.Conflict),
        (13, errors.ServerFault),
        (14, errors.ServerFault),
        (404, errors.NotFound),
        ("429", errors.RateLimited),
        (503, errors.ServerFault),
        (418, errors.Rejected),
        (0, None),
        (17, None),
        (-5, None),
        (None, None),
        ("", None),
        ("Client specified an invalid argument", None),
    ],
)
def test_the_class_of_a_code(code, kind):
    assert kind_of_code(code) is kind


@pytest.mark.parametrize("code", [None, "", 0, "0", "OK", True, False, 200, "201", [5], {}, 5.0])
def test_a_code_that_is_none_of_an_error(code):
    assert not is_error_code(code)


@pytest.mark.parametrize("code", [1, 5, 16, 99, -1, 404, 500, "5", "NOT_FOUND", "Some text"])
def test_a_code_of_an_error(code):
    assert is_error_code(code)

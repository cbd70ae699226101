import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api import errors
from xcoll_tui.api.error_kinds import find_refusal

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
    assert find_refusal(text) == (kind, "Unknown field 'x'.\nSay so.")


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_no_refusal(code):
    assert find_refusal(f"rpc error: code = {code} desc = NotFound, perhaps") is None


@pytest.mark.parametrize(
    "text",
    ["", "No such luck.", "code = NotFound desc = x", "rpc error: NotFound", "rpc error: code ="],
)
def test_a_text_of_another_form_passes_nothing_on(text):
    assert find_refusal(text) is None


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
    assert find_refusal(text) == (kind, description)


@pytest.mark.parametrize(
    "codes", [["Unavailable", "NotFound"], ["Internal", "Aborted"], ["Unknown"]]
)
def test_a_fault_around_a_refusal_stays_one(codes):
    text = "".join(f"rpc error: code = {code} desc = " for code in codes) + "why"
    assert find_refusal(text) is None


@given(st.text(), st.text(), st.text())
def test_no_text_is_fatal(before, code, after):
    found = find_refusal(f"{before}rpc error: code = {code} desc = {after}")
    assert found is None or issubclass(found.kind, errors.Rejected)

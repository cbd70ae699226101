"""Writes that take effect some time after their answer, as a client on a socket sees them."""

import pytest

from tests.contract.plain import Clock

SECONDS = 2


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def late(asked, clock):
    return asked(late=SECONDS, clock=clock)


def test_a_late_removal_leaves_the_document_there_until_then(late, clock):
    path, file_id = late.collection(), late.upload()
    target = f"{path}/documents/{file_id}"
    late.ok("POST", target, {"fields": {"a": "1"}})
    clock.turn(SECONDS)
    late.ok("DELETE", target)
    clock.turn(SECONDS - 0.001)
    assert late.refused("POST", target, {"fields": {"a": "2"}}) == (409, 6)
    assert late.ok("GET", target)["fields"] == {"a": "1"}
    late.ok("DELETE", target)
    clock.turn(0.001)
    assert late.refused("GET", target) == (404, 5)
    late.ok("POST", target, {"fields": {"a": "2"}})
    clock.turn(SECONDS - 0.001)  # the second removal found nothing to remove, and did no harm
    assert late.refused("GET", target) == (404, 5)
    clock.turn(0.001)
    assert late.ok("GET", target)["fields"] == {"a": "2"}


def test_late_writes_take_effect_at_their_own_times(asked, clock):
    late = asked(late=SECONDS, clock=clock, index_seconds=10)
    path, file_id = late.collection(), late.upload()
    target = f"{path}/documents/{file_id}"
    late.ok("POST", target)
    clock.turn(1)
    # The truth of now: there is nothing to change yet.
    assert late.refused("PATCH", target, {"fields": {"a": "1"}}) == (404, 5)
    clock.turn(1)
    late.ok("PATCH", target, {"fields": {"a": "1"}})
    clock.turn(5)
    document = late.ok("GET", target)
    assert document["fields"] == {"a": "1"}
    assert document["status"] == "DOCUMENT_STATUS_CHUNKED"  # 3 s of 10 since the PATCH took effect


def test_a_late_write_that_would_be_refused_is_refused_at_once(late, clock):
    path = late.collection(field_definitions=[{"key": "u", "unique": True, "required": True}])
    one, other = late.upload(), late.upload()
    body = {"fields": {"u": "1"}}
    assert late.refused("POST", f"{path}/documents/{one}") == (400, 3)
    assert late.refused("POST", f"{path}/documents/file_none", body) == (404, 5)
    assert late.refused("DELETE", f"{path}/documents/{one}") == (404, 5)
    late.ok("POST", f"{path}/documents/{one}", body)
    late.ok("POST", f"{path}/documents/{other}", body)
    clock.turn(SECONDS)
    # Of two that were both right when they came, the first is carried out.
    found = late.ok("GET", f"{path}/documents")["documents"]
    assert [document["file_metadata"]["file_id"] for document in found] == [one]
    assert late.refused("POST", f"{path}/documents/{other}", body) == (409, 6)


def test_late_changes_of_a_collection(late, clock):
    path = late.collection()
    assert late.ok("PUT", path, {"collection_name": "Other"})["collection_name"] == "Other"
    assert late.ok("GET", path)["collection_name"] == "Sample"
    clock.turn(1)
    late.ok("DELETE", path)
    clock.turn(1)
    assert late.ok("GET", path)["collection_name"] == "Other"
    clock.turn(1)
    assert late.refused("GET", path) == (404, 5)


def test_only_some_methods_are_late(asked, clock):
    late = asked(late={"DELETE": SECONDS}, clock=clock)
    path = late.collection()
    target = f"{path}/documents/{late.attach(path)}"
    late.ok("PATCH", target, {"fields": {"a": "1"}})
    late.ok("DELETE", target)
    assert late.ok("GET", target)["fields"] == {"a": "1"}
    clock.turn(SECONDS)
    assert late.refused("GET", target) == (404, 5)


def test_a_late_write_shows_later_still_where_reads_lag(asked, clock):
    plain = asked(late=SECONDS, lag=SECONDS, clock=clock)
    path, file_id = plain.collection(), plain.upload()
    clock.turn(SECONDS)
    plain.ok("POST", f"{path}/documents/{file_id}")
    clock.turn(2 * SECONDS - 0.001)
    target = f"{path}/documents/{file_id}"
    assert plain.refused("GET", target) == (404, 5)
    clock.turn(0.001)
    assert plain.ok("GET", target)["fields"] == {}

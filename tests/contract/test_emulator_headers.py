"""What every answer carries, whatever it says: an ID of its own, and the time of the service."""

import json
from datetime import datetime
from email.utils import parsedate_to_datetime
from uuid import UUID

import pytest

from tests.contract.plain import Clock
from xcoll_tui.emulator.faults import Fault

REQUESTS = [
    ("GET", "/v1/collections", 200),
    ("POST", "/v1/collections", 400),
    ("GET", "/v1/collections/none", 404),
    ("PATCH", "/v1/collections", 405),
    ("HEAD", "/v1/collections", 405),
    ("GET", "/no/such/route", 404),
    ("GET", "/v1/asked-for", 503),
    ("GET", "/v1/garbage", 200),
]
FAULTS = [Fault("GET", "/v1/asked-for", 503), Fault("GET", "/v1/garbage", "garbage")]


def head_of(plain):
    """Check that the headers stand there once; answers the ID and the time."""
    (request_id,), (date,) = plain.headers.get_all("x-request-id"), plain.headers.get_all("date")
    assert date.endswith(" GMT")
    return UUID(request_id), parsedate_to_datetime(date).timestamp()


def test_every_answer_has_an_id_of_its_own_and_the_time_of_the_stores_clock(asked):
    clock = Clock()
    plain = asked(clock=clock, faults=FAULTS)
    ids = set()
    for method, path, status in REQUESTS:
        clock.turn(1000.75)
        assert plain.raw(method, path)[0] == status
        request_id, date = head_of(plain)
        ids.add(request_id)
        assert date == int(clock.now)
    assert len(ids) == len(REQUESTS)
    plain.raw("GET", "/v1/collections", None, {"Authorization": "Bearer wrong"})
    assert head_of(plain)[0] not in ids


def test_what_is_made_is_not_younger_than_the_answer(asked):
    clock = Clock(1_790_000_000.0)
    plain = asked(clock=clock)
    made = plain.ok("POST", "/v1/collections", {"collection_name": "Now"})
    created_at = datetime.fromisoformat(made["created_at"]).timestamp()
    assert created_at == head_of(plain)[1] == clock.now


def test_what_is_no_json_has_them_too(asked):
    plain = asked()
    file_id = plain.upload()
    assert plain.raw("GET", f"/v1/files/{file_id}/content")[0] == 200
    head_of(plain)


@pytest.mark.parametrize("phase", ["before", "after", "during"])
def test_a_fault_may_say_another_time(asked, phase):
    headers = {"Date": "Thu, 26 Nov 2026 12:00:00 GMT", "X-Request-Id": str(UUID(int=7))}
    fault = Fault("GET", "/v1/collections", 503, phase, headers=headers)
    plain = asked(faults=[fault])
    plain.connection.request(
        "GET", "/v1/collections", headers={"Authorization": f"Bearer {plain.key}"}
    )
    plain.headers = plain.connection.getresponse().headers
    assert head_of(plain) == (UUID(int=7), 1_795_694_400)


def test_a_defect_is_an_answer_as_well(asked, monkeypatch, capfd):
    def fall(_store):
        raise RuntimeError("a defect")

    plain = asked()
    monkeypatch.setattr("xcoll_tui.emulator.replicas.Replicas.snapshot", fall)
    status, content = plain.raw("GET", "/v1/collections")
    assert (status, json.loads(content)["code"]) == (500, 13)
    head_of(plain)
    assert "a defect" in capfd.readouterr().err

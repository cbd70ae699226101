"""Faults, rates and latency, as a client on a socket meets them."""

import errno
import http.client
import json
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from tests.contract.plain import Plain
from xcoll_tui.emulator.faults import Fault, parse_fault
from xcoll_tui.emulator.server import Server


@pytest.fixture(scope="module")
def running():
    with Server() as server:
        yield server


@pytest.fixture
def server(running):
    yield running
    running.faults.clear()


@pytest.fixture
def plain(server):
    plain = Plain(server.url, server.key)
    yield plain
    plain.close()


def create(plain):
    return plain.ask("POST", "/v1/collections", {"collection_name": "made"})


def count(server):
    server.faults.clear()
    plain = Plain(server.url, server.key)
    made = plain.ok("GET", "/v1/collections", filter="collection_name:made")["collections"]
    for each in made:
        plain.ok("DELETE", f"/v1/collections/{each['collection_id']}")
    plain.close()
    return len(made)


@pytest.mark.parametrize(("phase", "made"), [("before", 0), ("after", 1)])
def test_a_status_before_or_after_the_effect(server, plain, phase, made):
    server.faults.append(Fault("POST", "/v1/collections", 503, phase))
    assert create(plain) == (
        503,
        {"code": 14, "message": "This fault was asked for.", "details": []},
    )
    assert count(server) == made


@pytest.mark.parametrize(("status", "code"), [(529, 2), (599, 2), (402, 2), (429, 8), (500, 13)])
def test_any_status_may_be_asked_for(server, plain, status, code):
    server.faults.append(parse_fault(f"GET:*:{status}"))
    assert plain.refused("GET", "/v1/collections") == (status, code)


@pytest.mark.parametrize(("phase", "made"), [("before", 0), ("after", 1)])
def test_garbage_is_200_and_no_json(server, plain, phase, made):
    server.faults.append(Fault("*", "*", "garbage", phase))
    status, content = plain.raw("POST", "/v1/collections", '{"collection_name": "made"}')
    assert status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(content)
    assert count(server) == made


@pytest.mark.parametrize(("phase", "made"), [("before", 0), ("after", 1)])
def test_a_reset_is_one(server, plain, phase, made):
    server.faults.append(Fault("POST", "*", "reset", phase))
    with pytest.raises(ConnectionResetError):
        create(plain)
    assert count(server) == made


@pytest.mark.parametrize("effect", [200, 500, "garbage"])
def test_an_answer_is_cut_in_the_middle(server, plain, effect):
    server.faults.append(Fault("POST", "*", effect, "during"))
    plain.connection.request(
        "POST",
        "/v1/collections",
        body='{"collection_name": "made"}',
        headers={"Authorization": f"Bearer {plain.key}"},
    )
    answer = plain.connection.getresponse()
    assert answer.status == (200 if effect == "garbage" else effect)
    with pytest.raises(http.client.IncompleteRead) as cut:
        answer.read()
    assert len(cut.value.partial) == int(answer.headers["content-length"]) // 2
    assert count(server) == 1


def test_a_reset_in_the_middle_of_the_body(server, plain):
    server.faults.append(Fault("POST", "*", "reset", "during"))
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        create(plain)
    assert count(server) == 1


def read_until_silence(end):
    received = b""
    while True:
        try:
            chunk = end.recv(65536)
        except TimeoutError:
            return received
        assert chunk, "the connection was closed"
        received += chunk


@pytest.mark.parametrize(("phase", "made"), [("before", 0), ("after", 1), ("during", 1)])
def test_a_timeout_never_answers(server, phase, made):
    server.faults.append(Fault("POST", "*", "timeout", phase))
    host, port = urlsplit(server.url).netloc.split(":")
    body = b'{"collection_name": "made"}'
    head = f"POST /v1/collections HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n"
    with socket.create_connection((host, int(port))) as end:
        end.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        end.settimeout(0.3)
        received = read_until_silence(end)
    assert received.startswith(b"HTTP/1.1 200 ") == (phase == "during")
    assert count(server) == made


def test_faults_strike_only_what_they_name_and_in_their_share(server, plain):
    server.faults.append(Fault("GET", "/v1/collections/*", 500, share=0.25))
    path = plain.collection()
    statuses = [plain.ask("GET", path)[0] for _ in range(12)]
    assert statuses == [200, 200, 200, 500] * 3
    assert plain.ask("GET", "/v1/collections")[0] == 200
    plain.ok("DELETE", path)


def test_a_fault_may_strike_the_nth_request_only(server, plain):
    server.faults.append(Fault("GET", "*", 429, skip=1, times=1, headers={"Retry-After": "7"}))
    assert [plain.ask("GET", "/v1/collections")[0] for _ in range(3)] == [200, 429, 200]
    server.faults[0].times = 2
    assert plain.refused("GET", "/v1/collections") == (429, 8)
    assert plain.headers["Retry-After"] == "7"


def test_authentication_comes_before_faults(server):
    server.faults.append(Fault("*", "*", 500))
    plain = Plain(server.url, "wrong")
    assert plain.refused("GET", "/v1/collections") == (401, 16)
    plain.close()


def test_the_rate_is_limited_by_the_second():
    with Server(rate=3) as server:
        plain = Plain(server.url, server.key)
        begun = time.monotonic()
        statuses = [plain.ask("GET", "/v1/collections")[0] for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert plain.headers["Retry-After"] == "1"
        assert plain.refused("GET", "/v1/collections") == (429, 8)
        while plain.ask("GET", "/v1/collections")[0] == 429:
            assert time.monotonic() - begun < 5
        assert time.monotonic() - begun >= 0.9
        plain.close()


def test_latency_is_added_to_every_answer_and_does_not_add_up():
    with Server(latency=0.1) as server:

        def ask():
            plain = Plain(server.url, server.key)
            plain.ok("GET", "/v1/collections")
            plain.close()

        begun = time.monotonic()
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 0.1 <= time.monotonic() - begun < 0.7


def test_the_server_stops_at_once_with_idle_and_hanging_connections():
    with Server(faults=["GET:/v1/files:timeout"]) as server:
        idle = Plain(server.url, server.key)
        idle.ok("GET", "/v1/collections")
        hanging = Plain(server.url, server.key)
        headers = {"Authorization": f"Bearer {server.key}"}
        hanging.connection.request("GET", "/v1/files", headers=headers)
        fault = server.faults[0]
        while not fault.done:
            idle.ok("GET", "/v1/collections")
        begun = time.monotonic()
    assert time.monotonic() - begun < 2
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        hanging.connection.getresponse()
    idle.close()
    hanging.close()
    host, port = urlsplit(server.url).netloc.split(":")
    with socket.socket() as end:
        assert end.connect_ex((host, int(port))) == errno.ECONNREFUSED

"""Eight clients of the emulator at once, and bytes that are no HTTP: its rules hold."""

import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import pytest

from tests.contract.plain import Plain
from xcoll_tui.emulator.server import Server

CLIENTS, ROUNDS = 8, 6
WHOLE = (200, None)
GONE = {WHOLE: 1, (404, 5): CLIENTS - 1}
TAKEN = {WHOLE: 1, (409, 6): CLIENTS - 1}


@pytest.fixture
def crowd():
    """Let eight connections ask at the same moment; answers how often which answer came."""
    barrier = Barrier(CLIENTS)
    with Server() as server, ThreadPoolExecutor(CLIENTS) as pool:
        clients = [Plain(server.url, server.key) for _ in range(CLIENTS)]

        def ask(client, method, path, value):
            barrier.wait(10)
            body = None if value is None else {"fields": {"n": value}, "collection_name": value}
            status, answer = client.ask(method, path, body)
            return status, answer.get("code")

        def ask_all(method, paths, values=None):
            paths = [paths] * CLIENTS if isinstance(paths, str) else paths
            values = values if isinstance(values, list) else [values] * CLIENTS
            return Counter(pool.map(ask, clients, [method] * CLIENTS, paths, values))

        yield clients[0], ask_all
        for client in clients:
            client.close()


def test_the_rules_hold_for_eight_clients_at_once(crowd, tally):
    plain, ask_all = crowd
    rules = [{"key": "n", "unique": True, "required": True}]
    path = plain.collection(field_definitions=rules)
    for turn in range(ROUNDS):
        files = [plain.upload(content=b"1234567") for _ in range(CLIENTS)]
        documents = [f"{path}/documents/{file_id}" for file_id in files]
        values = [f"{turn}.{client}" for client in range(CLIENTS)]
        # One value for eight files, one file with eight values.
        assert ask_all("POST", documents, f"value {turn}") == TAKEN
        (winner,) = [one for one in documents if plain.ask("GET", one)[0] == 200]
        loser = next(one for one in documents if one != winner)
        assert ask_all("POST", loser, values) == TAKEN
        assert ask_all("PATCH", loser, values[::-1]) == {WHOLE: CLIENTS}
        assert plain.ok("GET", loser)["fields"]["n"] in values
        assert ask_all("DELETE", winner) == GONE
        assert ask_all("POST", [one for one in documents if one != loser] + [winner], "x") == TAKEN
        (again,) = [one for one in documents if one != loser and plain.ask("GET", one)[0] == 200]
        assert ask_all("DELETE", again) == GONE
        tally["emulator: eight at once"] += 6
    shown, rows = plain.ok("GET", path), plain.ok("GET", f"{path}/documents")["documents"]
    assert shown["documents_count"] == len(rows) == ROUNDS
    assert shown["total_file_size"] == str(7 * ROUNDS)
    assert ask_all("DELETE", path) == GONE
    assert ask_all("POST", "/v1/collections", "a name") == {WHOLE: CLIENTS}
    ids = {each["collection_id"] for each in plain.ok("GET", "/v1/collections")["collections"]}
    assert len(ids) == CLIENTS


NO_HTTP = {
    "no request": b"\r\n\r\nhello\r\n\r\n",
    "binary": bytes(range(256)) * 4,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 60,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "length of no number": b"POST /v1/collections HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n",
    "negative length": b"POST /v1/collections HTTP/1.1\r\nhost: a\r\ncontent-length: -5\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nhost: a\r\n"
    + b"content-length: %d\r\n" * 2 % (1, 2)
    + b"\r\n{}",
    "broken chunks": b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "no host": b"GET /v1/collections HTTP/1.1\r\n\r\n",
    "no path": b"GET  HTTP/1.1\r\nhost: a\r\n\r\n",
    "a URL": b"GET http://else.where/v1/files HTTP/1.1\r\nhost: a\r\n\r\n",
    "CONNECT": b"CONNECT else.where:443 HTTP/1.1\r\nhost: a\r\n\r\n",
    "*": b"OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n",
    "bytes in the path": b"GET /v1/\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n",
    "websocket": b"GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    "a half": b"POST /v1/collections HTTP/1.1\r\nhost: a\r\ncontent-length: 50\r\n\r\n{",
}


def test_what_is_no_http_is_refused_and_hurts_nobody(tally, capfd):
    with Server() as server:
        url = urlsplit(server.url)
        for name, sent in NO_HTTP.items():
            with socket.create_connection((url.hostname, url.port), 5) as end:
                end.sendall(sent)
                end.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda: end.recv(65536), b""))
            status = answer.partition(b" ")[2][:3]
            assert not status or 400 <= int(status) < 500, (name, answer)
            tally["emulator: no HTTP"] += 1
        plain = Plain(server.url, server.key)
        assert plain.ok("GET", "/v1/collections") == {"collections": []}
        plain.close()
    assert "Traceback" not in capfd.readouterr().err

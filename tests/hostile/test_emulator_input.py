"""Bad input of every kind is a 4xx of the emulator, never a 500: on every route, with any bytes."""

import asyncio
import json
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile.shapes import nested, places, put
from xcoll_tui.emulator.app import create_app
from xcoll_tui.emulator.store import Store

KEY = "k"
EXAMPLES, MANY_EXAMPLES = 20, 6_000
ROUTES = [
    ("GET", "/auth/management-keys/validation"),
    ("GET", "/v1/collections"),
    ("POST", "/v1/collections"),
    ("GET", "/v1/collections/{c}"),
    ("PUT", "/v1/collections/{c}"),
    ("DELETE", "/v1/collections/{c}"),
    ("GET", "/v1/collections/{c}/documents"),
    ("POST", "/v1/collections/{c}/documents"),
    ("GET", "/v1/collections/{c}/documents:batchGet"),
    ("GET", "/v1/collections/{c}/documents/{f}"),
    ("POST", "/v1/collections/{c}/documents/{f}"),
    ("PATCH", "/v1/collections/{c}/documents/{f}"),
    ("DELETE", "/v1/collections/{c}/documents/{f}"),
    ("GET", "/v1/files"),
    ("POST", "/v1/files"),
    ("GET", "/v1/files/{f}"),
    ("GET", "/v1/files/{f}/content"),
    ("DELETE", "/v1/files/{f}"),
    ("POST", "/v1/documents/search"),
]
UPLOADS = [route for route in ROUTES if route in {ROUTES[7], ROUTES[14]}]


class Asked:
    """An emulator without a socket: what a request holds is bytes, as they came."""

    def __init__(self):
        self.store = Store(clock=lambda: 1_790_000_000.0)
        self.app = create_app(self.store, key=KEY, index_seconds=0)
        self.loop = asyncio.new_event_loop()
        made = self.ask("POST", b"/v1/collections", body=b'{"collection_name":"c"}')
        self.collection_id = json.loads(made[1])["collection_id"]
        made = self.ask("POST", b"/v1/files", headers=[FORM], body=form(b"file", b"some text"))
        self.file_id = json.loads(made[1])["id"]
        path = f"/v1/collections/{self.collection_id}/documents/{self.file_id}".encode()
        assert self.ask("POST", path, body=b'{"fields":{"a":"1"}}')[0] == 200
        self.store._rehearsing = True  # what is written from here on is taken back

    def ask(self, method, raw_path, query=b"", headers=(), body=b""):
        return self.loop.run_until_complete(self._ask(method, raw_path, query, headers, body))

    async def _ask(self, method, raw_path, query, headers, body):
        scope = {
            "type": "http",
            "method": method,
            "raw_path": raw_path,
            "path": unquote(raw_path.decode("latin-1")),
            "query_string": query,
            "headers": [(b"authorization", b"Bearer k"), *headers],
        }
        sent = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)

    def close(self):
        self.app.state.executor.shutdown()
        self.store.close()
        self.loop.close()


FORM = (b"content-type", b"multipart/form-data; boundary=b")


def form(part, content):
    return (
        b'--b\r\nContent-Disposition: form-data; name="' + part + b'"; filename="n.txt"\r\n\r\n'
        + content + b"\r\n--b--\r\n"
    )  # fmt: skip


@pytest.fixture(scope="module")
def emulator():
    asked = Asked()
    yield asked
    asked.close()


# What may be anywhere

ODD_TEXTS = st.one_of(
    st.text(st.characters(codec=None), max_size=12),
    st.sampled_from(
        [
            *("", "\0", "a\0b", "\ud800", "\udfff\ud800", "𝄞", "../..", "%", "%zz", "%00", "%ff"),
            *("9" * 5000, "-1", "1e999", "NaN", "'", '"', "a.b.c", "..", "fields.", "x" * 9000),
            *("$", "[0]", '"; DROP TABLE files;--', "\u202e", "\r\n", "documents:batchGet"),
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([2**31, -(2**31) - 1, 2**63, 10**400, -(10**400), 1e308, 0.5, -0.0]),
)
ATOMS = st.one_of(st.none(), st.booleans(), NUMBERS, ODD_TEXTS)
NAMES = st.one_of(
    ODD_TEXTS,
    st.sampled_from(
        [
            *("collection_name", "collectionName", "collection_description", "team_id", "fields"),
            *("index_configuration", "chunk_configuration", "metric_space", "field_definitions"),
            *("field_definition_updates", "field_definition", "operation", "key", "required"),
            *("bytes_configuration", "max_chunk_size_bytes", "chunk_overlap_bytes", "model_name"),
            *("query", "source", "collection_ids", "limit", "retrieval_mode", "type", "reranker"),
            *("k", "filter", "embedding_weight", "search_multiplier", "unique", "strip_whitespace"),
        ]
    ),
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=8,
)


def written(value):
    """Write JSON with everything in it that a client could write, half characters included."""
    return json.dumps(value, ensure_ascii=True).encode()


# Members that are right but for one, so that what lies deeper is reached as well.
RIGHT = {
    "collection_name": "c",
    "field_definitions": [{"key": "a", "required": False, "description": ""}],
    "chunk_configuration": {
        "bytes_configuration": {"max_chunk_size_bytes": 100, "chunk_overlap_bytes": 10}
    },
    "field_definition_updates": [
        {"field_definition": {"key": "b"}, "operation": "FIELD_DEFINITION_ADD"}
    ],
    "metric_space": "HNSW_METRIC_COSINE",
    "fields": {"a": "1"},
    "query": "text",
    "source": {"collection_ids": ["{c}"]},
    "limit": 10,
    "filter": 'a = "1"',
    "retrieval_mode": {
        "type": "hybrid",
        "search_multiplier": 3,
        "reranker": {"type": "rrf", "k": 60, "embedding_weight": 0.5, "text_weight": 0.5},
    },
    "team_id": "t",
}


PATHS = [path for path in places(RIGHT) if path]


@st.composite
def bodies(draw):
    """Draw a body: JSON that is wrong in one place or in all, or no JSON."""
    kind = draw(st.sampled_from(["one place", "one place", "any", "bytes", "cut", "deep"]))
    if kind == "one place":
        return written(put(RIGHT, draw(st.sampled_from(PATHS)), draw(VALUES)))
    if kind == "any":
        return written(draw(VALUES))
    if kind == "bytes":
        return draw(st.binary(max_size=40))
    if kind == "cut":
        return written(RIGHT)[: draw(st.integers(0, 400))]
    return nested(draw(st.sampled_from([60, 2_000, 100_000])))


@st.composite
def segments(draw):
    """Draw a segment of a path, or more of them, escaped well or badly."""
    text = draw(ODD_TEXTS)
    raw = text.encode("utf-8", "surrogatepass")
    if draw(st.booleans()):
        return quote(raw, safe="").encode()
    return bytes(byte for byte in raw if byte not in b" ?#\r\n\t") or b"-"


QUERY_NAMES = ["limit", "order", "sort_by", "sortBy", "pagination_token", "filter", "name"]
QUERY_NAMES += ["team_id", "file_ids", "fileIds", "format", "\0", "%", "a[b]"]
FILTERS = st.one_of(
    ODD_TEXTS,
    st.lists(
        st.sampled_from(
            [
                *("name", "size_bytes", "created_at", "status", "fields.a", "a", "collection_name"),
                *("documents_count", "expires_at", ":", "=", "!=", "<", ">=", ":>", ":!", ".."),
                *("(", ")", "AND", "OR", "NOT", '"x"', "'", '"', "10", "-5", "1e400", "9" * 40),
                *("2025-01-01", "0000-00-00T99:99:99Z", "9999-12-31T23:59:59.999999999+23:59"),
                *("0001-01-01T00:00:00+23:59", "DOCUMENT_STATUS_PROCESSED", "\\", "\ud800", "\0"),
            ]
        ),
        max_size=8,
    ).map(" ".join),
)


@st.composite
def queries(draw):
    """Draw a query string."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=30)).replace(b" ", b"+")
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(QUERY_NAMES), st.one_of(ODD_TEXTS, FILTERS)), max_size=4)
    )
    return b"&".join(
        f"{quote(name)}={quote(value.encode('utf-8', 'surrogatepass'))}".encode()
        for name, value in pairs
    )


CONTENT_TYPES = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [
            *(b"", b"application/json", b"text/plain; charset=utf-16", b"multipart/form-data"),
            *(b"multipart/form-data; boundary=", b"multipart/form-data; boundary=b", b";;;=;"),
            *(b"multipart/form-data; boundary=" + b"b" * 257, b'multipart/form-data; boundary="'),
            *(b"multipart/form-data; boundary*=utf-8''b", b"multipart/form-data; boundary=\xff"),
            *(b"multipart/form-data; boundary*0=b; boundary*1=c", b"multipart/mixed; boundary=b"),
        ]
    ),
)
PART_HEADERS = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [
                *(b'Content-Disposition: form-data; name="data"; filename="n"',),
                *(b'Content-Disposition: form-data; name="file"; filename="n"',),
                *(b'Content-Disposition: form-data; name="file"; filename="\x00"',),
                *(b"Content-Disposition: form-data; name=\"file\"; filename*=x''%ff",),
                *(b'Content-Disposition: form-data; name="fields"', b"Content-Type: \xff"),
                *(b'Content-Disposition: form-data; name="expires_after"', b"Content-Type: a/b"),
                *(b'Content-Disposition: form-data; name="purpose"', b"Content-Disposition:"),
                *(b'Content-Disposition: form-data; name="\xff"', b": x", b"X" * 5000 + b": y"),
                *(b'Content-Disposition: form-data; name="name"', b'Content-Disposition: x; "'),
                *(b'Content-Disposition: form-data; name="content_type"',),
            ]
        ),
    ),
    max_size=2,
)
CONTENTS = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"3600", b"9" * 5000, b'{"a":1}', b'{"a":"\\ud800"}', b"\x00", nested(9000)]),
    VALUES.map(written),
)
ENDS = st.sampled_from([b"--b--\r\n", b"--b--", b"--b", b"", b"--b--\r\n--b\r\n", b"\r\n--b--"])


@st.composite
def forms(draw):
    """Draw a multipart body with the boundary `b`, whole or not."""
    parts = draw(st.lists(st.tuples(PART_HEADERS, CONTENTS), max_size=3))
    body = b"".join(
        b"--b\r\n" + b"\r\n".join([*headers, b"", content]) + b"\r\n" for headers, content in parts
    )
    return body + draw(ENDS)


HEADERS = st.lists(
    st.tuples(
        st.sampled_from([b"accept", b"content-length", b"expect", b"x-request-id", b"cookie"]),
        st.binary(max_size=20),
    ),
    max_size=2,
)


def path_of(emulator, path, odd):
    """Return a path with the emulator's own IDs, or with something else in the place of one."""
    right = {"c": emulator.collection_id, "f": emulator.file_id}
    for name, value in right.items():
        path = path.replace(f"{{{name}}}", value)
    return path.encode() if odd is None else path.encode().replace(*odd)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
@settings(max_examples=EXAMPLES)
@given(st.data())
def test_no_request_is_answered_by_a_defect(emulator, tally, route, data):
    play(emulator, tally, route, data)


@settings(max_examples=MANY_EXAMPLES)
@given(st.sampled_from(ROUTES), st.data())
@pytest.mark.timeout(600)
def test_no_request_of_thousands_is_answered_by_a_defect(emulator, tally, route, data):
    play(emulator, tally, route, data)


def play(emulator, tally, route, data):
    """Ask for something odd of a route; the answer is one of the API's."""
    method, path = route
    part = data.draw(st.sampled_from(["body", "path", "query", "headers", "form"]))
    raw_path, query, headers, body = path_of(emulator, path, None), b"", [], b""
    if part == "form" or (part == "body" and route in UPLOADS):
        body, headers = data.draw(forms()), [FORM]
        if data.draw(st.booleans()):
            headers = [(b"content-type", data.draw(CONTENT_TYPES))]
    elif part == "body":
        body = data.draw(bodies()).replace(b"{c}", emulator.collection_id.encode())
    elif part == "path":
        segment = data.draw(st.sampled_from(raw_path.split(b"/")[1:]))
        raw_path = raw_path.replace(segment, data.draw(segments()), 1)
    elif part == "query":
        query = data.draw(queries())
    else:
        headers = [*data.draw(HEADERS), (b"content-type", data.draw(CONTENT_TYPES))]
        body = data.draw(bodies())
    status, answer = emulator.ask(method, raw_path, query, headers, body)
    tally["emulator: " + part] += 1
    assert status == 200 or 400 <= status < 500, (status, answer)
    if status != 200:
        told = json.loads(answer)
        assert told["message"]
        assert set(told) == {"code", "message", "details"}
    elif not path.endswith("/content"):
        json.loads(answer)


BOUNDARIES = [
    b"multipart/form-data; boundary=" + boundary
    for boundary in (b"b" * 257, b"b" * 70_000, b"\xff", b'"b"', b"b;b", b"\x00", b"b" * 256)
]


@pytest.mark.parametrize("content_type", BOUNDARIES, ids=range(len(BOUNDARIES)))
def test_no_boundary_is_answered_by_a_defect(emulator, content_type):
    for _method, path in UPLOADS:
        boundary = content_type.partition(b"=")[2]
        body = form(b"file", b"x").replace(b"--b", b"--" + boundary)
        headers = [(b"content-type", content_type)]
        status, answer = emulator.ask("POST", path_of(emulator, path, None), b"", headers, body)
        assert status == 200 or 400 <= status < 500, (status, answer)

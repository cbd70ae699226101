"""What the client puts on the wire, read from a raw socket."""

import asyncio
import json

import pytest

from tests.contract.scripted import BREAK, KEY, Scripted, fault, reply
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import ApiError, NotFound, ReadOnly, Refused, Unreachable, Unreadable
from xcoll_tui.api.models import (
    BytesConfiguration,
    ChunkConfiguration,
    CollectionsSortBy,
    DocumentsSortBy,
    FieldDefinition,
    FieldDefinitionOperation,
    FieldDefinitionUpdate,
    MetricSpace,
    Ordering,
)
from xcoll_tui.api.routes import Endpoint

COLLECTION = reply(body={"collection_id": "c", "collection_name": "n"})
DOCUMENT = reply(body={"file_metadata": {"file_id": "f", "name": "n"}})
TARGET = "/v1/collections/c/documents/f"


async def heard_of(step, call, **options):
    async with Scripted(step) as service, Client(KEY, service.url, **options) as client:
        await call(client)
    (request,) = service.heard
    return request


BODILESS = [
    ("GET", "/v1/collections", reply(), lambda c: c.list_collections()),
    ("GET", "/v1/collections/c", COLLECTION, lambda c: c.get_collection("c")),
    ("DELETE", "/v1/collections/c", reply(), lambda c: c.delete_collection("c")),
    ("GET", "/v1/collections/c/documents", reply(), lambda c: c.list_documents("c")),
    ("GET", TARGET, DOCUMENT, lambda c: c.get_document("c", "f")),
    ("DELETE", TARGET, reply(), lambda c: c.remove_document("c", "f")),
    ("PATCH", TARGET, reply(), lambda c: c.reindex_document("c", "f")),
    (
        "GET",
        "/v1/collections/c/documents:batchGet?file_ids=f&file_ids=a%2Fb",
        reply(),
        lambda c: c.batch_get_documents("c", ["f", "a/b", "f"]),
    ),
]


@pytest.mark.parametrize(("method", "target", "step", "call"), BODILESS)
async def test_calls_without_a_body(method, target, step, call):
    request = await heard_of(step, call)
    assert (request.method, request.target, request.body) == (method, target, b"")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert "content-type" not in request.headers


@pytest.mark.parametrize(("method", "target", "step", "call"), BODILESS)
async def test_their_team_goes_into_the_query(method, target, step, call):
    request = await heard_of(step, call, team_id="t 1")
    mark = "&" if "?" in target else "?"
    assert (request.method, request.target) == (method, f"{target}{mark}team_id=t%201")
    assert request.body == b""


BODIED = [
    ("POST", "/v1/collections", COLLECTION, lambda c: c.create_collection("n")),
    ("PUT", "/v1/collections/c", COLLECTION, lambda c: c.update_collection("c")),
    ("POST", TARGET, reply(), lambda c: c.add_document("c", "f", fields={})),
]


@pytest.mark.parametrize(("method", "target", "step", "call"), BODIED)
async def test_the_team_of_a_post_or_put_goes_into_the_body(method, target, step, call):
    request = await heard_of(step, call, team_id="t 1")
    assert (request.method, request.target) == (method, target)
    assert request.json["team_id"] == "t 1"
    assert request.headers["content-type"] == "application/json"


async def test_the_key_validation_is_asked_beside_v1():
    body = {"apiKeyId": "k", "scope": "SCOPE_TEAM"}
    async with (
        Scripted(reply(body=body)) as service,
        Client(KEY, service.url + "/v1/", team_id="t") as client,
    ):
        info = await client.validate_key()
    assert service.targets == ["GET /auth/management-keys/validation"]
    assert info.api_key_id == "k"


async def test_a_path_prefix_is_kept():
    async with Scripted(COLLECTION) as service, Client(KEY, service.url + "/gate/v1") as client:
        await client.get_collection("c")
    assert service.targets == ["GET /gate/v1/collections/c"]


async def test_create_sends_what_is_given_and_nothing_else():
    request = await heard_of(COLLECTION, lambda c: c.create_collection("n"))
    assert request.json == {"collection_name": "n"}
    chunk = ChunkConfiguration(
        bytes_configuration=BytesConfiguration(4000, 800), strip_whitespace=True
    )
    request = await heard_of(
        COLLECTION,
        lambda c: c.create_collection(
            "n",
            collection_description="",
            model_name="grok-embedding-small",
            chunk_configuration=chunk,
            metric_space=MetricSpace.COSINE,
            field_definitions=[FieldDefinition("isbn", unique=True), {"key": "author"}],
        ),
    )
    assert request.json == {
        "collection_name": "n",
        "collection_description": "",
        "index_configuration": {"model_name": "grok-embedding-small"},
        "chunk_configuration": {
            "bytes_configuration": {"max_chunk_size_bytes": 4000, "chunk_overlap_bytes": 800},
            "strip_whitespace": True,
        },
        "metric_space": "HNSW_METRIC_COSINE",
        "field_definitions": [
            {
                "key": "isbn",
                "required": False,
                "unique": True,
                "inject_into_chunk": False,
                "description": "",
            },
            {"key": "author"},
        ],
    }


async def test_update_sends_what_is_given_and_nothing_else():
    updates = [
        FieldDefinitionUpdate(FieldDefinition("isbn"), FieldDefinitionOperation.DELETE),
        {"field_definition": {"key": "author"}, "operation": "FIELD_DEFINITION_NOVEL"},
    ]
    request = await heard_of(
        COLLECTION,
        lambda c: c.update_collection("c", collection_name="m", field_definition_updates=updates),
    )
    assert request.json["collection_name"] == "m"
    deleted, novel = request.json["field_definition_updates"]
    assert deleted["operation"] == "FIELD_DEFINITION_DELETE"
    assert deleted["field_definition"]["key"] == "isbn"
    assert novel == updates[1]
    assert set(request.json) == {"collection_name", "field_definition_updates"}


async def test_attach_has_a_body_only_if_there_is_something_to_say():
    request = await heard_of(reply(), lambda c: c.add_document("c", "f"))
    assert (request.body, request.headers["content-length"]) == (b"", "0")
    assert "content-type" not in request.headers
    request = await heard_of(reply(), lambda c: c.add_document("c", "f", fields={"a": "ä"}))
    assert request.json == {"fields": {"a": "ä"}}


async def test_a_change_of_fields_is_a_patch():
    request = await heard_of(
        reply(), lambda c: c.update_document("c", "f", fields={"a": "1"}), team_id="t"
    )
    assert (request.method, request.target) == ("PATCH", f"{TARGET}?team_id=t")
    assert request.json == {"fields": {"a": "1"}}


ODD = (
    b'{"n":5,"big":123456789012345678901234567890,"float":1.5,"yes":true,"no":false,"none":null,'
    b'"list":[1,"x",null],"object":{"a":{}},"half":"a\\ud83d","\\udc00key":"v",'
    b'"plain":"\xc3\xa4","empty":""}'
)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_fields_go_back_as_they_came(method):
    body = b'{"file_metadata":{"file_id":"f"},"fields":' + ODD + b"}"
    async with Scripted(reply(body=body), reply()) as service, Client(KEY, service.url) as client:
        document = await client.get_document("c", "f")
        write = client.add_document if method == "POST" else client.update_document
        await write("c", "f", fields=document.raw_fields)
    sent = service.heard[-1]
    assert sent.method == method
    assert json.loads(sent.body) == {"fields": json.loads(ODD)}
    assert b'"big":123456789012345678901234567890,' in sent.body
    assert b'"half":"a\\ud83d"' in sent.body
    assert b'"\\udc00key":"v"' in sent.body


async def test_plain_fields_go_as_plain_text():
    request = await heard_of(reply(), lambda c: c.add_document("c", "f", fields={"a": "ä\x00😀"}))
    assert request.body == '{"fields":{"a":"ä\\u0000😀"}}'.encode()


async def test_a_change_of_fields_answers_a_document_or_nothing():
    changed = reply(body={"file_metadata": {"file_id": "f"}, "fields": {"a": "1"}})
    unset = reply(body={"file_metadata": None, "fields": {}, "status": ""})
    async with Scripted(reply(), unset, changed) as service, Client(KEY, service.url) as client:
        assert await client.update_document("c", "f", fields={"a": "1"}) is None
        assert await client.update_document("c", "f", fields={"a": "1"}) is None
        document = await client.update_document("c", "f", fields={"a": "1"})
    assert document.fields == {"a": "1"}


async def test_a_list_asks_for_all_it_is_given():
    request = await heard_of(
        reply(),
        lambda c: c.list_documents(
            "c",
            limit=7,
            order=Ordering.ASCENDING,
            sort_by=DocumentsSortBy.SIZE,
            pagination_token="o/p+=",
            filter='name:"a b" AND size_bytes:>5',
        ),
    )
    assert request.target == (
        "/v1/collections/c/documents?limit=7&order=ORDERING_ASCENDING"
        "&sort_by=DOCUMENTS_SORT_BY_SIZE&pagination_token=o%2Fp%2B%3D"
        "&filter=name%3A%22a%20b%22%20AND%20size_bytes%3A%3E5"
    )
    request = await heard_of(
        reply(),
        lambda c: c.list_collections(
            limit=0, order="NOVEL", sort_by=CollectionsSortBy.AGE, filter=""
        ),
    )
    assert request.target == (
        "/v1/collections?limit=0&order=NOVEL&sort_by=COLLECTIONS_SORT_BY_AGE&filter="
    )


@pytest.mark.parametrize(
    ("file_id", "segment"),
    [
        ("a/../b", "a%2F..%2Fb"),
        ("../../keys", "..%2F..%2Fkeys"),
        ("x?y#z", "x%3Fy%23z"),
        ("two words", "two%20words"),
        ("a:batchGet", "a%3AbatchGet"),
        ("ünï€", "%C3%BCn%C3%AF%E2%82%AC"),
        ("%2e%2e", "%252e%252e"),
        ("line\r\nHost: evil", "line%0D%0AHost%3A%20evil"),
        ("...", "..."),
    ],
)
async def test_no_id_reaches_another_path(file_id, segment):
    request = await heard_of(DOCUMENT, lambda c: c.get_document("c", file_id))
    assert request.target == f"/v1/collections/c/documents/{segment}"
    request = await heard_of(reply(), lambda c: c.remove_document(file_id, "f"))
    assert request.target == f"/v1/collections/{segment}/documents/f"


CALLS_WITH_IDS = [
    lambda c, i: c.get_collection(i),
    lambda c, i: c.update_collection(i),
    lambda c, i: c.delete_collection(i),
    lambda c, i: c.list_documents(i),
    lambda c, i: c.batch_get_documents(i, ["f"]),
    lambda c, i: c.batch_get_documents("c", ["f"] * 200 + [i]),
    lambda c, i: c.get_document(i, "f"),
    lambda c, i: c.get_document("c", i),
    lambda c, i: c.add_document("c", i),
    lambda c, i: c.update_document("c", i, fields={}),
    lambda c, i: c.reindex_document("c", i),
    lambda c, i: c.remove_document("c", i),
]


@pytest.mark.parametrize("bad", ["", ".", "..", "\ud800"])
@pytest.mark.parametrize("call", CALLS_WITH_IDS)
async def test_ids_that_no_path_can_hold_are_refused_before_anything_is_sent(call, bad):
    async with Scripted() as service, Client(KEY, service.url) as client:
        with pytest.raises(Refused, match=r"^Nothing was sent: .*\.$"):
            await call(client, bad)
    assert service.connections == 0


async def test_values_that_cannot_be_sent_are_refused_before_anything_is_sent():
    async with Scripted() as service, Client(KEY, service.url) as client:
        with pytest.raises(Refused, match="JSON"):
            await client.create_collection("\ud800")
        for value in (object(), float("inf"), [float("nan")], {"a": b"x"}):
            with pytest.raises(Refused, match="JSON"):
                await client.add_document("c", "f", fields={"a": value})
            with pytest.raises(Refused, match="JSON"):
                await client.update_document("c", "f", fields={"a": value})
        with pytest.raises(Refused, match="surrogate"):
            await client.list_documents("c", filter="\ud800")
        with pytest.raises(Refused, match="too long"):
            await client.list_documents("c", filter="x" * 100_000)
        with pytest.raises(Refused, match="too long"):
            await client.get_collection("x" * 100_000)
    assert service.connections == 0


WRITES = [
    lambda c: c.create_collection("n"),
    lambda c: c.update_collection("c", collection_name="n"),
    lambda c: c.delete_collection("c"),
    lambda c: c.add_document("c", "f"),
    lambda c: c.update_document("c", "f", fields={}),
    lambda c: c.reindex_document("c", "f"),
    lambda c: c.remove_document("c", "f"),
]


@pytest.mark.parametrize("call", WRITES)
async def test_read_only_refuses_every_write_before_anything_is_sent(call):
    async with Scripted() as service, Client(KEY, service.url, read_only=True) as client:
        with pytest.raises(ReadOnly, match="read-only") as caught:
            await call(client)
        assert service.connections == 0
        assert caught.value.method in str(caught.value)
        assert (await client.list_collections()).collections == []


async def test_a_post_that_only_reads_is_one_of_the_reads():
    asking = Endpoint("POST", "/v1/documents/search")
    steps = (BREAK, fault(503), reply(429), reply(body={"matches": []}))
    async with (
        Scripted(*steps) as service,
        Client(KEY, service.url, read_only=True, random=lambda: 0.0) as client,
    ):
        answer = await client._call(asking, body=b"{}")
        assert answer.status == 200
        assert len(service.heard) == len(steps)
        service.steps[:] = [BREAK]
        with pytest.raises(Unreachable) as caught:
            await client._call(asking, body=b"{}")
        assert not caught.value.outcome_unknown
        assert "carried out" not in str(caught.value)


def batch(request):
    pairs = [pair.split("=") for pair in request.target.split("?")[1].split("&")]
    ids = [value for name, value in pairs if name == "file_ids"]
    documents = [{"file_metadata": {"file_id": each}} for each in ids if "unknown" not in each]
    return reply(body={"documents": documents[::-1]})


async def test_batch_get_asks_in_slices_of_100_and_keeps_the_order():
    wanted = [f"file_{number}" for number in range(250)]
    async with Scripted(batch) as service, Client(KEY, service.url, team_id="t") as client:
        documents = await client.batch_get_documents("c", [*wanted, *wanted[::-1]])
    assert [each.file_id for each in documents] == wanted
    assert [request.target.count("file_ids=") for request in service.heard] == [100, 100, 50]
    assert all(request.target.endswith("&team_id=t") for request in service.heard)


async def test_batch_get_of_nothing_asks_nothing():
    async with Scripted(batch) as service, Client(KEY, service.url) as client:
        assert await client.batch_get_documents("c", []) == []
    assert service.heard == []


async def test_batch_get_keeps_urls_short_when_ids_are_long():
    wanted = [f"{number:0>900}" for number in range(20)]
    async with Scripted(batch) as service, Client(KEY, service.url) as client:
        documents = await client.batch_get_documents("c", wanted)
    assert [each.file_id for each in documents] == wanted
    assert max(len(request.target) for request in service.heard) < 8000


async def test_batch_get_leaves_out_what_is_unknown():
    async with Scripted(batch) as service, Client(KEY, service.url) as client:
        documents = await client.batch_get_documents("c", ["unknown_1", "f", "unknown_2"])
    assert [each.file_id for each in documents] == ["f"]


def strict_batch(request):
    """Answer 404 as soon as one ID is unknown; nobody has said that the service does not."""
    path = request.target.split("?")[0]
    if path.endswith(":batchGet"):
        return fault(404, 5) if "unknown" in request.target else batch(request)
    return fault(404, 5) if "unknown" in path else COLLECTION


async def test_batch_get_finds_the_known_where_one_unknown_id_is_a_404():
    wanted = [f"file_{number}" for number in range(20)]
    asked = [*wanted[:7], "unknown", *wanted[7:]]
    async with Scripted(strict_batch) as service, Client(KEY, service.url) as client:
        documents = await client.batch_get_documents("c", asked)
    assert [each.file_id for each in documents] == wanted


async def test_batch_get_of_a_collection_that_is_gone_asks_twice_and_raises():
    async with Scripted(fault(404, 5)) as service, Client(KEY, service.url) as client:
        with pytest.raises(NotFound):
            await client.batch_get_documents("c", [f"file_{number}" for number in range(100)])
    assert len(service.heard) == 2


async def test_pages_are_walked_to_the_end():
    pages = [
        reply(body={"documents": [{"file_metadata": {"file_id": "1"}}], "pagination_token": "A+/"}),
        reply(body={"documents": [], "pagination_token": "B"}),
        reply(body={"documents": [{"file_metadata": {"file_id": "2"}}], "pagination_token": ""}),
    ]
    async with Scripted(*pages) as service, Client(KEY, service.url, team_id="t") as client:
        walked = [page async for page in client.iter_documents("c", limit=1, filter="f")]
    assert [[each.file_id for each in page.documents] for page in walked] == [["1"], [], ["2"]]
    assert service.targets == [
        "GET /v1/collections/c/documents?limit=1&filter=f&team_id=t",
        "GET /v1/collections/c/documents?limit=1&pagination_token=A%2B%2F&filter=f&team_id=t",
        "GET /v1/collections/c/documents?limit=1&pagination_token=B&filter=f&team_id=t",
    ]


@pytest.mark.parametrize("tokens", [["A", "A"], ["A", "B", "A"]])
async def test_a_repeated_token_ends_the_walk_after_the_pages_it_brought(tokens):
    pages = [
        reply(body={"collections": [{"collection_id": str(i)}], "pagination_token": token})
        for i, token in enumerate(tokens)
    ]
    walked = []

    async def walk(client):
        async for page in client.iter_collections():
            walked.append(page.collections[0].collection_id)  # noqa: PERF401  the walk raises

    async with Scripted(*pages) as service, Client(KEY, service.url) as client:
        with pytest.raises(Unreadable, match="same pagination_token twice"):
            await walk(client)
    assert walked == [str(i) for i in range(len(tokens))]
    assert len(service.heard) == len(tokens)


async def test_a_walk_may_begin_in_the_middle():
    page = reply(body={"collections": [], "pagination_token": "A"})
    async with Scripted(page) as service, Client(KEY, service.url) as client:
        with pytest.raises(Unreadable):
            async for _ in client.iter_collections(pagination_token="A"):
                pass
    assert service.targets == ["GET /v1/collections?pagination_token=A"]


async def test_single_reads_keep_what_was_received():
    text = json.dumps({"collection_id": "c", "novel": [1]}, indent=2)
    async with Scripted(reply(body=text.encode())) as service, Client(KEY, service.url) as client:
        assert (await client.get_collection("c")).received == text


async def test_connections_are_kept_and_shared():
    async with Scripted() as service, Client(KEY, service.url) as client:
        for _ in range(5):
            await client.list_collections()
    assert service.connections == 1


async def test_at_least_16_requests_are_on_the_wire_at_once():
    barrier = asyncio.Barrier(16)

    async def gather(_request):
        await barrier.wait()
        return reply()

    async with Scripted(gather) as service, Client(KEY, service.url) as client:
        await asyncio.gather(*(client.list_collections() for _ in range(160)))
    assert len(service.heard) == 160
    assert service.connections <= 32


async def test_an_application_is_served_inside_the_process():
    heard = []

    async def app(scope, _receive, send):
        heard.append((scope["method"], scope["raw_path"], dict(scope["headers"])))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"collections":[]}'})

    async with Client(KEY, app=app) as client:
        assert (await client.list_collections()).collections == []
    ((method, path, headers),) = heard
    assert (method, path) == ("GET", b"/v1/collections")
    assert headers[b"authorization"] == f"Bearer {KEY}".encode()


async def test_an_application_that_fails_is_a_server_fault():
    async def app(_scope, _receive, _send):
        raise ZeroDivisionError

    async def no_sleep(_seconds):
        pass

    async with Client(KEY, app=app, sleep=no_sleep) as client:
        with pytest.raises(ApiError, match="500") as caught:
            await client.list_collections()
    assert caught.value.status == 500

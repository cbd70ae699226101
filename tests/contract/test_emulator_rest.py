"""The emulator's endpoints, over a real socket: shapes, JSON types, rules and refusals."""

import hashlib
import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.contract.plain import Plain, segment
from xcoll_tui.emulator.server import Server

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
ALL_DEFINITIONS = {"required": False, "unique": False, "inject_into_chunk": False}


@pytest.fixture(scope="module")
def server():
    with Server() as server:
        yield server


@pytest.fixture
def plain(server):
    plain = Plain(server.url, server.key)
    yield plain
    plain.close()


# --- authentication and routes


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/collections", None),
        ("POST", "/v1/collections", "{not json"),
        ("GET", "/v1/collections?limit=x", None),
        ("GET", "/no/such/route", None),
        ("PATCH", "/v1/collections", None),
        ("GET", "/v1/files", None),
        ("GET", "/auth/management-keys/validation", None),
        ("GET", "/", None),
    ],
)
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic eDp5", "Bearer", ""])
def test_authentication_comes_first(plain, method, path, body, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    status, content = plain.raw(method, path, body, headers)
    answer = json.loads(content)
    assert (status, answer["code"], answer["details"]) == (401, 16, [])
    assert answer["message"].startswith("Invalid bearer token.")
    assert plain.headers["content-type"] == "application/json"
    assert plain.key not in content.decode()


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", (404, 5)),
        ("GET", "/v1", (404, 5)),
        ("GET", "/v1/collections/", (404, 5)),
        ("GET", "/v1/nothing", (404, 5)),
        ("GET", "/v1/collections/x/nothing", (404, 5)),
        ("GET", "/v1/collections/x/documents/y/z", (404, 5)),
        ("GET", "/v1/collections/a%2Fb", (404, 5)),
        ("DELETE", "/v1/collections/x%2Fdocuments", (404, 5)),
        ("GET", "/v1/collections/%0A", (404, 5)),
        ("GET", "/v1/collections/..", (404, 5)),
        ("PATCH", "/v1/collections", (405, 12)),
        ("DELETE", "/v1/collections", (405, 12)),
        ("OPTIONS", "/v1/collections", (405, 12)),
        ("POST", "/v1/collections/x", (405, 12)),
        ("PUT", "/v1/collections/x/documents/y", (405, 12)),
        ("POST", "/v1/collections/x/documents:batchGet", (405, 12)),
        ("POST", "/auth/management-keys/validation", (405, 12)),
    ],
)
def test_wrong_routes_and_methods_are_refused_as_json(plain, method, path, expected):
    assert plain.refused(method, path) == expected
    assert ("Allow" in plain.headers) == (expected[0] == 405)


def test_head_has_no_body(plain):
    assert plain.raw("HEAD", "/v1/collections") == (405, b"")
    assert plain.headers["content-type"] == "application/json"


def test_key_validation_is_camel_case(plain):
    key = plain.ok("GET", "/auth/management-keys/validation")
    assert set(key) == {
        *("apiKeyId", "teamId", "scope", "scopeId", "ownerUserId", "createTime", "modifyTime"),
        *("name", "acls", "redactedApiKey", "ipRanges"),
    }
    assert key["ipRanges"] is None
    assert key["scope"] == "SCOPE_TEAM"
    assert TIME.fullmatch(key["createTime"])
    assert plain.key not in json.dumps(key)


# --- collections


def test_a_new_collection_has_the_defaults_and_exactly_these_members(plain):
    made = plain.ok("POST", "/v1/collections", {"collection_name": "N"})
    assert re.fullmatch(r"collection_[0-9a-f-]{36}", made.pop("collection_id"))
    assert TIME.fullmatch(made.pop("created_at"))
    assert made == {
        "collection_name": "N",
        "documents_count": 0,
        "total_file_size": "0",
        "index_configuration": {"model_name": "grok-embedding-small"},
        "chunk_configuration": {
            "bytes_configuration": {"max_chunk_size_bytes": 4000, "chunk_overlap_bytes": 800},
            "strip_whitespace": True,
            "inject_name_into_chunks": False,
        },
        "field_definitions": [],
        "disable_rag_lookup": False,
    }


def test_a_collection_is_created_read_changed_and_deleted(plain):
    path = plain.collection(collection_description="D", metric_space="HNSW_METRIC_COSINE")
    made = plain.ok("GET", path)
    assert made["collection_description"] == "D"
    changed = plain.ok("PUT", path, {"collection_name": "Other", "team_id": "t"})
    assert changed == {**made, "collection_name": "Other"}
    assert plain.ok("PUT", path, {}) == changed
    assert plain.ok("GET", path, team_id="t") == changed
    assert plain.ok("DELETE", path, team_id="t") == {}
    assert plain.refused("DELETE", path) == (404, 5)
    assert plain.refused("GET", path) == (404, 5)
    assert plain.refused("PUT", path, {}) == (404, 5)
    assert plain.refused("GET", f"{path}/documents") == (404, 5)
    assert plain.refused("GET", f"{path}/documents:batchGet", file_ids="x") == (404, 5)


def test_camel_case_null_unknown_members_and_numbers_in_strings_are_accepted(plain):
    path = plain.collection(
        collectionDescription=None,
        indexConfiguration={"modelName": "other-model"},
        chunkConfiguration={
            "tokensConfiguration": {"maxChunkSizeTokens": "128", "chunkOverlapTokens": 16.0},
            "stripWhitespace": False,
        },
        fieldDefinitions=[{"key": "isbn", "injectIntoChunk": True, "strange": 1}],
        unknown={"x": [1]},
    )
    made = plain.ok("GET", path)
    assert "collection_description" not in made
    assert made["index_configuration"] == {"model_name": "other-model"}
    assert made["chunk_configuration"] == {
        "tokens_configuration": {
            "max_chunk_size_tokens": 128,
            "chunk_overlap_tokens": 16,
            "encoding_name": "",
        },
        "strip_whitespace": False,
        "inject_name_into_chunks": False,
    }
    assert made["field_definitions"] == [
        {**ALL_DEFINITIONS, "key": "isbn", "inject_into_chunk": True, "description": ""}
    ]


@pytest.mark.parametrize(
    "strategy",
    [
        *("chars", "tokens", "bytes", "markdown_tokens", "markdown_chars"),
        *("code_tokens", "code_chars", "table", "ast"),
    ],
)
def test_every_chunking_strategy_is_kept(plain, strategy):
    unit = {"table": "tokens", "ast": "tokens"}.get(strategy, strategy.split("_")[-1])
    settings = {f"max_chunk_size_{unit}": 300}
    path = plain.collection(chunk_configuration={f"{strategy}_configuration": settings})
    shown = plain.ok("GET", path)["chunk_configuration"]
    assert shown[f"{strategy}_configuration"][f"max_chunk_size_{unit}"] == 300
    assert set(shown) == {
        f"{strategy}_configuration",
        "strip_whitespace",
        "inject_name_into_chunks",
    }
    plain.attach(path)  # and its chunks can be counted


def test_changing_the_chunking_replaces_the_strategy_whole_and_keeps_flags(plain):
    path = plain.collection(chunk_configuration={"inject_name_into_chunks": True})
    changed = plain.ok(
        "PUT",
        path,
        {"chunk_configuration": {"chars_configuration": {"max_chunk_size_chars": 9}}},
    )
    assert changed["chunk_configuration"] == {
        "chars_configuration": {"max_chunk_size_chars": 9, "chunk_overlap_chars": 0},
        "strip_whitespace": True,
        "inject_name_into_chunks": True,
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"collection_name": ""},
        {"collection_name": None},
        {"collection_name": 5},
        {"collection_name": "x", "collectionName": "x"},
        {"collection_name": "\ud800"},
        {"collection_name": "x", "metric_space": "HNSW_METRIC_COSY"},
        {"collection_name": "x", "metric_space": 1},
        {"collection_name": "x", "field_definitions": {}},
        {"collection_name": "x", "field_definitions": [{}]},
        {"collection_name": "x", "field_definitions": [{"key": ""}]},
        {"collection_name": "x", "field_definitions": [{"key": "a"}, {"key": "a"}]},
        {"collection_name": "x", "field_definitions": [{"key": "a", "required": "true"}]},
        {"collection_name": "x", "chunk_configuration": []},
        {"collection_name": "x", "chunk_configuration": {"strip_whitespace": 1}},
        {
            "collection_name": "x",
            "chunk_configuration": {"chars_configuration": {}, "bytes_configuration": {}},
        },
        {
            "collection_name": "x",
            "chunk_configuration": {"bytes_configuration": {"max_chunk_size_bytes": "many"}},
        },
        {
            "collection_name": "x",
            "chunk_configuration": {"bytes_configuration": {"max_chunk_size_bytes": 2**31}},
        },
        [],
        "text",
        7,
    ],
)
def test_a_wrong_create_is_400(plain, body):
    assert plain.refused("POST", "/v1/collections", body) == (400, 3)


@pytest.mark.parametrize(
    "body", ["{", "nonsense", '{"collection_name": NaN}', "[" * 100_000, "\xff"]
)
def test_malformed_json_is_400(plain, body):
    path = plain.collection()
    for method, target in [("POST", "/v1/collections"), ("PUT", path)]:
        status, content = plain.raw(method, target, body.encode("latin-1"))
        assert (status, json.loads(content)["code"]) == (400, 3)


def test_names_need_not_be_unique_and_may_hold_anything(plain):
    name = "同じ名前 🗂 \"'\\ \x1b[31m [bold]"
    first, second = (plain.collection(collection_name=name) for _ in range(2))
    assert first != second
    assert plain.ok("GET", first)["collection_name"] == name


def test_counts_and_sizes_follow_the_documents(plain):
    path = plain.collection()
    first = plain.attach(path, content=b"x" * 10)
    plain.attach(path, content=b"x" * 32)

    def counts():
        shown = plain.ok("GET", path)
        return shown["documents_count"], shown["total_file_size"]

    assert counts() == (2, "42")
    plain.ok("DELETE", f"{path}/documents/{first}")
    assert counts() == (1, "32")


def test_deleting_a_collection_keeps_the_files(plain):
    path = plain.collection()
    file_id = plain.attach(path)
    plain.ok("DELETE", path)
    assert plain.ok("GET", f"/v1/files/{file_id}")["id"] == file_id
    plain.ok("POST", f"{plain.collection()}/documents/{file_id}")


# --- field definitions


def update(key, operation=None, **rules):
    change = {"field_definition": {"key": key, **rules}}
    return {
        "field_definition_updates": [{**change, **({"operation": operation} if operation else {})}]
    }


def test_field_definitions_are_added_replaced_and_deleted(plain):
    path = plain.collection(field_definitions=[{"key": "a"}, {"key": "b"}])
    plain.ok("PUT", path, update("a", description="new"))
    plain.ok("PUT", path, update("c", "FIELD_DEFINITION_ADD", unique=True))
    camel = {"fieldDefinitionUpdates": [{"fieldDefinition": {"key": "b", "injectIntoChunk": True}}]}
    shown = plain.ok("PUT", path, camel)["field_definitions"]
    assert [each["key"] for each in shown] == ["a", "b", "c"]
    assert [shown[0]["description"], shown[1]["inject_into_chunk"], shown[2]["unique"]] == [
        "new",
        True,
        True,
    ]
    file_id = plain.attach(path, {"a": "1", "b": "2", "other": "3"})
    shown = plain.ok("PUT", path, update("b", "FIELD_DEFINITION_DELETE"))["field_definitions"]
    assert [each["key"] for each in shown] == ["a", "c"]
    document = plain.ok("GET", f"{path}/documents/{file_id}")
    assert document["fields"] == {"a": "1", "other": "3"}


def test_a_new_required_field_is_refused_and_changes_nothing(plain):
    path = plain.collection(field_definitions=[{"key": "old"}])
    before = plain.ok("GET", path)
    changes = (
        update("x")["field_definition_updates"]
        + update("new", required=True)["field_definition_updates"]
    )
    body = {"collection_name": "Other", "field_definition_updates": changes}
    assert plain.refused("PUT", path, body) == (400, 3)
    assert plain.ok("GET", path) == before
    plain.ok("PUT", path, update("old", required=True))


@pytest.mark.parametrize(
    "body",
    [
        {"collection_name": ""},
        update(""),
        update("x", "FIELD_DEFINITION_RENAME"),
        {"field_definition_updates": [{}]},
        {"field_definition_updates": {}},
    ],
)
def test_a_wrong_update_is_400(plain, body):
    assert plain.refused("PUT", plain.collection(), body) == (400, 3)


def test_a_field_becomes_unique_only_where_its_values_are(plain):
    path = plain.collection()
    plain.attach(path, {"doi": "1", "shelf": "A"})
    plain.attach(path, {"doi": "2", "shelf": "A"})
    assert plain.refused("PUT", path, update("shelf", unique=True)) == (409, 6)
    plain.ok("PUT", path, update("doi", unique=True))
    third = plain.upload()
    body = {"fields": {"doi": "2"}}
    assert plain.refused("POST", f"{path}/documents/{third}", body) == (409, 6)


# --- documents


def test_a_document_has_exactly_these_members(plain):
    content = b"hello\n"
    path = plain.collection()
    file_id = plain.attach(path, {"k": "v"}, name="a.txt", content=content)
    document = plain.ok("GET", f"{path}/documents/{file_id}")
    assert TIME.fullmatch(document["file_metadata"].pop("created_at"))
    assert TIME.fullmatch(document.pop("last_indexed_at"))
    assert document == {
        "file_metadata": {
            "file_id": file_id,
            "name": "a.txt",
            "size_bytes": "6",
            "content_type": "text/plain",
            "expires_at": None,
            "hash": hashlib.sha256(content).hexdigest(),
            "processing_status": "Complete",
        },
        "fields": {"k": "v"},
        "status": "DOCUMENT_STATUS_PROCESSED",
        "chunk_count": 1,
        "chunks_processed_count": "1",
    }


def test_attach_needs_no_body_even_with_a_json_content_type(plain):
    path, file_id = plain.collection(), plain.upload()
    headers = {"Authorization": f"Bearer {plain.key}", "Content-Type": "application/json"}
    assert plain.raw("POST", f"{path}/documents/{file_id}", None, headers) == (200, b"{}")
    assert plain.raw("PATCH", f"{path}/documents/{file_id}", b"", headers) == (200, b"{}")


def test_unknown_ids_are_404(plain):
    path, file_id = plain.collection(), plain.upload()
    nowhere = "/v1/collections/collection_none"
    assert plain.refused("POST", f"{path}/documents/file_none") == (404, 5)
    assert plain.refused("POST", f"{nowhere}/documents/{file_id}") == (404, 5)
    for method in ("GET", "PATCH", "DELETE"):
        assert plain.refused(method, f"{path}/documents/{file_id}") == (404, 5)
        assert plain.refused(method, f"{nowhere}/documents/{file_id}") == (404, 5)
    odd = segment("a/../b?c#d ü\n")
    assert plain.refused("GET", f"{path}/documents/{odd}") == (404, 5)


def test_a_removed_document_can_be_attached_again(plain):
    path = plain.collection()
    file_id = plain.attach(path, {"a": "1"})
    assert plain.ok("DELETE", f"{path}/documents/{file_id}", team_id="t") == {}
    assert plain.refused("DELETE", f"{path}/documents/{file_id}") == (404, 5)
    plain.ok("POST", f"{path}/documents/{file_id}")
    assert plain.ok("GET", f"{path}/documents/{file_id}")["fields"] == {}


def test_fields_belong_to_the_collection(plain):
    first, second = plain.collection(), plain.collection()
    file_id = plain.attach(first, {"a": "1"})
    plain.ok("POST", f"{second}/documents/{file_id}", {"fields": {"a": "2"}, "team_id": "t"})
    assert plain.ok("GET", f"{first}/documents/{file_id}")["fields"] == {"a": "1"}
    assert plain.ok("GET", f"{second}/documents/{file_id}")["fields"] == {"a": "2"}


@pytest.mark.parametrize("fields", [{"a": 1}, {"a": None}, {"a": ["x"]}, ["a"], "a"])
def test_fields_must_be_strings(plain, fields):
    path, file_id = plain.collection(), plain.upload()
    target = f"{path}/documents/{file_id}"
    assert plain.refused("POST", target, {"fields": fields}) == (400, 3)
    assert plain.refused("GET", target) == (404, 5)
    plain.ok("POST", target)
    assert plain.refused("PATCH", target, {"fields": fields}) == (400, 3)


def test_field_rules_hold_at_attach_and_at_patch(plain):
    path = plain.collection(
        field_definitions=[{"key": "doi", "unique": True}, {"key": "year", "required": True}]
    )
    first = plain.attach(path, {"doi": "1", "year": "2024"})
    second = plain.upload()
    target = f"{path}/documents/{second}"
    assert plain.refused("POST", target) == (400, 3)
    assert plain.refused("POST", target, {"fields": {"doi": "9"}}) == (400, 3)
    assert plain.refused("POST", target, {"fields": {"doi": "9", "year": ""}}) == (400, 3)
    assert plain.refused("POST", target, {"fields": {"doi": "1", "year": "x"}}) == (409, 6)
    assert plain.ok("GET", path)["documents_count"] == 1
    plain.ok("POST", target, {"fields": {"doi": "2", "year": "x"}})
    assert plain.refused("PATCH", target, {"fields": {"doi": "2"}}) == (400, 3)
    assert plain.refused("PATCH", target, {"fields": {"doi": "1", "year": "x"}}) == (409, 6)
    assert plain.ok("GET", target)["fields"] == {"doi": "2", "year": "x"}
    plain.ok("PATCH", target, {"fields": {"doi": "2", "year": "y"}})
    # A value is free again when its document has another one, or is gone.
    plain.ok("PATCH", target, {"fields": {"doi": "3", "year": "y"}})
    plain.ok("PATCH", f"{path}/documents/{first}", {"fields": {"doi": "2", "year": "y"}})
    plain.ok("DELETE", f"{path}/documents/{first}")
    plain.ok("PATCH", target, {"fields": {"doi": "2", "year": "y"}})


@pytest.mark.parametrize(
    ("policy", "given", "expected"),
    [
        ("replace", {"b": "2"}, {"b": "2"}),
        ("replace", {}, {}),
        ("merge", {"b": "2"}, {"a": "1", "b": "2"}),
        ("merge", {"a": ""}, {"a": ""}),
        ("ignore", {"b": "2"}, {"a": "1"}),
    ],
)
def test_patch_with_fields_does_as_told(asked, policy, given, expected):
    plain = asked(metadata_patch=policy)
    path = plain.collection()
    file_id = plain.attach(path, {"a": "1"})
    target = f"{path}/documents/{file_id}"
    before = plain.ok("GET", target)
    assert plain.ok("PATCH", target, {"fields": given}, team_id="t") == {}
    after = plain.ok("GET", target)
    assert after["fields"] == expected
    assert after["last_indexed_at"] > before["last_indexed_at"]
    assert plain.ok("PATCH", target) == {}
    assert plain.ok("GET", target)["fields"] == expected


@pytest.mark.parametrize(
    ("policy", "status", "expected"),
    [("conflict", 409, {"a": "1"}), ("replace", 200, {"b": "2"}), ("keep", 200, {"a": "1"})],
)
def test_attaching_again_does_as_told(asked, policy, status, expected):
    plain = asked(reattach=policy)
    path = plain.collection()
    file_id = plain.attach(path, {"a": "1"})
    target = f"{path}/documents/{file_id}"
    answer = plain.ask("POST", target, {"fields": {"b": "2"}})
    assert answer[0] == status
    assert answer[1] == {} or answer[1]["code"] == 6
    assert plain.ok("GET", target)["fields"] == expected
    assert plain.ok("GET", path)["documents_count"] == 1


def test_batch_get_answers_in_the_order_asked(plain):
    path = plain.collection()
    ids = [plain.attach(path, name=f"{number}.txt") for number in range(4)]
    asked = [ids[2], "file_none", ids[0], ids[2], ids[3]]
    for name, route in [("file_ids", ":batchGet"), ("fileIds", "%3AbatchGet")]:
        answer = plain.ok("GET", f"{path}/documents{route}", **{name: asked, "team_id": "t"})
        found = [each["file_metadata"]["file_id"] for each in answer["documents"]]
        assert found == [ids[2], ids[0], ids[3]]
    assert plain.ok("GET", f"{path}/documents:batchGet") == {"documents": []}
    many = plain.ok("GET", f"{path}/documents:batchGet", file_ids=[*ids, *map(str, range(5000))])
    assert len(many["documents"]) == 4


# --- indexing


def test_indexing_goes_through_its_stages_by_the_clock(asked):
    now = [1_700_000_000.0]
    plain = asked(index_seconds=10, clock=lambda: now[0])
    path = plain.collection()
    good = f"{path}/documents/{plain.attach(path, content=b'x' * 32_000)}"
    bad = f"{path}/documents/{plain.attach(path, content=b'PNG' + bytes(range(256)))}"

    def shown(target):
        each = plain.ok("GET", target)
        status = each["status"].removeprefix("DOCUMENT_STATUS_")
        filtered = plain.names(path, f"status:{each['status']}")
        assert each["file_metadata"]["name"] in filtered
        listed = plain.ok("GET", f"{path}/documents")["documents"]
        assert each in listed
        return status, each.get("chunk_count"), each.get("chunks_processed_count")

    stages = []
    for second in (0, 1, 2, 3, 4, 7, 8, 9, 10, 99):
        now[0] = 1_700_000_000.0 + second
        stages.append(shown(good))
        if second < 2:
            assert shown(bad) == ("PROCESSING", None, None)
        else:
            assert shown(bad) == ("FAILED", None, None)
    assert stages == [
        ("PROCESSING", None, None),
        ("PROCESSING", None, None),
        ("CHUNKED", 10, "0"),
        ("CHUNKED", 10, "0"),
        ("EMBEDDING", 10, "0"),
        ("EMBEDDING", 10, "5"),
        ("WRITING", 10, "6"),
        ("WRITING", 10, "8"),
        ("PROCESSED", 10, "10"),
        ("PROCESSED", 10, "10"),
    ]
    failed = plain.ok("GET", bad)
    assert failed["error_message"] == (
        "File format not supported. The file does not contain readable text."
    )
    assert failed["last_indexed_at"] is None
    assert "error_message" not in plain.ok("GET", good)
    indexed = plain.ok("GET", good)["last_indexed_at"]
    assert indexed == "2023-11-14T22:13:30.000000Z"
    plain.ok("PATCH", good)
    assert shown(good) == ("PROCESSING", None, None)
    assert plain.ok("GET", good)["last_indexed_at"] == indexed
    now[0] += 10
    assert plain.ok("GET", good)["last_indexed_at"] > indexed


@pytest.mark.parametrize(
    ("name", "kind", "content", "status"),
    [
        ("a.txt", "text/plain", b"text", "PROCESSED"),
        ("a.bin", "application/octet-stream", "Grüße".encode(), "PROCESSED"),
        ("a.txt", "text/plain", b"\xff\xfe\x00", "FAILED"),
        ("a.png", "image/png", b"\x89PNG\r\n", "FAILED"),
        ("a.txt", "text/plain", b"null\0byte", "FAILED"),
        ("a.pdf", "application/octet-stream", b"\xff\xd8", "PROCESSED"),
        ("a", "application/pdf", b"\xff\xd8", "PROCESSED"),
        ("a.docx", "", b"PK\x03\x04\xff", "PROCESSED"),
    ],
)
def test_what_cannot_be_read_fails(plain, name, kind, content, status):
    path = plain.collection()
    file_id = plain.attach(path, name=name, kind=kind, content=content)
    shown = plain.ok("GET", f"{path}/documents/{file_id}")["status"]
    assert shown == f"DOCUMENT_STATUS_{status}"


# --- files and direct uploads


def test_files_are_uploaded_read_listed_and_deleted(plain):
    status, made = plain.form(
        "/v1/files", ("file", b"twelve bytes", "ü.txt", "text/plain"), ("purpose", b"p", None, None)
    )
    assert status == 200
    assert type(made["created_at"]) is int
    assert made == {
        "id": made["id"],
        "bytes": 12,
        "created_at": made["created_at"],
        "expires_at": None,
        "filename": "ü.txt",
        "object": "file",
        "purpose": "p",
    }
    assert plain.ok("GET", f"/v1/files/{made['id']}") == made
    assert plain.raw("GET", f"/v1/files/{made['id']}/content") == (200, b"twelve bytes")
    assert plain.headers["content-type"] == "application/octet-stream"
    path = plain.collection()
    plain.ok("POST", f"{path}/documents/{made['id']}")
    deleted = plain.ok("DELETE", f"/v1/files/{made['id']}")
    assert deleted == {"id": made["id"], "deleted": True, "object": "file"}
    assert plain.refused("GET", f"/v1/files/{made['id']}") == (404, 5)
    assert plain.refused("DELETE", f"/v1/files/{made['id']}") == (404, 5)
    assert plain.ok("GET", path)["documents_count"] == 0


def test_the_list_of_files_always_has_a_token(asked):
    plain = asked()
    assert plain.ok("GET", "/v1/files") == {"data": [], "pagination_token": ""}
    ids = [plain.upload(f"{number}.txt") for number in range(5)]
    first = plain.ok("GET", "/v1/files", limit=3, order="ORDERING_ASCENDING")
    second = plain.ok(
        "GET",
        "/v1/files",
        limit=3,
        order="ORDERING_ASCENDING",
        pagination_token=first["pagination_token"],
    )
    assert [each["id"] for each in first["data"] + second["data"]] == ids
    third = plain.ok(
        "GET", "/v1/files", order="ORDERING_ASCENDING", pagination_token=second["pagination_token"]
    )
    assert third["data"] == []
    assert third["pagination_token"]
    assert [each["id"] for each in plain.ok("GET", "/v1/files")["data"]] == ids[::-1]


def test_a_direct_upload_answers_the_document(plain):
    path = plain.collection(field_definitions=[{"key": "k", "required": True}])
    status, document = plain.form(
        f"{path}/documents",
        ("name", b"direct.md", None, None),
        ("data", b"# Title\n", "ignored.bin", None),
        ("content_type", b"text/markdown", None, None),
        ("fields", b'{"k": "v"}', None, None),
    )
    assert status == 200
    assert document["file_metadata"]["name"] == "direct.md"
    assert document["file_metadata"]["content_type"] == "text/markdown"
    assert document["fields"] == {"k": "v"}
    file_id = document["file_metadata"]["file_id"]
    assert plain.ok("GET", f"{path}/documents/{file_id}") == document


def test_a_refused_direct_upload_keeps_no_file(asked):
    plain = asked()
    path = plain.collection(field_definitions=[{"key": "k", "required": True}])
    data = ("data", b"x", "a.txt", None)
    for parts, expected in [
        ([data], 400),
        ([data, ("fields", b"{", None, None)], 400),
        ([data, ("fields", b'{"k": 1}', None, None)], 400),
        ([("name", b"x", None, None)], 400),
    ]:
        status, answer = plain.form(f"{path}/documents", *parts)
        assert (status, answer["code"]) == (expected, 3)
    assert plain.form("/v1/collections/none/documents", data)[0] == 404
    assert plain.refused("POST", f"{path}/documents", {}) == (400, 3)
    assert plain.refused("POST", "/v1/files") == (400, 3)
    assert plain.form("/v1/files", ("other", b"x", "a.txt", None))[0] == 400
    assert plain.ok("GET", "/v1/files")["data"] == []


def test_a_cut_multipart_body_is_400(plain):
    headers = {
        "Authorization": f"Bearer {plain.key}",
        "Content-Type": "multipart/form-data; boundary=b",
    }
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf'
    status, content = plain.raw("POST", "/v1/files", body, headers)
    assert (status, json.loads(content)["code"]) == (400, 3)


# --- many at once


def test_eight_connections_at_once_lose_nothing(plain, server):
    path = plain.collection(field_definitions=[{"key": "n", "unique": True}])

    def work(worker):
        own = Plain(server.url, server.key)
        try:
            return [own.attach(path, {"n": f"{worker}.{turn}"}) for turn in range(15)]
        finally:
            own.close()

    with ThreadPoolExecutor(8) as pool:
        ids = [file_id for some in pool.map(work, range(8)) for file_id in some]
    assert len(set(ids)) == 120
    assert plain.ok("GET", path)["documents_count"] == 120
    walked = [row for page in plain.walk(f"{path}/documents", "documents") for row in page]
    assert {row["file_metadata"]["file_id"] for row in walked} == set(ids)


def test_of_eight_attaches_with_one_unique_value_one_wins(plain, server):
    path = plain.collection(field_definitions=[{"key": "n", "unique": True}])
    ids = [plain.upload() for _ in range(8)]

    def attach(file_id):
        own = Plain(server.url, server.key)
        try:
            return own.ask("POST", f"{path}/documents/{file_id}", {"fields": {"n": "1"}})[0]
        finally:
            own.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attach, ids)) == [200] + [409] * 7


def test_a_request_that_is_no_http_does_not_hurt(plain, server):
    host, port = urlsplit(server.url).netloc.split(":")
    with socket.create_connection((host, int(port))) as end:
        end.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        while end.recv(4096):
            pass
    plain.ok("GET", "/v1/collections")

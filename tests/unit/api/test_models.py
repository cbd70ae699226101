import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api import models, wire
from xcoll_tui.api.models import (
    BytesConfiguration,
    ChunkConfiguration,
    DocumentStatus,
    FieldDefinition,
    FieldDefinitionUpdate,
    TableConfiguration,
)
from xcoll_tui.api.wire import DecodeFailed


def document(file_id="file_1", **changes):
    return {
        "file_metadata": {
            "file_id": file_id,
            "name": "report.pdf",
            "size_bytes": "5123456789",
            "content_type": "application/pdf",
            "created_at": "2026-04-16T15:32:39.123456Z",
            "expires_at": None,
            "hash": "ab" * 32,
            "processing_status": "Complete",
        },
        "fields": {"author": "Ada"},
        "status": "DOCUMENT_STATUS_PROCESSED",
        "last_indexed_at": None,
        "chunk_count": 3,
        "chunks_processed_count": "3",
        **changes,
    }


def read_page(*documents, **more):
    body = json.dumps({"documents": documents, **more}).encode()
    return wire.read_document_page(body)


def test_a_document_as_the_service_writes_it():
    (read,) = read_page(document()).documents
    assert read.file_id == "file_1"
    assert read.name == "report.pdf"
    assert read.file_metadata.size_bytes == 5_123_456_789
    assert read.file_metadata.expires_at is None
    assert read.fields == {"author": "Ada"}
    assert read.status == DocumentStatus.PROCESSED
    assert (read.chunk_count, read.chunks_processed_count) == (3, 3)
    assert read.error_message is None
    assert read.unreadable is None
    assert read.received is None


@pytest.mark.parametrize(
    ("member", "empty"),
    [
        ("fields", None),
        ("fields", ""),
        ("fields", {}),
        ("status", None),
        ("status", ""),
        ("error_message", None),
        ("error_message", ""),
        ("last_indexed_at", ""),
        ("chunk_count", None),
        ("chunk_count", ""),
        ("chunks_processed_count", None),
        ("chunks_processed_count", ""),
    ],
)
def test_absent_null_and_empty_are_one(member, empty):
    absent = document()
    absent.pop(member, None)
    assert read_page({**absent, member: empty}).documents == read_page(absent).documents


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize(
    "member",
    [
        "name",
        "size_bytes",
        "content_type",
        "created_at",
        "expires_at",
        "hash",
        "upload_status",
        "upload_error_message",
        "processing_status",
        "file_path",
    ],
)
def test_absent_null_and_empty_are_one_for_the_file_too(member, empty):
    absent = document()
    absent["file_metadata"].pop(member, None)
    given_document = {**absent, "file_metadata": {**absent["file_metadata"], member: empty}}
    assert read_page(given_document).documents == read_page(absent).documents


@pytest.mark.parametrize("token", [None, "", "absent"])
def test_the_last_page_has_no_token(token):
    more = {} if token == "absent" else {"pagination_token": token}
    assert read_page(document(), **more).pagination_token is None


def test_a_token_is_kept_as_it_is():
    assert read_page(pagination_token="o/p+aque==").pagination_token == "o/p+aque=="
    assert read_page("broken", pagination_token="o/p+aque==").pagination_token == "o/p+aque=="


@pytest.mark.parametrize("body", [b"{}", b'{"documents":null}', b'{"documents":[]}'])
def test_an_empty_page(body):
    assert wire.read_document_page(body).documents == []


@pytest.mark.parametrize("body", [b'{"pagination_token":"t"}', b'{"pagination_token":null}'])
def test_a_page_may_leave_an_empty_list_out(body):
    assert wire.read_document_page(body).documents == []


@pytest.mark.parametrize(
    "body",
    [b'{"collections":[]}', b'{"novel":1}', b'{"message":"\\ud800"}', b'{"collection_id":"c"}'],
)
def test_an_object_without_the_list_is_no_empty_page(body):
    with pytest.raises(DecodeFailed, match="it holds no documents"):
        wire.read_document_page(body)


@pytest.mark.parametrize("body", [b"", b" ", b"null", b"{}", b" null "])
def test_an_acknowledgement_may_say_nothing(body):
    assert wire.read_acknowledgement(body) == {}


@pytest.mark.parametrize("body", [b"[]", b"0", b"false", b'""', b"nul", b"<html>"])
def test_what_is_no_object_acknowledges_nothing(body):
    with pytest.raises(DecodeFailed):
        wire.read_acknowledgement(body)


def test_what_tells_nothing_of_a_key_is_said_to_be_none():
    with pytest.raises(DecodeFailed):
        wire.read_key_info(b'{"novel":1}')


def test_unknown_members_and_statuses_are_no_trouble():
    (read,) = read_page(document(status="DOCUMENT_STATUS_DREAMING", novel={"a": [1]})).documents
    assert read.status == "DOCUMENT_STATUS_DREAMING"
    assert read.unreadable is None


def test_an_answer_cannot_set_what_is_ours():
    (read,) = read_page(document(unreadable="x", received="y", odd_fields={"a": 1})).documents
    assert (read.unreadable, read.received, read.odd_fields) == (None, None, None)


def test_plain_fields_are_what_they_are_shown_as():
    (read,) = read_page(document(fields={"a": "ä", "b": "", "c": "😀"})).documents
    assert read.odd_fields is None
    assert read.raw_fields == read.fields == {"a": "ä", "b": "", "c": "😀"}


ODD_VALUES = [
    (5, "5"),
    (-(10**30), str(-(10**30))),
    (1.5, "1.5"),
    (True, "true"),
    (None, ""),
    ([1, "x"], '[1, "x"]'),
    ({"a": None}, '{"a": null}'),
    ("\ud800", "?"),
    ("a\udc00b", "a?b"),
    (["\ud800"], '["?"]'),
]


@pytest.mark.parametrize(("value", "shown"), ODD_VALUES)
@pytest.mark.parametrize("alone", [False, True])
def test_a_value_that_is_no_text_is_shown_as_one_and_kept_as_received(value, shown, alone):
    wired = document(fields={"first": "1", "odd": value, "last": "z"})
    if alone:
        read = wire.read_document(json.dumps(wired).encode())
    else:
        _, read = read_page(document("file_a"), wired).documents
    assert read.unreadable is None
    assert read.fields == {"first": "1", "odd": shown, "last": "z"}
    assert read.odd_fields == {"odd": value}
    assert list(read.raw_fields.items()) == [("first", "1"), ("odd", value), ("last", "z")]
    assert type(read.raw_fields["odd"]) is type(value)
    for key, text in read.fields.items():
        (key + text).encode()


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"\ud800": "v"}, {"?": "v"}),
        ({"a": "1", "k\udfff": 5}, {"a": "1", "k?": "5"}),
        ({"?": "mine", "\ud800": "v"}, {"?": "v"}),
        (json.loads(r'{"\ud800":"v","\udc00":"w","b":"2"}'), {"?": "w", "b": "2"}),
    ],
)
def test_a_key_that_is_no_text_is_kept_as_received(fields, shown):
    (read,) = read_page(document(fields=fields)).documents
    assert read.unreadable is None
    assert read.fields == shown
    assert read.raw_fields == fields


@pytest.mark.parametrize(
    "number", [b"1e999", b"-1e999", b"NaN", b"[Infinity]", b"9" * 5000], ids=lambda n: n[:9]
)
def test_a_number_that_cannot_be_kept_is_named(number):
    raw = b'{"file_metadata":{"file_id":"file_x"},"fields":{"a":"1","n":' + number + b"}}"
    read = wire.read_document(raw)
    assert (read.file_id, read.fields["a"]) == ("file_x", "1")
    assert "fields holds a number" in read.unreadable


@pytest.mark.parametrize("place", [b'{"a":"x\xff"}', b'{"\xff":"x"}', b'{"a":["\xff"]}'])
def test_a_text_that_cannot_be_kept_is_named(place):
    raw = b'{"file_metadata":{"file_id":"file_x"},"fields":' + place + b"}"
    for read in (
        wire.read_document(raw),
        wire.read_document_page(b'{"documents":[' + raw + b"]}").documents[0],
    ):
        assert read.file_id == "file_x"
        assert "fields holds text that is not UTF-8" in read.unreadable


def test_a_replacement_character_that_was_received_is_a_plain_text():
    (read,) = read_page(document(fields={"a": "\ufffd", "n": 1})).documents
    assert read.unreadable is None
    assert read.odd_fields == {"n": 1}


@pytest.mark.parametrize("fields", [7, "none", ["a"], True])
def test_fields_that_are_no_object_are_dropped_and_named(fields):
    (read,) = read_page(document(fields=fields)).documents
    assert (read.fields, read.odd_fields) == ({}, None)
    assert "fields is" in read.unreadable


def test_numbers_may_be_text_and_text_numbers():
    mended = document(chunk_count="3", status=3, fields={"year": 1999, "ok": True, "none": None})
    mended["file_metadata"]["size_bytes"] = 12
    (read,) = read_page(mended).documents
    assert read.chunk_count == 3
    assert read.file_metadata.size_bytes == 12
    assert read.status == DocumentStatus.FAILED
    assert read.fields == {"year": "1999", "ok": "true", "none": ""}
    assert read.unreadable is None


@pytest.mark.parametrize(
    "broken",
    [
        document("file_x", fields="none"),
        document("file_x", chunk_count={"a": 1}),
        document("file_x", chunks_processed_count="many"),
        {"file_metadata": {"file_id": "file_x", "size_bytes": "huge"}},
        {"file_metadata": {"file_id": "file_x", "name": ["a"]}},
        {"file_id": "file_x", "file_metadata": "gone"},
        {"file_id": "file_x", "file_metadata": {"name": 7, "size_bytes": []}},
    ],
)
def test_a_broken_document_loses_none_of_the_others(broken):
    page = read_page(document("file_a"), broken, document("file_b"), pagination_token="t")
    assert [each.file_id for each in page.documents] == ["file_a", "file_x", "file_b"]
    assert [each.unreadable is None for each in page.documents] == [True, False, True]
    assert page.documents[1].unreadable.endswith(".")
    assert page.pagination_token == "t"


@pytest.mark.parametrize("broken", [None, "text", 7, [], True, {}, {"file_metadata": {}}])
def test_a_document_without_an_id_is_still_a_row(broken):
    page = read_page(document("file_a"), broken, document("file_b"))
    assert [each.file_id for each in page.documents] == ["file_a", "", "file_b"]
    assert page.documents[1].unreadable.endswith(".")


def test_an_id_in_another_place_is_found():
    (read,) = read_page({"file_id": "file_x", "status": "S"}).documents
    assert (read.file_id, read.unreadable) == ("file_x", None)


def test_what_can_be_read_of_a_broken_document_is_kept():
    (read,) = read_page(document(chunk_count=["x"])).documents
    assert read.name == "report.pdf"
    assert read.fields == {"author": "Ada"}
    assert "chunk_count" in read.unreadable


@pytest.mark.parametrize(
    "raw",
    [
        b'{"file_metadata":{"file_id":"file_x","name":"\xff\xfe"}}',
        b'{"file_metadata":{"file_id":"file_x","name":"\\ud800"}}',
    ],
)
def test_bad_text_becomes_text_that_can_be_written_out(raw):
    good = json.dumps(document("file_a")).encode()
    page = wire.read_document_page(b'{"documents":[' + good + b"," + raw + b"]}")
    assert [each.file_id for each in page.documents] == ["file_a", "file_x"]
    page.documents[1].name.encode()


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"<html>", b"[]", b"null", b'"text"', b'{"documents":[', b'{"documents":{}}',
     b"[" * 100_000, b'{"documents":' + b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_page_is_said_to_be_none(body):
    with pytest.raises(DecodeFailed, match=r"^it"):
        wire.read_document_page(body)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
members = st.sampled_from(sorted(document()))


@given(st.lists(st.dictionaries(members, json_values, max_size=4) | json_values, max_size=4))
def test_nothing_inside_a_page_is_fatal(documents):
    page = read_page(document("file_a"), *documents, document("file_b"))
    assert len(page.documents) == len(documents) + 2
    assert (page.documents[0].file_id, page.documents[-1].file_id) == ("file_a", "file_b")
    for each in page.documents:
        assert isinstance(each.file_id, str)
        assert isinstance(each.name, str)
        assert isinstance(each.status, str)
        assert all(isinstance(value, str) for value in each.fields.values())
        if each.unreadable is None:
            assert json.loads(wire.encode_body({"f": wire.encode_fields(each.raw_fields)}))
        assert each.chunk_count is None or isinstance(each.chunk_count, int)


@given(st.dictionaries(st.text(st.characters()), json_values, max_size=4))
def test_fields_go_back_as_they_came(fields):
    fields = json.loads(json.dumps(fields))  # two halves that fit are one character
    (read,) = read_page(document(fields=fields)).documents
    assert read.unreadable is None
    body = wire.encode_body({"fields": wire.encode_fields(read.raw_fields)})
    assert json.loads(body) == {"fields": fields}
    assert read.odd_fields is None or read.odd_fields
    for key, value in read.fields.items():
        (key + value).encode()


@given(st.binary())
def test_no_bytes_are_fatal(body):
    for read in (wire.read_document_page, wire.read_collection, wire.read_key_info):
        try:
            read(body)
        except DecodeFailed:
            continue


def test_a_single_read_keeps_what_was_received():
    body = json.dumps(document(), indent=1)
    assert wire.read_document(body.encode()).received == body


@pytest.mark.parametrize("body", ["{}", '{"code":5}', "[]", "null", "", '"x"'])
def test_a_single_read_without_an_id_is_no_document(body):
    with pytest.raises(DecodeFailed):
        wire.read_document(body.encode())


def test_a_single_read_of_a_broken_document_says_so():
    read = wire.read_document(json.dumps(document(fields=7)).encode())
    assert read.file_id == "file_1"
    assert "fields is a number" in read.unreadable


COLLECTION = {
    "collection_id": "collection_1",
    "collection_name": "SEC filings",
    "created_at": "2026-04-16T15:32:39.123456Z",
    "documents_count": 12,
    "total_file_size": "99999999999",
    "index_configuration": {"model_name": "grok-embedding-small"},
    "chunk_configuration": {
        "bytes_configuration": {"max_chunk_size_bytes": 4000, "chunk_overlap_bytes": 800},
        "strip_whitespace": True,
        "inject_name_into_chunks": False,
    },
    "field_definitions": [{"key": "isbn", "required": True, "unique": True}],
    "disable_rag_lookup": False,
}


def test_a_collection_as_the_service_writes_it():
    read = wire.read_collection(json.dumps(COLLECTION).encode())
    assert read.collection_name == "SEC filings"
    assert read.collection_description is None
    assert read.total_file_size == 99_999_999_999
    assert read.index_configuration.model_name == "grok-embedding-small"
    assert read.chunk_configuration.strategy == (
        "bytes_configuration",
        BytesConfiguration(max_chunk_size_bytes=4000, chunk_overlap_bytes=800),
    )
    assert read.field_definitions == [FieldDefinition("isbn", required=True, unique=True)]
    assert json.loads(read.received) == COLLECTION


@pytest.mark.parametrize(
    "member", [m for m in [*COLLECTION, "collection_description"] if m != "collection_id"]
)
def test_null_reads_as_absent_in_a_collection(member):
    absent = {**COLLECTION}
    absent.pop(member, None)

    def read(value):
        return wire.read_collection_page(json.dumps({"collections": [value]}).encode())

    assert read({**absent, member: None}) == read(absent)
    assert read({**absent, member: None}).collections[0].unreadable is None


@pytest.mark.parametrize("name", ChunkConfiguration.__struct_fields__[:9])
def test_every_strategy_is_read_and_written(name):
    sizes = {
        "chars": {"max_chunk_size_chars": 10, "chunk_overlap_chars": 2},
        "tokens": {
            "max_chunk_size_tokens": 10, "chunk_overlap_tokens": 2, "encoding_name": "o200k"
        },
        "bytes": {"max_chunk_size_bytes": 10, "chunk_overlap_bytes": 2},
        "table": {"max_chunk_size_tokens": 10, "encoding_name": "o200k"},
        "ast": {"max_chunk_size_tokens": 10, "encoding_name": "o200k"},
    }  # fmt: skip
    twin = name.removesuffix("_configuration").removeprefix("markdown_").removeprefix("code_")
    wired = {name: sizes[twin], "strip_whitespace": True, "inject_name_into_chunks": False}
    read = wire.read_collection(
        json.dumps({"collection_id": "c", "chunk_configuration": wired}).encode()
    )
    assert read.chunk_configuration.strategy[0] == name
    assert json.loads(wire.encode_body({"chunk_configuration": read.chunk_configuration})) == {
        "chunk_configuration": wired
    }


def test_no_strategy_or_one_that_we_do_not_know():
    assert ChunkConfiguration().strategy is None
    body = b'{"collection_id":"c","chunk_configuration":{"novel_configuration":{"a":1}}}'
    assert wire.read_collection(body).chunk_configuration.strategy is None


@pytest.mark.parametrize("spelling", ["redactedApiKey", "reactedApiKey"])
def test_what_is_known_of_a_key(spelling):
    body = {
        "apiKeyId": "k1",
        "teamId": "t1",
        "scope": "SCOPE_TEAM",
        "scopeId": "t1",
        "ownerUserId": "u1",
        "createTime": "2026-01-01T00:00:00Z",
        "modifyTime": "",
        "name": "ci",
        "acls": ["team-token:endpoint:AddFileToCollection"],
        spelling: "xai-…abc",
        "ipRanges": None,
    }
    info = wire.read_key_info(json.dumps(body).encode())
    assert info.api_key_id == "k1"
    assert info.scope_id == "t1"
    assert info.create_time == "2026-01-01T00:00:00Z"
    assert info.modify_time is None
    assert info.acls == ["team-token:endpoint:AddFileToCollection"]
    assert info.redacted_api_key == "xai-…abc"
    assert info.ip_ranges is None


def test_a_body_leaves_out_what_is_not_given_and_keeps_what_is_empty():
    body = wire.encode_body({"a": None, "b": "", "c": [], "d": {"e": None}, "f": 0})
    assert json.loads(body) == {"b": "", "c": [], "d": {"e": None}, "f": 0}


def test_structs_inside_mappings_and_lists_are_written_without_nulls():
    update = FieldDefinitionUpdate(FieldDefinition(key="isbn"))
    chunk = {"table_configuration": TableConfiguration(5, "x"), "strip_whitespace": False}
    body = json.loads(wire.encode_body({"updates": [update], "chunk": chunk}))
    assert body == {
        "updates": [
            {
                "field_definition": {
                    "key": "isbn",
                    "required": False,
                    "unique": False,
                    "inject_into_chunk": False,
                    "description": "",
                },
                "operation": "FIELD_DEFINITION_ADD",
            }
        ],
        "chunk": {
            "table_configuration": {"max_chunk_size_tokens": 5, "encoding_name": "x"},
            "strip_whitespace": False,
        },
    }


@pytest.mark.parametrize("value", ["\ud800", object(), {"\ud800": "x"}])
def test_what_json_cannot_hold_is_refused_before_anything_is_sent(value):
    with pytest.raises(ValueError, match="Nothing was sent"):
        wire.encode_body({"fields": {"a": value}})


def test_every_wire_name_is_the_member_itself():
    for kind in (models.Collection, models.Document, models.FileMetadata, models.FieldDefinition):
        names = {f.name: f.encode_name for f in msgspec.structs.fields(kind)}
        ours = {"received", "unreadable", "odd_fields"}
        assert all(name == wired for name, wired in names.items() if name not in ours)

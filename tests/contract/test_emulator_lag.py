"""Reads that lag behind writes, as a client on a socket sees them."""

import pytest

from tests.contract.plain import Clock

LAG = 2


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def plain(asked, clock):
    return asked(lag=LAG, clock=clock)


def file_ids(documents):
    return [document["file_metadata"]["file_id"] for document in documents]


def shown(plain, path, file_id):
    """Ask for a document in all three ways, which have to agree; answers its fields, or None."""
    status, document = plain.ask("GET", f"{path}/documents/{file_id}")
    expected = [document] if status == 200 else []
    assert status in (200, 404)
    assert plain.ok("GET", f"{path}/documents:batchGet", file_ids=file_id)["documents"] == expected
    listed = plain.ok("GET", f"{path}/documents")["documents"]
    assert [row for row in listed if file_ids([row]) == [file_id]] == expected
    return document["fields"] if expected else None


def settled(plain, clock, fields=None, **members):
    """Make a collection with one document that everybody sees; answers its path and the file."""
    path = plain.collection(**members)
    file_id = plain.attach(path, fields or {"a": "1"})
    clock.turn(LAG)
    return path, file_id


def test_an_attached_document_is_absent_for_a_while(plain, clock):
    path, file_id = settled(plain, clock)
    second = plain.attach(path, {"b": "2"}, content=b"12345")
    target = f"{path}/documents/{second}"
    clock.turn(LAG - 0.001)
    assert shown(plain, path, second) is None
    assert plain.ok("GET", path)["documents_count"] == 1
    assert plain.refused("POST", target) == (409, 6)
    clock.turn(0.001)
    assert shown(plain, path, second) == {"b": "2"}
    collection = plain.ok("GET", path)
    assert (collection["documents_count"], collection["total_file_size"]) == (2, "15")
    assert shown(plain, path, file_id) == {"a": "1"}


def test_a_removed_document_is_shown_for_a_while_and_cannot_be_written(plain, clock):
    path, file_id = settled(plain, clock)
    target = f"{path}/documents/{file_id}"
    plain.ok("DELETE", target)
    assert shown(plain, path, file_id) == {"a": "1"}
    assert plain.refused("DELETE", target) == (404, 5)
    assert plain.refused("PATCH", target) == (404, 5)
    assert plain.ok("GET", path)["documents_count"] == 1
    clock.turn(LAG)
    assert shown(plain, path, file_id) is None
    assert plain.ok("GET", path)["documents_count"] == 0


def test_writes_show_one_after_the_other_each_at_its_own_time(plain, clock):
    path, file_id = settled(plain, clock)
    target = f"{path}/documents/{file_id}"
    writes = [
        ("PATCH", {"fields": {"a": "2"}}),
        ("PATCH", {"fields": {"a": "3"}}),
        ("DELETE", None),
        ("POST", {"fields": {"a": "4"}}),
    ]
    for method, body in writes:
        plain.ok(method, target, body)
        assert shown(plain, path, file_id) == {"a": "1"}
        clock.turn(0.5)
    for fields in ({"a": "2"}, {"a": "3"}, None, {"a": "4"}, {"a": "4"}):
        assert shown(plain, path, file_id) == fields
        clock.turn(0.5)


def test_a_document_that_came_and_went_is_shown_for_as_long_as_it_was_there(plain, clock):
    path = plain.collection()
    clock.turn(LAG)
    file_id = plain.attach(path)
    clock.turn(0.5)
    plain.ok("DELETE", f"{path}/documents/{file_id}")
    assert shown(plain, path, file_id) is None
    clock.turn(LAG - 0.5)
    assert shown(plain, path, file_id) == {}
    clock.turn(0.5)
    assert shown(plain, path, file_id) is None


def test_indexing_is_behind_like_everything_else(asked, clock):
    plain = asked(lag=LAG, clock=clock, index_seconds=10)
    path, file_id = plain.collection(), plain.upload()
    target = f"{path}/documents/{file_id}"
    plain.ok("POST", target)

    def status():
        return plain.ok("GET", target)["status"].removeprefix("DOCUMENT_STATUS_")

    clock.turn(LAG)
    assert status() == "PROCESSING"
    clock.turn(9.5)
    assert status() == "WRITING"
    clock.turn(0.5)
    assert status() == "PROCESSED"
    plain.ok("PATCH", target)
    assert status() == "PROCESSED"
    indexed = plain.ok("GET", target)["last_indexed_at"]
    clock.turn(LAG)
    assert status() == "PROCESSING"
    clock.turn(10)
    assert plain.ok("GET", target)["last_indexed_at"] > indexed


def test_a_filter_finds_the_field_that_is_shown(plain, clock):
    path, file_id = settled(plain, clock)
    plain.ok("PATCH", f"{path}/documents/{file_id}", {"fields": {"a": "2"}})

    def found(value):
        return plain.names(path, f"fields.a:{value}")

    assert (found(1), found(2)) == (["notes.txt"], [])
    clock.turn(LAG)
    assert (found(1), found(2)) == ([], ["notes.txt"])


def test_a_unique_value_of_a_document_that_is_not_shown_yet_is_taken(plain, clock):
    path, file_id = settled(
        plain, clock, {"u": "1"}, field_definitions=[{"key": "u", "unique": True}]
    )
    other, third = plain.upload(), plain.upload()
    plain.ok("POST", f"{path}/documents/{other}", {"fields": {"u": "2"}})
    body = {"fields": {"u": "2"}}
    assert shown(plain, path, other) is None
    assert plain.refused("POST", f"{path}/documents/{third}", body) == (409, 6)
    assert plain.refused("PATCH", f"{path}/documents/{file_id}", body) == (409, 6)
    # And one of a document that is gone, and still shown, is free.
    plain.ok("DELETE", f"{path}/documents/{file_id}")
    assert shown(plain, path, file_id) == {"u": "1"}
    plain.ok("POST", f"{path}/documents/{third}", {"fields": {"u": "1"}})


def test_a_created_collection_is_answered_at_once_and_shown_later(plain, clock):
    made = plain.ok("POST", "/v1/collections", {"collection_name": "New"})
    path = f"/v1/collections/{made['collection_id']}"
    file_id = plain.attach(path)
    for target in (path, f"{path}/documents", f"{path}/documents/{file_id}"):
        assert plain.refused("GET", target) == (404, 5)
    assert plain.refused("GET", f"{path}/documents:batchGet", file_ids=file_id) == (404, 5)
    assert plain.ok("GET", "/v1/collections") == {"collections": []}
    clock.turn(1)
    assert plain.ok("PUT", path, {"collection_name": "Newer"})["collection_name"] == "Newer"
    clock.turn(LAG - 1)
    assert plain.ok("GET", path) == {**made, "documents_count": 1, "total_file_size": "10"}
    assert plain.ok("GET", "/v1/collections", filter="collection_name:Newer")["collections"] == []
    clock.turn(1)
    assert plain.ok("GET", path)["collection_name"] == "Newer"


def test_a_deleted_collection_is_shown_with_its_documents_until_then(plain, clock):
    path, file_id = settled(plain, clock)
    gone = plain.attach(path)
    clock.turn(LAG)
    before = plain.ok("GET", "/v1/collections")
    plain.ok("DELETE", f"{path}/documents/{gone}")
    plain.ok("DELETE", path)
    assert plain.refused("DELETE", path) == (404, 5)
    assert plain.refused("PUT", path, {}) == (404, 5)
    assert plain.refused("POST", f"{path}/documents/{gone}") == (404, 5)
    assert plain.ok("GET", "/v1/collections") == before
    assert shown(plain, path, file_id) == {"a": "1"}
    assert shown(plain, path, gone) == {}
    clock.turn(LAG)
    assert plain.refused("GET", f"{path}/documents") == (404, 5)
    assert plain.ok("GET", "/v1/collections") == {"collections": []}


def test_paging_goes_on_while_something_becomes_visible(plain, clock):
    path = plain.collection()
    for number in range(10):
        plain.attach(path, name=f"{number}.txt")
    clock.turn(LAG)
    for number in range(10):
        plain.attach(path, name=f"{number}-later.txt")
    query = {"limit": 4, "order": "ORDERING_ASCENDING"}
    pages = plain.walk(f"{path}/documents", "documents", **query)
    names = [row["file_metadata"]["name"] for row in next(pages)]
    assert names == ["0.txt", "1.txt", "2.txt", "3.txt"]
    clock.turn(LAG)
    names += [row["file_metadata"]["name"] for page in pages for row in page]
    every = sorted(f"{number}{end}" for number in range(10) for end in (".txt", "-later.txt"))
    assert names == [name for name in every if "later" not in name or name > "3.txt"]


def test_a_direct_upload_is_answered_at_once_and_shown_later(plain, clock):
    path = plain.collection()
    clock.turn(LAG)
    status, document = plain.form(f"{path}/documents", ("data", b"text", "a.txt", None))
    assert status == 200
    assert shown(plain, path, file_ids([document])[0]) is None
    clock.turn(LAG)
    assert shown(plain, path, file_ids([document])[0]) == {}


def test_a_file_that_goes_with_its_document_leaves_the_document_shown(asked, clock):
    plain = asked(lag=LAG, clock=clock, remove="delete-file")
    path, file_id = settled(plain, clock)
    plain.ok("DELETE", f"{path}/documents/{file_id}")
    assert plain.refused("GET", f"/v1/files/{file_id}") == (404, 5)
    assert shown(plain, path, file_id) == {"a": "1"}
    assert plain.refused("POST", f"{path}/documents/{file_id}") == (404, 5)
    clock.turn(LAG)
    assert shown(plain, path, file_id) is None


def test_replicas_answer_in_turn(asked, clock):
    plain = asked(lag=(0, LAG), clock=clock)
    path = plain.collection()
    clock.turn(LAG)
    target = f"{path}/documents/{plain.attach(path)}"

    def statuses():
        return [plain.ask("GET", target)[0] for _ in range(4)]

    assert statuses() == [200, 404, 200, 404]
    clock.turn(LAG)
    assert statuses() == [200] * 4
    plain.ok("DELETE", target)
    assert statuses() == [404, 200, 404, 200]


def test_the_clock_stands_still_for_what_is_seeded(asked, clock):
    plain = asked(lag=LAG, clock=clock, seed="small")
    assert len(plain.ok("GET", "/v1/collections")["collections"]) == 12

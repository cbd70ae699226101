"""What an emulator may be told to do: delete files with documents, refuse undefined fields."""

import json

import pytest

from xcoll_tui.emulator.app import create_app
from xcoll_tui.emulator.store import Store

TEXT = "Unknown field 'keywords'. This field is not defined in the collection's field_definitions."
GRPC = "gRPC UploadDocument failed: rpc error: code = InvalidArgument desc = "
DEFINITIONS = [{"key": "year"}]


# --- remove


def test_a_file_goes_with_its_last_document(asked):
    plain = asked(remove="delete-file")
    one, other = plain.collection(), plain.collection()
    file_id = plain.attach(one)
    plain.ok("POST", f"{other}/documents/{file_id}")
    plain.ok("DELETE", f"{one}/documents/{file_id}")
    assert plain.ok("GET", f"/v1/files/{file_id}")["id"] == file_id
    plain.ok("DELETE", f"{other}/documents/{file_id}")
    assert plain.refused("GET", f"/v1/files/{file_id}") == (404, 5)
    assert plain.refused("GET", f"/v1/files/{file_id}/content") == (404, 5)
    assert plain.refused("DELETE", f"/v1/files/{file_id}") == (404, 5)
    assert plain.refused("POST", f"{one}/documents/{file_id}") == (404, 5)
    assert plain.refused("DELETE", f"{other}/documents/{file_id}") == (404, 5)
    assert plain.ok("GET", other)["documents_count"] == 0


def test_deleting_a_collection_keeps_files_that_removing_would_delete(asked):
    plain = asked(remove="delete-file")
    path = plain.collection()
    removed, kept = plain.attach(path), plain.attach(path)
    plain.ok("DELETE", f"{path}/documents/{removed}")
    plain.ok("DELETE", path)
    assert plain.refused("GET", f"/v1/files/{removed}") == (404, 5)
    plain.ok("POST", f"{plain.collection()}/documents/{kept}")


def test_a_refused_removal_deletes_no_file(asked):
    plain = asked(remove="delete-file")
    path, file_id = plain.collection(), plain.upload()
    assert plain.refused("DELETE", f"{path}/documents/{file_id}") == (404, 5)
    plain.ok("GET", f"/v1/files/{file_id}")


# --- undeclared


@pytest.mark.parametrize(
    ("reattach", "metadata_patch"),
    [("conflict", "replace"), ("replace", "merge"), ("keep", "ignore")],
)
def test_a_field_without_definition_is_refused_with_these_words(asked, reattach, metadata_patch):
    plain = asked(undeclared="refuse", reattach=reattach, metadata_patch=metadata_patch)
    path, file_id = plain.collection(field_definitions=DEFINITIONS), plain.upload()
    target = f"{path}/documents/{file_id}"
    wrong = {"fields": {"year": "2026", "keywords": "a"}}
    refusal = (400, {"code": 3, "message": TEXT, "details": []})
    assert plain.ask("POST", target, wrong) == refusal
    assert plain.refused("GET", target) == (404, 5)
    plain.ok("POST", target, {"fields": {"year": "2026"}})
    again = {"conflict": 409, "replace": 400, "keep": 200}[reattach]
    assert plain.ask("POST", target, wrong)[0] == again
    if metadata_patch == "ignore":
        plain.ok("PATCH", target, wrong)
    else:
        assert plain.ask("PATCH", target, wrong) == refusal
    plain.ok("PATCH", target)
    assert plain.ok("GET", target)["fields"] == {"year": "2026"}


def test_a_field_is_taken_once_it_is_defined(asked):
    plain = asked(undeclared="refuse", metadata_patch="merge")
    path = plain.collection(field_definitions=DEFINITIONS)
    target = f"{path}/documents/{plain.attach(path, {'year': '2026'})}"
    body = {"fields": {"keywords": "a"}}
    assert plain.refused("PATCH", target, body) == (400, 3)
    update = {"field_definition_updates": [{"field_definition": {"key": "keywords"}}]}
    plain.ok("PUT", path, update)
    plain.ok("PATCH", target, body)
    assert plain.ok("GET", target)["fields"] == {"year": "2026", "keywords": "a"}


@pytest.mark.parametrize("undeclared", ["accept", "refuse"])
def test_a_direct_upload_always_refuses_in_the_words_of_grpc(asked, undeclared):
    plain = asked(undeclared=undeclared)
    path = plain.collection(field_definitions=DEFINITIONS)
    data = ("data", b"text", "a.txt", None)
    fields = json.dumps({"year": "2026", "keywords": "a"}).encode()
    status, answer = plain.form(f"{path}/documents", data, ("fields", fields, None, None))
    assert (status, answer) == (500, {"code": 13, "message": GRPC + TEXT, "details": []})
    assert plain.ok("GET", "/v1/files")["data"] == []
    assert plain.ok("GET", path)["documents_count"] == 0
    fields = b'{"year": "2026"}'
    assert plain.form(f"{path}/documents", data, ("fields", fields, None, None))[0] == 200


def test_the_samples_keep_to_their_definitions(asked):
    plain = asked(seed="large", documents=300, undeclared="refuse")
    for page in plain.walk("/v1/collections", "collections"):
        for collection in page:
            declared = {definition["key"] for definition in collection["field_definitions"]}
            path = f"/v1/collections/{collection['collection_id']}/documents"
            for documents in plain.walk(path, "documents"):
                assert all(set(document["fields"]) <= declared for document in documents)
            for document in documents[:1]:
                target = f"{path}/{document['file_metadata']['file_id']}"
                plain.ok("PATCH", target, {"fields": document["fields"]})


@pytest.mark.parametrize(
    "options",
    [
        {"remove": "delete"},
        {"undeclared": "ask"},
        {"reattach": ""},
        {"metadata_patch": "append"},
        {"lag": -1},
    ],
)
def test_what_is_no_choice_is_refused(options):
    store = Store()
    with pytest.raises(ValueError, match=next(iter(options))):
        create_app(store, key="key", **options)
    store.close()

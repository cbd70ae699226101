"""The emulator's search and files: what is found in which mode, and with which of two keys."""

import pytest

from tests.contract.plain import Plain
from xcoll_tui.emulator.server import Server

SEARCH = "/v1/documents/search"
TEXTS = {
    "cats.md": ("Cats sleep all day. A cat purrs when it is content.", {"year": "2019"}),
    "dogs.md": ("Dogs bark at strangers, and sleep at night.", {"year": "2021"}),
    "catalogue.md": ("The catalogue lists prices.", {"year": "2022"}),
}


@pytest.fixture
def notes(asked):
    """Ask an emulator with a collection of three texts; answers the asker and the collection."""
    plain = asked()
    path = plain.collection(field_definitions=[{"key": "year"}])
    for name, (text, fields) in TEXTS.items():
        plain.attach(path, fields, name=name, content=text.encode(), kind="text/markdown")
    return plain, path.rpartition("/")[2]


def found(plain, collection_id, query, mode="hybrid", **more):
    body = {"query": query, "source": {"collection_ids": [collection_id]}, **more}
    body.setdefault("retrieval_mode", {"type": mode})
    return plain.ok("POST", SEARCH, body)["matches"]


def titles(matches):
    return [match["fields"]["title"] for match in matches]


def test_words_are_found_by_their_stems_and_spelling_by_its_parts(notes):
    plain, collection_id = notes
    assert titles(found(plain, collection_id, "sleeping cats", "keyword")) == ["cats.md", "dogs.md"]
    assert titles(found(plain, collection_id, "catalog", "keyword")) == []
    assert titles(found(plain, collection_id, "catalog", "semantic"))[0] == "catalogue.md"
    hybrid = found(plain, collection_id, "catalog", "hybrid")
    assert titles(hybrid)[0] == "catalogue.md"
    assert found(plain, collection_id, "How is it?", "keyword", limit=5) != []
    assert found(plain, collection_id, "???", "keyword") == []


def test_a_filter_names_fields_by_their_bare_keys(notes):
    plain, collection_id = notes
    for expression, names in (
        ("year > 2020", {"dogs.md", "catalogue.md"}),
        ('year = "2019" OR year >= 2022', {"cats.md", "catalogue.md"}),
        ("year = 2020..2021", {"dogs.md"}),
        ("year != 2019 AND nosuch = 1", set()),
    ):
        matches = found(plain, collection_id, "cat sleep prices", filter=expression)
        assert set(titles(matches)) == names, expression


def test_what_is_removed_changed_or_not_indexed_yet_is_not_found_as_it_was(asked):
    plain = asked(index_seconds=1000)
    path = plain.collection()
    collection_id = path.rpartition("/")[2]
    file_id = plain.attach(path, name="a.md", content=b"a zebra")
    assert found(plain, collection_id, "zebra") == []
    plain.ok("DELETE", f"{path}/documents/{file_id}")
    assert found(plain, collection_id, "zebra") == []


def test_long_texts_are_cut_as_the_collection_says_and_pdf_comes_in_pages(asked):
    plain = asked()
    chunking = {"chars_configuration": {"max_chunk_size_chars": 100, "chunk_overlap_chars": 20}}
    path = plain.collection(chunk_configuration=chunking)
    words = " ".join(f"word{number}" for number in range(100)).encode()
    plain.attach(path, name="long.txt", content=words)
    plain.attach(path, name="a.pdf", content=b"%PDF-1.7 a zebra", kind="application/pdf")
    collection_id = path.rpartition("/")[2]
    [match] = found(plain, collection_id, "word77", "keyword")
    assert len(match["chunk_content"]) <= 100
    assert match["chunk_id"].rpartition("_")[2] != "0"
    assert match["page_number"] == 0
    [paged] = found(plain, collection_id, "zebra", "keyword")
    assert paged["chunk_content"].startswith('[{"page_number": 1, "text": "a.pdf')
    assert paged["page_number"] == 1


def test_one_file_of_two_collections_is_one_match(asked):
    plain = asked()
    one, two = plain.collection(), plain.collection()
    file_id = plain.attach(one, name="a.md", content=b"a zebra")
    plain.ok("POST", f"{two}/documents/{file_id}", {})
    ids = [path.rpartition("/")[2] for path in (one, two)]
    body = {"query": "zebra", "source": {"collectionIds": ids}}
    [match] = plain.ok("POST", SEARCH, body)["matches"]
    assert match["collection_ids"] == ids


@pytest.mark.parametrize(
    "members",
    [
        {"query": ""},
        {"query": 5},
        {"source": {}},
        {"limit": -1},
        {"limit": 10_000},
        {"retrieval_mode": {"type": "psychic"}},
        {"retrieval_mode": {"type": "hybrid", "search_multiplier": 101}},
        {"retrieval_mode": {"type": "hybrid", "reranker": {"type": "rrf", "k": -1}}},
        {"filter": "year >"},
    ],
)
def test_what_cannot_be_asked_is_refused(notes, members):
    plain, collection_id = notes
    body = {"query": "a", "source": {"collection_ids": [collection_id]}, **members}
    assert plain.refused("POST", SEARCH, body) == (400, 3)


def test_a_question_of_the_samples_is_answered_and_indexing_waits_for_it():
    with Server(seed="small") as server:
        plain = Plain(server.url, server.key)
        [support] = [
            one["collection_id"]
            for one in plain.ok("GET", "/v1/collections")["collections"]
            if one["collection_name"] == "Support articles"
        ]
        for mode in ("hybrid", "semantic", "keyword"):
            best = found(plain, support, "How do I reset two-factor?", mode)[0]
            assert "select Reset two-factor" in best["chunk_content"].replace("\n", " ")
        content = plain.raw("GET", f"/v1/files/{best['file_id']}/content?format=text")[1]
        assert b"reset two-factor" in content.lower()
        plain.close()


def test_each_host_has_a_key_of_its_own_where_there_are_two():
    with Server(key="management", inference_key="inference") as server:
        management = Plain(server.url, "management")
        inference = Plain(server.url, "inference")
        assert management.ok("GET", "/v1/collections") == {"collections": []}
        assert inference.ok("GET", "/v1/files")["data"] == []
        status, answer = inference.ask("GET", "/v1/collections")
        assert (status, answer["code"]) == (401, 16)
        for path, method in (("/v1/files", "GET"), (SEARCH, "POST")):
            status, answer = management.ask(method, path)
            assert (status, set(answer)) == (400, {"code", "error"})
            assert answer["error"].startswith("Incorrect API key provided.")
        status, answer = inference.ask("GET", "/v1/files/nosuch")
        assert (status, set(answer)) == (404, {"code", "error"})
        management.close()
        inference.close()


def test_files_beyond_the_limits_are_refused_and_a_direct_upload_may_fail_always(asked):
    plain = asked(upload="fail")
    path = plain.collection()
    status, answer = plain.form(f"{path}/documents", ("data", b"x", "a.txt", "text/plain"))
    assert status == 500
    assert 'header key "cf-ipcity"' in answer["message"]
    large = b"x" * 50_000_001
    status, answer = plain.form("/v1/files", ("file", large, "a.txt", "text/plain"))
    assert (status, answer["code"]) == (413, 3)


def test_a_file_is_gone_when_it_has_expired(asked):
    clock = [1_780_000_000.0]
    plain = asked(clock=lambda: clock[0])
    parts = [("expires_after", b"3600", None, None), ("file", b"x", "a.txt", "text/plain")]
    status, made = plain.form("/v1/files", *parts)
    assert (status, made["expires_at"]) == (200, 1_780_003_600)
    kept = plain.upload(name="b.txt")
    assert plain.ok("GET", f"/v1/files/{made['id']}") == made
    before = plain.ok("GET", "/v1/files", filter="expires_at < 2030-01-01")["data"]
    assert [one["id"] for one in before] == [made["id"]]
    path = plain.collection()
    clock[0] += 3600
    assert plain.refused("GET", f"/v1/files/{made['id']}") == (404, 5)
    assert plain.refused("POST", f"{path}/documents/{made['id']}", {}) == (404, 5)
    assert [one["id"] for one in plain.ok("GET", "/v1/files")["data"]] == [kept]
    for wrong in (b"3599", b"2592001", b"soon"):
        parts[0] = ("expires_after", wrong, None, None)
        assert plain.form("/v1/files", *parts)[0] == 400


def test_files_are_sorted_and_paged_by_what_is_asked_for(asked):
    plain = asked()
    for name, size in (("b.txt", 3), ("a.txt", 9), ("C.txt", 6)):
        plain.upload(name=name, content=b"x" * size)

    def names(**query):
        return [one["filename"] for one in plain.ok("GET", "/v1/files", **query)["data"]]

    assert names() == ["C.txt", "a.txt", "b.txt"]
    assert names(order="asc") == ["b.txt", "a.txt", "C.txt"]
    assert names(sort_by="size", order="asc") == ["b.txt", "C.txt", "a.txt"]
    assert names(sort_by="filename", order="asc") == ["C.txt", "a.txt", "b.txt"]
    assert names(filter="name:c.TXT") == ["C.txt"]
    assert names(filter='size_bytes:>=6 AND content_type = "text/plain"') == ["C.txt", "a.txt"]
    first = plain.ok("GET", "/v1/files", sort_by="size", limit=2)
    token = first["pagination_token"]
    assert names(sort_by="size", limit=2, pagination_token=token) == ["b.txt"]
    assert plain.refused("GET", "/v1/files", sort_by="colour") == (400, 3)

"""What the inference host answers, read whatever form it has."""

import json

import pytest

from xcoll_tui.api.retrieval_wire import (
    read_deleted_file,
    read_file,
    read_file_page,
    read_search_results,
)
from xcoll_tui.api.wire import DecodeFailed


def encoded(value):
    return json.dumps(value).encode()


def test_matches_are_read_with_numbers_as_texts_and_texts_as_numbers():
    raw = {
        "file_id": "f",
        "chunk_content": [{"text": "a"}],
        "score": "12.5",
        "page_number": "3",
        "fields": {"year": 2020, "odd": None},
        "unknown": {},
    }
    [match, broken, none] = read_search_results(
        encoded({"matches": [raw, {"file_id": "g", "score": {}}, 5]})
    ).matches
    assert (match.score, match.page_number) == (12.5, 3)
    assert match.chunk_content == '[{"text": "a"}]'
    assert match.fields == {"year": "2020", "odd": ""}
    assert match.unreadable is None
    assert (broken.file_id, broken.score) == ("g", None)
    assert broken.unreadable == "It could not be read in full: score is an object."
    assert none.unreadable == "It is no JSON object."


def test_what_is_no_number_is_no_score_and_no_page():
    raw = [
        {"file_id": "f", "score": score, "page_number": page}
        for score, page in (("NaN", 0), ("-Infinity", -1), ("1e999", 10**30), (-3.5, 7))
    ]
    matches = read_search_results(encoded({"matches": raw})).matches
    assert [match.score for match in matches] == [None, None, None, -3.5]
    assert [match.page_number for match in matches] == [0, None, None, 7]


@pytest.mark.parametrize("body", [b"{}", b'{"matches": null}', b'{"matches": []}'])
def test_nothing_found_is_written_in_several_ways(body):
    assert read_search_results(body).matches == []


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"matches": 5}', b'{"data": []}'])
def test_what_is_no_answer_to_a_search_is_told(body):
    with pytest.raises(DecodeFailed):
        read_search_results(body)


@pytest.mark.parametrize(
    "raw",
    [
        {"id": "f", "filename": "a", "bytes": 5, "created_at": 1776323959, "expires_at": None},
        {"id": "f", "filename": "a", "bytes": "5", "created_at": "1776323959", "expires_at": 0},
        {"file_id": "f", "name": "a", "size": 5, "created_at": "2026-04-16T07:19:19.5Z"},
        {"id": "f", "filename": "a", "size_bytes": "5", "created_at": 1776323959.75},
    ],
)
def test_a_file_is_read_by_the_names_and_times_of_either_form(raw):
    file = read_file(encoded(raw))
    assert (file.id, file.filename, file.bytes) == ("f", "a", 5)
    assert (file.created_at, file.expires_at, file.unreadable) == (1776323959, None, None)


def test_pages_of_files_always_have_a_token_or_none():
    page = read_file_page(encoded({"data": [{"id": "f"}, {}], "pagination_token": "t"}))
    assert ([file.id for file in page.data], page.pagination_token) == (["f", ""], "t")
    assert page.data[1].unreadable == "It came without an ID."
    assert read_file_page(encoded({"data": [], "pagination_token": ""})).pagination_token is None
    with pytest.raises(DecodeFailed):
        read_file(b"{}")
    assert read_deleted_file(encoded({"id": "f", "deleted": True})).deleted
    assert not read_deleted_file(b"{}").deleted

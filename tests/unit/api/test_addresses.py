import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api.errors import ApiError, Refused
from xcoll_tui.api.urls import accept_base_url, id_segment, query_string


@pytest.mark.parametrize(
    ("given_url", "base"),
    [
        ("https://management-api.x.ai", "https://management-api.x.ai"),
        ("https://management-api.x.ai/", "https://management-api.x.ai"),
        ("https://management-api.x.ai/v1", "https://management-api.x.ai"),
        ("https://gate.example/xai/v1/", "https://gate.example/xai"),
        ("https://gate.example:8443/a%20b", "https://gate.example:8443/a%20b"),
        (" HTTP://LocalHost:80/ ", "http://localhost:80"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_good_addresses_lose_only_what_the_paths_bring(given_url, base):
    assert accept_base_url(given_url) == base


@pytest.mark.parametrize(
    "address",
    [
        "",
        "management-api.x.ai",
        "ftp://localhost",
        "https://",
        "https://:443",
        "http://management-api.x.ai",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://0.0.0.0",
        "http://127.1",
        "http://[::2]",
        "http://[::1",
        "https://host:port",
        "https://host:99999",
        "https://ho st",
        "https://host/?a=b",
        "https://host/#a",
        "https://host\\.evil.example",
        "https://host/a/../b",
        "https://ho\nst/",
        "https://hö.example",
    ],
)
def test_bad_addresses_are_refused_in_a_sentence(address):
    with pytest.raises(ValueError, match=r"^The base URL .*\.$") as caught:
        accept_base_url(address)
    assert isinstance(caught.value, ApiError)


@pytest.mark.parametrize("address", ["https://me:hunter2@host", "http://127.0.0.1:8@hunter2"])
def test_a_password_in_the_address_is_not_repeated(address):
    with pytest.raises(Refused) as caught:
        accept_base_url(address)
    assert "hunter2" not in str(caught.value)


def test_a_token_in_the_query_is_not_repeated():
    with pytest.raises(Refused) as caught:
        accept_base_url("https://host/?token=hunter2")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("collection_1-2", "collection_1-2"),
        ("a/../b", "a%2F..%2Fb"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("ä:%2F", "%C3%A4%3A%252F"),
        ("...", "..."),
    ],
)
def test_an_id_is_one_segment(value, segment):
    assert id_segment(value, "file_id") == segment


@pytest.mark.parametrize("value", ["", ".", "..", "\ud800"])
def test_ids_that_no_path_can_hold_are_refused(value):
    with pytest.raises(Refused, match="Nothing was sent") as caught:
        id_segment(value, "file_id")
    assert "file_id" in str(caught.value)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_id_leaves_its_segment(value):
    if value in {".", ".."}:
        return
    segment = id_segment(value, "file_id")
    assert not set(segment) & set("/?#:\\ \r\n")
    assert segment.isascii()


def test_a_query_keeps_order_and_repetition():
    pairs = [("file_ids", "b"), ("file_ids", "a"), ("team_id", None), ("filter", "a+b & c:é")]
    assert query_string(pairs) == "?file_ids=b&file_ids=a&filter=a%2Bb%20%26%20c%3A%C3%A9"


def test_an_empty_value_is_sent_and_an_empty_query_is_none():
    assert query_string([("filter", "")]) == "?filter="
    assert query_string([("filter", None)]) == ""


def test_half_a_character_in_a_query_is_refused():
    with pytest.raises(Refused, match="surrogate"):
        query_string([("filter", "\ud800")])

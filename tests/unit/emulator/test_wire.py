import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.emulator import wire
from xcoll_tui.emulator.query import Query
from xcoll_tui.emulator.wire import RefusedError


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1_700_000_000_000_001, "2023-11-14T22:13:20.000001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
    ],
)
def test_times_have_six_digits_and_a_z(microseconds, text):
    assert wire.format_time(microseconds) == text


@given(st.integers(-(10**15), 10**16))
def test_times_are_read_back(microseconds):
    assert wire.parse_time(wire.format_time(microseconds)) == microseconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01t00:00:01z", 1_000_000),
        ("1970-01-01T01:00:01+01:00", 1_000_000),
        ("1970-01-01T00:00:00.5Z", 500_000),
        ("1970-01-01T00:00:00.123456789Z", 123_456),
        ("1970-01-02", 86_400_000_000),
        ("1970-01-01T00:00:00", None),
        ("1970-01-01 00:00:00Z", None),
        ("1970-02-30", None),
        ("now", None),
        ("", None),
        ("１970-01-01", None),
    ],
)
def test_reading_times(text, expected):
    assert wire.parse_time(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5, 5), ("5", 5), ("-7", -7), (5.0, 5), (2**31 - 1, 2**31 - 1), (-(2**31), -(2**31))],
)
def test_reading_32_bit_integers(value, expected):
    assert wire.int32(value, "x") == expected


@pytest.mark.parametrize("value", [True, None, 1.5, "1.5", "", "five", 2**31, [1], float("inf")])
def test_what_is_no_32_bit_integer(value):
    with pytest.raises(RefusedError, match=r"x must be a 32-bit integer\."):
        wire.int32(value, "x")


def test_errors_name_the_member_by_its_path():
    shape = {"rows": wire.repeated(wire.message({"key_name": wire.string}))}
    with pytest.raises(RefusedError, match=r"rows\[1\]\.key_name must be a string"):
        wire.read_message({"rows": [{"keyName": "a"}, {"key_name": 1}]}, "", shape)


@pytest.mark.parametrize(
    ("name", "camel"),
    [
        ("fields", "fields"),
        ("pagination_token", "paginationToken"),
        ("max_chunk_size_bytes", "maxChunkSizeBytes"),
    ],
)
def test_the_other_spelling(name, camel):
    assert wire.camel_case(name) == camel


def test_codes_of_statuses():
    codes = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 409: 6, 429: 8, 500: 13, 503: 14, 418: 2}
    assert {status: wire.error_body(status, "m")["code"] for status in codes} == codes


def test_the_query_reads_both_spellings_and_the_last_value():
    query = Query(
        b"file_ids=a&file_ids=b&sortBy=x&limit=7&limit=9&order=&filter=%20&name=a+b%C3%A9"
    )
    assert query.all("file_ids") == ["a", "b"]
    assert query.text("sort_by") == "x"
    assert query.limit() == 9
    assert query.descending()
    assert query.text("filter") is None
    assert query.text("name") == "a bé"

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.emulator.indexing import (
    STATUS,
    Plan,
    count_chunks,
    is_readable,
    plan_indexing,
    progress,
)

BYTES = {"bytes_configuration": {"max_chunk_size_bytes": 4000, "chunk_overlap_bytes": 800}}
PLANS = st.builds(
    lambda begins, lasts, chunks, failure: Plan(begins, begins + lasts, chunks, failure),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(1, 500),
    st.sampled_from([None, "broken"]),
)


@given(plan=PLANS, now=st.integers(-10, 2 * 10**6 + 10))
def test_sql_and_python_tell_the_same_status(plan, now):
    connection = sqlite3.connect(":memory:")
    values = {"begins": plan.begins, "ends": plan.ends, "failure": plan.failure, "now": now}
    row = connection.execute(
        f"SELECT {STATUS} FROM (SELECT :begins AS index_begins, :ends AS index_ends,"
        " :failure AS failure)",
        values,
    ).fetchone()
    connection.close()
    assert row[0] == progress(plan, now, None)["status"]


@given(plan=PLANS, times=st.lists(st.integers(-10, 2 * 10**6 + 10), min_size=2, max_size=2))
def test_progress_never_goes_back(plan, times):
    order = ["PROCESSING", "CHUNKED", "EMBEDDING", "WRITING", "PROCESSED", "FAILED"]
    earlier, later = (progress(plan, now, None) for now in sorted(times))
    ranks = [order.index(each["status"].rsplit("_", 1)[1]) for each in (earlier, later)]
    assert ranks == sorted(ranks)
    counts = [int(each.get("chunks_processed_count", 0)) for each in (earlier, later)]
    assert counts == sorted(counts)
    for each in (earlier, later):
        if "chunk_count" in each:
            done = int(each["chunks_processed_count"]) >= each["chunk_count"]
            assert done == (each["status"] == "DOCUMENT_STATUS_PROCESSED")


def test_no_time_at_all_ends_at_once():
    for readable, status in [(True, "PROCESSED"), (False, "FAILED")]:
        plan = plan_indexing(100, 0, readable=readable, size=1, chunking={})
        assert progress(plan, 100, None)["status"] == f"DOCUMENT_STATUS_{status}"


@pytest.mark.parametrize(
    ("size", "chunking", "expected"),
    [
        (32_000, BYTES, 10),
        (32_001, BYTES, 11),
        (0, BYTES, 1),
        (4000, {"flag": True, "table_configuration": {"max_chunk_size_tokens": 100}}, 10),
        (100, {"chars_configuration": {"max_chunk_size_chars": 9, "chunk_overlap_chars": 9}}, 100),
        (100, {"strip_whitespace": True}, 1),
    ],
)
def test_counting_chunks(size, chunking, expected):
    assert count_chunks(size, chunking) == expected


def test_what_can_be_read():
    assert is_readable("a", "", "ü".encode())
    assert is_readable("a.DOCX", "", b"\xff")
    assert is_readable("a", "Application/PDF; q=1", b"\xff")
    assert not is_readable("a.txt", "text/plain", b"\xff")
    assert not is_readable("pdf", "image/png", b"a\0b")

import re

import pytest

from xcoll_tui.emulator.routes import Call, Routes
from xcoll_tui.emulator.seed import FILE_IDS, fill_store
from xcoll_tui.emulator.store import Store

NOW = 1_780_000_000.0


@pytest.fixture
def store():
    store = Store(clock=lambda: NOW)
    yield store
    store.close()


def dump(store):
    with store.reading() as connection:
        return "\n".join(connection.iterdump())


def ask(store, path, query=b""):
    return Routes(store, key="key").answer(Call("GET", path.encode(), query, "", b""))


def test_a_seed_is_the_same_every_time_at_the_same_time(store):
    other = Store(clock=lambda: NOW)
    assert fill_store(store, "large", documents=500) == fill_store(other, "large", documents=500)
    assert dump(store) == dump(other)
    other.close()


def test_a_seed_fills_only_an_empty_store(store):
    assert fill_store(store, "none") == {}
    assert store.is_empty()
    assert list(fill_store(store, "small")) == list(FILE_IDS)
    before = dump(store)
    assert list(fill_store(store, "large", documents=10)) == list(FILE_IDS)
    assert dump(store) == before


def test_the_small_seed_is_what_the_demo_needs(store):
    fill_store(store, "small")
    collections = ask(store, "/v1/collections")["collections"]
    assert len(collections) == 12
    counts = sorted(each["documents_count"] for each in collections)
    assert counts[0] == 0
    assert counts[1] >= 10
    assert counts[-1] >= 1000
    assert any(not each["collection_name"].isascii() for each in collections)
    definitions = [each for one in collections for each in one["field_definitions"]]
    for rule in ("required", "unique", "inject_into_chunk"):
        assert any(each[rule] for each in definitions)
    assert any(each["required"] and each["unique"] for each in definitions)
    statuses = set()
    for each in collections:
        path = f"/v1/collections/{each['collection_id']}/documents"
        page = ask(store, path, b"limit=100")
        while True:
            for row in page["documents"]:
                statuses.add(row["status"])
                assert row["file_metadata"]["created_at"] < "2026-05-28T20:26:40"
                assert re.fullmatch(r"file_[0-9a-f-]{36}", row["file_metadata"]["file_id"])
                for definition in each["field_definitions"]:
                    assert not definition["required"] or row["fields"][definition["key"]]
            if "pagination_token" not in page:
                break
            page = ask(store, path, f"pagination_token={page['pagination_token']}".encode())
    assert len(statuses) >= 4
    assert "DOCUMENT_STATUS_FAILED" in statuses


@pytest.mark.parametrize("documents", [1, 140, 141, 142, 1000, 12_345])
def test_the_large_collection_has_as_many_documents_as_asked_made_in_name_order(store, documents):
    fill_store(store, "large", documents=documents)
    with store.reading() as connection:
        large = connection.execute(
            "SELECT id, documents_count FROM collections WHERE name = 'Filings archive'"
        ).fetchone()
        assert large["documents_count"] == documents
        rows = connection.execute(
            "SELECT f.name, file_id, d.fields, f.created_at FROM documents AS d"
            " JOIN files AS f ON f.id = d.file WHERE collection = ? ORDER BY file",
            (large["id"],),
        ).fetchall()
    names = [row["name"] for row in rows]
    assert names == sorted(names)
    assert len(set(names)) == len({row["file_id"] for row in rows}) == documents
    assert re.fullmatch(r"[a-z]+-\d{8}\.\w+", names[0])
    assert all(row["created_at"] < NOW * 1e6 for row in rows)
    assert f'"{names[-1].split("-")[0].upper()}"' in rows[-1]["fields"]


def test_every_sorted_page_comes_from_an_index(store):
    fill_store(store, "large", documents=50)
    plans = []

    with store.reading() as connection:
        execute = connection.execute

        def explain(sql, values=()):
            plans.extend(row["detail"] for row in execute(f"EXPLAIN QUERY PLAN {sql}", values))
            return execute(sql, values)

        class Explaining:
            def __getattr__(self, name):
                return getattr(connection, name)

        explaining = Explaining()
        explaining.execute = explain
        store._connection = explaining
    try:
        listed = ask(store, "/v1/collections", b"filter=collection_name:archive")
        path = f"/v1/collections/{listed['collections'][0]['collection_id']}/documents"
        for sort in ("NAME", "SIZE", "AGE"):
            for order in ("ASCENDING", "DESCENDING"):
                query = f"limit=5&sort_by=DOCUMENTS_SORT_BY_{sort}&order=ORDERING_{order}"
                page = ask(store, path, query.encode())
                query += f"&pagination_token={page['pagination_token']}"
                assert len(ask(store, path, query.encode())["documents"]) == 5
    finally:
        store._connection = connection
    assert sum("USING INDEX documents_by_" in plan for plan in plans) == 12
    assert not [plan for plan in plans if "TEMP B-TREE" in plan]

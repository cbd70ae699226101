"""The emulator takes every filter that is translated, and finds what was meant by it."""

from zoneinfo import ZoneInfo

import pytest

from tests.conftest import NOW, serve_samples
from tests.contract.plain import Plain
from tests.unit.session.test_filter_terms import TRANSLATED
from xcoll_tui.session.lists.filter_conditions import COLLECTIONS, DOCUMENTS
from xcoll_tui.session.lists.filter_terms import translate
from xcoll_tui.session.lists.filter_values import When

WHEN = When(NOW, ZoneInfo("America/New_York"))
LIST = DOCUMENTS.with_keys(["ticker", "form", "period", "box", "two words", "time"])


@pytest.fixture(scope="module")
def service():
    """The sample collections, which nothing here changes."""
    with serve_samples(index_seconds=0) as server:
        plain = Plain(server.url, server.key)
        found = plain.ok("GET", "/v1/collections", limit="100")["collections"]
        yield plain, {each["collection_name"]: each["collection_id"] for each in found}
        plain.close()


def found_by(service, collection, typed):
    plain, ids = service
    expression = translate(typed, LIST, when=WHEN).expression
    path = f"/v1/collections/{ids[collection]}/documents"
    documents, token = [], {}
    while True:
        page = plain.ok("GET", path, filter=expression, limit="100", **token)
        documents += page["documents"]
        if not page.get("pagination_token"):
            return documents
        token = {"pagination_token": page["pagination_token"]}


@pytest.mark.parametrize("typed", TRANSLATED)
def test_every_translation_is_taken(service, typed):
    found_by(service, "Drafts", typed)


@pytest.mark.parametrize("typed", ["sec", "documents>100", "created:today", "name!=x", "*files*"])
def test_every_translation_for_collections_is_taken(service, typed):
    plain, _ = service
    expression = translate(typed, COLLECTIONS, when=WHEN).expression
    assert "collections" in plain.ok("GET", "/v1/collections", filter=expression)


def name(document):
    return document["file_metadata"]["name"]


# The ten of a beginner: what is typed, where, and what is true of all that is meant.
BEGINNERS = {
    "AAPL": ("SEC Filings", lambda row: "aapl" in name(row)),
    "2025 AAPL": ("SEC Filings", lambda row: "aapl" in name(row) and "2025" in name(row)),
    "failed": ("Incoming scans", lambda row: row["status"] == "DOCUMENT_STATUS_FAILED"),
    "status:failed": ("Incoming scans", lambda row: row["status"] == "DOCUMENT_STATUS_FAILED"),
    "ticker:aapl": ("SEC Filings", lambda row: row["fields"].get("ticker") == "AAPL"),
    "ticker=AAPL": ("SEC Filings", lambda row: row["fields"].get("ticker") == "AAPL"),
    ">5mb": ("Incoming scans", lambda row: int(row["file_metadata"]["size_bytes"]) > 5 * 2**20),
    "created:today": (
        "Incoming scans",
        lambda row: "2026-04-15T04" <= row["file_metadata"]["created_at"] < "2026-04-16T04",
    ),
    "*.pdf": ("Incoming scans", lambda row: name(row).endswith(".pdf")),
    "type:pdf": (
        "Incoming scans",
        lambda row: row["file_metadata"]["content_type"] == "application/pdf",
    ),
}


@pytest.mark.parametrize("typed", BEGINNERS)
def test_a_beginners_filter_finds_what_was_meant(service, typed):
    collection, is_meant = BEGINNERS[typed]
    everything = found_by(service, collection, "created>2000")
    meant = {name(row) for row in everything if is_meant(row)}
    assert 0 < len(meant) < len(everything)
    assert {name(row) for row in found_by(service, collection, typed)} == meant

"""A count that is null, negative or none is unknown: in the panes, the sentences, the dialogs."""

import json

import pytest

from tests.conftest import screen_text, wait_until
from tests.contract.scripted import Scripted
from tests.hostile.shelf import Shelf, collection, document
from tests.hostile.test_text import opened
from tests.ui.writing import dialog, words_on
from xcoll_tui.api.wire import read_collection_page, read_document_page
from xcoll_tui.ui.presentation.format import format_count, format_many, status_of
from xcoll_tui.ui.screens.collection_form import CollectionFormScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen

NONE = [None, -1, "-1", "", -(10**30), "many", 1.5, [], {}]


def page_of(name, items):
    return json.dumps({name: items}).encode()


def test_a_count_that_is_none_reads_as_none(record_property):
    record_property("inputs", 4 * len(NONE))
    for value in NONE:
        told = collection(documents_count=value, total_file_size=value)
        row = read_collection_page(page_of("collections", [told])).collections[0]
        assert row.documents_count is row.total_file_size is None, value
        told = document(
            0,
            "a",
            chunk_count=value,
            chunks_processed_count=value,
            file_metadata={"size_bytes": value},
        )
        row = read_document_page(page_of("documents", [told])).documents[0]
        assert row.file_metadata.size_bytes is None, value
        assert row.chunk_count is row.chunks_processed_count is None, value
    for value in (0, "0", 7, "7", 2**63):
        row = read_collection_page(page_of("collections", [collection(documents_count=value)]))
        assert row.collections[0].documents_count == int(value)


def test_it_is_unknown_in_words():
    for value in (None, -1):
        assert format_count(value) == "unknown"
        assert format_many(value, "document") == "an unknown number of documents"


def test_chunks_done_that_are_unknown_are_not_none_of_all():
    told = document(0, "a", status="DOCUMENT_STATUS_CHUNKED", chunk_count=80)
    for done in (None, -1):
        row = read_document_page(
            page_of("documents", [{**told, "chunks_processed_count": done}])
        ).documents[0]
        assert status_of(row).text == "◌ indexing"


@pytest.mark.parametrize("value", [None, -1])
async def test_every_place_says_that_it_is_unknown(browse, tmp_path, value):
    file = {"size_bytes": value}
    row = document(
        0, "a.txt", {"a": "1"}, chunk_count=5, chunks_processed_count=value, file_metadata=file
    )
    shelf = Shelf(
        [row],
        {
            "documents_count": value,
            "total_file_size": value,
            "field_definitions": [{"key": "a"}],
        },
    )
    async with (
        Scripted(shelf) as service,
        browse(service.url, size=(120, 45), state=tmp_path) as pilot,
    ):
        await opened(pilot)
        pane = pilot.app.main.collections
        assert "unknown" in "\n".join(
            line[: pane.region.right] for line in screen_text(pilot).split("\n")
        )
        await pilot.press("p")
        await wait_until(pilot, lambda: "unknown of 5" in screen_text(pilot))
        await pilot.press("escape", "1", "p")
        await wait_until(pilot, lambda: screen_text(pilot).count("unknown") >= 2)
        await pilot.press("escape")
        form = await dialog(pilot, CollectionFormScreen, "e")
        assert "an unknown number of documents" in words_on(pilot)
        await pilot.press("escape")
        assert form
        await dialog(pilot, ConfirmScreen, "d")
        assert "An unknown number of documents leave the index with it." in words_on(pilot)
        assert " -1" not in screen_text(pilot)

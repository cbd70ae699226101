"""Creating and changing a collection: what was not touched stays, and a loss is told first."""

from functools import partial

import msgspec
import pytest

from tests.conftest import screen_text
from tests.ui.forms import DEFINITIONS, opened
from xcoll_tui.api.models import (
    BytesConfiguration,
    ChunkConfiguration,
    Collection,
    FieldDefinition,
    IndexConfiguration,
    TableConfiguration,
    Wire,
)
from xcoll_tui.session.writes.outcome import CollectionDraft
from xcoll_tui.ui.screens.collection_form import CollectionFormScreen, draft_of

STORED = Collection(
    "collection_1",
    "[/]Filings",
    "of\n2025",
    documents_count=12_480,
    index_configuration=IndexConfiguration("grok-embedding-small"),
    chunk_configuration=ChunkConfiguration(
        bytes_configuration=BytesConfiguration(4_000, 800), strip_whitespace=True
    ),
    field_definitions=DEFINITIONS,
)
STRATEGIES = [
    name
    for name, kind in msgspec.structs.asdict(ChunkConfiguration()).items()
    if name.endswith("_configuration") and kind is None
]


@pytest.fixture
def sent():
    return []


@pytest.fixture
def describe(sent):
    def open_form(collection=None, size=(120, 50)):
        return opened(partial(CollectionFormScreen, sent.append, collection=collection), size)

    return open_form


async def test_a_name_is_enough_for_a_new_collection(describe, sent):
    async with describe() as (pilot, form):
        await pilot.press("ctrl+s")
        assert "A collection needs a name." in screen_text(pilot)
        await pilot.press("N", "ctrl+s", "ctrl+s")
        assert sent == [CollectionDraft("N")]
        form.refuse("collection_name", "There is one of this name.")
        await pilot.pause()
        assert "✗ There is one of this name." in screen_text(pilot)
        assert form._name_input.text == "N"
        form.done()
        await pilot.pause()
        assert pilot.app.results == sent


async def test_a_collection_with_everything(describe, sent):
    async with describe() as (pilot, form):
        form._name_input.value = "All"
        form._description_input.value = "of it"
        form._model_input.value = "grok-embedding-large"
        form._metric.value = "HNSW_METRIC_EUCLIDEAN"
        form._chunking._select.value = "table_configuration"
        form._chunking._size_input.value = "400"
        form._chunking._encoding_input.value = "cl100k_base"
        form._chunking._inject.value = "no"
        await pilot.press("ctrl+n", "k", "tab", "space", "tab", "tab", "space", "tab", "tab", "d")
        await pilot.press("ctrl+s")
        assert sent == [
            CollectionDraft(
                "All",
                "of it",
                ChunkConfiguration(
                    table_configuration=TableConfiguration(400, "cl100k_base"),
                    inject_name_into_chunks=False,
                ),
                "grok-embedding-large",
                "HNSW_METRIC_EUCLIDEAN",
                (FieldDefinition("k", required=True, inject_into_chunk=True, description="d"),),
            )
        ]


@pytest.mark.parametrize("new", [True, False])
async def test_every_strategy_is_offered_and_written_as_it_is_read(describe, new):
    base = Collection(chunk_configuration=ChunkConfiguration(strip_whitespace=True))
    async with describe(None if new else base) as (pilot, form):
        chunking = form._chunking
        assert {key for _, key in chunking._select._options} == {"", *STRATEGIES}
        assert chunking.value() is (None if new else base.chunk_configuration)
        for strategy in STRATEGIES:
            chunking._select.value = strategy
            await pilot.pause()
            chunking._size_input.value, chunking._overlap_input.value = "100", "20"
            chunking._encoding_input.value = "o200k_base"
            assert not list(chunking._problems())
            configuration = chunking.value()
            assert configuration.strategy[0] == strategy
            assert configuration.strip_whitespace is (None if new else True)
            members = msgspec.structs.asdict(configuration.strategy[1])
            expected = {"max": 100, "chunk": 20, "encoding": "o200k_base"}
            assert members == {name: expected[name.split("_")[0]] for name in members}
            rows = (chunking._size_row, chunking._overlap_row, chunking._encoding_row)
            assert sum(row.display for row in rows) == len(members)
            assert isinstance(configuration.strategy[1], Wire)


async def test_sizes_are_checked(describe, sent):
    async with describe() as (pilot, form):
        chunking = form._chunking
        await pilot.press("N")
        chunking._select.value = "bytes_configuration"
        await pilot.pause()
        assert (chunking._size_input.number, chunking._overlap_input.number) == (4_000, 800)
        chunking._overlap_input.value = "4000"
        await pilot.press("ctrl+s")
        said = "The overlap has to be smaller than the chunk size, 4,000."
        assert said in screen_text(pilot)
        await pilot.press("backspace", "x", "-")
        assert chunking._overlap_input.number == 400
        assert said not in screen_text(pilot)
        chunking._size_input.value = "0"
        await pilot.press("ctrl+s")
        assert "Give a chunk size: a whole number above 0." in screen_text(pilot)
        assert pilot.app.focused is chunking._size_input
        chunking._select.value = "table_configuration"
        chunking._size_input.value = "300"
        await pilot.pause()
        await pilot.press("ctrl+s")
        assert sent[0].chunk_configuration == ChunkConfiguration(
            table_configuration=TableConfiguration(300, "")
        )
        assert form.is_busy
        form.refuse("max_chunk_size_tokens", "Too large.")
        await pilot.pause()
        assert "✗ Too large." in screen_text(pilot)
        assert pilot.app.focused is chunking._size_input


async def test_what_was_not_touched_stays_as_it_is(describe, sent):
    async with describe(STORED) as (pilot, form):
        screen = screen_text(pilot)
        assert "Edit collection · [/]Filings" in screen
        assert r"of\n2025" in screen
        assert "12,480 documents · embedded by grok-embedding-small" in screen
        assert "Metric" not in screen
        assert not form.changed
        assert form.value() == draft_of(STORED)
        await pilot.press("ctrl+s")
        assert "Nothing has changed" in screen_text(pilot)
        await pilot.press("X", "ctrl+s")
        assert "→ [/]FilingsX" in screen_text(pilot)
        assert "Chunking" not in screen_text(pilot)
        await pilot.press("enter")
        before = draft_of(STORED)
        assert sent == [msgspec.structs.replace(before, collection_name="[/]FilingsX")]


async def test_a_field_is_deleted_only_after_it_was_told_what_goes_with_it(describe, sent):
    async with describe(STORED) as (pilot, form):
        ticker = form._fields._rows[0]
        await pilot.click(ticker._button)
        assert "Will be deleted with its values: the collection has 12,480" in screen_text(pilot)
        await pilot.press("ctrl+s")
        screen = screen_text(pilot)
        assert "− Field ticker" in screen
        assert "removes its values from all 12,480 documents" in screen
        await pilot.press("ctrl+s", "enter")
        assert sent == []
        assert form.in_form
        await pilot.press("ctrl+s", "y")
        assert [each.key for each in sent[0].field_definitions] == ["accession", "form"]
        form.refuse("accession", "It is in use.")
        await pilot.pause()
        assert "✗ It is in use." in screen_text(pilot)
        await pilot.click(ticker._button)
        assert not form.changed


async def test_a_field_added_later_cannot_be_required_nor_take_a_key_that_is_there(describe, sent):
    async with describe(STORED, (80, 24)) as (pilot, form):
        form._fields._rows[2].toggle()
        await pilot.press("ctrl+n", *"form", "tab", "space", "ctrl+s")
        row = form._fields._rows[-1]
        assert row._required.disabled
        assert row.value() == FieldDefinition("form", unique=True)
        assert "form is marked for deletion above: put it" in screen_text(pilot)
        form._fields._rows[2].toggle()
        await pilot.press("ctrl+s")
        assert "form is defined above already." in screen_text(pilot)
        row._key_input.value = "year"
        form._fields._rows[2]._unique.toggle()
        await pilot.press("ctrl+s")
        assert "+ Field year" in screen_text(pilot)
        assert "~ Field form" in screen_text(pilot)
        await pilot.press("ctrl+s")
        assert sent[0].field_definitions == (
            *DEFINITIONS[:2],
            FieldDefinition("form", unique=True),
            FieldDefinition("year", unique=True),
        )


@pytest.mark.parametrize("collection", [None, STORED], ids=["new", "stored"])
async def test_it_works_in_a_small_terminal(describe, sent, collection):
    async with describe(collection, (40, 10)) as (pilot, form):
        await pilot.press("N", "pagedown", "ctrl+n", "k", "down", "down", "enter", "ctrl+s")
        assert "Cancel" in screen_text(pilot) or "Back" in screen_text(pilot) or sent
        if collection is not None:
            assert "^s Save" in screen_text(pilot)
            await pilot.press("pagedown", "ctrl+s")
        assert sent[0].field_definitions[-1].key == "k"
        assert form.is_busy

"""What is pasted into the form that attaches: IDs, tables, JSON, and very much of each."""

import json
import uuid
from functools import partial

import pytest
from textual.widgets import TextArea

from tests.conftest import screen_text, wait_until
from tests.ui.forms import DEFINITIONS, opened
from tests.ui.test_browsing import open_collection
from tests.ui.test_pasting import paste
from tests.ui.writing import PAPERS, back_on_main, dialog, outcomes, run_over, shown, words_on
from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.ui import screens
from xcoll_tui.ui.screens.attach import AttachScreen

A, B, C = (f"file_{uuid.UUID(int=number)}" for number in (1, 2, 3))
LINE_ENDS = ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"]
TABLE = f"File ID\tTicker\tAccession\tSize\r{A}\tAAPL\t1\t9\r{B}\tTSLA\t2\t9\r{C}\tMSFT\t3\t9\r"


def attach(definitions=DEFINITIONS, attached=(), **options):
    async def check(file_ids):
        return {file_id: "here" for file_id in file_ids if file_id in attached}

    return opened(partial(AttachScreen, "SEC", definitions, check, **options), (120, 45))


async def next_(pilot, form):
    """Go on, and wait for the question."""
    await pilot.press("ctrl+s")
    await wait_until(pilot, lambda: not form.in_form and not form.is_busy)


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
async def test_every_line_end_divides_ids_and_values(end):
    async with attach([FieldDefinition("k", unique=True, required=True)]) as (pilot, form):
        await paste(pilot, f"\ufeff{A}{end}\u200b{B}\u200e{end}")
        assert "2 IDs" in words_on(pilot)
        form._columns["k"].focus()
        await paste(pilot, f"\ufeffone{end} two \xa0{end}")
        await next_(pilot, form)
        await pilot.press("ctrl+s")
        assert pilot.app.results[0].fields == {A: {"k": "one"}, B: {"k": "two"}}


@pytest.mark.parametrize(
    "value", ["cafe\u0301", "caf\xe9", "می\u200cخواهم", "a\\nb", "❤\ufe0f", "x\x1by"]
)
async def test_values_reach_the_service_as_they_were(value):
    async with attach([FieldDefinition("k", unique=True)]) as (pilot, form):
        await paste(pilot, f"{A}\r{B}\r")
        form._columns["k"].focus()
        await paste(pilot, f"\\t{value}\r2")
        await next_(pilot, form)
        await pilot.press("ctrl+s")
        assert pilot.app.results[0].fields[A] == {"k": f"\\t{value}"}


async def test_columns_that_are_fields_are_offered_and_used():
    async with attach(attached=[B]) as (pilot, form):
        await paste(pilot, TABLE)
        assert "3 IDs" in words_on(pilot)
        assert "[✓] Use the values next to them: ticker (3), accession (3)" in words_on(pilot)
        assert "3 of 3 are next to the IDs" in words_on(pilot)
        assert "Left out, because the collection has no such field: Size" in words_on(pilot)
        entry_form = form._form._defined[1]
        entry_form._input.value = "10-K"
        await next_(pilot, form)
        assert "ticker: AAPL" in words_on(pilot)
        await pilot.press("ctrl+s")
        draft = pilot.app.results[0]
        assert draft.fields == {
            A: {"ticker": "AAPL", "accession": "1", "form": "10-K"},
            C: {"ticker": "MSFT", "accession": "3", "form": "10-K"},
        }
        assert draft.table == ("ticker", "accession")
    async with attach(
        draft=draft.only({C}), refusals={"accession": "It is taken."}
    ) as opened_again:
        pilot, form = opened_again
        await wait_until(pilot, lambda: "1 ID" in words_on(pilot))
        assert "It is taken." in words_on(pilot)
        assert form.focused is form._file_ids
        await next_(pilot, form)
        await pilot.press("ctrl+s")
        assert pilot.app.results[0].fields == {C: draft.fields[C]}


async def test_what_stands_beside_the_ids_can_be_declined():
    async with attach() as (pilot, form):
        await paste(pilot, TABLE)
        await pilot.press("tab", "space")
        assert "[ ] Use the values next to them" in words_on(pilot)
        assert "are next to the IDs" not in words_on(pilot)
        await pilot.press("ctrl+s")
        assert "This field is required: enter a value." in words_on(pilot)
        form._form._defined[0]._input.value = "all"
        await next_(pilot, form)
        await pilot.press("ctrl+s")
        draft = pilot.app.results[0]
        assert draft.fields == {file_id: {"ticker": "all"} for file_id in (A, B, C)}
        assert draft.table == ()


async def test_a_value_for_all_fills_the_cells_that_are_empty():
    async with attach() as (pilot, form):
        await paste(pilot, f"id;ticker\r{A};AAPL\r{B};\r")
        assert "1 of 2 are next to the IDs; this is for the others" in words_on(pilot)
        await pilot.press("ctrl+s")
        assert "This field is required" in words_on(pilot)
        form._form._defined[0]._input.value = "rest"
        await next_(pilot, form)
        await pilot.press("ctrl+s")
        assert pilot.app.results[0].fields == {A: {"ticker": "AAPL"}, B: {"ticker": "rest"}}


async def test_a_table_is_held_to_the_rules_of_its_fields():
    rules = [FieldDefinition("k", unique=True, required=True)]
    async with attach(rules) as (pilot, form):
        await paste(pilot, f"id,k\r{A},1\r{B},\r")
        await pilot.press("ctrl+s")
        assert "ID 2 has no value next to it, and the field is required." in words_on(pilot)
        form._file_ids.text = f"id,k\n{A},1\n{B},1\n"
        await pilot.press("ctrl+s")
        assert "“1” appears twice, and the field is unique." in words_on(pilot)
        form._file_ids.text = f"{A}\n{B}"
        await pilot.pause()
        assert form._columns["k"].display
        await pilot.press("ctrl+s")
        assert "0 lines for 2 files" in words_on(pilot)


async def test_columns_that_are_no_fields_are_said():
    async with attach([]) as (pilot, form):
        await paste(pilot, f"name,file_id,[b]\r\nx,{A},y\r\n")
        assert "Left out, because the collection has no such field: name, [b]" in words_on(pilot)
        assert not form._pasted_found.use.display


async def test_the_fields_of_an_answer_of_the_service_are_values():
    documents = [{"file_metadata": {"file_id": A}, "fields": {"ticker": "AAPL", "x": "1"}}]
    async with attach() as (pilot, form):
        await paste(pilot, json.dumps({"documents": documents}, indent=2).replace("\n", "\r"))
        assert "1 ID" in words_on(pilot)
        assert "ticker (1)" in words_on(pilot)
        await next_(pilot, form)
        await pilot.press("ctrl+s")
        assert pilot.app.results[0].fields == {A: {"ticker": "AAPL"}}


async def test_a_cell_with_a_tab_and_a_line_end_is_one_value():
    async with attach() as (pilot, form):
        await paste(pilot, f'ticker\tfile_id\r"a\tb\rc\u2028d"\t{A}\r')
        await next_(pilot, form)
        await pilot.press("ctrl+s")
        assert pilot.app.results[0].fields == {A: {"ticker": "a\tb\nc\u2028d"}}


async def test_broken_json_is_told_with_its_place_and_gives_no_id():
    async with attach() as (pilot, form):
        await paste(pilot, f'[\r  "{A}",\r  "{B}",\r]')
        said = "This looks like JSON and is not: line 3, column 46: nothing follows this comma."
        assert said in words_on(pilot)
        await pilot.press("ctrl+s")
        assert said in words_on(pilot)
        assert form._file_ids.cursor_location == (2, 45)
        await pilot.press("delete")
        assert "2 IDs" in words_on(pilot)
        assert said not in words_on(pilot)


async def test_nothing_that_would_act_on_the_terminal_reaches_the_screen():
    async with attach([FieldDefinition("k", unique=True)]) as (pilot, form):
        await paste(pilot, f"\x1b[31m{A}\x1b[0m\r\x1b]52;c;x\x07{B}\u202e")
        assert "2 IDs" in words_on(pilot)
        assert "Shown as escapes" in words_on(pilot)
        assert "\x1b" not in screen_text(pilot)
        form._columns["k"].focus()
        await paste(pilot, "C:\\new")
        await pilot.press("enter")
        await paste(pilot, "a\x1b]0;x\x07\u202eb")
        assert "\x1b" not in screen_text(pilot)
        assert form._columns["k"].exact == "C:\\new\na\x1b]0;x\x07\u202eb"
        await pilot.press("!", "ctrl+z", "ctrl+z")
        assert form._columns["k"].exact.startswith("C:\\new\n")


async def test_twenty_thousand_ids_are_counted_at_once_and_read_aside(monkeypatch):
    ids = [f"file_{uuid.UUID(int=number)}" for number in range(20_000)]
    async with attach() as (pilot, form):
        monkeypatch.setattr(screens.attach, "_PAUSE", 3_600)
        await paste(pilot, "\r".join(ids) + "\r")
        # It is measured and wrapped with each key, so it has to be short.
        assert len(form._file_ids.text) < 200
        await wait_until(pilot, lambda: "About 20,000 IDs; reading them…" in words_on(pilot))
        await pilot.press("ctrl+s")
        assert "Reading what was pasted…" in words_on(pilot)
        await pilot.press("escape")
        assert form.in_form
        monkeypatch.setattr(screens.attach, "_PAUSE", 0)
        await pilot.press("enter", "ctrl+s")
        await wait_until(pilot, lambda: "This field is required" in words_on(pilot))
        assert "20,000 IDs" in words_on(pilot)
        form._form._defined[0]._input.value = "all"
        await next_(pilot, form)
        assert "Attach 20,000 files?" in words_on(pilot)


async def test_what_is_folded_is_edited_around_and_removed_as_a_whole():
    ids = [f"file_{uuid.UUID(int=number)}" for number in range(3_000)]
    more = f"file_{uuid.UUID(int=10**9)}"
    async with attach() as (pilot, form):
        await paste(pilot, "\r".join(ids) + "\r")
        await paste(pilot, f"{more}\r{ids[7]}")
        assert form._file_ids.exact == "\n".join([*ids, more, ids[7]])
        await wait_until(pilot, lambda: "3,001 IDs · 1 repeated" in words_on(pilot))
        form._file_ids.move_cursor((0, 0))
        await pilot.press("delete")
        assert form._file_ids.exact == f"\n{more}\n{ids[7]}"
        await wait_until(pilot, lambda: "2 IDs" in words_on(pilot))
        await pilot.press("ctrl+z")
        await wait_until(pilot, lambda: "3,001 IDs · 1 repeated" in words_on(pilot))
        form._file_ids.move_cursor((0, 5))
        await pilot.press("space", "backspace", "backspace")
        assert form._file_ids.exact == f"\n{more}\n{ids[7]}"


async def test_a_long_column_is_counted_line_by_line():
    ids = [f"file_{uuid.UUID(int=number)}" for number in range(5_000)]
    async with attach([FieldDefinition("k", unique=True, required=True)]) as (pilot, form):
        await paste(pilot, "\r".join(ids))
        form._columns["k"].focus()
        await paste(pilot, "\r".join(f"value {number} of many" for number in range(4_999)))
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "4,999 lines for 5,000 files" in words_on(pilot))
        form._columns["k"].focus()
        await pilot.press("ctrl+end", "enter", "x")
        await next_(pilot, form)
        await pilot.press("ctrl+s")
        fields = pilot.app.results[0].fields
        assert (fields[ids[0]], fields[ids[-1]]) == ({"k": "value 0 of many"}, {"k": "x"})


async def test_what_is_pasted_and_sent_in_one_go_is_what_was_pasted():
    async with attach() as (pilot, form):
        # As if the change were told later: the message that tells it is not waited for.
        with pilot.app.prevent(TextArea.Changed):
            form._file_ids.paste(f"id,ticker\r{A},AAPL\r")
        form.submit()
        await wait_until(pilot, lambda: "Attach 1 file?" in words_on(pilot))
        assert "ticker: AAPL" in words_on(pilot)
        form.back()
        with pilot.app.prevent(TextArea.Changed):
            form._file_ids.text = "[{"
        form.submit()
        form.post_message(TextArea.Changed(form._file_ids))
        await pilot.pause()
        assert "looks like JSON and is not: line 1, column 3" in words_on(pilot)


async def test_the_head_of_a_column_is_no_value():
    async with attach([FieldDefinition("My Key", unique=True)]) as (pilot, form):
        await paste(pilot, f"File ID\r{A}\r{B}\r")
        form._columns["My Key"].focus()
        await paste(pilot, "my_key\r1\r2\r")
        await next_(pilot, form)
        await pilot.press("ctrl+s")
        assert pilot.app.results[0].fields == {A: {"My Key": "1"}, B: {"My Key": "2"}}


async def test_a_table_is_attached_with_its_values(server, browse, service):
    async with browse(server.url, size=(120, 45)) as pilot:
        await open_collection(pilot, PAPERS)
        collection_id = pilot.app.main.session.opened
        one, other = server.file_ids[5], server.file_ids[3]
        await dialog(pilot, AttachScreen, "a")
        await paste(
            pilot, f'"Title, full"\tDOI\tFile ID\r"a, b"\t10.5555/one\t{one}\rc\tx/2\t{other}\r'
        )
        await shown(pilot, "2 IDs", "Use the values next to them: doi (2)")
        await pilot.press("ctrl+s")
        await shown(pilot, "Attach 2 files?", "doi: 10.5555/one")
        await pilot.press("ctrl+s")
        assert outcomes(await run_over(pilot)) == {one: "attached", other: "attached"}
        await pilot.press("escape")
        await back_on_main(pilot)
    assert service.fields(collection_id, one) == {"doi": "10.5555/one"}
    assert service.fields(collection_id, other) == {"doi": "x/2"}

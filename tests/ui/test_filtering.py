"""Filters as they are typed, and finding in what is loaded: keys in, the screen out."""

import pytest

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import SCANS, SUPPORT, open_collection, requests_of
from tests.ui.test_pasting import paste
from xcoll_tui.ui.widgets.find_bar import FindBar

FILINGS = "SEC Filings"  # 480 documents with a ticker, a form and a period


def words(pilot):
    """Return the screen as one line, so that what is wrapped is found."""
    return " ".join(screen_text(pilot).replace("│", " ").split())


def lists_of(made):
    """List the requests that are not for what is being indexed."""
    return [path for path in made if "batchGet" not in path]


async def type_text(pilot, text):
    """Type a text into what has the focus, each character as a key."""
    line = pilot.app.focused
    for character in text:
        await pilot.press(character if character.isalnum() else _KEYS[character])
    assert line.text.endswith(text)


_KEYS = {
    " ": "space", ":": "colon", ">": "greater_than_sign", "*": "asterisk", ".": "full_stop",
    "=": "equals_sign", "_": "underscore", "-": "minus", "!": "exclamation_mark",
}  # fmt: skip


async def filter_by(pilot, text, *, enter=True):
    await pilot.press("slash")
    await type_text(pilot, text)
    if enter:
        await pilot.press("enter")


async def test_the_translation_stands_under_the_line_while_it_is_typed_and_after(server, browse):
    async with browse(server.url, size=(140, 30)) as pilot:
        documents = await open_collection(pilot, FILINGS)
        made = requests_of(pilot)
        await filter_by(pilot, "ticker:AAPL", enter=False)
        assert '→ fields.ticker:"AAPL" · in lower, upper and Capitalised too' in words(pilot)
        await wait_until(pilot, lambda: documents.feed.query.text == "ticker:AAPL")
        rows = list(documents.table.listing.loaded_items())
        assert rows
        assert all(row.fields["ticker"] == "AAPL" for row in rows)
        await pilot.press("enter")
        assert '→ fields.ticker:"AAPL"' in words(pilot)
        assert made
        await pilot.press("escape")
        await wait_until(pilot, lambda: "→" not in screen_text(pilot))


async def test_what_is_loaded_whole_is_filtered_here_in_any_case(server, browse):
    async with browse(server.url, size=(140, 30)) as pilot:
        documents = await open_collection(pilot, SCANS)
        made = requests_of(pilot)
        await filter_by(pilot, "ScAn_0007")
        await wait_until(pilot, lambda: documents.table.listing.loaded == 1)
        assert "in any case, here: all rows are loaded" in words(pilot)
        assert "1 of 38 match" in words(pilot)
        await pilot.press("escape")
        await wait_until(pilot, lambda: documents.table.listing.loaded == 38)
        assert not lists_of(made)


async def test_an_expression_that_waits_dims_the_rows_and_keeps_them_from_marks_and_writes(
    server, browse
):
    async with browse(server.url, size=(140, 30)) as pilot:
        documents = await open_collection(pilot, SCANS)
        table = documents.table
        await filter_by(pilot, "size_bytes:>x", enter=False)
        await wait_until(pilot, lambda: table.stale)
        assert "→ goes to the service as it is: ⏎" in words(pilot)
        await pilot.click(table, offset=(1, 5))  # where marks are made by mouse
        assert not table.marks
        await pilot.press("slash", "enter")
        await wait_until(pilot, lambda: documents.feed.refused)
        assert table.stale
        for key in ("space", "v", "asterisk", "e", "d", "i"):
            await pilot.press(key)
            assert not table.marks
            assert pilot.app.screen is pilot.app.main
        assert "The rows are of the previous filter" in words(pilot)
        await pilot.press("escape")
        await wait_until(pilot, lambda: not table.stale)
        await pilot.press("space")
        assert len(table.marks) == 1


async def test_what_is_no_date_is_said_and_not_asked(server, browse):
    async with browse(server.url, size=(140, 30)) as pilot:
        documents = await open_collection(pilot, FILINGS)
        made = requests_of(pilot)
        await filter_by(pilot, "created>2026-13-01")
        await wait_until(pilot, lambda: "is not a date" in words(pilot))
        assert documents.table.stale
        assert "/ created>2026-13-01" in words(pilot)
        await pilot.press("escape")
        await wait_until(pilot, lambda: not documents.table.stale)
        assert "is not a date" not in words(pilot)
        assert not made


async def test_a_pasted_expression_goes_as_it_is(server, browse):
    async with browse(server.url, size=(140, 30)) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        await pilot.press("slash")
        await paste(pilot, "created_at:>2026-01-01")
        assert "→ goes to the service as it is" in words(pilot)
        made = requests_of(pilot)
        await pilot.press("enter")
        await wait_until(pilot, lambda: documents.feed.query.text == "created_at:>2026-01-01")
        assert any("filter=created_at%3A%3E2026-01-01" in path for path in made)
        assert not any("T00" in path for path in made)


async def test_tab_completes_and_goes_through_what_there_is(server, browse):
    async with browse(server.url, size=(140, 30)) as pilot:
        documents = await open_collection(pilot, FILINGS)
        await pilot.press("slash", "t", "i", "tab")
        line = documents.filter_bar._line
        assert line.text == "ticker:"
        await pilot.press("tab", "tab")
        assert line.text.startswith("ticker:A")
        assert "Tab: ticker:AAPL" in words(pilot)
        first = line.text
        await pilot.press("tab")
        assert line.text.startswith("ticker:")
        assert line.text != first
        assert pilot.app.focused is line
        await pilot.press("ctrl+u", "z", "z", "tab")
        assert line.text == "zz"
        await pilot.press("escape", "tab")
        assert pilot.app.focused is pilot.app.main.collections.table


async def test_up_recalls_the_filters_of_this_collection(server, browse):
    async with browse(server.url, size=(140, 30)) as pilot:
        documents = await open_collection(pilot, SCANS)
        for text in ("failed", "scan_0001"):
            await filter_by(pilot, text)
            await wait_until(pilot, lambda text=text: documents.feed.query.text == text)
            await pilot.press("escape")
            await wait_until(pilot, lambda: not documents.feed.query.text)
        await pilot.press("slash", "up")
        line = documents.filter_bar._line
        assert line.text == "scan_0001"
        await pilot.press("up")
        assert line.text == "failed"
        await pilot.press("up")
        assert line.text == ""
        await pilot.press("up", "down")
        assert pilot.app.focused is documents.table
        await wait_until(pilot, lambda: documents.feed.query.text == "scan_0001")
        await pilot.press("1")
        await open_collection(pilot, SUPPORT)
        await pilot.press("slash", "up")
        assert documents.filter_bar._line.text == ""


async def test_an_empty_result_explains_itself(server, browse):
    async with browse(server.url, size=(80, 24)) as pilot:
        documents = await open_collection(pilot, FILINGS)
        await filter_by(pilot, "10-q")
        await wait_until(pilot, lambda: "No name contains “10-q”." in words(pilot))
        assert "Try form:10-q · F shows the failed ones" in words(pilot)
        assert "0 of 480 match." in words(pilot)
        await filter_by(pilot, " q", enter=True)
        await wait_until(pilot, lambda: "contains “10-q” and “q”." in words(pilot))
        assert "F shows" not in words(pilot)
        assert documents.table.listing.loaded == 0


async def test_collections_are_filtered_as_kindly(server, browse):
    async with browse(server.url, size=(140, 30)) as pilot:
        pane = pilot.app.main.collections
        await wait_until(pilot, lambda: pane.table.listing.loaded)
        await filter_by(pilot, "documents>400")
        await wait_until(pilot, lambda: pane.table.listing.loaded == 2)
        await pilot.press("escape")
        await wait_until(pilot, lambda: pane.table.listing.loaded == 12)
        await filter_by(pilot, "FILINGS sec")
        await wait_until(pilot, lambda: pane.table.listing.loaded == 1)
        assert pane.table.row.collection_name == FILINGS
        # Esc leaves the cursor on what was found, or brings it back to where it was.
        await pilot.press("escape")
        await wait_until(pilot, lambda: pane.table.listing.loaded == 12)
        assert pane.table.row.collection_name == FILINGS
        await filter_by(pilot, "nothing like it")
        await wait_until(pilot, lambda: pane.table.listing.loaded == 0)
        await pilot.press("escape")
        await wait_until(pilot, lambda: pane.table.listing.loaded == 12)
        assert pane.table.row.collection_name == FILINGS


async def test_f_finds_in_what_is_loaded_and_asks_for_nothing(server, browse):
    async with browse(server.url, size=(140, 30)) as pilot:
        documents = await open_collection(pilot, SCANS)
        table = documents.table
        table.move_to(5)
        before = table.cursor_key
        made = requests_of(pilot)
        await pilot.press("f", *"tif")
        bar = documents.find_bar
        await wait_until(pilot, lambda: not bar._going)
        assert len(bar.hits) == 12
        assert table.row.name == "scan_0006.tiff"  # the first at or behind where it was
        assert "2 of 12" in words(pilot)
        await pilot.press("down")
        assert table.row.name == "scan_0009.tiff"
        assert "3 of 12" in words(pilot)
        await pilot.press("up", "up", "up")
        assert table.cursor_key == bar.hits[-1]
        assert "12 of 12" in words(pilot)
        reversed_cells = [
            segment.text
            for segment in table.render_line(table.cursor + 1 - table.scroll_offset.y)
            if segment.style and segment.style.reverse
        ]
        assert "tif" in reversed_cells
        await pilot.press("escape")
        assert table.cursor_key == before
        assert pilot.app.focused is table
        assert table.painter.found == ""
        await pilot.press("f", *"failed")
        await wait_until(pilot, lambda: not bar._going)
        assert len(bar.hits) == 12  # in any column
        await pilot.press("down", "enter")
        place = table.cursor_key
        assert place in bar.hits or place != before
        assert not bar.editing
        await pilot.press("f", *"nowhere")
        await wait_until(pilot, lambda: "nothing" in words(pilot))
        assert table.cursor_key == place
        await pilot.press("escape")
        assert not lists_of(made)


async def test_letters_typed_at_once_after_f_are_looked_for(server, browse):
    async with browse(server.url, size=(140, 30)) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        await pilot.press("f", *"aed")
        assert pilot.app.screen is pilot.app.main
        assert documents.find_bar._line.text == "aed"
        await wait_until(pilot, lambda: "in the loaded rows" in words(pilot))


@pytest.mark.parametrize("width", [60, 40])
async def test_the_lines_fit_a_small_window(server, browse, width):
    async with browse(server.url, size=(width, 12)) as pilot:
        await open_collection(pilot, SCANS)
        await filter_by(pilot, "created:>2000-01-01", enter=False)
        await wait_until(pilot, lambda: "→ created_at" in screen_text(pilot))
        # Whether it is carried out by now or not: all of them are that young.
        assert "scan_" in screen_text(pilot)
        await pilot.press("escape", "f", "s")
        bar = pilot.app.main.documents.query_one(FindBar)
        assert bar._line.region.width > 10

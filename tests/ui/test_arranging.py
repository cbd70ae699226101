"""Columns and order: chosen from lists, done by the service or here, remembered per collection."""

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import SUPPORT, open_collection, requests_of
from tests.ui.writing import dialog, service_with, shown
from xcoll_tui.session.screen_state import ScreenState
from xcoll_tui.ui.screens.choose_columns import ChooseColumnsScreen
from xcoll_tui.ui.screens.sort import SortScreen

SEC = "SEC Filings"
FEEDBACK = "Customer feedback 2025"  # 156 documents: two pages
SIZE = (120, 36)


def labels(pilot):
    """List the columns that are on the screen."""
    return [placed.column.label for placed in pilot.app.main.documents.table.painter._placed]


def values(documents, key):
    """List a field of all rows in the order of the table."""
    table = documents.table
    return [table.listing.row(at).fields.get(key, "") for at in range(len(table.listing))]


async def pick_sort(pilot, label):
    """Choose a sort from the list."""
    screen = await dialog(pilot, SortScreen, "s")
    rows = screen._rows
    at = next(index for index in range(len(rows)) if rows.row(index).name == label)
    screen._table.move_to(at)
    await pilot.press("enter")
    await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)


async def test_s_offers_a_list_and_typed_ahead_takes_the_next(server, browse):
    async with browse(server.url, size=SIZE) as pilot:
        await open_collection(pilot, SUPPORT)
        await dialog(pilot, SortScreen, "s")
        await shown(pilot, "Name by the service · now ▲", "Size by the service", "Created")
        await shown(pilot, "Status not all loaded: L loads all", "product not all loaded")
        await pilot.press("escape", "s", "enter")
        await wait_until(pilot, lambda: "size ▲" in screen_text(pilot))
        await pilot.press("s", "enter", "S")
        await wait_until(pilot, lambda: "created ▼" in screen_text(pilot))
        await pilot.press("s", "s", "enter")  # what cannot be is passed over, unless one goes there
        await wait_until(pilot, lambda: "size ▲" in screen_text(pilot))
        await pick_sort(pilot, "Size")
        await wait_until(pilot, lambda: "size ▼" in screen_text(pilot))
        # The collections have two sorts, and the second has no column.
        await pilot.press("1", "s", "enter")
        table = pilot.app.main.collections.table
        await wait_until(pilot, lambda: table.sorted_by == ("COLLECTIONS_SORT_BY_AGE", False))


async def test_a_field_is_sorted_here_when_all_is_loaded(browse):
    with service_with() as (server, service):
        async with browse(server.url, size=SIZE) as pilot:
            await open_collection(pilot, SEC)
            await pick_sort(pilot, "ticker")
            await shown(pilot, "The service cannot sort by ticker")
            assert "name ▲" in screen_text(pilot)
            await pilot.press("1")
            documents = await open_collection(pilot, FEEDBACK)
            assert documents.feed.listing.complete
            made = requests_of(pilot)
            await pick_sort(pilot, "region")
            await wait_until(pilot, lambda: "region ▲ (sorted here)" in screen_text(pilot))
            assert values(documents, "region") == sorted(values(documents, "region"))
            await pilot.press("S")
            await wait_until(pilot, lambda: "region ▼ (sorted here)" in screen_text(pilot))
            assert values(documents, "region") == sorted(values(documents, "region"), reverse=True)
            assert not made

            # What changes, goes and comes keeps the order, and the cursor its row.
            key = documents.table.cursor_key
            row = documents.feed.listing.get(key)
            session = pilot.app.main.session
            service.edit(session.opened, key, {**row.fields, "region": "aaa"})
            await session.read_document(key)
            await wait_until(pilot, lambda: values(documents, "region")[-1] == "aaa")
            assert documents.table.cursor_key == key
            assert documents.table.cursor == len(documents.table.listing) - 1
            gone = documents.table.listing.key(documents.table.listing.row(3))
            service.remove(session.opened, gone)
            await pilot.press("R")
            await wait_until(pilot, lambda: len(documents.table.listing) == 155)
            regions = values(documents, "region")
            assert regions == sorted(regions, key=str.casefold, reverse=True)
            assert documents.table.cursor_key == key
            await pilot.press("space", "k", "k", "v")
            assert len(documents.table.marks) == 3

            await pilot.press("escape")
            await pick_sort(pilot, "Name")
            await wait_until(pilot, lambda: "name ▲" in screen_text(pilot))
            assert documents.table.listing is documents.feed.listing


async def test_the_header_sorts_here_as_well_and_says_why_not(server, browse):
    async with browse(server.url, size=SIZE) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        table = documents.table
        placed = next(each for each in table.painter._placed if each.column.label == "Type")
        where = (placed.start + table.painter.gutter, 0)
        await pilot.click(table, offset=where)
        await shown(pilot, "The service cannot sort by Type")
        await pilot.press("L")
        await wait_until(pilot, lambda: table.listing.complete)
        for arrow in ("▲", "▼"):
            await pilot.click(table, offset=where)
            await wait_until(
                pilot, lambda arrow=arrow: f"Type {arrow} (sorted here)" in screen_text(pilot)
            )


async def test_columns_are_chosen_and_put_in_order_and_are_so_at_the_next_start(
    server, browse, tmp_path
):
    async with browse(
        server.url, size=SIZE, state=tmp_path, screen_state=ScreenState(tmp_path)
    ) as pilot:
        await open_collection(pilot, SEC)
        assert labels(pilot)[:4] == ["Name", "Status", "Size", "Type"]
        await dialog(pilot, ChooseColumnsScreen, "C")
        await shown(pilot, "✓ Status", "✓ ticker field", "Chunks", "Last indexed", "File ID")
        # Status out; size behind type; the field form first.
        await pilot.press("space", "J", "down", "down", "down", *["K"] * 5)
        await pilot.press("enter")
        await wait_until(pilot, lambda: labels(pilot)[:4] == ["Name", "form", "Type", "Size"])
        assert "Status" not in labels(pilot)
        await pilot.press("s", "enter", "S")
        await wait_until(pilot, lambda: "size ▼" in screen_text(pilot))
        await open_collection(pilot, SUPPORT)
        assert "Status" in labels(pilot)
        assert "name ▲" in screen_text(pilot)
    async with browse(
        server.url, size=SIZE, state=tmp_path, screen_state=ScreenState(tmp_path)
    ) as pilot:
        documents = await open_collection(pilot, SEC)
        await wait_until(pilot, lambda: "size ▼" in screen_text(pilot))
        assert labels(pilot)[:4] == ["Name", "form", "Type", "Size"]
        await pilot.press("L")
        await wait_until(pilot, lambda: documents.feed.listing.complete)
        await pick_sort(pilot, "ticker")
        await wait_until(pilot, lambda: "(sorted here)" in screen_text(pilot))
        await dialog(pilot, ChooseColumnsScreen, "C")
        await pilot.press("r")
        await wait_until(pilot, lambda: labels(pilot)[:2] == ["Name", "Status"])
    async with browse(
        server.url, size=SIZE, state=tmp_path, screen_state=ScreenState(tmp_path)
    ) as pilot:
        await open_collection(pilot, SEC)
        assert labels(pilot)[:2] == ["Name", "Status"]
        assert "name ▲" in screen_text(pilot)
        await pilot.press("L")
        await wait_until(pilot, lambda: "ticker ▲ (sorted here)" in screen_text(pilot))


async def test_no_column_but_the_name_and_one_that_was_hidden(server, browse):
    async with browse(server.url, size=SIZE) as pilot:
        documents = await open_collection(pilot, SEC)
        screen = await dialog(pilot, ChooseColumnsScreen, "C")
        count = sum(choice.chosen for choice in screen._choices)
        await pilot.press(*["space"] * count, "enter")
        await wait_until(pilot, lambda: labels(pilot) == ["Name"])
        await dialog(pilot, ChooseColumnsScreen, "C")
        assert "J K Move · r Reset · esc Cancel" in screen_text(pilot)
        await pilot.resize_terminal(40, 10)
        await wait_until(pilot, lambda: "space Show · esc Cancel" in screen_text(pilot))
        await pilot.resize_terminal(*SIZE)
        await pilot.press("G", "space", "escape")
        assert labels(pilot) == ["Name"]
        await dialog(pilot, ChooseColumnsScreen, "C")
        await pilot.press("G", "space", "enter")
        await wait_until(pilot, lambda: labels(pilot) == ["Name", "File ID"])
        assert documents.table.row.file_id in screen_text(pilot)

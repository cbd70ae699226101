"""Browsing, as a person does it: keys and mouse in, the screen out."""

import pytest
from textual import events

from tests.conftest import screen_text, wait_until
from tests.ui.writing import shown
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.events import RequestMade
from xcoll_tui.ui.screens.details import DetailsScreen

SUPPORT = "Support articles"  # 1,204 documents
SCANS = "Incoming scans"  # failures and documents being indexed


async def open_collection(pilot, name):
    """Put the cursor on a collection and open it; wait for a page more than is seen."""
    main = pilot.app.main
    table = main.collections.table
    await wait_until(pilot, lambda: table.listing.loaded)
    names = [row.collection_name for row in table.listing.loaded_items()]
    table.move_to(names.index(name))
    await pilot.press("enter")
    documents = main.documents
    await wait_until(pilot, lambda: documents.heading == name and documents.feed.loaded_at)
    listing = documents.feed.listing
    await wait_until(pilot, lambda: listing.complete or listing.loaded > 100)
    await wait_until(pilot, lambda: not documents.feed.loading)
    return documents


def requests_of(pilot):
    """Collect the requests made from now on."""
    made = []

    def note(change):
        if isinstance(change, RequestMade):
            made.append(f"{change.record.method} {change.record.path}")

    pilot.app.main.session.subscribe(note)
    return made


async def test_the_documents_of_the_first_collection_are_shown_by_themselves(server, browse):
    async with browse(server.url) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
        screen = screen_text(pilot)
        assert "1 Collections" in screen
        assert "2 Customer feedback 2025" in screen
        assert "100 of 156 · name ▲" in screen
        assert "feedback-2025-w01-amer.csv" in screen
        assert pilot.app.focused is pilot.app.main.collections.table


async def test_a_quick_walk_over_collections_asks_only_where_it_rests(server, browse):
    async with browse(server.url) as pilot:
        main = pilot.app.main
        await wait_until(pilot, lambda: main.documents.table.listing.loaded)
        made = requests_of(pilot)
        for _ in range(6):
            main.collections.table.action_move(1)
        await wait_until(pilot, lambda: main.documents.heading == "Product manuals")
        await wait_until(pilot, lambda: not main.documents.feed.loading)
        asked = {path.split("/")[3] for path in made if "/documents" in path}
        assert asked == {main.session.opened}


async def test_a_collection_named_at_the_start_is_opened(server, browse):
    async with browse(server.url) as pilot:
        table = pilot.app.main.collections.table
        await wait_until(pilot, lambda: table.listing.loaded)
        rows = table.listing.loaded_items()
        wanted = next(row for row in rows if row.collection_name == SUPPORT)
    async with browse(server.url, collection_id=wanted.collection_id) as pilot:
        await wait_until(pilot, lambda: f"2 {SUPPORT}" in screen_text(pilot))
        await wait_until(pilot, lambda: "200 of 1,204" in screen_text(pilot))
        assert pilot.app.main.collections.table.cursor_key == wanted.collection_id


async def test_the_end_comes_in_one_request_and_the_gap_is_told(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        made = requests_of(pilot)
        await pilot.press("G")
        await wait_until(pilot, lambda: documents.table.cursor == len(documents.table.listing) - 1)
        await wait_until(pilot, lambda: documents.table.cursor > 150)
        assert len([path for path in made if "ORDERING_DESCENDING" in path]) == 1
        assert len(made) == 1
        await pilot.press("g")
        assert documents.table.cursor == 0
        documents.table.move_to(documents.table.listing.gap_index)
        await wait_until(pilot, lambda: "not loaded …" in screen_text(pilot))


async def test_the_next_page_comes_before_the_end_is_reached(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        table = documents.table
        for page in range(2, 6):
            await pilot.press("pagedown", "pagedown")
            await wait_until(pilot, lambda page=page: table.listing.loaded >= page * 50)
        assert table.cursor_key is not None
        await pilot.press("L")
        await wait_until(pilot, lambda: table.listing.complete)
        assert table.listing.loaded == 1_204
        assert "1,204 · name ▲" in screen_text(pilot)


async def test_sorting_by_key_and_by_mouse(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        table = documents.table
        await pilot.press("s", "enter")
        await wait_until(pilot, lambda: "size ▲" in screen_text(pilot))
        await pilot.press("S")
        await wait_until(pilot, lambda: "size ▼" in screen_text(pilot))
        sizes = [row.file_metadata.size_bytes for row in table.listing.loaded_items()]
        assert sizes == sorted(sizes, reverse=True)
        await pilot.click(table, offset=(5, 0))
        await wait_until(pilot, lambda: "name ▲" in screen_text(pilot))
        await pilot.click(table, offset=(5, 0))
        await wait_until(pilot, lambda: "name ▼" in screen_text(pilot))
        assert table.cursor == 0


async def test_filters_plain_expression_refused_and_cleared(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        await pilot.press("slash", *"sign")
        await wait_until(pilot, lambda: "match" in screen_text(pilot))  # while it is typed
        rows = list(documents.table.listing.loaded_items())
        assert rows
        assert all("sign" in row.name for row in rows)
        await pilot.press("enter")
        assert pilot.app.focused is documents.table
        await pilot.press("escape")
        await wait_until(pilot, lambda: "of 1,204" in screen_text(pilot))

        await pilot.press("slash", *"size_bytes:>x", "enter")
        await wait_until(pilot, lambda: documents.feed.refused)
        before = documents.table.listing.loaded
        assert documents.filter_bar.complaint in screen_text(pilot)
        assert "size_bytes:>x" in screen_text(pilot)
        assert 100 <= before < 1_204
        await pilot.press("escape")
        await wait_until(pilot, lambda: not documents.filter_bar.complaint)

        await pilot.press("slash", *"nowhere at all", "enter")
        await wait_until(pilot, lambda: "0 of 1,204 match." in screen_text(pilot))
        assert "Esc clears the filter." in screen_text(pilot)


async def test_failed_only_tells_the_reason_under_the_cursor(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SCANS)
        await pilot.press("F")
        await wait_until(pilot, lambda: "failed only" in screen_text(pilot))
        assert documents.table.listing.loaded == 12
        assert "└ File format not supported." in screen_text(pilot)
        assert "38 · 12 failed · failed only" in screen_text(pilot)
        assert "12 × File format not supported." in screen_text(pilot)
        assert "Reason" in screen_text(pilot)
        table = documents.table
        await pilot.press("down")
        lines = screen_text(pilot).split("\n")
        under = next(i for i, line in enumerate(lines) if "└ File format" in line)
        assert table.row.name in lines[under - 1]
        await pilot.press("F")
        await wait_until(pilot, lambda: "38 · name ▲" in screen_text(pilot))
        assert "12 ×" not in screen_text(pilot)
        assert "Reason" not in screen_text(pilot)


async def test_a_refresh_keeps_cursor_marks_sort_and_scroll(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        table = documents.table
        table.move_to(40)
        await pilot.press("space", "space")
        place = (table.cursor_key, set(table.marks), table.scroll_offset, table.sorted_by)
        made = requests_of(pilot)
        await pilot.press("R")
        await wait_until(pilot, lambda: made and not documents.feed.refreshing)
        assert (table.cursor_key, table.marks, table.scroll_offset, table.sorted_by) == place
        assert "2 marked" in screen_text(pilot)
        await pilot.press("escape")
        assert not table.marks
        await pilot.press("escape")
        assert pilot.app.focused is pilot.app.main.collections.table


async def test_ranges_and_everything_can_be_marked(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        await pilot.press("space", "down", "down", "v")
        assert len(documents.table.marks) == 4
        await pilot.press("asterisk")
        assert len(documents.table.marks) == 200
        await wait_until(pilot, lambda: "Marked the 200 that are loaded." in screen_text(pilot))
        await pilot.press("asterisk")
        assert not documents.table.marks


async def test_details_are_read_afresh_and_closed_once(server, browse):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, SCANS)
        made = requests_of(pilot)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, DetailsScreen)
        await wait_until(pilot, lambda: "SHA-256" in screen_text(pilot))
        assert any(path.endswith(documents.table.cursor_key) for path in made)
        await wait_until(pilot, lambda: "Reading it again" not in screen_text(pilot))
        await pilot.press("tab")
        await wait_until(pilot, lambda: '"file_metadata": {' in screen_text(pilot))
        await pilot.press("c")
        assert pilot.app.clipboard == documents.table.cursor_key
        await pilot.press("escape", "escape")
        assert pilot.app.screen is pilot.app.main


async def test_properties_of_a_collection(server, browse):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, SUPPORT)
        await pilot.press("1", "p")
        await wait_until(pilot, lambda: "Field definitions" in screen_text(pilot))
        screen = screen_text(pilot)
        assert "grok-embedding-small" in screen
        assert "Strategy" in screen
        assert "1,204" in screen


async def test_the_mouse_alone(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        main = pilot.app.main
        collections, documents = main.collections, main.documents
        await wait_until(pilot, lambda: documents.table.listing.loaded)
        await pilot.click(collections.table, offset=(6, 2))
        await wait_until(pilot, lambda: documents.heading == SCANS)
        await wait_until(pilot, lambda: documents.table.listing.loaded == 38)
        await pilot.click(documents.table, offset=(10, 4))
        assert pilot.app.focused is documents.table
        assert documents.table.cursor > 0
        await pilot.click(documents.table, offset=(1, 6))
        assert len(documents.table.marks) == 1
        await pilot.click(documents.table, offset=(10, 8), times=2)
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, DetailsScreen))
        await pilot.press("escape")
        footer = screen_text(pilot).split("\n")[-1]
        await pilot.click(main.footer, offset=(footer.index("? Help"), 0))
        await wait_until(pilot, lambda: "Move" in screen_text(pilot))


async def test_every_action_is_in_the_palette(server, browse):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, SUPPORT)
        await pilot.press("colon", *"reverse")
        await wait_until(pilot, lambda: "Reverse the sort order" in screen_text(pilot))
        await pilot.press("enter")
        await wait_until(pilot, lambda: "name ▼" in screen_text(pilot))


@pytest.mark.parametrize("key", ["i", "space", "v", "asterisk"])
async def test_what_cannot_be_done_here_says_why(server, browse, key):
    async with browse(server.url, size=(120, 40)) as pilot:
        await open_collection(pilot, SUPPORT)
        await pilot.press("1", key)
        await shown(pilot, "This works on documents: 2 goes to them.")
        await pilot.press("colon", *"re-index")
        line = "Re-index  This works on documents: 2 goes to them."
        await wait_until(pilot, lambda: line in screen_text(pilot))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("GET:*/documents:403", "lacks the permission"),
        ("GET:*/documents:garbage", "cannot be read"),
    ],
)
async def test_an_error_keeps_the_rows_and_says_how_to_go_on(server, browse, fault, said):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SCANS)
        server.faults[:] = [parse_fault(fault)]
        await pilot.press("R")
        await wait_until(pilot, lambda: documents.feed.problem)
        assert said in " ".join(screen_text(pilot).split())
        assert documents.table.stale
        assert documents.table.listing.loaded == 38
        server.faults.clear()
        await pilot.press("R")
        await wait_until(pilot, lambda: not documents.table.stale)
        assert said not in screen_text(pilot)


async def test_a_wrong_key_is_said_in_the_screen(server, browse):
    async with browse(server.url, key="not-the-key-at-all") as pilot:
        await wait_until(pilot, lambda: "401" in screen_text(pilot))
        assert "not-the-key-at-all" not in screen_text(pilot)


async def test_one_pane_at_a_time_where_there_is_no_room_for_two(server, browse):
    async with browse(server.url, size=(40, 10)) as pilot:
        await open_collection(pilot, SUPPORT)
        assert "1 Collections" not in screen_text(pilot)
        await pilot.press("h")
        assert "1 Collections" in screen_text(pilot)
        assert "2 Support" not in screen_text(pilot)
        await pilot.resize_terminal(120, 30)
        await wait_until(pilot, lambda: "2 Support" in screen_text(pilot))
        assert "1 Collections" in screen_text(pilot)


async def test_the_footer_keeps_the_way_to_help(server, browse):
    for width in (40, 80, 160):
        async with browse(server.url, size=(width, 12)) as pilot:
            await wait_until(pilot, lambda: pilot.app.main.collections.table.listing.loaded)
            footer = screen_text(pilot).split("\n")[-1]
            assert footer.endswith("? Help")
            assert len(footer) <= width


async def test_rows_under_way_are_followed_until_they_are_ready(browse):
    now = [1_000.0]
    with Server(seed="none", key="k", index_seconds=100, clock=lambda: now[0]) as server:
        await _attach_one(server)
        async with browse(server.url, key="k", size=(120, 20)) as pilot:
            await wait_until(pilot, lambda: "1 indexing" in screen_text(pilot))
            now[0] += 1_000
            await wait_until(pilot, lambda: "● ready" in screen_text(pilot))
            assert "indexing" not in screen_text(pilot)


async def _attach_one(server):
    import httpx  # noqa: PLC0415 - only this test needs it

    async with httpx.AsyncClient(
        base_url=server.url, headers={"Authorization": f"Bearer {server.key}"}
    ) as http:
        made = await http.post("/v1/collections", json={"collection_name": "Notes"})
        file = await http.post("/v1/files", files={"file": ("a.txt", b"hello", "text/plain")})
        path = f"/v1/collections/{made.json()['collection_id']}/documents/{file.json()['id']}"
        assert (await http.post(path)).status_code == 200


def rows_on(pilot):
    """Return the lines of the rows, without the frame and the scrollbar at their right."""
    return [line[:-2] for line in screen_text(pilot).split("\n")[4:-2]]


async def test_rows_that_come_above_do_not_move_what_is_looked_at(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        table = documents.table
        await pilot.press("G")
        await wait_until(pilot, lambda: table.cursor > 150)
        await pilot.press("g")
        bottom = len(table.listing) - 60
        table.scroll_to(y=bottom, animate=False)
        await pilot.pause()
        seen = rows_on(pilot)
        await documents.feed.load_more()
        await wait_until(pilot, lambda: len(table.listing) > bottom + 150)
        assert rows_on(pilot) == seen
        assert table.cursor == 0


async def test_the_activity_opens_from_either_pane_and_closes_with_the_same_key(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        await open_collection(pilot, SUPPORT)
        for pane in ("1", "2"):
            await pilot.press(pane, "at")
            await wait_until(pilot, lambda: "Activity: " in screen_text(pilot))
            await pilot.press("at")
            await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)


async def test_a_click_beside_a_dialog_that_only_tells_closes_it(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        await open_collection(pilot, SUPPORT)
        for key in ("enter", "question_mark", "at"):
            await pilot.press(key)
            await wait_until(pilot, lambda: pilot.app.screen is not pilot.app.main)
            await pilot.click(offset=(1, 15))
            await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)


@pytest.mark.parametrize("width", [120, 60])
async def test_a_filter_that_is_opened_at_once_in_the_other_pane_takes_the_letters(
    server, browse, width
):
    async with browse(server.url, size=(width, 30)) as pilot:
        await open_collection(pilot, "Meeting notes")
        main = pilot.app.main
        for _ in range(3):
            await pilot.press("1")
            # In one burst, as over a slow line: as commands, the letters would edit and remove.
            for key, character in (("2", "2"), ("slash", "/"), *((each, each) for each in "aed")):
                pilot.app.post_message(events.Key(key, character))
            await wait_until(pilot, lambda: main.documents.filter_bar.editing)
            await wait_until(pilot, lambda: getattr(pilot.app.focused, "value", "") == "aed")
            assert pilot.app.screen is main
            await pilot.press("escape")
            await wait_until(pilot, lambda: not main.documents.filter_bar.editing)

"""A wide screen: the left pane grows, and the preview follows the cursor without a request."""

from statistics import median

import pytest

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import SUPPORT, open_collection, requests_of
from tests.ui.writing import INTERVIEWS, service_with
from xcoll_tui.session.screen_state import ScreenState
from xcoll_tui.ui.widgets.preview import Preview

SIZE = (160, 45)


def preview_words(pilot):
    """Return what the preview shows as one line."""
    preview = pilot.app.main.preview
    shown = preview.lines[preview.top : preview.top + preview.size.height]
    return " ".join(" ".join(span.text for span in line) for line in shown)


async def shown_in_preview(pilot, *wanted):
    """Wait until the preview is on the screen, with all of this in it."""

    def holds():
        words = " ".join(preview_words(pilot).split())
        return pilot.app.main.preview.display and all(each in words for each in wanted)

    await wait_until(pilot, holds)


async def test_the_preview_follows_the_cursor_without_a_request(server, browse):
    async with browse(server.url, size=SIZE) as pilot:
        documents = await open_collection(pilot, "SEC Filings")
        await shown_in_preview(pilot, documents.table.row.file_id[:20])
        made = requests_of(pilot)
        for _ in range(12):
            await pilot.press("down")
            row = documents.table.row
            wanted = [row.name[:10], *row.fields.values(), row.error_message or "Status"]
            await shown_in_preview(pilot, "Fields", *wanted)
        assert not made
        text = " ".join(preview_words(pilot).split())
        assert text.index("Fields") < text.index("State") < text.index("File ID")


async def test_of_another_document_the_lines_that_differ_are_painted(server, browse, monkeypatch):
    painted = []
    draw = Preview.render_line
    monkeypatch.setattr(Preview, "render_line", lambda self, y: painted.append(y) or draw(self, y))
    async with browse(server.url, size=SIZE) as pilot:
        documents = await open_collection(pilot, "SEC Filings")
        preview = pilot.app.main.preview
        await shown_in_preview(pilot, documents.table.row.file_id[:20])
        lines = []
        for key in ("down",) * 6 + ("up",) * 3:
            painted.clear()
            await pilot.press(key)
            file_id = documents.table.row.file_id[:20]
            await wait_until(pilot, lambda wanted=file_id: wanted in screen_text(pilot))
            lines.append(len(set(painted)))
        assert 0 < min(lines) <= max(lines) < preview.size.height
        assert median(lines) < preview.size.height / 2
        shown = screen_text(pilot)
        painted.clear()
        preview.refresh()
        await wait_until(pilot, lambda: len(set(painted)) == preview.size.height)
        assert screen_text(pilot) == shown


async def test_the_preview_shows_what_is_missing_and_follows_changes_of_the_row(browse):
    with service_with() as (server, service):
        async with browse(server.url, size=SIZE) as pilot:
            documents = await open_collection(pilot, INTERVIEWS)
            row = documents.table.row
            collection_id = pilot.app.main.session.opened
            value = '{"clause": [1, 2, "' + "x" * 90 + '"], "escape": "\x1b[31m"}'
            service.edit(collection_id, row.file_id, {"note": value})
            await pilot.press("R")
            await shown_in_preview(pilot, "note", "Defined, but missing here role")
            assert "\x1b" not in preview_words(pilot)
            assert "␛[31m" in preview_words(pilot).replace(" ", "")
            assert all(
                sum(len(span.text) for span in line) <= pilot.app.main.preview.size.width
                for line in pilot.app.main.preview.lines
            )


async def test_w_turns_it_on_and_off_and_it_is_as_it_was_at_the_next_start(
    server, browse, tmp_path
):
    async with browse(
        server.url, size=SIZE, state=tmp_path, screen_state=ScreenState(tmp_path)
    ) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        assert pilot.app.main.preview.display
        wide = documents.size.width
        await pilot.press("w")
        await wait_until(pilot, lambda: documents.size.width > wide)
        assert not pilot.app.main.preview.display
    async with browse(
        server.url, size=SIZE, state=tmp_path, screen_state=ScreenState(tmp_path)
    ) as pilot:
        await open_collection(pilot, SUPPORT)
        assert not pilot.app.main.preview.display
        await pilot.press("w")
        await shown_in_preview(pilot, "Fields")
    async with browse(
        server.url, size=(120, 30), state=tmp_path, screen_state=ScreenState(tmp_path)
    ) as pilot:
        await open_collection(pilot, SUPPORT)
        await shown_in_preview(pilot, "Fields")


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_where_there_is_no_room_w_says_so(server, browse, size):
    async with browse(server.url, size=size) as pilot:
        await open_collection(pilot, SUPPORT)
        await pilot.press("w")
        await wait_until(pilot, lambda: "The preview needs 116" in screen_text(pilot))
        assert not pilot.app.main.preview.display


async def test_tab_goes_through_the_panes_and_the_preview_scrolls(server, browse):
    async with browse(server.url, size=(150, 16)) as pilot:
        documents = await open_collection(pilot, SUPPORT)
        main = pilot.app.main
        await shown_in_preview(pilot, "Fields")
        stops = [documents.table, main.preview, main.collections.table]
        for stop in (*stops[1:], stops[0]):
            await pilot.press("tab")
            assert main.focused is stop
        for stop in (*reversed(stops[1:]), stops[0]):
            await pilot.press("shift+tab")
            assert main.focused is stop
        await pilot.press("tab", "G")
        await wait_until(pilot, lambda: "Processing" in preview_words(pilot))
        assert main.preview.top > 0
        cursor = documents.table.cursor
        await pilot.press("k", "j", "pageup", "g")
        assert (main.preview.top, documents.table.cursor) == (0, cursor)
        # What is done there is done to the document that it shows.
        await pilot.press("space")
        assert documents.table.marks
        await pilot.press("tab", "tab", "tab", "w")
        await wait_until(pilot, lambda: not main.preview.display)
        assert main.focused is documents.table
        await pilot.press("w", "tab", "escape")
        assert main.focused is documents.table


async def test_the_left_pane_grows_to_its_longest_name(server, browse):
    for size, shown in (((119, 30), False), ((120, 30), True)):
        async with browse(server.url, size=size) as pilot:
            await open_collection(pilot, SUPPORT)
            await wait_until(
                pilot, lambda shown=shown: shown == ("Interview transcripts" in screen_text(pilot))
            )
            await pilot.resize_terminal(60, 20)
            await wait_until(pilot, lambda: "1 Collections" not in screen_text(pilot))
            assert pilot.app.main.documents.size.width == 58


async def test_at_80_columns_all_five_columns_are_there(server, browse):
    async with browse(server.url, size=(80, 24)) as pilot:
        await open_collection(pilot, "Customer feedback 2025")
        header = screen_text(pilot).split("\n")[3]
        assert header.split()[-6:-2] == ["Status", "Size", "Type", "Created"]
        # The ends of the names differ, and their beginnings do not.
        assert "w01-amer.csv" in screen_text(pilot)

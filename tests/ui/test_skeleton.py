"""What takes more than a moment is announced, and what is quicker does not flicker."""

import pytest

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import NOTES, SCANS
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.ui.widgets import placeholder


@pytest.mark.parametrize("slow", [0.001, 60])
async def test_rows_that_are_waited_for(server, browse, monkeypatch, slow):
    monkeypatch.setattr(placeholder, "SLOW", slow)
    async with browse(server.url, size=(100, 24)) as pilot:
        documents = await open_collection(pilot, SCANS)
        # From now on the documents never come.
        server.faults[:] = [parse_fault("GET:*/documents*:timeout")]
        await pilot.press("1")
        collections = pilot.app.main.collections.table
        names = [row.collection_name for row in collections.listing.loaded_items()]
        collections.move_to(names.index(NOTES))
        await wait_until(pilot, lambda: f"2 {NOTES}" in screen_text(pilot))
        await wait_until(pilot, lambda: documents.feed.loading)
        assert SCANS not in documents.heading
        assert "scan_0001" not in screen_text(pilot)
        if slow > 1:
            assert "Loading…" not in screen_text(pilot)
            return
        await wait_until(pilot, lambda: "Loading…" in screen_text(pilot))
        skeleton = pilot.app.main.documents.table.render_line(2)
        papers = {segment.style.bgcolor for segment in skeleton if segment.text.strip() == ""}
        assert len(papers) == 2
        server.faults[:] = []

"""Triage: F shows what failed by reasons, * and i have it indexed again, and the end is told."""

import pytest

from tests.conftest import screen_text, wait_until
from tests.ui.screenshots import assert_picture
from tests.ui.test_browsing import open_collection
from tests.ui.writing import SCANS, back_on_main, dialog, move_clock, run_over, service_with, told
from xcoll_tui.ui.screens.choose_columns import ChooseColumnsScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen


async def test_failures_are_grouped_indexed_again_and_what_came_of_it_is_told(browse, pytestconfig):
    with service_with(index_seconds=10) as (server, _):
        async with browse(server.url, size=(120, 30)) as pilot:
            documents = await open_collection(pilot, SCANS)
            await wait_until(pilot, lambda: " 12 failed" in screen_text(pilot))
            await pilot.press("F")
            await wait_until(pilot, lambda: "38 · 12 failed · failed only" in screen_text(pilot))
            await wait_until(pilot, lambda: "12 × File format not supported." in screen_text(pilot))
            update = bool(pytestconfig.getoption("--update-screenshots"))
            assert_picture(pilot, "triage", update=update)
            await pilot.press("asterisk")
            assert len(documents.table.marks) == 12
            await dialog(pilot, ConfirmScreen, "i")
            await pilot.press("y")
            await run_over(pilot)
            await pilot.press("escape")
            await back_on_main(pilot)
            # While they are indexed again they have not failed, and are not ready either.
            await wait_until(pilot, lambda: "38 · 0 failed" in screen_text(pilot))
            assert "12 ×" not in screen_text(pilot)
            move_clock(server, 60)
            await told(pilot, f"{SCANS} re-indexed: 0 ready, 12 failed again. F shows")
            await wait_until(pilot, lambda: "38 · 12 failed" in screen_text(pilot))


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
async def test_the_reasons_leave_room_for_the_rows(server, browse, size):
    async with browse(server.url, size=size) as pilot:
        documents = await open_collection(pilot, SCANS)
        await pilot.press("F")
        await wait_until(pilot, lambda: "12 × File" in screen_text(pilot))
        assert documents.table.row.name[:12] in screen_text(pilot)
        await dialog(pilot, ChooseColumnsScreen, "C")  # the reason is a column, and none to choose

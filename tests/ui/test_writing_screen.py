"""What holds for all writing: read-only, the activity, and leaving."""

import asyncio

from tests.conftest import KEY, screen_text, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    INTERVIEWS,
    back_on_main,
    dialog,
    dialog_of,
    shown,
    toasts,
    written,
)
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.activity import ActivityScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen


async def test_read_only_refuses_each_key_that_writes_with_a_sentence(server, browse):
    async with browse(server.url, size=(120, 30), read_only=True) as pilot:
        await open_collection(pilot, INTERVIEWS)
        made, main = written(pilot), pilot.app.main
        footer = screen_text(pilot).split("\n")[-1]
        assert not any(word in footer for word in ("Attach", "Edit", "Remove", "Re-index"))
        for keys in (["a", "e", "d", "i", "n", "z", "Y", "B", "exclamation_mark"], ["1", "e", "d"]):
            for key in keys:
                pilot.app.clear_notifications()
                await pilot.press(key)
                if key == "1":
                    continue
                assert pilot.app.screen is main
                assert [each for each in toasts(pilot) if "--read-only" in each], key
        assert made == []
        assert not main.session.activity.entries
        outcome = await main.session.document_writes.remove(main.documents.table.cursor_key)
        assert not outcome.ok  # refused below the screen as well
        assert made == []


async def test_read_only_is_refused_where_nobody_says_why(server, browse):
    async with browse(server.url, size=(120, 30), read_only=True) as pilot:
        await open_collection(pilot, INTERVIEWS)
        main = pilot.app.main
        main.why_read_only = ""
        for key in "aedinzYB":
            pilot.app.clear_notifications()
            await pilot.press(key)
            assert pilot.app.screen is main
            assert toasts(pilot) == ["Nothing can be written here."], key


async def test_the_activity_tells_writes_and_requests_and_copies_them_without_the_key(
    server, browse
):
    async with browse(server.url, size=(160, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        row = documents.table.row
        await pilot.press("i")
        await wait_until(pilot, lambda: pilot.app.main.session.activity.entries)
        await back_on_main(pilot)
        server.faults[:] = [Fault("DELETE", "*", 403)]
        await dialog(pilot, ConfirmScreen, "d")
        await pilot.press("y")
        await wait_until(pilot, lambda: len(pilot.app.main.session.activity.entries) == 2)
        await back_on_main(pilot)
        pilot.app.main.action_activity()
        await dialog(pilot, ActivityScreen)
        await shown(
            pilot,
            f"remove {row.name} · {INTERVIEWS} ✗ failed",
            f"re-index {row.name} · {INTERVIEWS} ● done",
            "was not removed.",
        )
        await pilot.press("c")
        assert pilot.app.clipboard == row.file_id
        await pilot.press("tab")
        await shown(pilot, "Activity: Requests", "PATCH /v1/collections/", " ms")
        lines = dialog_of(pilot, ActivityScreen)._sources[1]()
        number = next(i for i, line in enumerate(lines) if line.title.startswith("DELETE"))
        assert lines[number].outcome == "403"
        pilot.app.screen._table.move_to(number)
        await pilot.press("c")
        curl = pilot.app.clipboard
        head = 'curl -X DELETE -H "Authorization: Bearer $XAI_MANAGEMENT_API_KEY" '
        assert curl.startswith(head)
        assert f"{server.url}/v1/collections/" in curl
        assert curl.rstrip("'").endswith(row.file_id)
        for text in (curl, screen_text(pilot), *(line.copied for line in lines)):
            assert KEY not in text
        await pilot.press("escape", "escape")
        assert pilot.app.screen is pilot.app.main


async def test_quitting_while_a_write_is_under_way_asks(server, browse):
    async with browse(server.url, size=(120, 30), silence=2) as pilot:
        await open_collection(pilot, INTERVIEWS)
        session = pilot.app.main.session
        server.faults[:] = [Fault("PATCH", "*", "timeout", times=1)]
        await pilot.press("i")
        await wait_until(pilot, lambda: session.busy)
        await dialog(pilot, ConfirmScreen, "q")
        await shown(pilot, "Quit anyway?", "1 write", "under way")
        await pilot.press("escape")
        await back_on_main(pilot)
        assert pilot.app.is_running
        # Nothing is under way any more: it ends without a question.
        await pilot.press("q")
        await wait_until(pilot, lambda: pilot.app._exit)


async def test_a_write_that_ends_while_the_question_comes_is_not_asked_about(
    server, browse, monkeypatch
):
    async with browse(server.url) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.documents.table.listing.loaded)
        writing = iter([True])
        monkeypatch.setattr(
            type(pilot.app), "_writing", property(lambda _: next(writing, False)), raising=True
        )
        await pilot.press("q")
        await wait_until(pilot, lambda: pilot.app._exit)


async def test_quitting_all_the_same_lets_the_write_end_in_silence(server, browse):
    async with browse(server.url, size=(120, 30), silence=2) as pilot:
        await open_collection(pilot, INTERVIEWS)
        server.faults[:] = [Fault("PATCH", "*", "timeout", times=1)]
        await pilot.press("i")
        await wait_until(pilot, lambda: pilot.app.main.session.busy)
        await dialog(pilot, ConfirmScreen, "q")
        await pilot.press("y")
        await wait_until(pilot, lambda: pilot.app._exit)
    # Nobody is there any more to be told, and that is no reason to fail.
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [each for each in ended if isinstance(each, Exception)] == []

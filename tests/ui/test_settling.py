"""What shows only later: rows that say so meanwhile, and what is told when it shows or does not."""

import asyncio

from tests.conftest import wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    INTERVIEWS,
    SCANS,
    back_on_main,
    dialog,
    entry,
    move_clock,
    outcomes,
    run_over,
    service_with,
    shown,
    toasts,
    told,
    words_on,
)
from xcoll_tui.ui.screens.activity import ActivityScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen


class Pauses:
    """The pauses of a session: held while the gate is shut, and short while it is open."""

    def __init__(self):
        self.gate = asyncio.Event()

    async def sleep(self, _seconds):
        await self.gate.wait()
        await asyncio.sleep(0.002)


async def test_a_row_says_that_it_is_looked_at_until_the_write_shows(browse):
    pauses = Pauses()
    with service_with(lag=5) as (server, _):
        move_clock(server, 60)
        async with browse(server.url, size=(80, 24), sleep=pauses.sleep) as pilot:
            await open_collection(pilot, INTERVIEWS)
            form = await dialog(pilot, EditFieldsScreen, "e")
            entry(form, "role").value = "chair"
            await pilot.press("ctrl+s")
            await shown(pilot, "Save these changes?")
            await pilot.press("enter")
            await wait_until(pilot, lambda: pilot.app.main.session.activity.entries)
            await pilot.press("escape", "escape")
            await shown(pilot, "◌ saved? looking…")
            assert not any("saved" in toast for toast in toasts(pilot))
            # Others can be written meanwhile.
            await pilot.press("down")
            await dialog(pilot, ConfirmScreen, "d")
            await pilot.press("y")
            await shown(pilot, "◌ saved? looking…", "◌ removed? looking…")
            move_clock(server, 120)
            pauses.gate.set()
            await told(pilot, "are saved")
            await told(pilot, "is removed")
            await back_on_main(pilot)
            assert "looking…" not in words_on(pilot)


async def test_what_does_not_show_is_neither_done_nor_failed_and_told_when_it_shows(browse):
    with service_with(lag=5) as (server, service):
        move_clock(server, 60)
        pauses, held = Pauses(), []

        async def sleep(seconds):
            # Once it was told as not shown, the rest is looked at only when the test wants it.
            if held:
                await pauses.sleep(seconds)
            else:
                await asyncio.sleep(0.002)

        async with browse(server.url, size=(120, 40), sleep=sleep) as pilot:
            documents = await open_collection(pilot, INTERVIEWS)
            session, row = pilot.app.main.session, documents.table.row

            def note(_):
                held.extend(each for each in session.activity.entries if each.outcome is not None)

            session.subscribe(note)
            await dialog(pilot, ConfirmScreen, "d")
            await pilot.press("y")
            await told(pilot, f"The service took the removal of “{row.name}”", "still shows it")
            await back_on_main(pilot)
            assert documents.table.listing.get(row.file_id) is not None
            await dialog(pilot, ActivityScreen, "at")
            await shown(pilot, f"remove {row.name} · {INTERVIEWS} ? not shown yet")
            await pilot.press("escape")
            pilot.app.clear_notifications()
            move_clock(server, 120)
            pauses.gate.set()
            await told(pilot, "It shows now.", "is removed")
            await wait_until(pilot, lambda: documents.table.listing.get(row.file_id) is None)
            assert service.fields(session.opened, row.file_id) is None


async def test_one_is_asked_for_and_then_told_how_it_ended(browse):
    with service_with(index_seconds=10) as (server, _):
        async with browse(server.url, size=(120, 40)) as pilot:
            await open_collection(pilot, SCANS)
            rows = list(pilot.app.main.documents.table.listing.loaded_items())
            good = next(row for row in rows if row.status.endswith("PROCESSED"))
            bad = next(row for row in rows if row.status.endswith("FAILED"))
            table = pilot.app.main.documents.table
            for row in (good, bad):
                table.move_to(table.listing.index_of(row.file_id))
                await pilot.press("i")
                await told(pilot, f"The service was asked to re-index “{row.name}”.")
            await back_on_main(pilot)
            assert not any("is re-indexed" in toast for toast in toasts(pilot))
            move_clock(server, 60)
            await told(pilot, f"“{good.name}” is re-indexed.")
            await told(pilot, f"Indexing “{bad.name}” failed again", "readable text")


async def reindex_five(pilot):
    """Have three that are ready and two that failed indexed again."""
    documents = await open_collection(pilot, SCANS)
    rows = list(documents.table.listing.loaded_items())
    good = [row.file_id for row in rows if row.status.endswith("PROCESSED")][:3]
    bad = [row.file_id for row in rows if row.status.endswith("FAILED")][:2]
    documents.table.mark([*good, *bad])
    await dialog(pilot, ConfirmScreen, "i")
    await pilot.press("y")
    return good, bad


async def test_a_run_says_what_was_asked_for_and_then_how_it_ended(browse):
    with service_with(index_seconds=10) as (server, _):
        async with browse(server.url, size=(120, 40)) as pilot:
            good, bad = await reindex_five(pilot)
            run = await run_over(pilot)
            await shown(pilot, "5 asked for · 5 indexing")
            assert set(outcomes(run).values()) == {"indexing"}
            assert "done" not in words_on(pilot)
            run._table.move_to(3)
            key = run._table.cursor_key
            move_clock(server, 60)
            await shown(pilot, "3 ready · 2 failed again", "F shows those that failed again")
            wanted = {**dict.fromkeys(good, "ready"), **dict.fromkeys(bad, "failed again")}
            assert outcomes(run) == wanted
            on_screen = {row.key: row.word for row in map(run._rows.row, range(len(run._rows)))}
            assert on_screen == wanted
            assert run._table.cursor_key == key
            await pilot.press("escape")
            await back_on_main(pilot)
            await dialog(pilot, ActivityScreen, "at")
            await shown(pilot, "3 ready, 2 failed again")


async def test_a_run_that_was_closed_tells_how_the_indexing_ended(browse):
    with service_with(index_seconds=10) as (server, _):
        async with browse(server.url, size=(120, 40)) as pilot:
            await reindex_five(pilot)
            await run_over(pilot)
            await shown(pilot, "5 asked for · 5 indexing")
            await pilot.press("escape")
            await back_on_main(pilot)
            assert not any("ready" in toast for toast in toasts(pilot))
            move_clock(server, 60)
            await told(
                pilot, f"{SCANS} re-indexed: 3 ready, 2 failed again. F shows those that failed."
            )
            assert sum(SCANS in toast for toast in toasts(pilot)) == 1

"""A run that was hidden: it stays in the header, a key brings it back, and its list is kept."""

import asyncio

from tests.conftest import screen_text, wait_until
from tests.contract.scripted import Scripted, reply
from tests.hostile.shelf import Shelf, document
from tests.hostile.test_text import opened
from tests.ui.test_browsing import open_collection
from tests.ui.writing import (
    INTERVIEWS,
    back_on_main,
    dialog,
    outcomes,
    run_over,
    shown,
    toasts,
    told,
)
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.activity import ActivityScreen
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.run import RunScreen


def header_of(pilot):
    return screen_text(pilot).split("\n")[0]


async def test_a_hidden_run_stays_in_the_header_and_comes_back_by_its_key(browse, tmp_path):
    free = asyncio.Event()
    shelf = Shelf([document(number, f"{number}.txt") for number in range(100)])

    async def held():
        await free.wait()
        return reply(body={})

    async with (
        Scripted(shelf) as service,
        browse(service.url, size=(120, 40), state=tmp_path) as pilot,
    ):
        await opened(pilot)
        await pilot.press("2", "asterisk")
        shelf.override = lambda request: held() if request.method == "PATCH" else None
        await dialog(pilot, ConfirmScreen, "i")
        await pilot.press("y")
        await dialog(pilot, RunScreen)
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
        await wait_until(pilot, lambda: "⟳ 0/100 · r shows it" in header_of(pilot))
        await dialog(pilot, RunScreen, "r")
        await shown(pilot, "Re-indexing 100 documents")
        await pilot.press("escape")
        # Quitting says what is on its way, and what would be dropped.
        await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
        session = pilot.app.main.session
        await wait_until(pilot, lambda: session.busy == 64)
        await dialog(pilot, ConfirmScreen, "q")
        await shown(pilot, "64 writes under way", "36 more writes will not be sent.")
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
        # The activity is not hidden by it; from there it opens, too.
        await dialog(pilot, ActivityScreen, "at")
        await pilot.press("enter")
        await dialog(pilot, RunScreen)
        free.set()
        await run_over(pilot)
        await pilot.press("escape")
        await back_on_main(pilot)
        await wait_until(pilot, lambda: "⟳" not in header_of(pilot))


async def test_the_list_of_an_earlier_run_opens_again_and_is_only_looked_at(server, browse):
    async with browse(server.url, size=(120, 40)) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        await no_run_yet(pilot)
        marked = [row.file_id for row in documents.table.listing.loaded_items()][:4]
        documents.table.mark(marked)
        server.faults[:] = [Fault("DELETE", f"*/documents/{marked[0]}", 403)]
        await dialog(pilot, ConfirmScreen, "d")
        await pilot.press("y")
        run = await run_over(pilot)
        await shown(pilot, "3 removed, 1 failed · Interview transcripts")
        before = outcomes(run)
        await pilot.press("escape")
        await back_on_main(pilot)
        documents.table.clear_marks()
        number = len(toasts(pilot))
        await dialog(pilot, ActivityScreen, "at")
        await shown(pilot, "⏎ Open the run", "3 removed, 1 failed")
        await pilot.press("enter")
        again = await run_over(pilot)
        assert outcomes(again) == before
        assert again._table.cursor_key == marked[0]  # failures first
        await pilot.press("c")
        assert pilot.app.clipboard == marked[0]
        await pilot.press("escape")
        await back_on_main(pilot)
        assert not documents.table.marks
        assert len(toasts(pilot)) <= number + 1  # of what was copied
        # Its failures can still be tried again.
        server.faults.clear()
        await dialog(pilot, RunScreen, "r")
        await pilot.press("r")
        await wait_until(pilot, lambda: pilot.app.screen is not again)
        await wait_until(pilot, lambda: outcomes(pilot.app.screen) == {marked[0]: "removed"})
        await pilot.press("escape")
        await back_on_main(pilot)


async def no_run_yet(pilot):
    """See that there is no run to show yet."""
    await pilot.press("r")
    await told(pilot, "No bulk operation yet.")

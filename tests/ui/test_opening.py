"""What is asked for on the command line is where the keys act, and what `c` says of a copy."""

import pytest

from tests.conftest import screen_text, wait_until
from tests.contract.scripted import Scripted
from tests.hostile.shelf import COLLECTION_ID, Shelf, document, file_id
from tests.hostile.test_text import opened
from tests.ui.writing import dialog, toasts
from xcoll_tui.session.lists.events import RowsReset
from xcoll_tui.ui.screens.confirm import ConfirmScreen
from xcoll_tui.ui.screens.details import DetailsScreen


@pytest.mark.parametrize("size", [(160, 45), (60, 20)])
async def test_a_collection_asked_for_opens_with_its_documents_in_focus(browse, size):
    shelf = Shelf([document(0, "a.txt"), document(1, "b.txt")])
    async with (
        Scripted(shelf) as service,
        browse(service.url, size=size, collection_id=COLLECTION_ID) as pilot,
    ):
        main = pilot.app.main
        assert main.focused is main.documents.table
        await wait_until(pilot, lambda: main.documents.table.cursor_key == file_id(0))
        await wait_until(pilot, lambda: main.collections.table.cursor_key == COLLECTION_ID)
        assert main.pane is main.documents
        assert main.focused is main.documents.table
        question = await dialog(pilot, ConfirmScreen, "d")
        assert question._question.target == "a.txt"


async def test_one_that_is_not_there_is_told_and_gives_way_to_no_other(server, browse):
    async with browse(server.url, collection_id="collection_nowhere") as pilot:
        main = pilot.app.main
        await wait_until(pilot, lambda: "The service did not find it" in screen_text(pilot))
        await wait_until(pilot, lambda: main.collections.table.cursor_key)
        changes = []
        main.session.subscribe(changes.append)
        await pilot.press("1", "R")
        await wait_until(pilot, lambda: RowsReset(None) in changes)
        await pilot.pause()
        assert main.session.opened == "collection_nowhere"
        assert "The service did not find it" in screen_text(pilot)
        await pilot.press("down")
        await wait_until(pilot, lambda: main.session.opened == main.collections.table.cursor_key)


async def test_without_one_the_collections_are(browse):
    async with Scripted(Shelf([])) as service, browse(service.url) as pilot:
        assert pilot.app.main.focused is pilot.app.main.collections.table


async def test_a_copy_is_sent_and_nobody_says_that_it_arrived(browse):
    shelf = Shelf([document(0, "a.txt")])
    async with Scripted(shelf) as service, browse(service.url, size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("c")
        assert toasts(pilot) == [f"ID sent to the terminal: {file_id(0)}"]
        assert pilot.app.clipboard == file_id(0)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, DetailsScreen))
        pilot.app.clear_notifications()
        await pilot.press("c")
        # In a dialog it takes one line below it, and covers nothing.
        await wait_until(pilot, lambda: "ID sent to the terminal" in screen_text(pilot))
        frame = pilot.app.screen.query_one("#details").region
        line = next(
            y for y, line in enumerate(screen_text(pilot).split("\n")) if "sent to the" in line
        )
        assert line >= frame.bottom

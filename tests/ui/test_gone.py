"""A document that goes elsewhere: counted in both panes, named, and told only while it is so."""

from tests.conftest import screen_text, wait_until
from tests.ui.test_browsing import open_collection
from tests.ui.writing import INTERVIEWS, SCANS, dialog, service_with, toasts, told
from xcoll_tui.session.lists.events import Departure
from xcoll_tui.ui.flows.bulk import NOTHING_REMOVED
from xcoll_tui.ui.screens.confirm import ConfirmScreen


def told_elsewhere(pilot):
    return any(Departure.ELSEWHERE in toast for toast in toasts(pilot))


async def start_indexing(pilot, name):
    """Have the first document of a collection indexed again; return it and the collection."""
    documents = await open_collection(pilot, name)
    row = documents.table.row
    await pilot.press("i")
    await told(pilot, "The service was asked to re-index")
    await wait_until(pilot, lambda: row.file_id in documents.feed.under_way)
    return row, pilot.app.main.session.opened


async def test_both_counts_follow_and_the_file_is_named(browse):
    with service_with(index_seconds=1000) as (server, service):
        async with browse(server.url, size=(120, 40)) as pilot:
            row, collection_id = await start_indexing(pilot, INTERVIEWS)
            service.remove(collection_id, row.file_id)
            await told(pilot, row.name, row.file_id, Departure.ELSEWHERE)
            collections = pilot.app.main.collections.table.listing
            await wait_until(pilot, lambda: collections.get(collection_id).documents_count == 56)
            text = screen_text(pilot)
            assert f"{INTERVIEWS} " in text
            assert "─ 56 " in text.split("\n")[1]


async def test_what_is_there_again_is_not_said_to_be_gone(browse):
    with service_with(index_seconds=1000) as (server, service):
        async with browse(server.url, size=(120, 40)) as pilot:
            row, collection_id = await start_indexing(pilot, INTERVIEWS)
            service.remove(collection_id, row.file_id)
            await told(pilot, row.name, Departure.ELSEWHERE)
            service.attach(collection_id, row.file_id, dict(row.fields))
            await pilot.press("R")
            await wait_until(pilot, lambda: not told_elsewhere(pilot))
            assert row.file_id in pilot.app.main.documents.table.listing


async def test_what_was_removed_here_is_not_said_to_be_removed_elsewhere(browse):
    with service_with(index_seconds=1000) as (server, _):
        async with browse(server.url, size=(120, 40)) as pilot:
            row, collection_id = await start_indexing(pilot, INTERVIEWS)
            await dialog(pilot, ConfirmScreen, "d")
            await pilot.press("y")
            feed = pilot.app.main.documents.feed
            await wait_until(pilot, lambda: row.file_id not in feed.listing)
            # A read that was behind showed it again; then it is missed.
            session = pilot.app.main.session
            feed.listing.add_page(next(iter(feed.listing._sides)), [row], "token")
            feed.remove(row.file_id, Departure.ELSEWHERE)
            await pilot.pause()
            assert not told_elsewhere(pilot)
            known = session.collections.listing.get(collection_id)
            assert known.documents_count == 56


async def test_many_that_go_at_once_are_one_sentence(browse):
    with service_with() as (server, _):
        async with browse(server.url, size=(120, 40)) as pilot:
            documents = await open_collection(pilot, SCANS)
            keys = list(documents.table.listing.keys())[:5]
            name = documents.table.listing.get(keys[0]).name
            for key in keys:
                documents.feed.remove(key, Departure.ELSEWHERE)
            await told(pilot, name, "and 4 more were removed elsewhere")
            assert len(toasts(pilot)) == 1


async def test_nothing_is_said_over_a_dialog(browse):
    with service_with() as (server, _):
        async with browse(server.url, size=(80, 24)) as pilot:
            documents = await open_collection(pilot, SCANS)
            await dialog(pilot, ConfirmScreen, "d")
            gone = list(documents.table.listing.loaded_items())[3]
            documents.feed.remove(gone.file_id, Departure.ELSEWHERE)
            pilot.app.main.complain("Something failed.")
            pilot.app.main.complain("Something failed.")
            await pilot.pause()
            assert toasts(pilot) == []
            await pilot.press("escape")
            await told(pilot, gone.name, Departure.ELSEWHERE)
            assert toasts(pilot).count("Something failed.") == 1
            pilot.app.clear_notifications()
            await dialog(pilot, ConfirmScreen, "d")
            for number in range(50):
                pilot.app.main.tell(f"{number} of 50")
            await pilot.press("escape")
            await told(pilot, "49 of 50")
            said = [toast for toast in toasts(pilot) if toast != NOTHING_REMOVED]
            assert said == [f"{number} of 50" for number in range(46, 50)]

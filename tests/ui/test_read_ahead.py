"""Pages that are there before they are seen."""

import asyncio

from tests.conftest import wait_until
from tests.contract.scripted import Scripted, fault
from tests.hostile.shelf import Shelf, document
from tests.hostile.test_text import opened


class Counted(Shelf):
    """A shelf that counts the pages it gave; ``limited`` answers those that follow with a 429."""

    def __init__(self, count):
        super().__init__([document(number, f"name-{number:04}") for number in range(count)])
        self.pages = 0
        self.limited = False

    def __call__(self, request):
        if "/documents?" not in request.target:
            return super().__call__(request)
        self.pages += 1
        if self.limited:
            return fault(429, retry_after="20")
        return super().__call__(request)


async def at_rest(pilot):
    """Wait until what is under way is over, and see whether anything follows."""
    feed = pilot.app.main.documents.feed
    for _ in range(3):
        await wait_until(pilot, lambda: not feed.loading)
        await asyncio.sleep(0)


async def test_one_page_is_there_where_the_focus_is_and_none_where_it_is_not(browse):
    shelf = Counted(1_000)
    async with Scripted(shelf) as service, browse(service.url, size=(120, 50)) as pilot:
        table = pilot.app.main.documents.table
        await wait_until(pilot, lambda: table.listing.loaded)
        await at_rest(pilot)
        assert shelf.pages == 1
        await opened(pilot)
        await wait_until(pilot, lambda: table.listing.loaded == 200)
        await at_rest(pilot)
        await pilot.press("down", "up", "1", "2")
        await at_rest(pilot)
        assert shelf.pages == 2


async def test_pages_are_asked_for_as_fast_as_they_are_scrolled_through(browse):
    shelf = Counted(2_000)
    async with Scripted(shelf) as service, browse(service.url, size=(120, 40)) as pilot:
        documents = await opened(pilot)
        await wait_until(pilot, lambda: documents.table.listing.loaded == 200)
        documents.table._read_ahead._clock = lambda: 0.0
        await pilot.press(*["pagedown"] * 4)
        # A hundred rows within a tenth of a second: four hundred in the next four tenths.
        await wait_until(pilot, lambda: documents.table.listing.loaded == 700)
        await at_rest(pilot)
        assert shelf.pages == 7


async def test_nothing_is_asked_ahead_while_the_service_asks_to_wait(browse):
    shelf = Counted(1_000)
    async with Scripted(shelf) as service, browse(service.url, size=(120, 50)) as pilot:
        documents = await opened(pilot)
        await wait_until(pilot, lambda: documents.table.listing.loaded == 200)
        shelf.limited = True
        pilot.app.main.action_refresh()
        await wait_until(pilot, lambda: pilot.app.main.session.waiting)
        before = shelf.pages
        await pilot.press("pagedown", "pagedown", "pagedown")
        await pilot.pause()
        assert documents.feed.loading == frozenset()
        assert shelf.pages == before

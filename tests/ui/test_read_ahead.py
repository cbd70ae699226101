"""Pages that are there before they are seen, and what is drawn for them."""

import asyncio

from tests.conftest import screen_text, wait_until
from tests.contract.scripted import Scripted, fault
from tests.hostile.shelf import Shelf, document
from tests.hostile.test_text import opened
from xcoll_tui.session.lists.listing import End


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


async def test_rows_that_stay_are_not_drawn_for_those_that_come(browse, monkeypatch):
    async with Scripted(Counted(3_000)) as service, browse(service.url, size=(120, 40)) as pilot:
        documents = await opened(pilot)
        await wait_until(pilot, lambda: documents.table.listing.loaded == 200)
        drawn = []
        draw_row = documents.table._draw_row
        monkeypatch.setattr(
            documents.table,
            "_draw_row",
            lambda index, **how: drawn.append(index) or draw_row(index, **how),
        )
        await pilot.press("L")
        await wait_until(pilot, lambda: "─ 3,000 · " in screen_text(pilot))
        assert not drawn


async def test_what_stands_on_the_screen_is_what_a_full_repaint_shows(browse):
    names = [f"minutes of the board, and what became of them, {n:04}.txt" for n in range(3_000)]
    shelf = Counted(0)
    shelf.documents = [document(number, name) for number, name in enumerate(names)]
    # The third page brings the first rows again, as they are by then.
    for number in range(5):
        again = document(number, names[number], file_metadata={"size_bytes": "999999"})
        shelf.documents.insert(200, again)
    async with Scripted(shelf) as service, browse(service.url, size=(90, 40)) as pilot:
        documents = await opened(pilot)
        table, feed = documents.table, documents.feed
        await wait_until(pilot, lambda: feed.listing.loaded == 200)

        async def load(end):
            before = len(feed.listing)
            await feed.load_more(end)
            await wait_until(pilot, lambda: len(feed.listing) != before)
            await at_rest(pilot)
            await pilot.pause()
            shown, lines = screen_text(pilot), table.virtual_size.height
            table.virtual_size = table.virtual_size.with_height(0)
            table.repaint()
            await pilot.pause()
            assert screen_text(pilot) == shown
            assert table.virtual_size.height == lines == len(table.listing) + 1

        await load(End.HEAD)  # the first rows, which are seen, are others now
        assert "977 KiB" in screen_text(pilot)
        table.move_to(len(table.listing) - 1)  # the last ones, told from those below them
        await pilot.pause()
        await load(End.HEAD)
        await pilot.press("G")
        await wait_until(pilot, lambda: table.listing.gap_index is not None)
        await load(End.HEAD)  # below the gap everything moves
        await load(End.TAIL)
        table.move_to(table.listing.gap_index)
        await pilot.pause()
        await load(End.HEAD)
        table.move_to(0)
        await pilot.pause()
        documents.load_all()
        await wait_until(pilot, lambda: table.listing.complete)
        await pilot.press("G")
        assert names[-1][-8:] in screen_text(pilot)

"""Loading all: it says that it goes on and for how long, and Esc stops it before anything else."""

import asyncio
from contextlib import asynccontextmanager
from itertools import count

from tests.conftest import NOW, screen_text, wait_until
from tests.contract.scripted import Scripted
from tests.hostile.shelf import Shelf, document
from tests.hostile.test_text import opened
from tests.ui.writing import toasts


class Held(Shelf):
    """A shelf that gives out so many more pages of documents, and then waits."""

    def __init__(self, documents):
        super().__init__(documents, page=100)
        self.pages = asyncio.Semaphore(0)

    def __call__(self, request):
        answer = super().__call__(request)
        return self.later(answer) if "pagination_token" in request.target else answer

    def release(self, pages):
        for _ in range(pages):
            self.pages.release()

    async def later(self, answer):
        await self.pages.acquire()
        return answer


@asynccontextmanager
async def releasing(shelf):
    """Let all go that still waits, whatever happens: the service ends only then."""
    try:
        yield
    finally:
        shelf.release(100)


async def test_what_is_left_is_told_and_esc_stops_it(browse):
    shelf = Held([document(number, f"name-{number:04}") for number in range(1_000)])
    ticks = count()
    async with (
        Scripted(shelf) as service,
        releasing(shelf),
        browse(service.url, size=(140, 30), clock=lambda: NOW + next(ticks) * 0.5) as pilot,
    ):
        documents = await opened(pilot)
        documents.table.mark(["file_x"])
        await pilot.press("L")
        await wait_until(pilot, lambda: "loading all · " in screen_text(pilot))
        for loaded in (200, 300):
            shelf.release(1)
            await wait_until(pilot, lambda at=loaded: documents.table.listing.loaded >= at)
        await wait_until(pilot, lambda: " left · Esc stops it" in screen_text(pilot))
        await pilot.press("escape")
        await wait_until(pilot, lambda: "loading all" not in screen_text(pilot))
        loaded = documents.table.listing.loaded
        assert f"Stopped: {loaded:,} of 1,000 are loaded. L continues." in toasts(pilot)
        assert documents.table.marks  # one step back at a time
        await pilot.press("L")
        shelf.release(100)
        await wait_until(pilot, lambda: documents.table.listing.complete)
        await wait_until(pilot, lambda: "loading all" not in screen_text(pilot))
        assert documents.table.listing.loaded == 1_000
        await pilot.press("escape")
        assert not documents.table.marks

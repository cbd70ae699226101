"""What is asked before there is a session: once, for the first that asks just that."""

import asyncio

import pytest

from xcoll_tui.api.errors import Unauthorized
from xcoll_tui.api.models import CollectionPage, KeyInfo, Ordering
from xcoll_tui.session.asked_ahead import FIRST_COLLECTIONS, AskedAhead
from xcoll_tui.session.lists.listing import End
from xcoll_tui.session.lists.sources import options_of_collections

FIRST = options_of_collections(FIRST_COLLECTIONS, End.HEAD, None)


class Desk:
    """A service that counts what it is asked, and answers when it is told to."""

    def __init__(self, error=None):
        self.asked = []
        self.cancelled = 0
        self.error = error
        self.open = asyncio.Event()

    async def _answer(self, question, answer):
        self.asked.append(question)
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        return answer

    async def list_collections(self, **options):
        return await self._answer(options, CollectionPage(collections=[]))

    async def validate_key(self):
        return await self._answer("key", KeyInfo())


async def begun(desk):
    ahead = AskedAhead(desk)
    await ahead.begin()
    return ahead


async def test_the_first_page_and_the_key_are_asked_for_once():
    desk = Desk()
    ahead = await begun(desk)
    assert desk.asked == [FIRST, "key"]
    desk.open.set()
    await ahead.list_collections(**FIRST)
    await ahead.validate_key()
    assert desk.asked == [FIRST, "key"]
    await ahead.list_collections(**FIRST)  # as a refresh does
    await ahead.validate_key()
    assert desk.asked == [FIRST, "key"] * 2


async def test_another_page_is_asked_for_and_the_first_is_not_kept_for_later():
    desk = Desk()
    ahead = await begun(desk)
    other = {**FIRST, "order": Ordering.DESCENDING}
    asyncio.get_running_loop().call_later(0, desk.open.set)
    await ahead.list_collections(**other)
    assert desk.cancelled == 1
    await ahead.list_collections(**FIRST)
    assert desk.asked == [FIRST, "key", other, FIRST]


async def test_a_failure_is_raised_where_it_is_asked_for():
    desk = Desk(Unauthorized("No such key."))
    ahead = await begun(desk)
    desk.open.set()
    with pytest.raises(Unauthorized):
        await ahead.list_collections(**FIRST)
    with pytest.raises(Unauthorized):
        await ahead.validate_key()


async def test_what_is_reported_before_somebody_hears_it_is_told_then_and_in_order():
    ahead, told = AskedAhead(Desk()), []
    ahead.report(lambda: told.append(1))
    assert told == [1]  # nothing was begun: a session is there
    await ahead.begin()
    ahead.report(lambda: told.append(2))
    ahead.report(lambda: told.append(3))
    assert told == [1]
    ahead.release()
    assert told == [1, 2, 3]
    ahead.report(lambda: told.append(4))
    assert told == [1, 2, 3, 4]
    await ahead.end()


async def test_the_end_waits_for_no_answer():
    desk = Desk()
    ahead = await begun(desk)
    await ahead.end()
    assert desk.cancelled == 2
    await ahead.end()

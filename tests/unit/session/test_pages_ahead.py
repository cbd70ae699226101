"""Loading all asks for the next page before it takes one in: nothing is lost, or asked twice."""

import asyncio
import gc

import pytest

from tests.unit.session.fakes import make_document, settle
from tests.unit.session.test_feed import staged
from xcoll_tui.api.errors import ServerFault
from xcoll_tui.session.lists.events import Departure, RowsAppended
from xcoll_tui.session.lists.listing import End


def name_of(number):
    return f"report {number:05}.txt"


@pytest.fixture
async def overlooked():
    """Collect what asyncio tells of tasks that failed and were asked by nobody."""
    told = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    yield told
    gc.collect()
    assert not told


async def loading_with_held_pages(runner):
    """Begin to load all; return the task, and the gates of a page of each end and of the next."""
    head, tail, ahead = (runner.service.hold("list_documents") for _ in range(3))
    loading = asyncio.create_task(runner.feed.load_all())
    await head.arrived.wait()
    await tail.arrived.wait()
    return loading, head, tail, ahead


async def test_the_next_page_is_asked_for_before_this_one_is_taken_in():
    runner = await staged(1500)
    asked = []

    def note(change):
        if isinstance(change, RowsAppended):
            asked.append(len(runner.lists()))

    runner.feed._emit = note
    await runner.feed.load_all()
    # The first page, both ends at once, and the one behind the page that is taken in.
    assert asked[0] >= 4
    assert len(runner.lists()) == 16  # as many as without; one crosses over
    assert runner.names == list(map(name_of, range(1500)))


@pytest.mark.parametrize("moment", ["in the page on its way", "in the page asked for ahead"])
async def test_what_was_written_meanwhile_stays_written(moment):
    runner = await staged(1000)
    loading, head, tail, ahead = await loading_with_held_pages(runner)
    first = 120
    if moment == "in the page asked for ahead":
        head.release()
        await ahead.arrived.wait()
        first = 220
    removed, edited = (make_document(number).file_id for number in (first, first + 1))
    runner.feed.remove(removed, Departure.ELSEWHERE)
    newer = make_document(first + 1, fields={"a": "new"})
    runner.feed.put(newer)
    for gate in (head, tail, ahead):
        if not gate.opened.done():
            gate.release()
            await settle()
    await loading
    assert removed not in runner.feed.listing
    assert runner.feed.listing.get(edited) == newer
    assert runner.names == [name_of(number) for number in range(1000) if number != first]
    assert runner.feed.listing.complete


async def test_what_was_written_before_the_next_page_is_asked_for_stays_written():
    runner = await staged(1000)
    runner.feed._view.stopped[End.TAIL] = "No answer of that end keeps it in mind."
    gate = runner.service.hold("list_documents")
    loading = asyncio.create_task(runner.feed.load_all())
    await gate.arrived.wait()
    removed = make_document(120).file_id
    runner.feed.remove(removed, Departure.ELSEWHERE)
    gate.release()
    await loading
    assert removed not in runner.feed.listing
    assert len(runner.names) == 999


async def test_a_page_that_was_asked_for_ahead_is_not_asked_for_again():
    runner = await staged(1000)
    loading, head, tail, ahead = await loading_with_held_pages(runner)
    head.release()
    await ahead.arrived.wait()
    more = asyncio.create_task(runner.feed.load_more())
    await settle()
    ahead.release()
    tail.release()
    await asyncio.gather(loading, more)
    pages = [(asked["order"], asked["pagination_token"]) for _, _, asked in runner.lists()]
    assert len(set(pages)) == len(pages)
    assert len(runner.names) == 1000


async def test_cancelling_ends_what_was_asked_ahead(overlooked):
    runner = await staged(1000)
    loading, head, _, ahead = await loading_with_held_pages(runner)
    head.release()
    await ahead.arrived.wait()
    await settle()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    await settle()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    runner.check_idle()
    assert runner.feed.listing.loaded == 200
    await runner.feed.load_all()
    assert runner.names == list(map(name_of, range(1000)))
    assert not overlooked


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("turns", range(12))
async def test_cancelling_at_any_turn_leaves_nothing_unasked(turns, overlooked):
    runner = await staged(1000)
    loading, head, tail, _ = await loading_with_held_pages(runner)
    head.release()
    tail.release()
    for _ in range(turns):
        await asyncio.sleep(0)
    loading.cancel()
    await asyncio.wait([loading])
    await settle()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    gc.collect()
    await runner.feed.load_all()
    assert len(runner.names) == 1000
    assert not overlooked


async def test_a_token_that_comes_again_is_not_asked_for():
    runner = await staged(1000)
    again = f"{len(runner.service._tokens)}#"
    runner.service.token_of = lambda _: again
    runner.feed._view.stopped[End.TAIL] = "Only one end repeats itself here."
    await runner.feed.load_all()
    tokens = [asked["pagination_token"] for _, _, asked in runner.lists()]
    assert tokens.count(again) == 1
    assert "repeated a pagination token" in runner.feed._view.stopped[End.HEAD]


async def test_a_total_that_is_too_large_asks_for_no_page_twice():
    runner = await staged(1000)
    runner.feed.total = 1600
    await runner.feed.load_all()
    pages = [(asked["order"], asked["pagination_token"]) for _, _, asked in runner.lists()]
    assert len(set(pages)) == len(pages)
    assert runner.names == list(map(name_of, range(1000)))


@pytest.mark.parametrize("order", [("ahead", "tail"), ("tail", "ahead")])
async def test_a_failure_ahead_is_told_once_and_keeps_what_came(order, overlooked):
    runner = await staged(1000)
    loading, head, tail, ahead = await loading_with_held_pages(runner)
    head.release()
    await ahead.arrived.wait()
    fault = ServerFault("It broke.", status=500)
    for gate in order:
        (ahead if gate == "ahead" else tail).release(fault)
    await loading
    assert runner.feed.problem is fault
    assert runner.feed.listing.count(End.HEAD) == 200
    runner.check_idle()
    await runner.feed.load_all()
    assert runner.feed.problem is None
    assert runner.names == list(map(name_of, range(1000)))
    assert not overlooked


async def test_other_rows_drop_what_was_asked_ahead(overlooked):
    runner = await staged(1000)
    loading, head, tail, ahead = await loading_with_held_pages(runner)
    head.release()
    await ahead.arrived.wait()
    query = runner.feed.query.sorted(runner.feed.query.sort_by, descending=True)
    assert await runner.feed.change_query(query)
    ahead.release()
    tail.release()
    await loading
    assert runner.names == list(map(name_of, reversed(range(900, 1000))))
    await runner.feed.load_all()
    assert runner.names == list(map(name_of, reversed(range(1000))))
    assert not overlooked

"""A list that is loaded whole is filtered here: nothing is asked, and nothing gets lost."""

import asyncio

import msgspec
from msgspec.structs import replace as replace_query

from tests.unit.session.fakes import make_document
from tests.unit.session.test_feed import BY_NAME, staged
from xcoll_tui.api.models import DocumentsSortBy, DocumentStatus
from xcoll_tui.session.lists.events import Departure, RowsReset
from xcoll_tui.session.lists.filter_conditions import DOCUMENTS
from xcoll_tui.session.lists.filter_terms import translate
from xcoll_tui.session.lists.filter_values import When


def asking(text, query=BY_NAME):
    return query.filtered(text, translate(text, DOCUMENTS, when=When(0)))


async def filtered(count, text):
    runner = await staged(count)
    await runner.feed.load_all()
    asked = len(runner.lists())
    assert await runner.feed.change_query(asking(text))
    assert len(runner.lists()) == asked
    return runner


def key(number):
    return make_document(number).file_id


async def test_what_is_loaded_whole_is_filtered_without_a_request():
    runner = await filtered(250, make_document(7).name.upper())
    assert runner.names == [make_document(7).name]
    assert runner.feed.filtered_here
    assert runner.feed.listing.complete
    assert runner.feed.total == 250
    assert any(isinstance(change, RowsReset) for change in runner.told())
    asked = len(runner.lists())
    assert await runner.feed.change_query(asking("failed"))
    assert runner.names == []
    assert await runner.feed.change_query(BY_NAME)
    assert len(runner.names) == 250
    assert not runner.feed.filtered_here
    assert len(runner.lists()) == asked
    runner.check_idle()


async def test_what_is_not_loaded_whole_is_asked_of_the_service():
    runner = await staged(250)
    asked = len(runner.lists())
    await runner.feed.change_query(asking("0007"))
    assert len(runner.lists()) == asked + 1
    assert not runner.feed.filtered_here
    whole = await filtered(50, "0007")
    asked = len(whole.lists())
    await whole.feed.change_query(asking("0007", replace_query(BY_NAME, descending=True)))
    await whole.feed.change_query(asking("name:x"))
    assert len(whole.lists()) == asked + 2
    assert not whole.feed.filtered_here


async def test_what_is_loaded_whole_is_put_into_another_order_without_a_request():
    runner = await filtered(250, "0007")
    asked = len(runner.lists())
    descending = replace_query(BY_NAME, descending=True)
    assert await runner.feed.change_query(descending)
    assert runner.names == sorted(
        (make_document(number).name for number in range(250)), reverse=True
    )
    assert (runner.feed.query, runner.feed.total) == (descending, 250)
    assert not runner.feed.filtered_here
    assert await runner.feed.change_query(asking("0007", descending))
    assert runner.feed.filtered_here
    by_size = replace_query(BY_NAME, sort_by=DocumentsSortBy.SIZE)
    assert await runner.feed.change_query(by_size)
    sizes = [row.file_metadata.size_bytes for row in runner.feed.listing.loaded_items()]
    assert sizes == sorted(sizes)
    assert runner.feed.listing.complete
    assert len(runner.lists()) == asked
    await runner.feed.refresh()
    assert len(runner.names) == 250
    runner.check_idle()


async def test_what_is_written_meanwhile_is_there_when_the_filter_is_cleared():
    runner = await filtered(50, make_document(7).name)
    hidden = msgspec.structs.replace(make_document(9), status=DocumentStatus.FAILED)
    runner.feed.put(hidden)
    runner.feed.remove(key(10), Departure.REMOVED)
    runner.feed.remove(key(7), Departure.REMOVED)
    assert runner.names == []
    await runner.feed.change_query(BY_NAME)
    assert len(runner.names) == 48
    assert runner.feed.listing.get(key(9)) == hidden
    assert runner.feed.listing.get(key(10)) is None
    assert runner.feed.total == 48


async def test_a_refresh_reads_all_again_and_filters_that():
    runner = await filtered(50, "failed")
    for number, status in ((3, "FAILED"), (90, "FAILED"), (91, "PROCESSING")):
        runner.rows[key(number)] = make_document(number, DocumentStatus[status])
    await runner.feed.refresh()
    assert runner.names == [make_document(3).name, make_document(90).name]
    assert runner.feed.filtered_here
    assert not runner.feed.under_way
    await runner.feed.change_query(BY_NAME)
    assert len(runner.names) == 52
    assert runner.feed.under_way == {key(91)}
    runner.check_idle()


async def test_a_later_filter_wins_over_one_that_is_still_looked_for():
    runner = await staged(3_000)
    await runner.feed.load_all()
    first = asyncio.create_task(runner.feed.change_query(asking("report")))
    await asyncio.sleep(0)
    runner.feed.remove(key(1), Departure.REMOVED)
    second = asyncio.create_task(runner.feed.change_query(asking("0001")))
    assert not await first
    assert await second
    assert key(1) not in runner.feed.listing
    await runner.feed.change_query(BY_NAME)
    assert len(runner.names) == 2_999


async def test_sorting_a_filter_of_ours_asks_the_service():
    runner = await filtered(50, "0007")
    query = runner.feed.query.sorted(DocumentsSortBy.SIZE, descending=True)
    asked = len(runner.lists())
    await runner.feed.change_query(query)
    assert len(runner.lists()) == asked + 1

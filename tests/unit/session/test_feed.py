"""A Feed against a service in memory: loading, sorting, filtering, and what comes too late."""

import asyncio

import pytest

from tests.unit.session.fakes import FakeService, make_collection, make_document, settle
from xcoll_tui.api.errors import InvalidArgument, RateLimited, ServerFault, Unreachable
from xcoll_tui.api.models import DocumentsSortBy, DocumentStatus
from xcoll_tui.session.lists.events import (
    FeedChanged,
    RowChanged,
    RowRemoved,
    RowsAppended,
    RowsReset,
)
from xcoll_tui.session.lists.feed import Feed
from xcoll_tui.session.lists.listing import End, Gap
from xcoll_tui.session.lists.query import Query
from xcoll_tui.session.lists.sources import CollectionSource, DocumentSource

BY_NAME = Query(DocumentsSortBy.NAME)


class WriteRunner:
    def __init__(self, count):
        self.service = FakeService()
        self.id = self.service.add(make_collection(1, count), map(make_document, range(count)))
        self.rows = self.service.documents[self.id]
        self.changes = []
        self.now = 1000.0
        source = DocumentSource(self.service, self.id, self.service.get_collection)
        self.feed = Feed(
            source, BY_NAME, emit=self.changes.append, clock=lambda: self.now, total=count
        )

    @property
    def names(self):
        return [document.name for document in self.feed.listing.loaded_items()]

    def lists(self):
        return self.service.named("list_documents")

    def told(self):
        told, self.changes[:] = list(self.changes), []
        return told

    def check_idle(self):
        assert self.feed.loading == frozenset()
        assert not self.feed.refreshing
        assert self.feed.asked is None or self.feed.refused is not None


async def staged(count, *, loaded=True):
    runner = WriteRunner(count)
    if loaded:
        await runner.feed.load()
        runner.told()
    return runner


async def test_the_first_page_comes_in_the_order_asked_for():
    runner = await staged(250, loaded=False)
    gate = runner.service.hold("list_documents")
    loading = asyncio.create_task(runner.feed.load())
    await gate.arrived.wait()
    assert runner.feed.loading == {End.HEAD}
    assert runner.feed.loaded_at is None
    gate.release()
    await loading
    runner.check_idle()
    assert runner.names == [f"report {number:05}.txt" for number in range(100)]
    assert runner.feed.loaded_at == 1000.0
    assert runner.feed.total == 250
    assert RowsReset(runner.feed.collection_id) in runner.changes
    assert runner.lists()[0][2] == {
        "limit": 100,
        "order": "ORDERING_ASCENDING",
        "sort_by": "DOCUMENTS_SORT_BY_NAME",
        "pagination_token": None,
        "filter": None,
    }


async def test_two_who_want_the_next_page_cause_one_request():
    runner = await staged(500)
    gate = runner.service.hold("list_documents")
    wanting = [asyncio.create_task(runner.feed.load_more()) for _ in range(3)]
    await gate.arrived.wait()
    await settle()
    gate.release()
    await asyncio.gather(*wanting)
    assert len(runner.lists()) == 2
    assert runner.feed.listing.loaded == 200
    assert [c for c in runner.told() if isinstance(c, RowsAppended)] == [
        RowsAppended(runner.feed.collection_id, End.HEAD, 100)
    ]


async def test_when_the_one_who_asked_is_cancelled_the_next_one_asks():
    runner = await staged(500)
    gate = runner.service.hold("list_documents")
    first = asyncio.create_task(runner.feed.load_more())
    await gate.arrived.wait()
    second = asyncio.create_task(runner.feed.load_more())
    await settle()
    first.cancel()
    await second
    assert first.cancelled()
    assert runner.feed.listing.loaded == 200
    assert len(runner.lists()) == 3
    runner.check_idle()


async def test_the_end_takes_one_request_and_then_none():
    runner = await staged(1000)
    await runner.feed.load_end()
    assert len(runner.lists()) == 2
    assert runner.feed.listing.row(100) == Gap(800)
    assert runner.feed.listing.row(200).name == "report 00999.txt"
    await runner.feed.load_end()
    assert len(runner.lists()) == 2


async def test_the_end_of_what_is_complete_takes_no_request():
    runner = await staged(70)
    await runner.feed.load_end()
    assert len(runner.lists()) == 1
    assert runner.feed.listing.complete


@pytest.mark.parametrize("count", [0, 99, 100, 101, 250, 1050])
async def test_load_all_brings_every_row_once_and_in_order(count):
    runner = await staged(count)
    await runner.feed.load_all()
    runner.check_idle()
    assert runner.feed.listing.complete
    assert runner.names == [f"report {number:05}.txt" for number in range(count)]
    assert runner.feed.total == count
    assert len(runner.lists()) <= count // 100 + 3


async def test_load_all_asks_at_both_ends_at_once():
    runner = await staged(1000)
    head, tail = runner.service.hold("list_documents"), runner.service.hold("list_documents")
    loading = asyncio.create_task(runner.feed.load_all())
    await head.arrived.wait()
    await tail.arrived.wait()
    assert runner.feed.loading == {End.HEAD, End.TAIL}
    runner.told()
    head.release()
    await settle()
    tail.release()
    await loading
    assert len(runner.names) == 1000
    assert sum(isinstance(change, FeedChanged) for change in runner.changes) <= 3, "no flapping"


async def test_load_all_of_equal_values_is_not_fooled():
    runner = await staged(450)
    await runner.feed.change_query(Query(DocumentsSortBy.SIZE))
    for number in range(450):
        document = make_document(number, size=7)
        runner.rows[document.file_id] = document
    await runner.feed.load()
    await runner.feed.load_end()
    await runner.feed.load_all()
    assert sorted(runner.names) == [f"report {number:05}.txt" for number in range(450)]


async def test_load_all_can_be_cancelled_and_taken_up_again():
    runner = await staged(1000)
    gate = runner.service.hold("list_documents")
    loading = asyncio.create_task(runner.feed.load_all())
    await gate.arrived.wait()
    await settle()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    runner.check_idle()
    assert not runner.feed.listing.complete
    await runner.feed.load_all()
    assert len(runner.names) == 1000


async def test_a_failure_stops_load_all_and_keeps_what_is_there():
    runner = await staged(1000)
    fault = ServerFault("It broke.", status=500)
    runner.service.fail("list_documents", fault)
    await runner.feed.load_all()
    runner.check_idle()
    assert runner.feed.problem is fault
    assert runner.feed.listing.loaded >= 100
    assert len(runner.lists()) <= 3
    await runner.feed.load_more()
    assert runner.feed.problem is None


async def test_a_first_load_that_fails_can_be_tried_again():
    runner = await staged(10, loaded=False)
    runner.service.fail("list_documents", Unreachable("No network."), Unreachable("No network."))
    await runner.feed.load()
    assert isinstance(runner.feed.problem, Unreachable)
    assert runner.feed.loaded_at is None
    await runner.feed.load_all()
    assert runner.feed.loaded_at is None
    await runner.feed.refresh()
    assert runner.feed.problem is None
    assert len(runner.names) == 10


# Sorting and filtering


async def test_another_query_takes_the_place_only_when_its_rows_have_come():
    runner = await staged(300)
    gate = runner.service.hold("list_documents")
    query = runner.feed.query.sorted(DocumentsSortBy.NAME, descending=True)
    changing = asyncio.create_task(runner.feed.change_query(query))
    await gate.arrived.wait()
    assert (runner.feed.query, runner.feed.asked) == (BY_NAME, query)
    assert runner.names[0] == "report 00000.txt"
    assert End.HEAD in runner.feed.loading
    gate.release()
    assert await changing
    assert (runner.feed.query, runner.feed.asked) == (query, None)
    assert runner.names[0] == "report 00299.txt"
    runner.check_idle()
    await runner.feed.load_all()
    assert len(runner.names) == 300


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        (BY_NAME, None),
        (BY_NAME.filtered("  "), None),
        (BY_NAME.filtered("10-Q"), 'name:"10-Q"'),
        (BY_NAME.filtered("size_bytes:>5"), "size_bytes:>5"),
        (BY_NAME.failed(True), "status:DOCUMENT_STATUS_FAILED"),
        (
            BY_NAME.filtered("a").failed(True),
            '(name:"a") AND (status:DOCUMENT_STATUS_FAILED)',
        ),
        (
            BY_NAME.filtered("name:a OR name:b").failed(True),
            "(name:a OR name:b) AND (status:DOCUMENT_STATUS_FAILED)",
        ),
    ],
)
async def test_what_was_typed_becomes_a_filter(query, sent):
    source = DocumentSource(FakeService(), "c", None)
    assert query.expression(source.name_field, source.filter_fields) == sent


async def test_plain_text_filters_collections_by_their_name():
    source = CollectionSource(FakeService())
    query = Query("COLLECTIONS_SORT_BY_NAME", text="SEC")
    assert query.expression(source.name_field, source.filter_fields) == 'collection_name:"SEC"'


async def test_a_filtered_feed_keeps_the_unfiltered_total_apart():
    runner = await staged(300)
    await runner.feed.change_query(BY_NAME.filtered("00123"))
    assert runner.names == ["report 00123.txt"]
    assert runner.feed.total == 300
    assert runner.feed.listing.total is None


async def test_a_refused_filter_leaves_all_as_it_was():
    runner = await staged(300)
    await runner.feed.load_more()
    before, listing = runner.names, runner.feed.listing
    wrong = BY_NAME.filtered("name:boom")
    assert not await runner.feed.change_query(wrong)
    assert isinstance(runner.feed.refused, InvalidArgument)
    assert (runner.feed.query, runner.feed.asked) == (BY_NAME, wrong)
    assert runner.feed.listing is listing
    assert runner.names == before
    assert runner.feed.problem is None
    runner.check_idle()
    requests = len(runner.lists())
    assert not await runner.feed.change_query(BY_NAME)
    assert (runner.feed.refused, runner.feed.asked) == (None, None)
    assert len(runner.lists()) == requests, "what is shown need not be asked for"


async def test_a_filter_that_fails_otherwise_is_a_problem_not_a_refusal():
    runner = await staged(300)
    runner.service.fail("list_documents", RateLimited("Slow down.", status=429))
    assert not await runner.feed.change_query(BY_NAME.filtered("1"))
    assert isinstance(runner.feed.problem, RateLimited)
    assert (runner.feed.refused, runner.feed.asked, runner.feed.query) == (None, None, BY_NAME)
    assert len(runner.names) == 100


async def test_of_two_filters_only_the_newer_one_is_ever_shown():
    runner = await staged(300)
    older, newer = runner.service.hold("list_documents"), runner.service.hold("list_documents")
    first = asyncio.create_task(runner.feed.change_query(BY_NAME.filtered("0001")))
    await older.arrived.wait()
    second = asyncio.create_task(runner.feed.change_query(BY_NAME.filtered("0022")))
    await newer.arrived.wait()
    older.release()
    assert not await first
    assert runner.names[0] == "report 00000.txt"
    assert runner.feed.asked == BY_NAME.filtered("0022")
    newer.release()
    assert await second
    assert runner.names[0] == "report 00022.txt"


async def test_an_older_filter_that_answers_last_is_dropped():
    runner = await staged(300)
    gate = runner.service.hold("list_documents")
    first = asyncio.create_task(runner.feed.change_query(BY_NAME.filtered("0001")))
    await gate.arrived.wait()
    assert await runner.feed.change_query(BY_NAME.filtered("0022"))
    gate.release(InvalidArgument("Too late to matter.", status=400))
    assert not await first
    assert runner.feed.refused is None
    assert runner.names[0] == "report 00022.txt"


async def test_taking_a_filter_back_drops_its_answer():
    runner = await staged(300)
    gate = runner.service.hold("list_documents")
    first = asyncio.create_task(runner.feed.change_query(BY_NAME.filtered("0001")))
    await gate.arrived.wait()
    await runner.feed.change_query(BY_NAME)
    gate.release()
    assert not await first
    assert runner.feed.query == BY_NAME
    assert len(runner.names) == 100


@pytest.mark.parametrize("error", [None, ServerFault("It broke.", status=500)])
async def test_a_page_for_rows_no_longer_shown_is_dropped(error):
    runner = await staged(300)
    gate = runner.service.hold("list_documents")
    more = asyncio.create_task(runner.feed.load_more())
    await gate.arrived.wait()
    await runner.feed.change_query(BY_NAME.sorted(DocumentsSortBy.NAME, descending=True))
    assert runner.feed.loading == frozenset(), "what the old rows load is not shown as theirs"
    runner.told()
    gate.release(error)
    await more
    assert runner.names == [f"report {number:05}.txt" for number in range(299, 199, -1)]
    assert runner.feed.problem is None
    assert runner.told() == []
    runner.check_idle()
    await runner.feed.load_more()
    assert len(runner.names) == 200


async def test_a_filter_typed_before_the_first_rows_came():
    runner = await staged(300, loaded=False)
    gate = runner.service.hold("list_documents")
    loading = asyncio.create_task(runner.feed.load())
    await gate.arrived.wait()
    assert not await runner.feed.change_query(BY_NAME.filtered("name:boom"))
    gate.release()
    await loading
    assert len(runner.names) == 100
    assert runner.feed.refused is not None


# A service that misbehaves


async def test_a_repeated_token_stops_with_a_sentence_until_refreshed():
    runner = await staged(1000, loaded=False)
    runner.service.token_of = lambda token: "0#again" if token else token
    await runner.feed.load()
    await runner.feed.load_more()
    assert "repeated" in runner.feed.stopped
    assert FeedChanged(runner.feed.collection_id) in runner.told()
    requests = len(runner.lists())
    await runner.feed.load_more()
    assert len(runner.lists()) == requests
    runner.service.token_of = None
    await runner.feed.refresh()
    assert runner.feed.stopped is None
    await runner.feed.load_all()
    assert len(runner.names) == 1000


async def test_a_stopped_head_does_not_keep_the_tail_from_walking():
    runner = await staged(600)
    runner.service.token_of = lambda _: "0#"
    await runner.feed.load_more()
    runner.service.token_of = None
    assert runner.feed.stopped is not None
    await runner.feed.load_all()
    assert len(runner.names) == 600
    assert runner.feed.stopped is None


async def test_empty_pages_are_gone_through():
    runner = await staged(300)
    page_of = runner.service._page
    left = iter(range(4))

    def hollow(*arguments):
        if next(left, None) is None:
            return page_of(*arguments)
        return [], arguments[-1]["pagination_token"] + "!"

    runner.service._page = hollow
    await runner.feed.load_more()
    assert runner.feed.listing.loaded == 200


async def test_empty_pages_without_end_are_given_up():
    runner = await staged(300)
    number = iter(range(1000))
    runner.service._page = lambda *_: ([], f"0#{next(number)}")
    await runner.feed.load_all()
    assert "without a new row" in runner.feed.stopped
    assert next(number) <= 60


# Rows


async def test_one_row_changes_where_it_stands():
    runner = await staged(50)
    newer = make_document(7, DocumentStatus.FAILED)
    assert runner.feed.put(newer)
    assert runner.feed.listing.row(7) is newer
    assert runner.feed.put(newer)
    assert runner.told() == [RowChanged(runner.feed.collection_id, newer.file_id)], (
        "no news is told"
    )
    assert runner.feed.remove(newer.file_id, "was removed")
    assert not runner.feed.remove(newer.file_id, "was removed")
    assert runner.told() == [RowRemoved(runner.feed.collection_id, newer.file_id, "was removed")]
    assert runner.feed.total == 49


async def test_rows_being_indexed_are_known_without_a_search():
    runner = await staged(0)
    for number in range(250):
        status = DocumentStatus.CHUNKED if number % 50 == 0 else DocumentStatus.PROCESSED
        document = make_document(number, status)
        runner.rows[document.file_id] = document
    await runner.feed.load()
    assert runner.feed.under_way == {"file_00000", "file_00050"}
    await runner.feed.load_more()
    assert runner.feed.under_way == {"file_00000", "file_00050", "file_00100", "file_00150"}
    runner.feed.put(make_document(50))
    runner.feed.put(make_document(51, DocumentStatus.WRITING))
    runner.feed.remove("file_00000", "was removed")
    assert runner.feed.under_way == {"file_00051", "file_00100", "file_00150"}
    assert runner.feed.arrivals == 5


async def test_a_page_on_its_way_does_not_undo_what_was_read_after_it_was_asked():
    runner = await staged(300)
    gate = runner.service.hold("list_documents")
    more = asyncio.create_task(runner.feed.load_more())
    await gate.arrived.wait()
    newer = make_document(150, DocumentStatus.FAILED)
    assert not runner.feed.put(newer), "not loaded yet"
    assert not runner.feed.remove("file_00151", "was removed")
    gate.release()
    await more
    assert runner.feed.listing.get("file_00150") is newer
    assert "file_00151" not in runner.feed.listing
    assert runner.feed.listing.loaded == 199


# Cancelling


@pytest.mark.parametrize(
    "action",
    [
        lambda feed: feed.load(),
        lambda feed: feed.load_more(),
        lambda feed: feed.load_end(),
        lambda feed: feed.load_all(),
        lambda feed: feed.refresh(["file_00001"]),
        lambda feed: feed.change_query(BY_NAME.filtered("1")),
    ],
    ids=["load", "load_more", "load_end", "load_all", "refresh", "change_query"],
)
async def test_cancelling_at_any_moment_leaves_it_sound(action):
    for moment in range(40):
        runner = await staged(700)
        await runner.feed.load_end()
        task = asyncio.create_task(action(runner.feed))
        for _ in range(moment):
            await asyncio.sleep(0)
        done = task.done()
        task.cancel()
        await asyncio.wait([task])
        runner.check_idle()
        listing = runner.feed.listing
        assert [listing.index_of(key) for key in listing.keys()] == [  # noqa: SIM118 - ordered
            index for index in range(len(listing)) if index != listing.gap_index
        ]
        await runner.feed.change_query(BY_NAME)
        await runner.feed.load_all()
        assert len(runner.names) == 700
        assert asyncio.all_tasks() == {asyncio.current_task()}
        if done:
            return
    raise AssertionError("never came to its end")

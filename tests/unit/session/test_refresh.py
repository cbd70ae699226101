"""Refreshing: what is read again, what stays, and that no row is lost on the way."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.session.fakes import make_document, settle
from tests.unit.session.server import Row, Server
from tests.unit.session.test_feed import BY_NAME, staged
from xcoll_tui.api.errors import Unreachable
from xcoll_tui.api.models import DocumentStatus
from xcoll_tui.session.lists import refresh as renewal
from xcoll_tui.session.lists.events import FeedChanged, RowsReset
from xcoll_tui.session.lists.listing import End, Listing
from xcoll_tui.session.lists.sources import Page


async def test_a_refresh_shows_what_came_and_went_in_one_go():
    runner = await staged(500)
    await runner.feed.load_more()
    del runner.rows["file_00003"]
    new = make_document(999, name="report 00010b.txt")
    runner.rows[new.file_id] = new
    runner.rows["file_00020"] = make_document(20, DocumentStatus.CHUNKED)
    runner.told()
    runner.now = 2000.0
    await runner.feed.refresh()
    runner.check_idle()
    assert runner.feed.loaded_at == 2000.0
    told = runner.told()
    assert told.count(RowsReset(runner.feed.collection_id)) == 1
    assert all(isinstance(change, RowsReset | FeedChanged) for change in told)
    names = [f"report {number:05}.txt" for number in range(200) if number != 3]
    names.insert(10, new.name)
    assert runner.names[:200] == names
    assert runner.feed.under_way == {"file_00020"}
    await runner.feed.load_all()
    assert len(runner.names) == 500


async def test_a_complete_list_is_read_to_its_new_end():
    runner = await staged(150)
    await runner.feed.load_all()
    for number in range(150, 350):
        document = make_document(number)
        runner.rows[document.file_id] = document
    await runner.feed.refresh()
    assert runner.names == [f"report {number:05}.txt" for number in range(350)]
    assert runner.feed.listing.complete


async def test_a_tail_that_is_loaded_is_refreshed_as_well():
    runner = await staged(1000)
    await runner.feed.load_end()
    for number in (5, 995):
        del runner.rows[f"file_{number:05}"]
    await runner.feed.refresh()
    listing = runner.feed.listing
    assert "file_00005" not in listing
    assert "file_00995" not in listing
    assert listing.row(len(listing) - 1).file_id == "file_00999"
    assert listing.gap is not None
    await runner.feed.load_all()
    assert len(runner.names) == 998


async def test_beyond_twenty_pages_the_old_rows_stay_and_the_visible_ones_are_looked_at():
    runner = await staged(3000)
    for _ in range(24):
        await runner.feed.load_more()
    assert runner.feed.listing.loaded == 2500
    behind = runner.feed.listing.get("file_02200")
    runner.rows["file_02300"] = make_document(2300, DocumentStatus.WRITING)
    for number in (1500, 2301, 2400):
        del runner.rows[f"file_{number:05}"]
    runner.service.calls.clear()
    await runner.feed.refresh(["file_00001", "file_02300", "file_02301"])
    listing = runner.feed.listing
    assert len(runner.lists()) == 20
    assert [call[2] for call in runner.service.named("batch_get_documents")] == [
        ["file_02300", "file_02301"],
        ["file_02301"],
    ]
    assert "file_01500" not in listing
    assert "file_02301" not in listing
    assert "file_02400" in listing, "out of view, and beyond the limit"
    assert listing.get("file_02200") is behind
    assert runner.feed.under_way == {"file_02300"}
    await runner.feed.load_all()
    assert {name for name in runner.rows if name not in listing} == set()
    assert listing.complete


async def test_a_large_complete_list_stays_complete_and_finds_rows_at_both_ends():
    runner = await staged(5000)
    await runner.feed.load_all()
    for document in (make_document(7000), make_document(7001, name="a first.txt")):
        runner.rows[document.file_id] = document
    await runner.feed.refresh()
    assert runner.feed.listing.complete
    assert len(runner.names) == 5002
    assert runner.names[0] == "a first.txt"
    assert runner.names[-1] == "report 07000.txt"
    assert runner.names == sorted(runner.names)


async def test_old_rows_do_not_stay_where_they_would_hide_a_hole():
    runner = await staged(300)
    for number in range(1500):
        document = make_document(10_000 + number, name=f"a {number:05}")
        runner.rows[document.file_id] = document
    await runner.feed.refresh()
    assert runner.names == [f"a {number:05}" for number in range(len(runner.names))]
    await runner.feed.load_all()
    assert len(runner.names) == 1800
    assert runner.names == sorted(runner.names)


async def test_a_refresh_that_fails_keeps_the_last_good_rows():
    runner = await staged(300)
    listing = runner.feed.listing
    runner.service.fail("list_documents", Unreachable("No network."))
    await runner.feed.refresh()
    runner.check_idle()
    assert runner.feed.listing is listing
    assert isinstance(runner.feed.problem, Unreachable)
    assert runner.feed.loaded_at == 1000.0
    await runner.feed.refresh()
    assert runner.feed.problem is None


async def test_a_refresh_reads_the_count_too_but_does_not_depend_on_it():
    runner = await staged(300)
    runner.service.collections[runner.id] = type(runner.service.collections[runner.id])(
        collection_id=runner.id, documents_count=301
    )
    await runner.feed.refresh()
    assert runner.feed.total == 301
    runner.service.fail("get_collection", Unreachable("No network."))
    await runner.feed.refresh()
    assert runner.feed.problem is None
    assert runner.feed.total == 301


async def test_a_refresh_of_rows_no_longer_shown_is_dropped():
    runner = await staged(300)
    gate = runner.service.hold("list_documents")
    refreshing = asyncio.create_task(runner.feed.refresh())
    await gate.arrived.wait()
    assert runner.feed.refreshing
    await runner.feed.change_query(BY_NAME.filtered("0002"))
    gate.release()
    await refreshing
    assert runner.names[0] == "report 00002.txt"
    assert len(runner.names) == 1 + 10
    runner.check_idle()


async def test_a_refresh_does_not_undo_what_was_written_meanwhile():
    runner = await staged(300)
    gate = runner.service.hold("list_documents")
    refreshing = asyncio.create_task(runner.feed.refresh())
    await gate.arrived.wait()
    newer = make_document(10, DocumentStatus.FAILED)
    runner.feed.put(newer)
    runner.feed.remove("file_00011", "was removed")
    gate.release()
    await refreshing
    assert runner.feed.listing.get("file_00010") is newer
    assert "file_00011" not in runner.feed.listing
    runner.check_idle()


async def test_a_page_that_arrives_during_a_refresh_stays():
    runner = await staged(500)
    gate = runner.service.hold("list_documents")
    refreshing = asyncio.create_task(runner.feed.refresh())
    await gate.arrived.wait()
    await runner.feed.load_more()
    gate.release()
    await refreshing
    assert runner.names == [f"report {number:05}.txt" for number in range(200)]
    await runner.feed.load_all()
    assert len(runner.names) == 500


async def test_a_page_asked_before_a_refresh_and_answered_after_it():
    runner = await staged(500)
    gate = runner.service.hold("list_documents")
    more = asyncio.create_task(runner.feed.load_more())
    await gate.arrived.wait()
    await runner.feed.refresh()
    gate.release()
    await more
    await settle()
    await runner.feed.load_all()
    assert runner.names == [f"report {number:05}.txt" for number in range(500)]


async def test_a_page_that_no_longer_follows_on_is_dropped():
    runner = await staged(300)
    gate = runner.service.hold("list_documents")
    more = asyncio.create_task(runner.feed.load_more())
    await gate.arrived.wait()
    for number in range(1500):
        document = make_document(10_000 + number, name=f"a {number:05}")
        runner.rows[document.file_id] = document
    await runner.feed.refresh()
    gate.release()
    await more
    assert runner.names == [f"a {number:05}" for number in range(len(runner.names))]
    await runner.feed.load_all()
    assert len(runner.names) == 1800


async def test_of_two_refreshes_the_newer_one_counts():
    runner = await staged(300)
    gate = runner.service.hold("list_documents")
    older = asyncio.create_task(runner.feed.refresh())
    await gate.arrived.wait()
    del runner.rows["file_00000"]
    await runner.feed.refresh()
    assert runner.feed.refreshing, "the older one is still on its way"
    gate.release()
    await older
    assert "file_00000" not in runner.feed.listing
    runner.check_idle()


async def test_unknown_ids_are_left_out():
    runner = await staged(200)
    del runner.rows["file_00003"]
    del runner.rows["file_00090"]
    found = await runner.feed.source.look([f"file_{number:05}" for number in range(100)])
    assert {document.file_id for document in found} == set(sorted(runner.rows)[:98])


# Nothing is lost


class ServerSource:
    """The simulated service as a feed's source."""

    def __init__(self, server):
        self.server = server

    def key(self, row):
        return row.id

    def has_id(self, row):
        return row.id != ""

    async def page(self, query, end, token):
        assert query == BY_NAME
        return Page(*self.server.page(end, token))

    async def look(self, keys):
        return [self.server.rows[key] for key in keys if key in self.server.rows]

    async def total(self):
        return len(self.server.rows)


def walk(listing, server, end):
    if listing.token(end) is not None or not listing.started(end):
        items, token = server.page(end, listing.token(end))
        listing.add_page(end, items, token)


class Sitting:
    """A listing of a service that changes, and the rows that were there all the time."""

    def __init__(self, data):
        self.data = data
        count = data.draw(st.integers(0, 60))
        numbers = data.draw(st.permutations(range(count)))
        spread = data.draw(st.sampled_from([1, 4, 100]))
        self.server = Server(
            {f"r{n}": Row(f"r{n}", 10 * (at // spread)) for at, n in enumerate(numbers)},
            ties=data.draw(st.sampled_from(["reversed", "kept", "scrambled"])),
            page_size=data.draw(st.integers(1, 5)),
            born=count,
        )
        self.steady = set(self.server.rows)
        self.listing = Listing(lambda row: row.id, sort_value=lambda row: row.value)

    def head(self, end=End.HEAD):
        if self.listing.token(end) is not None or not self.listing.started(end):
            self.listing.add_page(end, *self.server.page(end, self.listing.token(end)))

    def tail(self):
        self.head(End.TAIL)

    def insert(self):
        value = self.data.draw(st.integers(0, 600))
        for _ in range(self.data.draw(st.integers(1, 8))):
            row = Row(f"r{self.server.born}", value)
            self.server.born += 1
            self.server.rows[row.id] = row

    def remove(self):
        if self.server.rows:
            gone = self.data.draw(st.sampled_from(sorted(self.server.rows)))
            self.steady.discard(gone)
            del self.server.rows[gone]

    def move(self):
        if self.server.rows:
            moved = self.data.draw(st.sampled_from(sorted(self.server.rows)))
            self.steady.discard(moved)
            self.server.rows[moved] = Row(moved, self.data.draw(st.integers(0, 600)), 1)

    def refresh(self):
        source = ServerSource(self.server)
        again = asyncio.run(renewal.read_again(source, BY_NAME, self.listing, []))
        expired = self.data.draw(st.sets(st.sampled_from(End)))
        self.listing, stopped = renewal.renew(self.listing, again.walks, expired)
        assert stopped == {}


steps = ["head"] * 3 + ["tail"] * 2 + ["insert", "remove", "move", "refresh"]


@settings(max_examples=200)
@given(st.data())
def test_rows_that_were_there_all_the_time_survive_any_refresh(data):
    sitting = Sitting(data)
    sitting.head()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renewal, "PAGES", 3)
        patch.setattr(renewal, "MORE_PAGES", 2)
        patch.setattr(renewal, "PAGE_SIZE", sitting.server.page_size)
        for step in data.draw(st.lists(st.sampled_from(steps), max_size=25)):
            getattr(sitting, step)()
            keys = list(sitting.listing.keys())
            assert len(keys) == len(set(keys)) == sitting.listing.loaded
    for _ in range(200):
        if sitting.listing.complete:
            break
        sitting.head()
        sitting.tail()
    assert sitting.listing.complete
    assert sitting.steady <= set(sitting.listing.keys())

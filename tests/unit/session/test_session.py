"""One session: starting, opening collections one after the other, reading single things."""

import asyncio

import pytest

from tests.unit.session.fakes import FakeService, make_collection, make_document, settle
from xcoll_tui.api.errors import Forbidden, NotFound, ServerFault, Unauthorized, Unreachable
from xcoll_tui.api.models import DocumentStatus, RequestRecord, Wait
from xcoll_tui.session.events import (
    CollectionChanged,
    CollectionOpened,
    KeyValidated,
    RequestMade,
    WaitEnded,
    Waiting,
)
from xcoll_tui.session.lists.events import FeedChanged, RowChanged, RowRemoved, RowsReset
from xcoll_tui.session.session import Session


class Sitting:
    def __init__(self, collections=3, documents=5):
        self.service = FakeService()
        for number in range(collections):
            self.service.add(
                make_collection(number, documents),
                [make_document(100 * number + n) for n in range(documents)],
            )
        self.now = 1000.0
        self.session = Session(self.service, clock=lambda: self.now)
        self.changes = []
        self.session.subscribe(self.changes.append)

    @property
    def documents(self):
        return [document.file_id for document in self.session.documents.listing.loaded_items()]


async def test_starting_loads_the_collections_and_validates_the_key_side_by_side():
    sitting = Sitting()
    key, rows = sitting.service.hold("validate_key"), sitting.service.hold("list_collections")
    starting = asyncio.create_task(sitting.session.start())
    await key.arrived.wait()
    await rows.arrived.wait()
    rows.release()
    key.release()
    await starting
    asked = sitting.service.named("list_collections")[0][1]
    assert (asked["order"], asked["sort_by"]) == ("ORDERING_ASCENDING", "COLLECTIONS_SORT_BY_NAME")
    assert sitting.session.collections.listing.loaded == 3
    assert sitting.session.key_info.name == "a key"
    assert KeyValidated(sitting.session.key_info) in sitting.changes
    assert sitting.session.documents is None


async def test_collections_that_came_before_the_start_are_not_asked_for_again():
    sitting = Sitting()
    await sitting.session.collections.load()
    await sitting.session.start()
    assert len(sitting.service.named("list_collections")) == 1
    assert sitting.session.key_info.name == "a key"


@pytest.mark.parametrize(
    "error", [Forbidden("No.", status=403), NotFound("What?", status=404), Unreachable("No net.")]
)
async def test_a_key_that_cannot_be_validated_may_still_read(error):
    sitting = Sitting()
    sitting.service.fail("validate_key", error)
    await sitting.session.start()
    assert sitting.session.key_info is None
    assert sitting.session.collections.listing.loaded == 3


async def test_a_key_refused_there_that_reads_collections_is_good_enough():
    sitting = Sitting()
    sitting.service.fail("validate_key", Unauthorized("Which key?", status=401))
    await sitting.session.start()
    assert sitting.session.collections.listing.loaded == 3


async def test_a_key_refused_everywhere_is_raised():
    sitting = Sitting()
    refusal = Unauthorized("A wrong key.", status=401)
    sitting.service.fail("validate_key", refusal)
    sitting.service.fail("list_collections", Unauthorized("A wrong key.", status=401))
    with pytest.raises(Unauthorized) as caught:
        await sitting.session.start()
    assert caught.value is refusal
    assert isinstance(sitting.session.collections.problem, Unauthorized)


async def test_a_collection_beyond_the_list_can_be_opened():
    sitting = Sitting(collections=150)
    await sitting.session.start("collection_149")
    assert "collection_149" not in sitting.session.collections.listing
    assert sitting.session.opened == "collection_149"
    assert sitting.session.collection.collection_name == "Collection 149"
    assert len(sitting.documents) == 5
    assert sitting.session.documents.total == 5
    assert CollectionChanged("collection_149") in sitting.changes


async def test_opening_one_that_is_not_there_is_the_feeds_problem():
    sitting = Sitting()
    await sitting.session.start("collection_none")
    assert isinstance(sitting.session.documents.problem, NotFound)
    assert sitting.session.collection is None


async def test_opening_is_told_before_anything_is_asked():
    sitting = Sitting()
    await sitting.session.start()
    sitting.changes.clear()
    gate = sitting.service.hold("list_documents")
    opening = asyncio.create_task(sitting.session.open_collection("collection_1"))
    await gate.arrived.wait()
    opened = [change for change in sitting.changes if not isinstance(change, FeedChanged)]
    assert opened == [CollectionOpened("collection_1")]
    assert sitting.session.collection.collection_name == "Collection 001"
    assert sitting.session.documents.total == 5
    gate.release()
    await opening
    assert sitting.documents == [f"file_{n:05}" for n in range(100, 105)]


async def test_the_first_opening_reads_how_many_documents_there_are_now():
    sitting = Sitting()
    await sitting.session.start()
    sitting.service.collections["collection_1"] = make_collection(1, 6)
    await sitting.session.open_collection("collection_1")
    assert sitting.session.collection.documents_count == 6
    sitting.service.fail("get_collection", Forbidden("No.", status=403))
    await sitting.session.open_collection("collection_2")
    assert sitting.session.collection.documents_count == 5, "then the list must do"
    assert len(sitting.documents) == 5


async def test_the_late_answer_of_a_collection_that_was_left_never_shows():
    sitting = Sitting()
    await sitting.session.start()
    gate = sitting.service.hold("list_documents")
    first = asyncio.create_task(sitting.session.open_collection("collection_1"))
    await gate.arrived.wait()
    left = sitting.session.documents
    await sitting.session.open_collection("collection_2")
    sitting.changes.clear()
    gate.release()
    await first
    assert sitting.documents == [f"file_{n:05}" for n in range(200, 205)]
    assert not [change for change in sitting.changes if getattr(change, "feed", None) is left]
    assert sitting.session.collection.collection_id == "collection_2"


async def test_an_opening_that_was_cancelled_can_be_done_again():
    sitting = Sitting()
    await sitting.session.start()
    gate = sitting.service.hold("list_documents")
    first = asyncio.create_task(sitting.session.open_collection("collection_1"))
    await gate.arrived.wait()
    first.cancel()
    await asyncio.wait([first])
    await sitting.session.open_collection("collection_1")
    assert len(sitting.documents) == 5
    assert sitting.session.documents.loading == frozenset()


async def test_what_was_opened_before_is_there_at_once_and_refreshed():
    sitting = Sitting()
    await sitting.session.start()
    await sitting.session.open_collection("collection_1")
    await sitting.session.open_collection("collection_2")
    del sitting.service.documents["collection_1"]["file_00101"]
    gate = sitting.service.hold("list_documents")
    again = asyncio.create_task(sitting.session.open_collection("collection_1"))
    await gate.arrived.wait()
    assert len(sitting.documents) == 5
    assert sitting.session.documents.refreshing
    gate.release()
    await again
    assert "file_00101" not in sitting.documents


async def test_only_the_last_sixteen_are_kept():
    sitting = Sitting(collections=18)
    await sitting.session.start()
    for number in range(18):
        await sitting.session.open_collection(f"collection_{number}")
    sitting.service.calls.clear()
    gate = sitting.service.hold("list_documents")
    again = asyncio.create_task(sitting.session.open_collection("collection_0"))
    await gate.arrived.wait()
    assert sitting.documents == []
    gate.release()
    await again
    assert len(sitting.documents) == 5


async def test_the_opened_collection_follows_the_list():
    sitting = Sitting()
    await sitting.session.start("collection_1")
    sitting.service.collections["collection_1"] = make_collection(1, 77)
    await sitting.session.collections.refresh()
    assert sitting.session.collection.documents_count == 77
    assert CollectionChanged("collection_1") in sitting.changes


async def test_reading_a_document_updates_its_row():
    sitting = Sitting()
    await sitting.session.start("collection_1")
    newer = make_document(102, DocumentStatus.FAILED, received="{}")
    sitting.service.documents["collection_1"]["file_00102"] = newer
    assert await sitting.session.read_document("file_00102") is newer
    feed = sitting.session.documents
    assert feed.listing.get("file_00102") is newer
    assert RowChanged(feed.collection_id, "file_00102") in sitting.changes


async def test_a_document_that_is_gone_leaves_and_is_raised():
    sitting = Sitting()
    await sitting.session.start("collection_1")
    del sitting.service.documents["collection_1"]["file_00102"]
    with pytest.raises(NotFound):
        await sitting.session.read_document("file_00102")
    feed = sitting.session.documents
    assert RowRemoved(feed.collection_id, "file_00102", "was removed elsewhere") in sitting.changes
    assert len(sitting.documents) == 4


@pytest.mark.parametrize("what", ["document", "collection"])
async def test_one_replica_that_does_not_know_it_takes_no_row_away(what):
    sitting = Sitting()
    await sitting.session.start("collection_1")
    sitting.service.fail(f"get_{what}", NotFound("No.", status=404, message="not here"))
    if what == "document":
        await sitting.session.read_document("file_00102")
    else:
        await sitting.session.read_collection("collection_1")
    assert not [change for change in sitting.changes if isinstance(change, RowRemoved)]


async def test_a_document_read_for_a_collection_that_was_left_changes_nothing_else():
    sitting = Sitting()
    await sitting.session.start("collection_1")
    gate = sitting.service.hold("get_document")
    reading = asyncio.create_task(sitting.session.read_document("file_00102"))
    await gate.arrived.wait()
    await sitting.session.open_collection("collection_2")
    gate.release()
    assert (await reading).file_id == "file_00102"
    assert "file_00102" not in sitting.session.documents.listing


async def test_no_document_without_a_collection():
    with pytest.raises(LookupError, match="No collection is open"):
        await Sitting().session.read_document("file_00001")


async def test_reading_a_collection_updates_its_row_and_the_total():
    sitting = Sitting()
    await sitting.session.start("collection_1")
    sitting.service.collections["collection_1"] = make_collection(1, 6)
    sitting.changes.clear()
    collection = await sitting.session.read_collection("collection_1")
    assert sitting.session.collection is collection
    assert RowChanged(None, "collection_1") in sitting.changes
    del sitting.service.collections["collection_2"]
    with pytest.raises(NotFound):
        await sitting.session.read_collection("collection_2")
    assert "collection_2" not in sitting.session.collections.listing
    sitting.service.fail("get_collection", ServerFault("It broke.", status=500))
    with pytest.raises(ServerFault):
        await sitting.session.read_collection("collection_1")
    assert sitting.session.collection is collection


async def test_a_wait_is_there_until_it_is_over():
    sitting = Sitting()
    wait = Wait(5.0, "the service asks to slow down (429)", 1, "GET", "/v1/collections?limit=100")
    sitting.session.note_wait(wait)
    assert sitting.session.waiting == Waiting(wait, 1005.0)
    assert sitting.session.waiting.reason == wait.reason
    other = RequestRecord("GET", "/v1/collections/c", 200, None, 0.1, 1001.0)
    sitting.session.note_request(other)
    assert sitting.session.waiting is not None
    record = RequestRecord("GET", "/v1/collections?limit=100", 200, None, 0.1, 1005.0)
    sitting.session.note_request(record)
    assert sitting.session.waiting is None
    assert sitting.changes == [
        Waiting(wait, 1005.0), RequestMade(other), WaitEnded(), RequestMade(record),
    ]  # fmt: skip
    sitting.session.note_wait(wait)
    sitting.now = 1005.0
    assert sitting.session.waiting is None, "it may have been cancelled"


async def test_who_leaves_is_told_no_more():
    sitting = Sitting()
    heard = []
    leave = sitting.session.subscribe(heard.append)
    leave()
    leave()
    await sitting.session.start()
    assert heard == []
    assert any(isinstance(change, RowsReset) for change in sitting.changes)
    await settle()

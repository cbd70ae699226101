"""Following documents that are being indexed, without time passing."""

import asyncio

import pytest

from tests.unit.session.fakes import (
    FakeService,
    Sleeper,
    make_collection,
    make_document,
    settle,
)
from xcoll_tui.api.errors import RateLimited, Unreachable
from xcoll_tui.api.models import Document, DocumentStatus
from xcoll_tui.session.lists.events import FeedChanged, RowChanged, RowRemoved
from xcoll_tui.session.lists.progress import Progress, progress_of
from xcoll_tui.session.session import Session

CHUNKED = DocumentStatus.CHUNKED


@pytest.mark.parametrize(
    ("status", "done", "of", "progress"),
    [
        ("DOCUMENT_STATUS_PROCESSED", None, None, Progress("ready")),
        ("DOCUMENT_STATUS_PROCESSED", 3, 80, Progress("ready", 3, 80)),
        ("DOCUMENT_STATUS_EMBEDDING", 80, 80, Progress("ready", 80, 80)),
        ("DOCUMENT_STATUS_EMBEDDING", 34, 80, Progress("indexing", 34, 80)),
        ("DOCUMENT_STATUS_CHUNKED", None, 80, Progress("indexing", None, 80)),
        ("DOCUMENT_STATUS_PROCESSING", 0, 0, Progress("indexing", 0, 0)),
        ("DOCUMENT_STATUS_UNKNOWN", None, None, Progress("indexing")),
        ("", None, None, Progress("indexing")),
        ("DOCUMENT_STATUS_FAILED", 80, 80, Progress("failed", 80, 80)),
        ("DOCUMENT_STATUS_DREAMING", None, None, Progress("unknown")),
    ],
)
def test_progress(status, done, of, progress):
    document = make_document(1, status, chunks_processed_count=done, chunk_count=of)
    assert progress_of(document) == progress


def test_a_document_that_cannot_be_read_is_not_followed():
    progress = progress_of(Document(status="DOCUMENT_STATUS_CHUNKED", unreadable="It is broken."))
    assert progress == Progress("unreadable")
    assert not progress.is_under_way


class Following:
    """A session on one collection whose documents are under way, with the follower running."""

    def __init__(self, count):
        self.service = FakeService()
        self.id = self.service.add(
            make_collection(1, count), [make_document(number, CHUNKED) for number in range(count)]
        )
        self.rows = self.service.documents[self.id]
        self.sleeper = Sleeper()
        self.session = Session(self.service, clock=lambda: 1000.0, sleep=self.sleeper)
        self.changes = []

    async def __aenter__(self):
        await self.session.open_collection(self.id)
        await self.session.documents.load_all()
        self.session.subscribe(self.changes.append)
        self.task = asyncio.create_task(self.session.follower.run())
        self.service.calls.clear()
        return self

    async def __aexit__(self, *failure):
        if self.task.done():
            await self.task
        self.task.cancel()
        await asyncio.wait([self.task])
        assert asyncio.all_tasks() == {asyncio.current_task()}

    def asked(self):
        asked = [call[2] for call in self.service.named("batch_get_documents")]
        self.service.calls.clear()
        return asked

    def put(self, number, status, **members):
        document = make_document(number, status, **members)
        self.rows[document.file_id] = document

    async def round(self):
        """Let one wait pass and return its seconds, once the next one has begun."""
        seconds = await self.sleeper.pass_on()
        await settle()
        await self.sleeper.begun()
        return seconds


async def test_waits_grow_while_nothing_changes_and_shrink_when_something_does():
    async with Following(3) as following:
        waits = [await following.round() for _ in range(9)]
        assert waits == pytest.approx([1, 1.6, 2.56, 4.096, 6.5536, 10.48576, 15, 15, 15])
        following.put(0, CHUNKED, chunk_count=80, chunks_processed_count=34)
        assert await following.round() == 15
        assert following.session.documents.listing.get("file_00000").chunk_count == 80
        assert (
            RowChanged(following.session.documents.collection_id, "file_00000") in following.changes
        )
        assert await following.round() == 1
        assert await following.round() == pytest.approx(1.6)


async def test_what_is_done_is_asked_for_no_more():
    async with Following(2) as following:
        following.put(0, DocumentStatus.PROCESSED)
        following.put(1, DocumentStatus.FAILED)
        await following.sleeper.pass_on()
        await settle()
        assert following.session.documents.under_way == set()
        assert following.asked() == [["file_00000", "file_00001"]]
        assert all(sleep.done() for sleep in following.sleeper._sleeping), "it waits for news"
        following.session.documents.put(make_document(0, CHUNKED))
        following.put(0, CHUNKED)
        await following.round()
        assert following.asked() == [["file_00000"]]


async def test_a_hundred_at_once_and_the_visible_ones_first():
    async with Following(250) as following:
        visible = ["file_00240", "file_00241", "file_00010", "file_99999"]
        following.session.follower.watch(visible)
        await following.round()
        (first,) = following.asked()
        assert first[:3] == ["file_00240", "file_00241", "file_00010"]
        assert len(first) == len(set(first)) == 100
        seen = set(first)
        for _ in range(3):
            await following.round()
            (batch,) = following.asked()
            assert batch[:3] == first[:3]
            assert len(batch) <= 100
            seen |= set(batch)
        assert seen == set(following.rows), "each gets its turn"


async def test_rows_that_come_into_view_are_asked_for_soon():
    async with Following(3) as following:
        for _ in range(7):
            await following.round()
        assert await following.sleeper.begun() == 15
        following.session.follower.watch(["file_00001"])
        await settle()
        assert await following.sleeper.begun() == 1
        following.asked()
        await following.round()
        assert following.asked()[0][0] == "file_00001"
        for _ in range(3):
            await following.round()
        before = len(following.sleeper.asked)
        following.session.follower.watch(["file_00001"])
        await settle()
        assert len(following.sleeper.asked) == before, "the same rows in view are no news"


async def test_what_is_missing_for_the_settling_time_leaves():
    async with Following(3) as following:
        del following.rows["file_00001"]
        await following.round()
        assert "file_00001" in following.session.documents.listing
        for _ in range(9):
            assert await following.round() == 1, "the next look comes soon"
            assert "file_00001" in following.session.documents.listing
        assert await following.round() == 1
        assert "file_00001" not in following.session.documents.listing
        gone = [change for change in following.changes if isinstance(change, RowRemoved)]
        assert [(change.key, change.departure) for change in gone] == [
            ("file_00001", "was removed elsewhere")
        ]
        assert following.session.documents.total == 2


async def test_what_is_missing_once_stays():
    async with Following(2) as following:
        kept = following.rows.pop("file_00001")
        await following.round()
        following.rows["file_00001"] = kept
        await following.round()
        del following.rows["file_00001"]
        await following.round()
        assert "file_00001" in following.session.documents.listing


async def test_failures_back_off_and_are_told_once():
    async with Following(3) as following:
        failures = [RateLimited("Slow down.", status=429), Unreachable("No network.")] * 4
        following.service.fail("batch_get_documents", *failures)
        waits = [await following.round() for _ in range(9)]
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
        told = [change for change in following.changes if isinstance(change, FeedChanged)]
        assert len(told) == 2, "that it failed, and that it works again"
        assert following.session.documents.problem is None
        assert await following.round() == 15


async def test_a_problem_of_another_read_stays_until_that_works():
    async with Following(3) as following:
        following.service.fail("list_documents", Unreachable("No network."))
        await following.session.documents.refresh()
        await following.round()
        assert isinstance(following.session.documents.problem, Unreachable)


async def test_an_answer_older_than_the_row_is_dropped():
    async with Following(1) as following:
        gate = following.service.hold("batch_get_documents")
        await following.sleeper.pass_on()
        await gate.arrived.wait()
        following.put(0, DocumentStatus.PROCESSED)
        await following.session.read_document("file_00000")
        gate.release()
        await settle()
        assert following.session.documents.under_way == set()


async def test_another_collection_is_followed_from_then_on():
    async with Following(3) as following:
        other = following.service.add(make_collection(2, 1), [make_document(900, CHUNKED)])
        gate = following.service.hold("batch_get_documents")
        await following.sleeper.pass_on()
        await gate.arrived.wait()
        await following.session.open_collection(other)
        gate.release()
        await settle()
        following.asked()
        following.changes.clear()
        await following.round()
        await following.round()
        assert ["file_00900"] in following.asked()
        left = [c for c in following.changes if getattr(c, "feed", None) not in
                (None, following.session.documents, following.session.collections)]  # fmt: skip
        assert left == []


async def test_a_collection_that_is_gone_loses_no_rows():
    async with Following(3) as following:
        following.service.collections.clear()
        following.rows.clear()
        for _ in range(3):
            await following.round()
        assert following.session.documents.listing.loaded == 3
        assert following.session.documents.problem is not None

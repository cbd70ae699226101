"""Reading back: at once when alone, together when many, never with an older answer."""

import asyncio

import pytest

from tests.unit.session.fakes import make_collection, make_document, settle
from tests.unit.session.writing import WritingService
from xcoll_tui.api.errors import NotFound, Unreachable
from xcoll_tui.session.context import BackgroundTasks
from xcoll_tui.session.writes.read_back import ReadBack


def service_with(documents):
    service = WritingService()
    service.add(make_collection(0), [make_document(n) for n in range(documents)])
    return service


def read(reader, number, **given):
    return asyncio.create_task(reader.read("collection_0", f"file_{number:05}", **given))


async def test_one_is_read_alone_and_the_rest_together():
    service = service_with(250)
    reader = ReadBack(service, BackgroundTasks())
    gate = service.hold("get_document")
    first = read(reader, 0)
    await gate.arrived.wait()
    others = [read(reader, n) for n in range(250)]
    await settle()
    assert len(service.calls) == 1
    gate.release()
    documents = await asyncio.gather(first, *others)
    assert [each.file_id for each in documents[1:]] == [f"file_{n:05}" for n in range(250)]
    assert [len(call[2]) for call in service.named("batch_get_documents")] == [100, 100, 50]


async def test_no_answer_is_older_than_its_question():
    service = service_with(1)
    reader = ReadBack(service, BackgroundTasks())
    gate = service.hold("get_document")
    before = read(reader, 0)
    await gate.arrived.wait()
    newer = make_document(0, fields={"new": "er"})
    service.documents["collection_0"][newer.file_id] = newer
    after = read(reader, 0)
    gate.release()
    assert (await before).fields == {}
    assert (await after).fields == {"new": "er"}


async def test_what_a_batch_leaves_out_is_asked_for_alone_unless_it_is_expected_gone():
    service = service_with(1)
    reader = ReadBack(service, BackgroundTasks())
    tasks = [read(reader, 0), read(reader, 1), read(reader, 2, confirm=False)]
    assert [None if each is None else each.file_id for each in await asyncio.gather(*tasks)] == [
        "file_00000", None, None,
    ]  # fmt: skip
    assert [call[2] for call in service.named("get_document")] == ["file_00001"]


async def test_where_the_collection_is_gone_nothing_is_there():
    service = service_with(2)
    service.collections.clear()
    service.documents["collection_0"].clear()
    reader = ReadBack(service, BackgroundTasks())
    assert await asyncio.gather(read(reader, 0), read(reader, 1, confirm=False)) == [None, None]
    service.fail("batch_get_documents", NotFound("A web page.", status=404))
    results = await asyncio.gather(read(reader, 0), read(reader, 1), return_exceptions=True)
    assert [type(result) for result in results] == [NotFound] * 2


async def test_a_failure_is_that_of_all_who_wait_and_the_next_is_asked_anew():
    service = service_with(3)
    reader = ReadBack(service, BackgroundTasks())
    error = Unreachable("No net.")
    service.fail("batch_get_documents", error)
    results = await asyncio.gather(*[read(reader, n) for n in range(3)], return_exceptions=True)
    assert results == [error] * 3
    assert (await reader.read("collection_0", "file_00001")).file_id == "file_00001"


async def test_a_404_without_words_is_an_error():
    service = service_with(1)
    service.fail("get_document", NotFound("A web page.", status=404))
    with pytest.raises(NotFound):
        await ReadBack(service, BackgroundTasks()).read("collection_0", "file_00000")


async def test_one_who_leaves_does_not_disturb_the_others():
    service = service_with(2)
    reader = ReadBack(service, BackgroundTasks())
    gate = service.hold("batch_get_documents")
    leaving, staying = read(reader, 0), read(reader, 1)
    await gate.arrived.wait()
    leaving.cancel()
    gate.release()
    assert (await staying).file_id == "file_00001"


async def test_a_defect_reaches_all_who_wait():
    service = service_with(2)
    service.fail("batch_get_documents", RuntimeError("a defect"))
    reader = ReadBack(service, BackgroundTasks())
    results = await asyncio.gather(read(reader, 0), read(reader, 1), return_exceptions=True)
    assert [type(each) for each in results] == [RuntimeError] * 2

"""What long random runs found (`python -m tests.endurance`), each by itself."""

import asyncio

import httpx
import pytest

from tests.unit.session.writing import FILE, NEW, OLD, Desk
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import NotFound, OutcomeUnknown
from xcoll_tui.session.backup.backups import RestoreElsewhere
from xcoll_tui.session.context import BackgroundTasks
from xcoll_tui.session.writes.judging import was_not_sent, was_refused
from xcoll_tui.session.writes.outcome import Verdict

REPLICAS = (0.0, 3.0, 0.0)
LATER = {"type": "8-K", "title": "later"}


async def test_a_replica_that_shows_the_state_before_the_last_makes_no_edit_fail():
    desk = await Desk(lag=REPLICAS).open()
    assert (await desk.edit()).verdict is Verdict.DONE
    outcome = await desk.edit(LATER, base=NEW)
    assert desk.service.fields() == LATER
    assert outcome.verdict is Verdict.DONE, outcome.message


@pytest.mark.parametrize("reattach", ["conflict", "keep"])
async def test_an_old_state_proves_no_undo_that_the_service_has_merged(reattach):
    desk = await Desk("merge", reattach, lag=REPLICAS).open()
    assert (await desk.edit({**OLD, "isbn": "8"})).verdict is Verdict.DONE
    outcome = await desk.session.undo()
    desk.now += 60
    desk.service.truth()
    assert (outcome.verdict is Verdict.DONE) <= (desk.service.fields() == OLD), outcome.message


@pytest.mark.parametrize("another", [False, True])
async def test_a_removal_remembers_what_was_saved_just_before(another, tmp_path):
    desk = await Desk(lag=3.0, state=tmp_path).open()
    await desk.session.state.load()
    assert (await desk.edit()).verdict is Verdict.DONE
    if another:  # as commands in a script, each of which is a session of its own
        await desk.session.end()
        desk.session = desk.sit_down(tmp_path)
        await desk.session.prepare()
    outcome = await desk.documents.remove(FILE, collection_id="collection_0")
    assert outcome.verdict is Verdict.DONE
    (item,) = desk.session.undo_stack.newest.items.values()
    assert item.old == NEW
    await desk.session.end()


async def test_what_was_attached_again_is_not_somebody_else_s():
    desk = await Desk(lag=REPLICAS).open()
    desk.service.set_status(FILE, "DOCUMENT_STATUS_PROCESSED", last_indexed_at="2020-01-01T00:00Z")
    assert (await desk.documents.remove(FILE)).verdict is Verdict.DONE
    outcome = await desk.session.undo()
    assert outcome.verdict is Verdict.DONE, outcome.message


async def test_after_a_429_a_broken_connection_says_nothing_of_the_first_try():
    refusal = {"headers": {"Retry-After": "0"}, "stream": httpx.ByteStream(b"")}
    answers = iter([httpx.Response(429, **refusal)])

    def answer(request):
        reply = next(answers, None)
        if reply is None:
            raise httpx.ConnectError("refused", request=request)
        return reply

    async def sleep(_seconds):
        await asyncio.sleep(0)

    async with Client("xai-token-x", "http://127.0.0.1:9", sleep=sleep) as client:
        client._http = httpx.MockTransport(answer)
        with pytest.raises(OutcomeUnknown) as caught:
            await client.remove_document("collection_0", FILE)
    assert not was_not_sent(caught.value)


def test_a_404_without_words_after_another_try_is_no_refusal():
    assert was_refused(NotFound("No.", status=404))
    assert was_refused(NotFound("No.", status=404, code=5, message="none", tries=2))
    assert not was_refused(NotFound("No.", status=404, tries=2))


async def test_what_begins_while_a_session_ends_ends_with_it():
    tasks = BackgroundTasks()
    late = []

    async def work():
        try:
            await asyncio.sleep(60)
        finally:
            late.append(tasks.spawn(asyncio.sleep(60)))

    tasks.spawn(work())
    await asyncio.sleep(0)
    await tasks.end()
    assert [task.cancelled() for task in late] == [True]


async def test_no_read_outlives_its_session():
    desk = await Desk().open()
    gate = desk.service.hold("get_document")
    writing = asyncio.create_task(desk.documents.remove(FILE))
    await gate.arrived.wait()
    await desk.session.end()
    assert asyncio.all_tasks() - {asyncio.current_task(), writing} == set()
    await asyncio.gather(writing, return_exceptions=True)


async def test_a_restore_that_was_cancelled_is_not_begun_twice(tmp_path):
    desk = await Desk(state=tmp_path).open()
    backup = await desk.session.backups.make("collection_0")
    gate = desk.service.hold("create_collection")
    first = asyncio.create_task(desk.session.backups.recreate(backup.path))
    await gate.arrived.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    with pytest.raises(RestoreElsewhere):
        await desk.session.backups.recreate(backup.path)
    gate.release()
    await desk.session._context.tasks.idle()
    assert desk.service.writes().count("create_collection") == 1
    await desk.session.end()

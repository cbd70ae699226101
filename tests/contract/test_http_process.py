"""Requests that another process sends: as from here, and some before they are asked for."""

import asyncio
import os
import signal
from functools import partial
from unittest.mock import Mock

import pytest

from tests.contract.scripted import BREAK, KEY, SILENCE, Scripted, fault, reply
from xcoll_tui.api import retry
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import Misconfigured, OutcomeUnknown, Rejected, Unreachable
from xcoll_tui.api.http_process import TIMEOUT, HttpProcess, Target
from xcoll_tui.child_process import ChildFailed
from xcoll_tui.cli.http_ahead import _prepare
from xcoll_tui.session.asked_ahead import AskedAhead

EMPTY = {"collections": []}
KEY_INFO = {"teamId": "team", "redactedKey": "x"}


def made(service=None, team_id=None):
    """The process, which asks a service ahead if there is one."""
    target = None if service is None else Target(service.url, KEY, TIMEOUT)
    return HttpProcess(partial(_prepare, target, team_id))


async def no_pause(_seconds):
    await asyncio.sleep(0)


@pytest.fixture
async def process():
    process = made()
    yield process
    await process.aclose()


async def test_all_of_a_request_goes_and_all_of_an_answer_comes(process):
    records = []
    answer = reply(body={"collection_name": "É", "collection_id": "c"}, x_request_id="r-1")
    async with (
        Scripted(answer) as service,
        Client(KEY, service.url, "team", process=process, on_request=records.append) as client,
    ):
        made = await client.create_collection("É")
        assert client._http is None  # nothing of HTTP was loaded here
    (heard,) = service.heard
    assert made.collection_id == "c"
    assert heard.json == {"collection_name": "É", "team_id": "team"}
    assert heard.headers["authorization"] == f"Bearer {KEY}"
    assert heard.headers["content-type"] == "application/json"
    assert (records[0].status, records[0].request_id, records[0].error) == (200, "r-1", None)
    assert records[0].duration > 0


async def test_what_goes_wrong_is_what_it_would_be_from_here(process):
    steps = [fault(403), BREAK, *[BREAK] * retry.FAULT_TRIES, fault(429), reply(body=EMPTY)]
    async with (
        Scripted(*steps) as service,
        Client(KEY, service.url, process=process, sleep=no_pause) as client,
    ):
        with pytest.raises(Rejected, match="403"):
            await client.list_collections()
        with pytest.raises(OutcomeUnknown):
            await client.create_collection("n")
        with pytest.raises(Unreachable):
            await client.list_collections()
        assert (await client.list_collections()).collections == []
    nowhere = Client(KEY, service.url, process=process, sleep=no_pause)
    with pytest.raises(Unreachable, match="refused"):
        await nowhere.list_collections()


async def test_a_cancelled_request_is_broken_off_there(process):
    records = []
    async with (
        Scripted(SILENCE) as service,
        Client(KEY, service.url, process=process, on_request=records.append) as client,
    ):
        task = asyncio.create_task(client.list_collections())
        await service.hearing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(service.gone.wait(), 10)
    assert [record.error for record in records] == ["it was cancelled"]


async def test_another_key_goes_from_the_next_request_on(process):
    async with (
        Scripted(reply(body=EMPTY)) as service,
        Client(KEY, service.url, process=process) as client,
    ):
        await client.list_collections()
        client.change_key("xai-token-of-somebody-else")
        await client.list_collections()
    keys = [heard.headers["authorization"].split()[1] for heard in service.heard]
    assert keys == [KEY, "xai-token-of-somebody-else"]


async def test_what_cannot_be_used_is_told_before_anything_is_sent(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example")
    process = made()
    client = Client(KEY, process=process)
    with pytest.raises(Misconfigured, match="SOCKS"):
        await client.check_process()
    with pytest.raises(Misconfigured, match="SOCKS"):
        await client.list_collections()
    await process.aclose()


async def test_a_defect_there_is_one_here_and_tells_no_key(monkeypatch):
    def broken(self, *_):
        held = {"key": self._key.reveal()}
        raise LookupError(f"out of order at {len(held)}")

    monkeypatch.setattr(Client, "_authorize", broken)
    process = made()
    async with Scripted() as service, Client(KEY, service.url, process=process) as client:
        with pytest.raises(ChildFailed, match="out of order at 1") as caught:
            await client.list_collections()
    assert KEY not in str(caught.value)
    await process.aclose()


async def test_without_the_process_a_client_sends_by_itself(process):
    waits = []
    async with (
        Scripted(reply(body=EMPTY)) as service,
        Client(KEY, service.url, process=process, sleep=no_pause, on_wait=waits.append) as client,
    ):
        await client.list_collections()
        os.kill(process._child._pid, signal.SIGKILL)
        await client.list_collections()
        assert len(waits) == 1
        assert len(service.heard) == 2
        assert not await client.check_process()


async def test_whether_a_write_was_sent_that_the_process_took_along_is_not_known(process):
    async with (
        Scripted(SILENCE) as service,
        Client(KEY, service.url, process=process, sleep=no_pause) as client,
    ):
        task = asyncio.create_task(client.create_collection("n"))
        await service.hearing.wait()
        os.kill(process._child._pid, signal.SIGKILL)
        with pytest.raises(OutcomeUnknown, match="the process of xcoll that sends"):
            await task
        assert len(service.heard) == 1


async def test_one_that_stands_still_is_given_up_and_holds_no_end_up(process):
    async with (
        Scripted(reply(body=EMPTY)) as service,
        Client(KEY, service.url, process=process, sleep=no_pause, timeout=0.01) as client,
    ):
        os.kill(process._child._pid, signal.SIGSTOP)
        await client.list_collections()
        assert client._process is None
        other = Client(KEY, service.url, process=process)
        await asyncio.wait_for(other.aclose(), 5)


async def test_it_sends_until_http_was_loaded_here_and_then_ends(process, monkeypatch):
    monkeypatch.setattr("xcoll_tui.api.client._OWN_AFTER", 0.0)
    async with (
        Scripted(reply(body=EMPTY)) as service,
        Client(KEY, service.url, process=process) as client,
    ):
        await client.list_collections()
        assert client._http is None
        await client._taking_over
        assert process.is_over
        await client.list_collections()
        assert client._http is not None
        late = Client(KEY, service.url, process=process)
        assert late._process is None


async def test_it_stays_where_http_cannot_be_loaded_here_any_more(process, monkeypatch):
    monkeypatch.setattr("xcoll_tui.api.client._OWN_AFTER", 0.0)
    async with (
        Scripted(reply(body=EMPTY)) as service,
        Client(KEY, service.url, process=process) as client,
    ):
        gone = Mock(side_effect=Misconfigured("The file is gone."))
        monkeypatch.setattr(client, "_opened", gone)
        await client.list_collections()
        await client._taking_over
        assert gone.called
        await client.list_collections()
        assert not process.is_over


async def test_it_stays_for_what_is_under_way_and_for_whoever_needs_it(process, monkeypatch):
    monkeypatch.setattr("xcoll_tui.api.client._OWN_AFTER", 0.0)
    answered = asyncio.Event()

    async def answer_late():
        await answered.wait()
        return reply(body=EMPTY)

    steps = iter([reply(body=EMPTY), answer_late()])
    async with (
        Scripted(lambda _: next(steps, reply(body=EMPTY))) as service,
        Client(KEY, service.url, process=process) as client,
        Client(KEY, service.url, process=process) as other,
    ):
        await client.list_collections()
        under_way = asyncio.create_task(client.list_collections())
        while len(service.heard) < 2:
            service.hearing.clear()
            await service.hearing.wait()
        while client._process is not None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
        answered.set()
        assert (await under_way).collections == []
        await client._taking_over
        assert not process.is_over
        await other.list_collections()
        await other._taking_over
        assert process.is_over


# Ahead


def answer(heard):
    return reply(body=KEY_INFO if "validation" in heard.target else EMPTY)


async def ask_ahead(service):
    """Make the process, and wait until it has asked."""
    process = made(service)
    while len(service.heard) < 2:
        service.hearing.clear()
        await asyncio.wait_for(service.hearing.wait(), 20)
    return process


async def test_what_every_session_asks_was_asked_already():
    async with Scripted(answer) as service:
        process = await ask_ahead(service)
        async with Client(KEY, service.url, process=process) as client:
            asked = AskedAhead(client)
            await asked.begin()
            assert (await asked.validate_key()).team_id == "team"
            assert len(service.heard) == 2
            await client.validate_key()
            assert len(service.heard) == 3  # it is used once
            await asked.end()
        await process.aclose()


async def test_what_was_asked_with_another_key_is_asked_again():
    async with Scripted(reply(body=EMPTY)) as service:
        process = made(service)
        async with Client(f"{KEY}-other", service.url, process=process) as client:
            await client.list_collections()
        assert f"Bearer {KEY}-other" in [each.headers["authorization"] for each in service.heard]
        await process.aclose()


async def test_what_came_long_before_it_is_asked_for_is_asked_again(monkeypatch):
    monkeypatch.setattr("xcoll_tui.api.http_sender.FRESH", 0.0)
    async with Scripted(answer) as service:
        process = await ask_ahead(service)
        async with Client(KEY, service.url, process=process) as client:
            await client.validate_key()
        assert len(service.heard) == 3
        await process.aclose()


async def test_a_key_that_was_taken_for_a_team_is_not_sent_ahead_either():
    async with Scripted(reply(body=EMPTY)) as service:
        process = made(service, team_id=KEY)
        async with Client(KEY, service.url, process=process) as client:
            await client.list_collections()
        assert all(KEY not in target for target in service.targets)
        await process.aclose()


def test_a_target_shows_no_key():
    target = Target("http://127.0.0.1", KEY, 1.0)
    assert KEY not in f"{target} {target!r} {[target]}"

"""Every status with every body of an error, and every Retry-After: a sentence, and no long wait."""

import asyncio
from email.utils import formatdate

import pytest

from tests.contract.scripted import KEY, fault, reply
from tests.hostile import outcomes
from tests.hostile.calls import NAMES, calls
from tests.hostile.service import Hostile, answered
from tests.hostile.statuses import BODIES, HOUR, PLAYED, STATUSES, WAITS, answer
from xcoll_tui.api import retry
from xcoll_tui.api.client import Client

PART = 4
"""One status of so many is played with each body, other ones for each."""


@pytest.mark.parametrize("name", BODIES)
async def test_every_status_with_this_body(name, tmp_path, tally, request):
    """Each status is played against a few calls, other ones for each, or against all."""
    whole = request.config.getoption("--long")
    count = len(NAMES) if whole else 1
    asked = calls(tmp_path)
    (tmp_path / "upload.txt").write_text("some text\n")
    status, told = 0, b""

    async def play(wire):
        await answered(wire, told)

    shift = list(BODIES).index(name)
    async with Hostile(play) as service:
        for place, status in enumerate(STATUSES):
            if not whole and (place + shift) % PART:
                continue
            told = answer(status, name)
            for step in range(count):
                call = asked[NAMES[(place * count + step + shift) % len(NAMES)]]
                service.heard.clear()
                client = outcomes.client_of(call, service.url)
                came = await outcomes.outcome_of(call, client, heard=service.heard)
                tally["client: status and body"] += 1
                assert status < 300 or came.kind != "data", (status, call.name)
                assert len(service.heard) <= retry.RATE_LIMITED_TRIES
                row = outcomes.written()["status", name]
                if call.name in PLAYED:
                    assert came.kind in (row.writes if call.writes else row.reads)
                if not call.again and came.kind not in {"RateLimited", "data"}:
                    assert len(service.heard) == 1


class Waiting:
    """A clock that sleeping turns."""

    def __init__(self):
        self.now, self.slept = 1_000_000.0, []

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    def options(self):
        return {"sleep": self.sleep, "clock": lambda: self.now, "random": lambda: 1.0}


@pytest.mark.parametrize("status", [429, 503])
async def test_every_retry_after(status, tmp_path, tally):
    (tmp_path / "upload.txt").write_text("some text\n")
    asked = calls(tmp_path)
    for number, (said, wanted) in enumerate(WAITS.items()):
        limit = fault(status, 8, "Slow down.", retry_after=said)
        for name in ("get_collection", "create_collection", NAMES[number % len(NAMES)]):
            call, waiting, heard = asked[name], Waiting(), []

            async def play(wire, heard=heard, limit=limit):
                if await wire.hear() is not None:
                    heard.append(1)
                    await wire.say(limit if len(heard) == 1 else reply(200, wire.right))

            async with Hostile(play, call.answer) as service:
                client = outcomes.client_of(call, service.url, **waiting.options())
                came = await outcomes.outcome_of(call, client, heard=service.heard)
            tally["client: Retry-After"] += 1
            tried_again = call.again or (
                status == 429 and name in {"update_document", "reindex_document"}
            )
            if wanted is None and tried_again and said in {"3600", formatdate(1_000_000 + HOUR)}:
                assert "60 min" in came.sentence or call.writes
            if wanted is None or not tried_again:
                assert came.kind == ("RateLimited" if status == 429 else "ServerFault"), said
                assert sum(waiting.slept) <= retry.LONGEST_WAIT
                assert "Slow down" in came.sentence or call.writes
            else:
                assert came.kind == "data", (said, name)
                assert waiting.slept[0] == wanted, said


async def test_a_wait_is_told_and_can_be_ended_or_cancelled(tally):
    announced = []
    limits = [fault(429, 8, retry_after="100"), reply(200, {"collections": []})]

    async def play(wire):
        if await wire.hear() is not None:
            await wire.say(limits.pop(0) if len(limits) > 1 else limits[0])

    for ending in ("end", "cancel"):
        limits.insert(0, fault(429, 8, retry_after="100"))
        del limits[1:-1]
        waits = asyncio.Event()

        def tell(wait, waits=waits):
            announced.append(wait.seconds)
            waits.set()

        async with Hostile(play) as service, Client(KEY, service.url, on_wait=tell) as client:
            asking = asyncio.ensure_future(client.list_collections())
            await asyncio.wait_for(waits.wait(), 10)
            if ending == "cancel":
                asking.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asking
            client.end_waits()
            page = await asyncio.wait_for(client.list_collections(), 10)
            assert page.collections == []
            if ending == "end":
                assert (await asyncio.wait_for(asking, 10)).collections == []
        tally["client: Retry-After"] += 1
    assert announced == [100.0, 100.0]

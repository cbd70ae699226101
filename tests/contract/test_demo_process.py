"""The demo in a process of its own answers as the demo does, and ends with us."""

import asyncio
import os
import signal

import httpx
import pytest

from xcoll_tui.child_process import ChildGone
from xcoll_tui.emulator.demo_process import DemoProcess


@pytest.fixture
async def demo():
    demo = DemoProcess(3_000, remove="delete-file")
    await demo.wait()
    yield demo
    await demo.aclose()


def client(demo):
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(demo.app, raise_app_exceptions=False),
        base_url="http://demo",
        headers={"Authorization": f"Bearer {demo.key}"},
    )


async def test_requests_side_by_side_get_their_own_answers(demo):
    async with client(demo) as http:
        found = (await http.get("/v1/collections")).json()["collections"]
        ids = [row["collection_id"] for row in found]
        answers = await asyncio.gather(*(http.get(f"/v1/collections/{each}") for each in ids))
        assert [answer.json()["collection_id"] for answer in answers] == ids
        assert (await http.get("/v1/nothing")).status_code == 404


async def test_a_body_gets_there_and_the_policies_hold(demo):
    async with client(demo) as http:
        name = "é" * 30_000
        made = await http.post("/v1/collections", json={"collection_name": name})
        assert made.json()["collection_name"] == name
        place = f"/v1/collections/{made.json()['collection_id']}/documents/{demo.file_ids[0]}"
        assert (await http.post(place)).status_code == 200
        assert (await http.delete(place)).status_code == 200
        assert (await http.get(f"/v1/files/{demo.file_ids[0]}")).status_code == 404


async def test_a_body_that_breaks_off_is_not_waited_for(demo):
    async def broken():
        yield b"{"
        raise OSError("The disk is gone.")

    async with client(demo) as http:
        answer = await asyncio.wait_for(http.post("/v1/collections", content=broken()), 10)
        assert answer.status_code == 500
        assert (await http.get("/v1/collections")).status_code == 200


async def test_the_large_collection_fills_while_it_is_asked(demo):
    async with client(demo) as http:
        filled = asyncio.create_task(demo.fill())
        query = {"filter": "collection_name:archive"}
        answer = await http.get("/v1/collections", params=query)
        collection_id = answer.json()["collections"][0]["collection_id"]
        await asyncio.wait_for(filled, 30)
        row = (await http.get(f"/v1/collections/{collection_id}")).json()
        assert row["documents_count"] == 3_000


async def test_a_request_that_is_given_up_disturbs_no_other(demo):
    async with client(demo) as http:
        given_up = [asyncio.create_task(http.get("/v1/collections")) for _ in range(20)]
        await asyncio.sleep(0)
        for task in given_up[::2]:
            task.cancel()
        ended = await asyncio.gather(*given_up, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in ended[::2])
        assert [each.status_code for each in ended[1::2]] == [200] * 10
        assert not demo._child._calls


async def test_whoever_asks_a_process_that_is_gone_is_told(demo):
    async with client(demo) as http:
        await http.get("/v1/collections")
        filled = asyncio.create_task(demo.fill())
        os.kill(demo._child._pid, signal.SIGKILL)
        await asyncio.wait_for(filled, 10)
        for _ in range(10):
            assert (await http.get("/v1/collections")).status_code == 500


async def test_no_key_of_the_environment_goes_along(monkeypatch, tmp_path):
    monkeypatch.setenv("XAI_MANAGEMENT_KEY", "a-key-that-nobody-else-needs")

    def create(*_):
        (tmp_path / "told").write_text(str([*os.environ]))
        os._exit(0)

    monkeypatch.setattr("xcoll_tui.emulator.demo.create_demo", create)
    demo = DemoProcess(1)
    with pytest.raises(ChildGone):
        await demo.wait()
    assert (tmp_path / "told").read_text() == "[]"
    await demo.aclose()

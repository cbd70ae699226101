"""The emulator inside a program: no socket, and nobody waits for the large collection."""

import asyncio
import json
import time

import pytest

from xcoll_tui.api.errors import InvalidArgument, NotFound
from xcoll_tui.cli import browse_parser
from xcoll_tui.cli.demo import DemoAccess
from xcoll_tui.emulator.demo import create_demo
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.emulator.options import service_options


async def ask(demo, method, path, query=b""):
    """Ask an ASGI application as a server would; answers status and JSON."""
    sent = []
    requests = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if requests:
            return requests.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(b"authorization", f"Bearer {demo.key}".encode())],
    }
    await demo.app(scope, receive, send)
    assert {b"date", b"x-request-id"} <= dict(sent[0]["headers"]).keys()
    return sent[0]["status"], json.loads(b"".join(each.get("body", b"") for each in sent))


@pytest.fixture
def demo():
    demo = create_demo(30_000)
    demo.begin_filling()
    yield demo
    demo.close()


async def test_no_request_waits_for_the_seeding_and_names_stay_in_order(demo):
    longest, seen, token = 0.0, [], None
    _, found = await ask(demo, "GET", "/v1/collections", b"filter=collection_name:archive")
    path = f"/v1/collections/{found['collections'][0]['collection_id']}"
    early = (await ask(demo, "GET", path))[1]["documents_count"]
    assert early < 30_000
    # The pages are asked for while the rows arrive; whenever they run out, the walk goes on later.
    query = b"limit=100&order=ORDERING_ASCENDING&pagination_token="
    while len(seen) < 30_000:
        filled, begun = demo.filled.is_set(), time.perf_counter()
        _, page = await ask(demo, "GET", f"{path}/documents", query + (token or "").encode())
        longest = max(longest, time.perf_counter() - begun)
        if "pagination_token" in page or filled:
            seen += [row["file_metadata"]["name"] for row in page["documents"]]
            token = page.get("pagination_token")
    assert seen == sorted(set(seen))
    assert longest < 0.25  # measured: 0.01 on a quiet machine
    shown = (await ask(demo, "GET", path))[1]
    assert shown["documents_count"] == 30_000


async def test_the_demo_behaves_as_the_command_line_says():
    arguments = ["--demo", "--lag", "3600", "--remove", "delete-file", "--undeclared", "refuse"]
    options = browse_parser().parse_args([*arguments, "--metadata-patch", "merge"])
    assert service_options(options) == {
        "lag": 3600.0,
        "remove": "delete-file",
        "undeclared": "refuse",
        "metadata_patch": "merge",
    }
    access = DemoAccess(10, service_options(options), read_only=False, log=None)
    connection = await asyncio.to_thread(access.connect)
    try:
        service = connection.session._service
        page = await service.list_collections(filter='collection_name:"Drafts"')
        drafts, file_id = page.collections[0].collection_id, connection.samples[0]
        with pytest.raises(InvalidArgument, match="not defined"):
            await service.add_document(drafts, file_id, fields={"x": "1"})
        await service.add_document(drafts, file_id)
        assert (await service.list_documents(drafts)).documents == []
        await service.remove_document(drafts, file_id)
        with pytest.raises(NotFound):
            await service.add_document(drafts, file_id)
    finally:
        await connection.close()


async def test_the_collection_may_be_deleted_while_it_fills(demo):
    _, found = await ask(demo, "GET", "/v1/collections", b"filter=collection_name:archive")
    path = f"/v1/collections/{found['collections'][0]['collection_id']}"
    assert not demo.filled.is_set()
    assert (await ask(demo, "DELETE", path))[0] == 200
    assert await asyncio.to_thread(demo.filled.wait, 20)
    assert (await ask(demo, "GET", path))[0] == 404


async def test_a_write_while_the_collection_fills_hides_nothing_of_what_comes():
    now = [1_790_000_000.0]
    demo = create_demo(30_000, lambda: now[0], lag=2)
    demo.begin_filling()
    try:
        _, found = await ask(demo, "GET", "/v1/collections", b"filter=collection_name:archive")
        path = f"/v1/collections/{found['collections'][0]['collection_id']}"
        status, _ = await ask(demo, "POST", f"{path}/documents/{demo.file_ids[0]}")
        assert status == 200
        assert await asyncio.to_thread(demo.filled.wait, 20)
        for count in (30_000, 30_001):
            assert (await ask(demo, "GET", path))[1]["documents_count"] == count
            now[0] += 2
    finally:
        demo.close()


async def test_the_unattached_files_are_there(demo):
    assert len(demo.file_ids) == 10
    for file_id in demo.file_ids:
        status, _ = await ask(demo, "GET", f"/v1/files/{file_id}")
        assert status == 200


def test_a_quit_in_the_middle_is_prompt():
    demo = create_demo(10_000_000)
    demo.begin_filling()
    begun = time.perf_counter()
    demo.close()
    assert time.perf_counter() - begun < 0.3
    assert not demo.filled.is_set()


async def test_faults_without_a_socket(demo):
    demo.app.state.faults.append(Fault("GET", "/v1/collections", "reset", times=1))
    with pytest.raises(ConnectionResetError):
        await ask(demo, "GET", "/v1/collections")
    demo.app.state.faults.append(Fault("GET", "/v1/collections", "timeout"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await ask(demo, "GET", "/v1/collections")
    demo.app.state.faults.clear()
    assert (await ask(demo, "GET", "/v1/collections"))[0] == 200


def test_one_demo_serves_one_event_loop_after_the_other(demo):
    for _ in range(2):
        assert asyncio.run(ask(demo, "GET", "/v1/collections"))[0] == 200

"""A session that searches and lists files: names, failures, keys, uses, deletions."""

import pytest

from tests.conftest import sleep_briefly
from tests.contract.plain import Plain
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import InvalidArgument, NoInferenceKey, Unauthorized
from xcoll_tui.api.inference import InferenceClient
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.events import FilesChanged
from xcoll_tui.session.files.query import FilesQuery
from xcoll_tui.session.inference import InferenceHost
from xcoll_tui.session.retrieval.hits import MODES, Found, Question
from xcoll_tui.session.session import Session
from xcoll_tui.session.writes.outcome import Verdict


class Room:
    """A session with two hosts, and a collection of two texts."""

    def __init__(self, server):
        self.server = server
        self.plain = Plain(server.url, server.key)
        self.path = self.plain.collection()
        self.collection_id = self.path.rpartition("/")[2]
        self.file_ids = [
            self.plain.form(f"{self.path}/documents", ("data", text, name, "text/plain"))[1][
                "file_metadata"
            ]["file_id"]
            for name, text in (("a.md", b"a zebra runs"), ("b.md", b"zebras sleep, a zebra"))
        ]
        self.key, self.opened = server.inference_key, 0
        self.client = Client(server.key, server.url)
        host = InferenceHost(self.open_inference)
        self.session = Session(self.client, sleep=sleep_briefly, inference=host)
        self.asked = Question("zebra", (self.collection_id,))

    async def open_inference(self):
        self.opened += 1
        if not self.key:
            raise NoInferenceKey("There is no key. Set XAI_API_KEY.")
        options = {"read_only": False, "sleep": sleep_briefly, "random": lambda: 0.01}
        return InferenceClient(self.key, self.server.url, **options)

    async def close(self):
        self.plain.close()
        await self.session.end()
        await self.client.aclose()


@pytest.fixture
async def room_of():
    rooms = []

    async def make(**options):
        server = Server(**options).__enter__()
        rooms.append(Room(server))
        return rooms[-1]

    yield make
    for room in rooms:
        await room.close()
        room.server.__exit__(None, None, None)


async def test_three_modes_are_asked_at_once_and_one_that_fails_is_told_beside_the_others(room_of):
    room = await room_of()
    compared = await room.session.retrieval.compare(room.asked)
    assert list(compared.answers) == list(MODES)
    assert {hit.name for hit in compared.found["hybrid"].hits} == {"a.md", "b.md"}
    assert all(found.indexing == 0 for found in compared.found.values())
    # A search only reads: it is tried again, as often as any.
    room.server.faults.append(parse_fault("POST:/v1/documents/search:503:before:0.4"))
    found = await room.session.retrieval.search(room.asked)
    assert isinstance(found, Found)
    room.server.faults[:] = [parse_fault("POST:/v1/documents/search:400:before")]
    with pytest.raises(InvalidArgument):
        await room.session.retrieval.compare(room.asked)


async def test_what_is_still_being_indexed_is_told_beside_the_results(room_of):
    room = await room_of(index_seconds=1000)
    found = await room.session.retrieval.search(room.asked)
    assert (found.hits, found.indexing, found.more_indexing) == ((), 2, False)


async def test_a_key_that_is_missing_or_refused_is_looked_for_again(room_of):
    room = await room_of(inference_key="another")
    room.key = ""
    for _ in range(2):
        with pytest.raises(NoInferenceKey, match="Set XAI_API_KEY"):
            await room.session.retrieval.compare(room.asked)
    room.key = "wrong"
    with pytest.raises(Unauthorized):
        await room.session.retrieval.search(room.asked)
    room.key = "another"
    assert (await room.session.retrieval.search(room.asked)).hits
    await room.session.retrieval.search(room.asked)
    assert room.opened == 4


async def test_files_are_listed_by_pages_and_told_where_they_are_used(room_of):
    room = await room_of()
    orphan = room.plain.upload(name="orphan.txt")
    for number in range(100):
        room.plain.upload(name=f"more-{number}.txt")
    told = []
    room.session.subscribe(lambda event: told.append(isinstance(event, FilesChanged)))
    files = room.session.files
    await files.load()
    assert (len(files.rows), files.complete, files.problem) == (100, False, None)
    await files.load_more()
    assert (len(files.rows), files.complete) == (103, True)
    assert any(told)
    await files.load(FilesQuery(text="ORPHAN"))
    assert [file.filename for file in files.rows.values()] == ["orphan.txt"]
    here, other = [room.collection_id], [room.plain.collection().rpartition("/")[2]]
    assert not files.use_of(orphan).is_orphan(here)  # no collection was looked at
    assert (await files.look_up(orphan, here)).is_orphan(here)
    assert not files.use_of(orphan).is_orphan(here + other)
    assert not files.use_of(orphan).is_orphan(None)
    done = []
    await files.look_up_all([orphan, *room.file_ids], here + other, done.append)
    assert done == [3]
    assert files.use_of(orphan).is_orphan(here + other)
    assert files.use_of(room.file_ids[0]).collection_ids == (room.collection_id,)
    # A service that does not leave out what a collection does not hold is asked file by file.
    room.server.faults.append(parse_fault("GET:*/documents:batchGet:404"))
    await files.look_up_all([orphan, *room.file_ids], here)
    room.server.faults.clear()
    assert files.use_of(room.file_ids[0]).collection_ids == (room.collection_id,)
    assert files.use_of(orphan).is_orphan(here)
    # What is loaded to its end knows better than what was asked before.
    await room.session.start(room.collection_id)
    assert room.plain.ask("DELETE", f"{room.path}/documents/{room.file_ids[0]}")[0] == 200
    await room.session.documents.refresh()
    assert files.use_of(room.file_ids[0]).collection_ids == ()
    assert files.use_of(room.file_ids[1]).collection_ids == (room.collection_id,)
    await files.load(FilesQuery(text="size_bytes > x"))
    assert isinstance(files.problem, InvalidArgument)


@pytest.mark.parametrize(
    "fault", [None, "DELETE:/v1/files/*:500:after", "DELETE:/v1/files/*:reset:after"]
)
async def test_a_file_is_deleted_when_it_cannot_be_read_any_more(room_of, fault):
    room = await room_of()
    files = room.session.files
    await files.load()
    file = files.rows[room.file_ids[0]]
    room.server.faults.extend([parse_fault(fault)] if fault else [])
    outcome = await files.delete(file)
    assert outcome.verdict in {Verdict.DONE, Verdict.ALREADY}
    assert file.id not in files.rows
    room.server.faults[:] = [parse_fault("DELETE:/v1/files/*:500:before")]
    outcome = await files.delete(files.rows[room.file_ids[1]])
    assert outcome.verdict is Verdict.UNKNOWN
    assert "it still shows" in outcome.message

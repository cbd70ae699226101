import asyncio
import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.contract.shelf import Shelf, make_collection, make_document
from xcoll_tui.api.errors import NotFound, Unreachable
from xcoll_tui.api.models import Document, FieldDefinition
from xcoll_tui.session.backup import writer as backup_writer
from xcoll_tui.session.backup.format import list_backups, read_backup
from xcoll_tui.session.backup.make import BackupFailed, back_up

ROOT = Path(__file__).parent.parent.parent
CLOCK = 1_776_254_400.0


def documents(count):
    return [make_document(number) for number in range(count)]


def make(shelf, folder, **options):
    return back_up(
        shelf, "collection_1", folder, base_url="https://x.test", clock=lambda: CLOCK, **options
    )


def ids(backup):
    return [document.file_id for document in read_backup(backup.path).documents()]


async def test_all_pages_are_written_and_nothing_is_in_doubt(tmp_path):
    shelf = Shelf(documents(250))
    told = []
    made = await make(shelf, tmp_path, on_progress=told.append)
    assert ids(made) == [f"file_{n:05}" for n in range(250)]
    assert (made.count, made.doubts, made.collection) == (250, (), shelf.collection)
    assert [(p.step, p.written, p.total) for p in told] == [
        ("reading", 100, 250), ("reading", 200, 250), ("reading", 250, 250), ("checking", 250, 250),
    ]  # fmt: skip


async def test_an_empty_collection_has_a_backup_too(tmp_path):
    made = await make(Shelf(), tmp_path)
    assert (ids(made), made.count, made.doubts) == ([], 0, ())


async def test_a_document_that_comes_twice_is_written_once(tmp_path):
    shelf = Shelf(documents(150), count=100)
    shelf.documents = shelf.documents[:100] + shelf.documents[50:100]
    made = await make(shelf, tmp_path)
    assert ids(made) == [f"file_{n:05}" for n in range(100)]
    assert made.doubts == ()


async def test_what_one_order_skips_is_found_in_the_other(tmp_path):
    shelf = Shelf(documents(250))
    whole = shelf.pages_of

    def skipping(order):
        pages = whole(order)
        return pages if order == "ORDERING_DESCENDING" else [pages[0][:-3], *pages[1:]]

    shelf.pages_of = skipping
    made = await make(shelf, tmp_path)
    assert sorted(ids(made)) == [f"file_{n:05}" for n in range(250)]
    assert made.doubts == ()


async def test_counts_that_disagree_are_told(tmp_path):
    made = await make(Shelf(documents(3), count=5), tmp_path)
    assert made.count == 3
    assert made.doubts == ("The service says there are 5 documents, and the backup holds 3.",)


async def test_what_changes_meanwhile_is_told(tmp_path):
    shelf = Shelf(documents(3))
    shelf.after_pages = replace(
        shelf.collection, documents_count=2, field_definitions=[FieldDefinition(key="other")]
    )
    made = await make(shelf, tmp_path)
    assert made.doubts == (
        "The service says there are 2 documents, and the backup holds 3.",
        "The number of documents changed from 3 to 2 while they were read.",
        "While the documents were read, this changed: field_definitions.",
    )


@pytest.mark.parametrize(
    "spoil", ["same token", "ever new tokens", "ever new tokens of empty pages"]
)
async def test_a_walk_that_never_ends_is_given_up(tmp_path, spoil):
    shelf = Shelf(documents(250))
    if spoil == "same token":
        shelf.token_of = lambda place: "1#same" if place > 1 else str(place)
    else:
        numbers = iter(range(10**9))
        shelf.token_of = lambda _place: f"1#{next(numbers)}"
    if spoil == "ever new tokens of empty pages":
        shelf.pages_of = lambda _order: [documents(3), [], []]
    with pytest.raises(BackupFailed, match="“SEC Filings” was not backed up: the service repeats"):
        await make(shelf, tmp_path)
    assert len(shelf.asked) < 60
    assert list(tmp_path.iterdir()) == []


async def test_pages_larger_than_were_asked_for_are_no_endless_walk(tmp_path):
    shelf = Shelf(documents(2_101), count=0, page_size=2_001)
    made = await make(shelf, tmp_path)
    assert (made.count, len(shelf.asked)) == (2_101, 2)


async def test_a_second_look_that_never_ends_is_only_a_doubt(tmp_path):
    shelf = Shelf(documents(250), count=300)
    shelf.token_of = lambda place: (
        "1#same" if shelf.asked[-1][0] == "ORDERING_DESCENDING" else str(place)
    )
    made = await make(shelf, tmp_path)
    assert made.count == 250
    assert made.doubts == ("The service says there are 300 documents, and the backup holds 250.",)


async def test_a_document_that_cannot_be_read_fails_the_backup_unless_accepted(tmp_path):
    shelf = Shelf(documents(120))
    shelf.documents[7] = make_document(
        7, unreadable=("It could not be read completely: fields is 3.")
    )
    shelf.documents[110] = Document()
    with pytest.raises(BackupFailed, match=r"2 .*report 00007\.txt.*fields is 3") as failed:
        await make(shelf, tmp_path)
    assert failed.value.unreadable == 2
    assert list(tmp_path.iterdir()) == []

    made = await make(shelf, tmp_path, accept_unreadable=True)
    rows = {document.file_id: document for document in read_backup(made.path).documents()}
    assert len(rows) == 119
    assert rows["file_00007"].unreadable == "It could not be read completely: fields is 3."
    assert made.doubts == (
        "The service says there are 120 documents, and the backup holds 119.",
        "1 of its documents could not be read completely.",
        "1 more came without an ID and are not in it.",
    )


async def test_a_collection_that_cannot_be_read_fails_the_backup_unless_accepted(tmp_path):
    shelf = Shelf(documents(1))
    shelf.collection = make_collection(1, unreadable="chunk_configuration is a list.")
    with pytest.raises(BackupFailed, match="chunk_configuration is a list") as failed:
        await make(shelf, tmp_path)
    assert failed.value.unreadable == 1
    made = await make(shelf, tmp_path, accept_unreadable=True)
    assert "chunk_configuration is a list." in made.doubts[0]


@pytest.mark.parametrize("error", [Unreachable("No answer."), NotFound("Gone.", status=404)])
async def test_a_service_that_fails_leaves_nothing_behind(tmp_path, error):
    shelf = Shelf(documents(250))

    async def fail(number):
        if number == 2:
            raise error

    shelf.before_page = fail
    with pytest.raises(type(error)) as raised:
        await make(shelf, tmp_path)
    assert raised.value is error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("page", [1, 2, 3])
async def test_a_cancelled_walk_leaves_nothing_behind(tmp_path, page):
    shelf = Shelf(documents(250))
    arrived = asyncio.Event()

    async def hold(number):
        if number == page:
            arrived.set()
            await asyncio.Event().wait()

    shelf.before_page = hold
    task = asyncio.create_task(make(shelf, tmp_path))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(tmp_path.iterdir()) == []


async def test_a_cancellation_while_the_disk_is_slow_waits_and_leaves_nothing(
    tmp_path, monkeypatch
):
    syncing, go_on = threading.Event(), threading.Event()

    def slow_fsync(_descriptor):
        syncing.set()
        assert go_on.wait(30)

    monkeypatch.setattr(os, "fsync", slow_fsync)
    task = asyncio.create_task(make(Shelf(documents(3)), tmp_path))
    await asyncio.to_thread(syncing.wait, 30)
    task.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
        task.cancel()
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(tmp_path.iterdir()) == []


async def test_the_next_page_is_asked_for_while_one_is_written(tmp_path, monkeypatch):
    asked_next, written_in_time = threading.Event(), []
    really_add = backup_writer.BackupWriter.add

    def add(writer, page):
        if writer.count == 0:
            written_in_time.append(asked_next.wait(30))
        return really_add(writer, page)

    async def tell(number):
        if number == 2:
            asked_next.set()

    monkeypatch.setattr(backup_writer.BackupWriter, "add", add)
    shelf = Shelf(documents(250))
    shelf.before_page = tell
    made = await make(shelf, tmp_path)
    assert written_in_time == [True]
    assert (made.count, len(shelf.asked)) == (250, 3)


async def test_a_page_asked_for_ahead_does_not_outlive_a_full_disk(tmp_path, monkeypatch):
    cancelled = asyncio.Event()

    async def hold(number):
        if number == 2:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

    monkeypatch.setattr(backup_writer, "create_private", lambda path: FullDisk(path, 5_000))
    shelf = Shelf(documents(250))
    shelf.before_page = hold
    with pytest.raises(BackupFailed, match="No space left on device"):
        await make(shelf, tmp_path)
    assert cancelled.is_set()
    assert list(tmp_path.iterdir()) == []


class FullDisk:
    """A file that takes so many bytes and no more."""

    def __init__(self, path, room):
        self._file = REALLY_CREATE(path)
        self._room = room

    def write(self, data):
        self._room -= len(data)
        if self._room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(data)

    def __getattr__(self, name):
        return getattr(self._file, name)


REALLY_CREATE = backup_writer.create_private


@pytest.mark.parametrize("room", [0, 1_000, 10_000, 20_000])
async def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path, monkeypatch, room):
    monkeypatch.setattr(backup_writer, "create_private", lambda path: FullDisk(path, room))
    with pytest.raises(BackupFailed, match="No space left on device") as failed:
        await make(Shelf(documents(400)), tmp_path)
    assert str(tmp_path) in str(failed.value)
    assert failed.value.unreadable == 0
    assert list(tmp_path.iterdir()) == []


async def test_a_disk_that_cannot_keep_it_is_a_sentence(tmp_path, monkeypatch):
    def fsync(_descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(BackupFailed, match="Input/output error"):
        await make(Shelf(documents(3)), tmp_path)
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "state").write_bytes(b"a file")
    with pytest.raises(BackupFailed, match=r"was not backed up: .*state"):
        await make(Shelf(documents(3)), tmp_path / "state" / "backups")


async def test_a_disk_that_reads_back_something_else_is_noticed(tmp_path, monkeypatch):
    def lying_fsync(descriptor):
        if path := next(tmp_path.glob(".*.part"), None):
            with path.open("r+b") as file:
                file.seek(400)
                file.write(b"X")
        del descriptor

    monkeypatch.setattr(os, "fsync", lying_fsync)
    with pytest.raises(BackupFailed, match="reading it back shows something else than was written"):
        await make(Shelf(documents(30)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_no_backup_behind(tmp_path):
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.contract.shelf import Shelf, make_document\n"
        "from xcoll_tui.session.backup.make import back_up\n"
        "async def hold(number):\n"
        "    if number == 4:\n"
        "        print('writing', flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "shelf = Shelf([make_document(n) for n in range(20_000)])\n"
        "shelf.page_size, shelf.before_page = 5_000, hold\n"
        "asyncio.run(back_up(shelf, 'collection_1', Path(sys.argv[1]), base_url='x'))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGKILL)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".")
    assert left.stat().st_size > 100_000
    assert backup_writer.SUFFIX + ".part" in left.name

    assert list_backups(tmp_path) == []

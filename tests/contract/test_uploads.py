"""Uploads from a real disk to the emulator: what is sent, skipped, lost and found."""

import os
import tracemalloc
from functools import partial

import pytest

from tests.conftest import sleep_briefly
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import FileRefused, NoInferenceKey, ReadOnly, ServerFault
from xcoll_tui.api.inference import InferenceClient
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.inference import InferenceHost
from xcoll_tui.session.session import Session
from xcoll_tui.session.upload.local_files import SkipReason, gather_files, pasted_paths
from xcoll_tui.session.upload.plan import UploadPlan
from xcoll_tui.session.writes.outcome import Verdict


class Desk:
    """A session with an empty collection, and a folder."""

    def __init__(self, server, folder, **options):
        self.server, self.folder = server, folder
        self.client = Client(
            server.key, server.url, random=lambda: 0.01, sleep=sleep_briefly, **options
        )
        host = InferenceHost(self.open_inference)
        self.session = Session(self.client, sleep=sleep_briefly, inference=host)

    async def open_inference(self):
        return InferenceClient(self.server.inference_key, self.server.url)

    async def prepare(self, **members):
        async with Client(self.server.key, self.server.url) as other:
            made = await other.create_collection("Notes", **members)
        self.collection_id = made.collection_id
        await self.session.prepare()

    def write(self, name, text="some text\n"):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    async def plan(self, **options):
        gathered = await self.session.uploads.gather([self.folder], recursive=True)
        return await self.session.uploads.plan(self.collection_id, gathered, **options)

    async def upload(self, **options):
        upload = self.session.uploads.start(await self.plan(**options))
        await upload.run.wait()
        return upload

    async def there(self):
        documents = []
        async for page in self.client.iter_documents(self.collection_id):
            documents += page.documents
        return documents


@pytest.fixture
async def desk_of(tmp_path):
    desks = []

    async def make(read_only=False, **options):
        server = Server(**options).__enter__()
        folder = tmp_path / "folder"
        folder.mkdir()
        desk = Desk(server, folder, read_only=read_only)
        desks.append(desk)
        await desk.prepare(field_definitions=[{"key": "topic"}])
        return desk

    yield make
    for desk in desks:
        await desk.session.end()
        await desk.client.aclose()
        desk.server.__exit__(None, None, None)


# What is found on a disk


def test_paths_patterns_and_folders_are_gathered_and_what_is_left_out_is_told(tmp_path):
    for name in ("a.txt", "b.md", "deep/c.md", ".hidden", "deep/.git/d"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "empty").touch()
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(100_000_001)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "deep" / "loop").symlink_to(tmp_path)
    gathered = gather_files(
        [tmp_path, (tmp_path / "a.txt").as_uri(), tmp_path / "*.md", tmp_path / "gone"]
    )
    assert [file.name for file in gathered.files] == ["a.txt", "b.md"]
    assert {one.path.name: one.reason for one in gathered.skipped} == {
        ".hidden": SkipReason.HIDDEN,
        "deep": SkipReason.FOLDER,
        "empty": SkipReason.EMPTY,
        "huge": SkipReason.TOO_LARGE,
        "pipe": SkipReason.NO_FILE,
        "gone": SkipReason.MISSING,
    }
    for odd in ("n" * 300, str(tmp_path / "a.txt" / "b"), "nul\0", f"{'x/' * 5000}y", "~nobody/x"):
        [skipped] = gather_files([odd]).skipped
        assert skipped.reason in {SkipReason.MISSING, SkipReason.UNREADABLE}
    deep = gather_files([tmp_path], recursive=True)
    assert [file.name for file in deep.files] == ["a.txt", "b.md", "c.md"]
    assert [file.name for file in gather_files([tmp_path / ".hidden"]).files] == [".hidden"]


def test_what_a_terminal_pastes_is_read_as_paths(tmp_path):
    spaced = tmp_path / "it's a file.txt"
    spaced.touch()
    text = f"{spaced}\n'/a b/c' /d\\ e\nfile:///f%20g.txt\n  \nit's"
    assert pasted_paths(text) == [str(spaced), "/a b/c", "/d e", "/f g.txt", "it's"]


# The body


async def test_a_large_file_is_sent_from_the_disk_and_never_held(desk_of):
    desk = await desk_of()
    path, told = desk.write("big.txt", "0123456789abcdef" * 2_000_000), []
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    # The emulator holds it, in this process too, so the body alone is measured.
    body_of = partial(desk.client.upload_document, desk.collection_id, path, name='ü "1".txt')
    from xcoll_tui.api.upload import UploadBody  # noqa: PLC0415 - beside its measure

    body = UploadBody(path, part="data", name="x", texts={}, on_progress=told.append)
    length = 0
    async for piece in body.stream():
        length += len(piece)
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert (length, told[-1]) == (body.length, 32_000_000)
    assert peak < 4_000_000
    document = await body_of(content_type="text/x-odd", fields={"topic": "ü"})
    assert (document.name, document.file_metadata.size_bytes) == ('ü "1".txt', 32_000_000)
    assert (document.file_metadata.content_type, document.fields) == ("text/x-odd", {"topic": "ü"})


@pytest.mark.parametrize("change", ["grow", "shrink", "touch"])
async def test_a_file_that_changes_while_it_is_read_is_told_and_not_kept(desk_of, change):
    desk = await desk_of()
    path = desk.write("big.txt", "x" * 3_000_000)

    def meddle(sent):
        if sent < 1_000_000:
            with path.open("r+b") as file:
                if change == "grow":
                    file.seek(0, os.SEEK_END)
                    file.write(b"more")
                elif change == "shrink":
                    file.truncate(100)
        os.utime(path, ns=(0, sent))

    with pytest.raises(FileRefused, match="changed while it was read"):
        await desk.client.upload_document(
            desk.collection_id, path, name="big.txt", on_progress=meddle
        )
    assert await desk.there() == []


# Runs


async def test_thirty_files_are_all_accounted_for_and_what_is_there_is_not_sent_again(desk_of):
    desk = await desk_of(index_seconds=0)
    for number in range(28):
        desk.write(f"n{number}.txt", f"text {number}\n" * 50)
    (desk.folder / "empty.txt").touch()
    await desk.upload(fields={"topic": "zebra"})
    desk.write("new.txt")
    plan = await desk.plan()
    assert [one.file.name for one in plan.files] == ["new.txt"]
    assert plan.reasons == {SkipReason.SAME: 28, SkipReason.EMPTY: 1}
    upload = await desk.upload()
    assert upload.run.counts == {Verdict.DONE: 1}
    assert (upload.bytes_sent, upload.bytes_total) == (10, 10)
    names = [document.name for document in await desk.there()]
    assert len(names) == len(set(names)) == 29
    waited = await desk.session.uploads.watch(desk.collection_id, upload.file_ids)
    assert (len(waited.done), waited.failed) == (1, [])


async def test_a_folder_is_compared_with_what_is_there_before_it_is_sent(desk_of):
    desk = await desk_of(index_seconds=0)
    for name in ("same.txt", "longer.txt", "other.txt", "gone.txt"):
        desk.write(name)
    await desk.upload()
    (desk.folder / "gone.txt").unlink()
    desk.write("longer.txt", "some more text\n")
    desk.write("other.txt", "same size\n")
    desk.write("new.txt")
    hashed = []
    plan = await desk.plan(on_name="replace", on_progress=hashed.append)
    assert plan.comparison.counts == {"new": 1, "changed": 2, "missing": 1, "unchanged": 1}
    assert plan.comparison.hashed_by == "SHA-256"
    assert hashed == [1, 2]  # the third has another size
    assert [one.file.name for one in plan.files] == ["longer.txt", "new.txt", "other.txt"]
    assert plan.reasons == {SkipReason.SAME: 1}
    # Of a file that is named itself nothing is missing.
    gathered = await desk.session.uploads.gather([desk.folder / "new.txt"])
    plan = await desk.session.uploads.plan(desk.collection_id, gathered)
    assert plan.comparison.counts == {"new": 1}


@pytest.mark.parametrize(
    "fault",
    [
        "POST:*/documents:reset:after:0.5",
        "POST:*/documents:503:after:0.5",
        "POST:*/documents:reset:during:0.5",
        "POST:*/documents:429:after:0.5",
        "POST:*/documents:429:before:0.5",
    ],
)
async def test_what_a_fault_hides_is_found_by_its_name_and_never_sent_twice(desk_of, fault):
    desk = await desk_of()
    for number in range(12):
        desk.write(f"n{number}.txt")
    desk.server.faults.append(parse_fault(fault))
    upload = await desk.upload()
    assert upload.run.counts == {Verdict.DONE: 12}
    names = [document.name for document in await desk.there()]
    assert len(names) == len(set(names)) == 12


async def test_what_was_lost_before_it_arrived_is_not_known_and_the_next_upload_sends_it(desk_of):
    desk = await desk_of()
    for number in range(4):
        desk.write(f"n{number}.txt")
    desk.server.faults.append(parse_fault("POST:*/documents:reset:before:1"))
    upload = await desk.upload()
    assert upload.run.counts == {Verdict.UNKNOWN: 4}
    assert "Nothing was sent again" in next(iter(upload.run.outcomes.values())).message
    desk.server.faults.clear()
    again = desk.session.uploads.retry(upload)
    await again.run.wait()
    assert again.run.counts == {Verdict.DONE: 4}
    assert len(await desk.there()) == 4


async def test_a_service_that_takes_no_direct_upload_is_gone_round_by_its_files(desk_of):
    desk = await desk_of(upload="fail", inference_key="another")
    desk.write("a.txt")
    desk.write("b.pdf", "%PDF-1.7\n")
    upload = await desk.upload(fields={"topic": "x"})
    messages = {one.target.name: one.message for one in upload.run.outcomes.values()}
    assert upload.run.counts == {Verdict.DONE: 2}
    assert messages["a.txt"] == "“a.txt” is uploaded, as a file that is attached."
    assert {document.fields["topic"] for document in await desk.there()} == {"x"}
    assert len([await desk.session.undo()]) == 1
    assert await desk.there() == []


async def test_a_document_that_came_of_a_refused_upload_is_not_sent_the_other_way(desk_of):
    desk = await desk_of()
    desk.write("a.txt")
    upload = desk.client.upload_document

    async def take_and_refuse(*arguments, **options):
        await upload(*arguments, **options)
        raise ServerFault("the service failed", message='header key "cf-ipcity" contains')

    desk.client.upload_document = take_and_refuse
    sent = await desk.upload()
    assert sent.run.counts == {Verdict.DONE: 1}
    assert len(await desk.there()) == 1


async def test_a_file_that_grew_over_the_limit_since_the_plan_is_not_sent(desk_of):
    desk = await desk_of()
    path = desk.write("a.txt")
    plan = await desk.plan()
    with path.open("r+b") as file:
        file.truncate(100_000_001)
    upload = desk.session.uploads.start(plan)
    await upload.run.wait()
    [outcome] = upload.run.outcomes.values()
    assert outcome.message == "“a.txt” is over 100 MB by now, so it was not uploaded."
    assert await desk.there() == []


async def test_without_an_inference_key_the_way_round_is_told(desk_of):
    desk = await desk_of(upload="fail")
    desk.write("a.txt")

    async def no_key():
        raise NoInferenceKey("Set XAI_API_KEY.")

    desk.session.inference._open = no_key
    upload = await desk.upload()
    [outcome] = upload.run.outcomes.values()
    assert outcome.verdict is Verdict.FAILED
    assert "cf-ipcity" in outcome.message
    assert outcome.message.endswith("Set XAI_API_KEY.")


async def test_a_document_is_replaced_once_the_new_one_is_there_and_both_can_be_undone(desk_of):
    desk = await desk_of()
    desk.write("a.txt", "old\n")
    await desk.upload()
    desk.write("a.txt", "newer\n")
    upload = await desk.upload(on_name="replace")
    [outcome] = upload.run.outcomes.values()
    assert outcome.message == "“a.txt” is uploaded. What it replaces is removed."
    assert [one.file_metadata.size_bytes for one in await desk.there()] == [6]
    await desk.session.undo()
    await desk.session.undo()
    assert [one.file_metadata.size_bytes for one in await desk.there()] == [4]


async def test_a_refusal_is_told_and_a_plan_with_problems_is_not_begun(desk_of):
    desk = await desk_of()
    path = desk.write("a.txt")
    plan = await desk.plan()
    path.unlink()
    upload = desk.session.uploads.start(plan)
    await upload.run.wait()
    [outcome] = upload.run.outcomes.values()
    assert (outcome.verdict, outcome.error.__class__) == (Verdict.FAILED, FileRefused)
    assert outcome.message.startswith("“a.txt” cannot be read, so it was not uploaded: No such")
    for wrong in (UploadPlan("c", plan.files, problems=("No.",)), UploadPlan("c", ())):
        with pytest.raises(ValueError, match=r"Nothing was sent|nothing to upload"):
            desk.session.uploads.start(wrong)


async def test_nothing_is_uploaded_in_read_only_mode(desk_of):
    desk = await desk_of(read_only=True)
    desk.write("a.txt")
    with pytest.raises(ReadOnly):
        desk.session.uploads.start(await desk.plan())


async def test_a_folder_is_compared_with_what_was_uploaded(desk_of):
    desk = await desk_of()
    for name in ("a.txt", "b.txt", "c.txt"):
        desk.write(name, name)
    await desk.upload()
    desk.write("b.txt", "B.txt")
    desk.write("d.txt")
    (desk.folder / "c.txt").unlink()
    gathered = await desk.session.uploads.gather([desk.folder])
    compared = await desk.session.uploads.compare(desk.collection_id, gathered)
    assert compared.hashed_by == "SHA-256"
    assert {one.name: one.state for one in compared.differences} == {
        "a.txt": "unchanged",
        "b.txt": "changed",
        "c.txt": "missing",
        "d.txt": "new",
    }

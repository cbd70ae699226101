import asyncio
import json
import os

import pytest
from msgspec.structs import replace

from tests.conftest import sleep_briefly
from tests.contract.plain import Plain
from tests.contract.shelf import Shelf, make_collection, make_document, outcome_of
from xcoll_tui.api.client import Client
from xcoll_tui.api.errors import InvalidArgument, NotFound, Unauthorized, Unreachable
from xcoll_tui.api.models import ChunkConfiguration, CodeTokensConfiguration, IndexConfiguration
from xcoll_tui.session.backup.format import BackupBroken, read_backup
from xcoll_tui.session.backup.make import back_up
from xcoll_tui.session.backup.restore import draft_of, losses_of, recreate
from xcoll_tui.session.session import Session
from xcoll_tui.session.writes.outcome import CollectionDraft, Operation, Outcome, Target, Verdict
from xcoll_tui.session.writes.runner import WriteOptions

KEY = "xai-token-for-tests-r42q"


async def backup_of(folder, count=3, **members):
    shelf = Shelf([make_document(number) for number in range(count)])
    shelf.collection = make_collection(count, **members)
    return await back_up(shelf, "collection_1", folder, base_url="https://x.test")


class Writer:
    """What `recreate` is given to write with; `verdict_of` says what becomes of a document."""

    def __init__(self):
        self.drafts, self.batches = [], []
        self.there = {}
        self.created = Verdict.DONE
        self.collection = None

    async def create(self, draft):
        self.drafts.append(draft)
        self.collection = make_collection(
            collection_id="collection_2",
            collection_name=draft.collection_name,
            field_definitions=list(draft.field_definitions),
        )
        target = Target("collection_2", None, draft.collection_name, draft.collection_name)
        return Outcome(
            Operation.CREATE, target, self.created, f"It is {self.created}.",
            collection=self.collection if self.created is Verdict.DONE else None,
        )  # fmt: skip

    def outcome_of(self, document):
        self.there[document.file_id] = document.fields
        return outcome_of(document)

    async def attach(self, collection_id, documents):
        assert collection_id == "collection_2"
        self.batches.append(documents)
        await asyncio.sleep(0)
        return [outcome for d in documents if (outcome := self.outcome_of(d)) is not None]

    async def get_collection(self, collection_id):
        assert collection_id == "collection_2"
        if self.collection is None:
            raise NotFound("Gone.", status=404)
        return replace(self.collection, documents_count=len(self.there))


@pytest.fixture
def writer():
    return Writer()


def run(writer, backup, **options):
    return recreate(writer, backup.path, create=writer.create, attach=writer.attach, **options)


async def test_everything_comes_back(tmp_path, writer):
    told = []
    result = await run(writer, await backup_of(tmp_path, 1_100), on_progress=told.append)
    assert writer.there == {f"file_{n:05}": {"number": str(n)} for n in range(1_100)}
    assert result.complete
    assert (result.attached, result.failures, result.unsent) == (1_100, (), 0)
    assert result.message == (
        "“SEC Filings” was recreated as collection_2 with all 1,100 documents of the backup."
    )
    assert [len(batch) for batch in writer.batches] == [500, 500, 100]
    assert [(p.attached, p.failed, p.total) for p in told] == [
        (500, 0, 1_100), (1_000, 0, 1_100), (1_100, 0, 1_100),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, 3])
async def test_a_collection_that_was_not_shown_gets_nothing(tmp_path, writer, count):
    writer.created = Verdict.UNKNOWN
    result = await run(writer, await backup_of(tmp_path, count))
    assert not result.complete
    assert (result.collection_id, result.collection) == ("collection_2", None)
    assert (result.attached, result.unsent) == (0, count)
    assert result.message == "It is unknown. Nothing was attached to it."
    assert writer.batches == []


async def test_what_could_not_be_attached_is_told_one_by_one(tmp_path, writer):
    refusal = NotFound("There is no such file.", status=404)
    attached = writer.outcome_of
    writer.outcome_of = lambda document: (
        outcome_of(document, Verdict.FAILED, error=refusal)
        if document.file_id == "file_00001"
        else attached(document)
    )
    result = await run(writer, await backup_of(tmp_path))
    assert not result.complete
    assert result.attached == 2
    assert [o.target.file_id for o in result.failures] == ["file_00001"]
    assert "2 of 3 documents are attached to it. 1 could not be attached." in result.message


async def test_a_document_that_is_there_with_other_fields_is_not_called_attached(tmp_path, writer):
    writer.outcome_of = lambda document: replace(
        outcome_of(document, Verdict.ALREADY),
        document=make_document(0, fields={"number": "2"}),
    )
    result = await run(writer, await backup_of(tmp_path))
    assert result.attached == 1  # number 2 really has these fields
    assert {o.verdict for o in result.failures} == {Verdict.FAILED}
    assert "with other fields than in the backup" in result.failures[0].message


@pytest.mark.parametrize("silence", ["none of it", "twice the same"])
async def test_what_nobody_told_about_is_not_called_attached(tmp_path, writer, silence):
    told = {"none of it": None, "twice the same": outcome_of(make_document(0))}
    writer.outcome_of = lambda _document: told[silence]
    result = await run(writer, await backup_of(tmp_path, 600))
    assert result.attached == (0 if silence == "none of it" else 1)
    assert result.unsent == 600 - result.attached
    assert len(writer.batches) == 1
    assert not result.complete


async def test_a_cancelled_one_can_be_gone_on_with(tmp_path, writer):
    backup = await backup_of(tmp_path, 1_100)
    attached = writer.outcome_of

    def until_cancelled(document):
        if document.file_id > "file_00700":
            return outcome_of(document, Verdict.CANCELLED)
        return attached(document)

    writer.outcome_of = until_cancelled
    result = await run(writer, backup)
    assert (result.attached, result.unsent, result.failures) == (701, 399, ())
    assert "399 were not tried." in result.message
    assert len(writer.batches) == 2

    writer.outcome_of = attached
    result = await run(writer, backup, collection_id="collection_2")
    assert result.complete
    assert result.created is None
    assert len(writer.drafts) == 1


@pytest.mark.parametrize(
    ("error", "gone", "batches"),
    [
        (Unauthorized("No.", status=401), False, 1),
        (Unreachable("No answer."), False, 1),
        (NotFound("No such file.", status=404), False, 3),
        (InvalidArgument("No.", status=400), False, 3),
        (NotFound("No such collection.", status=404), True, 1),
    ],
)
async def test_it_ends_where_no_other_document_can_succeed(tmp_path, writer, error, gone, batches):
    def fail(document):
        if gone:
            writer.collection = None
        return outcome_of(document, Verdict.FAILED, error=error)

    writer.outcome_of = fail
    result = await run(writer, await backup_of(tmp_path, 1_100))
    assert len(writer.batches) == batches
    assert result.attached == 0
    assert len(result.failures) + result.unsent == 1_100
    assert (result.collection is None) == gone


async def test_a_broken_backup_changes_nothing(tmp_path, writer):
    backup = await backup_of(tmp_path)
    backup.path.write_bytes(backup.path.read_bytes()[:-5])
    with pytest.raises(BackupBroken):
        await run(writer, backup)
    assert (writer.drafts, writer.batches) == ([], [])


async def test_a_backup_that_changes_meanwhile_is_told_with_what_was_done(tmp_path, writer):
    backup = await backup_of(tmp_path, 1_100)
    create = writer.create

    async def create_and_spoil(draft):
        os.utime(backup.path, (1, 1))
        return await create(draft)

    writer.create = create_and_spoil
    result = await run(writer, backup)
    assert (result.attached, result.unsent) == (0, 1_100)
    assert "was changed while it was in use" in " ".join(result.notes)


async def test_a_service_that_shows_something_else_in_the_end_is_told(tmp_path, writer):
    backup = await backup_of(tmp_path)
    attached = writer.outcome_of

    def attach_and_lose(document):
        outcome = attached(document)
        writer.there.pop("file_00000", None)
        writer.collection = replace(writer.collection, field_definitions=[])
        return outcome

    writer.outcome_of = attach_and_lose
    result = await run(writer, backup)
    assert "The new collection has another field_definitions." in result.notes
    assert "The service says the new collection has 2 documents." in result.notes


async def test_the_draft_is_the_collection_as_it_was(tmp_path):
    chunking = ChunkConfiguration(
        code_tokens_configuration=CodeTokensConfiguration(200, 20, "o200k_base"),
        strip_whitespace=False,
    )
    backup = await backup_of(
        tmp_path,
        collection_description="All of them",
        chunk_configuration=chunking,
        index_configuration=IndexConfiguration("grok-embedding-small"),
        received=json.dumps({"index_configuration": {"metric_space": "HNSW_METRIC_COSINE"}}),
    )
    assert draft_of(read_backup(backup.path).backup) == CollectionDraft(
        collection_name="SEC Filings",
        collection_description="All of them",
        chunk_configuration=chunking,
        model_name="grok-embedding-small",
        metric_space="HNSW_METRIC_COSINE",
        field_definitions=tuple(make_collection().field_definitions),
    )
    assert losses_of(backup) == ()


async def test_what_cannot_be_brought_back_is_told_beforehand(tmp_path):
    received = {"chunk_configuration": {"llm_configuration": {"x": 1}, "strip_whitespace": True}}
    backup = await backup_of(
        tmp_path,
        received=json.dumps(received),
        disable_rag_lookup=True,
        collection_type="COLLECTION_TYPE_X",
    )
    metric, chunking, lookup, kind = losses_of(backup)
    assert "metric" in metric
    assert "llm_configuration" in chunking
    assert "disable_rag_lookup" in lookup
    assert "COLLECTION_TYPE_X" in kind


HOSTILE = {
    "owner": "line one\nline two\r\n\ttabbed",
    "id": "\u202egnp.exe\u200b \u2028 [@click=app.quit]x[/] \x1b[31m \x00",
    "ключ": "значение 🧑‍🚀 \ud7ff",
    'quo"te': "back\\slash '",
}


@pytest.fixture
def plain(server):
    connected = Plain(server.url, KEY)
    yield connected
    connected.connection.close()


async def test_a_deleted_collection_comes_back_on_the_real_thing(server, plain, tmp_path):
    made = plain.ok(
        "POST",
        "/v1/collections",
        {
            "collection_name": "../Ünder\nrules",
            "collection_description": "Has rules.",
            "chunk_configuration": {
                "markdown_chars_configuration": {"max_chunk_size_chars": 90},
                "strip_whitespace": False,
            },
            "field_definitions": [
                {"key": "owner", "required": True, "description": "Who\nowns it"},
                {"key": "id", "unique": True, "inject_into_chunk": True},
            ],
        },
    )  # fmt: skip
    collection_id = made["collection_id"]
    files = [
        plain.form("/v1/files", ("file", b"text", f"n{n}.txt", "text/plain"))[1]["id"]
        for n in range(12)
    ]
    for number, file_id in enumerate(files):
        fields = {**HOSTILE, "id": f"{HOSTILE['id']}{number}"}
        path = f"/v1/collections/{collection_id}/documents/{file_id}"
        plain.ok("POST", path, {"fields": fields})

    def snapshot(of):
        page = plain.ok("GET", f"/v1/collections/{of}/documents", limit=100)
        return {d["file_metadata"]["file_id"]: d["fields"] for d in page["documents"]}

    before = snapshot(collection_id)
    async with Client(KEY, server.url) as client:
        backup = await back_up(client, collection_id, tmp_path, base_url=server.url)
        assert backup.doubts == ()
        await client.delete_collection(collection_id)

        session = Session(client, sleep=sleep_briefly)

        async def attach(new_id, documents):
            return [
                await session.document_writes.attach(
                    new_id, saved.file_id, saved.fields, options=WriteOptions(quiet=True)
                )
                for saved in documents
            ]

        plain.ok("DELETE", f"/v1/files/{files[3]}")
        result = await recreate(
            client, backup.path, create=session.collection_writes.create, attach=attach
        )
    assert result.collection_id != collection_id
    assert result.attached == 11
    (lost,) = result.failures
    assert isinstance(lost.error, NotFound)
    del before[files[3]]
    assert snapshot(result.collection_id) == before
    again = plain.ok("GET", f"/v1/collections/{result.collection_id}")
    volatile = ("collection_id", "created_at", "documents_count", "total_file_size")
    assert {k: v for k, v in again.items() if k not in volatile} == {
        k: v for k, v in made.items() if k not in volatile
    }
    assert "another" not in " ".join(result.notes)

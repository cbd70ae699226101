"""Writes against the emulator under each policy: the strategy, the words, a second editor, undo."""

import itertools

import pytest

from tests.conftest import sleep_briefly
from tests.contract.plain import Plain
from tests.contract.writes_matrix import NEW, OLD, PATCHES, REATTACHES
from xcoll_tui.api.client import Client
from xcoll_tui.api.models import (
    ChunkConfiguration,
    FieldDefinition,
    MarkdownTokensConfiguration,
)
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.session import Session
from xcoll_tui.session.writes.outcome import CollectionDraft, Verdict


class Sitting:
    """A session and a second editor before one emulator, and a document they both know."""

    def __init__(self, **policy):
        self.server = Server(index_seconds=0, **policy)

    async def __aenter__(self):
        self.server.__enter__()
        self.plain = Plain(self.server.url, self.server.key)
        self.client = Client(self.server.key, self.server.url)
        definitions = [{"key": "type", "required": True}, {"key": "isbn", "unique": True}]
        self.path = self.plain.collection(field_definitions=definitions)
        self.collection = self.path.rpartition("/")[2]
        self.file_id = self.plain.attach(self.path, OLD, name="subject.txt")
        self.session = Session(self.client, sleep=sleep_briefly)
        await self.session.open_collection(self.collection)
        return self

    async def __aexit__(self, *_exc):
        await self.session._context.tasks.idle()
        await self.session.end()
        await self.client.aclose()
        self.plain.close()
        self.server.__exit__(None, None, None)

    def fields(self, file_id=None):
        path = f"{self.path}/documents/{file_id or self.file_id}"
        return self.plain.ok("GET", path)["fields"]

    async def edit(self, fields=NEW, base=OLD, **given):
        return await self.session.document_writes.edit_fields(
            self.file_id, fields, base=base, **given
        )


@pytest.mark.parametrize(("patch", "reattach"), list(itertools.product(PATCHES, REATTACHES)))
async def test_fields_are_saved_under_every_policy_or_not_called_so(patch, reattach):
    async with Sitting(metadata_patch=patch, reattach=reattach) as at:
        outcome = await at.edit()
        gentle = "patch" if patch == "replace" else "reattach" if reattach == "replace" else None
        assert outcome.strategy == gentle
        assert outcome.verdict is (Verdict.DONE if gentle else Verdict.IGNORED)
        assert (at.fields() == NEW) == outcome.ok
        if not gentle:
            shown = outcome.document.fields
            assert shown == at.fields()
            outcome = await at.edit(base=shown, replace=True)
            assert (outcome.verdict, outcome.strategy) == (Verdict.DONE, "replace")
            assert at.fields() == NEW
        assert (await at.session.undo()).ok


async def test_a_race_that_is_lost_is_told_and_nothing_is_overwritten():
    async with Sitting() as at:
        path = f"{at.path}/documents/{at.file_id}"
        at.plain.ok("PATCH", path, {"fields": {"type": "theirs"}})
        outcome = await at.edit()
        assert (outcome.verdict, outcome.current_fields) == (Verdict.CONFLICT, {"type": "theirs"})
        assert at.fields() == {"type": "theirs"}


async def test_refusals_name_their_fields():
    async with Sitting() as at:
        at.plain.attach(at.path, {"type": "x", "isbn": "978-1"}, name="other.txt")
        missing = await at.edit({"isbn": "978-2"})
        assert (missing.verdict, missing.field) == (Verdict.FAILED, "type")
        taken = await at.edit({"type": "x", "isbn": "978-1"})
        assert (taken.verdict, taken.field) == (Verdict.FAILED, "isbn")
        probe = at.session.field_editor.probe_unique
        assert await probe(at.collection, "isbn", "978-1") == "other.txt"
        assert await probe(at.collection, "isbn", "978-2") is None
        assert at.fields() == OLD


async def test_removing_and_undoing_keeps_the_fields():
    async with Sitting() as at:
        outcome = await at.session.document_writes.remove(at.file_id)
        assert outcome.verdict is Verdict.DONE
        assert at.plain.ask("GET", f"{at.path}/documents/{at.file_id}")[0] == 404
        assert (await at.session.undo()).verdict is Verdict.DONE
        assert at.fields() == OLD


async def test_a_collection_with_every_option_is_created_changed_and_deleted():
    async with Sitting() as at:
        definitions = (
            FieldDefinition("isbn", unique=True, description="the number"),
            FieldDefinition("type", required=True, inject_into_chunk=True),
        )
        chunking = ChunkConfiguration(
            markdown_tokens_configuration=MarkdownTokensConfiguration(500, 50, "o200k_base"),
            strip_whitespace=False,
            inject_name_into_chunks=True,
        )
        draft = CollectionDraft(
            "All of it", "said", chunking, "another-model", "HNSW_METRIC_COSINE", definitions
        )
        made = await at.session.collection_writes.create(draft)
        assert made.verdict is Verdict.DONE, made
        path = f"/v1/collections/{made.target.collection_id}"
        shown = at.plain.ok("GET", path)
        assert shown["index_configuration"] == {"model_name": "another-model"}
        assert shown["chunk_configuration"]["strip_whitespace"] is False

        draft = CollectionDraft("Less of it", "", chunking, field_definitions=definitions[:1])
        changed = await at.session.collection_writes.update(
            made.target.collection_id, draft, base=made.collection
        )
        assert changed.verdict is Verdict.DONE, changed
        shown = at.plain.ok("GET", path)
        assert [each["key"] for each in shown["field_definitions"]] == ["isbn"]
        assert not shown["collection_description"]

        gone = await at.session.collection_writes.delete(made.target.collection_id)
        assert gone.verdict is Verdict.DONE
        assert at.plain.ask("GET", path)[0] == 404


async def test_a_read_only_client_refuses_below():
    async with Sitting() as at:
        at.client.read_only = True
        outcome = await at.session.document_writes.remove(at.file_id)
        assert outcome.verdict is Verdict.FAILED
        assert at.fields() == OLD

"""Runs of many writes against the emulator, over the wire; another client tells how it is."""

from contextlib import asynccontextmanager

import pytest

from tests.conftest import sleep_briefly
from xcoll_tui.api.client import Client
from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.session import Session
from xcoll_tui.session.writes.outcome import Verdict

FILES = 150


class Desk:
    """A session with an empty collection, the IDs of uploaded files, and all that was asked."""

    def __init__(self, server, other):
        self.other = other
        self.client = Client(
            server.key,
            server.url,
            on_request=self.note_request,
            on_wait=self.note_wait,
            random=lambda: 0.01,
        )
        self.session = Session(self.client, sleep=sleep_briefly)
        self.server = server
        self.records = []
        self.waits = []

    def note_request(self, record):
        self.records.append(record)
        self.session.note_request(record)

    def note_wait(self, wait):
        self.waits.append(wait)
        self.session.note_wait(wait)

    async def prepare(self):
        made = await self.other.create_collection(
            "Many",
            field_definitions=[
                FieldDefinition(key="number", required=True, unique=True),
                FieldDefinition(key="kind"),
            ],
        )
        self.collection_id = made.collection_id
        collections = [
            each async for page in self.other.iter_collections() for each in page.collections
        ]
        (large,) = [each for each in collections if each.documents_count == FILES]
        self.file_ids = [
            each.file_id
            async for page in self.other.iter_documents(large.collection_id)
            for each in page.documents
        ]
        await self.session.collections.load()
        await self.session.open_collection(self.collection_id)
        self.records.clear()

    @property
    def items(self):
        return [
            Item(file_id, fields={"number": str(n), "kind": "a"})
            for n, file_id in enumerate(self.file_ids)
        ]

    async def fields(self):
        """What the service holds, asked by a client that takes no part, when nothing goes wrong."""
        self.server.faults.clear()
        return {
            each.file_id: each.fields
            async for page in self.other.iter_documents(self.collection_id)
            for each in page.documents
        }


@asynccontextmanager
async def at_desk(**options):
    with Server(seed="large", documents=FILES, **options) as server:
        faults = list(server.faults)
        server.faults.clear()
        async with Client(server.key, server.url) as other:
            desk = Desk(server, other)
            async with desk.client:
                await desk.prepare()
                server.faults.extend(faults)
                yield desk
                server.faults.clear()
                await desk.session._context.tasks.idle()
                await desk.session.end()


async def test_many_are_attached_changed_and_removed_and_all_of_it_is_undone():
    async with at_desk() as desk:
        bulk, collection_id = desk.session.bulk, desk.collection_id
        wanted = {item.file_id: item.fields for item in desk.items}
        run = bulk.attach(collection_id, desk.items)
        await run.wait()
        assert (run.done, run.failed) == (FILES, 0)
        assert await desk.fields() == wanted
        await bulk.set_field(collection_id, desk.items, "kind", "b").wait()
        assert await desk.fields() == {key: {**each, "kind": "b"} for key, each in wanted.items()}
        await bulk.remove(collection_id, desk.items[:100]).wait()
        assert len(await desk.fields()) == FILES - 100
        reindexed = bulk.reindex(collection_id, desk.items)
        await reindexed.wait()
        assert (reindexed.done, reindexed.failed) == (FILES - 100, 100)

        assert all(each.ok for each in await desk.session.undo())
        assert await desk.fields() == {key: {**each, "kind": "b"} for key, each in wanted.items()}
        assert all(each.ok for each in await desk.session.undo())
        assert await desk.fields() == wanted
        assert all(each.ok for each in await desk.session.undo())
        assert await desk.fields() == {}


async def test_documents_are_read_back_in_batches():
    async with at_desk(latency=0.01) as desk:
        run = desk.session.bulk.attach(desk.collection_id, desk.items)
        await run.wait()
        sent = [each for each in desk.records if each.method == "POST"]
        assert len(sent) == FILES
        assert len(desk.records) - len(sent) <= FILES / 3


async def test_refusals_are_told_and_tried_again_as_typed():
    async with at_desk() as desk:
        items = desk.items
        taken = [Item(each.file_id, fields={"number": "0"}) for each in items[1:4]]
        unknown = Item("file_00000000-0000-0000-0000-000000000000", fields={"number": "x"})
        bare = Item(items[5].file_id, fields={"kind": "a"})
        first = desk.session.bulk.attach(desk.collection_id, [items[0]])
        await first.wait()
        run = desk.session.bulk.attach(
            desk.collection_id, [items[0], *taken, unknown, bare, items[9]]
        )
        await run.wait()
        verdicts = {key: outcome.verdict for key, outcome in run.outcomes.items()}
        assert verdicts.pop(items[0].file_id) is Verdict.ALREADY
        assert verdicts.pop(items[9].file_id) is Verdict.DONE
        assert set(verdicts.values()) == {Verdict.FAILED}
        assert [run.outcomes[each.file_id].field for each in taken] == ["number"] * 3
        assert "No such file" in run.outcomes[unknown.file_id].message
        again = run.retry()
        await again.wait()
        assert [each.fields for each in again.items] == [
            *(each.fields for each in taken),
            unknown.fields,
            bare.fields,
        ]
        assert len(await desk.fields()) == 2


async def test_a_required_field_that_was_left_out_is_named():
    async with at_desk() as desk:
        await desk.session.open_collection(desk.collection_id)
        bare = Item(desk.items[5].file_id, fields={"kind": "a"})
        run = desk.session.bulk.attach(desk.collection_id, [bare])
        await run.wait()
        assert run.outcomes[bare.file_id].field == "number"


@pytest.mark.parametrize("policy", ["replace", "merge", "ignore"])
@pytest.mark.parametrize("reattach", ["conflict", "replace", "keep"])
async def test_no_field_is_called_saved_that_is_not(policy, reattach):
    async with at_desk(metadata_patch=policy, reattach=reattach) as desk:
        items = desk.items[:20]
        await desk.session.bulk.attach(desk.collection_id, items).wait()
        for value in ("b", None):
            run = desk.session.bulk.set_field(desk.collection_id, items, "kind", value)
            await run.wait()
            shown = await desk.fields()
            for key, outcome in run.outcomes.items():
                assert outcome.ok == (shown[key].get("kind") == value), outcome
            if run.can_replace:
                again = run.retry(replace=True)
                await again.wait()
            assert {each.get("kind") for each in (await desk.fields()).values()} == {value}


async def test_calling_off_leaves_nothing_untold():
    async with at_desk(latency=0.01) as desk:
        run = desk.session.bulk.attach(desk.collection_id, desk.items)

        def stop(_change):
            if run.done >= 30:
                run.cancel()

        desk.session.subscribe(stop)
        await run.wait()
        assert 30 <= run.done < FILES
        assert run.unsent == FILES - run.done
        done = {key for key, outcome in run.outcomes.items() if outcome.ok}
        assert set(await desk.fields()) == done


@pytest.mark.parametrize(
    "faults",
    [
        ["POST:*/documents/*:reset:after:0.2"],
        ["POST:*/documents/*:503:after:0.2"],
        ["POST:*/documents/*:garbage:after:0.2"],
        ["POST:*/documents/*:500:during:0.2", "GET:*:502:before:0.2"],
        ["*:*:reset:before:0.2"],
    ],
)
async def test_answers_that_are_lost_are_settled_by_reading(faults):
    async with at_desk(faults=faults) as desk:
        run = desk.session.bulk.attach(desk.collection_id, desk.items)
        await run.wait()
        shown = await desk.fields()
        wanted = {item.file_id: item.fields for item in desk.items}
        assert run.done > FILES / 2
        for key, outcome in run.outcomes.items():
            if outcome.ok:
                assert shown[key] == wanted[key], outcome
            elif outcome.verdict is Verdict.FAILED:
                assert key not in shown, outcome


async def test_one_429_pauses_every_request_and_halves_what_is_on_the_wire():
    fault = Fault("POST", "*/documents/*", 429, skip=60, times=1, headers={"Retry-After": "1"})
    async with at_desk(latency=0.01, faults=[fault]) as desk:
        run = desk.session.bulk.attach(desk.collection_id, desk.items)
        await run.wait()
        assert run.done == FILES
        (refused,) = [each for each in desk.records if each.status == 429]
        (wait,) = desk.waits
        assert wait.rate_limited
        told = refused.started_at + refused.duration
        assert not [each for each in desk.records if told < each.started_at < told + 0.99]
        assert [each for each in desk.records if each.started_at > told + 0.99]
        assert run._limiter.limit == 4


async def test_a_rate_limit_is_kept_to():
    async with at_desk(latency=0.01, rate=60) as desk:
        run = desk.session.bulk.attach(desk.collection_id, desk.items)
        await run.wait()
        assert run.done == FILES
        assert len(await desk.fields()) == FILES
        refused = [each for each in desk.records if each.status == 429]
        assert refused, "the limit is one"
        assert len(refused) <= 0.1 * len(desk.records)

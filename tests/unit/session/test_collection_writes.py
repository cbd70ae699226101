"""Creating, changing and deleting collections: never twice, never claimed."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.unit.session.fakes import make_collection
from tests.unit.session.writing import Desk
from xcoll_tui.api.errors import (
    Conflict,
    Forbidden,
    InvalidArgument,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Unreachable,
)
from xcoll_tui.api.models import (
    BytesConfiguration,
    CharsConfiguration,
    ChunkConfiguration,
    FieldDefinition,
)
from xcoll_tui.session.events import CollectionChanged
from xcoll_tui.session.writes.collection_diff import Change, differences
from xcoll_tui.session.writes.outcome import CollectionDraft, Verdict

DRAFT = CollectionDraft(
    "Fresh",
    "a description",
    ChunkConfiguration(chars_configuration=CharsConfiguration(100, 10)),
    field_definitions=(FieldDefinition(key="type", required=True),),
)
ID = "collection_0"


def unknown():
    return OutcomeUnknown("It broke off.", outcome_unknown=True)


async def test_a_collection_is_created_read_back_and_shown():
    desk = await Desk().open()
    outcome = await desk.collections.create(DRAFT)
    assert outcome.verdict is Verdict.DONE
    assert outcome.collection.field_definitions == list(DRAFT.field_definitions)
    assert desk.service.named("get_collection")[-1][1] == outcome.target.collection_id
    await desk.session._context.tasks.idle()
    assert outcome.target.collection_id in desk.session.collections.listing


@pytest.mark.parametrize("happened", [True, False])
async def test_a_create_of_unknown_outcome_is_looked_for_and_not_sent_again(happened):
    desk = await Desk().open()
    desk.service.add(replace(make_collection(5), collection_name="Fresh"))  # an older one
    (desk.service.lose if happened else desk.service.fail)("create_collection", unknown())
    outcome = await desk.collections.create(DRAFT)
    assert outcome.verdict is Verdict.UNKNOWN
    assert ("someone else's" in outcome.message) == happened
    assert len(desk.service.named("create_collection")) == 1
    asked = desk.service.named("list_collections")[0][1]
    assert asked["filter"] == 'collection_name = "Fresh"'


async def test_two_that_may_be_it_are_told_and_not_chosen_from():
    desk = await Desk().open()
    gate = desk.service.hold("create_collection")
    creating = asyncio.create_task(desk.collections.create(DRAFT))
    await gate.arrived.wait()
    made = desk.service.collections["collection_1001"]
    desk.service.add(replace(made, collection_id="collection_of_another"))
    gate.release(unknown())
    outcome = await creating
    assert outcome.verdict is Verdict.UNKNOWN
    assert all(each in outcome.message for each in ("collection_1001", "collection_of_another"))


async def test_a_create_that_cannot_be_looked_for_is_unknown():
    desk = await Desk().open()
    desk.service.lose("create_collection", unknown())
    desk.service.fail("list_collections", None, Unreachable("No net."))
    outcome = await desk.collections.create(DRAFT)
    assert outcome.verdict is Verdict.UNKNOWN
    assert "Check before you retry." in outcome.message


async def test_a_refused_create_names_the_field():
    desk = await Desk().open()
    message = "field_definitions: 'type' is a reserved key"
    desk.service.fail("create_collection", InvalidArgument(message, status=400, message=message))
    outcome = await desk.collections.create(DRAFT)
    assert (outcome.verdict, outcome.field) == (Verdict.FAILED, "type")


async def test_a_create_that_lost_something_says_what():
    desk = await Desk().open()
    gate = desk.service.hold("create_collection")
    creating = asyncio.create_task(desk.collections.create(DRAFT))
    await gate.arrived.wait()
    made = desk.service.collections
    made["collection_1001"] = replace(made["collection_1001"], field_definitions=[])
    gate.release()
    outcome = await creating
    assert outcome.verdict is Verdict.FAILED
    assert "differs in: the field definitions." in outcome.message


def draft_of(collection, **changed):
    given = {
        "collection_name": collection.collection_name,
        "collection_description": collection.collection_description or "",
        "chunk_configuration": collection.chunk_configuration,
        "field_definitions": tuple(collection.field_definitions),
    }
    return CollectionDraft(**{**given, **changed})


async def test_only_what_differs_is_sent_and_can_be_undone():
    desk = await Desk().open()
    base = desk.session.collection
    draft = draft_of(base, collection_name="Renamed")
    outcome = await desk.collections.update(ID, draft, base=base)
    assert outcome.verdict is Verdict.DONE
    sent = desk.service.named("update_collection")[0][2]
    assert {name for name, value in sent.items() if value is not None} == {"collection_name"}
    assert desk.session.collection.collection_name == "Renamed"
    assert CollectionChanged(ID) in desk.changes
    assert (await desk.session.undo()).verdict is Verdict.DONE
    assert desk.service.collections[ID].collection_name == "Collection 000"


async def test_definitions_are_added_altered_and_deleted():
    desk = await Desk().open()
    base = desk.session.collection
    definitions = (FieldDefinition(key="type", description="kind"), FieldDefinition(key="new"))
    draft = draft_of(base, field_definitions=definitions)
    outcome = await desk.collections.update(ID, draft, base=base)
    assert outcome.verdict is Verdict.DONE
    there = {each.key: each for each in desk.service.collections[ID].field_definitions}
    assert there == {each.key: each for each in definitions}
    entry = desk.session.activity.entries[-1].log.entry
    assert "its values with it" in desk.session.undo_stack.plan(entry).why_not
    await desk.session._context.tasks.idle()
    assert desk.service.named("list_documents")  # the values are read again


async def test_a_definition_that_was_added_is_not_deleted_by_undo():
    desk = await Desk().open()
    base = desk.session.collection
    draft = draft_of(base, field_definitions=(*base.field_definitions, FieldDefinition(key="note")))
    await desk.collections.update(ID, draft, base=base)
    assert await desk.session.undo() is None


async def test_a_collection_changed_elsewhere_is_not_overwritten():
    desk = await Desk().open()
    base = desk.session.collection
    desk.service.collections[ID] = replace(base, collection_name="Theirs")
    outcome = await desk.collections.update(ID, draft_of(base, collection_name="Mine"), base=base)
    assert outcome.verdict is Verdict.CONFLICT
    assert outcome.wanted_fields == {"collection_name": "Mine"}
    assert (
        outcome.current_fields["collection_name"] == outcome.collection.collection_name == "Theirs"
    )
    assert desk.service.writes() == []


async def test_a_count_that_changed_is_no_change_of_the_collection():
    desk = await Desk().open()
    base = desk.session.collection
    desk.service.collections[ID] = replace(base, documents_count=99)
    outcome = await desk.collections.update(ID, draft_of(base, collection_name="Mine"), base=base)
    assert outcome.verdict is Verdict.DONE


async def test_what_is_so_already_is_not_sent():
    desk = await Desk().open()
    base = desk.session.collection
    outcome = await desk.collections.update(ID, draft_of(base), base=base)
    assert outcome.verdict is Verdict.ALREADY
    assert desk.service.writes() == []


@pytest.mark.parametrize("happened", [True, False])
async def test_a_change_of_unknown_outcome_is_read_back(happened):
    desk = await Desk().open()
    base = desk.session.collection
    (desk.service.lose if happened else desk.service.fail)("update_collection", unknown())
    outcome = await desk.collections.update(ID, draft_of(base, collection_name="Mine"), base=base)
    assert outcome.verdict is (Verdict.DONE if happened else Verdict.UNKNOWN)


async def test_a_change_that_the_service_ignores_is_not_claimed():
    desk = await Desk().open()
    base = desk.session.collection
    gate = desk.service.hold("update_collection")
    draft = draft_of(base, collection_name="Mine", collection_description="more")
    changing = asyncio.create_task(desk.collections.update(ID, draft, base=base))
    await gate.arrived.wait()
    desk.service.collections[ID] = base
    gate.release()
    outcome = await changing
    assert outcome.verdict is Verdict.UNSHOWN
    assert "still shows it as it was after 10 s" in outcome.message
    assert outcome.wanted_fields == {"collection_name": "Mine", "collection_description": "more"}
    assert (await desk.session.undo()).verdict is Verdict.ALREADY
    assert desk.service.writes() == ["update_collection"]


async def test_a_refused_change_names_the_field():
    desk = await Desk().open()
    base = desk.session.collection
    new = FieldDefinition(key="late", required=True)
    draft = draft_of(base, field_definitions=(*base.field_definitions, new))
    outcome = await desk.collections.update(ID, draft, base=base)
    assert (outcome.verdict, outcome.field) == (Verdict.FAILED, "late")


async def test_deleting_takes_the_row_and_cannot_be_undone():
    desk = await Desk().open()
    outcome = await desk.collections.delete(ID)
    assert outcome.verdict is Verdict.DONE
    assert ID not in desk.session.collections.listing
    assert outcome.collection.documents_count == 3
    assert (await desk.collections.delete(ID)).verdict is Verdict.ALREADY


@pytest.mark.parametrize(
    ("spoil", "error", "verdict"),
    [
        ("lose", unknown(), Verdict.DONE),
        ("fail", unknown(), Verdict.UNKNOWN),
        ("fail", Forbidden("Not allowed.", status=403), Verdict.FAILED),
        ("fail", Conflict("It is in use.", status=409), Verdict.FAILED),
    ],
)
async def test_a_delete_is_read_back(spoil, error, verdict):
    desk = await Desk().open()
    getattr(desk.service, spoil)("delete_collection", error)
    outcome = await desk.collections.delete(ID)
    assert (outcome.verdict, outcome.error) == (verdict, error)
    assert (ID in desk.session.collections.listing) == (verdict is not Verdict.DONE)


async def test_a_page_of_a_proxy_does_not_prove_that_a_collection_is_gone():
    desk = await Desk().open()
    desk.service.fail("get_collection", None, NotFound("A web page.", status=404))
    outcome = await desk.collections.delete(ID)
    assert outcome.verdict is Verdict.UNKNOWN
    assert ID in desk.session.collections.listing


def test_what_the_service_adds_to_the_chunking_is_no_difference():
    wanted = ChunkConfiguration(bytes_configuration=BytesConfiguration(4000, 0))
    shown = ChunkConfiguration(
        bytes_configuration=BytesConfiguration(4000, 0),
        strip_whitespace=True,
        inject_name_into_chunks=False,
    )
    base = replace(make_collection(0), chunk_configuration=shown)
    assert Change.between(base, draft_of(base, chunk_configuration=wanted)).is_nothing
    assert differences(base, draft_of(base, chunk_configuration=wanted)) == []
    other = ChunkConfiguration(bytes_configuration=BytesConfiguration(4000, 1))
    assert Change.between(base, draft_of(base, chunk_configuration=other)).chunking == other
    off = ChunkConfiguration(strip_whitespace=False)
    assert differences(base, draft_of(base, chunk_configuration=off)) == ["the chunking"]


async def test_an_answer_that_came_is_not_called_lost():
    desk = await Desk().open()
    error = RateLimited("Slow down.", status=429, outcome_unknown=True)
    desk.service.lose("create_collection", error)
    outcome = await desk.collections.create(CollectionDraft("Fresh"))
    assert outcome.verdict is Verdict.UNKNOWN
    assert "the answer does not say" in outcome.message
    assert "lost" not in outcome.message

"""Attaching, removing, re-indexing: one at a time per document, carried through, told as it is."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.unit.session.fakes import make_document
from tests.unit.session.writing import FILE, NEW, OLD, Desk
from xcoll_tui.api.errors import (
    Conflict,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServerFault,
    Unauthorized,
    Unreachable,
)
from xcoll_tui.session.events import ActivityChanged
from xcoll_tui.session.lists.events import RowChanged, RowRemoved
from xcoll_tui.session.writes.judging import named_field, same_fields
from xcoll_tui.session.writes.outcome import NotSent, Operation, Verdict
from xcoll_tui.session.writes.runner import WriteOptions


def unknown():
    return OutcomeUnknown("It broke off.", outcome_unknown=True)


async def test_attaching_shows_the_row_and_counts_it():
    desk = await Desk().open()
    file_id = desk.upload(7)
    outcome = await desk.documents.attach("collection_0", file_id, NEW)
    assert (outcome.verdict, outcome.operation) == (Verdict.DONE, Operation.ATTACH)
    assert outcome.message == "“report 00007.txt” is attached."
    assert desk.session.collection.documents_count == 4
    await desk.session._context.tasks.idle()
    assert desk.row(file_id).fields == NEW
    assert outcome.entry == desk.session.activity.entries[-1].number


async def test_what_is_attached_already_is_never_overwritten():
    desk = await Desk(reattach="replace").open()
    outcome = await desk.documents.attach("collection_0", FILE, NEW)
    assert outcome.verdict is Verdict.ALREADY
    assert "with other fields" in outcome.message
    assert desk.service.writes() == []
    assert desk.service.fields() == OLD
    assert outcome.current_fields == OLD


async def test_attaching_an_unknown_file_says_so():
    desk = await Desk().open()
    outcome = await desk.documents.attach("collection_0", "file_nowhere", NEW)
    assert outcome.verdict is Verdict.FAILED
    assert outcome.message.startswith("No such file for this team")
    assert outcome.wanted_fields == NEW
    assert desk.session.collection.documents_count == 3


async def test_a_refusal_names_its_field():
    desk = await Desk().open()
    definitions = [replace(desk.session.collection.field_definitions[0], required=True)]
    desk.service.collections["collection_0"] = replace(
        desk.session.collection, field_definitions=definitions
    )
    outcome = await desk.documents.attach("collection_0", desk.upload(7), {"type": "", "x": "y"})
    assert (outcome.verdict, outcome.field) == (Verdict.FAILED, "type")


async def test_attached_with_other_fields_is_not_called_attached():
    desk = await Desk().open()
    file_id = desk.upload(7)
    gate = desk.service.hold("get_document")  # the reading before
    attaching = asyncio.create_task(desk.documents.attach("collection_0", file_id, NEW))
    await gate.arrived.wait()
    # A second editor is quicker.
    desk.service.documents["collection_0"][file_id] = make_document(7, fields={"a": "b"})
    gate.release()
    outcome = await attaching
    assert outcome.verdict is Verdict.CONFLICT
    assert (outcome.wanted_fields, outcome.current_fields) == (NEW, {"a": "b"})


@pytest.mark.parametrize("happened", [True, False])
async def test_a_removal_of_unknown_outcome_is_read_back(happened):
    desk = await Desk().open()
    spoil = desk.service.lose if happened else desk.service.fail
    spoil("remove_document", unknown())
    outcome = await desk.documents.remove(FILE)
    assert (desk.service.fields() is None) == happened
    gone = desk.service.fields() is None
    assert outcome.ok == gone
    assert (desk.row() is None) == gone
    assert outcome.document.fields == OLD


async def test_a_removal_takes_the_row_and_the_count():
    desk = await Desk().open()
    outcome = await desk.documents.remove(FILE)
    assert outcome.verdict is Verdict.DONE
    assert "from “Collection 000”" in outcome.message
    assert desk.row() is None
    removed = [change for change in desk.changes if isinstance(change, RowRemoved)]
    assert [(each.key, each.departure) for each in removed] == [(FILE, "was removed")]
    assert desk.session.collection.documents_count == desk.session.documents.total == 2


async def test_gone_already_is_success():
    desk = await Desk().open()
    del desk.service.documents["collection_0"][FILE]
    outcome = await desk.documents.remove(FILE)
    assert outcome.verdict is Verdict.ALREADY
    assert desk.row() is None
    assert desk.service.writes() == []


async def test_nothing_is_removed_whose_fields_could_not_be_read():
    desk = await Desk().open()
    desk.service.fail("get_document", ServerFault("It is down.", status=500))
    outcome = await desk.documents.remove(FILE)
    assert outcome.verdict is Verdict.FAILED
    assert desk.service.writes() == []
    assert "It is down." in outcome.message


async def test_a_page_of_a_proxy_does_not_prove_that_a_document_is_gone():
    desk = await Desk().open()
    desk.service.fail("get_document", NotFound("A web page.", status=404))
    outcome = await desk.documents.remove(FILE)
    assert outcome.verdict is Verdict.FAILED
    assert desk.row() is not None


async def test_what_cannot_be_read_back_is_unknown_and_can_be_undone():
    desk = await Desk().open()
    desk.service.fail("get_document", None, Unreachable("No net."))
    outcome = await desk.documents.remove(FILE)
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.message.endswith("No net.")
    assert desk.row() is not None
    undone = await desk.session.undo()
    assert undone.verdict is Verdict.DONE
    assert desk.service.fields() == OLD


async def test_a_refusal_needs_no_reading_back_to_be_believed():
    desk = await Desk().open()
    desk.service.fail("remove_document", Forbidden("Not allowed.", status=403))
    desk.service.fail("get_document", None, Unreachable("No net."))
    outcome = await desk.documents.remove(FILE)
    assert outcome.verdict is Verdict.FAILED


async def test_reindexing_shows_that_it_began():
    desk = await Desk().open()
    outcome = await desk.documents.reindex(FILE)
    assert (outcome.verdict, outcome.reindexed) == (Verdict.ASKED, True)
    assert FILE in desk.session.documents.under_way
    desk.service.set_status(FILE, "DOCUMENT_STATUS_PROCESSED")
    await desk.watched()
    assert desk.session.activity.entries[-1].outcome.verdict is Verdict.DONE
    assert await desk.session.undo() is None


async def test_a_reindexing_that_fails_again_is_told():
    desk = await Desk().open()
    await desk.documents.reindex(FILE)
    desk.service.set_status(FILE, "DOCUMENT_STATUS_FAILED", error_message="No text.")
    await desk.watched()
    outcome = desk.session.activity.entries[-1].outcome
    assert outcome.verdict is Verdict.FAILED
    assert outcome.message.endswith("failed again: No text.")


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (unknown(), Verdict.UNKNOWN),
        (RateLimited("Slow down.", status=429), Verdict.FAILED),
        (Forbidden("Not allowed.", status=403), Verdict.FAILED),
        (Unreachable("No net."), Verdict.FAILED),
    ],
)
async def test_a_reindexing_that_does_not_show_is_not_claimed(error, verdict):
    desk = await Desk().open()
    desk.service.fail("reindex_document", error)
    outcome = await desk.documents.reindex(FILE)
    assert (outcome.verdict, outcome.error) == (verdict, error)


async def test_the_intent_shows_on_the_row_until_the_write_is_over():
    desk = await Desk().open()
    gate = desk.service.hold("remove_document")
    removing = asyncio.create_task(desk.documents.remove(FILE))
    await gate.arrived.wait()
    assert desk.session.rows.intent_of(FILE) == "removing…"
    assert desk.session.busy == 1
    assert RowChanged(desk.session.documents.collection_id, FILE) in desk.changes
    assert desk.session.activity.entries[-1].outcome is None
    gate.release()
    outcome = await removing
    assert desk.session.rows.intent_of(FILE) is None
    assert desk.session.busy == 0
    assert desk.session.activity.entries[-1].outcome is outcome
    assert desk.changes.count(ActivityChanged(1)) >= 2


async def test_one_document_is_written_once_at_a_time_others_side_by_side():
    desk = await Desk().open()
    first, other = desk.service.hold("reindex_document"), desk.service.hold("reindex_document")
    one = asyncio.create_task(desk.documents.reindex(FILE))
    await first.arrived.wait()
    two = asyncio.create_task(desk.documents.remove(FILE))
    three = asyncio.create_task(desk.documents.reindex("file_00001"))
    await other.arrived.wait()
    assert "remove_document" not in desk.service.writes()
    other.release()
    assert (await three).ok
    first.release()
    assert (await one).ok
    assert (await two).ok
    assert desk.service.writes()[-1] == "remove_document"


async def test_a_caller_that_is_cancelled_breaks_nothing_off():
    desk = await Desk().open()
    gate = desk.service.hold("remove_document")
    removing = asyncio.create_task(desk.documents.remove(FILE))
    await gate.arrived.wait()
    removing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await removing
    assert desk.session.busy == 1
    gate.release()
    await desk.session._context.tasks.idle()
    assert desk.row() is None
    assert desk.session.activity.entries[-1].outcome.verdict is Verdict.DONE


async def test_read_only_sends_nothing():
    desk = await Desk().open()
    desk.service.read_only = True
    outcomes = [
        await desk.documents.remove(FILE),
        await desk.documents.attach("collection_0", "file_x"),
        await desk.edit(),
        await desk.documents.reindex(FILE),
        await desk.collections.delete("collection_0"),
    ]
    assert desk.session.read_only
    assert {each.verdict for each in outcomes} == {Verdict.FAILED}
    assert all("read-only" in each.message for each in outcomes)
    assert desk.service.calls == []


async def test_without_an_open_collection_there_is_no_target():
    desk = Desk()
    with pytest.raises(LookupError, match="No collection is open"):
        await desk.documents.remove(FILE)


class Slot:
    """Counts how often it is held, and what was asked of the service meanwhile."""

    def __init__(self, service, *, closed=False):
        self.service = service
        self.closed = closed
        self.held = []

    async def __aenter__(self):
        if self.closed:
            raise NotSent
        self.before = len(self.service.calls)

    async def __aexit__(self, *_exc):
        self.held += [call[0] for call in self.service.calls[self.before :]]


async def test_a_slot_is_held_around_the_sending_only():
    desk = await Desk("ignore", "replace").open()
    slot = Slot(desk.service)
    outcome = await desk.edit(options=WriteOptions(slot))
    assert outcome.strategy == "reattach"
    assert slot.held == ["update_document", "add_document"]


async def test_a_closed_slot_calls_a_write_off():
    desk = await Desk().open()
    outcome = await desk.documents.remove(
        FILE, options=WriteOptions(Slot(desk.service, closed=True))
    )
    assert outcome.verdict is Verdict.CANCELLED
    assert desk.service.writes() == []
    assert desk.row() is not None


async def test_a_quiet_write_has_no_entry_and_no_undo():
    desk = await Desk().open()
    outcome = await desk.documents.remove(FILE, options=WriteOptions(quiet=True))
    assert outcome.verdict is Verdict.DONE
    assert outcome.entry is None
    assert desk.session.activity.entries == []
    assert await desk.session.undo() is None


async def test_many_attached_are_refreshed_once():
    desk = await Desk().open()
    ids = [desk.upload(n) for n in range(10, 30)]
    quiet = WriteOptions(quiet=True)
    await asyncio.gather(
        *[desk.documents.attach("collection_0", each, options=quiet) for each in ids]
    )
    await desk.session._context.tasks.idle()
    assert desk.session.documents.listing.loaded == 23
    assert len(desk.service.named("list_documents")) <= 2


async def test_probing_finds_another_document_with_the_value():
    desk = await Desk().open()
    there = desk.service.documents["collection_0"]
    there["file_00001"] = replace(there["file_00001"], fields={"isbn": "1"})
    assert (
        await desk.session.field_editor.probe_unique("collection_0", "isbn", "1")
        == "report 00001.txt"
    )
    probe = desk.session.field_editor.probe_unique(
        "collection_0", "isbn", "1", except_file_id="file_00001"
    )
    assert await probe is None
    assert await desk.session.field_editor.probe_unique("collection_0", "isbn", "12") is None
    assert desk.service.named("list_documents")[0][2]["filter"] == 'fields.isbn = "1"'
    desk.service.fail("list_documents", Unreachable("No net."))
    assert await desk.session.field_editor.probe_unique("collection_0", "isbn", "1") is None


@pytest.mark.parametrize(
    ("shown", "wanted", "same"),
    [
        ({"a": "b"}, {"a": "b"}, True),
        ({"a": "b"}, {"a": "c"}, False),
        ({"a": "b", "left": "over"}, {"a": "b"}, False),
        ({"a": "b", "left": ""}, {"a": "b"}, False),
        ({"a": "b"}, {"a": "b", "empty": ""}, True),
        ({"a": "b", "empty": ""}, {"a": "b", "empty": ""}, True),
        ({}, {"a": "b"}, False),
    ],
)
def test_equal_means_no_other_value_and_no_key_left_over(shown, wanted, same):
    assert same_fields(shown, wanted) is same


@pytest.mark.parametrize(
    ("message", "field", "sure"),
    [
        ("The required field 'type' is missing.", "type", "type"),
        ('The unique field "isbn" has the value "type" already.', "isbn", "isbn"),
        ("fields.isbn must be unique", "isbn", "isbn"),
        ("missing required field: type", "type", None),
        ("The prototype has no such thing.", None, None),
        ("", None, None),
    ],
)
def test_the_field_that_a_refusal_names(message, field, sure):
    error = Forbidden("No.", status=403, message=message)
    assert named_field(error, ["type", "isbn", ""]) == field
    assert named_field(error, ["type", "isbn"], sure=True) == sure


def after_429(kind, status):
    """Return what a try is answered that follows one that was answered 429."""
    return kind("It is refused.", status=status, message="refused", tries=2)


async def test_what_a_429_attached_is_not_called_attached_elsewhere():
    desk = await Desk().open()
    file_id = desk.upload(7)
    desk.service.lose("add_document", after_429(Conflict, 409))
    outcome = await desk.documents.attach("collection_0", file_id, NEW)
    assert (outcome.verdict, outcome.message) == (Verdict.DONE, "“report 00007.txt” is attached.")


async def test_a_409_to_the_only_try_is_somebody_else():
    desk = await Desk().open()
    file_id = desk.upload(7)
    desk.service.lose("add_document", Conflict("It is there.", status=409, message="there"))
    outcome = await desk.documents.attach("collection_0", file_id, NEW)
    assert outcome.verdict is Verdict.ALREADY
    assert "elsewhere" in outcome.message


@pytest.mark.parametrize(
    ("fields", "message", "verdict"),
    [
        (NEW, "File {} is already in the collection.", Verdict.UNKNOWN),
        ({}, "It already exists.", Verdict.UNKNOWN),
        (NEW, "It already exists.", Verdict.FAILED),  # a value of it may
    ],
)
async def test_what_the_service_calls_attached_and_never_shows_is_not_called_failed(
    fields, message, verdict
):
    desk = await Desk().open()
    file_id = desk.upload(7)
    error = Conflict("It is there.", status=409, message=message.format(file_id))
    desk.service.fail("add_document", error)
    outcome = await desk.documents.attach("collection_0", file_id, fields)
    assert outcome.verdict is verdict
    assert "is attached, and does not show it" in outcome.message


async def test_what_a_429_removed_is_not_called_gone_before():
    desk = await Desk().open()
    desk.service.lose("remove_document", after_429(NotFound, 404))
    outcome = await desk.documents.remove(FILE)
    assert (outcome.verdict, "already" in outcome.message) == (Verdict.DONE, False)
    assert desk.session.undo_stack.newest.items[FILE].old == OLD


async def test_a_collection_that_a_429_deleted_is_not_called_deleted_before():
    desk = await Desk().open()
    desk.service.lose("delete_collection", after_429(NotFound, 404))
    outcome = await desk.collections.delete("collection_0")
    assert outcome.verdict is Verdict.DONE


@pytest.mark.parametrize(("kind", "status"), [(Unauthorized, 401), (Forbidden, 403)])
async def test_a_key_refused_after_a_429_says_nothing_of_the_try_before(kind, status):
    desk = await Desk(lag=3.0).open()
    file_id = desk.upload(7)
    desk.service.lose("add_document", after_429(kind, status))
    outcome = await desk.documents.attach("collection_0", file_id, NEW)
    assert outcome.verdict is Verdict.DONE


async def test_one_replica_takes_no_row_away_while_an_edit_is_saved():
    desk = await Desk().open()
    desk.service.fail("get_document", NotFound("No.", status=404, message="not here"))
    outcome = await desk.edit()
    assert outcome.verdict is Verdict.DONE, outcome.message
    assert not [change for change in desk.changes if isinstance(change, RowRemoved)]

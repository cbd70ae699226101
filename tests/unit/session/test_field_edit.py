"""Fields: changed by one strategy after the other, never called saved unless shown, never lost."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.unit.session.fakes import make_document
from tests.unit.session.writing import FILE, NEW, OLD, Desk, WritingService
from xcoll_tui.api.errors import (
    InvalidArgument,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    ServerFault,
    Unreachable,
)
from xcoll_tui.api.models import FieldDefinition
from xcoll_tui.session.events import OutcomeCorrected, UnfinishedChanged
from xcoll_tui.session.writes.outcome import NotSent, Verdict
from xcoll_tui.session.writes.runner import WriteOptions


def unknown():
    return OutcomeUnknown("It broke off.", outcome_unknown=True)


def refusal(status=400, message="no"):
    return InvalidArgument("Refused.", status=status, message=message)


# What each policy leads to: the verdict and strategy without agreement, and with it.
LADDER = [
    ("replace", "conflict", (Verdict.DONE, "patch"), (Verdict.DONE, "patch")),
    ("merge", "replace", (Verdict.DONE, "reattach"), (Verdict.DONE, "reattach")),
    ("merge", "conflict", (Verdict.IGNORED, None), (Verdict.DONE, "replace")),
    ("merge", "keep", (Verdict.IGNORED, None), (Verdict.DONE, "replace")),
    ("ignore", "replace", (Verdict.DONE, "reattach"), (Verdict.DONE, "reattach")),
    ("ignore", "conflict", (Verdict.IGNORED, None), (Verdict.DONE, "replace")),
    ("ignore", "keep", (Verdict.IGNORED, None), (Verdict.DONE, "replace")),
]


@pytest.mark.parametrize(("patch", "reattach", "gently", "_agreed"), LADDER)
async def test_what_needs_no_agreement_is_tried_first(patch, reattach, gently, _agreed):
    desk = await Desk(patch, reattach).open()
    outcome = await desk.edit()
    assert (outcome.verdict, outcome.strategy) == gently
    assert (desk.service.fields() == NEW) == (outcome.verdict is Verdict.DONE)
    assert "remove_document" not in desk.service.writes()
    assert (outcome.wanted_fields, outcome.previous_fields) == (NEW, OLD)
    assert desk.row().fields == desk.service.fields()


@pytest.mark.parametrize(("patch", "reattach", "_gently", "agreed"), LADDER)
async def test_with_agreement_every_service_can_be_edited(patch, reattach, _gently, agreed):
    desk = await Desk(patch, reattach).open()
    outcome = await desk.edit(replace=True)
    assert (outcome.verdict, outcome.strategy) == agreed
    assert desk.row().fields == desk.service.fields() == NEW
    assert desk.session.unfinished == []
    assert desk.session.collection.documents_count == 3


async def test_a_service_that_ignores_is_remembered():
    desk = await Desk("ignore", "keep").open()
    outcome = await desk.edit()
    assert outcome.verdict is Verdict.IGNORED
    assert "still shows the old ones after 10 s" in outcome.message
    assert desk.service.writes() == ["update_document", "add_document"]
    await desk.watched()
    outcome = await desk.edit(replace=True)
    assert outcome.verdict is Verdict.DONE
    assert desk.service.writes()[2:] == ["remove_document", "add_document"]
    outcome = await desk.documents.edit_fields("file_00001", NEW, base=OLD)
    assert outcome.verdict is Verdict.IGNORED
    assert "as seen here on 14 Nov" in outcome.message
    assert len(desk.service.writes()) == 4


async def test_what_was_tried_of_an_edit_is_not_tried_again_when_replacing_is_agreed_to():
    desk = await Desk("ignore", "keep").open()
    await desk.edit()
    await desk.edit(replace=True)
    assert desk.service.writes()[2:] == ["remove_document", "add_document"]


async def test_one_that_only_lags_is_forgiven():
    desk = await Desk(lag=20).open()
    outcome = await desk.edit()
    assert outcome.verdict is Verdict.IGNORED
    await desk.watched()
    entry = desk.session.activity.entries[-1]
    assert (entry.outcome.verdict, desk.row().fields) == (Verdict.DONE, NEW)
    assert OutcomeCorrected(entry.outcome) in desk.changes
    outcome = await desk.documents.edit_fields("file_00001", NEW, base=OLD)
    assert outcome.verdict is Verdict.DONE
    assert desk.session.state.learned.settling_time() == 30


async def test_a_service_that_merges_is_not_remembered_as_ignoring():
    desk = await Desk("merge", "keep").open()
    outcome = await desk.edit()
    assert "only in part: the service keeps “note”" in outcome.message
    outcome = await desk.documents.edit_fields("file_00001", {**OLD, "more": "x"}, base=OLD)
    assert (outcome.verdict, outcome.strategy) == (Verdict.DONE, "patch")


@pytest.mark.parametrize("reattach", ["conflict", "keep"])
async def test_what_was_taken_in_part_is_no_change_of_somebody_elses(reattach):
    desk = await Desk("merge", reattach).open()
    assert (await desk.edit()).verdict is Verdict.IGNORED
    assert desk.service.fields() == {**OLD, **NEW}
    made = len(desk.service.writes())
    outcome = await desk.edit(replace=True)
    assert (outcome.verdict, outcome.strategy, outcome.previous_fields) == (
        Verdict.DONE,
        "replace",
        OLD,
    )
    assert desk.service.writes()[made:] == ["remove_document", "add_document"]
    assert desk.service.fields() == NEW
    assert (await desk.session.undo()).ok
    assert desk.service.fields() == OLD


async def test_what_was_there_before_a_save_in_part_is_put_back():
    desk = await Desk("merge", "keep").open()
    await desk.edit()
    desk.service.fail("add_document", refusal())
    outcome = await desk.edit(replace=True)
    assert outcome.verdict is Verdict.FAILED
    assert "The old fields were put back" in outcome.message
    assert desk.service.fields() == OLD
    assert desk.session.unfinished == []


@pytest.mark.parametrize("theirs", [{**OLD, **NEW, "more": "x"}, {**OLD, "type": "8-K"}, {}])
async def test_more_than_a_save_in_part_is_somebody_elses(theirs):
    desk = await Desk("merge", "keep").open()
    await desk.edit()
    there = desk.service.documents["collection_0"]
    there[FILE] = replace(there[FILE], fields=theirs)
    made = len(desk.service.writes())
    outcome = await desk.edit(replace=True)
    assert (outcome.verdict, outcome.current_fields) == (Verdict.CONFLICT, theirs)
    assert len(desk.service.writes()) == made


@pytest.mark.parametrize("status", [405, 415])
async def test_a_service_without_such_a_method_is_asked_otherwise(status):
    desk = await Desk("ignore", "replace").open()
    desk.service.fail("update_document", Rejected("No such method.", status=status))
    outcome = await desk.edit()
    assert (outcome.verdict, outcome.strategy) == (Verdict.DONE, "reattach")
    await desk.documents.edit_fields("file_00001", NEW, base=OLD)
    assert desk.service.writes() == ["update_document", "add_document", "add_document"]


async def test_a_change_made_elsewhere_is_not_overwritten_unless_wanted():
    desk = await Desk().open()
    theirs = {"type": "8-K"}
    there = desk.service.documents["collection_0"]
    there[FILE] = replace(there[FILE], fields=theirs)
    outcome = await desk.edit()
    assert (outcome.verdict, outcome.wanted_fields, outcome.current_fields) == (
        Verdict.CONFLICT,
        NEW,
        theirs,
    )
    assert desk.service.writes() == []
    assert desk.row().fields == theirs
    assert (await desk.edit(overwrite=True)).verdict is Verdict.DONE


async def test_fields_that_are_so_already_are_not_sent():
    desk = await Desk().open()
    outcome = await desk.edit(OLD, base={"other": "base"})
    assert outcome.verdict is Verdict.ALREADY
    assert desk.service.writes() == []


async def test_a_document_that_went_elsewhere_keeps_what_was_typed():
    desk = await Desk().open()
    del desk.service.documents["collection_0"][FILE]
    outcome = await desk.edit()
    assert (outcome.verdict, outcome.wanted_fields) == (Verdict.FAILED, NEW)
    assert desk.row() is None


async def test_a_document_that_was_just_read_is_not_read_again():
    desk = await Desk().open()
    outcome = await desk.edit(document=desk.row())
    assert outcome.verdict is Verdict.DONE
    assert [call[0] for call in desk.service.calls] == ["update_document", "get_document"]


@pytest.mark.parametrize("happened", [True, False])
@pytest.mark.parametrize("error", [unknown(), RateLimited("Slow down.", status=429)])
async def test_an_edit_of_unknown_outcome_is_read_back(happened, error):
    desk = await Desk().open()
    (desk.service.lose if happened else desk.service.fail)("update_document", error)
    outcome = await desk.edit()
    assert outcome.verdict is (Verdict.DONE if happened else Verdict.UNKNOWN)
    assert outcome.error is error
    assert desk.row().fields == (NEW if happened else OLD)


async def test_an_edit_whose_answer_was_lost_is_followed_until_it_shows():
    desk = await Desk(lag=14).open()
    desk.service.lose("update_document", unknown())
    assert (await desk.edit()).verdict is Verdict.UNKNOWN
    await desk.watched()
    assert desk.session.activity.entries[-1].outcome.verdict is Verdict.DONE
    assert (await desk.session.undo()).ok
    desk.now += 60
    assert desk.service.fields() == OLD


async def test_an_edit_that_cannot_be_read_back_is_unknown_and_keeps_both():
    desk = await Desk().open()
    desk.service.fail("get_document", None, Unreachable("No net."))
    outcome = await desk.edit()
    assert outcome.verdict is Verdict.UNKNOWN
    assert (outcome.wanted_fields, outcome.previous_fields) == (NEW, OLD)
    assert outcome.message.endswith("No net.")
    assert outcome.reindexed


async def test_a_refused_value_ends_the_climb_at_its_field():
    desk = await Desk("ignore").open()
    desk.service.fail("update_document", refusal(message="The field 'title' is too long."))
    outcome = await desk.edit(replace=True)
    assert (outcome.verdict, outcome.field) == (Verdict.FAILED, "title")
    assert desk.service.writes() == ["update_document"]


async def test_a_service_that_changes_values_is_told_of():
    desk = await Desk().open()
    gate = desk.service.hold("update_document")
    editing = asyncio.create_task(desk.edit())
    await gate.arrived.wait()
    there = desk.service.documents["collection_0"]
    there[FILE] = replace(there[FILE], fields={**NEW, "title": "Annual."})
    gate.release()
    outcome = await editing
    assert outcome.verdict is Verdict.FAILED
    assert "now shows others" in outcome.message
    assert outcome.document.fields["title"] == "Annual."


async def test_a_document_read_back_only_in_part_proves_nothing():
    desk = await Desk().open()
    there = desk.service.documents["collection_0"]
    gate = desk.service.hold("update_document")
    editing = asyncio.create_task(desk.edit({}))
    await gate.arrived.wait()
    there[FILE] = replace(there[FILE], fields={}, unreadable="fields is a text.")
    gate.release()
    assert (await editing).verdict is Verdict.UNKNOWN


# Replacing


def halves(desk):
    """Count what follows the two gentle rungs, which both change nothing."""
    return desk.service.writes()[2:]


async def test_where_the_second_half_is_refused_the_old_fields_are_put_back():
    desk = await Desk("ignore").open()
    desk.service.collections["collection_0"] = replace(
        desk.session.collection, field_definitions=[FieldDefinition(key="note", required=True)]
    )
    outcome = await desk.edit(replace=True)
    assert (outcome.verdict, outcome.field) == (Verdict.FAILED, "note")
    assert "The old fields were put back" in outcome.message
    assert halves(desk) == ["remove_document", "add_document", "add_document"]
    assert desk.service.fields() == OLD
    assert outcome.document.fields == OLD
    assert desk.session.unfinished == []
    await desk.session._context.tasks.idle()
    assert desk.row().fields == OLD


async def test_where_neither_half_can_be_attached_both_versions_are_kept():
    desk = await Desk("ignore").open()
    await desk.edit()
    fault = ServerFault("It is down.", status=500, outcome_unknown=True)
    desk.service.fail("add_document", fault, fault)
    outcome = await desk.edit(replace=True)
    assert outcome.verdict is Verdict.FAILED
    assert "is out of the collection" in outcome.message
    assert desk.row() is None
    assert desk.session.collection.documents_count == 2
    (entry,) = desk.session.unfinished
    assert (entry.file_id, entry.old, entry.new) == (FILE, OLD, NEW)
    assert UnfinishedChanged() in desk.changes
    assert desk.session.activity.entries[-1].outcome.previous_fields == OLD
    finished = await desk.session.finishing.finish(entry)
    assert (finished.verdict, finished.operation) == (Verdict.DONE, "replace")
    await desk.session._context.tasks.idle()
    assert desk.row().fields == desk.service.fields() == NEW
    assert desk.session.unfinished == []
    assert desk.session.collection.documents_count == 3


async def test_an_unfinished_one_can_be_put_back_or_given_up():
    for old in (True, False):
        desk = await Desk("ignore").open()
        await desk.edit()
        fault = ServerFault("It is down.", status=500, outcome_unknown=True)
        desk.service.fail("add_document", fault, fault)
        await desk.edit(replace=True)
        (entry,) = desk.session.unfinished
        if old:
            assert (await desk.session.finishing.finish(entry, old=True)).ok
            assert desk.service.fields() == OLD
        else:
            await desk.session.finishing.drop(entry)
        assert desk.session.unfinished == []


async def test_an_unfinished_one_that_still_fails_is_kept():
    desk = await Desk("ignore").open()
    await desk.edit()
    fault = ServerFault("It is down.", status=500, outcome_unknown=True)
    desk.service.fail("add_document", fault, fault, fault)
    await desk.edit(replace=True)
    (entry,) = desk.session.unfinished
    assert (await desk.session.finishing.finish(entry)).verdict is Verdict.FAILED
    assert desk.session.unfinished == [entry]


async def test_an_unfinished_one_that_somebody_changed_is_shown_to_a_person():
    desk = await Desk("ignore").open()
    await desk.edit()
    fault = ServerFault("It is down.", status=500, outcome_unknown=True)
    desk.service.fail("add_document", fault, fault)
    await desk.edit(replace=True)
    (entry,) = desk.session.unfinished
    theirs = {"somebody": "else"}
    await desk.service.add_document("collection_0", FILE, fields=theirs)
    outcome = await desk.session.finishing.finish(entry)
    assert (outcome.verdict, outcome.current_fields) == (Verdict.CONFLICT, theirs)
    assert desk.session.unfinished == [entry]


async def test_a_removal_that_fails_leaves_all_as_it_was():
    desk = await Desk("ignore").open()
    await desk.edit()
    desk.service.fail("remove_document", unknown())
    outcome = await desk.edit(replace=True)
    assert outcome.verdict is Verdict.FAILED
    assert desk.row().fields == desk.service.fields() == OLD
    (entry,) = desk.session.unfinished  # nobody can tell that the removal never comes
    assert (await desk.session.finishing.finish(entry, old=True)).verdict is Verdict.ALREADY
    assert desk.session.unfinished == []


async def test_the_end_of_the_program_between_the_halves_keeps_both():
    desk = await Desk("ignore").open()
    await desk.edit()
    gate = desk.service.hold("add_document")
    desk.service.files.pop(FILE)  # the answer held back will be a refusal
    editing = asyncio.create_task(desk.edit(replace=True))
    await gate.arrived.wait()
    assert desk.session.unfinished == []  # it is still under way
    (inner,) = desk.session._context.tasks._tasks
    inner.cancel()
    with pytest.raises(asyncio.CancelledError):
        await editing
    assert desk.service.fields() is None
    (entry,) = desk.session.unfinished
    assert (entry.old, entry.new) == (OLD, NEW)
    entry = desk.session.activity.entries[-1]
    assert entry.outcome.verdict is Verdict.UNKNOWN
    assert desk.session.busy == 0


class ClosingSlot:
    """Lets some requests through, then none."""

    def __init__(self, free):
        self.free = free

    async def __aenter__(self):
        self.free -= 1
        if self.free < 0:
            raise NotSent

    async def __aexit__(self, *_exc):
        pass


@pytest.mark.parametrize(("free", "fields"), [(2, OLD), (3, NEW)])
async def test_a_replacement_can_be_called_off_before_its_first_half_only(free, fields):
    desk = await Desk("ignore").open()
    outcome = await desk.edit(replace=True, options=WriteOptions(ClosingSlot(free)))
    assert outcome.verdict is (Verdict.CANCELLED if fields is OLD else Verdict.DONE)
    assert desk.service.fields() == fields
    assert desk.session.unfinished == []


class Contested(WritingService):
    """A service on which somebody attaches a file as soon as it was removed, and looked for."""

    async def add_document(self, collection_id, file_id, *, fields=None):
        if file_id not in self.documents[collection_id]:
            self.documents[collection_id][file_id] = make_document(0, fields={"author": "theirs"})
        return await super().add_document(collection_id, file_id, fields=fields)


async def test_what_somebody_attached_between_the_halves_is_not_called_attached_again():
    desk = await Desk(service=Contested(patch="ignore")).open()
    outcome = await desk.edit(replace=True)
    assert outcome.verdict is Verdict.FAILED
    assert "someone else attached it meanwhile, with other fields" in outcome.message
    assert [entry.old for entry in desk.session.unfinished] == [OLD]

import asyncio
import itertools

import pytest

from tests.unit.session.crowd import HERE, LATENCY, WRITES, in_a_crowd
from tests.unit.session.writing import undo_of
from tests.unit.virtual import now
from xcoll_tui.api.errors import (
    InvalidArgument,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Unauthorized,
    Unreachable,
)
from xcoll_tui.api.models import Wait
from xcoll_tui.session.bulk.limiter import MOST
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.events import Progress
from xcoll_tui.session.lists.events import RowRemoved, RowsAppended, RowsReset
from xcoll_tui.session.writes.outcome import Operation, Verdict


def unreachable():
    return Unreachable("It cannot be reached.")


def lost():
    return OutcomeUnknown("No whole answer.", outcome_unknown=True)


def refused():
    return InvalidArgument("Refused: because.", status=400, code=3, message="because")


def limited_wait(seconds):
    return Wait(seconds, "the service asks to slow down (429)", 1, "POST", "/", rate_limited=True)


@in_a_crowd(files=400)
async def test_files_are_attached_eight_at_once_and_read_back_together(desk):
    began = now()
    run = desk.bulk.attach(HERE, desk.new())
    assert (run.state, run.total, run.left) == ("running", 400, 400)
    await run.wait()
    assert (run.state, run.done, run.failed, run.left, run.unsent) == ("over", 400, 0, 0, 0)
    assert {outcome.verdict for outcome in run.outcomes.values()} == {Verdict.DONE}
    assert all(desk.there[item.file_id].fields == item.fields for item in run.items)
    assert desk.service.most == MOST
    ideal = 400 * LATENCY / MOST
    assert now() - began <= 1.2 * ideal
    assert run.rate == pytest.approx(MOST / LATENCY, rel=0.2)
    requests = len(desk.service.calls)
    assert requests <= 400 * 1.3, "documents are not read one by one"


@in_a_crowd(files=400)
async def test_progress_is_told_ten_times_a_second_and_at_the_end(desk):
    run = desk.bulk.attach(HERE, desk.new())
    await run.wait()
    told = [when for when, change in desk.changes if isinstance(change, Progress)]
    assert all(change.run is run for _, change in desk.changes if isinstance(change, Progress))
    gaps = [after - before for before, after in itertools.pairwise(told[:-1])]
    assert len(told) > 5
    assert min(gaps) >= 0.1 - 1e-6
    assert max(gaps) <= 0.1 + 2 * LATENCY
    assert told[-1] == pytest.approx(now(), abs=0.2)


@in_a_crowd(files=30)
async def test_a_run_is_one_entry_of_the_activity(desk):
    run = desk.bulk.attach(HERE, desk.new())
    await run.wait()
    (entry,) = desk.session.activity.entries
    assert entry.run is run
    assert (entry.number, entry.operation) == (run.number, Operation.ATTACH)
    assert entry.target.name == "30 documents"
    assert entry.target.collection_name == "Collection 000"
    assert undo_of(entry) == "possible"
    assert desk.bulk.runs == [run]
    assert desk.bulk.running == []


@in_a_crowd(documents=5, files=20)
async def test_each_is_told_and_the_failures_are_tried_again_as_they_were_typed(desk):
    missing = [desk.uploaded[3], desk.uploaded[7]]
    for each in missing:
        del desk.service.files[each.file_id]
    there = [Item(each.file_id, each.name, {"type": "x"}) for each in desk.old()]
    run = desk.bulk.attach(HERE, [*there, *desk.new(title="a")])
    await run.wait()
    assert (run.done, run.failed) == (23, 2)
    assert [each.target.file_id for each in run.failures] == [each.file_id for each in missing]
    assert all("No such file" in each.message for each in run.failures)
    assert [each.target.name for each in run.failures] == [each.name for each in missing]
    assert {run.outcomes[each.file_id].verdict for each in there} == {Verdict.ALREADY}
    assert all(desk.there[each.file_id].fields["type"] == "10-Q" for each in there)

    desk.service.files |= {each.file_id: each for each in missing}
    again = run.retry()
    await again.wait()
    assert [item.file_id for item in again.items] == [each.file_id for each in missing]
    assert (again.done, again.failed) == (2, 0)
    assert all(
        desk.there[each.file_id].fields == {"type": "10-K", "title": "a"} for each in missing
    )
    assert desk.bulk.runs == [run, again]
    with pytest.raises(ValueError, match="Nothing to retry"):
        again.retry()


@in_a_crowd(files=12)
async def test_a_file_named_twice_is_attached_once_with_the_first_fields(desk):
    items = desk.new()
    run = desk.bulk.attach(HERE, [*items, Item(items[0].file_id, "", {"type": "other"})])
    await run.wait()
    assert run.items == tuple(items)
    assert [call[2] for call in desk.service.named("add_document")].count(items[0].file_id) == 1
    assert desk.there[items[0].file_id].fields == {"type": "10-K"}


@in_a_crowd(files=200)
async def test_cancel_sends_no_more_and_tells_what_was_sent(desk):
    run = desk.bulk.attach(HERE, desk.new())
    await desk.reach(lambda: run.done >= 40)
    sent = len(desk.service.named("add_document"))
    run.cancel()
    assert run.state == "cancelling"
    run.cancel()
    await run.wait()
    assert run.state == "over"
    assert len(desk.service.named("add_document")) == sent
    assert run.done == sent == len(desk.there)
    assert run.unsent == 200 - sent
    assert run.failed == run.left == 0
    assert run.failures == []
    assert not run.can_retry, "what a person called off is no failure"
    unsent = [each for each in run.outcomes.values() if each.verdict is Verdict.CANCELLED]
    assert len(unsent) == run.unsent
    assert all(each.target.file_id not in desk.there for each in unsent)
    assert all(each.message == "It was not sent." and each.target.name for each in unsent)
    assert desk.session.busy == 0


@pytest.mark.parametrize("why", ["called off", "read-only"])
def test_what_is_not_sent_leaves_the_loop_to_others(why):
    @in_a_crowd()
    async def scenario(desk):
        desk.service.read_only = why == "read-only"
        run = desk.bulk.attach(HERE, [Item(f"file_{n}") for n in range(5000)])
        if why == "called off":
            run.cancel()
        waiting, turns = asyncio.create_task(run.wait()), 0
        while not waiting.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 40
        assert len(run.outcomes) == 5000
        assert desk.service.calls == []

    scenario()


@in_a_crowd(documents=150, patch="ignore", reattach="keep")
async def test_cancel_breaks_no_replacement_off_between_its_halves(desk):
    run = desk.bulk.set_field(HERE, desk.old(), "note", "x", replace=True)
    await desk.reach(lambda: len(desk.there) < 150)
    run.cancel()
    await run.wait()
    assert len(desk.there) == 150
    assert run.unsent > 0 < run.done
    assert sum("note" in each.fields for each in desk.there.values()) == run.done
    assert desk.session.unfinished == []


@in_a_crowd(documents=400)
async def test_removing_takes_rows_away_and_never_draws_the_list_anew(desk):
    run = desk.bulk.remove(HERE, desk.old())
    await run.wait()
    assert run.done == 400
    assert not desk.there
    await desk.session._context.tasks.idle()
    kinds = [type(change) for _, change in desk.changes]
    assert kinds.count(RowRemoved) == 100, "as many as were loaded"
    assert RowsReset not in kinds
    assert RowsAppended not in kinds
    assert desk.session.collection.documents_count == 0


@in_a_crowd(documents=20)
async def test_reindexing_cannot_be_undone_and_says_so(desk):
    run = desk.bulk.reindex(HERE, desk.old())
    await run.wait()
    assert run.done == 20
    assert {each.status for each in desk.there.values()} == {"DOCUMENT_STATUS_PROCESSING"}
    assert undo_of(desk.session.activity.entries[0]) == "nothing"
    assert await desk.session.undo() is None


@in_a_crowd(documents=50)
async def test_a_field_is_set_and_cleared_and_the_others_stay(desk):
    run = desk.bulk.set_field(HERE, desk.old(), "note", "seen")
    await run.wait()
    assert run.done == 50
    assert [each.fields for each in desk.there.values()] == [
        {"type": "10-Q", "n": str(n), "note": "seen"} for n in range(50)
    ]
    again = desk.bulk.set_field(HERE, desk.old(), "note", "seen")
    await again.wait()
    assert {each.verdict for each in again.outcomes.values()} == {Verdict.ALREADY}
    assert len(desk.service.named("update_document")) == 50
    cleared = desk.bulk.set_field(HERE, desk.old(), "n", None)
    await cleared.wait()
    assert all(each.fields == {"type": "10-Q", "note": "seen"} for each in desk.there.values())


@in_a_crowd(documents=3)
async def test_several_fields_are_set_and_cleared_in_one_write(desk):
    run = desk.bulk.set_fields(HERE, desk.old(), {"note": "seen", "n": None, "k": "v"})
    await run.wait()
    assert (run.done, run.under_way) == (3, set())
    wanted = {"type": "10-Q", "note": "seen", "k": "v"}
    assert all(each.fields == wanted for each in desk.there.values())
    assert len(desk.service.named("update_document")) == 3
    with pytest.raises(ValueError, match="must differ"):
        desk.bulk.set_fields(HERE, desk.old(), {"note": "x", "isbn": "1"})
    alone = desk.bulk.set_fields(HERE, desk.old()[:1], {"isbn": "1"})
    await alone.wait()
    assert alone.done == 1


@in_a_crowd(documents=50)
async def test_fields_that_are_known_save_a_reading(desk):
    items = [Item(key, each.name, each.fields) for key, each in desk.there.items()]
    await desk.bulk.set_field(HERE, items, "note", "seen").wait()
    known = len(desk.service.calls)
    desk.service.calls.clear()
    await desk.bulk.set_field(HERE, desk.old(), "note", "other").wait()
    assert known < len(desk.service.calls)
    assert all(each.fields["note"] == "other" for each in desk.there.values())


@in_a_crowd(documents=10)
async def test_a_field_that_somebody_else_changes_meanwhile_is_kept(desk):
    stale = [Item(key, "", {"type": "10-Q", "n": "stale"}) for key in desk.there]
    await desk.bulk.set_field(HERE, stale, "note", "seen").wait()
    assert [each.fields["n"] for each in desk.there.values()] == [str(n) for n in range(10)]


@in_a_crowd(documents=3)
async def test_a_unique_field_and_a_required_one_are_refused_before_anything_is_sent(desk):
    for key, value, why in [
        ("isbn", "1", "must differ"),
        ("isbn", None, "must differ"),
        ("type", None, "is required"),
        ("", "x", "needs a name"),
    ]:
        with pytest.raises(ValueError, match=why):
            desk.bulk.set_field(HERE, desk.old(), key, value)
    assert desk.bulk.runs == []
    assert desk.service.calls == []


@in_a_crowd(documents=12, patch="ignore", reattach="keep")
async def test_fields_that_the_service_keeps_may_be_replaced_when_agreed(desk):
    run = desk.bulk.set_field(HERE, desk.old(), "note", "x")
    await run.wait()
    assert {each.verdict for each in run.failures} == {Verdict.IGNORED}
    assert run.can_replace
    again = run.retry(replace=True)
    await again.wait()
    assert again.done == 12
    assert all(each.fields["note"] == "x" for each in desk.there.values())


@in_a_crowd(files=64)
async def test_a_429_halves_what_is_on_the_wire_once_a_pause(desk):
    run = desk.bulk.attach(HERE, desk.new())
    assert run._limiter.limit == MOST
    assert run.paused_until is None
    for _ in range(5):
        desk.session.note_wait(limited_wait(2.0))
    assert run._limiter.limit == MOST // 2
    assert run.paused_until == now() + 2.0
    await asyncio.sleep(LATENCY * 3)
    desk.service.most = 0
    await run.wait()
    assert desk.service.most == MOST // 2
    assert run.paused_until is None, "it is over"
    await asyncio.sleep(2.0 + 5.1)
    assert run._limiter.limit == MOST


@in_a_crowd(files=8)
async def test_a_wait_for_another_reason_halves_nothing(desk):
    run = desk.bulk.attach(HERE, desk.new())
    desk.session.note_wait(Wait(2.0, "the service failed (503)", 1, "GET", "/"))
    assert (run._limiter.limit, run.paused_until) == (MOST, None)
    await run.wait()


@in_a_crowd(files=300)
async def test_a_key_that_is_no_good_any_more_stops_the_run(desk):
    desk.fail(lambda: Unauthorized("The key is not accepted.", status=401), names={"add_document"})
    run = desk.bulk.attach(HERE, desk.new())
    await run.wait()
    assert len(desk.service.named("add_document")) <= 3 * MOST
    assert "key" in run.stopped
    assert run.unsent >= 300 - 3 * MOST
    desk.fail(refused, every=10**6)
    again = run.retry()
    await again.wait()
    assert again.total == 300, "what was not sent is tried again as well"
    assert again.done == 300
    assert again.stopped is None


@in_a_crowd(files=300)
async def test_a_service_that_stays_away_stops_the_run(desk):
    desk.fail(unreachable)
    run = desk.bulk.attach(HERE, desk.new())
    await run.wait()
    assert "16 times in a row" in run.stopped
    assert len(desk.service.named("add_document")) <= 16 + MOST


def limited_for_an_hour():
    error = RateLimited("Too many.", status=429)
    error.retry_after = 3600.0
    return error


@in_a_crowd(files=300)
async def test_a_limit_that_is_not_waited_for_stops_the_run(desk):
    desk.fail(limited_for_an_hour)
    run = desk.bulk.attach(HERE, desk.new())
    await run.wait()
    assert run.stopped == "The service still asks to wait 60 min, so the rest was not sent."
    assert len(desk.service.named("add_document")) <= 3 * MOST


@in_a_crowd(files=300)
async def test_single_failures_stop_nothing(desk):
    desk.fail(unreachable, every=3)
    run = desk.bulk.attach(HERE, desk.new())
    await run.wait()
    assert run.stopped is None
    assert (run.done, run.failed) == (200, 100)


@in_a_crowd(files=100)
async def test_a_run_goes_on_when_nobody_waits(desk):
    run = desk.bulk.attach(HERE, desk.new())
    waiting = asyncio.create_task(run.wait())
    await asyncio.sleep(LATENCY * 2)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert run.state == "running"
    await run.wait()
    assert run.done == 100


@in_a_crowd(files=100)
async def test_two_runs_share_the_room_on_the_wire(desk):
    items = desk.new()
    runs = [desk.bulk.attach(HERE, items[:50]), desk.bulk.attach(HERE, items[50:])]
    assert desk.bulk.running == runs
    await asyncio.gather(*(run.wait() for run in runs))
    assert desk.service.most == MOST
    assert len(desk.there) == 100


@in_a_crowd(files=5)
async def test_nothing_to_do_is_over_at_once(desk):
    run = desk.bulk.attach(HERE, [])
    await run.wait()
    assert (run.state, run.total, run.can_retry) == ("over", 0, False)
    assert desk.service.calls == []


@in_a_crowd(files=40)
async def test_lost_answers_are_settled_by_reading_back(desk):
    desk.fail(lost, names={"add_document"})
    run = desk.bulk.attach(HERE, desk.new())
    await run.wait()
    assert run.done == 40
    assert len(desk.there) == 40
    assert len(desk.service.named("add_document")) == 40


@in_a_crowd(files=40)
async def test_a_read_only_sitting_sends_nothing(desk):
    desk.service.read_only = True
    run = desk.bulk.attach(HERE, desk.new())
    await run.wait()
    assert run.failed == 40
    assert "read-only" in run.failures[0].message
    assert desk.service.calls == []


@in_a_crowd(documents=30)
async def test_documents_that_are_gone_are_removed_already(desk):
    items = desk.old()
    for item in items[::3]:
        del desk.there[item.file_id]
    run = desk.bulk.remove(HERE, items)
    await run.wait()
    assert run.done == 30
    already = [key for key, each in run.outcomes.items() if each.verdict is Verdict.ALREADY]
    assert sorted(already) == [item.file_id for item in items[::3]]


@in_a_crowd(documents=30)
async def test_those_that_are_done_keep_no_documents(desk):
    desk.fail(lambda: NotFound("Gone.", status=404), names={"reindex_document"}, every=30)
    run = desk.bulk.reindex(HERE, desk.old())
    await run.wait()
    assert [each.document for each in run.outcomes.values() if each.ok] == [None] * 29
    assert {call[0] for call in desk.service.calls if "_document" in call[0]} - {
        "get_document",
        "batch_get_documents",
    } <= WRITES

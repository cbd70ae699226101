"""Every write against a service that lags, is late, answers from several replicas or loses files.

Each case is one write, or one and its undo, under one kind of service and one lost or refused
answer. In the end, when all has taken effect and shows, what was told is held against what is so.
"""

import asyncio
import itertools

import pytest

from tests.unit.session.writing import FILE, NEW, OLD, Desk, WritingService
from xcoll_tui.api.errors import OutcomeUnknown, ServerFault
from xcoll_tui.session.writes.outcome import CollectionDraft, Verdict

LAGS = [0.0, 0.3, 2.0, 7.0, (0.0, 2.0), (2.0, 0.0), (0.3, 0.0, 2.0)]
LATE = [0.0, 0.3, 1.5]
PATCHES, REATTACHES = ("replace", "merge", "ignore"), ("conflict", "replace", "keep")
ENDS = {Verdict.DONE, Verdict.ALREADY}
HERE = "collection_0"


def lost():
    return OutcomeUnknown("It broke off.", outcome_unknown=True)


def down():
    return ServerFault("It is down.", status=503, outcome_unknown=True)


class Scene(Desk):
    """A desk whose time can be let pass, and that knows how things are in the end."""

    async def come_to_rest(self):
        """Let everything take effect, and be seen everywhere."""
        await self.session._context.tasks.idle()
        await self.watched()
        self.now += 60
        self.service.truth()

    def spoil(self, call, error, *, after):
        (self.service.lose if after else self.service.fail)(call, error)

    def values_kept(self):
        """Return all old field values that are still somewhere: here, in records or in the log."""
        state = self.session.state
        held = [self.service.fields() or {}]
        held += [each.old for each in self.session.unfinished]
        held += [
            item.old or {} for entry in state.undo_log.entries for item in entry.items.values()
        ]
        return {pair for fields in held for pair in fields.items()}


FAULTS = [None, ("lost", True), ("lost", False), ("down", True), ("down", False)]


def error_of(fault):
    return lost() if fault[0] == "lost" else down()


async def scene_of(lag, late=0.0, **kind):
    scene = Scene(service=WritingService(lag=lag, late=late, **kind))
    return await scene.open()


@pytest.mark.parametrize("lag", LAGS)
async def test_what_is_told_of_an_attach_is_so(lag):
    for fault, reattach in itertools.product(FAULTS, REATTACHES):
        scene = await scene_of(lag, reattach=reattach)
        file_id = scene.upload(9)
        if fault:
            scene.spoil("add_document", error_of(fault), after=fault[1])
        outcome = await scene.documents.attach(HERE, file_id, NEW)
        await scene.come_to_rest()
        told = scene.session.activity.entries[-1].outcome.verdict
        there = scene.service.fields(file_id) == NEW
        case = f"{fault} {reattach}: {outcome.verdict}, {outcome.message}"
        assert (told in ENDS) <= there, case
        assert (told is Verdict.FAILED) <= (not there), case
        if fault is None:
            assert told is Verdict.DONE, case
        if there:
            undone = await scene.session.undo()
            await scene.come_to_rest()
            assert undone is not None, case
            assert undone.ok == (scene.service.fields(file_id) is None), f"{case}; {undone}"


@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("lag", LAGS)
async def test_what_is_told_of_a_removal_is_so_and_its_undo_brings_it_back(lag, late):
    for fault, reattach in itertools.product(FAULTS, REATTACHES):
        scene = await scene_of(lag, late, reattach=reattach)
        if fault:
            scene.spoil("remove_document", error_of(fault), after=fault[1])
        outcome = await scene.documents.remove(FILE)
        case = f"{fault} {reattach}: {outcome.verdict}, {outcome.message}"
        undone = await scene.session.undo() if outcome.ok else None
        await scene.come_to_rest()
        told = scene.session.activity.entries[0].outcome.verdict
        if undone is not None:
            assert undone.ok, f"{case}; {undone}"
            assert scene.service.fields() == OLD, f"{case}; {undone}"
            continue
        there = scene.service.fields() is not None
        assert (told in ENDS) <= (not there), case
        assert (told is Verdict.FAILED) <= there, case
        assert {*OLD.items()} <= scene.values_kept(), case


@pytest.mark.parametrize(
    ("patch", "lag", "late"),
    # Every pair of two of them; the third takes turns.
    [
        (PATCHES[(lags + lates) % 3], lag, late)
        for lags, lag in enumerate(LAGS)
        for lates, late in enumerate(LATE)
    ],
)
async def test_what_is_told_of_an_edit_is_so_and_nothing_is_lost(patch, lag, late):
    calls = ["update_document", "add_document", "remove_document"]
    faults = [None, *itertools.product(["lost", "down"], [True, False], calls)]
    kinds = itertools.product(REATTACHES, [False, True], faults, [False, True])
    for reattach, replace, fault, deletes in kinds:
        scene = await scene_of(lag, late, patch=patch, reattach=reattach, deletes_files=deletes)
        if fault:
            scene.spoil(fault[2], error_of(fault), after=fault[1])
        outcome = await scene.edit(replace=replace)
        case = f"{reattach} {replace} {fault} {deletes}: {outcome.verdict}, {outcome.message}"
        await scene.come_to_rest()
        told = scene.session.activity.entries[0].outcome.verdict
        fields = scene.service.fields()
        assert (told in ENDS) <= (fields == NEW), f"{case}; {fields}"
        wrong = told in {Verdict.FAILED, Verdict.CONFLICT}
        assert wrong <= (fields != NEW), f"{case}; {fields}"
        assert {*OLD.items()} <= scene.values_kept(), case
        if fields is None:
            assert scene.session.unfinished, f"{case}; it is out, and nothing says so"
        if fault is None and not deletes and replace:
            assert fields == NEW, case
        if patch == "replace" and fault is None:
            assert told is Verdict.DONE, case


@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("lag", LAGS)
async def test_a_replacement_that_broke_off_can_be_finished(lag, late):
    for old, reattach in itertools.product([False, True], REATTACHES):
        for held in ("remove_document", "add_document"):
            scene = await scene_of(lag, late, patch="ignore", reattach=reattach)
            scene.session.state.learned.note_strategy("patch", "ignored")
            scene.session.state.learned.note_strategy("reattach", "ignored")
            gate = scene.service.hold(held)
            editing = asyncio.create_task(scene.edit(replace=True))
            await gate.arrived.wait()
            (inner,) = scene.session._context.tasks._tasks
            inner.cancel()
            await asyncio.gather(editing, return_exceptions=True)
            (entry,) = scene.session.unfinished
            outcome = await scene.session.finishing.finish(entry, old=old)
            case = f"{old} {reattach} {held}: {outcome.verdict}, {outcome.message}"
            await scene.come_to_rest()
            fields = scene.service.fields()
            assert outcome.ok <= (fields == (OLD if old else NEW)), f"{case}; {fields}"
            assert outcome.ok or scene.session.unfinished, case
            assert fields is not None or scene.session.unfinished, case
            assert outcome.ok, case


@pytest.mark.parametrize("lag", LAGS)
async def test_what_is_told_of_a_collection_is_so(lag):
    for act, fault in itertools.product(("create", "update", "delete"), FAULTS):
        scene = await scene_of(lag)
        writes, base = scene.collections, scene.session.collection
        definitions = tuple(base.field_definitions)
        draft = CollectionDraft("Renamed", field_definitions=definitions)
        if fault:
            scene.spoil(f"{act}_collection", error_of(fault), after=fault[1])
        if act == "create":
            outcome = await writes.create(CollectionDraft("Fresh"))
        elif act == "update":
            outcome = await writes.update(HERE, draft, base=base)
        else:
            outcome = await writes.delete(HERE)
        await scene.come_to_rest()
        here = scene.service.collections.get(HERE)
        made = [c for c in scene.service.collections.values() if c.collection_name == "Fresh"]
        so = {
            "create": len(made) == 1,
            "update": here is not None and here.collection_name == "Renamed",
            "delete": here is None,
        }[act]
        case = f"{act} {fault}: {outcome.verdict}, {outcome.message}"
        assert len(made) <= 1, case
        assert outcome.ok <= so, case
        assert (outcome.verdict is Verdict.FAILED) <= (not so), case
        if fault is None:
            assert outcome.verdict is Verdict.DONE, case


@pytest.mark.parametrize("lag", [2.0, (0.0, 2.0), (2.0, 0.0), (0.3, 0.0, 2.0)])
async def test_a_collection_that_was_changed_is_not_shown_as_it_was_before(lag):
    scene = await scene_of(lag)
    session, base = scene.session, scene.session.collection
    drafts = [
        CollectionDraft(name, field_definitions=tuple(base.field_definitions))
        for name in ("Renamed", "Renamed again")
    ]
    for draft in drafts:
        outcome = await scene.collections.update(HERE, draft, base=session.collection)
        assert outcome.verdict is Verdict.DONE, outcome.message
        for _ in range(4):
            await session.collections.refresh()
            await session.read_collection(HERE)
            assert session.collection.collection_name == draft.collection_name
            assert session.collections.listing.get(HERE).collection_name == draft.collection_name


@pytest.mark.parametrize("lag", [2.0, (0.0, 2.0), (2.0, 0.0)])
async def test_a_collection_that_was_deleted_does_not_come_back(lag):
    scene = await scene_of(lag)
    outcome = await scene.collections.delete(HERE)
    assert outcome.verdict is Verdict.DONE, outcome.message
    for _ in range(4):
        await scene.session.collections.refresh()
        assert HERE not in scene.session.collections.listing


@pytest.mark.parametrize("act", ["update", "delete"])
async def test_what_shows_of_a_collection_after_the_settling_time_is_corrected(act):
    scene = await scene_of(15.0)
    base = scene.session.collection
    draft = CollectionDraft("Renamed", field_definitions=tuple(base.field_definitions))
    if act == "update":
        outcome = await scene.collections.update(HERE, draft, base=base)
    else:
        outcome = await scene.collections.delete(HERE)
    assert outcome.verdict is Verdict.UNSHOWN, outcome.message
    await scene.watched()
    assert scene.session.activity.entries[-1].outcome.verdict is Verdict.DONE
    row = scene.session.collections.listing.get(HERE)
    assert (None if row is None else row.collection_name) == {"update": "Renamed"}.get(act)

"""Whatever goes wrong with which request: what is told of a run is what the service shows."""

import asyncio
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.session.crowd import HERE, in_a_crowd
from xcoll_tui.api.errors import (
    InvalidArgument,
    OutcomeUnknown,
    RateLimited,
    ServerFault,
    Unreachable,
)
from xcoll_tui.session.writes.outcome import Verdict

ERRORS = {
    "never sent": lambda: Unreachable("It cannot be reached."),
    "refused": lambda: InvalidArgument("Refused.", status=400, code=3, message="no"),
    "too many": lambda: RateLimited("Too many.", status=429),
    "failed before": lambda: ServerFault("It failed.", status=500),
    "lost after": lambda: OutcomeUnknown("No answer.", outcome_unknown=True),
    "failed after": lambda: ServerFault("It failed.", status=500, outcome_unknown=True),
}
RUNS = {
    "attach": lambda desk: desk.bulk.attach(HERE, desk.new()),
    "remove": lambda desk: desk.bulk.remove(HERE, desk.old()),
    "set": lambda desk: desk.bulk.set_field(HERE, desk.old(), "note", "x"),
    "clear": lambda desk: desk.bulk.set_field(HERE, desk.old(), "n", None),
    "replace": lambda desk: desk.bulk.set_field(HERE, desk.old(), "note", "x", replace=True),
}


def is_so(kind, fields):
    """Tell whether a document is as a run of this kind wants it; `fields` None where it is not."""
    match kind:
        case "attach":
            return fields == {"type": "10-K"}
        case "remove":
            return fields is None
        case "clear":
            return fields is not None and "n" not in fields
    return fields is not None and fields.get("note") == "x"


def with_faults(desk, dice, share):
    def goes_wrong(_name, _file_id):
        return dice.choice(list(ERRORS.values()))() if dice.random() < share else None

    desk.service.goes_wrong = goes_wrong


def fields_of(desk, key):
    return dict(desk.there[key].fields) if key in desk.there else None


def check_told(desk, kind, run, before):
    unfinished = {each.file_id: each for each in desk.session.unfinished}
    for key, outcome in run.outcomes.items():
        now, then = fields_of(desk, key), before.get(key)
        if outcome.ok:
            assert is_so(kind, now), outcome
        elif outcome.verdict is Verdict.CANCELLED:
            assert now == then, outcome
        if now is None and then is not None and not outcome.ok:
            # What a person had is somewhere: in the undo, or among the unfinished.
            assert kind == "remove" or unfinished[key].old == then, outcome


async def check_healed(desk, kind, run):
    """When the service is well again, trying again leads where it should have led."""
    desk.service.goes_wrong = lambda *_: None
    for entry in desk.session.unfinished:
        await desk.session.finishing.finish(entry)
    if not run.can_retry:
        return
    again = run.retry(replace=True)
    await again.wait()
    for key, outcome in again.outcomes.items():
        assert outcome.ok, outcome
        # A file that got in with other fields is left as it is, and told.
        assert is_so(kind, fields_of(desk, key)) or kind == "attach", outcome


@settings(max_examples=60)
@given(
    kind=st.sampled_from(sorted(RUNS)),
    share=st.sampled_from([0.05, 0.3, 0.7]),
    seed=st.integers(0, 10**6),
    cancelled_after=st.none() | st.floats(0, 0.3),
    policy=st.tuples(
        st.sampled_from(["replace", "merge", "ignore"]),
        st.sampled_from(["conflict", "replace", "keep"]),
    ),
)
def test_what_is_told_is_what_the_service_shows(kind, share, seed, cancelled_after, policy):
    many = {"files": 70} if kind == "attach" else {"documents": 70}
    patch, reattach = policy

    @in_a_crowd(**many, patch=patch, reattach=reattach)
    async def scenario(desk):
        before = {key: dict(each.fields) for key, each in desk.there.items()}
        with_faults(desk, Random(seed), share)
        run = RUNS[kind](desk)
        if cancelled_after is not None:
            await asyncio.sleep(cancelled_after)
            run.cancel()
        await run.wait()

        assert len(run.outcomes) == run.total == 70
        assert run.done + run.failed + run.unsent == run.total
        check_told(desk, kind, run, before)
        assert desk.session.busy == 0
        await check_healed(desk, kind, run)

    scenario()

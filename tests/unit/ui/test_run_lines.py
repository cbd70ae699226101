"""A run of many in words: nothing is called done that is not, and nothing failed that is not."""

from collections import Counter
from types import SimpleNamespace

import pytest

from xcoll_tui.session.writes.outcome import Operation, Outcome, Target, Verdict
from xcoll_tui.ui.presentation.run_lines import end_words, header_words, sum_up, view_of


def run(operation=Operation.REMOVE, *, state="over", indexing=0, again=0, stopped=None, **verdicts):
    """Return a run in which so many came to each verdict; `left` are on their way."""
    left = verdicts.pop("left", 0)
    counts = Counter({Verdict[name.upper()]: count for name, count in verdicts.items()})
    counts[Verdict.FAILED] += again
    good = (Verdict.DONE, Verdict.ALREADY, Verdict.ASKED)
    done = sum(counts[verdict] for verdict in good)
    return SimpleNamespace(
        operation=operation,
        state=state,
        counts=counts,
        total=sum(counts.values()) + left,
        done=done,
        asked=counts[Verdict.ASKED],
        unsent=counts[Verdict.CANCELLED],
        failed=sum(counts.values()) - done - counts[Verdict.CANCELLED],
        failed_again=again,
        indexing=set(range(indexing)),
        left=left,
        stopped=stopped,
        paused_until=None,
        rate=0.0,
        seconds_left=None,
        failures=[],
        can_retry=True,
        outcomes={},
        corrected=[],
    )


CASES = [
    (run(done=3, failed=2), "3 done · 2 failed", "3 removed, 2 failed"),
    (run(done=3), "3 done · 0 failed", "3 removed"),
    (run(state="running", done=1, left=4), "1 done · 0 failed · 4 left", "1 removed, 4 left"),
    (
        run(
            done=48, failed=1, cancelled=107, stopped="The file is gone, so the rest was not sent."
        ),
        "48 done · 1 failed · 107 not sent",
        "48 removed, 1 failed, 107 not sent",
    ),
    (
        run(done=1, unshown=2, unknown=1),
        "1 done · 0 failed · 2 not shown yet · 1 not known",
        "1 removed, 2 not shown yet, 1 not known",
    ),
    (
        run(Operation.REINDEX, asked=12, indexing=3),
        "12 asked for · 3 indexing",
        "12 asked for, 3 indexing",
    ),
    (
        run(Operation.REINDEX, asked=9, done=2, again=1, indexing=9),
        "12 asked for · 9 indexing · 2 ready · 1 failed again",
        "12 asked for, 9 indexing, 2 ready, 1 failed again",
    ),
    (
        run(Operation.REINDEX, done=8, again=1, failed=2),
        "8 ready · 1 failed again · 2 failed",
        "8 ready, 1 failed again, 2 failed",
    ),
    (run(Operation.REINDEX, failed=2), "0 ready · 2 failed", "0 ready, 2 failed"),
    (
        run(Operation.REINDEX, state="running", asked=2, left=10),
        "2 asked for · 10 left",
        "2 asked for, 10 left",
    ),
]


@pytest.mark.parametrize(("bulk", "tally", "words"), CASES)
def test_what_became_of_each_is_counted_as_it_is(bulk, tally, words):
    view = view_of(bulk, "Here", 0.0)
    assert view.tally == tally
    assert sum_up(bulk) == words
    assert view.done + view.failed <= view.total


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_row_says_what_became_of_its_document(verdict):
    target = Target("collection_1", "file_1", "a.txt", "Here")
    outcome = Outcome(Operation.REMOVE, target, verdict, "It is so.")
    bulk = run()
    bulk.outcomes = {"file_1": outcome}
    (row,) = view_of(bulk, "Here", 0.0).rows_from(0)
    assert (row.tone == "ready") == (verdict in {Verdict.DONE, Verdict.ALREADY})
    assert ("removed" in row.word) == (verdict is Verdict.DONE)


def test_a_row_is_made_again_when_its_document_went_on():
    target = Target("collection_1", "file_1", "a.txt", "Here")
    bulk = run(Operation.REINDEX, asked=1)
    bulk.outcomes = {"file_1": Outcome(Operation.REINDEX, target, Verdict.ASKED, "Asked.")}
    assert [row.word for row in view_of(bulk, "", 0.0).rows_from(0)] == ["asked for"]
    bulk.indexing = {"file_1"}
    bulk.corrected = ["file_1"]
    view = view_of(bulk, "", 0.0)
    assert [row.word for row in view.rows_corrected(0)] == ["indexing"]
    bulk.indexing = set()
    bulk.outcomes["file_1"] = Outcome(
        Operation.REINDEX, target, Verdict.FAILED, "Indexing failed again.", reindexed=True
    )
    bulk.corrected = ["file_1", "file_1"]
    (row,) = view_of(bulk, "", 0.0).rows_corrected(view.corrected)
    assert (row.word, row.message) == ("failed again", "Indexing failed again.")


def test_an_undo_is_named_and_not_tried_again_from_its_list():
    view = view_of(run(state="running", left=4), "Here", 0.0, undo=True)
    assert view.title == "Undo: Removing 4 documents · Here"
    view = view_of(run(done=3, failed=1), "Here", 0.0, undo=True)
    assert view.title == "Undo: 3 removed, 1 failed · Here"
    assert not view.can_retry


ENDS = [
    (run(Operation.ATTACH, done=3, failed=1), "3 attached, 1 failed", ": 3 attached, 1 failed"),
    (
        run(Operation.REINDEX, done=9, again=3),
        "Re-indexed: 9 ready, 3 failed again",
        " re-indexed: 9 ready, 3 failed again",
    ),
    # What is only asked for is not called indexed.
    (
        run(Operation.REINDEX, asked=12, indexing=9),
        "12 asked for, 9 indexing",
        ": 12 asked for, 9 indexing",
    ),
]


@pytest.mark.parametrize(("bulk", "title", "words"), ENDS)
def test_the_title_of_what_is_over_says_what_became_of_it(bulk, title, words):
    assert view_of(bulk, "Here", 0.0).title == f"{title} · Here"
    assert end_words(bulk, "Here") == f"Here{words}"


def test_a_run_that_is_hidden_is_told_in_the_header():
    bulk = run(state="running", done=91, left=392)
    assert header_words([bulk], "r") == "⟳ 91/483 · r shows it"
    bulk.rate, bulk.seconds_left = 53.2, 6.4
    assert header_words([bulk], "r") == "⟳ 91/483 · 53/s · 7 s left · r shows it"
    assert view_of(bulk, "", 0.0).numbers[-2:] == ["53/s", "7 s left"]
    assert "2 runs" in header_words([run(state="running", left=1), bulk], "r")
    bulk.state = "cancelling"
    assert "cancelling" in header_words([bulk], "r")
    assert header_words([], "r") == ""
    over = view_of(run(done=91), "", 0.0)
    assert over.numbers == ["91 done", "0 failed"]

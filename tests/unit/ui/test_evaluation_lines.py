"""The kept questions as rows: found, not found, not answered, and how well each mode does."""

from xcoll_tui.api.errors import Unreachable
from xcoll_tui.session.retrieval.evaluation import Answered, Evaluation
from xcoll_tui.session.retrieval.questions import SavedQuestion
from xcoll_tui.ui.presentation.evaluation_lines import question_rows, score_lines, stopped_words

MODES = ("hybrid", "keyword")


def test_questions_that_fail_stand_first_and_what_counts_is_counted():
    good, bad = SavedQuestion("good", ("a",)), SavedQuestion("bad", ("b", "c"))
    empty, lost, open_ = (
        SavedQuestion("empty", ()),
        SavedQuestion("lost", ("a",)),
        SavedQuestion("open", ("a",)),
    )
    evaluation = Evaluation(None, ["c"], [good, bad, empty, lost, open_], MODES, 10)
    assert score_lines(evaluation.scores)[0] == ("hybrid", "nothing to count yet")
    for mode in MODES:
        evaluation.answers += [
            Answered(good, mode, 10, ("x", "a")),
            Answered(bad, mode, 10, ("x",)),
            Answered(empty, mode, 10, ("x",)),
            Answered(lost, mode, 10, error=Unreachable("No way there.")),
        ]
    evaluation.answers.append(Answered(open_, "hybrid", 10, ()))
    rows = question_rows(evaluation)
    assert [(row.key, row.state) for row in rows] == [
        ("1", "✗ missed"),
        ("3", "✗ failed"),
        ("0", "● found"),
        ("2", "○ nothing expected"),
        ("4", ""),
    ]
    assert rows[0].places == {"hybrid": "–", "keyword": "–"}
    assert rows[2].places == {"hybrid": "2", "keyword": "2"}
    assert rows[1].note == "No way there."
    assert score_lines(evaluation.scores)[1] == (
        "keyword",
        "1 of 2 questions found · recall@10 0.50 · MRR 0.25",
    )
    evaluation.stopped = Unreachable("No way there.")
    assert stopped_words(evaluation) == "The rest was not asked. No way there."

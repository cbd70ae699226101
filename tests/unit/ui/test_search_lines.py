"""What a search found, in words: scores of any kind, texts of any kind, ranks in all modes."""

from dataclasses import replace

from xcoll_tui.api.errors import Unreachable
from xcoll_tui.session.retrieval.hits import Compared, Found, Hit, Question
from xcoll_tui.ui.presentation.search_lines import (
    chunk_content,
    compared_rows,
    compared_words,
    document_rows,
    expected_words,
    hit_rows,
    indexing_words,
    score_bar,
    score_words,
    snippet_words,
)
from xcoll_tui.ui.presentation.search_state import SearchState

HOSTILE = "The \x1b]0;owned\x07 two\u202e-factor [b]code[/]\nis reset"


def hit(rank, file_id, score=0.5, name="", text=HOSTILE):
    return Hit(rank, file_id, name, f"{file_id}_{rank}", score, 0.5, text, None, (), {})


def found(mode, *file_ids, **members):
    hits = tuple(hit(rank, file_id) for rank, file_id in enumerate(file_ids, 1))
    return Found(Question("reset two-factor", ("c",), mode), hits, **members)


def test_scores_and_their_bars():
    scores = (0.01639, 1.7, None, 12_345.6)
    assert [score_words(hit(1, "f", score)) for score in scores] == [
        "0.016",
        "1.700",
        "–",
        "12,346",
    ]
    assert [score_bar(share, 4) for share in (1, 0.5, 0)] == ["████", "██  ", "    "]
    assert len(score_bar(7.5, 4)) == len(score_bar(-1, 4)) == 4


def test_texts_of_the_service_are_shown_and_the_words_of_the_question_are_found_in_them():
    (row,) = hit_rows(found("hybrid", "file_\x1b[2J"), [])
    assert "\x1b" not in row.name
    text, spans = snippet_words(row.hit, ["reset", "two"], 60)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert [text[begin:end] for begin, end in spans] == ["two", "reset"]
    content, before = chunk_content(HOSTILE, ["reset"])
    assert "[b]code[/]\nis reset" in content.plain
    assert before.plain.endswith("is ")
    assert [content.plain[span.start : span.end] for span in content.spans] == ["reset"]


def test_modes_side_by_side():
    compared = Compared(
        {
            "hybrid": found("hybrid", "a", "b"),
            "semantic": found("semantic", "b", "c"),
            "keyword": Unreachable("No way there."),
        }
    )
    rows = compared_rows(compared, ["c"])
    assert [row.hit.file_id for row in rows] == ["a", "b", "c"]
    assert rows[1].modes == {"hybrid": "2", "semantic": "1", "keyword": "failed"}
    assert [row.alone for row in rows] == ["hybrid", "", "semantic"]
    assert [row.is_expected for row in rows] == [False, False, True]
    summary, problem = compared_words(compared)
    assert summary == "Documents: hybrid 2, 1 alone · semantic 2, 1 alone"
    assert problem.startswith("keyword failed: ")
    assert expected_words(["b", "d"], compared.found, {"d": "d.md"}.get) == [
        "b: hybrid 2, semantic 1",
        "d.md: not in the first 2",
    ]


def test_what_cannot_be_found_yet():
    assert indexing_words(found("hybrid", indexing=None)) == ""
    assert indexing_words(found("hybrid", indexing=1)).startswith("1 document is still")
    many = found("hybrid", indexing=100, more_indexing=True)
    assert indexing_words(many).startswith("100 documents or more are still")


def test_documents_are_shown_by_their_best_chunk_and_their_collection():
    rows = document_rows(found("hybrid", "a", "b", "a"), ["b"])
    assert [(row.rank, row.hit.rank, row.chunks) for row in rows] == [("1", 1, "2"), ("2", 2, "1")]
    assert [row.is_expected for row in rows] == [False, True]
    state = SearchState("c1", collection_ids=("c2", "c3"))
    there = hit(1, "f")
    assert SearchState("c1").collection_ids == ("c1",)
    assert state.collection_of(there) == "c2"
    assert state.collection_of(replace(there, collection_ids=("c9", "c3"))) == "c3"
    assert state.collection_of(replace(there, collection_ids=("c9",))) == "c9"

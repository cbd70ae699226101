"""What a search found, in words and ranks; questions that are kept; how well they are answered."""

import pytest

from xcoll_tui.api.errors import InvalidArgument, Unauthorized
from xcoll_tui.api.retrieval_models import Match, SearchResults
from xcoll_tui.session.place import Place
from xcoll_tui.session.retrieval.chunks import snippet_of, spans_of, text_of, words_of
from xcoll_tui.session.retrieval.evaluation import Evaluation
from xcoll_tui.session.retrieval.hits import (
    Compared,
    Found,
    Question,
    hits_of,
    next_mode,
    rank_words,
    unnamed,
)
from xcoll_tui.session.retrieval.questions import (
    Questions,
    SavedQuestion,
    parse_questions,
    write_questions,
)

ASKED = Question("q", ("c",))


def match(file_id, score=1.0, **members):
    return Match(file_id=file_id, chunk_id=f"{file_id}_0", score=score, **members)


def found(*file_ids, mode="hybrid"):
    results = SearchResults([match(file_id, 3.0 / at) for at, file_id in enumerate(file_ids, 1)])
    return Found(Question("q", ("c",), mode), hits_of(results))


@pytest.mark.parametrize(
    ("content", "page", "text", "shown_page"),
    [
        ('[{"page_number":3,"text":"A"},{"page_number":4,"text":"B"}]', 0, "A\n\nB", 3),
        ('[{"page_number":0,"text":"A"}]', None, "A", None),
        (f'[{{"page_number":{10**30},"text":"A"}}]', None, "A", None),
        ('[{"page_number":2,"text":"A"}]', 7, "A", 7),
        ('[{"text":5}]', None, '[{"text":5}]', None),
        ("[1, 2]", 1, "[1, 2]", 1),
        ("[ ] to do", None, "[ ] to do", None),
        ("[" * 5000, None, "[" * 5000, None),
        ("plain", 0, "plain", None),
    ],
)
def test_a_chunk_is_unwrapped_or_shown_as_it_came(content, page, text, shown_page):
    chunk = text_of(Match(file_id="f", chunk_content=content, page_number=page))
    assert (chunk.text, chunk.page) == (text, shown_page)


def test_the_words_of_a_question_are_marked_in_the_part_that_holds_most_of_them():
    words = words_of("How do I reset two-factor?")
    assert words == ["reset", "two", "factor"]
    assert words_of("how is it") == ["how", "is", "it"]
    text = f"{'lead ' * 60}two notes {'gap ' * 60}Reset\nthe two FACTORS now {'end ' * 60}"
    line, spans = snippet_of(text, words, 80)
    assert len(line) <= 80
    assert (line[0], line[-1]) == ("…", "…")
    assert [line[a:b] for a, b in spans] == ["Reset", "two", "FACTORS"]
    assert snippet_of("short", ["x"], 80) == ("short", [])
    assert spans_of("retwo two", ["two"]) == [(6, 9)]
    assert spans_of("anything", []) == []


def test_hits_are_ranked_as_the_service_has_them_and_put_together_by_document():
    results = SearchResults(
        [
            match("b", 22.5, fields={"title": "B.pdf", "chroma:uri": "x", "year": "2020"}),
            match("a", 11.25, collection_ids=["c"]),
            match("b", None),
            Match(unreadable="It came without a file_id."),
        ]
    )
    hits = hits_of(results, {"a": "A.md"})
    assert [(hit.rank, hit.name, hit.share) for hit in hits] == [
        (1, "B.pdf", 1.0),
        (2, "A.md", 0.5),
        (3, "", 0.0),
    ]
    assert hits[0].fields == {"year": "2020"}
    answer = Found(ASKED, hits)
    assert [(one.rank, one.file_id, len(one.hits)) for one in answer.documents] == [
        (1, "b", 2),
        (2, "a", 1),
    ]
    assert (answer.rank_of("a"), answer.rank_of("z")) == (2, None)
    assert rank_words(answer.rank_of("z"), answer.documents) == "not in the first 2"
    assert rank_words(None, ()) == "nothing found"
    assert unnamed(results) == {"c": ["a"]}


def test_modes_are_compared_by_what_each_alone_finds_also_when_one_failed():
    failure = InvalidArgument("no")
    compared = Compared(
        {"hybrid": found("a", "b"), "semantic": found("a", "c"), "keyword": failure}
    )
    assert compared.modes_of("a") == ("hybrid", "semantic")
    assert [hit.file_id for hit in compared.only_in("semantic")] == ["c"]
    assert compared.only_in("keyword") == ()
    assert [next_mode(mode) for mode in ("hybrid", "keyword", "?")] == [
        "semantic",
        "hybrid",
        "hybrid",
    ]


def test_questions_are_read_from_lines_and_each_that_is_none_is_told():
    lines = [
        '{"query": "a", "mode": "keyword", "filter": "y > 1", "expected_file_ids": ["f", "f"]}',
        "",
        '{"query": "b", "expected": "g", "note": 1}',
        '{"query": " "}',
        '{"query": "c", "mode": "psychic"}',
        '{"query": "d", "file_ids": [1]}',
        "no JSON",
        "[]",
    ]
    read = parse_questions("\ufeff".encode() + "\r\n".join(lines).encode())
    assert read.questions == (
        SavedQuestion("a", ("f",), "keyword", "y > 1"),
        SavedQuestion("b", ("g",)),
    )
    assert [problem.split()[1] for problem in read.problems] == ["4", "5", "6", "7", "8"]
    assert parse_questions(write_questions(read.questions)).questions == read.questions


async def test_questions_are_kept_apart_replaced_and_set_aside_when_damaged(tmp_path):
    place = [Place("host", "team")]
    questions = Questions(tmp_path, lambda: place[0])
    await questions.save("c", SavedQuestion("a", ("f",)))
    await questions.save("c", SavedQuestion("b"))
    await questions.save("c", SavedQuestion(" a ", ("g",), "keyword"))
    assert await questions.of("c") == (SavedQuestion(" a ", ("g",), "keyword"), SavedQuestion("b"))
    assert await questions.of("other") == ()
    place[0] = Place("host", "another")
    assert await questions.of("c") == ()
    place[0] = Place("host", "team")
    path = questions.path_of("c")
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(path.read_bytes() + b"torn {")
    assert len(await questions.of("c")) == 2
    assert path.with_suffix(".damaged").read_bytes().endswith(b"torn {")
    assert "Line 3 holds no question" in questions.problems[0]
    await questions.remove("c", SavedQuestion("a"))
    assert await questions.of("c") == (SavedQuestion("b"),)
    nowhere = Questions(None, lambda: place[0])
    assert await nowhere.of("c") == ()
    with pytest.raises(LookupError):
        await nowhere.save("c", SavedQuestion("a"))


async def test_an_evaluation_tells_recall_reciprocal_ranks_and_what_fails():
    asked = []

    async def ask(question):
        asked.append(question)
        if question.query == "broken":
            raise InvalidArgument("no", method="POST", path="/v1/documents/search")
        return found(*{"one": "abcd", "two": "xyza"}.get(question.query, ""))

    questions = [
        SavedQuestion("one", ("a", "z")),
        SavedQuestion("two", ("a",)),
        SavedQuestion("none", ("a",)),
        SavedQuestion("broken", ("a",)),
        SavedQuestion("open"),
    ]
    evaluation = Evaluation(ask, ("c",), questions, ("hybrid", "keyword"), 3)
    told = []
    await evaluation.run(told.append)
    assert told[-1] == evaluation.total == 10
    score = evaluation.scores[1]
    assert (score.mode, score.hits, len(score.counted)) == ("keyword", 1, 3)
    assert score.recall == pytest.approx((0.5 + 0 + 0) / 3)
    assert score.mrr == pytest.approx(1 / 3)
    assert [one.question.query for one in score.failing] == ["two", "none", "broken"]
    assert [one.query for one in evaluation.unfound] == ["two", "none", "broken"]
    assert evaluation.stopped is None
    assert asked[0].limit == 12


async def test_an_evaluation_stops_where_all_would_fail():
    async def ask(_):
        raise Unauthorized("no", method="POST", path="/v1/documents/search")

    questions = [SavedQuestion(str(number), ("a",)) for number in range(50)]
    evaluation = Evaluation(ask, ("c",), questions, ("hybrid",), 3)
    await evaluation.run()
    assert isinstance(evaluation.stopped, Unauthorized)
    assert len(evaluation.answers) <= 4

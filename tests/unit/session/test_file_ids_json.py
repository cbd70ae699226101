import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.session.bulk.file_ids import read_file_ids

A = "file_781fe2eb-e9e2-4844-a685-2dcead7f4fa8"
B = "file_372745d5-e0e3-4ce2-8cbd-7e6f05c190fd"
ANSWER = {
    "documents": [
        {"file_metadata": {"file_id": A, "name": "n"}, "fields": {"ticker": "X", "id": "7"}},
        {"file_metadata": {"file_id": B}, "fields": {"tags": "a, b"}},
    ],
    "pagination_token": "t",
}
PAGE = {
    "object": "list",
    "data": [
        {"id": A, "object": "file", "bytes": 12, "filename": "x"},
        {"id": B, "object": "file", "expires_at": None},
    ],
    "first_id": A,
    "has_more": False,
}
LINES = [{"file_id": A, "name": "a"}, {"file_id": B, "fields": {"ticker": "Y"}}]


def pretty(value, end="\n"):
    return json.dumps(value, indent=2).replace("\n", end)


def in_quotes(value):
    return '"' + json.dumps(value).replace('"', '\\"') + '"'


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ANSWER),
        pretty(ANSWER, "\r"),
        pretty(ANSWER).replace(" ", "\xa0"),
        pretty(ANSWER, "\u2028"),
        f"\ufeff{pretty(ANSWER)}",
        json.dumps(PAGE),
        json.dumps([A, B]),
        json.dumps([[A], [{"id": B}]]),
        json.dumps({"file_ids": [A, B], "names": ["a", "b"]}),
        json.dumps({"data": [A, B]}),
        json.dumps({"id": "batch_1", "object": "list", "data": [{"id": A}, {"id": B}]}),
        json.dumps([{"fileId": A}, {"Document ID": B}]),
        json.dumps([{"id": "7", "file_id": A}, {"id": 8, "document_id": B}]),
        "\n".join(map(json.dumps, LINES)),
        "\r".join(map(json.dumps, LINES)),
        "".join("\x1e" + json.dumps(line) + "\n" for line in LINES),
        "\n".join(map(pretty, LINES)),
        "".join(map(json.dumps, LINES)),
        f"'{json.dumps(ANSWER)}'",
        f"  '{pretty(ANSWER)}'\n",
        in_quotes(ANSWER),
        json.dumps(json.dumps(ANSWER)),
        json.dumps(json.dumps({"file_ids": [A, B], "ö": '"\\é\n'})),
        json.dumps(ANSWER).replace('"', '\\"'),
        '"' + json.dumps(ANSWER).replace('"', '""') + '"',
        "$'" + pretty(ANSWER).replace("\n", "\\n") + "'",
        re.sub("([{}:,])", "\x1b[1;39m\\1\x1b[0m", json.dumps(ANSWER)),
    ],
)
def test_json_of_every_kind(text):
    pasted = read_file_ids(text)
    assert pasted.problem is None
    assert pasted.file_ids == (A, B)
    assert pasted.malformed == ()


def test_the_values_beside_an_id_are_those_of_its_fields():
    assert read_file_ids(json.dumps(ANSWER)).values == {
        A: {"ticker": "X", "id": "7"},
        B: {"tags": "a, b"},
    }
    flat = [{"file_id": A, "year": 2026, "share": 1.50, "audited": True, "note": None, "tags": []}]
    assert read_file_ids(json.dumps(flat)).values == {
        A: {"year": "2026", "share": "1.5", "audited": "true"}
    }
    assert read_file_ids("\n".join(map(json.dumps, LINES))).values == {
        A: {"name": "a"},
        B: {"ticker": "Y"},
    }


def test_half_a_character_is_no_part_of_anything():
    pasted = read_file_ids('{"file_id": "file_1\\ud800", "fields": {"a": "x\\udc00y"}}')
    assert pasted.file_ids == ("file_1",)
    assert pasted.values == {"file_1": {"a": "x\ufffdy"}}


WHOLE = pretty(ANSWER)


@pytest.mark.parametrize(
    ("text", "line", "column", "why"),
    [
        (f'["{A}",\n "{B}",\n]', 2, 45, "nothing follows this comma"),
        (f'["{A}",\r "{B}",\r]', 2, 45, "nothing follows this comma"),
        (f'{{"file_id": "{A}",}}', 1, 56, "nothing follows this comma"),
        (f'{{"file_id": "{A}"}},\n{{"file_id": "{B}"}}', 1, 57, "a comma stands between"),
        (f"[{{'id': '{A}'}}]", 1, 3, "a name in double quotes is missing"),
        (f'{{file_id: "{A}"}}', 1, 2, "a name in double quotes is missing"),
        (f"{{“file_id”: “{A}”}}", 1, 2, "a name in double quotes is missing"),
        (f'[{{"id": "{A}"\n "b": 1}}]', 2, 2, "a comma is missing"),
        (f'[{{"id" "{A}"}}]', 1, 8, "a colon is missing"),
        (f'[{{"id": {A}}}]', 1, 9, "a value is missing"),
        (f'[{{"id": "{A}\n"}}]', 1, 51, "a line ends"),
        (f'[{{"id": "{A}', 1, 9, "a text begins here"),
        (f'[{{"id": "{A}"}}', 1, 53, "it ends before"),
        (f'{{"id": "{A}"}} {{', 1, 54, "it ends before"),
        (f'{{"id": "{A}"}}\nand {B}', 2, 1, "other text stands behind it"),
        (f'"{{\\"id\\": \\"{A}\\",}}"', 1, 56, "nothing follows this comma"),
        (f'"file_id": "{A}",\n"name": "x"', 1, 1, "a part of it"),
        (f'curl -d \'{{"file_id": "{A}"}}\' x', 1, 11, "a part of it"),
        (f'200 OK\r\r{{"id": "{A}"}}', 3, 2, "a part of it"),
        ("[" * 100_000, 1, 1, "nested too deeply"),
        ('{"a":' * 100_000, 1, 1, "nested too deeply"),
    ],
)
def test_what_looks_like_json_and_is_not_is_told_with_the_place(text, line, column, why):
    pasted = read_file_ids(text)
    assert pasted.file_ids == ()
    assert pasted.problem is not None
    assert f"line {line}, column {column}: " in str(pasted.problem)
    assert why in str(pasted.problem)
    assert pasted.problem.place == (line, column)


@given(st.integers(1, len(WHOLE) - 1), st.sampled_from([WHOLE, json.dumps(ANSWER)]))
def test_nothing_of_json_that_was_cut_off_becomes_an_id(length, text):
    pasted = read_file_ids(text[:length])
    if pasted.problem is None:
        assert text[:length].rstrip() in ("{", text)
    else:
        assert pasted.file_ids == ()


def test_ids_may_be_the_names_of_members():
    pasted = read_file_ids(json.dumps({B: {"ticker": "X"}, A: {}, "file_name": "n"}))
    assert pasted.file_ids == (B, A)
    assert pasted.values == {B: {"ticker": "X"}}
    assert read_file_ids(json.dumps({"by_id": {A: None, B: "n"}})).file_ids == (A, B)
    assert read_file_ids(json.dumps({A: {"file_id": B}})).file_ids == (B,)


def test_members_of_one_name_are_told():
    pasted = read_file_ids(f'{{"file_id": "{A}", "x": "1", "x": "2"}}')
    assert pasted.values == {A: {"x": "2"}}
    assert pasted.notes == ("“x” appears more than once in an object; the last one counts",)


@pytest.mark.parametrize(
    "text",
    [
        f'// mine\n["{A}", /* the second, */ "{B}"]',
        f'# mine\r[\r "{A}", # first\r "{B}" // second\r]',
        f'/* of\n two lines */ {{"file_ids": ["{A}", "{B}"]}} // end',
        f'["{A}", // what the bracket "of\n"{B}"]',
        f'```json\r["{A}","{B}"]\r```',
        f"```\r\n{A}\r\n{B}\r\n```\r\n",
        f'~~~ jsonl\n{{"file_id":"{A}"}}\n{{"file_id":"{B}"}}\n~~~',
        f"> ```csv\n> file_id,name\n> {A},x\n> {B},y\n> ```",
        f'Here are two:\r\r```json\r["{A}","{B}"]\r```\rThat is all of them.',
        f"The first {A}:\n```\n{B}\n```\nand no more",
    ],
)
def test_comments_and_the_fences_of_a_code_block_are_no_ids(text):
    found = read_file_ids(text)
    assert found.problem is None
    assert set(found.file_ids) - {"The", "first"} == {A, B}


def test_what_looks_like_a_comment_in_a_text_is_that_text():
    text = f'{{"file_id": "{A}", /* x */ "name": "a // b # c /* d */"}}'
    assert read_file_ids(text).values == {A: {"name": "a // b # c /* d */"}}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f'```json\r["{A}" "{B}"]\r```', (2, 46)),
        (f'// mine\n["{A}", /* never closed "{B}"]', (2, 47)),
        (f'// mine\n["{A}",]', (2, 45)),
    ],
)
def test_a_comment_or_a_fence_moves_no_place(text, place):
    found = read_file_ids(text)
    assert found.file_ids == ()
    assert found.problem is not None
    assert found.problem.place == place


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"// my list\r{A} // first\r{B}", 2),
        (f"# my ids\r{A}\r# one\r{B}", 2),
        (f"/* two of them */\r{A}\r/* x\r y */\r{B}", 2),
        (f"/*/ begun, not over */ {A} {B}", 1),
        (f'(\n  "{A}"  # x\n  "{B}"\n)', 1),
        (f"# {A}\n// {B}\n", 0),
    ],
)
def test_a_comment_beside_ids_is_left_out_and_told(text, count):
    found = read_file_ids(text)
    assert set(found.file_ids) == {A, B}
    told = {0: (), 1: ("1 comment was left out",), 2: ("2 comments were left out",)}
    assert found.notes == told[count]


@pytest.mark.parametrize("text", ["# one\n# two", "a//b #c", "https://x/1"])
def test_where_no_id_is_of_the_usual_kind_nothing_is_taken_for_a_comment(text):
    assert read_file_ids(text).notes == ()
    assert read_file_ids(text).file_ids

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.session.bulk.file_ids import read_file_ids

A = "file_781fe2eb-e9e2-4844-a685-2dcead7f4fa8"
B = "file_372745d5-e0e3-4ce2-8cbd-7e6f05c190fd"

LINE_ENDS = ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
BLANKS = [" ", "\t", "\xa0", "\u2003", "\u202f", "\u3000", "\u1680"]
SIGNS = [",", ";", "|", ", ", " ; ", ",\n", "，", "、", "\x00", "\x1b[0m", "\x1b]8;;\x07"]
UNSEEN = ["\ufeff", *"\u200b\u200c\u200d\u2060\u200e\u200f\u202a\u202e\u2066\u2069\xad\ufe0f\ufe00"]
QUOTES = ["", '"', "'", "`", "“”", "«»", "<>", "()", "„“", '\\"']

known = st.uuids().map(lambda uuid: f"file_{uuid}")
# A line "file_id" is a header.
short = st.from_regex(r"file_(?!ids?$)[0-9a-z]{1,12}", fullmatch=True)
separators = st.lists(st.sampled_from(LINE_ENDS + BLANKS + SIGNS), min_size=1, max_size=3)
unseen = st.lists(st.sampled_from(UNSEEN), max_size=2).map("".join)


@given(st.data(), st.lists(known | short, min_size=1, max_size=8), st.sampled_from(QUOTES))
def test_ids_come_out_in_order_whatever_divides_and_surrounds_them(data, ids, quotes):
    left, right = quotes[: (len(quotes) + 1) // 2], quotes[len(quotes) // 2 :]
    if quotes == '\\"':
        left = right = quotes
    text = data.draw(unseen)
    for file_id in ids:
        text += data.draw(unseen) + left + data.draw(unseen) + file_id + data.draw(unseen) + right
        text += data.draw(unseen) + "".join(data.draw(separators)) + data.draw(unseen)
    pasted = read_file_ids(text)
    assert pasted.file_ids == tuple(dict.fromkeys(ids))
    assert set(pasted.repeated) == {each for each in ids if ids.count(each) > 1}
    assert pasted.problem is None


@given(known, st.integers(1, 40), st.sampled_from(UNSEEN))
def test_what_is_invisible_is_never_a_part_of_an_id(file_id, at, character):
    assert read_file_ids(file_id[:at] + character + file_id[at:]).file_ids == (file_id,)


@given(st.lists(known, min_size=2, max_size=5), st.sampled_from(UNSEEN))
def test_what_is_invisible_divides_whole_ids(ids, character):
    assert read_file_ids(character.join(ids)).file_ids == tuple(dict.fromkeys(ids))


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text):
    pasted = read_file_ids(text)
    assert not pasted.problem or not pasted.file_ids
    assert "" not in pasted.file_ids


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}",
        f"{A}\r{B}\r",
        f"{A} {B}\n",
        f"'{A}';\"{B}\"",
        f"“{A}”\t<{B}>",
        f"[{A}, {B}]",
        f"['{A}', '{B}']",
        f"{{{A}, {B}}}",
        f"- {A}\n- {B}\n",
        f"• {A}\n• {B}\n",
        f"1. {A}\n2. {B}\n",
        f"1. {A}\r2) {B}",
        f"(3) {A}\n(4) {B}",
        f"[1] {A}\n[2] {B}",
        f"- [ ] {A}\n- [x] {B}",
        f"* {A}\n+ {B}",
        f"#1 {A}\n#2 {B}",
        f"a) {A}\nIV. {B}",
        f"  - 1.2 {A}\u2028No. 3: “{B}”",
        f"1\\. {A} 2) {B}",
        f"12/03 {A}\n① {B}",
        f"ids: {A}, {B}",
        f"- file_id: {A}\n- file_id: {B}\n",
        f"https://x.ai/files/{A}?next={B}",
        f"\x1b[32m{A}\x1b[0m\r\n\x1b[1;32m{B}\x1b[m\r\n",
        rf"$'{A}\n{B}'",
        f"{A}%0A{B}",
        f"{A}{B}",
        f"file_id\n{A}\n{B}",
        f"\ufeffFile ID\r{A}\r{B}\r",
        f'"Document IDs"\n"{A}"\n"{B}"',
    ],
)
def test_what_people_paste(text):
    pasted = read_file_ids(text)
    assert pasted.file_ids == (A, B)
    assert pasted.repeated == ()
    assert pasted.malformed == ()
    assert pasted.problem is None


def test_a_number_alone_may_be_an_id():
    assert read_file_ids(f"5\n{A}\n6").file_ids == ("5", A, "6")


def test_repeated_ones_are_folded_and_told():
    pasted = read_file_ids(f"{A} {B} {A} {A}")
    assert pasted.file_ids == (A, B)
    assert pasted.repeated == (A,)


def test_what_does_not_look_like_an_id_is_told_and_kept():
    pasted = read_file_ids(f"{A} report.pdf file_123")
    assert pasted.file_ids == (A, "report.pdf", "file_123")
    assert pasted.malformed == ("report.pdf", "file_123")


@pytest.mark.parametrize(
    "text", ["", "  \n,, ;", "[]", "{}", '""', "file_id", "File ID\r", "file_id,name", "- • —"]
)
def test_nothing_is_nothing(text):
    assert read_file_ids(text).file_ids == ()

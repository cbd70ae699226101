"""What is taken from the ends of a pasted text, and what never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.session.bulk.pasted_text import trim_cell, trim_line

CODES = [
    "\x1b[31m",
    "\x1b[0m",
    "\x9b1m",
    "\x1b]0;title\x07",
    "\x1b]8;;x\x1b\\",
    "\x9d0;t\x9c",
    "\x1bP1q\x1b\\",
    "\x1b(B",
    "\x1b7",
    "\x1b[38;5",
    "\x1b]",
]
EDGES = ["\r\n", "\x00", "\x1b", "\t\ufeff", "\u200b\x07"]


@pytest.mark.parametrize("trim", [trim_line, trim_cell])
@pytest.mark.parametrize("code", CODES)
def test_no_code_is_cut_in_half(code, trim):
    for text in (f"{code}a", f"a{code}", f"{code}a{code}", code, f"{code}{code}"):
        assert trim(text) == text
    assert trim(f"\r\n\ufeff{code}a{code}\r\n") == f"{code}a{code}"


@pytest.mark.parametrize("edge", EDGES)
def test_whole_controls_go_and_blanks_stay(edge):
    assert trim_line(f"{edge} a\x00b {edge}") == " a\x00b "
    assert trim_cell(f"{edge} a\x00b {edge}") == "a\x00b"


@given(st.lists(st.sampled_from([*CODES, *EDGES, "a", " "]), max_size=8).map("".join))
def test_trimming_takes_a_piece_of_the_ends_and_is_done_at_once(text):
    trimmed = trim_line(text)
    assert trimmed in text
    assert trim_line(trimmed) == trimmed

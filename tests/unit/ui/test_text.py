import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from xcoll_tui.ui.presentation.text import clean, clean_lines, fit, fit_lines

ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Mn", "So"]),
        st.sampled_from("\x1b\x07\x9b\n\t\u202e\u2066\u200b\ufeff\u200d漢ｗé"),
    )
)


@given(ANYTHING)
def test_nothing_that_moves_or_hides_is_left(text):
    for character in clean(text):
        if character != "\u200d":
            assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
            assert character not in "\u200b\u200c\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u00ad"


@given(ANYTHING, st.integers(0, 40), st.booleans())
def test_a_fitted_text_fills_its_cell_exactly(text, width, right):
    assert cell_len(fit(text, width, right=right)) == width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain.txt", "plain.txt"),
        ("a\x1b]52;c;ZXZpbA==\x07b", "a␛]52;c;ZXZpbA==␇b"),
        ("two\nlines\tand", "two␊lines␉and"),
        ("gpj.\u202eexe", "gpj.\ufffdexe"),
        ("\x9b31m", "\ufffd31m"),
        ("half \ud83d", "half \ufffd"),
        ("👩‍💻.md", "👩‍💻.md"),
        ("a\u200db", "a\ufffdb"),
        ("report[final].pdf", "report[final].pdf"),
    ],
)
def test_what_a_person_sees(text, shown):
    assert clean(text) == shown


def test_marks_do_not_pile_up():
    assert clean("e" + "\u0301" * 50) == "e" + "\u0301" * 3


def test_a_long_name_is_cut_before_it_costs():
    assert fit("n" * 10_000, 10) == "nnnnnnnnn…"
    assert fit("漢" * 10_000, 9) == "漢漢漢漢…"
    assert clean("n" * 10_000, 5) == "nnnnn…"


def test_a_wide_character_is_not_halved():
    assert fit("a漢漢", 4) == "a漢…"
    assert fit("漢字", 3) == "漢…"


def test_numbers_stand_at_the_right():
    assert fit("12", 5, right=True) == "   12"
    assert fit("é", 3, right=True) == "  é"


def test_lines_stay_lines():
    assert clean_lines("a\r\n\tb\x1b") == "a\n    b␛"


def test_lines_break_at_blanks_or_within_a_long_word_and_end_with_an_ellipsis():
    assert fit_lines("short", 20, 2) == "short"
    assert fit_lines("two words", 6, 2) == "two\nwords"
    assert fit_lines('→ collection_name:"filings" · here', 20, 2) == (
        '→ collection_name:"f\nilings" · here'
    )
    assert fit_lines("a" * 50, 10, 2) == f"{'a' * 10}\n{'a' * 9}…"
    assert fit_lines("社内ナレッジ", 5, 2) == "社内\nナレ…"
    assert fit_lines("anything", 0, 2) == ""

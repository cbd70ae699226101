import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.ui.presentation.escaping import (
    escape,
    escape_lines,
    explain_escapes,
    is_plain,
    unescape,
)

ANYTHING = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.characters(categories=["Cc", "Cf", "Mn", "Me", "So"]),
        st.sampled_from("\\nrtu{}\x1b\n\t\u202e\u200d\u0301👩漢"),
    )
)


@given(ANYTHING)
def test_what_is_escaped_can_be_shown_and_read_back_exactly(text):
    assert is_plain(escape(text))
    assert unescape(escape(text)) == text


@given(ANYTHING)
def test_a_person_can_type_anything_into_an_escaped_text(text):
    unescape(text).encode()


@pytest.mark.parametrize(
    "text", ["", "10-K", "[b]x[/]", "Größe 漢字", "👩‍💻", r"C:\temp", " a ", "10\xa0000\xa0€"]
)
def test_what_can_be_shown_is_plain(text):
    assert is_plain(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", r"a\nb"),
        ("\x1b[31m", r"\u{1b}[31m"),
        ("a\\\tb", r"a\\\tb"),
        ("\u202e", r"\u{202e}"),
        ("FY25\xa0", r"FY25\u{a0}"),
        ("\u3000 a\xa0b \u202f ", "\\u{3000} a\xa0b \\u{202f} "),
        ("\xa0", r"\u{a0}"),
    ],
)
def test_escapes_are_those_that_people_know(text, shown):
    assert escape(text) == shown


@pytest.mark.parametrize("text", [r"\q", "\\", r"\u{d800}", r"\u{110000}", r"\u{}"])
def test_what_is_no_escape_stays_as_it_is(text):
    assert unescape(text) == text


@given(ANYTHING)
def test_lines_are_escaped_but_for_their_ends_and_tabs(text):
    shown = escape_lines(text)
    assert unescape(shown) == text
    assert shown.count("\n") == text.count("\n")
    assert shown.count("\t") == text.count("\t")
    assert is_plain("x" + shown.replace("\n", "").replace("\t", "") + "x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\nb", r"\n is a new line, \\ is a backslash."),
        ("FY25\xa0", r"\u{a0} is “no-break space”, \\ is a backslash."),
        ("\x1b[31m\u200b", r"\u{1b} is an escape code, \u{200b} is “zero width space”, "),
        ("\x01\x02\x03\x04", r"\u{3} is a control character, 1 more like it, \\ is"),
    ],
)
def test_what_the_escapes_mean_is_said(text, said):
    assert said in explain_escapes(text)

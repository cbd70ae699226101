import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.ui.escaping import escape, is_plain, unescape

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


@pytest.mark.parametrize("text", ["", "10-K", "[b]x[/]", "Größe 漢字", "👩‍💻", r"C:\temp"])
def test_what_can_be_shown_is_plain(text):
    assert is_plain(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", r"a\nb"),
        ("\x1b[31m", r"\u{1b}[31m"),
        ("a\\\tb", r"a\\\tb"),
        ("\u202e", r"\u{202e}"),
    ],
)
def test_escapes_are_those_that_people_know(text, shown):
    assert escape(text) == shown


@pytest.mark.parametrize("text", [r"\q", "\\", r"\u{d800}", r"\u{110000}", r"\u{}"])
def test_what_is_no_escape_stays_as_it_is(text):
    assert unescape(text) == text

"""What is typed to confirm: what is shown, or the ID; its end where the name is unusual."""

import unicodedata

import pytest

from xcoll_tui.ui.presentation.typed_name import TypedName

ID = "collection_5f0c6b7e-1111-4222-8333-9444555566af"
USUAL = [
    "SEC Filings",
    "a",
    "Verträge 2026",
    "naïve “x”".replace("“", '"').replace("”", '"'),
    "x" * 60,
]
USUAL += ["[b]x[/]", "1234", "Łódź", unicodedata.normalize("NFD", "Verträge")]
ODD = [
    "a\tb",
    "a\nb",
    "a\r\nb",
    "\x1b]0;x\x07",
    "\u200bSales",
    "Sa\u202eles",
    "Sa\u00adles",
    "\u200b\u200d\ufeff",
    "x" * 201,
    "ä" * 10_000,
    "   ",
    "",
    "\u00a0",
    "\u3164",
    "Ѕales",
    "Sаles",
    "Ꮪales",
    "ﬁle",
    "ＡＢＣ",
    "a  b",
    " a",
    "a ",
    "a\u00a0b",
    "e" + "\u0301" * 30,
    "\ud800x",
    "売上",
    "🏳️‍🌈",
    "ı",
    "a–b",
]


def test_a_usual_name_is_typed_or_the_whole_id(record_property):
    record_property("inputs", len(USUAL))
    for name in USUAL:
        typed = TypedName(name, ID)
        assert typed.is_usual, name
        assert typed.accepts(name)
        assert typed.accepts(typed.shown)
        assert typed.accepts(f" {ID} ")
        for wrong in ("", " ", "5566af", ID[-6:], name[:-1], f"{name}.", name.swapcase() + "é"):
            assert not typed.accepts(wrong), (name, wrong)


def test_an_unusual_name_takes_the_end_of_the_id_too(record_property):
    record_property("inputs", len(ODD))
    for name in ODD:
        typed = TypedName(name, ID)
        assert not typed.is_usual, name
        assert typed.id_end == ID[-6:]
        for right in (typed.shown, ID, ID[-6:], unicodedata.normalize("NFC", name)):
            assert typed.accepts(right) or not right.strip(" \u00a0\u3164"), (name, right)
        for wrong in ("", " ", "\t", "Sales", ID[-5:], ID[:-1]):
            assert not typed.accepts(wrong), (name, wrong)


def test_one_form_of_a_letter_is_the_other():
    for composed in ("Verträge", "Łódź é"):
        decomposed = unicodedata.normalize("NFD", composed)
        assert TypedName(decomposed, ID).accepts(composed)
        assert TypedName(composed, ID).accepts(decomposed)


@pytest.mark.parametrize("identity", ["c", "collection_\t1", "x" * 5])
def test_an_odd_id_can_be_typed_as_it_is_shown(identity):
    typed = TypedName("", identity)
    assert typed.accepts(typed.shown)
    assert typed.accepts(typed.id_end)
    assert not typed.accepts("")

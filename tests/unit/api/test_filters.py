import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api import filters
from xcoll_tui.api.filters import COLLECTION_FIELDS, DOCUMENT_FIELDS


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("report.pdf", '"report.pdf"'),
        ("", '""'),
        ('say "hi"', "'say \"hi\"'"),
        ("it's", '"it\'s"'),
        ("""it's "so\"""", r'''"it's \"so\""'''),
        ("a\\b", r'"a\\b"'),
        ("ends\\", r'"ends\\"'),
    ],
)
def test_quoting_picks_the_quote_that_does_not_occur(value, literal):
    assert filters.quote(value) == literal


@given(st.text())
def test_a_quoted_text_reads_back(value):
    literal = filters.quote(value)
    mark, inner = literal[0], literal[1:-1]
    assert literal[-1] == mark
    read, escaped = [], False
    for character in inner:
        if escaped or character != "\\":
            assert escaped or character != mark, "the literal ends early"
            read.append(character)
            escaped = False
        else:
            escaped = True
    assert not escaped
    assert "".join(read) == value


def test_comparisons():
    assert filters.contains("name", "a b") == 'name:"a b"'
    assert filters.equals("status", "X") == 'status = "X"'


def test_every_part_of_a_conjunction_has_its_parentheses():
    assert filters.all_of() == ""
    assert filters.all_of("", "a:1") == "a:1"
    assert filters.all_of("a:1 OR b:2", " ", "c:3") == "(a:1 OR b:2) AND (c:3)"


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("isbn", "fields.isbn"),
        ("my-key_2", "fields.my-key_2"),
        ("two words", 'fields."two words"'),
        ("a.b", 'fields."a.b"'),
        ("", 'fields.""'),
        ("line\n", 'fields."line\n"'),
    ],
)
def test_a_field_has_a_path(key, path):
    assert filters.field_path(key) == path


@pytest.mark.parametrize(
    "text",
    [
        'name:"quarterly" AND status:!DOCUMENT_STATUS_FAILED',
        "name:report.pdf",
        "size_bytes:>5000000",
        "size_bytes >= 10",
        "  ((status = X) OR (name:y))",
        "NOT name:draft",
        "NOT (name:draft)",
        'fields.isbn:"978-1-234567-89-0"',
        'fields."two words" != "x"',
        "fields.a:1",
        "created_at:>2025-01-01T00:00:00Z",
    ],
)
def test_a_comparison_of_a_known_field_is_an_expression(text):
    assert filters.is_expression(text, DOCUMENT_FIELDS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "report",
        "report.pdf",
        "note: buy milk",
        "10:30",
        "name",
        "name:",
        "names:x",
        "NOT now",
        "NOTname:x",
        "(draft)",
        "fields.:x",
        "report AND name:x",
        "collection_name:x",
        "the name:x",
        "C:\\name",
    ],
)
def test_everything_else_is_plain_text(text):
    assert not filters.is_expression(text, DOCUMENT_FIELDS)


def test_collections_have_their_own_fields():
    assert filters.is_expression('collection_name:"SEC" AND documents_count:>10', COLLECTION_FIELDS)
    assert filters.is_expression('collection_id = "collection_123"', COLLECTION_FIELDS)
    assert not filters.is_expression("size_bytes:>1", COLLECTION_FIELDS)


@given(st.text(), st.sampled_from(sorted(DOCUMENT_FIELDS)))
def test_what_we_build_we_recognise(text, field):
    assert filters.is_expression(filters.contains(field, text), DOCUMENT_FIELDS)
    assert filters.is_expression(filters.equals(filters.field_path(text), "x"), DOCUMENT_FIELDS)

"""Any text wherever text is shown: hypothesis composes it of what does harm in terminals.

With `--long` ten times as many are tried.
"""

import csv
import io
import json
import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from textual.content import Content

from tests.unit.session.fakes import make_collection, make_document
from xcoll_tui.api.routes import GET_DOCUMENT
from xcoll_tui.cli.commands.output import Column
from xcoll_tui.cli.commands.table import TableWriter
from xcoll_tui.session.lists.export_format import make_format
from xcoll_tui.session.retrieval.hits import Hit
from xcoll_tui.ui.presentation import copies, facts, search_lines
from xcoll_tui.ui.presentation.text import OFFENDER, clean, clean_lines, copied, fit

PIECES = (
    # Markup, and what is nearly some.
    "[b]", "[/]", "[/", "[@click=app.quit]", "[k=v]", "]", "\\[", "$name", ":smile:",
    # C0, C1, and sequences of both.
    *map(chr, range(0x20)), "\x7f", *map(chr, range(0x80, 0xA0)),
    "\x1b]52;c;eA==\x07", "\x1b]0;t\x1b\\", "\x1b[2J", "\x1b[?1049l", "\x9b31m", "\x1bc", "\x1bP$q",
    # Bidirectional, zero-width, and what else is not seen.
    *map(chr, range(0x2028, 0x202F)), *map(chr, range(0x2060, 0x2070)), "\u200b", "\u200d",
    "\u00ad", "\ufeff", "\u061c", "\u3164", "\U000e0041", "\u0600", "\U0001d173", "\U00013430",
    # Towers, wide, ambiguous.
    "z" + "\u0301" * 40, "\u0e01" + "\u0e49" * 40, "\u05d0" + "\u0591" * 40, "漢字", "Ω§", "ﷺ", "꧅",
    # Emoji: joined, flags, half a flag, keycaps, VS15 and VS16, skin, a joiner at the edge.
    "👩‍👩‍👧", "🏳️‍🌈", "🇩🇪", "🇩", "1️⃣", "❤️", "❤︎", "👍🏽", "👩‍",
    # Half characters, and paths.
    "\ud800", "\udfff", "/", "../", "?x=1", "#", "%2F", "=1+1", "@x", "'", '"', ",",
)  # fmt: skip
TEXT = st.one_of(
    st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), max_size=12).map("".join),
    st.sampled_from(["", " ", "x" * 10_000, "長" * 10_000, "\x1b" * 10_000]),
)
long = settings(max_examples=settings().max_examples // 4)


def assert_shown(text, *, lines=False):
    """Assert that nothing of a text can do more in a terminal than to be seen."""
    for character in text.replace("\n", "") if lines else text:
        category = unicodedata.category(character)
        assert category not in {"Cc", "Cs", "Zl", "Zp"}, ascii(text)
        assert category != "Cf" or character == "\u200d", ascii(text)
        assert not re.match(OFFENDER, character) or character == "\u200d", ascii(text)
    towers = 0
    for character in text:
        towers = towers + 1 if unicodedata.combining(character) else 0
        assert towers <= 12, ascii(text)


@long
@given(TEXT, st.integers(0, 90))
def test_a_cell_is_as_wide_as_it_is_told(text, width):
    for shown in (fit(text, width), fit(text, width, right=True)):
        assert cell_len(shown) == width
        assert_shown(shown)


@long
@given(TEXT)
def test_sentences_lines_and_markup_show_it(text):
    assert_shown(clean(text))
    assert_shown(copied(text))
    assert_shown(clean_lines(text), lines=True)
    filled = Content.from_markup("[b]$name[/]", name=clean(text))
    assert filled.plain == clean(text)
    assert len(filled.spans) <= 1


@long
@given(TEXT)
def test_what_was_replaced_can_be_told_from_what_was_not(text):
    replaced = len(re.findall(OFFENDER, text[:1000]))
    shown = clean(text)
    kept = sum(shown.count(each) for each in "\u200d")
    pictures = sum(0x2400 <= ord(each) <= 0x2421 or each == "\ufffd" for each in shown)
    assert pictures + kept >= replaced


@long
@given(TEXT, TEXT)
def test_details_show_it(name, value):
    document = make_document(
        0, name=name, fields={value: name}, status=value, error_message=name, last_indexed_at=value
    )
    collection = replace(make_collection(0), collection_name=name, collection_description=value)
    for described in (
        facts.document_facts(document, [], 1_700_000_000.0),
        facts.collection_facts(collection, 1_700_000_000.0),
    ):
        assert described.title
        assert all(section.title and len(section.facts) < 99 for section in described.sections)


@long
@given(TEXT, TEXT)
def test_hits_show_it(text, name):
    hit = Hit(1, name, name, text, 0.5, 1.0, text, 1, (name,), {name: text})
    row = search_lines._row("1", hit, ())
    assert_shown(row.name)
    assert_shown(search_lines.row_content(row, [text, name], 300).plain, lines=True)
    for chunk in search_lines.chunk_content(text, [name]):
        assert_shown(chunk.plain, lines=True)


@long
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4), st.integers(10, 120))
def test_a_table_of_the_command_line_stays_one(rows, width):
    written = []
    columns = [Column("name", lambda row: row[0]), Column("id", lambda row: row[1])]
    writer = TableWriter(written.append, columns, width, bold=False, keep=True)
    writer.write(rows)
    lines = "".join(written).split("\n")
    assert len(lines) == len(rows) + 2  # the heading, and what is behind the last line
    for line in lines:
        assert cell_len(line) <= max(width, 20)
        assert_shown(line)


@long
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3))
@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
def test_an_export_holds_what_was_there(form, rows):
    # Half characters are replaced where answers are read.
    rows = [tuple(text.encode("utf-8", "replace").decode() for text in row) for row in rows]
    documents = [make_document(n, name=name, fields={"k": v}) for n, (name, v) in enumerate(rows)]
    chunks = []
    writing = make_format(form, chunks.append, [])
    writing.write(writing.encode(documents))
    writing.end()
    writing.close()
    content = b"".join(chunks)
    text = content.decode("utf-8")  # whatever a name holds, a file is text
    if form == "json":
        read = [each["file_metadata"]["name"] for each in json.loads(text)]
    elif form == "jsonl":
        read = [json.loads(line)["file_metadata"]["name"] for line in text.split("\n") if line]
    else:
        read = [
            row["name"] for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
        ]
    assert len(read) == len(rows)
    for name, (given_name, _) in zip(read, rows, strict=True):
        assert given_name in {name, name.removeprefix("'")} or form != "csv"


@long
@given(TEXT, TEXT)
def test_an_id_is_one_step_of_a_path(collection_id, file_id):
    one, two = (text.encode("utf-8", "ignore").decode() for text in (collection_id, file_id))
    path = GET_DOCUMENT.path_of(one or "x", two or "x")
    assert path.isascii()
    steps = path.split("/")
    assert [steps[1], steps[2], steps[4]] == ["v1", "collections", "documents"]
    assert (unquote(steps[3]), unquote(steps[5])) == (one or "x", two or "x")
    line = copies.curl_lines([make_document(0, name=two)], one or "x", "http://h", "KEY")
    assert line.isascii()
    assert "\n" not in line

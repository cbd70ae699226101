"""CSV of documents: what stands in it is what was there, and no spreadsheet runs it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.api.models import Document, FieldDefinition, FileMetadata
from xcoll_tui.session.lists.export_format import DOCUMENT, METADATA, make_format

_texts = st.text(st.sampled_from("=+-@\t\r\n,\"';a1. \xe9\uff1d"), max_size=4)


def exported(pages):
    written = []
    format_ = make_format("csv", written.append, [FieldDefinition("a")])
    for page in pages:
        format_.write(format_.encode(page))
    format_.end()
    format_.close()
    return b"".join(written)


def document(name, fields):
    return Document(FileMetadata(file_id="file_1", name=name), fields)


@given(st.lists(st.lists(st.tuples(_texts, _texts), min_size=1, max_size=3), max_size=3))
def test_each_cell_is_what_was_there_but_for_one_apostrophe(pages):
    content = exported([[document(name, {"a": a}) for name, a in page] for page in pages])
    head, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    assert head == [*METADATA, *DOCUMENT, "fields.a"]
    expected = [(name, a) for page in pages for name, a in page]
    for row, texts in zip(rows, expected, strict=True):
        assert len(row) == len(head)
        for cell, text in zip((row[1], row[-1]), texts, strict=True):
            assert cell in {text, f"'{text}"}
            assert cell[:1] not in {*"=@\t\r\n\uff1d"}


@pytest.mark.parametrize("text", ["=1", "+a", "-x", "@f", "\tx", "\rx", "\nx", "\uff1dx"])
@pytest.mark.parametrize("beside", ["plain", "a,b", 'a"b'])
def test_no_cell_begins_a_formula_whatever_stands_beside_it(text, beside):
    content = exported([[document(text, {"a": text}), document(beside, {"a": "-5"})]])
    _, first, second = csv.reader(io.StringIO(content.decode(), newline=""))
    assert (first[1], first[-1]) == (f"'{text}", f"'{text}")
    assert (second[1], second[-1]) == (beside, "-5")

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcoll_tui.session.bulk.file_ids import fields_among, read_file_ids, write_table
from xcoll_tui.session.bulk.pasted_text import trim_cell

A = "file_781fe2eb-e9e2-4844-a685-2dcead7f4fa8"
B = "file_372745d5-e0e3-4ce2-8cbd-7e6f05c190fd"
C = "file_00000000-0000-4000-8000-000000000000"

FULL, TICKER = "name, full", "Ticker"
VALUES = {A: {FULL: "a, b; c", TICKER: "AAPL"}, B: {FULL: "d", TICKER: "TSLA"}}


def write(delimiter, end, name="file_id", quoting=csv.QUOTE_MINIMAL):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow([FULL, name, TICKER])
    writer.writerows([own[FULL], file_id, own[TICKER]] for file_id, own in VALUES.items())
    return buffer.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028", "\v"], ids=ascii)
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_header_and_rows_are_read_alike(delimiter, end, quoting):
    pasted = read_file_ids(write(delimiter, end, quoting=quoting))
    assert pasted.file_ids == (A, B)
    assert pasted.columns == (FULL, TICKER)
    assert pasted.values == VALUES
    assert pasted.notes == ()


@pytest.mark.parametrize(
    "name",
    ["File ID", "FILE_ID", "fileId", "file-id", " file id ", "document_id", "Document ID", "id",
     "ID", "\u200efile_id\u200f", "ﬁle_id"],
)  # fmt: skip
def test_the_column_of_ids_is_known_by_its_name(name):
    assert read_file_ids("\ufeff" + write("\t", "\r", name)).values == VALUES


@pytest.mark.parametrize(
    "text",
    [
        f"sep=;\r\n{write(';', chr(13))}",
        f'"sep=|"\n{write("|", chr(10))}'.replace('"', ""),
        f"\ufeffsep=\t\n{write(chr(9), chr(10))}",
        f"The files of May\n\n{write(',', chr(10))}",
        "\n".join(
            [
                f"| {FULL} | file_id | {TICKER} |",
                "|:--|:-:|--:|",
                f"| a, b; c | `{A}` | AAPL |",
                f"| d | {B} | TSLA |",
            ]
        ),
        "\n".join(
            [
                f" {FULL} | file_id | {TICKER} ",
                "----------+--------+--------",
                f" a, b; c | {A} | AAPL ",
                f" d | {B} | TSLA ",
                "(2 rows)",
            ]
        ),
        "\n".join(
            [
                "┌─────┬─────┬─────┐",
                f"│ {FULL} │ file_id │ {TICKER} │",
                "├─────┼─────┼─────┤",
                f"│ a, b; c │ {A} │ AAPL │",
                f"│ d │ {B} │ TSLA │",
                "└─────┴─────┴─────┘",
            ]
        ),
    ],
)
def test_tables_of_other_makers(text):
    pasted = read_file_ids(text)
    assert pasted.values == VALUES
    assert pasted.file_ids == (A, B)


def test_a_cell_may_hold_delimiters_line_ends_and_quotes():
    cell = 'a, b;\tc\r\nd "e"\u2028f'
    for delimiter in ",;\t":
        text = f'file_id{delimiter}note\r{A}{delimiter}"{cell.replace(chr(34), chr(34) * 2)}"\r'
        assert read_file_ids(text).values == {A: {"note": cell}}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("\ufeffFY25\r", "FY25"),
        ("\u200eFY25\u200f\xa0", "FY25"),
        ("\u202bשלום\u202c", "שלום"),
        ("a \u2067שלום\u2069", "a \u2067שלום\u2069"),
        ("cafe\u0301", "cafe\u0301"),
        ("caf\u00e9", "caf\u00e9"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("a\xa0b\u3000c", "a\xa0b\u3000c"),
        ("x\x1b[31my", "x\x1b[31my"),
        ("\\n", "\\n"),
    ],
)
def test_a_value_loses_what_surrounds_it_and_nothing_inside(cell, value):
    assert read_file_ids(f"id\tnote\n{A}\t{cell}\n").values == {A: {"note": value}}


def test_rows_need_not_be_as_long_as_the_header():
    pasted = read_file_ids(f"file_id,a,b\n{A},1\n{B},1,2,,\n{C},1,2,3\n,4\n")
    assert pasted.file_ids == (A, B, C)
    assert pasted.values == {A: {"a": "1"}, B: {"a": "1", "b": "2"}}
    assert pasted.notes == (
        "1 row has more cells than the header, so only the ID was taken (line 4)",
        "1 row has no ID",
    )


def test_a_table_that_xcoll_exports_is_one():
    pasted = read_file_ids(f"file_id,name,file_path,fields.doi\n{A},a.txt,,10.1/x\n")
    assert pasted.file_ids == (A,)
    assert pasted.values == {A: {"name": "a.txt", "fields.doi": "10.1/x"}}


def test_of_two_rows_for_an_id_the_first_counts_and_it_is_told():
    pasted = read_file_ids(f"file_id,a\n{A},1\n{A},1\n{A},2\n")
    assert pasted.values == {A: {"a": "1"}}
    assert pasted.repeated == (A,)
    assert pasted.notes == (
        "1 row has other values for an ID than a row above; the first ones count",
    )


def test_a_column_of_ids_is_found_without_its_name():
    header = f"Datei;Ticker;Nummer\nx;AAPL;{A}\ny;TSLA;{B}"
    assert read_file_ids(header).values == {
        A: {"Datei": "x", "Ticker": "AAPL"},
        B: {"Datei": "y", "Ticker": "TSLA"},
    }
    texts = [
        f"{A}\tx y\r{B}\tz\r",
        f"x,{A}\ny,{B}",
        f"id,file\n1,{A}\n2,{B}",
        f"| Datei | Nr. |\n|---|---|\n| {A} | 1 |\n| {B} | 2 |",
    ]
    for text in texts:
        pasted = read_file_ids(text)
        assert pasted.file_ids == (A, B)
        assert pasted.malformed == ()
    assert "has no names" in read_file_ids(f"{A}\tx\n{B}\ty").notes[0]


@pytest.mark.parametrize("text", [f"{A},{B}\n{C},", f"{A};{B}\n{C};{A}", f"{A}, {B},\n{C}"])
def test_a_list_in_several_columns_is_a_list(text):
    assert read_file_ids(text).file_ids == (A, B, C)


@pytest.mark.parametrize(
    ("text", "line"),
    [(f'file_id,a\n{A},1\n{B},"x\n{C},2', 3), (f'"name, full,file_id\nx,{A}', 1)],
)
def test_a_quote_that_is_never_closed_is_told_with_the_place(text, line):
    pasted = read_file_ids(text)
    assert pasted.file_ids == ()
    assert f"line {line}, column 1: a quote" in str(pasted.problem)


def test_a_quote_within_a_cell_is_a_part_of_it():
    text = f'file_id\ta\n{A}\t5" disk\n{B}\t"5" disk\n{C}\t"x"y"\n'
    assert read_file_ids(text).values == {
        A: {"a": '5" disk'},
        B: {"a": '"5" disk'},
        C: {"a": '"x"y"'},
    }


def test_several_pastes_below_one_another_are_all_read():
    table, other = f"file_id\tt\n{A}\t1\n", f"u\tid\n2\t{B}\n"
    pasted = read_file_ids(table + other)
    assert pasted.values == {A: {"t": "1"}, B: {"u": "2"}}
    assert pasted.columns == ("t", "u")
    assert read_file_ids(table + table).values == {A: {"t": "1"}}
    for text in (f"{B}\n{C}\n{table}", f"{table}{B}\n{C}\n", f"{B}\n{table}{C}"):
        pasted = read_file_ids(text)
        assert set(pasted.file_ids) == {A, B, C}
        assert pasted.malformed == ()
        assert pasted.values == {A: {"t": "1"}}
    assert read_file_ids(f"{other}{A}\n").file_ids == (B, A)


def test_of_two_columns_for_a_field_the_one_with_its_very_name_counts():
    pasted = read_file_ids(f"file_metadata.file_id,Ticker,ticker,fields.form\n{A},x,y,z\n")
    assert fields_among(pasted, ["ticker", "form"]) == {A: {"ticker": "y", "form": "z"}}


def test_columns_are_fields_when_their_names_are_much_the_same():
    pasted = read_file_ids(f"file_id,TICKER,Form Type,size\n{A},AAPL,10-K,3\n{B},,8-K,4\n")
    assert fields_among(pasted, ["ticker", "form_type", "year"]) == {
        A: {"ticker": "AAPL", "form_type": "10-K"},
        B: {"form_type": "8-K"},
    }
    # Where two fields are much the same, only the name itself tells which is meant.
    assert fields_among(pasted, ["TICKER", "ticker", "size"]) == {
        A: {"TICKER": "AAPL", "size": "3"},
        B: {"size": "4"},
    }
    assert fields_among(pasted, ["Ticker", "ticker"]) == {}


text_of_cells = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
records = st.dictionaries(
    st.uuids().map(lambda uuid: f"file_{uuid}"),
    st.dictionaries(st.sampled_from(["a", "b"]), text_of_cells),
    min_size=1,
    max_size=5,
)


@given(records)
def test_a_table_that_was_written_is_read_again(fields):
    pasted = read_file_ids(write_table(fields, ["a", "b"]))
    assert pasted.file_ids == tuple(fields)
    assert pasted.values == {
        file_id: trimmed
        for file_id, own in fields.items()
        if (trimmed := {k: trim_cell(v) for k, v in own.items() if trim_cell(v)})
    }


def test_columns_of_one_name_are_told():
    pasted = read_file_ids(f"file_id,x,x\n{A},1,2\n{B},3,4")
    assert pasted.values == {A: {"x": "1"}, B: {"x": "3"}}
    assert pasted.notes == ("several columns are called “x”; the first one counts",)

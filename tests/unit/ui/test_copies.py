"""What is copied of rows: whole, harmless in a spreadsheet and a shell, and without the key."""

import csv
import io
import json
import shlex

from xcoll_tui.api.models import Collection, Document, FileMetadata
from xcoll_tui.ui.clipboard import programs_for
from xcoll_tui.ui.presentation.copies import as_csv, as_json, curl_lines, ids, names
from xcoll_tui.ui.presentation.text import copied

EVIL = Document(
    file_metadata=FileMetadata("file_1", '=HYPERLINK("x")', 4, "text/plain"),
    fields={"a,b": "+1+1", "note": 'two\nlines "quoted"'},
    status="DOCUMENT_STATUS_PROCESSED",
)
PLAIN = Document(file_metadata=FileMetadata("file_2", "ü.txt"), fields={"ticker": "TSLA"})
COLLECTION = Collection("collection_1", "@Filings", documents_count=2)


def test_ids_and_names_are_one_a_line():
    assert ids([EVIL, "file_3"]) == "file_1\nfile_3"
    assert names([EVIL, "file_3"]) == '=HYPERLINK("x")\nfile_3'


def test_json_is_what_the_service_calls_it():
    one = json.loads(as_json([PLAIN]))
    assert one == {
        "file_metadata": {"file_id": "file_2", "name": "ü.txt"},
        "fields": {"ticker": "TSLA"},
    }
    assert "ü" in as_json([PLAIN])
    assert [each["file_metadata"]["file_id"] for each in json.loads(as_json([EVIL, "x"]))] == [
        "file_1",
        "x",
    ]
    half = Document(file_metadata=FileMetadata("file_3", "\ud800"))
    assert as_json([half]).isascii()
    assert json.loads(as_json([COLLECTION]))["collection_name"] == "@Filings"


def test_no_cell_of_a_row_is_a_formula():
    row = next(csv.reader(io.StringIO(as_csv([EVIL]))))
    assert row[:5] == [
        "file_1",
        '\'=HYPERLINK("x")',
        "DOCUMENT_STATUS_PROCESSED",
        "4",
        "text/plain",
    ]
    assert row[6:] == ["'+1+1", 'two\nlines "quoted"']
    assert as_csv([COLLECTION]).startswith("collection_1,'@Filings,2,")


def test_several_rows_have_a_header_and_the_same_columns():
    rows = list(csv.DictReader(io.StringIO(as_csv([EVIL, PLAIN, "file_3"]))))
    assert [row["file_id"] for row in rows] == ["file_1", "file_2", "file_3"]
    assert rows[1]["fields.ticker"] == "TSLA"
    assert rows[2]["fields.ticker"] == rows[0]["fields.ticker"] == ""


def test_a_command_names_the_variable_and_nothing_in_it_runs():
    evil = "x'; rm -rf $HOME #"
    line = curl_lines([evil], "collection_1", "https://host", "XAI_MANAGEMENT_KEY")
    words = shlex.split(line)
    assert words[:3] == ["curl", "-H", "Authorization: Bearer $XAI_MANAGEMENT_KEY"]
    assert len(words) == 4
    assert words[3].startswith("https://host/v1/collections/collection_1/documents/x%27%3B")
    assert curl_lines(["a"], None, "https://host", "K").endswith("https://host/v1/collections/a")


def test_a_program_is_used_only_where_a_person_sits():
    wayland = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}
    assert [each.name for each in programs_for(wayland, "linux")] == ["wl-copy", "xclip"]
    assert [each.name for each in programs_for({"DISPLAY": ":0"}, "linux")] == ["xclip"]
    assert programs_for({}, "linux") == []
    assert [each.name for each in programs_for({}, "darwin")] == ["pbcopy"]
    assert [each.name for each in programs_for({"WSL_DISTRO_NAME": "x"}, "linux")] == ["clip.exe"]
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        assert programs_for({**wayland, name: "1"}, "linux") == []


def test_what_was_copied_is_said_as_far_as_it_is_known():
    assert copied("file_1") == "ID sent to the terminal: file_1"
    assert copied("file_1", program="wl-copy") == "ID copied by wl-copy: file_1"
    assert copied("a\nb", "2 IDs") == "2 IDs sent to the terminal."
    assert "no more than 74 kB" in copied("a" * 75_000)
    assert "kB" not in copied("a" * 75_000, program="xclip")

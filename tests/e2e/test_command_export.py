"""`xcoll export`: whole, the same each time, safe in a spreadsheet, and a file or none."""

import csv
import io
import stat

from tests.contract.plain import Plain
from tests.e2e.commands import DOCUMENT, assert_matches, schema_of
from xcoll_tui.emulator.server import Server

MANY = "Support articles"


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_whole_in_order_and_the_same_each_time(command, tmp_path):
    path = tmp_path / "articles.jsonl"
    told = command("export", MANY, "-o", str(path))
    assert (told.out, told.err) == ("", f"xcoll: 1,204 documents written to {path}.\n")
    content = path.read_text()
    assert content == command("list", MANY, "--jsonl").out
    assert content == command("export", MANY, "--format", "jsonl", "--quiet").out
    array = command("export", MANY, "--format", "json").json
    assert len(array) == 1204
    assert_matches(array[-1], schema_of(DOCUMENT))
    (tmp_path / "any").touch()
    assert mode_of(path) == mode_of(tmp_path / "any")
    (tmp_path / "any").unlink()
    assert [each.name for each in tmp_path.iterdir()] == ["articles.jsonl"]


def test_a_file_that_is_there_stays_unless_forced(command, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("mine")
    path.chmod(0o640)
    refused = command("export", "Drafts", "-o", str(path), code=3)
    assert "--force replaces it" in refused.err
    assert path.read_text() == "mine"
    command("export", "Drafts", "-o", str(path), "--force", "--excel")
    assert path.read_bytes().startswith(b"\xef\xbb\xbffile_id,name,")
    assert mode_of(path) == 0o640
    assert command("export", "Drafts", "-o", str(tmp_path / "no" / "x"), code=1).err.startswith(
        "xcoll: "
    )


def test_csv_has_a_column_a_field_and_runs_nothing(commands_for):
    with Server(undeclared="accept") as server:
        plain = Plain(server.url, server.key)
        collection = plain.collection(collection_name="Odd", field_definitions=[{"key": "b"}])
        plain.attach(collection, {"b": "=1+1"}, name="-x.txt")
        plain.attach(collection, {"b": "-5", "a": 'two\nlines, "quoted"'}, name="b.txt")
        plain.attach(collection, {}, name="c.txt")
        plain.close()
        first, second, third = rows_of(commands_for(server)("export", "Odd").out)
    assert list(first)[-2:] == ["fields.b", "fields.a"]
    assert (first["name"], first["fields.b"], first["fields.a"]) == ("'-x.txt", "'=1+1", "")
    assert (second["fields.b"], second["fields.a"]) == ("-5", 'two\nlines, "quoted"')
    assert third["fields.b"] == ""


def test_what_breaks_off_leaves_no_file(commands_for, tmp_path):
    fault = "GET:/v1/collections/*/documents:403"
    with Server(seed="small", faults=[fault]) as server:
        server.faults[0].skip = 5
        ended = commands_for(server)("export", MANY, "-o", str(tmp_path / "x.csv"), code=1)
    assert "HTTP 403" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_filter_is_heeded(command):
    rows = rows_of(command("export", "SEC Filings", "--filter", 'fields.ticker:"TSLA"').out)
    assert {row["fields.ticker"] for row in rows} == {"TSLA"}

"""`xcoll create`, `update`, `delete`, `backup`, `restore` and `undo`: collections as a whole."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from tests.conftest import serve_samples
from tests.contract.plain import Plain
from tests.e2e.commands import RESULT, assert_matches, schema_of, wait_struck
from tests.e2e.terminal import ROOT, xcoll
from tests.isolation import environment
from xcoll_tui.emulator.faults import Fault

INTERVIEWS = "Interview transcripts"  # 57 documents; role is optional


@pytest.fixture
def server():
    """The small samples, of which a test may change what it likes; all is indexed at once."""
    with serve_samples(index_seconds=0) as running:
        yield running


@pytest.fixture
def xc(commands_for, server):
    """Run a command against it."""
    return commands_for(server)


def env_of(server):
    return {"XAI_MANAGEMENT_KEY": server.key, "XCOLL_BASE_URL": server.url}


def exported(command, collection):
    """Return the documents with all that is not the service's affair: when it was indexed."""
    rows = map(json.loads, command("export", collection, "--format", "jsonl").lines)
    return [{**row, "last_indexed_at": None} for row in rows]


def configured(command, collection):
    """Return what a collection is made of."""
    shown = command("show", collection, "--json").json
    names = ("collection_name", "collection_description", "chunk_configuration")
    return {name: shown[name] for name in (*names, "field_definitions", "index_configuration")}


def test_a_collection_is_created_and_changed_as_the_options_say(xc):
    arguments = (
        "create", "New", "--description", "what it holds", "--metric", "cosine",
        "--chunking", "tokens:800:100:cl100k_base", "--inject-name", "yes",
        "--define", "ticker:required,unique:The: symbol", "--define", "year",
    )  # fmt: skip
    assert "field_definitions.ticker" in xc(*arguments, "--dry-run").out
    assert "There is no collection" in xc("show", "New", code=1).err
    (row,) = xc(*arguments, "--json").json
    assert_matches(row, schema_of(RESULT))
    assert row["verdict"] == "done"
    made = configured(xc, row["collection_id"])
    tokens = made["chunk_configuration"]["tokens_configuration"]
    assert (tokens["max_chunk_size_tokens"], tokens["chunk_overlap_tokens"]) == (800, 100)
    ticker, year = made["field_definitions"]
    assert (ticker["key"], ticker["required"], ticker["unique"]) == ("ticker", True, True)
    assert (ticker["description"], year["key"], year["required"]) == ("The: symbol", "year", False)
    changed = xc("update", "New", "--name", "Newer", "--define", "year:inject")
    assert changed.lines[1].split("\t")[:2] == [row["collection_id"], "done"]
    assert configured(xc, "Newer")["field_definitions"][1]["inject_into_chunk"]
    xc("undo")
    assert configured(xc, "New") == made
    # Its values go with a definition.
    assert "--yes is needed" in xc("update", "New", "--undefine", "year", code=3).err
    xc("update", "New", "--undefine", "year", "--yes")
    assert [each["key"] for each in configured(xc, "New")["field_definitions"]] == ["ticker"]
    assert "cannot be undone" in xc("undo", "1", code=1).err


def test_a_name_may_begin_with_a_dash_behind_two_of_them(xc):
    (row,) = xc("create", "--json", "--", "-dash").json
    assert (row["verdict"], row["name"]) == ("done", "-dash")
    xc("update", "--name", "plain", "--", "-dash")
    assert "plain" in xc("list").out


def test_what_was_written_to_a_collection_that_is_gone_is_no_longer_offered(xc, server, tmp_path):
    state = {"XDG_STATE_HOME": str(tmp_path)}
    collection_id = xc("create", "New", "--json", **state).json[0]["collection_id"]
    xc("attach", "New", next(iter(server.file_ids)), **state)
    plain = Plain(server.url, server.key)
    plain.ok("DELETE", f"/v1/collections/{collection_id}")
    plain.close()
    assert "its collection “New” is not there" in xc("undo", "--yes", code=1, **state).err
    # Just now it may only be too new to be shown.
    assert xc("undo", "--list", "--json", **state).json[0]["state"] == "possible"


WRONG = {
    "strategy": (["create", "N", "--chunking", "words:3"], "unknown strategy"),
    "size": (["create", "N", "--chunking", "bytes:0"], "a whole number above 0"),
    "overlap": (["create", "N", "--chunking", "bytes:10:10"], "smaller than the size"),
    "trait": (["create", "N", "--define", "a:must"], "'must' is not one of required"),
    "name": (["create", " "], "A collection needs a name."),
    "nothing": (["update", INTERVIEWS], "Say what to change"),
    "undefined": (["update", INTERVIEWS, "--undefine", "x", "--yes"], "No field “x” is defined."),
    "number": (["undo", "9"], "There is no 9"),
    # An empty path would be the folder that one is in, with all that is there.
    "no backup": (["backup", INTERVIEWS, "", "--force"], "it names no file"),
    "no folder": (["diff", INTERVIEWS, "", "--upload-new"], "it names no file"),
    "no files": (["upload", INTERVIEWS, "", "--yes"], "it names no file"),
    "a file": (["diff", INTERVIEWS, "/dev/null"], "/dev/null is not a folder."),
    "a format": (
        ["export", INTERVIEWS, "-o", "x.xlsx"],
        "none of the formats, csv, jsonl and json",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_sense_is_a_sentence(name, xc):
    arguments, wanted = WRONG[name]
    ended = xc(*arguments, code=2)
    assert (wanted in ended.err, ended.out) == (True, "")


def test_what_was_backed_up_and_deleted_is_restored_the_same(xc, tmp_path):
    path = str(tmp_path / "interviews.jsonl")
    before, made = exported(xc, INTERVIEWS), configured(xc, INTERVIEWS)
    assert len(before) == 57
    head, row = (line.split("\t") for line in xc("backup", INTERVIEWS, path).lines)
    assert (head, row[0], row[2]) == (["path", "collection_id", "documents", "made_at"], path, "57")
    assert [each.name for each in tmp_path.iterdir()] == ["interviews.jsonl"]
    assert "--force replaces it" in xc("backup", INTERVIEWS, path, code=3).err
    nowhere = xc("backup", INTERVIEWS, str(tmp_path / "no" / "x.jsonl"), code=1).err
    assert "There is no folder" in nowhere
    long = "n" * 300
    assert "cannot be written: File name too long" in xc("backup", INTERVIEWS, long, code=1).err
    assert "cannot be used: it cannot be opened" in xc("restore", long, code=1).err
    (file_id, *_) = [row["file_metadata"]["file_id"] for row in before]
    xc("edit", INTERVIEWS, file_id, "--set", "a=1")  # after the backup
    assert "--yes is needed" in xc("delete", INTERVIEWS, code=3).err
    assert "It would be deleted, with 57 documents" in xc("delete", INTERVIEWS, "--dry-run").out
    deleted = xc("delete", INTERVIEWS, "--yes")
    assert deleted.lines[1].split("\t")[1] == "done"
    assert "Backup: " in deleted.err
    assert "There is no collection" in xc("show", INTERVIEWS, code=1).err
    # What was written to it can never be undone, and stands in nobody's way.
    states = {(row["state"], row["note"]) for row in xc("undo", "--list", "--json").json}
    assert states == {("dead", f"“{INTERVIEWS}” was deleted.")}
    # A deletion is no entry of it: what brings the collection back is named.
    backup = deleted.err.partition("Backup: ")[2].partition("\n")[0].removesuffix(".")
    refused = xc("undo", code=1).err
    assert "There is nothing to undo. A deleted" in refused
    assert f"xcoll restore {backup}" in refused
    assert "It would be recreated, with 57 documents." in xc("restore", path, "--dry-run").out
    restored = xc("restore", path, "--json").json
    assert len(restored) == 58
    assert {row["verdict"] for row in restored} == {"done"}
    assert restored[-1]["sentence"].endswith("with all 57 documents of the backup.")
    assert (exported(xc, INTERVIEWS), configured(xc, INTERVIEWS)) == (before, made)
    # The restore is undone by deleting what it made; that asks, too.
    assert "--yes is needed" in xc("undo", code=3).err
    assert xc("undo", "--yes").lines[1].split("\t")[:2] == [restored[-1]["collection_id"], "done"]
    assert "There is no collection" in xc("show", INTERVIEWS, code=1).err


def test_a_backup_goes_into_a_collection_that_there_is_and_is_taken_out_again(xc, tmp_path):
    path = str(tmp_path / "interviews.jsonl")
    xc("backup", INTERVIEWS, path)
    into = xc("restore", path, "--into", "Drafts")
    assert into.out.count("\tdone\t") == 57
    assert [row["fields"] for row in exported(xc, "Drafts")] == [
        row["fields"] for row in exported(xc, INTERVIEWS)
    ]
    assert "--yes is needed" in xc("undo", code=3).err
    xc("undo", "--yes")
    assert exported(xc, "Drafts") == []
    assert xc("undo", "--list", "--json").json[1]["state"] == "undone"
    assert "cannot be used" in xc("restore", "nosuch", code=1).err


def test_a_backup_takes_the_place_of_a_plain_file_only(xc, tmp_path):
    pipe, link, file = tmp_path / "pipe", tmp_path / "link", tmp_path / "file"
    os.mkfifo(pipe)
    file.write_text("before")
    link.symlink_to(file)
    assert (
        "It is a pipe. Name another file."
        in xc("backup", "Drafts", str(pipe), "--force", code=1).err
    )
    assert pipe.is_fifo()
    assert "already. --force replaces it." in xc("backup", "Drafts", str(link), code=3).err
    xc("backup", "Drafts", str(link), "--force")
    assert link.is_symlink()
    assert "before" not in file.read_text()
    assert "it is empty" in xc("restore", "/dev/null", code=1).err


def test_without_a_whole_backup_nothing_is_deleted(xc, server):
    server.faults.append(Fault("GET", "/v1/collections/*/documents", 403))
    ended = xc("delete", INTERVIEWS, "--yes", code=1)
    assert "Nothing was deleted; --no-backup deletes without one." in ended.err
    assert ended.out == ""
    assert xc("delete", INTERVIEWS, "--yes", "--no-backup").lines[1].split("\t")[1] == "done"


def test_a_terminal_wants_the_name_of_what_is_deleted(server, xc):
    for typed, code in (("y", 3), (INTERVIEWS, 0)):
        with xcoll("delete", INTERVIEWS, columns=300, env=env_of(server)) as terminal:
            terminal.wait_for(f"Type {INTERVIEWS} to confirm:")
            terminal.press(f"text:{typed}", "enter")
            assert terminal.wait_end() == code
        gone = INTERVIEWS not in xc("list").out
        assert gone is (code == 0)


def interrupt(server, fault, *arguments, **env):
    """Run a command, interrupt it when a fault has struck, and return what it wrote."""
    server.faults.append(fault)
    process = subprocess.Popen(
        [sys.executable, "-m", "xcoll_tui", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment({**env_of(server), **env}),
    )
    with process:
        wait_struck(fault, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 130, err
    server.faults.clear()
    return out, err


def test_an_interrupted_change_is_not_known_until_it_is_looked_at(xc, server, tmp_path):
    state = {"XDG_STATE_HOME": str(tmp_path)}
    fault = Fault("PUT", "/v1/collections/*", "timeout", "after")
    out, err = interrupt(server, fault, "update", "Drafts", "--name", "New", **state)
    assert (out, "its result is not known" in err) == ("", True)
    assert "New" in xc("list").out
    fault = Fault("PUT", "/v1/collections/*", "timeout", "before")
    out, err = interrupt(server, fault, "undo", **state)
    assert "its result is not known" in err
    assert "succeeded" not in err
    xc("undo", **state)
    assert "Drafts" in xc("list").out


def test_an_interrupted_restore_tells_what_went_out_and_goes_on_later(xc, server, tmp_path):
    path = str(tmp_path / "interviews.jsonl")
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    xc("backup", INTERVIEWS, path)
    fault = Fault("POST", "/v1/collections/*/documents/*", "timeout", "before", skip=5)
    out, err = interrupt(server, fault, "restore", path, **state)
    went_well = re.search(r"Nothing more is sent: (\d) of 57 succeeded", err)
    assert went_well is not None, err
    assert int(went_well[1]) == out.count("\tdone\t") > 0
    again = xc("restore", path, **state)
    assert "Continuing an earlier restore in" in again.err
    assert again.lines[-1].endswith("with all 57 documents of the backup.")
    assert sum(row["collection_name"] == INTERVIEWS for row in xc("list", "--json").json) == 2

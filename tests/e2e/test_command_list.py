"""`xcoll list` and `xcoll show`: what they write, to whom, and how they fail."""

import json
import re
import signal
import subprocess
import sys

import pytest

from tests.contract.plain import Plain
from tests.e2e.commands import (
    COLLECTION,
    DOCUMENT,
    assert_matches,
    schema_of,
    start_command,
    wait_struck,
)
from tests.e2e.terminal import ROOT, xcoll
from tests.isolation import environment
from xcoll_tui.emulator.server import Server

FILINGS = "SEC Filings"


def env_of(server):
    return {"XAI_MANAGEMENT_KEY": server.key, "XCOLL_BASE_URL": server.url}


def test_a_pipe_gets_a_table_of_tabs_under_the_names_of_the_api(command):
    listed = command("list")
    head, *rows = [line.split("\t") for line in listed.lines]
    assert head[:3] == ["collection_id", "collection_name", "documents_count"]
    named = {row[1]: row for row in rows}
    assert named[FILINGS][2] == "480"
    assert {len(row) for row in rows} == {len(head)}
    chosen = command("list", FILINGS, "--columns", "name,fields.ticker", "--limit", "2").lines
    assert chosen == ["name\tfields.ticker", "aapl-20180331.txt\tAAPL", "aapl-20180630.txt\tAAPL"]


def test_json_is_an_array_or_an_object_a_line_and_the_same_for_ever(command):
    collections = command("list", "--json").json
    documents = command("list", FILINGS, "--json").json
    lines = command("list", FILINGS, "--jsonl").out
    assert len(documents) == 480  # all of them, of several pages
    assert lines == "".join(f"{line}\n" for line in lines.splitlines())
    for row in collections:
        assert_matches(row, schema_of(COLLECTION))
    for row in documents:
        assert_matches(row, schema_of(DOCUMENT))
    assert command("list", "Drafts", "--json").out == "[]\n"
    assert_matches(command("show", FILINGS, "--json").json, schema_of(COLLECTION))
    head, row = (line.split("\t") for line in command("show", FILINGS).lines)
    shown = dict(zip(head, row, strict=True))
    assert json.loads(shown["chunk_configuration"])["strip_whitespace"] is True
    assert json.loads(shown["field_definitions"])[0]["key"] == "ticker"
    file_id = documents[0]["file_metadata"]["file_id"]
    assert command("show", FILINGS, file_id, "--json").json == documents[0]


def test_what_is_asked_for_is_what_comes(command):
    failed = command("list", FILINGS, "--failed", "--jsonl").lines
    assert failed
    assert all('"status":"DOCUMENT_STATUS_FAILED"' in line for line in failed)
    sizes = command("list", FILINGS, "--sort", "size", "--desc", "--columns", "size_bytes").lines
    numbers = [int(line) for line in sizes[1:]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(command("list", FILINGS, "--filter", "aapl").lines) == 33
    own = command("list", FILINGS, "--filter", "ticker:TSLA size>1KB", "--limit", "3")
    assert len(own.lines) == 4
    assert 'Filter: fields.ticker:"TSLA"' in own.err
    terms = command("list", FILINGS, "--filter", 'fields.ticker:"TSLA"', "--limit", "3", "--quiet")
    assert len(terms.lines) == 4
    assert terms.err == ""
    by_id = command("list", "--json").json[-1]
    rows = command("list", by_id["collection_id"], "--jsonl").lines
    assert len(rows) == by_id["documents_count"]


FAILURES = {
    "no such name": (["list", "SEC filings"], 1, "Did you mean “SEC Filings”?"),
    "no such column": (["list", FILINGS, "--columns", "x"], 2, "There is no column 'x'."),
    "failed collections": (["list", "--failed"], 2, "--failed goes with a COLLECTION."),
    "collections by size": (["list", "--sort", "size"], 2, "sorted by name or age"),
    "bad filter": (["list", FILINGS, "--filter", "size_bytes:>x"], 1, "'x' is not a number"),
    "bad option": (["list", "--nonsense"], 2, "usage: xcoll list [--filter F]"),
    "no number": (["list", "--limit", "0"], 2, "'0' is not a number of 1 or more"),
    "mistyped": (["lst"], 2, "did you mean xcoll list?"),
    "no such document": (["show", FILINGS, "file_x"], 1, "Document 'file_x' is not in collection"),
    "no such profile": (["--profile", "none", "list"], 4, "There is no profile none"),
    "a key": (["list", "xai-abcdefghij"], 2, "A key is not accepted on the command line"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_cannot_be_done_is_a_sentence(name, command):
    arguments, code, wanted = FAILURES[name]
    ended = command(*arguments, code=code)
    assert ended.out == ""
    assert wanted in ended.err
    assert ended.err.splitlines()[-1].startswith("xcoll: ")
    assert "xai-abc" not in ended.err


def test_without_a_key_it_ends_with_4(command):
    ended = command("list", code=4, XAI_MANAGEMENT_KEY="")
    assert ended.err.startswith("xcoll: No management key.")
    assert command("auth", "status", code=4, XAI_MANAGEMENT_KEY="").err == ""
    told = command("--theme", "nosuch", code=2, XAI_MANAGEMENT_KEY="").err
    assert told.startswith("xcoll: There is no theme 'nosuch'.")
    named = command("--profile", "default", "auth", "status", "--no-verify").out
    assert named.startswith("profile    default")


def test_two_of_one_name_are_told_with_their_ids(commands_for):
    with Server() as server:
        plain = Plain(server.url, server.key)
        ids = [plain.collection(collection_name=name) for name in ("Twin", "Twin", "Twins")]
        plain.close()
        ids = [path.rpartition("/")[2] for path in ids]
        err = commands_for(server)("list", "Twin", code=1).err
        assert "2 collections are called “Twin”" in err
        assert all(each in err for each in ids[:2])
        assert ids[2] not in err


def test_a_terminal_gets_a_table_that_fits(emulator):
    env = env_of(emulator)
    with xcoll("list", "Support articles", columns=80, rows=130, env=env) as terminal:
        assert terminal.wait_end() == 0
        lines = [line for line in terminal.text.splitlines() if line]
        assert re.match(r"name +status +size +id", lines[0])
        rows = [line for line in lines if re.search(r"file_[0-9a-f-]{36}$", line)]
        assert len(rows) == 100
        assert max(map(len, lines[:101])) <= 80
        assert lines[-1] == ("xcoll: These are the first 100 of 1,204; --all lists all.")
        assert b"\x1b[1m" in terminal.raw
    with xcoll("list", columns=60, rows=30, env={**env, "NO_COLOR": "1"}) as terminal:
        assert terminal.wait_end() == 0
        assert b"\x1b" not in terminal.raw


def test_a_reader_that_goes_away_ends_it_silently(emulator):
    for arguments in ("list 'Support articles' --jsonl", "export 'Support articles'"):
        command = f"{sys.executable} -m xcoll_tui {arguments}"
        ended = subprocess.run(
            ["sh", "-c", f"{{ {command}; printf $? >&2; }} | head -n 1"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=environment(env_of(emulator)),
        )
        # As a program ends that SIGPIPE kills.
        assert (ended.stdout.count("\n"), ended.stderr) == (1, "141")


@pytest.mark.parametrize(
    "arguments", [["list"], ["show", "Drafts"], ["export", "Drafts"], ["doctor"]]
)
def test_no_screen_is_loaded(arguments, emulator):
    script = f"""
import os, sys
from xcoll_tui.cli import main
stderr = open(os.dup(2), "w")
try:
    main({arguments!r})
except SystemExit as end:
    assert not end.code
heavy = {{"textual", "starlette", "uvicorn", "rich.console"}}
print(sorted(heavy & set(sys.modules)), file=stderr)
"""
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment(env_of(emulator)),
    )
    assert (ended.returncode, ended.stderr) == (0, "[]\n")


def test_a_signal_breaks_it_off(tmp_path):
    with Server(faults=["GET:/v1/collections:timeout"]) as server:
        process = start_command(server, "list", "--log", str(tmp_path / "log"))
        with process:
            wait_struck(server.faults[0], process)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
        assert (process.returncode, out) == (130, "")
        assert err == "xcoll: Interrupted before the end.\n"


def test_what_the_service_refuses_is_told(commands_for):
    with Server(seed="none", faults=["GET:/v1/collections:403"]) as server:
        command = commands_for(server)
        ended = command("list", code=1)
        assert ended.out == ""
        assert "HTTP 403" in ended.err
        with_wrong_key = command("list", code=1, XAI_MANAGEMENT_KEY="xai-token-wrong-wrong")
        assert "wrong" not in with_wrong_key.err

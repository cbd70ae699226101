"""`xcoll search`, `evaluate`, `upload` and `diff`: what they find, send, say and refuse."""

import json
import subprocess
import sys

import pytest

from tests.conftest import serve_samples
from tests.e2e.commands import RESULT, assert_matches, schema_of, start_command
from tests.isolation import environment
from xcoll_tui.emulator.faults import Fault

SUPPORT, DRAFTS, PAPERS = "Support articles", "Drafts", "Research papers"
QUESTION = "How do I reset two-factor?"


@pytest.fixture
def server():
    with serve_samples(index_seconds=0) as running:
        yield running


@pytest.fixture
def xc(commands_for, server, monkeypatch):
    """Run a command with both keys."""
    monkeypatch.setenv("XAI_API_KEY", server.inference_key)
    monkeypatch.setenv("XCOLL_INFERENCE_URL", server.url)
    run = commands_for(server)

    def with_key(*arguments, **options):
        return run(*arguments, **{"XAI_API_KEY": server.inference_key, **options})

    return with_key


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    for name in ("a.txt", "b.txt"):
        (path / name).write_text(f"a platypus in {name}\n")
    (path / "empty.txt").touch()
    return path


def test_a_question_is_asked_compared_expected_kept_and_evaluated(xc, tmp_path):
    rows = xc("search", SUPPORT, QUESTION, "--json").json
    assert len(rows) == 10
    best = rows[0]
    assert (best["rank"], best["mode"], best["name"]) == (1, "hybrid", "change-a-device.md")
    assert "reset two-factor" in best["text"].lower()
    compared = xc("search", SUPPORT, QUESTION, "--compare", "--by-document", "--limit", "3").lines
    assert compared[0].split("\t")[:2] == ["mode", "rank"]
    assert {line.split("\t")[0] for line in compared[1:]} == {"hybrid", "semantic", "keyword"}
    expected = ["--expect", best["file_id"]]
    ended = xc("search", SUPPORT, QUESTION, *expected, "--save")
    assert f"{best['file_id']}: hybrid rank 1." in ended.err
    assert "The question is kept in" in ended.err
    missed = xc("search", SUPPORT, QUESTION, "--expect", "file_x", "--mode", "keyword", code=1)
    assert "file_x: keyword not in the first" in missed.err
    # What is kept, and a file of questions of which one fails.
    kept = xc("evaluate", SUPPORT, "--json").json
    assert [(one["mode"], one["hits"], one["recall"], one["mrr"]) for one in kept] == [
        ("hybrid", 1, 1.0, 1.0),
        ("semantic", 1, 1.0, 1.0),
        ("keyword", 1, 1.0, 1.0),
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        json.dumps({"query": QUESTION, "expected_file_ids": [best["file_id"]]})
        + "\n"
        + json.dumps({"query": "invoices", "expected": ["file_x"]})
    )
    ended = xc("evaluate", SUPPORT, str(questions), "--mode", "hybrid", "--k", "3", code=1)
    assert ended.lines == [
        "mode\tquestions\thits\trecall\tmrr\tfailing\tk",
        "hybrid\t2\t1\t0.5\t0.5\t1\t3",
    ]
    assert "hybrid: “invoices”: not in the first 3: file_x." in ended.err
    questions.write_text("{")
    assert "Line 1 holds no question" in xc("evaluate", SUPPORT, str(questions), code=2).err
    questions.write_text('{"query": "xai-token-0123456789abcdef", "expected_file_ids": ["f"]}')
    refused = xc("evaluate", SUPPORT, str(questions), code=2).err
    assert "There is a key in" in refused
    assert "0123456789" not in refused


def test_what_a_search_lacks_or_is_refused_is_told(xc):
    asked = ["search", SUPPORT, QUESTION]
    told = xc(*asked, code=4, XAI_API_KEY="").err
    assert "need an inference key, and there is none. Set XAI_API_KEY" in told
    assert xc(*asked, "--read-only").lines
    told = xc(*asked, code=1, XAI_API_KEY="xai-token-wrong-wrong").err
    assert "It begins with xai-token- as management keys do" in told
    told = xc(*asked, "--filter", "year >", code=1).err
    assert "Invalid filter" in told
    told = xc(*asked, "--inference-url", "http://x.example", code=2).err
    assert told.startswith("xcoll: The inference URL 'http://x.example' is http to another machine")
    assert "Nothing was found." in xc("search", DRAFTS, "x").err


def test_files_are_uploaded_told_of_waited_for_and_undone(xc, folder):
    dry = xc("upload", DRAFTS, str(folder), "--dry-run", "--json").json
    assert sorted(row["verdict"] for row in dry) == ["dry run", "dry run", "skipped"]
    (skipped,) = [row["sentence"] for row in dry if row["verdict"] == "skipped"]
    assert f"“{folder / 'empty.txt'}” is skipped" in skipped
    rows = xc("upload", DRAFTS, str(folder), "--json").json
    for row in rows:
        assert_matches(row, schema_of(RESULT))
    assert {row["name"]: row["verdict"] for row in rows} == {
        "empty.txt": "skipped",
        "a.txt": "done",
        "b.txt": "done",
    }
    again = xc("upload", DRAFTS, str(folder))
    assert "There is nothing to upload." in again.err
    assert [one["name"] for one in xc("search", DRAFTS, "platypus", "--json").json]
    (folder / "c.txt").write_text("new\n")
    (folder / "a.txt").write_text("other\n")
    rows = xc("diff", DRAFTS, str(folder), "--json").json
    assert {row["name"]: row["state"] for row in rows} == {"a.txt": "changed", "c.txt": "new"}
    done = xc("diff", DRAFTS, str(folder), "--upload-new").lines
    assert [line.split("\t")[1] for line in done[1:]] == ["skipped", "done"]
    needs = xc("upload", DRAFTS, str(folder / "a.txt"), "--existing", "replace", code=3).err
    assert "--yes is needed" in needs
    replaced = xc("upload", DRAFTS, str(folder / "a.txt"), "--existing", "replace", "--yes")
    assert "What it replaces is removed." in replaced.out
    assert xc("undo", "--list", "--json").json[1]["operation"] == "upload"
    assert len(xc("list", DRAFTS).lines) == 4


def test_an_upload_that_was_killed_is_begun_again_and_sends_what_is_missing(xc, server, folder):
    for number in range(40):
        (folder / f"n{number:02}.txt").write_text(f"text {number}\n" * 1000)
    sent = Fault("POST", "/v1/collections/*/documents", "timeout", share=0.3)
    server.faults.append(sent)
    process = start_command(server, "upload", DRAFTS, str(folder), "--no-wait")
    while "done" not in process.stdout.readline():
        assert process.poll() is None
    process.kill()
    process.communicate()
    server.faults.clear()
    before = {line.split("\t")[-1] for line in xc("list", DRAFTS, "--columns", "name").lines[1:]}
    assert 0 < len(before) < 42
    rows = xc("upload", DRAFTS, str(folder), "--no-wait", "--json").json
    assert {row["name"] for row in rows if row["verdict"] == "done"}.isdisjoint(before)
    names = xc("list", DRAFTS, "--all", "--columns", "name").lines[1:]
    assert len(names) == len(set(names)) == 42


def test_fields_come_from_options_and_a_table_and_are_checked_before_anything_is_sent(
    xc, folder, tmp_path
):
    files = [str(folder / "a.txt"), str(folder / "b.txt")]
    told = xc("upload", PAPERS, *files, "--field", "doi=1", code=2).err
    assert "The values of “doi” must differ" in told
    assert "Nothing was sent." in told
    table = tmp_path / "fields.csv"
    table.write_text("name,DOI,year\na.txt,10.1/a,2020\nb.txt,10.1/b,\n")
    rows = xc("upload", PAPERS, *files, "--fields-from", str(table), "--json").json
    assert [row["verdict"] for row in rows] == ["done", "done"]
    shown = xc("show", PAPERS, rows[0]["file_id"], "--json").json
    assert shown["fields"]["doi"].startswith("10.1/")
    assert "is not there" not in xc("upload", PAPERS, "nosuch.txt", code=1).out


def test_nothing_of_search_and_uploads_is_loaded_before_it_is_used():
    script = (
        "import sys\n"
        "import xcoll_tui.cli.access, xcoll_tui.cli.connection, xcoll_tui.cli.demo\n"
        "import xcoll_tui.ui.app, xcoll_tui.ui.screens.main, xcoll_tui.ui.event_renderer\n"
        "used = ('api.inference', 'api.upload', 'api.retrieval', 'cli.inference',\n"
        "        'session.retrieval', 'session.upload', 'session.files', 'emulator.search')\n"
        "print([name for name in sys.modules if name.startswith(\n"
        "    tuple(f'xcoll_tui.{one}' for one in used))])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=environment({}),
    )
    assert ended.stdout == "[]\n"

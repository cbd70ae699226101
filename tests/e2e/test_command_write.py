"""`xcoll attach`, `edit`, `remove` and `reindex`: what they send, say, refuse and leave behind."""

import json
import re
import signal
import subprocess
import sys
import time
import uuid

import pytest

from tests.conftest import serve_samples
from tests.contract.plain import Plain
from tests.e2e.commands import RESULT, assert_matches, schema_of, start_command, wait_struck
from tests.e2e.leaks import KEY as CANARY
from tests.e2e.leaks import Cage
from tests.e2e.terminal import ROOT, xcoll
from tests.isolation import environment
from xcoll_tui.cli.commands import following
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.emulator.server import Server
from xcoll_tui.session import learned

NOTES = "Meeting notes"  # no field is defined
PAPERS = "Research papers"  # doi is required and unique
SCANS = "Incoming scans"  # 12 of them failed


@pytest.fixture
def server():
    """The small samples, of which a test may change what it likes; all is indexed at once."""
    with serve_samples(index_seconds=0) as running:
        yield running


@pytest.fixture
def xc(commands_for, server):
    """Run a command against it."""
    return commands_for(server)


@pytest.fixture
def _settle_soon(monkeypatch):
    """What is looked at until it has settled need not take ten seconds."""
    for name in ("_UNKNOWN_SETTLING", "_SHORTEST"):
        monkeypatch.setattr(learned, name, 0.3)


def ids_of(command, collection, *arguments):
    return command("list", collection, "--columns", "file_id", *arguments).lines[1:]


def fields_of(command, collection, file_id):
    return command("show", collection, file_id, "--json").json["fields"]


def env_of(server):
    return {"XAI_MANAGEMENT_KEY": server.key, "XCOLL_BASE_URL": server.url}


def writes_of(server):
    """Count the requests that would change something, from now on."""
    fault = Fault("POST", "/v1/collections/*/documents/*", 500, share=0.0)
    more = [Fault(method, "/v1/*", 500, share=0.0) for method in ("PATCH", "PUT", "DELETE")]
    server.faults.extend([fault, *more])
    return lambda: sum(each.seen for each in (fault, *more))


# Attaching


def test_files_are_attached_with_their_fields_and_a_line_tells_of_each(xc, server, tmp_path):
    first, second, third = list(server.file_ids)[:3]
    ended = xc("attach", NOTES, first, "file_x", "--field", "team=core", "--field", "k=a=b", code=1)
    head, *rows = [line.split("\t") for line in ended.lines]
    assert head == ["file_id", "verdict", "sentence"]
    assert {row[0]: row[1] for row in rows} == {first: "done", "file_x": "failed"}
    assert fields_of(xc, NOTES, first) == {"team": "core", "k": "a=b"}
    # A row a file; what stands for all of them is the rest.
    table = tmp_path / "files.csv"
    table.write_text(f"file_id,Team,note\n{second},web,“x”\n{third},,y\n")
    tabled = xc("attach", NOTES, "--fields-from", str(table), "--field", "note=z", "--json").json
    for row in tabled:
        assert_matches(row, schema_of(RESULT))
    assert {row["verdict"] for row in tabled} == {"done"}
    assert fields_of(xc, NOTES, second) == {"Team": "web", "note": "“x”"}
    assert fields_of(xc, NOTES, third) == {"note": "y"}
    again = xc("attach", NOTES, "-", stdin=f'["{first}"]')
    assert again.lines[1].split("\t")[1] == "already"
    assert xc("undo", "--list", "--json").json[0]["operation"] == "attach"


def test_what_comes_from_a_pipe_is_ids_or_refused(xc, server):
    writes, listed = writes_of(server), xc("list").out
    refused = xc("remove", NOTES, "-", "--yes", stdin=listed, code=2)
    assert "none is called file_id" in refused.err
    names = xc("list", NOTES, "--columns", "name").out
    for arguments in (["remove", NOTES, "-", "--yes"], ["reindex", NOTES, "-"]):
        refused = xc(*arguments, stdin=names, code=2)
        assert "are not file IDs (file_ and a UUID). Pipe the column file_id;" in refused.err
    assert writes() == 0


def test_a_table_with_a_doubtful_row_is_not_taken_at_all(xc, tmp_path):
    table, file_id = tmp_path / "rows.csv", f"file_{uuid.UUID(int=1)}"
    table.write_text(f"file_id,box\n{file_id},a\n{file_id},b\n")
    ended = xc("attach", "Drafts", "--fields-from", str(table), code=2)
    assert "Nothing was sent" in ended.err
    assert "other values" in ended.err
    assert xc("list", "Drafts", "--json").json == []


def test_what_was_exported_can_be_attached_elsewhere(xc, tmp_path):
    ids = ids_of(xc, PAPERS, "--limit", "2")
    exported = xc("list", PAPERS, "--limit", "2", "--jsonl").out
    xc("attach", "Drafts", "--fields-from", "-", stdin=exported)
    for file_id in ids:
        assert fields_of(xc, "Drafts", file_id) == fields_of(xc, PAPERS, file_id)
    table = tmp_path / "papers.csv"
    xc("export", PAPERS, "-o", str(table))
    assert len(xc("attach", "Drafts", "--fields-from", str(table)).lines) == 121
    last = ids_of(xc, PAPERS)[-1]
    assert fields_of(xc, "Drafts", last) == fields_of(xc, PAPERS, last)


def test_required_and_unique_fields_are_checked_before_anything_is_sent(xc, server):
    first, second = list(server.file_ids)[:2]
    writes = writes_of(server)
    lacking = xc("attach", PAPERS, first, second, code=2)
    assert f"“doi” is required, and {first}, {second} have none" in lacking.err
    alike = xc("attach", PAPERS, first, second, "--field", "doi=10.1/x", code=2)
    assert "must differ from document to document" in alike.err
    ids = ids_of(xc, PAPERS, "--limit", "2")
    many = xc("edit", PAPERS, *ids, "--set", "doi=10.1/x", code=2)
    assert "must differ from document to document" in many.err
    assert "is required" in xc("edit", PAPERS, ids[0], "--unset", "doi", code=2).err
    assert writes() == 0
    assert xc("edit", PAPERS, ids[0], "--set", "doi=10.1/x").lines[1].split("\t")[1] == "done"


# Editing, removing, indexing again


def test_fields_are_set_and_cleared_and_the_others_stay(xc):
    ids = ids_of(xc, NOTES, "--limit", "2")
    before = fields_of(xc, NOTES, ids[0])
    dry = xc("edit", NOTES, *ids, "--set", "a=1", "--set", "b=2", "--dry-run")
    assert "It would change a from nothing to “1”, b from nothing to “2”." in dry.out
    assert fields_of(xc, NOTES, ids[0]) == before
    ended = xc("edit", NOTES, "-", "--set", "a=1", "--set", "b=2", stdin="\n".join(ids))
    assert [line.split("\t")[1] for line in ended.lines[1:]] == ["done", "done"]
    assert fields_of(xc, NOTES, ids[1])["b"] == "2"
    xc("edit", NOTES, ids[0], "--set", "a=3", "--unset", "b")
    assert fields_of(xc, NOTES, ids[0]) == {**before, "a": "3"}
    xc("undo")
    assert fields_of(xc, NOTES, ids[0]) == {**before, "a": "1", "b": "2"}
    assert "It is already undone" in xc("undo", "2", code=1).err
    xc("undo", "1")  # which is the redo
    assert fields_of(xc, NOTES, ids[0]) == {**before, "a": "3"}


@pytest.mark.usefixtures("_settle_soon")
def test_fields_that_a_service_keeps_are_no_success(commands_for):
    with serve_samples(index_seconds=0, metadata_patch="ignore", reattach="keep") as server:
        xc = commands_for(server)
        (file_id,) = ids_of(xc, NOTES, "--limit", "1")
        ended = xc("edit", NOTES, file_id, "--set", "a=1", code=1)
        assert ended.lines[1].split("\t")[1] == "ignored"
        assert "--allow-replace removes and re-attaches" in ended.err
        replaced = xc("edit", NOTES, file_id, "--set", "a=1", "--allow-replace")
        assert replaced.lines[1].split("\t")[1] == "done"
        assert fields_of(xc, NOTES, file_id)["a"] == "1"


def test_removing_wants_yes_and_is_undone(xc, server):
    ids = ids_of(xc, NOTES, "--limit", "3")
    writes = writes_of(server)
    refused = xc("remove", NOTES, *ids, code=3)
    assert "--yes is needed when nobody can be asked" in refused.err
    dry = xc("remove", NOTES, *ids, "--dry-run")
    assert dry.out.count("\tdry run\tIt would be removed.") == 3
    assert "Whether the files themselves are kept is not known" in dry.err
    assert writes() == 0
    ended = xc("remove", NOTES, *ids, "--yes")
    assert ended.out.count("\tdone\t") == 3
    assert f"is removed from “{NOTES}”." in ended.out
    assert not {*ids} & {*ids_of(xc, NOTES)}
    (entry,) = xc("undo", "--list", "--json").json
    assert (entry["operation"], entry["collection_name"]) == ("remove", NOTES)
    assert sorted(entry["file_ids"]) == sorted(ids)
    undone = xc("undo", "--json").json
    assert {row["verdict"] for row in undone} == {"done"}
    assert {*ids} <= {*ids_of(xc, NOTES)}
    assert "--yes is needed" in xc("undo", "1", code=3).err  # redoing it would remove them


def test_a_filter_names_what_is_removed(xc):
    matching = ids_of(xc, NOTES, "--filter", "retro")
    rest = len(ids_of(xc, NOTES)) - len(matching)
    ended = xc("remove", NOTES, "--filter", "retro", "--yes", "--jsonl")
    assert {json.loads(line)["file_id"] for line in ended.lines} == {*matching}
    assert len(ids_of(xc, NOTES)) == rest
    assert "Give either" in xc("remove", NOTES, "x", "--filter", "y", "--yes", code=2).err
    assert "without --filter" in xc("remove", NOTES, "--filter", "-", "--yes", code=2).err
    assert "would be all documents" in xc("remove", NOTES, "--filter", " ", "--yes", code=2).err


def test_a_terminal_is_asked_and_gets_whole_sentences(server, xc):
    ids = ids_of(xc, NOTES, "--limit", "2")
    arguments = ("remove", NOTES, *ids)
    with xcoll(*arguments, columns=200, env=env_of(server)) as terminal:
        terminal.wait_for("2 documents would leave “Meeting notes” and its index")
        terminal.press("enter")
        assert terminal.wait_end() == 3
    with xcoll(*arguments, columns=200, env=env_of(server)) as terminal:
        terminal.wait_for("Continue? [y/N]")
        terminal.press("\x03")
        assert terminal.wait_end() == 130
    assert {*ids} <= {*ids_of(xc, NOTES)}
    with xcoll(*arguments, columns=200, env=env_of(server)) as terminal:
        terminal.wait_for("Continue? [y/N]")
        terminal.press("text:y", "enter")
        assert terminal.wait_end() == 0
        assert re.search(rf"{ids[0]}  done +“.*” is removed from “Meeting notes”\.", terminal.text)
    many = ids_of(xc, NOTES, "--limit", "25")
    with xcoll("remove", NOTES, *many, columns=200, env=env_of(server)) as terminal:
        terminal.wait_for("Type 25 to confirm:")
        terminal.press("text:y", "enter")
        assert terminal.wait_end() == 3


def test_indexing_again_is_waited_for(commands_for):
    with serve_samples(index_seconds=0.5) as server:
        server.store.clock = time.time
        xc = commands_for(server)
        ids = ids_of(xc, NOTES, "--limit", "2")
        asked = xc("reindex", NOTES, *ids)
        assert asked.out.count("\tasked for\t") == 2
        waited = xc("reindex", NOTES, *ids, "--wait")
        assert waited.out.count("\tdone\t") == 2
        assert "would be re-indexed" in xc("reindex", NOTES, ids[0], "--dry-run").out
        for nothing in ("", "[]", '{"documents": []}'):
            ended = xc("reindex", NOTES, "-", stdin=nothing)
            assert ended.err.startswith("xcoll: No IDs were given")
        ended = xc("reindex", NOTES, "-", stdin='{"error": "no"}', code=2)
        assert "JSON without a file_id" in ended.err


def test_a_shell_finds_what_failed_and_indexes_it_again(commands_for, tmp_path):
    with serve_samples(index_seconds=0.5) as server:
        server.store.clock = time.time
        xc, state = commands_for(server), {"XDG_STATE_HOME": str(tmp_path)}
        # What settles is waited for no longer than this service was seen to need.
        xc("attach", NOTES, next(iter(server.file_ids)), **state)
        python = f"{sys.executable} -c"
        pick = (
            "import json,sys\nfor l in sys.stdin: print(json.loads(l)['file_metadata']['file_id'])"
        )
        program = f"{sys.executable} -m xcoll_tui"
        script = (
            f"{program} list '{SCANS}' --failed --jsonl | {python} \"{pick}\""
            f" | {program} reindex '{SCANS}' - --wait"
        )
        failed = ids_of(xc, SCANS, "--failed")
        ended = subprocess.run(
            ["sh", "-c", script],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=environment({**env_of(server), **state}),
        )
        rows = [line.split("\t") for line in ended.stdout.splitlines()[1:]]
        assert {row[0] for row in rows} == {*failed}
        still = ids_of(xc, SCANS, "--failed")
        assert {row[0] for row in rows if row[1] != "done"} == {*still}
        assert ended.returncode == (1 if still else 0)


# Lag, faults, signals


def test_what_a_lagging_service_shows_late_is_done(commands_for):
    with serve_samples(index_seconds=0, lag=0.4) as server:
        server.store.clock = time.time
        xc = commands_for(server)
        file_id = next(iter(server.file_ids))
        assert xc("attach", NOTES, file_id).lines[1].split("\t")[1] == "done"
        (other,) = ids_of(xc, NOTES, "--limit", "1")
        assert xc("edit", NOTES, other, "--set", "a=1").lines[1].split("\t")[1] == "done"
        assert xc("remove", NOTES, other, "--yes").lines[1].split("\t")[1] == "done"


@pytest.mark.usefixtures("_settle_soon")
def test_what_never_shows_is_no_success_and_is_told_to_be_waited_for(commands_for, monkeypatch):
    monkeypatch.setattr(following, "_PATIENCE", 0.05)
    with serve_samples(index_seconds=0, lag=60) as server:
        server.store.clock = time.time
        ended = commands_for(server)("attach", NOTES, next(iter(server.file_ids)), code=1)
        assert ended.lines[1].split("\t")[1] == "not shown"
        assert ended.err.count("Waiting until the service shows what came of it") == 1
        quiet = commands_for(server)("create", "New", "--quiet", code=1)
        assert "Waiting" not in quiet.err


def test_a_refusal_stops_the_rest_and_each_is_told(xc, server):
    ids = ids_of(xc, NOTES, "--limit", "30")
    server.faults.append(Fault("PATCH", "/v1/collections/*/documents/*", 401, skip=2))
    ended = xc("reindex", NOTES, *ids, "--quiet", code=1)
    assert len(ended.lines) == 31
    assert ended.out.count("\tcancelled\tIt was not sent.") > 10
    assert "so the rest was not sent." in ended.err


def test_an_interrupt_sends_nothing_more_and_tells_what_went_out(xc, server):
    ids = ids_of(xc, NOTES, "--limit", "60")
    fault = Fault("PATCH", "/v1/collections/*/documents/*", "timeout", "after", skip=3)
    server.faults.append(fault)
    process = start_command(server, "reindex", NOTES, *ids)
    with process:
        wait_struck(fault, process, 8)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 130, err
    verdicts = [line.split("\t")[1] for line in out.splitlines()[1:]]
    assert len(verdicts) == 11, err
    assert verdicts.count("unknown") == 8
    assert "3 of 60 succeeded, 8 are not known, and 49 were not sent." in err
    assert err.endswith("xcoll: Interrupted before the end.\n")
    assert fault.seen == 11


def test_a_reader_that_goes_away_ends_it_silently(server, xc):
    ids = ids_of(xc, NOTES, "--limit", "200")
    fault = Fault("PATCH", "/v1/collections/*/documents/*", 500, share=0.0)
    server.faults.append(fault)
    program = f"{sys.executable} -m xcoll_tui reindex '{NOTES}' - --jsonl"
    ended = subprocess.run(
        ["sh", "-c", f"{{ {program}; printf $? >&2; }} | head -n 1"],
        input="\n".join(ids),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment(env_of(server)),
    )
    assert (ended.returncode, ended.stdout.count("\n"), ended.stderr) == (0, 1, "141")
    assert fault.seen < 200  # nothing more is sent when nobody reads what came of it


# What holds for all


REFUSED = {
    "no key and value": (["attach", NOTES, "f", "--field", "x"], "write it as KEY=VALUE"),
    "twice": (["edit", NOTES, "f", "--set", "a=1", "--set", "a=2"], "gives “a” twice"),
    "nothing to change": (["edit", NOTES, "f"], "--set K=V or --unset K"),
    "no file": (["attach", NOTES, "--fields-from", "nosuch.csv"], "cannot be read"),
    "no IDs": (["attach", NOTES], "Give file IDs"),
    "neither": (["reindex", NOTES], "Give either"),
    "a key": (
        ["edit", NOTES, "f", "--set", f"a={CANARY}"],
        "A key is not accepted on the command line",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_is_a_sentence(name, xc):
    arguments, wanted = REFUSED[name]
    ended = xc(*arguments, code=2)
    assert ended.out == ""
    assert wanted in ended.err
    assert CANARY[12:] not in ended.err


WRITES = {
    "attach": [NOTES, "f"],
    "edit": [NOTES, "f", "--set", "a=1"],
    "remove": [NOTES, "f", "--yes"],
    "reindex": [NOTES, "f"],
    "undo": [],
    "create": ["New"],
    "update": [NOTES, "--name", "New"],
    "delete": [NOTES, "--yes"],
    "restore": ["nosuch"],
    "upload": [NOTES, "nosuch"],
}


@pytest.mark.parametrize("name", WRITES)
def test_nothing_is_written_without_a_key_or_when_it_is_read_only(name, xc, server):
    writes = writes_of(server)
    assert "No management key" in xc(name, *WRITES[name], code=4, XAI_MANAGEMENT_KEY="").err
    ended = xc(name, *WRITES[name], "--read-only", code=3)
    assert "started with --read-only, so nothing is written" in ended.err
    assert ended.out == ""
    assert writes() == 0


def test_no_command_loads_the_screen():
    script = (
        "import sys\n"
        "from xcoll_tui.cli.commands import COMMANDS\n"
        "from xcoll_tui.cli.commands.frame import command_module\n"
        "for name in COMMANDS: command_module(name)\n"
        "print(sorted({'textual', 'starlette', 'uvicorn', 'rich.console'} & set(sys.modules)))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ended.stdout == "[]\n"


def test_a_wait_that_the_service_asks_for_is_told(xc, server):
    (file_id,) = ids_of(xc, NOTES, "--limit", "1")
    again = {"Retry-After": "2"}
    server.faults.append(Fault("PATCH", "/v1/*", 429, times=1, headers=again))
    ended = xc("edit", NOTES, file_id, "--set", "a=1")
    assert ended.lines[1].split("\t")[1] == "done"
    assert "Waiting 2 s before trying again" in ended.err


def test_the_key_leaves_by_no_write(tmp_path):
    with Server(seed="small", key=CANARY, index_seconds=0) as server:
        cage = Cage(tmp_path)
        env = {"XAI_MANAGEMENT_KEY": CANARY, "XCOLL_BASE_URL": server.url}
        plain = Plain(server.url, server.key)
        collection = plain.collection(collection_name="New")
        file_id = plain.attach(collection, name="a.txt")
        plain.close()
        for arguments in (
            ("edit", "New", file_id, "--set", "a=1", "--log", "edit.log"),
            ("remove", "New", file_id, "--yes"),
            ("undo",),
            ("attach", "New", f"--field=a={CANARY}", "x"),
            ("delete", "New", "--yes"),
            ("create", CANARY),
        ):
            ended = cage.run(*arguments, **env)
            cage.assert_clean(ended.stdout, ended.stderr)
            assert b"Traceback" not in ended.stderr

"""What holds for every command: its forms, and how it ends where something is wrong."""

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.conftest import serve_samples
from tests.e2e.commands import start_command, wait_struck
from tests.e2e.leaks import KEY as CANARY
from tests.e2e.leaks import leaks_in, leaks_under
from tests.isolation import ROOT, environment
from xcoll_tui.cli.commands import COMMANDS
from xcoll_tui.emulator.faults import Fault

FILE = "file_781fe2eb-e9e2-4844-a685-2dcead7f4fa8"
NOTES = "Meeting notes"
MANY = "Support articles"
WITHOUT_FORM = {"export", "completion"}
LICENSE, FOLDER = str(ROOT / "LICENSE"), str(ROOT / ".ci")
WRITES = (
    "attach",
    "upload",
    "edit",
    "remove",
    "reindex",
    "undo",
    "create",
    "update",
    "delete",
    "restore",
)


def runs(backup):
    """Return a command line of each command; carried out in this order all end well."""
    return (
        ("create", "New", "--define", "a"),
        ("list", NOTES, "--limit", "3"),
        ("attach", "New", FILE, "--field", "a=1"),
        ("show", "New", FILE),
        ("edit", "New", FILE, "--set", "a=2"),
        ("reindex", "New", FILE),
        ("wait", "New", "--settle", "0"),
        ("undo", "--list"),
        ("undo",),
        ("update", "New", "--description", "what it holds"),
        ("backup", "New", str(backup)),
        ("export", "New"),
        ("upload", "New", LICENSE),
        ("search", "New", "permission", "--save"),
        ("evaluate", "New"),
        ("diff", "New", FOLDER),
        ("remove", "New", FILE, "--yes"),
        ("delete", "New", "--yes"),
        ("restore", str(backup)),
        ("doctor",),
        ("completion", "bash"),
    )


def test_each_command_is_among_them(tmp_path):
    assert {line[0] for line in runs(tmp_path)} == {*COMMANDS}


@pytest.fixture(scope="module")
def refusing():
    """A service that refuses every request."""
    with serve_samples(key=CANARY) as server:
        server.faults.append(Fault("*", "/v1/*", 403))
        yield server


@pytest.mark.parametrize(("form", "lag"), [("table", 0), ("tsv", 0.1), ("json", 0), ("jsonl", 0)])
def test_all_end_well_in_every_form_and_tell_no_key(form, lag, commands_for, tmp_path):
    env = {"XDG_STATE_HOME": str(tmp_path / "state"), "TERM": "xterm", "NO_COLOR": "1"}
    with serve_samples(index_seconds=0, lag=lag, key=CANARY) as server:
        server.store.clock = time.time
        xc = commands_for(server)
        for name, *arguments in runs(tmp_path / "backup"):
            line = [name, "--log", str(tmp_path / f"{name}.log"), *arguments]
            if form in {"json", "jsonl"} and name not in WITHOUT_FORM:
                line.append(f"--{form}")
            ended = (xc.on_terminal if form == "table" else xc)(*line, **env)
            assert ended.out or name == "wait"
            assert not leaks_in((ended.out + ended.err).encode())
            if name in WITHOUT_FORM:
                continue
            if form == "json":
                assert isinstance(ended.json, dict if name == "show" else list)
            elif form == "jsonl":
                assert all(isinstance(json.loads(row), dict) for row in ended.lines)
            elif form == "table":
                assert "\x1b" not in ended.out
                assert name == "show" or max(map(len, ended.lines), default=0) <= 80
            else:
                head, *rows = [row.split("\t") for row in ended.lines]
                assert {len(row) for row in rows} <= {len(head)}
    assert not leaks_under(tmp_path)


def test_what_is_wrong_ends_each_with_its_code_and_a_sentence(
    commands_for, refusing, emulator, tmp_path
):
    (tmp_path / "backup").write_text("no backup")
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    refused, xc = commands_for(refusing), commands_for(emulator)
    for name, *arguments in runs(tmp_path / "x"):
        unknown = refused(name, *arguments, "--nonsense", code=2)
        assert unknown.out == ""
        assert unknown.err.startswith(f"usage: xcoll {name}")
        if name == "completion":
            continue
        keyless = refused(name, *arguments, code=4, XAI_MANAGEMENT_KEY="", **state)
        ended = refused(name, *arguments, code=1, **state) if name != "undo" else keyless
        for each in (keyless, ended):
            told = each.err.startswith("xcoll: ") or "\tfailed\t" in each.out
            assert told or name == "doctor", (name, each)
            assert not leaks_in((each.out + each.err).encode())
        if name not in WRITES:
            line = [NOTES if word == "New" else word for word in arguments if word != FILE]
            xc(name, *line, "--read-only", **state)
    assert not leaks_under(tmp_path)


_INTO_A_CLOSED_PIPE = """
import json, os, sys
from xcoll_tui import __main__
import anyio._backends._asyncio, httpx  # once for all
from xcoll_tui.cli.commands import COMMANDS
from xcoll_tui.cli.commands.frame import command_module
for name in COMMANDS: command_module(name)
reader, writer = os.pipe()
os.close(reader)
for line in json.load(sys.stdin):
    child = os.fork()
    if not child:
        os.dup2(writer, 1)
        sys.argv[1:] = line
        try:
            __main__.main()
        except SystemExit as end:
            os._exit(end.code)
    print(line[0], os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def test_a_reader_that_is_gone_ends_each_without_a_word(commands_for, tmp_path):
    backup, state = str(tmp_path / "backup"), {"XDG_STATE_HOME": str(tmp_path / "state")}
    with serve_samples(index_seconds=0) as server:
        xc = commands_for(server)
        (own,) = xc("list", NOTES, "--limit", "1", "--columns", "file_id").lines[1:]
        xc("edit", NOTES, own, "--set", "a=1", **state)
        xc("backup", "Drafts", backup, **state)
        xc("search", NOTES, "sync", "--save", **state)
        lines = [
            ["list", NOTES], ["show", NOTES, own], ["wait", NOTES, "--settle", "0"],
            ["export", NOTES], ["undo", "--list"], ["undo"], ["doctor"], ["completion", "zsh"],
            ["backup", NOTES, str(tmp_path / "made")], ["create", "New"], ["attach", NOTES, FILE],
            ["edit", NOTES, own, "--set", "a=2"], ["reindex", NOTES, own],
            ["update", NOTES, "--description", "x"], ["remove", NOTES, own, "--yes"],
            ["upload", NOTES, LICENSE], ["search", NOTES, "sync"], ["evaluate", NOTES],
            ["diff", NOTES, FOLDER], ["restore", backup], ["delete", NOTES, "--yes"],
        ]  # fmt: skip
        assert {line[0] for line in lines} == {*COMMANDS}
        ended = subprocess.run(
            [sys.executable, "-c", _INTO_A_CLOSED_PIPE],
            input=json.dumps([[*line, "--quiet"] for line in lines]),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=environment(
                {
                    "XAI_MANAGEMENT_KEY": server.key,
                    "XCOLL_BASE_URL": server.url,
                    "XAI_API_KEY": server.key,
                    "XCOLL_INFERENCE_URL": server.url,
                    **state,
                }
            ),
        )
    assert ended.stdout.splitlines() == [f"{line[0]} 141" for line in lines]
    assert ended.stderr == ""


def test_a_dry_run_sends_no_write(commands_for, tmp_path):
    backup, state = str(tmp_path / "backup"), {"XDG_STATE_HOME": str(tmp_path / "state")}
    with serve_samples(index_seconds=0) as server:
        xc = commands_for(server)
        (own,) = xc("list", NOTES, "--limit", "1", "--columns", "file_id").lines[1:]
        xc("edit", NOTES, own, "--set", "a=1", **state)
        xc("backup", NOTES, backup, **state)
        writes = [Fault(method, "/v1/*", 500) for method in ("PATCH", "PUT", "DELETE")]
        server.faults.extend([*writes, Fault("POST", "/v1/collections*", 500)])
        for line in (
            ("create", "New"),
            ("attach", NOTES, FILE),
            ("upload", NOTES, LICENSE),
            ("edit", NOTES, own, "--set", "a=2"),
            ("reindex", NOTES, own),
            ("undo",),
            ("update", NOTES, "--name", "Other"),
            ("remove", NOTES, own),
            ("delete", NOTES),
            ("restore", backup),
        ):
            ended = xc(*line, "--dry-run", **state)
            assert all("\tdry run\t" in row for row in ended.lines[1:])
            assert "This was a dry run: nothing was sent." in ended.err
        assert sum(fault.seen for fault in server.faults) == 0


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["export", MANY, "-o", "{}/x.csv"], "GET /v1/collections/*/documents"),
        (["delete", MANY, "--yes"], "GET /v1/collections/*/documents"),
        (["attach", NOTES, FILE], "POST /v1/collections/*/documents/*"),
    ],
    ids=["export", "delete", "attach"],
)
def test_an_interrupt_ends_it_and_leaves_nothing_half_done(arguments, path, tmp_path):
    method, _, place = path.partition(" ")
    with serve_samples(index_seconds=0) as server:
        fault = Fault(method, place, "timeout")
        server.faults.append(fault)
        process = start_command(server, *(word.format(tmp_path) for word in arguments))
        with process:
            wait_struck(fault, process)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
        assert process.returncode == 130, err
        assert err.endswith("xcoll: Interrupted before the end.\n")
        assert "Traceback" not in err
        assert list(tmp_path.iterdir()) == []
        if arguments[0] == "attach":
            assert f"{FILE}\tunknown\t" in out

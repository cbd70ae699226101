"""`xcoll wait`, `completion` and `doctor`; and what holds for every command."""

import json
import re
import subprocess

import pytest

from tests.contract.plain import Plain
from tests.e2e.commands import FINDING, assert_matches, schema_of
from tests.e2e.leaks import INFERENCE_KEY, KEY, Cage
from xcoll_tui.cli.dispatch import ALL
from xcoll_tui.emulator.server import Server

PAGES = ["", *ALL, *(f"auth {name}" for name in ("login", "status", "list", "use", "logout"))]


@pytest.mark.parametrize("words", PAGES)
def test_every_page_of_help_fits_a_terminal_and_shows_an_example(words, command):
    lines = command(*words.split(), "--help").lines
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert any("example" in line for line in lines)


def test_it_waits_until_nothing_is_indexed(commands_for):
    with Server(index_seconds=1.5) as server:
        plain = Plain(server.url, server.key)
        collection = plain.collection(collection_name="New")
        file_id = plain.attach(collection, name="a.txt")
        plain.close()
        command = commands_for(server)
        late = command("wait", "New", "--timeout", "0", "--settle", "0", code=1)
        assert late.err == "xcoll: 1 document under way.\n"
        waited = command("wait", "New", "--settle", "0")
        assert waited.lines[1].startswith(f"{file_id}\tDOCUMENT_STATUS_PROCESSED\ta.txt")
        named = command("wait", "New", "-", "--settle", "0", stdin=f"file_id\n{file_id}\n")
        assert named.lines[1].startswith(f"{file_id}\t")
        gone = command("wait", "New", "file_none", "--settle", "0", code=1)
        assert "1 document not there: file_none" in gone.err
        assert command("wait", "New", "--settle", "0").err == "xcoll: Nothing is being indexed.\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_of_every_command(shell, command):
    script = command("completion", shell).out
    for name in ALL:
        assert re.search(rf"\b{name}\b", script)
    assert "--jsonl" in script or "jsonl" in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_doctor_finds_what_is_there_and_tells_no_secret(tmp_path):
    with Server(seed="small", key=KEY, inference_key=INFERENCE_KEY) as server:
        cage = Cage(tmp_path)
        env = {"XAI_MANAGEMENT_KEY": KEY, "XCOLL_BASE_URL": server.url}
        reports = [cage.run("doctor", *form, **env) for form in ((), ("--json",))]
        second = {"XAI_API_KEY": INFERENCE_KEY, "XCOLL_INFERENCE_URL": server.url}
        reports.append(cage.run("doctor", "--json", **env, **second))
        refused = cage.run("doctor", **env, **{**second, "XAI_API_KEY": INFERENCE_KEY[:-1]})
        plain = Plain(server.url, server.key)
        collections = plain.ok("GET", "/v1/collections")["collections"]
        plain.close()
    for report in reports:
        assert report.returncode == 0, report.stderr
        cage.assert_clean(report.stdout, report.stderr)
        for collection in collections:
            assert collection["collection_id"].encode() not in report.stdout
    findings = json.loads(reports[1].stdout)
    for finding in findings:
        assert_matches(finding, schema_of(FINDING))
    states = {finding["name"]: finding["state"] for finding in findings}
    assert states["list documents"] == states["read documents at once"] == "ok"
    # Without the second key nothing is wrong; with it, its host is asked as well.
    assert states["inference key"] == states["list files"] == "fact"
    with_second = {finding["name"]: finding for finding in json.loads(reports[2].stdout)}
    assert with_second["inference key"]["value"] == "from XAI_API_KEY"
    assert with_second["list files"]["state"] == "ok"
    assert refused.returncode == 1
    assert b"list files" in refused.stdout


def test_the_doctor_goes_on_where_something_fails(commands_for, command):
    assert command("doctor", code=4, XAI_MANAGEMENT_KEY="").lines[0] == "topic\tname\tstate\tvalue"
    with Server(seed="small", faults=["GET:/v1/collections/*/documents:403"]) as server:
        ended = commands_for(server)("doctor", code=1)
        assert re.search(r"Service\tlist documents\tproblem\t.*HTTP 403", ended.out)
        assert "Service\tread a collection\tok" in ended.out


def test_the_key_leaves_by_none_of_the_commands(tmp_path):
    with Server(seed="small", key=KEY) as server:
        cage = Cage(tmp_path)
        env = {"XAI_MANAGEMENT_KEY": KEY, "XCOLL_BASE_URL": server.url}
        for arguments in (
            ("list", "--json", "--log", "list.log"),
            ("show", "Drafts"),
            ("export", "SEC Filings", "-o", "filings.csv"),
            ("list", "no such"),
            ("list", KEY),
            ("export", "Drafts", f"--filter={KEY}"),
        ):
            ended = cage.run(*arguments, **env)
            cage.assert_clean(ended.stdout, ended.stderr)
            assert b"Traceback" not in ended.stderr

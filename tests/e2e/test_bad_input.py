"""What cannot work is said in a sentence, the exit code tells, and the key is told to nobody."""

import json
import os
import re
import shlex
import socket
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.terminal import Terminal, environment, run, xcoll
from tests.e2e.walk import wait_framed
from tests.hostile.shelf import Shelf, document, served
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.emulator.server import Server

KEY = "xai-token-p4ssw0rd-x+/=.Zz9"
ENV = {"XAI_MANAGEMENT_KEY": KEY}
HTML = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n%s"
PAGE = b"<html><head><title>Sign in</title></head><body>Who are you?</body></html>"
FORMS = [KEY.encode(), quote(KEY, safe="").encode(), quote(KEY).encode()]

SENTENCES = {
    "unknown option": (["--nonsense"], ENV, 2, "Unrecognized arguments: --nonsense"),
    "mistyped option": (["--profil", "x"], ENV, 2, "; did you mean --profile? See"),
    "log is nothing": (["--log", ""], ENV, 2, "Argument --log: it names no file."),
    "key as an option": ([f"--key={KEY}"], ENV, 2, "A key is not accepted on the command line"),
    "key as an argument": (["one", KEY], ENV, 2, "A key is not accepted on the command line"),
    "unlike a key, as a value": (["--key=sesame"], ENV, 2, "Unrecognized arguments: --key=[key]"),
    "unlike a key": (["--key", "sesame"], ENV, 2, "Unrecognized arguments: --key. See"),
    "key as a collection": ([KEY], ENV, 2, "A key is not accepted on the command line"),
    "key as a profile": ([], {**ENV, "XCOLL_PROFILE": KEY}, 2, "That is not a valid profile name"),
    "no such profile": (["--profile", "none"], ENV, 4, "There is no profile none"),
    "profile of the demo": (["--demo", "--profile", "x"], {}, 2, "leave --base-url and --profile"),
    "two collections": (["one", "two"], ENV, 2, "Unrecognized arguments: two"),
    "no number": (["--demo", "--documents", "many"], {}, 2, "'many' is not a number"),
    "documents alone": (["--documents", "5"], ENV, 2, "goes with --demo"),
    "lag alone": (["--lag", "2"], ENV, 2, "--lag goes with --demo"),
    "no lag alone": (["--lag", "0"], ENV, 2, "--lag goes with --demo"),
    "policy alone": (["--metadata-patch", "merge"], ENV, 2, "--metadata-patch goes with --demo"),
    "no such policy": (["--demo", "--remove", "all"], {}, 2, "invalid choice: 'all'"),
    "no lag": (["--demo", "--lag", "long"], {}, 2, "'long' is not a duration"),
    "demo elsewhere": (
        ["--demo", "--base-url", "https://x.example"],
        ENV,
        2,
        "leave --base-url and",
    ),
    "option without value": (["--base-url"], ENV, 2, "expected one argument"),
    "no URL": (["--base-url", "nonsense"], ENV, 2, "is neither https:// nor http://"),
    "no host": (["--base-url", "https://"], ENV, 2, "names no host"),
    "bad port": (["--base-url", "https://x.example:99999"], ENV, 2, "is not a URL"),
    "another scheme": (["--base-url", "ftp://x.example"], ENV, 2, "is neither https://"),
    "http elsewhere": (["--base-url", "http://x.example"], ENV, 2, "send the key unencrypted"),
    "http to a number": (["--base-url", "http://10.0.0.1:80"], ENV, 2, "send the key unencrypted"),
    "password in it": (["--base-url", "https://me:sesame@x.example"], ENV, 2, "Leave it out"),
    "key in it": (["--base-url", f"https://me:{KEY}@x.example"], ENV, 2, "A key is not accepted"),
    "bad URL by variable": ([], {**ENV, "XCOLL_BASE_URL": "http://x.example"}, 2, "unencrypted"),
    "no key": ([], {}, 4, "No management key. Set XAI_MANAGEMENT_KEY"),
    "empty key": ([], {"XAI_MANAGEMENT_KEY": ""}, 4, "No management key"),
    "inference key only": ([], {"XAI_API_KEY": KEY}, 4, "No management key"),
    "key with a newline": ([], {"XAI_MANAGEMENT_KEY": f"{KEY}\n"}, 2, "whitespace around it"),
    "key with a newline in it": ([], {"XAI_MANAGEMENT_KEY": f"{KEY}\n{KEY}"}, 2, "a line break"),
    "key of blanks": ([], {"XAI_MANAGEMENT_KEY": "   "}, 2, "is empty"),
    "key of other letters": (
        [],
        {"XAI_MANAGEMENT_KEY": f"{KEY}✓"},
        2,
        "HTTP headers cannot contain",
    ),
    "no terminal": ([], ENV, 2, "needs a terminal, and standard input is not one"),
    "no terminal for the demo": (["--demo"], {}, 2, "needs a terminal"),
    "emulator: unknown option": (["emulator", "--nonsense"], {}, 2, "Unrecognized arguments"),
    "emulator: mistyped": (["emulator", "--sead=x"], {}, 2, "--sead=[key]; did you mean --seed?"),
    "emulator: bad port": (["emulator", "--port", "70000"], {}, 2, "no port"),
    "emulator: bad fault": (["emulator", "--fault", "often"], {}, 2, "cannot be read; write"),
    "emulator: remote": (["emulator", "--host", "203.0.113.7"], {}, 2, "add --allow-remote"),
    "emulator: no such host": (
        ["emulator", "--host", "203.0.113.7", "--allow-remote"],
        {},
        2,
        "Cannot listen on",
    ),
    "emulator: bad data": (["emulator", "--data", "/proc/none/x"], {}, 2, "data file"),
}


def assert_a_sentence(text, wanted):
    lines = text.removeprefix("usage: xcoll emulator [options]\n").strip().splitlines()
    assert len(lines) == 1, text
    assert re.match(r"xcoll( emulator)?: \S", lines[0]), text
    assert lines[0].endswith("."), text
    assert wanted in lines[0], text
    assert "Traceback" not in text


def assert_not_told(written):
    for form in [*FORMS, KEY[:20].encode()]:
        assert form not in written


@pytest.mark.parametrize("name", SENTENCES)
def test_it_ends_with_one_sentence(name):
    arguments, env, code, wanted = SENTENCES[name]
    result = run(*arguments, env=env)
    assert_a_sentence(result.stderr, wanted)
    assert result.stdout == ""
    assert result.returncode == code
    assert_not_told(result.stderr.encode())


IN_A_TERMINAL = {
    "input elsewhere": ("{} </dev/null", {}, 2, "standard input is not one"),
    "errors elsewhere": ("{} 2>errors; code=$?; cat errors; exit $code", {}, 2, "error is not one"),
    "dumb": ("{}", {"TERM": "dumb"}, 2, "TERM is dumb"),
    "no TERM": ("{}", {"TERM": ""}, 2, "TERM is not set"),
    "log in no folder": ("{} --log none/there.log", {}, 1, "No such file or directory"),
    "log is a folder": ("{} --log .", {}, 1, "It is a folder"),
    "log is a device": ("{} --log /dev/full", {}, 1, "It is a device"),
    "log is full": ("trap '' XFSZ; ulimit -f 0; {} --log full.log", {}, 1, "File too large"),
}


@pytest.mark.parametrize("name", IN_A_TERMINAL)
def test_it_ends_with_one_sentence_in_a_terminal_too(name, tmp_path):
    command, env, code, wanted = IN_A_TERMINAL[name]
    program = f"{shlex.quote(sys.executable)} -m xcoll_tui --base-url http://127.0.0.1:9"
    script = ("sh", "-c", command.format(program))
    with Terminal(*script, columns=300, rows=5, env={**ENV, **env}, cwd=tmp_path) as terminal:
        assert terminal.wait_end() == code
        assert_a_sentence(terminal.text, wanted)
        assert b"\x1b[?1049h" not in terminal.raw
        assert_not_told(terminal.raw)
        terminal.assert_restored()


def free_port():
    with socket.socket() as end:
        end.bind(("127.0.0.1", 0))
        return end.getsockname()[1]


def unframed(screen):
    """Return what is in the left pane as one line: it may be broken anywhere."""
    left = [line.partition("││")[0].strip("│ ") for line in screen.split("\n")]
    return " ".join(" ".join(left).split())


def quit_and_look(terminal):
    """Leave the program; nothing of it may hold the key."""
    cmdline = Path(f"/proc/{terminal.process.pid}/cmdline")
    if cmdline.exists():
        assert_not_told(cmdline.read_bytes())
    terminal.press("q")
    assert terminal.wait_end() == 0
    terminal.assert_restored()
    assert_not_told(terminal.raw)
    assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize(("columns", "rows"), [(140, 30), (40, 10)])
def test_a_refused_connection_is_said_in_the_screen(columns, rows):
    url = f"http://127.0.0.1:{free_port()}"
    with xcoll("--base-url", url, columns=columns, rows=rows, env=ENV) as terminal:
        terminal.wait_for("✗")
        terminal.wait_for("refused")
        wait_framed(terminal)
        quit_and_look(terminal)


def leave_the_key_dialog(terminal):
    """Leave the dialog that a refused key opens; it does not come back by itself."""
    terminal.wait_for("Enter a management key")
    terminal.press("escape")
    terminal.wait_for(lambda screen: "Enter a management key" not in screen)


@pytest.mark.parametrize("right", ["another-key-altogether", KEY + "x"])
def test_a_wrong_key_is_said_in_the_screen(right):
    with (
        Server(seed="none", key=right) as server,
        xcoll("--base-url", server.url, env=ENV, columns=140, rows=30) as terminal,
    ):
        terminal.wait_for("✗ The service does not accept the key (HTTP 401")
        leave_the_key_dialog(terminal)
        terminal.wait_for(lambda screen: "does not accept the key (HTTP 401" in unframed(screen))
        assert "Keys are created in the xAI Console" in unframed(terminal.text)
        assert f"…{KEY[-4:]}" in terminal.text
        wait_framed(terminal)
        quit_and_look(terminal)


def test_a_server_that_repeats_the_key_is_not_repeated():
    shelf = Shelf([document(0, "a.txt")])
    said = json.dumps({"code": 16, "message": f"Invalid bearer token {KEY}."}).encode()
    head = b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\n"
    shelf.override = lambda _: head + b"content-length: %d\r\n\r\n%s" % (len(said), said)
    with (
        served(shelf) as service,
        xcoll("--base-url", service.url, env=ENV, columns=140, rows=30) as terminal,
    ):
        leave_the_key_dialog(terminal)
        terminal.wait_for(lambda screen: "Invalid bearer token [key]" in unframed(screen))
        quit_and_look(terminal)


def test_a_server_that_answers_with_a_page_is_no_api():
    shelf = Shelf([])
    shelf.override = lambda _: HTML % (len(PAGE), PAGE)
    with (
        served(shelf) as service,
        xcoll("--base-url", service.url, env=ENV, columns=140, rows=30) as terminal,
    ):
        terminal.wait_for("Sign in")
        assert "cannot be read" in unframed(terminal.text)
        wait_framed(terminal)
        quit_and_look(terminal)


def test_the_log_tells_what_was_asked_and_not_the_key(tmp_path):
    log = tmp_path / "xcoll.log"
    before = os.umask(0)
    try:
        with (
            Server(seed="small", key=KEY) as server,
            xcoll(
                "--base-url", server.url, "--log", str(log), env=ENV, columns=100, rows=30
            ) as terminal,
        ):
            terminal.wait_for("feedback-2025-w01")
            terminal.press("2")
            terminal.wait_for("Attach")
            # A key that was pasted in the wrong place is not sent: servers write URLs to logs.
            terminal.press("/")
            terminal.wait_for("Apply")
            terminal.press(f'text:name:"{KEY}"', "enter")
            terminal.wait_for("holds the management key")
            server.faults.append(parse_fault("GET:*/documents:403"))
            terminal.press("R")
            terminal.wait_for("permission")  # one word: where a line breaks depends on its age
            terminal.press("q")
            assert terminal.wait_end() == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    written = log.read_text()
    assert_not_told(written.encode())
    lines = written.splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ", line) for line in lines)
    assert "xcoll " in lines[0]
    assert re.search(r"GET /v1/collections\?\S* 200 \d+ ms", written)
    assert re.search(r"GET /v1/collections/\S+/documents\?\S* 403 ", written)


def test_a_crash_shows_where_but_no_secret():
    script = (
        "from xcoll_tui import cli\n"
        "from xcoll_tui.session.session import Session\n"
        "async def start(self, collection_id=None):\n"
        "    secret = self._service._key.reveal()\n"
        "    raise RuntimeError(f'out of order, {len(secret)}')\n"
        "Session.start = start\n"
        "cli.main(['--base-url', 'http://127.0.0.1:9'])\n"
    )
    with Terminal(sys.executable, "-c", script, env=ENV, columns=120, rows=40) as terminal:
        assert terminal.wait_end() == 1
        assert b"RuntimeError" in terminal.raw
        assert b"out of order" in terminal.raw
        assert_not_told(terminal.raw)
        terminal.assert_restored()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("words", ["--help", "--version", "emulator --help", "auth --help"])
def test_help_that_cannot_be_written_is_one_sentence(words):
    command = f"{shlex.quote(sys.executable)} -m xcoll_tui {words} > /dev/full"
    for unbuffered in ("", "1"):
        done = subprocess.run(
            ["sh", "-c", command],
            env=environment({"PYTHONUNBUFFERED": unbuffered}),
            capture_output=True,
            text=True,
            check=False,
        )
        said = "xcoll: Standard output cannot be written: No space left on device.\n"
        assert (done.returncode, done.stderr) == (1, said)

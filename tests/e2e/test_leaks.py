"""The key leaves by no command: a canary goes through each, and everything written is searched."""

import base64
import json
import re
import socket

import pytest

from tests.e2e.leaks import (
    KEY,
    UNMARKED,
    Cage,
    forms_of,
    leaks_in,
    leaks_on,
    leaks_under,
)
from tests.hostile.shelf import Shelf, served
from xcoll_tui.emulator.server import Server

REFUSED = "A key is not accepted on the command line"

# Runs one command after another in one process, as fast as that is, each as if it were the first.
MANY = """
import io, json, os, sys
from contextlib import redirect_stderr, redirect_stdout
from xcoll_tui.cli import main
ended, before = [], dict(os.environ)
for arguments, stdin in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    os.environ.clear()
    os.environ.update(before)
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
    code = "it came back"
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code
    ended.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(ended))
sys.exit(0)
"""


def run_many(cage, *commands, **env):
    """Run commands, each a list of arguments or such a list with its input; nothing may leak."""
    given = [each if isinstance(each, tuple) else (each, "") for each in commands]
    result = cage.run(script=MANY, stdin=json.dumps(given), **env)
    cage.assert_clean(result.stdout, result.stderr)
    assert result.returncode == 0, result.stderr
    assert result.stderr == b""
    return json.loads(result.stdout)


@pytest.fixture
def cage(tmp_path):
    """Folders without a keyring."""
    return Cage(tmp_path)


# The search itself


@pytest.mark.parametrize("form", forms_of(KEY))
def test_a_key_is_found_in_every_form(form, tmp_path):
    written = b"so it stood: " + forms_of(KEY)[form] + b" there"
    assert leaks_in(written)
    assert leaks_on(b"\x1b[2J" + written)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "file").write_bytes(written)
    assert leaks_under(tmp_path)
    assert not leaks_under(tmp_path, but=(tmp_path / "sub" / "file",))


@pytest.mark.parametrize("before", [b"", b"B", b"Be", b"Bearer ", b"Authorization: Bearer "])
@pytest.mark.parametrize("altchars", [b"+/", b"-_"])
def test_a_key_is_found_in_base64_wherever_it_begins(before, altchars):
    assert leaks_in(b"<" + base64.b64encode(before + KEY.encode() + b"\n", altchars) + b">")


def test_a_part_of_a_key_is_found_and_what_may_be_shown_is_not(tmp_path):
    assert leaks_in(KEY[:18].encode())
    assert leaks_in(KEY[-8:].encode())
    assert leaks_in(UNMARKED.encode())
    for shown in ("xai-token-…", f"…{KEY[-4:]}", "[key]", KEY[-7:], KEY[:17]):
        assert not leaks_in(shown.encode())
    (tmp_path / KEY.replace("/", "_")).touch()
    assert leaks_under(tmp_path)


def test_a_key_is_found_between_codes_and_on_the_clipboard():
    drawn = "".join(f"\x1b[3;{at}H\x1b[1;31m{c}" for at, c in enumerate(KEY)).encode()
    assert not leaks_in(drawn)
    assert leaks_on(drawn)
    copied = b"\x1b]52;c;" + forms_of(KEY[:20])["plain"].hex().encode() + b"\x07"
    assert leaks_on(copied)
    once = base64.b64encode(KEY.encode())
    assert leaks_on(b"\x1b]52;c;" + base64.b64encode(once) + b"\x07")


# A key among the arguments

ANYWHERE = [
    ["{}"],
    ["one", "{}"],
    ["{}", "one"],
    ["--key", "{}"],
    ["--key={}"],
    ["-k{}"],
    ["--log", "{}"],
    ["--log=/nowhere/{}.log"],
    ["--theme", "{}"],
    ["--profile", "{}"],
    ["--profile={}"],
    ["--documents", "{}"],
    ["--demo={}"],
    ["--version={}"],
    ["--base-url", "{}"],
    ["--base-url", "https://{}@x.example"],
    ["--base-url", "https://me:{}@x.example"],
    ["--base-url", "https://x.example/{}"],
    ["--base-url", "https://x.example/?key={}"],
    ["--base-url", "https://{}"],
    ["--demo", "{}"],
    ["emulator", "{}"],
    ["emulator", "--port", "{}"],
    ["emulator", "--host", "{}"],
    ["emulator", "--fault", "{}"],
    ["emulator", "--seed", "{}"],
    ["emulator", "--data", "/nowhere/{}"],
    ["XAI_MANAGEMENT_KEY={}"],
]
OF_AUTH = [
    ["auth", "{}"],
    ["auth", "--key", "{}"],
    ["auth", "--key={}", "login"],
    ["auth", "{}", "login"],
    ["auth", "login", "{}"],
    ["auth", "login", "one", "{}"],
    ["auth", "login", "--key", "{}"],
    ["auth", "login", "--key={}"],
    ["auth", "login", "-k{}"],
    ["auth", "login", "--key-stdin={}"],
    ["auth", "login", "--key-stdin", "{}"],
    ["auth", "login", "--no-verify={}"],
    ["auth", "login", "--read-only={}"],
    ["auth", "login", "--profile", "{}", "--key-stdin"],
    ["auth", "login", "--base-url", "https://{}@x.example", "--key-stdin"],
    ["auth", "login", "--base-url", "{}", "--key-stdin"],
    ["auth", "status", "{}"],
    ["auth", "status", "--json={}"],
    ["auth", "status", "--profile", "{}"],
    ["auth", "list", "{}"],
    ["auth", "use", "{}"],
    ["auth", "use", "one", "{}"],
    ["auth", "logout", "{}"],
    ["auth", "logout", "--all", "{}"],
    ["auth", "logout", "--all={}"],
    ["auth", "logout", "--profile", "{}"],
]


def with_key(command, key):
    return [argument.format(key) for argument in command]


def test_a_key_in_any_place_of_the_command_line_is_refused_unseen(cage):
    team = ["auth", "login", "--team-id", "{}", "--key-stdin"]
    commands = [*ANYWHERE, *OF_AUTH, team]
    ended = run_many(cage, *(with_key(each, KEY) for each in commands), XAI_MANAGEMENT_KEY=KEY)
    for command, (code, out, err) in zip(commands, ended, strict=True):
        assert (code, out) == (2, ""), command
        assert REFUSED in err, command
        assert len(err.splitlines()) == 1


def test_what_does_not_look_like_a_key_is_not_repeated_by_auth_either(cage):
    ended = run_many(cage, *(with_key(each, UNMARKED) for each in OF_AUTH))
    for command, (code, out, err) in zip(OF_AUTH, ended, strict=True):
        assert (code, out) == (2, ""), command
        assert re.fullmatch(r"(?:usage: [^\n]+\n(?: +[^\n]+\n)*)?xcoll: [^\n]+\.\n", err), command


def test_a_key_in_a_variable_of_another_purpose_is_not_repeated(cage):
    for name, value in (
        ("XCOLL_PROFILE", KEY),
        ("XCOLL_PROFILE", KEY.lower()[:32]),
        ("XCOLL_BASE_URL", KEY),
        ("XCOLL_BASE_URL", f"https://{KEY}@x.example"),
        ("XCOLL_BASE_URL", f"https://x.example/{KEY}"),
        ("XCOLL_KEY_FILE", KEY),
    ):
        [status, _] = run_many(cage, ["auth", "status"], [], **{name: value})
        assert status[0] in {1, 2}, (name, value, status)


# Commands


def closed_port():
    with socket.socket() as end:
        end.bind(("127.0.0.1", 0))
        return end.getsockname()[1]


def test_the_key_goes_through_every_command_into_the_keyring_and_nowhere_else(service, tmp_path):
    cage = Cage(tmp_path, service.env)
    login = ["auth", "login", "--key-stdin"]
    with Server(seed="small", key=KEY) as right, Server(seed="none") as wrong:
        ended = run_many(
            cage,
            ([*login, "--base-url", right.url], f"{KEY}\n"),
            ["auth", "status"],
            ["auth", "status", "--json"],
            ["auth", "status", "--no-verify"],
            ([*login, "--profile", "work", "--base-url", wrong.url], KEY),
            ([*login, "--profile", "away", "--base-url", f"http://127.0.0.1:{closed_port()}"], KEY),
            ([*login, "--profile", "work", "--base-url", wrong.url, "--no-verify"], KEY),
            ["auth", "list"],
            ["auth", "use", "work"],
            ["auth", "status"],
            ([*login, "--base-url", right.url], f"{KEY} {KEY}"),
            ([*login, "--base-url", right.url], KEY * 20),
            ([*login, "--base-url", right.url], f"{KEY}✓"),
            ([*login, "--base-url", right.url], KEY * 200),
        )
        assert list(cage.root.rglob("profiles.json"))  # searched as it was before the log-out
        ended += run_many(cage, ["auth", "logout"], ["auth", "logout", "--all"], ["auth", "status"])
    codes = [code for code, _, _ in ended]
    assert codes == [0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 2, 2, 2, 2, 0, 0, 4]
    assert f"…{KEY[-4:]}" in ended[1][1]
    assert json.loads(ended[2][1])["key"] == f"…{KEY[-4:]}"
    assert leaks_under(*service.files) == []


@pytest.mark.parametrize("variable", ["XAI_MANAGEMENT_KEY", "XAI_MANAGEMENT_API_KEY"])
def test_a_key_of_the_environment_is_told_by_its_source_only(variable, cage):
    with Server(seed="none", key=KEY) as server:
        status, as_json, out = run_many(
            cage,
            ["auth", "status"],
            ["auth", "status", "--json"],
            ["auth", "logout"],
            **{variable: KEY, "XCOLL_BASE_URL": server.url},
        )
    assert (status[0], as_json[0]) == (0, 0)
    assert json.loads(as_json[1])["source"] == variable
    assert f"{variable} is still set" in out[1]


def test_a_key_that_is_typed_at_the_prompt_is_not_echoed(service, tmp_path):
    cage = Cage(tmp_path, service.env)
    with Server(seed="none", key=KEY) as server:
        login = ["auth", "login", "--base-url", server.url]
        for typed, code, said in (
            (KEY, 0, "The service accepts the key"),
            (KEY[:-6], 1, "The key was not stored."),
            (f"{KEY} {KEY}", 2, "holds a space"),
        ):
            with cage.open(*login) as terminal:
                terminal.wait_for("(not shown):")
                terminal.press(f"text:{typed}", "enter")
                assert terminal.wait_end() == code
                assert said in terminal.text
                cage.assert_clean(terminal.raw)
                terminal.assert_restored()
    assert leaks_under(*service.files) == []


# A service that tells the key back

ECHOES = {
    **{name: form.decode("latin-1") for name, form in forms_of(KEY).items() if "UTF" not in name},
    "its first half": KEY[:30],
}


def echo(said, status="401 Unauthorized", kind="application/json", **headers):
    """Word an answer that repeats a text wherever answers have one."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    head = [f"HTTP/1.1 {status}", f"content-type: {kind}", f"content-length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def echoes():
    """List answers of every kind with the key in every form."""
    forms = dict(ECHOES)
    for before in ("", "B", "Bearer ", "Authorization: Bearer "):
        whole = f"{before}{KEY}".encode()
        forms[f"base64 after {before!r}"] = base64.b64encode(whole).decode()
        forms[f"base64 for URLs after {before!r}"] = base64.urlsafe_b64encode(whole).decode()
    for text in forms.values():
        yield echo({"code": 16, "message": f"Invalid bearer token {text}."})
    for text in (KEY, forms["percent-encoded"], forms["base64 after 'Bearer '"]):
        yield echo(
            {"code": f"bad {text}", "error": f"Incorrect API key: {text}"}, "400 Bad Request"
        )
        yield echo(f"No such key: {text}".encode(), "403 Forbidden", "text/plain")
        yield echo(f"<html><title>Who is {text}?</title>".encode(), "401 Who", "text/html")
        yield echo(b"", "302 Found", location=f"https://x.example/?key={text}")
        yield echo(f"<html><title>Who is {text}?</title>".encode(), "200 OK", "text/html")
        yield echo({"apiKeyId": "1", "name": f"My {text}"}, "200 OK")
        yield echo(text.encode(), "200 OK", **{"content-encoding": "gzip"})


def test_a_service_that_tells_the_key_back_is_not_repeated(service, tmp_path):
    cage = Cage(tmp_path, service.env)
    shelf = Shelf([])
    answers = iter(list(echoes()))
    count = len(list(echoes()))
    answer = [b""]

    def next_answer(request):
        # A key is asked about at this place first; what follows is about the same one.
        if request.target.startswith("/auth/"):
            answer[0] = next(answers)
        return answer[0]

    shelf.override = next_answer
    with served(shelf) as listening:
        login = ["auth", "login", "--base-url", listening.url, "--key-stdin"]
        ended = run_many(cage, *[(login, KEY)] * count)
    assert {code for code, _, _ in ended} == {0, 1}
    told = [out + err for _, out, err in ended]
    assert sum("[key]" in each for each in told) > count / 2
    assert next(answers, None) is None

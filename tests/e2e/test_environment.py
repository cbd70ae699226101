"""The environment of other people's machines: a sentence, or it works; never a traceback.

Each table is of one kind; that of proxies and certificates is tried further
in tests/unit/api/test_proxies.py and tests/contract/test_environment_network.py, that of keys in
tests/unit/credentials/test_key_text.py and tests/contract/test_key_mounts.py, that of folders in
tests/contract/test_settings.py.
"""

import json
import os
import re
import stat
import sys
from pathlib import Path

import pytest

from tests.e2e import plugins
from tests.e2e.terminal import Terminal, run, xcoll
from xcoll_tui.emulator.server import Server

KEY = "xai-token-for-the-environment-r42q"
SECRET = "hunter2"
ENV = {"XAI_MANAGEMENT_KEY": KEY}

# What cannot be used, and what ends the program: a variable and a clause.
UNUSABLE = {
    "HTTPS_PROXY": {
        f"http://me:{SECRET}@p:port": "its port is not a number",
        f"socks5://me:{SECRET}@p:1080": "it is a SOCKS proxy",
        f'"http://me:{SECRET}@p:1"': "in quotation marks",
    },
    "all_proxy": {f"socks://{SECRET}": "it is a SOCKS proxy"},
    "SSL_CERT_FILE": {
        "/no/such/file": "no such file or directory",
        "/": "it is a folder",
        "/dev/null": "it is a device",
        "/etc/passwd": "it holds no certificate",
    },
    "SSL_CERT_DIR": {"/no/such/folder": "no such file or directory"},
    "SSLKEYLOGFILE": {"/no/such/folder/k": "no such file or directory"},
}
INPUTS = [(name, value) for name, values in UNUSABLE.items() for value in values]


def assert_told_well(*written):
    for text in written:
        assert "Traceback" not in text
        assert SECRET not in text
        assert KEY[:-4] not in text


@pytest.mark.parametrize(("name", "value"), INPUTS)
def test_what_cannot_be_used_is_told_by_its_variable(name, value):
    clause = UNUSABLE[name][value]
    done = run("auth", "status", "--json", env={**ENV, name: value})
    assert (done.returncode, done.stderr) == (1, "")
    assert_told_well(done.stdout)
    told = json.loads(done.stdout)
    assert name in told["problem"]
    assert clause in told["problem"]
    [variable] = [each for each in told["environment"] if each["name"] == name]
    assert not variable["used"]
    assert clause in variable["note"]


@pytest.mark.parametrize(
    ("name", "value"), [INPUTS[0], INPUTS[3], INPUTS[4], INPUTS[5], INPUTS[-1]]
)
def test_the_screen_ends_with_that_sentence(name, value):
    with xcoll(env={**ENV, name: value}, columns=250, rows=20) as terminal:
        assert terminal.wait_end() == 1
        terminal.assert_restored()
        assert_told_well(terminal.raw.decode())
        after = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
        said = re.sub(r"\x1b\[[0-9;?<>=]*[A-Za-z]", "", after).strip()
        assert re.fullmatch(rf"xcoll: Nothing was sent: {name} names .*\.", said)
        assert UNUSABLE[name][value] in said


def test_what_no_request_needs_does_not_matter():
    broken = {name: next(iter(values)) for name, values in UNUSABLE.items()}
    with Server(seed="small", key=KEY) as server:
        done = run("auth", "status", env={**ENV, **broken, "XCOLL_BASE_URL": server.url})
    assert done.returncode == 0
    assert_told_well(done.stdout, done.stderr)
    lines = done.stdout.splitlines()
    assert "check      accepted" in lines
    assert "not used   HTTPS_PROXY: the service is on this machine" in lines
    assert "not used   SSL_CERT_FILE: nothing is encrypted on this machine" in lines


# The screen


DRAWN = {
    "a stale size": {"COLUMNS": "40", "LINES": "5"},
    "a stale width": {"COLUMNS": "300"},
    "a stale height": {"LINES": "4"},
    "a size that is none": {"COLUMNS": "x", "LINES": "-1"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "a strict ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "utf-16": {"PYTHONIOENCODING": "utf-16"},
    "the C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "what would crash": {
        "TEXTUAL_DRIVER": "nope",
        "TEXTUAL_COLOR_SYSTEM": "nope",
        "TEXTUAL_FPS": "9" * 400,
        "ESCDELAY": "9" * 400,
        "TEXTUAL_DIM_FACTOR": "-9",
        "TEXTUAL_THEME": "nope",
    },
}


@pytest.mark.parametrize("name", DRAWN)
def test_the_screen_is_drawn_in_its_own_size_and_in_utf_8(name):
    def is_framed(text):
        lines = text.splitlines()
        corners = [line for line in lines if line.startswith(("╭", "╰"))]
        widths = {len(line) for line in corners}
        return len(corners) == 2 and widths == {terminal.columns} and len(lines) == terminal.rows

    with xcoll("--demo", "--documents", "20", env=DRAWN[name], columns=110, rows=24) as terminal:
        terminal.wait_for(is_framed)
        terminal.resize(100, 18)
        terminal.wait_for(is_framed)
        terminal.resize(130, 30)
        terminal.wait_for(is_framed)
        terminal.press("q")
        assert terminal.wait_end() == 0
        terminal.assert_restored()
        assert b"\\u" not in terminal.raw
        assert "│".encode() in terminal.raw


def test_where_standard_output_goes_plays_no_part(tmp_path):
    program = f"{sys.executable} -m xcoll_tui --demo --documents 20 > {tmp_path / 'out'}"
    with Terminal("sh", "-c", program, columns=110, rows=30) as terminal:
        terminal.wait_for(lambda text: any(len(line) == 110 for line in text.splitlines()))
        terminal.press("q")
        assert terminal.wait_end() == 0
    assert (tmp_path / "out").read_bytes() == b""


@pytest.mark.parametrize(("value", "coloured"), [("", True), ("1", False)])
def test_no_color_counts_when_it_is_not_empty(value, coloured):
    env = {"NO_COLOR": value}
    with xcoll("--demo", "--documents", "20", env=env, columns=110, rows=24) as terminal:
        terminal.wait_for("1 Collections")
        terminal.rest()
        shades = set(re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", terminal.raw))
        assert any(len(set(shade)) > 1 for shade in shades) is coloured


def test_nothing_records_what_is_typed_and_nothing_ends_by_itself(tmp_path):
    loud = {
        "TEXTUAL": "devtools,debug,headless",
        "TEXTUAL_LOG": str(tmp_path / "log"),
        "TEXTUAL_SCREENSHOT": "0",
        "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path),
        "TEXTUAL_PRESS": "q",
        "TEXTUAL_SHOW_RETURN": "1",
    }
    with (
        Server(seed="small", key=KEY) as server,
        xcoll("--base-url", server.url, env={**ENV, **loud}, columns=110, rows=24) as terminal,
    ):
        terminal.wait_for("feedback-2025")
        terminal.press("q")
        assert terminal.wait_end() == 0
        terminal.assert_restored()
    assert list(tmp_path.iterdir()) == []


# The log


@pytest.mark.skipif(sys.platform == "win32", reason="its files are of another kind")
def test_a_log_that_is_no_plain_file_is_refused_before_the_screen(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    before = stat.S_IMODE(Path("/dev/null").stat().st_mode)
    for path in ("/dev/null", "/dev/tty", "/dev/stdout", tmp_path / "pipe", tmp_path):
        with xcoll("--demo", "--log", str(path), columns=200, rows=10) as terminal:
            assert terminal.wait_end() == 1
            assert f"xcoll: The log {path} cannot be written: It is a" in terminal.text
            assert b"\x1b[?1049h" not in terminal.raw
    assert stat.S_IMODE(Path("/dev/null").stat().st_mode) == before


def test_a_log_that_breaks_off_is_told_at_the_end(tmp_path):
    program = f"{sys.executable} -m xcoll_tui --demo --documents 20 --log {tmp_path / 'log'}"
    script = f"trap '' XFSZ; ulimit -f 1; {program}"
    with Terminal("sh", "-c", script, columns=200, rows=30) as terminal:
        terminal.wait_for("just read")
        log = tmp_path / "log"
        while log.stat().st_size < 512:  # so much may be written
            terminal.press("R")
            terminal.rest()
        terminal.press("q")
        assert terminal.wait_end() == 0
        terminal.assert_restored()
        assert b"ends before the program: File too large." in terminal.raw


# Keys and folders


def test_a_key_above_notes_is_taken_and_said(tmp_path):
    file = tmp_path / "key"
    file.write_text(f"{KEY}\nurl: https://console.x.ai\n")
    file.chmod(0o600)
    env = {"XCOLL_KEY_FILE": str(file)}
    with Server(seed="small", key=KEY) as server:
        done = run("auth", "status", env={**env, "XCOLL_BASE_URL": server.url})
        assert "the key is the first line of several" in done.stdout
        assert done.returncode == 0
        with xcoll("--base-url", server.url, env=env, columns=130, rows=30) as terminal:
            terminal.wait_for("Only the first line was taken as the key.")
            terminal.wait_for("feedback-2025")
            terminal.press("q")
            assert terminal.wait_end() == 0
            assert_told_well(terminal.raw.decode(), done.stdout)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (f'"{KEY}"', "is in quotation marks"),
        (f"Bearer {KEY}", "begins with “Bearer”"),
        (f"XAI_MANAGEMENT_KEY={KEY}", "comes after its name"),
        ("${XAI_MANAGEMENT_KEY}", "is a placeholder"),
    ],
)
def test_what_stands_around_a_key_is_named_with_the_variable(value, said):
    done = run("auth", "status", env={"XAI_MANAGEMENT_KEY": value})
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.endswith("It comes from XAI_MANAGEMENT_KEY.\n")
    assert_told_well(done.stderr)


@pytest.mark.parametrize("encoding", ["utf-16", "cp037", "latin-1"])
def test_what_is_said_is_utf_8(encoding):
    env = {**ENV, "PYTHONIOENCODING": encoding, "XDG_STATE_HOME": "/proc/x"}
    lines = run("auth", "status", "--no-verify", env=env).stdout.splitlines()
    assert "key        …r42q" in lines
    assert "not used   PYTHONIOENCODING: the screen is written in UTF-8" in lines
    if sys.platform == "linux":
        [state] = [line for line in lines if "XDG_STATE_HOME" in line]
        assert "The state folder /proc/x/xcoll cannot be used: it cannot be made." in state


def test_where_nothing_can_be_kept_it_is_said_once_and_all_else_works(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    env = {**ENV, "XDG_STATE_HOME": str(tmp_path / "file"), "XDG_CONFIG_HOME": "not/absolute"}
    with Server(seed="small", key=KEY) as server:
        done = run("auth", "status", env={**env, "XCOLL_BASE_URL": server.url})
        assert done.returncode == 0
        assert "not used   XDG_CONFIG_HOME: it is not an absolute path, so the usual" in done.stdout
        assert f"not used   XDG_STATE_HOME: The state folder {tmp_path}" in done.stdout
        with xcoll("--base-url", server.url, env=env, columns=130, rows=30) as terminal:
            terminal.wait_for("The state folder")
            terminal.wait_for("feedback-2025")
            terminal.press("q")
            assert terminal.wait_end() == 0


# The keyring


@pytest.mark.parametrize("name", plugins.NOISY)
def test_nothing_of_a_keyring_plugin_comes_to_standard_output_or_error(name, tmp_path):
    env = plugins.install(tmp_path, name)
    done = run("auth", "status", "--json", env=env)
    assert done.returncode == (1 if name in plugins.BROKEN else 4)
    # A slow machine is told what is waited for.
    assert re.fullmatch(r"(Waiting for the keyring to be unlocked… .*\n)?", done.stderr)
    assert "NOISE" not in done.stdout
    told = json.loads(done.stdout)
    broken = [each for each in told["environment"] if each["name"].startswith("keyring plugin")]
    assert len(broken) == (name in plugins.BROKEN)
    assert ("could not be loaded" in told["problem"]) is (name in plugins.BROKEN)


def test_nothing_of_a_keyring_plugin_is_drawn_into_the_screen(tmp_path):
    for name in plugins.NOISY:
        env = plugins.install(tmp_path, name)
    with xcoll("--base-url", "http://127.0.0.1:9", env=env, columns=120, rows=40) as terminal:
        terminal.wait_for("Enter a management key")
        terminal.press("escape")
        terminal.wait_for("No key yet")
        terminal.press("q")
        assert terminal.wait_end() == 4
        terminal.assert_restored()
        assert b"NOISE" not in terminal.raw
        assert b"Traceback" not in terminal.raw

"""The hidden prompt of `auth login`, suspended and ended in every way, in two kinds of shell."""

import os
import signal
import sys
import termios

import pytest

from tests.e2e.auth import NOBODY_THERE, Person
from tests.e2e.terminal import ROOT, Terminal
from tests.processes import children_of, state_of

PROMPT = "Key (not shown):"
SECRET = "xai-token-that-nobody-may-see"
ASK = f"""
from xcoll_tui import signals
signals.install()
signals.raise_on_end()
from xcoll_tui.cli.hidden_line import read_hidden_line
print("read", len(read_hidden_line({PROMPT + " "!r})), "characters")
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "ask.py"
    path.write_text(ASK)
    return path


def asked_in(shell, script):
    """Start a shell, and a program in it that asks."""
    options = ["--norc", "--noprofile"] if shell == "bash" else []
    env = {"PS1": "ready: ", "PYTHONPATH": str(ROOT)}
    terminal = Terminal(shell, *options, columns=120, rows=24, env=env)
    terminal.wait_for("ready:")
    terminal.press(f"text:{sys.executable} {script}; echo code $?", "enter")
    terminal.wait_for(PROMPT)
    return terminal


def echoes(terminal):
    return bool(termios.tcgetattr(terminal.process.fd)[3] & termios.ECHO)


def asker(terminal):
    return children_of(terminal.process.pid)[0]


def assert_shell_echoes(terminal):
    """Assert that the shell left the terminal as shells want it: what is typed is seen."""
    terminal.wait_for(lambda _: terminal.raw.endswith(b"ready: "))
    terminal.press("text:stty -a | tr ' ;' '\\n\\n' | grep -x -e echo -e -echo", "enter")
    terminal.wait_for(lambda text: "\necho\n" in text or "\n-echo\n" in text)
    assert "\n-echo\n" not in terminal.text


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_ctrl_z_and_fg_hide_again_and_ask_again(shell, script):
    with asked_in(shell, script) as terminal:
        for times in (2, 3):
            terminal.press("text:xai-token-")
            terminal.press("\x1a")
            terminal.wait_for(lambda _: terminal.raw.rstrip(b" ").endswith(b"ready:"))
            terminal.press("text:fg", "enter")
            terminal.wait_for(lambda text, times=times: text.count(PROMPT) == times)
            terminal.wait_for(lambda _: not echoes(terminal))
        terminal.press(f"text:{SECRET}", "enter")
        # What was typed before is gone: nobody can see whether it is whole.
        terminal.wait_for(f"read {len(SECRET)} characters")
        assert b"xai-" not in terminal.raw
        assert_shell_echoes(terminal)


@pytest.mark.parametrize("shell", ["bash", "dash"])
@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT, signal.SIGUSR1]
)
def test_a_signal_leaves_a_shell_that_echoes(shell, number, script):
    with asked_in(shell, script) as terminal:
        terminal.press("text:half a key")
        os.kill(asker(terminal), number)
        terminal.wait_for(f"code {128 + number}")
        assert_shell_echoes(terminal)
        assert b"Traceback" not in terminal.raw
        assert b"half" not in terminal.raw


@pytest.mark.parametrize("key", ["\x1c", "\x03"])
def test_the_keys_that_end_it_do_so_too(key, script):
    with asked_in("dash", script) as terminal:
        terminal.press(key)
        terminal.wait_for("code 131" if key == "\x1c" else "code 130")
        assert_shell_echoes(terminal)


def test_stopped_unseen_and_continued_it_hides_again(script):
    with asked_in("bash", script) as terminal:
        os.kill(asker(terminal), signal.SIGSTOP)
        terminal.wait_for("Stopped")
        terminal.press("text:fg", "enter")
        # One at a time: what is typed before a prompt stands anew is dropped.
        for times in range(2, 6):
            terminal.wait_for(lambda _, times=times: terminal.raw.count(PROMPT.encode()) == times)
            terminal.wait_for(lambda _: not echoes(terminal))
            if times < 5:
                os.kill(asker(terminal), signal.SIGCONT)
        terminal.press(f"text:{SECRET}", "enter")
        terminal.wait_for("characters")
        assert SECRET.encode() not in terminal.raw
        assert_shell_echoes(terminal)


def test_where_no_shell_could_bring_it_back_it_goes_on(script):
    with Terminal(sys.executable, str(script), env={"PYTHONPATH": str(ROOT)}) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("text:half")
        terminal.press("\x1a")
        terminal.wait_for(lambda text: text.count(PROMPT) == 2)
        terminal.press(f"text:{SECRET}", "enter")
        terminal.wait_for(f"read {len(SECRET)} characters")
        assert SECRET.encode() not in terminal.raw


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_ended_while_it_is_stopped_it_leaves_a_shell_that_echoes(shell, script):
    with asked_in(shell, script) as terminal:
        pid = asker(terminal)
        terminal.press("\x1a")
        terminal.wait_for(lambda _: terminal.raw.rstrip(b" ").endswith(b"ready:"))
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGCONT)
        # It ends, and is not stopped again for writing to a terminal that is the shell's by now.
        # (It stays a zombie until the shell asks for its jobs.)
        terminal.wait_for(lambda _: state_of(pid) == "Z")
        terminal.press("text:echo gone", "enter")
        terminal.wait_for("\ngone")
        assert_shell_echoes(terminal)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)]
)
def test_auth_login_itself_says_that_nothing_was_stored(number, code, service):
    person = Person(service)
    with person.in_terminal("login", "--base-url", NOBODY_THERE) as terminal:
        terminal.wait_for("(not shown):")
        terminal.process.kill(number)
        assert terminal.wait_end() == code
        terminal.assert_restored()
        assert "xcoll: No key was given, so nothing was stored." in terminal.text
    assert person.kept == []

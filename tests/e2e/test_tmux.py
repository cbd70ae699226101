"""The program inside tmux, whose own word on the state of the terminal is the judge."""

import re
import shlex
import shutil
import subprocess
import sys
import time

import pytest

from tests.isolation import HOME_VARIABLES, environment, short_folder

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
STATE = "#{alternate_on} #{cursor_flag} #{mouse_any_flag}"
# What is typed has the same length wherever Python is: a longer line would wrap in the window.
COMMAND = '"$PYTHON" -m xcoll_tui --demo --documents 300; echo "ended $?"'


class Tmux:
    """One window of a server of its own, with a shell in it."""

    def __init__(self, columns, rows):
        self._environment = environment()
        self._socket = short_folder() / "tmux"
        size = ["-x", str(columns), "-y", str(rows)]
        kept = {name: self._environment[name] for name in HOME_VARIABLES}
        variables = {**kept, "LANG": "C.UTF-8", "PYTHON": sys.executable, "PS1": "ready:"}
        words = shlex.join(f"{name}={value}" for name, value in variables.items())
        shell = f"exec env -i PATH=/usr/bin:/bin TERM=$TERM {words} sh"
        self.run("new-session", "-d", *size, "-c", variables["HOME"], shell)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("kill-server")

    def run(self, *command):
        return subprocess.run(
            ["tmux", "-u", "-S", self._socket, "-f", "/dev/null", *command],
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        ).stdout

    def press(self, *keys):
        self.run("send-keys", *keys)

    def type(self, text):
        self.run("send-keys", "-l", text)

    @property
    def screen(self):
        return self.run("capture-pane", "-p")

    @property
    def state(self):
        return self.run("display-message", "-p", STATE).strip()

    def wait_for(self, wanted, seconds=20):
        holds = wanted if callable(wanted) else lambda screen: wanted in screen
        deadline = time.monotonic() + seconds
        while not holds(screen := self.screen):
            assert time.monotonic() < deadline, f"never seen: {wanted!r}\n{screen}"
            time.sleep(0.03)  # between two looks, each of which is a process
        return screen


@pytest.mark.parametrize(("columns", "rows"), [(160, 45), (80, 24)])
def test_tmux_says_that_the_terminal_is_as_it_was(columns, rows):
    with Tmux(columns, rows) as tmux:
        tmux.wait_for("ready:")
        assert tmux.state == "0 1 0"
        tmux.type(COMMAND)
        tmux.press("Enter")
        tmux.wait_for("Filings ar")
        assert tmux.state.startswith("1 ")
        assert tmux.state.endswith(" 1")
        tmux.press("j", "j", "Enter")
        tmux.wait_for(re.compile(r"2 Filings archive .* of 300").search)
        tmux.press("G")
        tmux.wait_for(re.compile(r"▌  (?!aa-)\S+").search)
        tmux.run("resize-window", "-x", "60", "-y", "15")
        tmux.wait_for(lambda screen: "1 Collections" not in screen and "? Help" in screen)
        tmux.run("resize-window", "-x", str(columns), "-y", str(rows))
        lines = tmux.wait_for(lambda screen: "1 Collections" in screen).split("\n")
        assert lines[1].endswith("╮")
        tmux.press("q")
        screen = tmux.wait_for(lambda screen: screen.rstrip().endswith("ready:"))
        assert re.search(r"^ended 0\s+ready:", screen, re.MULTILINE)
        assert "Traceback" not in screen
        assert tmux.state == "0 1 0"

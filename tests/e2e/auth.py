"""What the tests of `xcoll auth` share: a person with a keyring, who reads all that is said."""

import json
import re
import sys
from pathlib import Path

from tests.conftest import KEY
from tests.e2e.terminal import Terminal, run

OTHER_KEY = "xai-token-of-somebody-else-b7x9"
# A program whose keyrings have less time: what is waited for is not worth half a minute here.
IMPATIENT = """
import sys
from functools import partial
from xcoll_tui.cli import access, auth, main
from xcoll_tui.credentials import Vault
access.Vault = auth.Vault = partial(Vault, limit=0.7)
main(sys.argv[1:])
"""
NOBODY_THERE = "http://127.0.0.1:9"


class Person:
    """Somebody who uses `xcoll auth` with a keyring on this bus; knows what is kept."""

    def __init__(self, bus):
        self.bus = bus
        self.env = dict(bus.env)

    def __call__(self, *arguments, code=0, key=None, **options):
        """Run a command to its end, and return what it says; no key and no traceback is in it."""
        env = {**self.env, **options.pop("env", {})}
        typed = None if key is None else f"{key}\n"
        result = run("auth", *arguments, env=env, typed=typed, **options)
        said = result.stdout + result.stderr
        assert result.returncode == code, said
        result.stderr = without_waiting(result.stderr)
        assert_told_well(said)
        return result

    def status(self, *arguments, code=0, **options):
        """Return what `status --json` tells."""
        return json.loads(self("status", "--json", *arguments, code=code, **options).stdout)

    def in_terminal(self, *arguments, impatient=False, **env):
        """Run a command in a terminal."""
        program = ("-c", IMPATIENT) if impatient else ("-m", "xcoll_tui")
        return Terminal(sys.executable, *program, "auth", *arguments, env={**self.env, **env})

    @property
    def kept(self):
        """The names under which the keyring holds something."""
        return sorted(item["service"] for item in self.bus.items())

    @property
    def list_of_profiles(self):
        """The file of the profiles."""
        return Path(self.env["XDG_CONFIG_HOME"]) / "xcoll" / "profiles.json"


def without_waiting(said):
    """Leave out that the keyring was waited for: how long it takes is the machine's affair."""
    return re.sub(r"(?m)^Waiting for the keyring to be unlocked.*\n", "", said)


def assert_told_well(said):
    """No traceback, none of a key but its last four."""
    assert "Traceback" not in said
    assert "Exception" not in said
    for key in (KEY, OTHER_KEY):
        assert key[:-4] not in said, said


def lines_of(terminal):
    """Return the lines on a terminal that hold something."""
    assert_told_well(terminal.raw.decode())
    return [line for line in terminal.text.splitlines() if line]

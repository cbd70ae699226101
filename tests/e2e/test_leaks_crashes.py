"""A crash shows where it happened, and nothing of what was held there."""

import pytest

from tests.e2e.leaks import KEY, Cage, leaks_on
from xcoll_tui.emulator.server import Server

# Breaks a method while a local variable holds the key; the file that it is read from is not in the
# cage. Modules of Textual's are loaded late, as in the program itself.
BREAKING = """
import importlib, os
def held_and_lost(*_, **__):
    held = {"Authorization": "Bearer " + open(os.environ["CANARY"]).read()}
    raise RuntimeError(f"out of order at {len(held)}")
async def held_and_lost_later(*_, **__):
    held_and_lost()
"""
BREAK = """
import xcoll_tui.cli as cli
def break_it():
    owner = importlib.import_module(%r)
    for name in %r:
        owner = getattr(owner, name)
    setattr(owner, %r, %s)
require = cli._require_terminal
def require_and_break():
    require()
    break_it()
cli._require_terminal = require_and_break
"""


def script_breaking(place, broken="held_and_lost"):
    """Write a script that breaks a method, named as in `module:Class.method`."""
    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    return BREAKING + BREAK % (module, owners, name, broken)


@pytest.fixture
def cage(tmp_path):
    """Folders, and beside them a file with the key for who breaks something."""
    (tmp_path / "cage").mkdir()
    made = Cage(tmp_path / "cage")
    (tmp_path / "canary").write_text(KEY)
    made.env["CANARY"] = str(tmp_path / "canary")
    return made


def assert_crashed(terminal, cage, code=1):
    assert terminal.wait_end() == code
    assert b"RuntimeError" in terminal.raw
    assert b"out of order" in terminal.raw
    assert b"held_and_lost" in terminal.raw  # it tells where
    terminal.assert_restored()
    cage.assert_clean(terminal.raw)


LATER = "held_and_lost_later"
AT_ONCE = {
    "when a screen is composed": ("xcoll_tui.ui.screens.main:MainScreen.compose",),
    "in a worker": ("xcoll_tui.session.session:Session.start", LATER),
    "in the client, before it sends": ("xcoll_tui.api.client:Client._authorize",),
    "in the client, as it sends": ("xcoll_tui.api.client:Client._exchange", LATER),
    "in the thread that connects": ("xcoll_tui.cli.access:ProfileAccess.connect",),
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_crash_shows_no_key(name, cage):
    script = script_breaking(*AT_ONCE[name])
    with (
        Server(seed="none", key=KEY) as server,
        cage.open(
            *("--base-url", server.url, "--log", "xcoll.log"),
            script=script,
            XAI_MANAGEMENT_KEY=KEY,
            TEXTUAL="debug",
        ) as terminal,
    ):
        assert_crashed(terminal, cage)


BY_A_KEY = {
    "as a dialog is composed": ("xcoll_tui.ui.screens.help:HelpScreen.compose", "?"),
    "in what a key does": ("xcoll_tui.ui.screens.main:MainScreen.action_help", "?"),
}


@pytest.mark.parametrize("name", BY_A_KEY)
def test_a_crash_by_a_key_shows_no_key(name, cage):
    place, key = BY_A_KEY[name]
    with (
        Server(seed="small", key=KEY) as server,
        cage.open(
            "--base-url", server.url, script=script_breaking(place), XAI_MANAGEMENT_KEY=KEY
        ) as terminal,
    ):
        terminal.wait_for("feedback-2025-w01")
        terminal.press(key)
        assert_crashed(terminal, cage)


TYPED = {
    "as it is handed over": ("xcoll_tui.ui.screens.log_in:LogInScreen.submit", "held_and_lost"),
    "as it is checked": ("xcoll_tui.cli.access:ProfileAccess.check", LATER),
    "as it is kept": ("xcoll_tui.credentials.vault:Vault.store", LATER),
    "as it is pasted": ("xcoll_tui.ui.widgets.controls:KeyInput._on_paste", "held_and_lost"),
}


@pytest.mark.parametrize("name", TYPED)
def test_a_crash_with_a_key_in_the_dialog_shows_no_key(name, cage):
    script = script_breaking(*TYPED[name])
    with (
        Server(seed="none", key=KEY) as server,
        cage.open("--base-url", server.url, script=script) as terminal,
    ):
        terminal.wait_for("xai-token-…")
        terminal.press(f"\x1b[200~{KEY}\x1b[201~")
        if "pasted" not in name:
            terminal.wait_for("•" * len(KEY))
            terminal.press("enter")
        assert_crashed(terminal, cage)


def test_a_crash_in_the_thread_of_the_keyring_shows_no_key(cage):
    script = script_breaking("xcoll_tui.credentials.vault:find_trusted")
    with cage.open("--base-url", "http://127.0.0.1:9", script=script) as terminal:
        assert_crashed(terminal, cage)


def test_a_crash_before_there_is_a_screen_shows_no_key(cage):
    early = "import xcoll_tui.cli as cli\ncli._require_terminal = held_and_lost\n"
    with cage.open(
        "--base-url", "http://127.0.0.1:9", script=BREAKING + early, XAI_MANAGEMENT_KEY=KEY
    ) as terminal:
        assert_crashed(terminal, cage)


def test_a_crash_of_a_command_shows_no_key(service, cage):
    script = script_breaking("xcoll_tui.api.client:Client._authorize")
    script += "break_it()\n"
    cage.env["DBUS_SESSION_BUS_ADDRESS"] = service.env["DBUS_SESSION_BUS_ADDRESS"]
    del cage.env["PYTHON_KEYRING_BACKEND"]
    with Server(seed="none", key=KEY) as server:
        login = ["auth", "login", "--base-url", server.url, "--key-stdin"]
        result = cage.run(*login, script=script, stdin=KEY)
    assert result.returncode == 1
    assert b"RuntimeError: out of order" in result.stderr
    cage.assert_clean(result.stdout, result.stderr)


def test_that_the_key_was_held_is_shown_by_a_crash_that_tells_all(cage):
    """What the others rest on: as Textual has it, with local variables, the key is shown."""
    script = script_breaking("xcoll_tui.session.session:Session.start", LATER) + (
        "def as_textual_has_it():\n"
        "    from textual.app import App\n"
        "    from xcoll_tui.ui.app import XcollApp\n"
        "    XcollApp._fatal_error = App._fatal_error\n"
        "before = break_it\n"
        "def break_it():\n"
        "    before()\n"
        "    as_textual_has_it()\n"
    )
    with cage.open(
        "--base-url", "http://127.0.0.1:9", script=script, XAI_MANAGEMENT_KEY=KEY
    ) as terminal:
        assert terminal.wait_end() == 1
        assert leaks_on(terminal.raw)

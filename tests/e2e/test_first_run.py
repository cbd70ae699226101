"""The program in a terminal, with a real Secret Service: its first start, the next, the end."""

import time

import pytest

from tests.conftest import KEY
from tests.e2e.auth import OTHER_KEY, Person, assert_told_well
from tests.e2e.terminal import xcoll
from xcoll_tui.emulator.server import Server

COLLECTION = "Interview transcri"
DIALOG = "Enter a management key"


@pytest.fixture
def person(service):
    return Person(service)


def start(person, server, *arguments, **env):
    """Start the program; it is asked for a key, or has one, and goes to this service."""
    where = {"XCOLL_BASE_URL": server.url} if server is not None else {}
    return xcoll(*arguments, columns=140, rows=40, env={**person.env, **where, **env})


def header_of(terminal):
    return terminal.text.split("\n")[0]


def leave(terminal, code=0):
    """Quit; nothing that was ever written to the terminal holds a key."""
    terminal.press("q")
    assert terminal.wait_end() == code
    terminal.assert_restored()
    assert_told_well(terminal.raw.decode(errors="replace"))


def time_of_quitting(terminal, *keys):
    """Press keys, and measure how long it takes to the end of the process."""
    pressed = time.monotonic()
    terminal.press(*keys)
    terminal.wait_end(20)
    seconds = time.monotonic() - pressed
    terminal.assert_restored()
    print(f"ended {seconds:.3f} s after {'+'.join(keys)}")  # noqa: T201 - the figure is wanted
    return seconds


def test_a_key_that_was_typed_once_is_found_by_the_next_start(person, server):
    with start(person, server) as terminal:
        terminal.wait_for(DIALOG)
        terminal.press(f"text:{OTHER_KEY}", "enter")
        terminal.wait_for("does not accept the key")
        assert person.kept == []
        # What was refused stays in its line, to be mended.
        terminal.wait_for("•" * len(OTHER_KEY))
        terminal.press(*["backspace"] * len(OTHER_KEY))
        terminal.wait_for(lambda screen: "•" not in screen)
        terminal.press(f"text:{KEY}", "enter")
        said = terminal.wait_for("It is stored in Secret Service")
        assert "xcoll:default" in said
        assert "xcoll auth logout" in said
        assert person.kept == ["xcoll:default"]
        terminal.press("enter")
        terminal.wait_for(COLLECTION)
        leave(terminal)
    with start(person, server) as terminal:
        terminal.wait_for(COLLECTION)
        terminal.wait_for("key …r42q from Secret Service")
        assert DIALOG.encode() not in terminal.raw
        leave(terminal)
    assert KEY not in person.list_of_profiles.read_text()


def test_each_start_uses_the_profile_that_is_named_and_p_changes_it(person, server):
    with Server(seed="none", key=OTHER_KEY) as other:
        login = ("login", "--key-stdin", "--no-verify", "--base-url")
        person(*login, server.url, key=KEY)
        person(*login, other.url, "--profile", "other", "--read-only", key=OTHER_KEY)
        with start(person, None, "--profile", "default", XCOLL_PROFILE="other") as terminal:
            terminal.wait_for("default · key …r42q from Secret Service")
            terminal.wait_for(COLLECTION)
            terminal.press("P")
            terminal.wait_for("● default")
            terminal.press("down", "enter")
            terminal.wait_for("other · key …b7x9 from Secret Service")
            terminal.wait_for("No collections")
            assert COLLECTION not in terminal.text
            assert "read-only" in header_of(terminal)
            leave(terminal)
        with start(person, None, XCOLL_PROFILE="other") as terminal:
            terminal.wait_for("other · key …b7x9 from Secret Service")
            assert other.url.partition("//")[2] in header_of(terminal)
            leave(terminal)


def test_without_a_keyring_it_serves_this_sitting_only(person, server):
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
    with start(person, server, **nowhere) as terminal:
        terminal.wait_for(DIALOG)
        said = " ".join(terminal.text.split())
        assert "There is no keyring" in said
        terminal.press(f"text:{KEY}", "enter")
        said = terminal.wait_for("The key is used until xcoll ends.")
        for remedy in ("XAI_MANAGEMENT_KEY", "XCOLL_KEY_FILE", "gnome-keyring"):
            assert remedy in said
        terminal.press("enter")
        terminal.wait_for("key …r42q this session only")
        leave(terminal)
    assert not person.list_of_profiles.exists()
    with start(person, server, **nowhere) as terminal:
        terminal.wait_for(DIALOG)
        terminal.press("escape")
        terminal.wait_for(lambda screen: DIALOG not in screen)
        leave(terminal, 4)


# While the keyring hangs


def test_it_ends_at_once_while_a_silent_bus_is_waited_for(silent_bus, server):
    person = Person(silent_bus)
    with start(person, server) as terminal:
        terminal.wait_for("Waiting for the keyring to be unlocked")
        assert silent_bus.met.wait(20), "it never came to the bus"
        assert time_of_quitting(terminal, "ctrl+q") < 3
    with start(person, server) as terminal:
        terminal.wait_for("Waiting for the keyring to be unlocked")
        terminal.press("escape")
        terminal.wait_for(DIALOG)
        terminal.press("escape")
        terminal.wait_for(lambda screen: DIALOG not in screen)
        assert time_of_quitting(terminal, "q") < 3


def test_it_ends_at_once_while_a_prompt_stands_open(person, server):
    person("login", "--key-stdin", "--no-verify", key=OTHER_KEY)
    person.bus.lock()
    with start(person, server) as terminal:
        terminal.wait_for("Waiting for the keyring to be unlocked")
        terminal.press("escape")
        terminal.wait_for(DIALOG)
        terminal.press(f"text:{KEY}", "enter")
        terminal.wait_for("Waiting for the keyring to store it")
        assert time_of_quitting(terminal, "ctrl+q") < 3
        assert_told_well(terminal.raw.decode(errors="replace"))

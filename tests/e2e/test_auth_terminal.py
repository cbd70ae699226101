"""`xcoll auth` at a terminal: a key that is not shown, and keyrings that are missing or hang."""

import time

import pytest

from tests.conftest import KEY
from tests.e2e.auth import NOBODY_THERE, Person, assert_told_well, lines_of

PROMPT = "(not shown):"
CTRL_C, CTRL_D = "\x03", "\x04"
WAITING = "Waiting for the keyring to be unlocked… (Ctrl+C cancels)"


@pytest.fixture
def person(service):
    return Person(service)


def type_key(terminal, key=KEY):
    """Type a key where it is asked for."""
    terminal.wait_for(PROMPT)
    terminal.press(f"text:{key}", "enter")


def break_off(terminal):
    """Press Ctrl+C and wait for the end; it is quick."""
    pressed = time.monotonic()
    terminal.press(CTRL_C)
    assert terminal.wait_end() == 130
    assert time.monotonic() - pressed < 3
    terminal.assert_restored()


def test_a_typed_key_is_not_shown_and_kept(person, server):
    with person.in_terminal("login", "--base-url", server.url) as terminal:
        terminal.wait_for(f"Key for {server.url.partition('//')[2]} {PROMPT}")
        type_key(terminal)
        assert terminal.wait_end() == 0
        terminal.assert_restored()
        assert KEY.encode() not in terminal.raw
        assert KEY[:6].encode() not in terminal.raw
        lines = lines_of(terminal)
    assert lines[0] == "Management keys are created in the xAI Console, under Management Keys."
    assert lines[2:] == [
        "The service accepts the key: Emulator.",
        "It is stored in Secret Service, as xcoll:default of the user management-key.",
        "xcoll auth logout removes it.",
        "xcoll opens it.",
    ]
    assert person.kept == ["xcoll:default"]


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (CTRL_C, 130, "xcoll: No key was given, so nothing was stored."),
        (CTRL_D, 1, "xcoll: No key was given, so nothing was stored."),
        ("\r", 2, "xcoll: The management key is empty. Copy it again, and nothing around it."),
    ],
    ids=["ctrl+c", "ctrl+d", "enter"],
)
def test_leaving_the_question_stores_nothing(typed, code, said, person):
    with person.in_terminal("login", "--base-url", NOBODY_THERE) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press(typed)
        assert terminal.wait_end() == code
        terminal.assert_restored()
        assert lines_of(terminal)[-1] == said
        assert len(lines_of(terminal)) == 3
    assert person.kept == []


def test_a_pipe_that_is_a_terminal_would_show_the_key(person):
    with person.in_terminal("login", "--key-stdin") as terminal:
        assert terminal.wait_end() == 2
        assert "--key-stdin reads a pipe or a file, and here a terminal would show" in terminal.text
        assert len(lines_of(terminal)) <= 2


# Keyrings that are none


@pytest.mark.parametrize(
    ("env", "said", "next_step"),
    [
        (
            {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"},
            "There is no keyring on this computer",
            "set XAI_MANAGEMENT_KEY, or name a key file in XCOLL_KEY_FILE",
        ),
        (
            {"PYTHON_KEYRING_BACKEND": "nope.Keyring"},
            "PYTHON_KEYRING_BACKEND names a keyring that cannot be used (ModuleNotFoundError",
            "set XAI_MANAGEMENT_KEY, or name a key file in XCOLL_KEY_FILE",
        ),
        (
            {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
            "not safe for a key: keyring.backends.null.Keyring (keeps nothing)",
            "set XAI_MANAGEMENT_KEY, or name a key file in XCOLL_KEY_FILE",
        ),
    ],
    ids=["no bus", "broken", "null"],
)
def test_without_a_keyring_nobody_is_asked_for_a_key(env, said, next_step, person):
    person.env.update(env)
    with person.in_terminal("login") as terminal:
        assert terminal.wait_end() == 1
        assert PROMPT not in terminal.text
        assert said in " ".join(terminal.text.split())
        assert_told_well(terminal.raw.decode())
    for command in (("login", "--key-stdin"), ("logout",)):
        told = person(*command, key=KEY, code=1)
        assert said in told.stderr
        assert "set XAI_MANAGEMENT_KEY, name a key file in XCOLL_KEY_FILE, or unlock" in told.stderr
        assert (told.stdout, len(told.stderr.splitlines())) == ("", 1)
    status = person.status(code=1 if "broken" in said or "cannot be used" in said else 4)
    assert said in status["problem"]
    assert (status["logged_in"], status["next"]) == (False, next_step)


def test_a_locked_keyring_keeps_nothing_and_says_so(start_service, server):
    person = Person(start_service(prompted=False))
    person("login", "--key-stdin", "--no-verify", key=KEY)
    person.bus.lock()
    told = person("login", "--key-stdin", "--base-url", server.url, key=f"{KEY}x", code=1)
    assert "does not accept the key" in told.stderr
    told = person("login", "--key-stdin", "--base-url", server.url, key=KEY, code=1)
    assert told.stderr.startswith("xcoll: The key was not stored. The key of profile “default” co")
    assert "Secret Service is locked, and it was not unlocked." in told.stderr
    assert server.url not in person.list_of_profiles.read_text()
    told = person("logout", code=1)
    assert "Secret Service is locked" in told.stderr
    assert told.stdout == ""
    status = person.status(code=1)
    assert (status["logged_in"], status["backend"]) == (False, "Secret Service")
    assert status["next"] == "unlock the keyring, or set XAI_MANAGEMENT_KEY"


# Keyrings that hang


def test_a_prompt_that_nobody_answers_is_not_waited_for(person, server):
    person("login", "--key-stdin", "--no-verify", "--base-url", server.url, key=KEY)
    person.bus.lock()
    with person.in_terminal("login", "--base-url", server.url, impatient=True) as terminal:
        type_key(terminal)
        assert terminal.wait_end() == 1
        said = " ".join(lines_of(terminal))
        assert "xcoll: The key was not stored. The key of profile “default” could not be re" in said
        assert "Secret Service did not answer within 0.7 seconds; its prompt may be wait" in said
    with person.in_terminal("logout", "--all", impatient=True) as terminal:
        assert terminal.wait_end() == 1
        assert "did not answer within 0.7 seconds" in " ".join(lines_of(terminal))
        assert "deleted" not in terminal.text


def test_ctrl_c_under_a_prompt_says_what_is_not_known(person, server):
    person("login", "--key-stdin", "--no-verify", "--base-url", server.url, key=KEY)
    person.bus.lock()
    asked = "xcoll: Interrupted while the keyring was asked: "
    for command, said in (
        (
            ("login", "--profile", "work", "--no-verify"),
            f"{asked}xcoll auth status --profile work tells whether it has the key.",
        ),
        (
            ("logout",),
            f"{asked}the key of default may still be there. xcoll auth status tells.",
        ),
    ):
        with person.in_terminal(*command) as terminal:
            if command[0] == "login":
                type_key(terminal)
            terminal.wait_for(WAITING)
            break_off(terminal)
            assert lines_of(terminal)[-1] == said


def test_a_silent_bus_is_not_waited_for(silent_bus):
    person = Person(silent_bus)
    with person.in_terminal("status", impatient=True) as terminal:
        assert terminal.wait_end() == 1
        said = " ".join(lines_of(terminal))
        assert "the keyring did not answer within 0.7 seconds; its service may be stuck." in said
        assert said.endswith(
            "next       set XAI_MANAGEMENT_KEY, or name a key file in XCOLL_KEY_FILE"
        )
    with person.in_terminal("login", impatient=True) as terminal:
        assert terminal.wait_end() == 1
        assert PROMPT not in terminal.text
        assert "The keyring could not be determined: the keyring did not ans" in terminal.text


def test_ctrl_c_on_a_silent_bus_ends_at_once(silent_bus):
    with Person(silent_bus).in_terminal("login") as terminal:
        terminal.wait_for(WAITING)
        break_off(terminal)
        assert lines_of(terminal)[-1] == "xcoll: Interrupted, so nothing was changed."

"""What comes into `xcoll auth`: as arguments, through a pipe, from a terminal or from none."""

import io
import shlex
import subprocess
import sys

import pytest

from tests.conftest import KEY
from tests.e2e.auth import NOBODY_THERE, OTHER_KEY, Person, assert_told_well
from tests.e2e.terminal import run
from tests.isolation import environment
from xcoll_tui.cli import main


@pytest.fixture
def say(capsys, monkeypatch):
    """Run a command in this process, with something on its standard input: (code, out, err)."""

    def say(*arguments, piped=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped)))
        with pytest.raises(SystemExit) as end:
            main(["auth", *arguments])
        said = capsys.readouterr()
        assert_told_well(said.out + said.err)
        return end.value.code, said.out, said.err

    return say


NO_KEYS = {
    "nothing": (b"", "Standard input was empty, so nothing was stored."),
    "blanks": (b" \r\n\t\n", "Standard input was empty, so nothing was stored."),
    "a key in quotation marks": (f'"{KEY}"\n'.encode(), "is in quotation marks"),
    "a line of an env file": (f"XAI_MANAGEMENT_KEY={KEY}\n".encode(), "comes after its name"),
    "a variable": (b"${XAI_MANAGEMENT_KEY}\n", "is a placeholder"),
    "a space": (f"{KEY} x".encode(), "holds a space"),
    "other letters": (f"{KEY}日本".encode(), "holds a character that HTTP headers cannot contain"),
    "no letters": (KEY.encode() + b"\xff\xfe", "Standard input is not text."),
    "another encoding": (KEY.encode("utf-16"), "Standard input is not text."),
    "a long key": (b"k" * 1001, "longer than 1,000 characters"),
    "a file": (b"k" * 9000, "Standard input is too long for a key."),
}


def test_what_is_no_key_is_refused_before_anybody_is_asked(say, service, use_bus):
    use_bus(service.env)
    for name, (content, sentence) in NO_KEYS.items():
        # Had it been asked, nobody would be there, and the code another.
        code, out, err = say("login", "--key-stdin", "--base-url", NOBODY_THERE, piped=content)
        assert (name, code, out) == (name, 2, "")
        assert sentence in err, name
        assert len(err.splitlines()) == 1, name
    assert service.items() == []


# What stands on the command line


@pytest.mark.parametrize(
    "arguments",
    [
        ["login", KEY],
        ["login", "--key", KEY],
        ["login", f"--key={KEY}"],
        ["login", "--key-stdin", KEY],
        ["login", f"--key-stdin={KEY}"],
        ["login", f"--no-verify={OTHER_KEY}+/="],
        ["login", "--base-url", f"{OTHER_KEY}+/="],
        ["login", f"--key-st={KEY}"],
        ["status", "-k", KEY],
        [KEY],
        ["status", KEY],
        ["login", "--team-id", KEY],
        ["logout", KEY],
    ],
    ids=lambda words: " ".join(words).replace(KEY, "KEY").replace(OTHER_KEY, "KEY"),
)
def test_a_key_on_the_command_line_is_refused_without_being_repeated(arguments, say):
    code, out, err = say(*arguments, piped=KEY.encode())
    assert (code, out) == (2, "")
    assert err.startswith("xcoll: A key is not accepted on the command line, which every user of")
    assert len(err.splitlines()) == 1
    for text in (KEY[-4:], OTHER_KEY[:20], "+/=", "sesame"):
        assert text not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "arguments are required: COMMAND. See xcoll auth --help."),
        (
            ["sesame"],
            "There is no such command: use login, status, list, use or logout. See xcoll auth",
        ),
        (["login", "--profile", KEY.upper()], "That is not a valid profile name."),
        (["login", "--team-id", KEY[:12]], "That is not a team ID."),
        (["login", "--base-url", "http://x.example"], "send the key unencrypted"),
        (
            ["login", "--nonsense"],
            "Unrecognized arguments: --nonsense. See xcoll auth login --help.",
        ),
        (["list", "sesame"], "It takes no such argument, and no command takes a key as one."),
        (["status", "--nonsense"], "usage: xcoll auth status [-h] [--profile NAME]"),
        (["use"], "arguments are required: PROFILE. See xcoll auth use --help."),
        (["use", "A B"], "That is not a valid profile name."),
        (["logout", "--all", "--profile", "work"], "not allowed with argument"),
        (["status", "--profile", "../x"], "That is not a valid profile name."),
    ],
)
def test_wrong_usage_is_one_sentence_below_the_usage(arguments, said, say, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    login = [*arguments, "--key-stdin"] if arguments[:1] == ["login"] else arguments
    code, out, err = say(*login, piped=KEY.encode())
    assert (code, out) == (2, "")
    assert said in err
    *usage, sentence = err.splitlines()
    assert sentence.startswith("xcoll: ")
    assert not usage or usage[0].startswith("usage: xcoll auth ")
    assert KEY.lower() not in err.lower()
    assert "sesame" not in err


def test_the_exit_codes_are_documented():
    told = run("auth", "--help").stdout
    assert "exit codes: 0 done, 1 failed, 2 wrong usage, 4 not logged in" in told


def test_without_a_terminal_only_a_pipe_is_read(service):
    person = Person(service)
    said = person("login", key=KEY, code=2)
    assert "Standard input is not a terminal, so a key cannot be typed hidden." in said.stderr
    assert person.kept == []
    script = f"exec {shlex.quote(sys.executable)} -m xcoll_tui auth login"
    for option, sentence in (
        ("", "is not a terminal"),
        ("--key-stdin", "Standard input was empty"),
    ):
        closed = subprocess.run(
            ["sh", "-c", f"{script} {option} <&-"],
            env=environment(person.env),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (closed.returncode, closed.stdout) == (2, "")
        assert sentence in closed.stderr
        assert len(closed.stderr.splitlines()) == 1

"""`xcoll auth` as scripts use it: real processes, a real Secret Service, and a service to ask."""

import json
import shlex
import stat
import subprocess
import sys

import pytest

from tests.conftest import KEY
from tests.e2e.auth import NOBODY_THERE, OTHER_KEY, Person, without_waiting
from tests.isolation import environment
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.emulator.server import Server

TEAM = "fda489a0-bce7-56a8-8134-bfc64f1c5a3c"


@pytest.fixture
def person(service):
    """Somebody whose keyring is open and empty."""
    return Person(service)


def log_in(person, server, *more, key=KEY, **options):
    """Log in with a key from a pipe."""
    return person("login", "--key-stdin", "--base-url", server.url, *more, key=key, **options)


def host_of(server):
    return server.url.partition("//")[2]


def written(person):
    """Tell when the keyring was written last."""
    [file] = person.bus.files[0].rglob("*.keyring")
    return file.stat().st_ino, file.stat().st_mtime_ns


# Logging in


def test_a_key_from_a_pipe_is_checked_kept_and_told_of(person, server):
    said = log_in(person, server)
    assert said.stderr == ""
    assert said.stdout.splitlines() == [
        "The service accepts the key: Emulator.",
        "It is stored in Secret Service, as xcoll:default of the user management-key.",
        "xcoll auth logout removes it.",
        "xcoll opens it.",
    ]
    assert person.kept == ["xcoll:default"]
    assert stat.S_IMODE(person.list_of_profiles.stat().st_mode) == 0o600
    assert KEY not in person.list_of_profiles.read_text()
    assert person("list").stdout == f"* default  {host_of(server)}\n"
    used = f"used       XDG_CONFIG_HOME: the config is kept in {person.list_of_profiles.parent}"
    lines = person("status").stdout.splitlines()
    assert used in lines
    assert [line for line in lines if not line.startswith("used ")] == [
        "profile    default",
        "logged in  yes",
        "key        …r42q",
        "source     xcoll:default",
        "backend    Secret Service",
        f"base url   {server.url}",
        f"team       {TEAM}",
        "key name   Emulator",
        "read only  no",
        "check      accepted",
        "next       xcoll",
    ]
    status = person.status()
    assert {
        "name": "XDG_CONFIG_HOME",
        "used": True,
        "note": f"the config is kept in {person.list_of_profiles.parent}",
    } in status.pop("environment")
    assert status == {
        "profile": "default",
        "logged_in": True,
        "key": "…r42q",
        "source": "xcoll:default",
        "backend": "Secret Service",
        "base_url": server.url,
        "team": TEAM,
        "key_name": "Emulator",
        "read_only": False,
        "check": "accepted",
        "problem": None,
        "next": "xcoll",
    }


def test_notes_below_a_key_are_left_out_and_it_is_said(person, server):
    said = log_in(person, server, key=f"{KEY}\r\nlogin: me\n")
    assert said.stdout.splitlines()[0] == "Only the first line was taken as the key."
    assert person.status()["check"] == "accepted"


def test_a_key_that_the_service_refuses_is_not_stored(person, server):
    said = log_in(person, server, key=OTHER_KEY, code=1)
    assert said.stdout == ""
    assert said.stderr.startswith("xcoll: The key was not stored. The service does not accept the")
    assert person.kept == []
    assert not person.list_of_profiles.exists()
    # One that was there stays, and so does where it goes.
    log_in(person, server)
    before = person.list_of_profiles.read_bytes()
    log_in(person, server, "--read-only", key=OTHER_KEY, code=1)
    assert person.list_of_profiles.read_bytes() == before
    assert person.status()["check"] == "accepted"


def test_a_key_without_permission_is_not_stored(person, server):
    server.faults[:] = [Fault("GET", "*", 403)]
    said = log_in(person, server, code=1)
    assert "The key was not stored." in said.stderr
    assert "permission" in said.stderr
    assert person.kept == []


def test_without_a_network_it_is_stored_only_when_asked_to(person):
    login = ("login", "--key-stdin", "--base-url", NOBODY_THERE)
    said = person(*login, key=KEY, code=1)
    assert said.stderr.startswith("xcoll: The key was not stored, because it could not be checked.")
    assert "refused" in said.stderr
    assert said.stderr.endswith("--no-verify stores it unchecked.\n")
    assert person.kept == []
    said = person(*login, "--no-verify", key=KEY)
    assert said.stdout.startswith("The key was not checked with the service.\nIt is stored in Sec")
    assert person.kept == ["xcoll:default"]
    status = person.status()
    assert (status["check"], status["logged_in"]) == ("not possible", True)
    assert "cannot be reached" in status["problem"]
    assert status["next"] == "xcoll auth status"


def test_a_key_that_stands_there_is_not_written_again(person, server):
    log_in(person, server)
    before = written(person)
    log_in(person, server, "--read-only")
    assert written(person) == before
    assert person.status()["read_only"] is True
    with Server(seed="none", key=OTHER_KEY) as other:
        log_in(person, other, key=OTHER_KEY)
        assert written(person) != before
        assert (person.status()["key"], person.kept) == ("…b7x9", ["xcoll:default"])


def test_what_surrounds_a_key_is_dropped_and_accents_are_kept(person, server):
    log_in(person, server, key=f"\ufeff  {KEY}\r\n")
    assert person.status()["check"] == "accepted"
    log_in(person, server, "--no-verify", key="xai-token-clé-ÿ-þÿþÿ")
    status = person.status("--no-verify")
    assert (status["key"], status["check"]) == ("…þÿþÿ", "not asked")


# Profiles


def test_two_profiles_go_their_own_ways(person, server):
    with Server(seed="none", key=OTHER_KEY) as other:
        log_in(person, server)
        said = log_in(person, other, "--profile", "work", "--read-only", key=OTHER_KEY)
        assert said.stdout.splitlines()[1:] == [
            "It is stored in Secret Service, as xcoll:work of the user management-key.",
            "xcoll auth logout --profile work removes it.",
            "xcoll --profile work opens it.",
        ]
        assert person.kept == ["xcoll:default", "xcoll:work"]
        assert person("list").stdout.splitlines() == [
            f"* default  {host_of(server)}",
            f"  work     {host_of(other)} · read-only",
        ]
        named = person.status("--profile", "work")
        assert (named["key"], named["base_url"], named["check"]) == ("…b7x9", other.url, "accepted")
        assert (named["read_only"], named["next"]) == (True, "xcoll --profile work")
        assert person("use", "work").stdout == "xcoll uses the profile work when none is named.\n"
        default = person.status(env={"XCOLL_PROFILE": "default"})
        assert (default["key"], default["read_only"]) == ("…r42q", False)
        listed = person("list", env={"XCOLL_PROFILE": "default"})
        assert listed.stdout.splitlines()[1].startswith("* work ")
        assert (
            listed.stderr == "XCOLL_PROFILE is set, and takes precedence over the chosen profile.\n"
        )
        # Without it, the chosen one goes, and the default one is used again.
        assert person("logout").stdout.splitlines() == [
            "The key of work is deleted.",
            "The profile work is no longer listed.",
        ]
        assert person.kept == ["xcoll:default"]
        assert person("list").stdout.startswith("* default ")


def test_a_profile_is_changed_by_logging_in_again(person, server):
    log_in(person, server, "--profile", "work", "--read-only", "--team-id", "team-7")
    assert person("list").stdout == f"  work  {host_of(server)} · team team-7 · read-only\n"
    again = ("login", "--key-stdin", "--no-verify", "--profile", "work")
    person(*again, "--no-read-only", "--team-id", "", key=KEY)
    listed = person("list")
    assert listed.stdout == f"  work  {host_of(server)}\n"
    assert listed.stderr == (
        "None of them is used without --profile. xcoll auth use NAME chooses one.\n"
    )


def test_one_that_is_not_there_is_told(person):
    for command in (("use", "work"), ("status", "--profile", "work")):
        said = person(*command, code=4)
        assert said.stdout == ""
        assert said.stderr.startswith("xcoll: There is no profile work. xcoll auth list shows")
    assert person("list").stdout == "There are no profiles yet. xcoll auth login creates one.\n"


# Logging out


def test_logging_out_where_nothing_is_kept_is_done(person):
    assert person("logout").stdout == "There is no key of default.\n"
    assert person("logout", "--profile", "work").stdout == "There is no key of work.\n"
    said = person("logout", "--all", env={"XAI_MANAGEMENT_API_KEY": KEY})
    assert said.stdout.splitlines() == [
        "There is no key of default.",
        "XAI_MANAGEMENT_API_KEY is still set, so xcoll still has a key. Unset it to be logged out.",
    ]
    status = person.status(code=4)
    assert (status["logged_in"], status["key"], status["check"]) == (False, None, None)
    assert status["problem"] == "No key is stored for the profile default."
    assert status["next"] == "xcoll auth login, or set XAI_MANAGEMENT_KEY"


def test_logging_out_of_all_leaves_no_key_at_all(person, server):
    for name in ("one", "two", "default"):
        log_in(person, server, "--no-verify", "--profile", name)
    assert person("logout", "--all").stdout.splitlines() == [
        line
        for name in ("default", "one", "two")
        for line in (
            f"The key of {name} is deleted.",
            f"The profile {name} is no longer listed.",
        )
    ]
    assert person.kept == []
    assert json.loads(person.list_of_profiles.read_bytes()) == {"profiles": {}}


# Where the key comes from


def test_the_environment_goes_first_and_is_named(person, server, tmp_path):
    file = tmp_path / "key"
    file.write_text(f"{OTHER_KEY}\n")
    file.chmod(0o600)
    said = log_in(person, server, env={"XCOLL_KEY_FILE": str(file)})

    assert (
        "XCOLL_KEY_FILE is set, and takes precedence over the keyring: unset it to use this key."
        in said.stdout.splitlines()
    )
    by_file = person.status(env={"XCOLL_KEY_FILE": str(file)}, code=1)
    assert (by_file["key"], by_file["source"]) == ("…b7x9", "XCOLL_KEY_FILE")
    assert (by_file["backend"], by_file["check"]) == (None, "refused")
    assert by_file["next"] == "put another key into the file that XCOLL_KEY_FILE names"
    variables = {"XAI_MANAGEMENT_API_KEY": KEY, "XCOLL_KEY_FILE": str(file)}
    assert person.status(env=variables)["source"] == "XAI_MANAGEMENT_API_KEY"
    file.chmod(0o644)
    said = person("status", env={"XCOLL_KEY_FILE": str(file)}, code=1)
    assert said.stderr.endswith(f"can be read by others. Close it: chmod 600 {file}\n")


# What is on the disk


def test_a_list_that_cannot_be_written_is_told_with_what_is_kept_all_the_same(person, server):
    folder = person.list_of_profiles.parent
    folder.write_bytes(b"")
    said = log_in(person, server, "--profile", "work", code=1)
    assert "as xcoll:work of the user" in said.stdout
    assert "xcoll auth logout --profile work removes it." in said.stdout
    assert "opens it" not in said.stdout
    assert said.stderr.startswith(
        "xcoll: The key is stored, but its profile work could not be list"
    )
    assert f"The config folder {folder} cannot be used: there is a file in its place" in said.stderr
    assert person.kept == ["xcoll:work"]
    assert person("logout", "--profile", "work").stdout == "The key of work is deleted.\n"
    assert person.kept == []


def test_a_list_that_cannot_be_read_hinders_nobody_from_deleting_a_key(person, server):
    log_in(person, server, "--profile", "work", "--no-verify")
    person.list_of_profiles.write_text("{")
    for command in (("list",), ("status",), ("logout", "--all")):
        said = person(*command, code=1)
        assert said.stdout == ""
        assert said.stderr.startswith(f"xcoll: The list of profiles {person.list_of_profiles} can")
    said = person("logout", "--profile", "work", code=1)
    assert said.stdout == "The key of work is deleted.\n"
    assert said.stderr.startswith("xcoll: The profile work may still be listed. The list of prof")
    assert person.kept == []


def test_a_list_that_somebody_else_wrote_neither_draws_nor_stops(person):
    person.list_of_profiles.parent.mkdir()
    odd = {"base_url": "ftp://x.example/\x1b[2J", "team_id": "\x1b]0;title\x07\ud800"}
    content = {"profiles": {"default": odd, "work": {"read_only": "no"}}}
    person.list_of_profiles.write_text(json.dumps(content))
    said = person("list")
    assert len(said.stdout.splitlines()) == 2
    assert not {"\x1b", "\x07"} & set(said.stdout)
    assert person.status("--profile", "work", code=4)["read_only"] is True
    said = person("status", code=2)
    assert "is neither https:// nor http://" in said.stderr
    assert "xcoll auth login --base-url URL changes it." in said.stderr
    assert "\x1b" not in said.stderr


# Where it is said


def test_what_cannot_be_said_is_no_traceback(person, server):
    log_in(person, server)
    said = person("status", "--no-verify", env={"PYTHONIOENCODING": "ascii"})
    assert "key        ?r42q" in said.stdout
    script = f"{shlex.quote(sys.executable)} -m xcoll_tui auth"
    for command, sentence in (
        ("list >/dev/full", "Standard output cannot be written: No space left on device."),
        ("list >&-", ""),
        ("status --no-verify | true", ""),
        ("list | true", ""),
    ):
        words, _, where = command.partition(" ")
        done = subprocess.run(
            ["sh", "-c", f"{script} {words} {where}"],
            env=environment(person.env),
            capture_output=True,
            text=True,
            check=False,
        )
        complaints = without_waiting(done.stderr)
        assert sentence in complaints
        assert len(complaints.splitlines()) == (1 if sentence else 0), complaints

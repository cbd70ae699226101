"""The list of profiles on a real disk: who may read it, what survives, what becomes a sentence."""

import errno
import json
import os
import stat
import subprocess
import sys

import pytest

from xcoll_tui.credentials import NameRefused, NoSuchProfile, Profile, ProfileRefused, Profiles

WORK = Profile("work", "https://work.example", "team-7", read_only=True)


@pytest.fixture
def config(tmp_path, monkeypatch):
    """The folder of the configuration, which is not made yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "xcoll"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def put(config, content):
    """Let the list hold this, whoever wrote it."""
    config.mkdir(parents=True, exist_ok=True)
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    (config / "profiles.json").write_bytes(raw)


def held(config):
    return json.loads((config / "profiles.json").read_bytes())


# What is kept, and for whom


def test_what_is_saved_is_there_for_the_next_one(config):
    Profiles().save(WORK)
    Profiles().save(Profile("home"))
    assert Profiles().listed() == [Profile("home"), WORK]
    assert Profiles().get("work") == WORK
    assert Profiles().get("nobody") is None
    assert held(config).keys() == {"profiles"}


def test_the_list_is_for_its_owner_only(config):
    before = os.umask(0)
    try:
        Profiles().save(WORK)
    finally:
        os.umask(before)
    assert mode(config / "profiles.json") == 0o600
    assert mode(config) == mode(config.parent) == 0o700


def test_a_list_that_others_could_read_is_closed_when_it_is_written(config):
    put(config, {"profiles": {}})
    config.chmod(0o755)
    (config / "profiles.json").chmod(0o644)
    Profiles().save(WORK)
    assert (mode(config), mode(config / "profiles.json")) == (0o700, 0o600)


def test_reading_makes_no_folder(config):
    profiles = Profiles()
    assert profiles.listed() == []
    assert profiles.chosen == "default"
    assert profiles.resolve() == Profile("default")
    assert profiles.remove("work") is False
    assert not config.parent.exists()


def test_saving_again_takes_back_what_is_no_longer_so(config):
    Profiles().save(WORK)
    Profiles().save(Profile("work"))
    assert Profiles().get("work") == Profile("work")
    assert held(config)["profiles"]["work"] == {}


@pytest.mark.parametrize("name", ["", "Work", "xai-token-Canary-r42q", "a\n"])
def test_what_is_no_name_is_not_written(name, config):
    for change in (lambda: Profiles().save(Profile(name)), lambda: Profiles().choose(name)):
        with pytest.raises(NameRefused):
            change()
    assert not config.exists()


# Which is used


@pytest.mark.parametrize(
    ("option", "variable", "chosen", "used"),
    [
        ("first", "second", "third", "first"),
        (None, "second", "third", "second"),
        ("", "second", "third", "second"),
        (None, None, "third", "third"),
        (None, "", "third", "third"),
        (None, None, None, "default"),
        ("default", "second", "third", "default"),
    ],
)
@pytest.mark.usefixtures("config")
def test_the_option_goes_before_the_variable_and_both_before_the_chosen_one(
    option, variable, chosen, used
):
    profiles = Profiles()
    for name in ("first", "second", "third"):
        profiles.save(Profile(name))
    if chosen:
        profiles.choose(chosen)
    assert Profiles().resolve(option, variable).name == used


@pytest.mark.usefixtures("config")
def test_one_that_was_never_made_is_told_and_nothing_else_taken():
    Profiles().save(WORK)
    with pytest.raises(
        NoSuchProfile, match=r"no profile home\. .* login --profile home creates it"
    ):
        Profiles().resolve("home", "work")
    for variable in ("Work", "home"):
        with pytest.raises(ProfileRefused, match=r"\. It comes from XCOLL_PROFILE\.$"):
            Profiles().resolve(None, variable)
    with pytest.raises(NoSuchProfile):
        Profiles().choose("home")
    assert Profiles().chosen == "default"


@pytest.mark.usefixtures("config")
def test_removing_the_chosen_one_falls_back_to_the_default_one():
    profiles = Profiles()
    profiles.save(WORK)
    profiles.save(Profile("home"))
    profiles.choose("work")
    assert profiles.remove("work") is True
    assert (profiles.chosen, profiles.resolve()) == ("default", Profile("default"))
    assert profiles.remove("work") is False
    profiles.choose("home")
    profiles.save(WORK)
    assert profiles.remove("work") is True
    assert profiles.chosen == "home"


@pytest.mark.parametrize("chosen", ["gone", "No Name", 7, None, ["work"]])
def test_a_chosen_one_that_is_none_is_the_default_one(chosen, config):
    put(config, {"chosen": chosen, "profiles": {"work": {}}})
    assert Profiles().resolve() == Profile("default")
    assert [each.name for each in Profiles().listed()] == ["work"]


# Whole or not at all


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("change", ["save", "choose", "remove"])
def test_a_write_that_breaks_off_leaves_the_old_list_and_nothing_beside_it(
    broken, change, config, monkeypatch
):
    Profiles().save(WORK)
    before = (config / "profiles.json").read_bytes()
    monkeypatch.setattr(broken, full)
    argument = Profile("home") if change == "save" else "work"
    with pytest.raises(
        ProfileRefused, match=r"cannot be written: No space left on device\. Free some space"
    ):
        getattr(Profiles(), change)(argument)
    assert (config / "profiles.json").read_bytes() == before
    assert [each.name for each in config.iterdir()] == ["profiles.json"]


def test_a_crash_in_the_middle_of_a_write_leaves_the_old_list(config, monkeypatch):
    Profiles().save(WORK)
    before = (config / "profiles.json").read_bytes()

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        Profiles().save(Profile("home"))
    assert (config / "profiles.json").read_bytes() == before
    assert [each.name for each in config.iterdir()] == ["profiles.json"]


MANY = """
import sys
from xcoll_tui.credentials import Profile, Profiles
sys.stdin.readline()
for number in range(40):
    Profiles().save(Profile(f"{sys.argv[1]}-{number}"))
    Profiles().listed()
"""


def test_two_processes_lose_nothing_of_each_other(config):
    processes = [
        subprocess.Popen([sys.executable, "-c", MANY, name], stdin=subprocess.PIPE)
        for name in ("left", "right")
    ]
    for process in processes:
        process.stdin.write(b"\n")
        process.stdin.close()
    assert [process.wait(30) for process in processes] == [0, 0]
    assert len(Profiles().listed()) == 80
    assert [each.name for each in config.iterdir()] == ["profiles.json"]


# What another version, or another hand, put there


def test_what_a_newer_version_wrote_stays(config):
    newer = {
        "version": 2,
        "chosen": "work",
        "profiles": {
            "work": {"base_url": "https://old.example", "colour": "red", "limits": {"rows": 5}},
            "later": {"since": 2027},
            "Odd Name": {"kept": True},
        },
    }
    put(config, newer)
    Profiles().save(WORK)
    Profiles().save(Profile("home"))
    Profiles().choose("home")
    Profiles().remove("home")
    now = held(config)
    assert now["version"] == 2
    assert now["profiles"] == {
        **newer["profiles"],
        "work": {
            "base_url": "https://work.example",
            "team_id": "team-7",
            "read_only": True,
            "colour": "red",
            "limits": {"rows": 5},
        },
    }
    # What is no name for us is not shown, and cannot be used.
    assert [each.name for each in Profiles().listed()] == ["later", "work"]


@pytest.mark.parametrize("odd", ["false", "no", 0, None, "", [], 1, "true", True, {}])
def test_what_is_not_plainly_writable_is_read_only(odd, config):
    put(config, {"profiles": {"work": {"read_only": odd}}})
    assert Profiles().get("work").read_only is True


@pytest.mark.parametrize(("facts", "read_only"), [({}, False), ({"read_only": False}, False)])
def test_what_is_plainly_writable_is_so(facts, read_only, config):
    put(config, {"profiles": {"work": facts}})
    assert Profiles().get("work").read_only is read_only


BROKEN = {
    "empty": b"",
    "cut": b'{"profiles": {"wo',
    "not JSON": b"base_url = canary",
    "binary": b"\x00\xff\xfe\x80canary",
    "deep": b"[" * 100_000,
    "a list": ["canary"],
    "a word": "canary",
    "nothing": None,
    "profiles of a list": {"profiles": ["canary"]},
    "profiles of nothing": {"profiles": None},
    "a profile of a word": {"profiles": {"work": "canary"}},
    "a host of a number": {"profiles": {"work": {"base_url": 7}}},
    "a host of a list": {"profiles": {"work": {"base_url": ["https://canary.example"]}}},
    "a team of a number": {"profiles": {"work": {"team_id": 7}}},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_list_that_cannot_be_read_is_a_sentence_and_stays_as_it_is(name, config):
    put(config, BROKEN[name])
    before = (config / "profiles.json").read_bytes()
    profiles = Profiles()
    for call in (
        lambda: profiles.chosen,
        profiles.listed,
        profiles.resolve,
        lambda: profiles.resolve("work"),
        lambda: profiles.save(WORK),
        lambda: profiles.choose("work"),
        lambda: profiles.remove("work"),
    ):
        with pytest.raises(ProfileRefused) as refusal:
            call()
        said = str(refusal.value)
        assert f"The list of profiles {config / 'profiles.json'} cannot be read: it is no" in said
        assert said.endswith("delete it and log in again; the keys are kept elsewhere.")
        assert "canary" not in said
    assert (config / "profiles.json").read_bytes() == before


def test_a_folder_in_its_place_is_a_sentence(config):
    (config / "profiles.json").mkdir(parents=True)
    with pytest.raises(ProfileRefused, match=r"cannot be read: Is a directory\."):
        Profiles().listed()


# Where there is no folder for it


def test_a_file_in_the_place_of_the_folder_hinders_only_writing(config):
    config.parent.write_bytes(b"")
    profiles = Profiles()
    assert profiles.listed() == []
    assert profiles.resolve() == Profile("default")
    assert profiles.remove("default") is False
    for write in (lambda: profiles.save(WORK), lambda: profiles.choose("default")):
        with pytest.raises(ProfileRefused, match=r"folder .* cannot be used: there is a file"):
            write()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the home folder is always known")
def test_without_a_home_folder_only_writing_is_hindered(monkeypatch, tmp_path):
    def nobody(_):
        raise KeyError("no such user")

    monkeypatch.setattr("pwd.getpwuid", nobody)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    profiles = Profiles()
    assert profiles.resolve() == Profile("default")
    with pytest.raises(
        ProfileRefused, match=r"home folder is not known\. Set HOME or XDG_CONFIG_H"
    ):
        profiles.save(WORK)
    assert list(tmp_path.iterdir()) == []

"""The second key, that of search and files: kept, told, mixed up, and shown nowhere."""

import json

import pytest

from tests.conftest import KEY as MANAGEMENT_KEY
from tests.e2e.auth import Person
from tests.e2e.leaks import INFERENCE_KEY, KEY, Cage, leaks_under
from tests.e2e.test_leaks import run_many
from xcoll_tui.emulator.server import Server

LOGIN = ("login", "--inference", "--key-stdin")


@pytest.fixture
def person(service):
    """Somebody whose keyring is open and empty."""
    return Person(service)


@pytest.fixture
def hosts():
    """Both hosts, each with a key of its own."""
    with Server(key=MANAGEMENT_KEY, inference_key=INFERENCE_KEY) as server:
        yield server


def test_both_keys_are_kept_told_and_deleted_apart(person, hosts):
    person.env["XCOLL_BASE_URL"] = person.env["XCOLL_INFERENCE_URL"] = hosts.url
    said = person(*LOGIN, key=INFERENCE_KEY)
    assert said.stdout.splitlines() == [
        "The service takes the key.",
        "It is kept in Secret Service, as xcoll:default of the user inference-key.",
        "xcoll auth logout --inference removes it.",
    ]
    person("login", "--key-stdin", key=MANAGEMENT_KEY)
    assert person.kept == ["xcoll:default", "xcoll:default"]
    status = person.status()
    assert (status["key"], status["inference_key"]) == ("…r42q", "…b51k")
    assert status["inference_source"] == "xcoll:default"
    assert (status["check"], status["inference_check"]) == ("accepted", "accepted")
    said = person("logout", "--inference")
    assert said.stdout == "The inference key of default is deleted.\n"
    assert "inference_key" not in person.status()
    assert person.status()["check"] == "accepted"
    person(*LOGIN, "--inference-url", f"{hosts.url}/v1/", key=INFERENCE_KEY)
    listed = json.loads(person.list_of_profiles.read_bytes())["profiles"]["default"]
    assert listed["inference_url"] == hosts.url
    said = person("logout")
    assert "The inference key of default is deleted." in said.stdout
    assert person.kept == []


def test_keys_that_are_mixed_up_are_told_in_one_sentence(person, hosts):
    person.env["XCOLL_BASE_URL"] = person.env["XCOLL_INFERENCE_URL"] = hosts.url
    said = person(*LOGIN, key=MANAGEMENT_KEY, code=1)
    assert "The key was not stored." in said.stderr
    assert "It begins with xai-token- as management keys do" in said.stderr
    said = person("login", "--key-stdin", key=INFERENCE_KEY, code=1)
    assert "it is an inference key, and collections take a management key" in said.stderr
    assert person.kept == []
    status = person.status(
        env={"XAI_MANAGEMENT_KEY": MANAGEMENT_KEY, "XAI_API_KEY": MANAGEMENT_KEY}
    )
    assert (status["check"], status["inference_check"]) == ("accepted", "refused")
    assert "an inference key" in status["inference_problem"]


def test_neither_key_goes_anywhere_but_to_its_host_and_the_keyring(
    service, tmp_path, tmp_path_factory
):
    cage = Cage(tmp_path, service.env)
    key_file = tmp_path_factory.mktemp("elsewhere") / "key"
    key_file.touch(0o600)
    key_file.write_text(f"{INFERENCE_KEY}\nnotes")
    with Server(seed="small", key=KEY, inference_key=INFERENCE_KEY) as right:
        urls = {"XCOLL_BASE_URL": right.url, "XCOLL_INFERENCE_URL": right.url}
        ended = run_many(
            cage,
            (["auth", *LOGIN], INFERENCE_KEY),
            (["auth", "login", "--key-stdin"], KEY),
            (["auth", *LOGIN], KEY),
            (["auth", "login", "--key-stdin"], INFERENCE_KEY),
            ["auth", "status"],
            ["auth", "status", "--json"],
            **urls,
        )
        assert [code for code, _, _ in ended] == [0, 0, 1, 1, 0, 0]
        assert json.loads(ended[5][1])["inference_check"] == "accepted"
        mixed = {"XAI_MANAGEMENT_KEY": INFERENCE_KEY, "XAI_API_KEY": KEY}
        ended = run_many(cage, ["auth", "status"], ["auth", "logout"], **urls, **mixed)
        assert [code for code, _, _ in ended] == [1, 0]
        assert "XAI_API_KEY is still set" in ended[1][1]
        held = {"XAI_MANAGEMENT_KEY": KEY, "XCOLL_API_KEY_FILE": str(key_file)}
        [(code, out, _)] = run_many(cage, ["auth", "status", "--json"], **urls, **held)
        assert (code, json.loads(out)["inference_source"]) == (0, "XCOLL_API_KEY_FILE")
    assert leaks_under(*service.files) == []


def test_a_key_on_the_command_line_and_in_the_url_is_refused_unseen(tmp_path):
    cage = Cage(tmp_path)
    long_key = "xai-" + "a1B2c3D4" * 5
    for arguments in (
        ["search", "x", "y", "--inference-url", f"https://x.example/{long_key}"],
        ["--inference-url", long_key],
        ["auth", "login", "--inference", "--inference-url", long_key, "--key-stdin"],
        ["auth", "login", "--inference", long_key],
    ):
        [(code, out, err)] = run_many(cage, arguments)
        assert (code, out) == (2, ""), arguments
        assert long_key not in err

"""The second key, that of search and files: kept, told, mixed up, and shown nowhere."""

import base64
import json

from tests.e2e.leaks import INFERENCE_KEY, KEY, Cage, forms_of, leaks_under
from tests.e2e.test_leaks import echo, run_many
from tests.hostile.shelf import Shelf, served
from xcoll_tui.emulator.server import Server

LOGIN = ["auth", "login", "--inference", "--key-stdin"]
LOGIN_MANAGEMENT = ["auth", "login", "--key-stdin"]
STATUS = ["auth", "status", "--json"]


def test_both_keys_are_kept_told_mixed_up_deleted_and_shown_nowhere(service, tmp_path):
    cage = Cage(tmp_path, service.env)
    with Server(key=KEY, inference_key=INFERENCE_KEY) as hosts:
        urls = {"XCOLL_BASE_URL": hosts.url, "XCOLL_INFERENCE_URL": hosts.url}
        ended = run_many(
            cage,
            (LOGIN, KEY),
            (LOGIN_MANAGEMENT, INFERENCE_KEY),
            (LOGIN, INFERENCE_KEY),
            (LOGIN_MANAGEMENT, KEY),
            STATUS,
            ["auth", "status"],
            ["auth", "logout", "--inference"],
            STATUS,
            ([*LOGIN, "--inference-url", f"{hosts.url}/v1/"], INFERENCE_KEY),
            **urls,
        )
        kept = [item["service"] for item in service.items()]
        [listed] = cage.root.rglob("profiles.json")
        profile = json.loads(listed.read_bytes())["profiles"]["default"]
        [(_, logged_out, _)] = run_many(cage, ["auth", "logout"], **urls)
    assert [code for code, _, _ in ended] == [1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert "It begins with xai-token- as management keys do" in ended[0][2]
    assert "it is an inference key, and collections take a management key" in ended[1][2]
    assert ended[2][1].splitlines() == [
        "The service takes the key.",
        "It is kept in Secret Service, as xcoll:default of the user inference-key.",
        "xcoll auth logout --inference removes it.",
    ]
    status = json.loads(ended[4][1])
    assert (status["key"], status["inference_key"]) == ("…r42q", "…b51k")
    assert status["inference_source"] == "xcoll:default"
    assert (status["check"], status["inference_check"]) == ("accepted", "accepted")
    assert "inference key …b51k" in ended[5][1]
    assert ended[6][1] == "The inference key of default is deleted.\n"
    assert "inference_key" not in json.loads(ended[7][1])
    assert kept == ["xcoll:default", "xcoll:default"]
    assert profile["inference_url"] == hosts.url
    assert "The inference key of default is deleted." in logged_out
    assert leaks_under(*service.files) == []


def test_a_key_of_the_environment_is_told_by_its_source_and_what_is_wrong_with_it(
    tmp_path, tmp_path_factory
):
    cage = Cage(tmp_path)
    key_file = tmp_path_factory.mktemp("elsewhere") / "key"
    key_file.touch(0o600)
    key_file.write_text(f"{INFERENCE_KEY}\nnotes")
    with Server(key=KEY, inference_key=INFERENCE_KEY) as hosts:
        urls = {"XCOLL_BASE_URL": hosts.url, "XCOLL_INFERENCE_URL": hosts.url}
        mixed = {"XAI_MANAGEMENT_KEY": INFERENCE_KEY, "XAI_API_KEY": KEY}
        ended = run_many(cage, STATUS, ["auth", "logout"], **urls, **mixed)
        assert ended[0][0] == 1
        assert "an inference key" in json.loads(ended[0][1])["inference_problem"]
        assert "XAI_API_KEY is still set, so xcoll still has an inference key" in ended[1][1]
        held = {"XAI_MANAGEMENT_KEY": KEY, "XCOLL_API_KEY_FILE": str(key_file)}
        [(code, out, _)] = run_many(cage, STATUS, **urls, **held)
    assert (code, json.loads(out)["inference_source"]) == (0, "XCOLL_API_KEY_FILE")
    assert json.loads(out)["inference_check"] == "accepted"


def test_a_service_that_tells_the_key_back_is_not_repeated(tmp_path):
    cage = Cage(tmp_path)
    log = cage.work / "log"
    forms = [form.decode("latin-1") for name, form in forms_of(INFERENCE_KEY).items()]
    forms += [base64.b64encode(f"Bearer {INFERENCE_KEY}".encode()).decode(), INFERENCE_KEY[:30]]
    answers = iter(
        [
            answer
            for text in forms
            for answer in (
                echo({"code": f"bad {text}", "error": f"Incorrect API key: {text}"}, "400 Bad"),
                echo(f"Not with {text}.".encode(), "403 Forbidden", "text/plain"),
                echo(f"<title>Who is {text}?</title>".encode(), "402 Pay", "text/html"),
            )
        ]
    )
    shelf = Shelf([])
    shelf.override = lambda request: (
        next(answers) if request.target.startswith("/v1/documents") else None
    )
    collection_id = "collection_6c1e5b0a-3f0e-4d8e-9a41-2b7d10c4e5f6"
    search = ["search", collection_id, "question", "--log", str(log)]
    with served(shelf) as listening:
        urls = {"XCOLL_BASE_URL": listening.url, "XCOLL_INFERENCE_URL": listening.url}
        keys = {"XAI_MANAGEMENT_KEY": KEY, "XAI_API_KEY": INFERENCE_KEY}
        ended = run_many(cage, *[search] * (3 * len(forms)), **urls, **keys)
    assert {code for code, _, _ in ended} == {1}
    assert sum("[key]" in err for _, _, err in ended) > len(ended) / 2
    assert "POST /v1/documents/search" in log.read_text()
    assert next(answers, None) is None


def test_a_key_on_the_command_line_and_in_the_url_is_refused_unseen(tmp_path):
    cage = Cage(tmp_path)
    long_key = "xai-" + "a1B2c3D4" * 5
    for key in (long_key, INFERENCE_KEY):
        commands = [
            ["search", "x", "y", "--inference-url", f"https://x.example/{key}"],
            ["search", key, "y"],
            ["--inference-url", key],
            ["auth", "login", "--inference", "--inference-url", key, "--key-stdin"],
            ["auth", "login", "--inference", "--inference-url", f"https://{key}", "--key-stdin"],
            ["auth", "login", "--inference", key],
            ["auth", "login", "--inference", "--profile", key.lower()[:32], "--key-stdin"],
        ]
        for command, (code, out, err) in zip(commands, run_many(cage, *commands), strict=True):
            assert (code, out) == (2, ""), command
            assert key not in err
            assert key.lower()[:32] not in err
    for name, value in (
        ("XCOLL_INFERENCE_URL", INFERENCE_KEY),
        ("XCOLL_INFERENCE_URL", f"https://{INFERENCE_KEY}@x.example"),
        ("XCOLL_INFERENCE_URL", f"https://x.example/{INFERENCE_KEY}"),
        ("XCOLL_BASE_URL", f"https://x.example/{INFERENCE_KEY}"),
        ("XCOLL_API_KEY_FILE", INFERENCE_KEY),
    ):
        ended = run_many(cage, ["auth", "status"], ["search", "a", "b"], **{name: value})
        assert all(code in {1, 2, 4} for code, _, _ in ended), (name, ended)

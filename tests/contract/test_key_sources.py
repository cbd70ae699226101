"""Where a key comes from before any keyring: variables and a file, on a real disk."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from xcoll_tui.api.errors import InvalidKey
from xcoll_tui.credentials import KEY_VARIABLES, CredentialError, KeyFileRefused, take_key

FIRST, SECOND, FILE = "XAI_MANAGEMENT_KEY", "XAI_MANAGEMENT_API_KEY", "XCOLL_KEY_FILE"
KEY = "xai-token-canary-in-the-mine-r42q"
OTHER = "xai-token-another-bird-altogether-b7x9"
OPEN = Path("/dev/fd")
posix_only = pytest.mark.skipif(os.name != "posix", reason="its rights are of another kind")


@pytest.fixture
def key_file(tmp_path):
    """A file of a key as it should be."""
    return make(tmp_path / "key")


def make(path, content=KEY, mode=0o600):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


def taken(**environment):
    """Take the key out of an environment; tell it, its source and what is left."""
    found = take_key(environment)
    return None if found is None else (found.secret.reveal(), found.source), environment


def refused(path):
    """Be refused a file, in sentences that hold nothing of what is in it."""
    with pytest.raises(KeyFileRefused) as refusal:
        take_key({FILE: str(path)})
    said = str(refusal.value)
    assert isinstance(refusal.value, CredentialError)
    assert said.startswith("The key file ")
    assert FILE in said
    assert_not_told(refusal.value)
    return said


def assert_not_told(error):
    """Neither the sentence, nor what hangs on the exception, holds any of the key."""
    link, seen = error, []
    while link is not None:
        seen.append(repr(link) + str(link) + repr(getattr(link, "object", "")))
        link = link.__cause__ or link.__context__
    assert "canary" not in "".join(seen)
    assert "mine" not in "".join(seen)


# The order


def test_without_any_there_is_none():
    assert taken(HOME="/root") == (None, {"HOME": "/root"})
    assert taken(**{FIRST: "", SECOND: "", FILE: ""})[0] is None


def test_the_inference_key_is_none():
    assert taken(XAI_API_KEY=KEY) == (None, {"XAI_API_KEY": KEY})


@pytest.mark.parametrize("empty", [{}, {FIRST: ""}])
def test_the_first_that_is_set_is_taken(empty, key_file):
    everything = {FIRST: KEY, SECOND: OTHER, FILE: str(key_file)}
    assert taken(**everything)[0] == (KEY, FIRST)
    rest = {**empty, SECOND: OTHER, FILE: str(key_file)}
    assert taken(**rest)[0] == (OTHER, SECOND)
    assert taken(**empty, **{SECOND: "", FILE: str(key_file)})[0] == (KEY, FILE)


def test_what_holds_a_key_is_taken_out_and_what_names_a_file_stays(key_file):
    everything = {FIRST: KEY, SECOND: OTHER, FILE: str(key_file), "LANG": "C"}
    assert taken(**everything)[1] == {FILE: str(key_file), "LANG": "C"}
    assert KEY_VARIABLES == (FIRST, SECOND)


def test_the_real_environment_loses_it_for_child_processes(monkeypatch):
    monkeypatch.setenv(FIRST, KEY)
    monkeypatch.setenv(SECOND, OTHER)
    assert take_key(os.environ).source == FIRST
    inherited = subprocess.run(["env"], capture_output=True, check=True).stdout
    assert b"PATH=" in inherited
    assert b"canary" not in inherited
    assert b"another-bird" not in inherited


@pytest.mark.parametrize(
    "bad",
    [
        " ",
        f"{KEY}\n",
        f" {KEY}",
        "canary mine",
        f"{KEY}\ncanary",
        f"{KEY}\x1b",
        f"{KEY}✓",
        "x" * 1001,
    ],
)
@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_a_bad_one_is_refused_and_not_passed_over(bad, name, key_file):
    environment = {SECOND: OTHER, FILE: str(key_file), name: bad}
    with pytest.raises(InvalidKey) as refusal:
        take_key(environment)
    assert f"It comes from {name}." in str(refusal.value)
    assert_not_told(refusal.value)
    # Nor does a child process inherit it.
    assert environment == {FILE: str(key_file)}


@pytest.mark.parametrize("name", [FIRST, FILE])
def test_quotation_marks_that_no_header_can_carry_are_named(name, tmp_path):
    value = f"‘{KEY}’"
    if name == FILE:
        value = str(make(tmp_path / "key", value))
    with pytest.raises(InvalidKey, match="is in quotation marks"):
        take_key({name: value})


def test_a_url_is_no_name_of_a_key_file():
    said = refused("file:///x/key")
    assert "The key file file:///x/key (XCOLL_KEY_FILE) is named by a URL." in said
    assert said.endswith("Name its path instead: /x/key")
    assert "canary" not in refused("https://me:canary@mine/key")


def test_a_key_that_no_text_could_be_is_refused():
    with pytest.raises(InvalidKey):
        take_key({FIRST: os.fsdecode(b"canary\xff\xfe")})


def test_a_bad_file_is_refused_and_no_keyring_is_asked_instead(tmp_path):
    assert "No such file" in refused(tmp_path / "none")


# The file


@posix_only
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_for_its_owner_only_is_taken(mode, tmp_path):
    assert taken(**{FILE: str(make(tmp_path / "key", mode=mode))})[0] == (KEY, FILE)


@posix_only
@pytest.mark.parametrize("bit", [0o040, 0o020, 0o010, 0o004, 0o002, 0o001])
def test_any_right_of_others_is_refused(bit, tmp_path):
    path = make(tmp_path / "key", mode=0o600 | bit)
    assert refused(path).endswith(f"can be read by others. Close it: chmod 600 {path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 | bit


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_someone_else_is_refused(key_file):
    os.chown(key_file, 12_345, -1)
    assert "belongs to someone else. Use a file of your own, or have it" in refused(key_file)


@posix_only
def test_a_link_is_taken_for_what_it_leads_to(tmp_path, key_file):
    link = tmp_path / "link"
    link.symlink_to(key_file)
    assert taken(**{FILE: str(link)})[0] == (KEY, FILE)
    key_file.chmod(0o644)
    assert "can be read by others" in refused(link)
    key_file.unlink()
    assert "No such file" in refused(link)
    link.unlink()
    link.symlink_to(link)
    assert "Too many levels of symbolic links" in refused(link)


@posix_only
@pytest.mark.timeout(10)
def test_what_is_no_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir(mode=0o700)
    for place in (tmp_path / "pipe", tmp_path / "folder", "/dev/null", tmp_path / "folder/none/x"):
        assert "is not a file." in refused(place) or "No such file" in refused(place)


@pytest.mark.skipif(sys.platform != "linux", reason="it counts what is open")
def test_nothing_is_left_open_by_a_refusal(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    make(tmp_path / "open", mode=0o644)
    before = set(OPEN.iterdir())
    for _ in range(3):
        for place in (tmp_path, tmp_path / "pipe", tmp_path / "open"):
            refused(place)
    assert set(OPEN.iterdir()) == before


@pytest.mark.parametrize(
    "content",
    [
        f"{KEY}\n",
        f"{KEY}\r\n",
        f"\n  {KEY}\t\n\n",
        b"\xef\xbb\xbf" + KEY.encode() + b"\r\n",
        f"{KEY}{' ' * 5000}",
    ],
)
def test_white_space_and_a_byte_order_mark_around_it_are_dropped(content, tmp_path):
    assert taken(**{FILE: str(make(tmp_path / "key", content))})[0] == (KEY, FILE)


def test_any_letter_that_a_header_carries_is_taken(tmp_path):
    path = make(tmp_path / "key", "xai-token-clé-ÿ")
    assert taken(**{FILE: str(path)})[0] == ("xai-token-clé-ÿ", FILE)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (f'"{KEY}"\nnotes', "is in quotation marks"),
        (f"{KEY} # canary", "holds a space"),
        (f"XAI={KEY}\0", "comes after its name"),
        (f"{KEY}\0", "another invisible character"),
        (f"{KEY}✓", "HTTP headers cannot contain"),
        ("canary" * 167, "longer than 1,000 characters"),
    ],
)
def test_a_file_that_holds_no_key_says_what_is_wrong(content, said, tmp_path):
    with pytest.raises(InvalidKey, match=said) as refusal:
        take_key({FILE: str(make(tmp_path / "key", content))})
    assert str(refusal.value).endswith("It comes from the file that XCOLL_KEY_FILE names.")
    assert_not_told(refusal.value)


def test_a_file_that_is_no_key_file_is_not_read_on(tmp_path):
    assert "is too long to hold a key" in refused(make(tmp_path / "long", "canary" * 2_000))
    assert "holds no text" in refused(make(tmp_path / "binary", b"canary\xff\xfe\x00mine"))
    assert "holds no text" in refused(make(tmp_path / "wide", KEY.encode("utf-16")))


def test_a_home_folder_is_written_as_in_a_shell(tmp_path, monkeypatch, key_file):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert taken(**{FILE: f"~/{key_file.name}"})[0] == (KEY, FILE)
    assert "No such file" in refused("~nobody-of-this-name/key")


def test_a_key_that_was_put_where_a_path_belongs_is_not_repeated():
    assert "[key]" in refused(KEY)


def test_a_path_that_can_be_none_is_refused(tmp_path):
    assert "cannot be read: its path is none" in refused("x\0")
    assert "File name too long" in refused(tmp_path / ("x" * 300))


def test_what_became_of_each_variable_is_told(key_file):
    told = []
    take_key({FIRST: KEY, SECOND: OTHER, FILE: str(key_file)}, told.append)
    assert {(each.name, each.used, each.note) for each in told} == {
        (FIRST, True, "it holds the key"),
        (SECOND, False, f"{FIRST} takes precedence"),
        (FILE, False, f"{FIRST} takes precedence"),
    }
    assert take_key({FIRST: "", SECOND: "", FILE: ""}, told.append) is None
    assert len(told) == 3

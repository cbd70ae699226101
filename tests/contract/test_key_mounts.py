"""Key files as a process is given them: mounts of containers, pipes of a shell, standard input."""

import os
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from xcoll_tui.credentials import KeyFileRefused, take_key
from xcoll_tui.credentials.key_file import judge_rights

FILE = "XCOLL_KEY_FILE"
KEY = "xai-token-canary-in-the-mine-r42q"
posix_only = pytest.mark.skipif(os.name != "posix", reason="its rights are of another kind")


def make(path, content=KEY, mode=0o600):
    path.write_text(content)
    path.chmod(mode)
    return path


class Found(NamedTuple):
    """What is looked at of a file."""

    st_mode: int
    st_uid: int


ME, NOBODY, ROOT = 1000, 65_534, 0
RIGHTS = [
    # mode, owner, user, on a read-only mount, problem, note
    (0o600, ME, ME, False, "", ""),
    (0o400, ROOT, ME, False, "", ""),
    (0o700, ROOT, ROOT, False, "", ""),
    (0o444, ROOT, ME, False, "", "it belongs to root, and others may read it too (mode 0444)"),
    (0o440, ROOT, ME, False, "", "it belongs to root, and others may read it too (mode 0440)"),
    (0o644, ROOT, ME, False, "", "it belongs to root, and others may read it too (mode 0644)"),
    (0o444, ROOT, ROOT, False, "", "it belongs to root, and others may read it too (mode 0444)"),
    (0o444, ME, ME, True, "", "it is mounted read-only, and others may read it too (mode 0444)"),
    (
        0o664,
        NOBODY,
        ME,
        True,
        "",
        "it is mounted read-only, and others may read it too (mode 0664)",
    ),
    (0o777, ME, ME, True, "", "it is mounted read-only, and others may read it too (mode 0777)"),
    (0o600, NOBODY, ROOT, True, "", "it belongs to the user 65534"),
    (0o644, ROOT, ROOT, False, "can be read by others", ""),
    (0o444, ME, ME, False, "can be read by others", ""),
    (0o660, ME, ME, False, "can be read by others", ""),
    (0o664, ROOT, ME, False, "can be changed by others", ""),
    (0o646, ROOT, ME, False, "can be changed by others", ""),
    (0o600, NOBODY, ME, False, "belongs to someone else", ""),
    (0o444, NOBODY, ME, False, "belongs to someone else", ""),
    (0o600, NOBODY, ROOT, False, "belongs to someone else", ""),
]


@pytest.mark.parametrize(
    "case",
    RIGHTS,
    ids=[f"{mode:o} of {owner} for {user}{' ro' * ro}" for mode, owner, user, ro, _, _ in RIGHTS],
)
def test_rights_are_judged_by_who_could_change_them(case):
    mode, owner, user, read_only, *judgement = case
    found = Found(stat.S_IFREG | mode, owner)
    assert judge_rights(found, user, read_only=read_only) == tuple(judgement)


TAKE = """
import os, sys
from xcoll_tui.credentials import take_key
"".encode("utf-8-sig")  # nothing is imported any more as another user
if len(sys.argv) > 1:
    os.setgroups([])
    os.setgid(int(sys.argv[1]))
    os.setuid(int(sys.argv[1]))
notes = []
try:
    key = take_key(os.environ, lambda variable: notes.append(variable.note))
    print(key.secret.reveal(), *notes, sep="|")
except Exception as refusal:
    print(type(refusal).__name__, refusal, sep="|")
"""


def take_in_child(path, *arguments, shell="", **options):
    """Take the key in a process of its own, which may be another user's; return what it says."""
    command = [sys.executable, "-c", TAKE, *arguments]
    if shell:
        quoted = " ".join(shlex.quote(word) for word in command)
        command = ["bash", "-c", shell.format(f"{FILE}={shlex.quote(path)} {quoted}", quoted)]
    result = subprocess.run(
        command,
        env={**os.environ, FILE: str(path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
        **options,
    )
    assert result.stderr == ""
    return result.stdout.strip()


@pytest.fixture
def mount():
    """A folder that every user may enter."""
    with tempfile.TemporaryDirectory(prefix="xcoll-mount-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root changes users")
def test_a_mount_of_root_is_taken_by_the_user_it_was_made_for(mount):
    # As kubernetes mounts them: a link to a link to a folder of the day.
    data = mount / "..2026_01_01"
    data.mkdir()
    (mount / "..data").symlink_to(data)
    (mount / "key").symlink_to(mount / "..data" / "key")
    make(data / "key", f"{KEY}\n", mode=0o444)
    said = take_in_child(mount / "key", "65534")
    assert said == (
        f"{KEY}|the key comes from the file that it names; "
        "it belongs to root, and others may read it too (mode 0444)"
    )
    (data / "key").chmod(0o664)
    said = take_in_child(mount / "key", "65534")
    assert "can be changed by others. Let root close it for others, or have it mounted" in said
    (data / "key").chmod(0o600)
    assert "cannot be read: Permission denied. Let its owner allow it to you" in take_in_child(
        mount / "key", "65534"
    )
    os.chown(data / "key", 65_534, -1)
    assert take_in_child(mount / "key", "65534").startswith(f"{KEY}|")
    (data / "key").chmod(0o644)
    said = take_in_child(mount / "key", "65534")
    assert said.endswith(f"can be read by others. Close it: chmod 600 {data / 'key'}")


@posix_only
@pytest.mark.skipif(shutil.which("bash") is None, reason="the shell that has <(…)")
def test_what_a_shell_puts_behind_a_pipe_is_read_to_its_end(tmp_path):
    key = make(tmp_path / "key", f"{KEY}\nlogin: me\n")
    slow = f"<(head -c 9 {key}; sleep 0.2; tail -c +10 {key})"
    assert take_in_child("", shell=f"{FILE}={slow} {{1}}").startswith(f"{KEY}|")
    for shell in ("cat {} | {{0}}", "{{0}} < {}"):
        said = take_in_child("/dev/stdin", shell=shell.format(key))
        assert said == (
            f"{KEY}|the key comes from the file that it names; the key is the first line of several"
        )
    said = take_in_child("/dev/fd/7", shell=f"{{0}} 7< {key}")
    assert said.startswith(f"{KEY}|")
    assert "is not a file" in take_in_child("/dev/stdin", shell="{0} < /dev/null")
    assert "is empty" in take_in_child("", shell=f"{FILE}=<(:) {{1}}")
    assert "too long to hold a key" in take_in_child("", shell=f"{FILE}=<(yes canary) {{1}}")
    assert "Bad file descriptor" in take_in_child("/dev/fd/999", shell="{0}")
    key.chmod(0o644)
    said = take_in_child("/dev/stdin", shell=f"{{0}} < {key}")
    assert said.endswith(f"Close it: chmod 600 {key}")


@posix_only
def test_a_pipe_that_never_ends_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr("xcoll_tui.credentials.key_file._PATIENCE", 0.01)
    reading, writing = os.pipe()
    os.write(writing, KEY.encode())
    try:
        with pytest.raises(KeyFileRefused, match="did not end within"):
            take_key({FILE: f"/dev/fd/{reading}"})
    finally:
        os.close(reading)
        os.close(writing)


@posix_only
def test_a_socket_that_is_standard_input_is_read():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(KEY.encode())
        ours.shutdown(socket.SHUT_WR)
        assert take_in_child("/dev/stdin", stdin=theirs.fileno()).startswith(f"{KEY}|")

"""The log's file: made for its owner, left as it is when it was there, and a plain file only."""

import os
import resource
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from xcoll_tui.log import Log

pytestmark = pytest.mark.skipif(os.name != "posix", reason="its files are of another kind")


def mode(path):
    return stat.S_IMODE(Path(path).stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o177])
def test_a_new_file_is_for_its_owner_and_one_that_is_there_keeps_its_mode(umask, tmp_path):
    there = tmp_path / "there"
    there.write_text("before\n")
    there.chmod(0o664)
    (tmp_path / "link").symlink_to(there)
    (tmp_path / "to nothing").symlink_to(tmp_path / "made by a link")
    before = os.umask(umask)
    try:
        for name in ("new", "there", "link", "to nothing"):
            Log(tmp_path / name).close()
    finally:
        os.umask(before)
    assert mode(tmp_path / "new") == mode(tmp_path / "made by a link") == 0o600
    assert mode(there) == 0o664
    lines = there.read_text().splitlines()
    assert lines[0] == "before"
    assert len(lines) == 3


@pytest.mark.timeout(10)
def test_what_is_no_plain_file_is_refused_and_not_touched(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
    (tmp_path / "link").symlink_to("/dev/null")
    leader, follower = os.openpty()
    refused = {
        tmp_path: "It is a folder",
        tmp_path / "pipe": "It is a pipe",
        tmp_path / "s": "It is a socket",
        tmp_path / "link": "It is a device",
        "/dev/null": "It is a device",
        "/dev/full": "It is a device",
        os.ttyname(follower): "It is a device",
        tmp_path / "none" / "log": "No such file or directory",
        tmp_path / ("x" * 300): "File name too long",
    }
    before = mode("/dev/null")
    for path, why in refused.items():
        with pytest.raises(OSError) as refusal:  # noqa: PT011 - its words are looked at below
            Log(Path(path))
        assert refusal.value.strerror == why, path
    assert mode("/dev/null") == before
    os.set_blocking(leader, False)
    with pytest.raises(BlockingIOError):
        os.read(leader, 10)  # nothing was written to the terminal
    os.close(leader)
    os.close(follower)


def test_a_pipe_with_a_reader_is_refused_too(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(OSError, match="It is a pipe"):
        Log(tmp_path / "pipe")
    assert os.read(reading, 10) == b""
    os.close(reading)


def test_a_disk_that_is_full_ends_the_log_and_nothing_else(tmp_path):
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from xcoll_tui.log import Log\n"
        "log = Log(Path(sys.argv[1]))\n"
        "for number in range(50): log.write(str(number))\n"
        "log.close()\n"
        "print(log.problem)\n"
    )

    def fill():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "log")],
        preexec_fn=fill,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("File too large\n", "")
    assert (tmp_path / "log").stat().st_size == 200

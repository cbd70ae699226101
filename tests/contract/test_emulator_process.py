"""The emulator as a process: what it prints, its signals, its data file, its complaints."""

import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest

from tests.contract.plain import Plain
from xcoll_tui.emulator.command import command_line

READY = re.compile(r"Listening on (http://(?:127\.0\.0\.1|0\.0\.0\.0):\d+) key (\S+)\n")


@contextmanager
def emulator(*options):
    """Run the command; yields the process, its URL and its key, and kills what still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "xcoll_tui.emulator", *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        match = READY.fullmatch(line)
        assert match, (line, process.stderr.read() if not line else "")
        url, key = match[1], match[2]
        url = url.replace("0.0.0.0", "127.0.0.1")
        assert process.stdout.readline() == f"XAI_MANAGEMENT_KEY={key} xcoll --base-url {url}\n"
        yield process, url, key
    finally:
        process.kill()
        process.communicate()


def run(*options):
    return subprocess.run(
        [sys.executable, "-m", "xcoll_tui.emulator", *map(str, options)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def test_its_second_line_can_be_pasted_into_a_shell(tmp_path):
    key = "a'b$(exit)"
    process = subprocess.Popen(
        [sys.executable, "-m", "xcoll_tui.emulator", "--key", key],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().split()[2]
        line = process.stdout.readline()
    finally:
        process.terminate()
        process.communicate()
    # What the shell makes of it: this xcoll repeats what it was started with.
    xcoll = tmp_path / "xcoll"
    xcoll.write_text('#!/bin/sh\nprintf "%s\\n" "$XAI_MANAGEMENT_KEY" "$@"\n')
    xcoll.chmod(0o700)
    shell = subprocess.run(
        ["/bin/sh", "-c", line],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shell.stdout.splitlines() == [key, "--base-url", url]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("127.3.2.1", "http://127.3.2.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::1", "'http://[::1]:80'"),
        ("::", "'http://[::1]:80'"),
        ("10.0.0.1", None),
        ("fe80::1%eth0", None),
    ],
)
def test_it_is_reached_on_this_machine_or_not_by_xcoll(host, url):
    line = "" if url is None else f"XAI_MANAGEMENT_KEY=k xcoll --base-url {url}\n"
    assert command_line(host, 80, "k") == line


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_what_to_know_and_stops_cleanly_on_a_signal(how):
    with emulator("--seed", "small", "--fault", "GET:/v1/files:timeout") as (process, url, key):
        plain = Plain(url, key)
        assert len(plain.ok("GET", "/v1/collections")["collections"]) == 12
        hanging = Plain(url, key)
        headers = {"Authorization": f"Bearer {key}"}
        hanging.connection.request("GET", "/v1/files", headers=headers)
        plain.ok("GET", "/v1/collections")
        process.send_signal(how)
        out, err = process.communicate(timeout=5)
        assert process.returncode == 0
        assert out == ""
        lines = err.splitlines()
        assert lines[0] == "Uploaded files that are attached nowhere:"
        assert len(lines) == 11
        names = [re.fullmatch(r"file_[0-9a-f-]{36}  (\S.*)", line)[1] for line in lines[1:]]
        assert names[3::6] == ["reset-two-factor.md", "whiteboard.tiff"]
        plain.close()
        hanging.close()


def test_the_unattached_files_can_be_attached(tmp_path):
    data = tmp_path / "data.db"
    with emulator("--seed", "small", "--data", data, "--index-seconds", 0) as (process, url, key):
        ids = [process.stderr.readline().partition("  ")[0] for _ in range(11)][1:]
        plain = Plain(url, key)
        path = plain.collection()
        for file_id in ids:
            plain.ok("POST", f"{path}/documents/{file_id}")
        statuses = [
            each["status"].rsplit("_", 1)[1]
            for each in plain.ok("GET", f"{path}/documents:batchGet", file_ids=ids)["documents"]
        ]
        assert statuses == ["PROCESSED"] * 9 + ["FAILED"]
        plain.close()
    # A seed fills only an empty store, and tells of the files only as long as they are free.
    with emulator("--seed", "small", "--data", data) as (process, url, key):
        plain = Plain(url, key)
        assert len(plain.ok("GET", "/v1/collections")["collections"]) == 13
        plain.close()
        process.terminate()
        assert process.communicate(timeout=5)[1] == ""


class Writers:
    """Four connections that attach and remove documents until the server is gone.

    kept were attached, with an answer, and nobody began to remove them; gone were removed, with an
    answer. What was under way when the server died is in neither.
    """

    def __init__(self, url, path, label):
        self.url, self.path, self.label = url, path, label
        self.kept, self.gone = set(), set()
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(each,)) for each in range(4)]
        for thread in self.threads:
            thread.start()

    def write(self, worker):
        plain, turn = Plain(self.url, "k"), 0
        with suppress(OSError, http.client.HTTPException):
            while True:
                turn += 1
                fields = {"n": f"{self.label}.{worker}.{turn}"}
                file_id = plain.attach(self.path, fields, content=b"1234567")
                if turn % 3:
                    self.kept.add(file_id)
                else:
                    plain.ok("DELETE", f"{self.path}/documents/{file_id}")
                    self.gone.add(file_id)
                if turn > 15:
                    self.enough.set()
        plain.close()

    def join(self):
        for thread in self.threads:
            thread.join()


def check_whole(plain, path):
    """Check that counts, sizes and unique values are those of the documents; answers their IDs."""
    rows = [row for page in plain.walk(f"{path}/documents", "documents") for row in page]
    shown = plain.ok("GET", path)
    assert shown["documents_count"] == len(rows)
    assert shown["total_file_size"] == str(7 * len(rows))
    for row in rows[:3]:
        body = {"fields": {"n": row["fields"]["n"]}}
        assert plain.refused("POST", f"{path}/documents/{plain.upload()}", body) == (409, 6)
    return {row["file_metadata"]["file_id"] for row in rows}


def test_a_data_file_survives_being_killed_while_it_is_written(tmp_path):
    data = tmp_path / "data.db"
    path, kept, gone = None, set(), set()
    for label in range(4):
        with emulator("--data", data, "--key", "k", "--index-seconds", 0) as (process, url, _):
            plain = Plain(url, "k")
            if path is None:
                path = plain.collection(field_definitions=[{"key": "n", "unique": True}])
            found = check_whole(plain, path)
            assert kept <= found
            assert not gone & found
            writers = Writers(url, path, label)
            assert writers.enough.wait(20)
            os.kill(process.pid, signal.SIGKILL)
            writers.join()
            plain.close()
            kept |= writers.kept
            gone |= writers.gone
    assert len(kept) > 50
    assert len(gone) > 25
    connection = sqlite3.connect(data)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def complaint(result):
    """Check that a run said one sentence and no more; answers it."""
    assert result.returncode != 0
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_what_cannot_be_done_is_one_sentence(tmp_path):
    text = tmp_path / "text.db"
    text.write_text("no database " * 100)
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE other (id)")
    connection.close()
    assert "fault" in complaint(run("--fault", "GET:*:sometimes"))
    assert "never strike" in complaint(run("--fault", "P*:*:500"))
    for host in ("0.0.0.0", "::"):
        assert "--allow-remote" in complaint(run("--host", host))
    assert "not a database" in complaint(run("--data", text))
    assert "not a database of this version" in complaint(run("--data", foreign))
    assert "data file" in complaint(run("--data", tmp_path / "none" / "data.db"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = complaint(run("--port", port))
        assert f"127.0.0.1:{port}" in sentence
    assert text.read_text() == "no database " * 100


@pytest.mark.parametrize(
    "options",
    [
        ["--port", "99999"],
        ["--seed", "huge"],
        ["--key", "two words"],
        ["--rate", "0"],
        ["--latency", "-1"],
        ["--index-seconds", "nan"],
        ["--lag", "-1"],
        ["--lag", "nan"],
        ["--remove", "delete"],
        ["--undeclared", "ask"],
        ["--unknown"],
    ],
)
def test_wrong_options_are_refused_by_name(options):
    result = run(*options)
    assert result.returncode == 2
    assert options[0] in result.stderr
    assert "Traceback" not in result.stderr


def test_the_options_do_what_they_say():
    options = ["--key", "my-key", "--metadata-patch", "ignore", "--reattach", "keep"]
    options += ["--remove", "delete-file"]
    with emulator(*options, "--fault", "*:*documents:batchGet:503") as (_, url, key):
        assert key == "my-key"
        assert urlsplit(url).hostname == "127.0.0.1"
        plain = Plain(url, key)
        path = plain.collection()
        file_id = plain.attach(path, {"a": "1"})
        target = f"{path}/documents/{file_id}"
        plain.ok("POST", target, {"fields": {"a": "2"}})
        plain.ok("PATCH", target, {"fields": {"a": "3"}})
        document = plain.ok("GET", target)
        assert document["fields"] == {"a": "1"}
        assert document["status"] == "DOCUMENT_STATUS_PROCESSING"
        assert plain.refused("GET", f"{path}/documents:batchGet") == (503, 14)
        plain.ok("DELETE", target)
        assert plain.refused("GET", f"/v1/files/{file_id}") == (404, 5)
        plain.close()
    remote = ["--host", "0.0.0.0", "--allow-remote"]
    with emulator("--lag", "3600", "--undeclared", "refuse", *remote) as (_, url, key):
        plain = Plain(url, key)
        path, file_id = plain.collection(), plain.upload()
        assert plain.refused("GET", path) == (404, 5)
        body = {"fields": {"a": "1"}}
        assert plain.refused("POST", f"{path}/documents/{file_id}", body) == (400, 3)
        plain.close()


def test_an_interrupted_seeding_leaves_an_empty_store(tmp_path):
    data = tmp_path / "data.db"
    process = subprocess.Popen(
        [sys.executable, "-m", "xcoll_tui.emulator", "--seed", "large", "--data", data],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wal = data.with_name("data.db-wal")
    while process.poll() is None and not (wal.exists() and wal.stat().st_size > 100_000):
        pass
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("", "")
    assert process.returncode == 130
    with emulator("--data", data) as (_, url, key):
        plain = Plain(url, key)
        assert plain.ok("GET", "/v1/collections") == {"collections": []}
        plain.close()


def test_importing_the_command_loads_nothing_heavy():
    script = (
        "import sys\nbefore = set(sys.modules)\n"  # what counts the lines that run is there
        "from xcoll_tui.emulator.command import add_arguments, run\n"
        "heavy = {'starlette', 'uvicorn', 'sqlite3', 'asyncio'} & set(sys.modules) - before\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

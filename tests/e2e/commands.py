"""What the tests of the commands share: running one, and schemas of what they write."""

import gc
import io
import json
import subprocess
import sys
import time
from typing import NamedTuple

import pytest

from tests.isolation import ROOT, environment
from xcoll_tui.cli import main

_TEXT, _NUMBER = {"string"}, {"integer"}
_MAYBE_TEXT, _MAYBE_NUMBER = {"string", "null"}, {"integer", "null"}

DOCUMENT = {
    "file_metadata": {
        "file_id": _TEXT,
        "name": _TEXT,
        "size_bytes": _MAYBE_NUMBER,
        "content_type": _TEXT,
        "created_at": _MAYBE_TEXT,
        "expires_at": _MAYBE_TEXT,
        "hash": _TEXT,
        "upload_status": _MAYBE_TEXT,
        "upload_error_message": _MAYBE_TEXT,
        "processing_status": _MAYBE_TEXT,
        "file_path": _MAYBE_TEXT,
    },
    "fields": {"object"},
    "status": _TEXT,
    "error_message": _MAYBE_TEXT,
    "last_indexed_at": _MAYBE_TEXT,
    "chunk_count": _MAYBE_NUMBER,
    "chunks_processed_count": _MAYBE_NUMBER,
}
COLLECTION = {
    "collection_id": _TEXT,
    "collection_name": _TEXT,
    "collection_description": _MAYBE_TEXT,
    "created_at": _MAYBE_TEXT,
    "documents_count": _MAYBE_NUMBER,
    "total_file_size": _MAYBE_NUMBER,
    "index_configuration": {"object", "null"},
    "chunk_configuration": {"object", "null"},
    "field_definitions": {"array"},
    "disable_rag_lookup": {"boolean"},
    "collection_type": _TEXT,
}
RESULT = {
    "collection_id": _TEXT,
    "file_id": _MAYBE_TEXT,
    "name": _TEXT,
    "verdict": _TEXT,
    "sentence": _TEXT,
}
FINDING = {"topic": _TEXT, "name": _TEXT, "state": _TEXT, "value": _TEXT}

_TYPES = {str: "string", int: "integer", bool: "boolean", dict: "object", list: "array"}


def schema_of(kind):
    """Write the JSON schema of an object: the same members for ever, and no other."""
    members = {
        name: schema_of(types) if isinstance(types, dict) else {"type": sorted(types)}
        for name, types in kind.items()
    }
    return {
        "type": "object",
        "properties": members,
        "required": list(kind),
        "additionalProperties": False,
    }


def assert_matches(value, schema):
    """Assert that a value is as a schema says; of schemas only what `schema_of` writes."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert _TYPES.get(type(value), "null") in types, (value, types)
    if "properties" in schema:
        assert list(value) == schema["required"]
        for name, member in schema["properties"].items():
            assert_matches(value[name], member)


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What was written, as JSON."""
        return json.loads(self.out)

    @property
    def lines(self):
        """What was written, as lines."""
        return self.out.splitlines()


class _Terminal(io.StringIO):
    def isatty(self):
        return True


class Commands:
    """Runs commands in this process, as if each were the first."""

    def __init__(self, capsys, monkeypatch, url, key):
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self.url, self.key = url, key

    def on_terminal(self, *arguments, **rest):
        """Run a command that writes to a terminal of 80 columns."""
        stream = _Terminal()
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            ended = self(*arguments, **rest)
        return ended._replace(out=stream.getvalue())

    def __call__(self, *arguments, stdin="", code=0, **env):
        """Run a command; it has to end with this code, and with no traceback."""
        variables = {"XAI_MANAGEMENT_KEY": self.key, "XCOLL_BASE_URL": self.url}
        variables |= {"XAI_API_KEY": self.key, "XCOLL_INFERENCE_URL": self.url, **env}
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as end:
            main([*arguments])
        gc.unfreeze()  # what a command leaves ends with its process
        written = self._capsys.readouterr()
        ended = Ended(end.value.code or 0, written.out, written.err)
        assert ended.code == code, ended
        assert "Traceback" not in ended.err
        return ended


def start_command(server, *arguments):
    """Start a command in a process of its own, to be broken off."""
    variables = {"XAI_MANAGEMENT_KEY": server.key, "XCOLL_BASE_URL": server.url}
    return subprocess.Popen(
        [sys.executable, "-m", "xcoll_tui", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(variables),
    )


def wait_struck(fault, process, times=1):
    """Wait until a fault has struck so often, or the process has ended."""
    while fault.done < times and process.poll() is None:
        time.sleep(0.002)  # spinning, it would hold up the service in this very process

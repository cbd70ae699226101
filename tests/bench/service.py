"""The emulator in a process of its own, with as many documents as one likes."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.probe import Probe, browse
from tests.bench.turns import Job
from tests.e2e.terminal import ROOT

LARGE = "Filings archive"
"""The sample collection that has as many documents as one asks for."""
FIRST_COLLECTION, FIRST_DOCUMENT = "Customer feedback", "feedback-2025"
"""What a program shows once it has started."""


@dataclass
class Service:
    """An emulator that serves; `documents` is the size of the large collection."""

    url: str
    key: str
    documents: int
    process_id: int

    def get(self, path: str, **query: str) -> bytes:
        """Return the body of an answer."""
        request = urllib.request.Request(
            f"{self.url}/v1/{path}?{urlencode(query)}",
            headers={"Authorization": f"Bearer {self.key}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def collections(self) -> list[dict]:
        """List the collections in the order in which the program shows them."""
        return json.loads(self.get("collections", order="ORDERING_ASCENDING"))["collections"]

    @cached_property
    def place(self) -> int:
        """Where the large collection stands in the list."""
        return [each["collection_name"] for each in self.collections()].index(LARGE)

    @cached_property
    def collection_id(self) -> str:
        """The ID of the large collection."""
        return self.collections()[self.place]["collection_id"]

    def page(self, order: str = "ORDERING_ASCENDING") -> bytes:
        """Return the first page of the large collection, as received."""
        return self.get(f"collections/{self.collection_id}/documents", order=order, limit="100")

    def name_at(self, end: str) -> str:
        """Return the name of the document at an end, "first" or "last", in ascending order."""
        order = "ORDERING_ASCENDING" if end == "first" else "ORDERING_DESCENDING"
        return json.loads(self.page(order))["documents"][0]["file_metadata"]["name"]

    @contextmanager
    def started(self, *arguments: str) -> Iterator[Probe]:
        """Run the program until it shows the first collection's documents and is quiet."""
        with browse(self.url, self.key, *arguments) as program:
            program.wait_text(LARGE, FIRST_DOCUMENT)
            program.settle(0.2, first=0.2)
            yield program

    @contextmanager
    def opened(self, *arguments: str) -> Iterator[Probe]:
        """Run the program with the large collection open and the focus on its documents."""
        first = self.name_at("first")
        with self.started(*arguments) as program:
            self.open_large(program)
            program.wait_text(first)
            program.settle(0.2, first=0.2)
            yield program

    def load_all(self, program: Probe) -> None:
        """Load all of the large collection."""
        program.send("L")
        program.wait_text(self._told_at_end, seconds=180)
        program.settle(0.3, first=0.3)

    def loading(self, program: Probe) -> Job:
        """Return the job of loading all of the large collection; the service is what is stopped."""

        def begin() -> int:
            program.send("L")
            return self.process_id

        return Job(begin, (lambda seconds: program.tells(self._told_at_end, seconds=seconds),))

    @property
    def _told_at_end(self) -> str:
        # Only what changes is written: not what stands behind the number in the title.
        return f"─ {self.documents:,}"

    def pages_asked(self, log: Path) -> int:
        """Count the pages of the large collection that a program with this log has asked for.

        Not what follows the documents that are being indexed, whatever is pressed: batchGet.
        """
        path = f"/v1/collections/{self.collection_id}/documents"
        lines = log.read_text(encoding="utf-8").splitlines()
        return sum(f"GET {path}?" in line for line in lines)

    def open_large(self, program: Probe) -> float:
        """Go from the first collection to the large one and open it; return when it was asked."""
        return program.send(*["j"] * self.place, "enter")


@contextmanager
def serve(documents: int, *arguments: str) -> Iterator[Service]:
    """Run `xcoll emulator` with so many documents in the large collection."""
    command = [
        sys.executable, "-m", "xcoll_tui", "emulator", "--seed", "large",
        "--documents", str(documents), "--index-seconds", "0", *arguments,
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        words = process.stdout.readline().split()
        if words[:2] != ["Listening", "on"]:
            raise RuntimeError(f"the emulator did not start: {' '.join(words)!r}")
        yield Service(words[2], words[4], documents, process.pid)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
